//! What the loader hands over.

use florin_shared::shopper::CheckoutView;
use js_sys::Function;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{CssStyleDeclaration, HtmlElement};

use crate::api::{self, Api};
use crate::read::{self, Reader};
use crate::state::Trouble;
use crate::texts::Texts;

/// Everything that comes from the page.
pub(crate) struct Options {
    /// The server's calls.
    pub(crate) api: Api,
    /// The hosted page, which always works.
    pub(crate) hosted: String,
    /// The words.
    pub(crate) texts: Texts,
    /// The view, which the loader fetched beside this program.
    pub(crate) view: Result<Box<CheckoutView>, Trouble>,
    /// When it came, on the monotonic clock.
    pub(crate) viewed_at: u64,
    /// Where everything is mounted.
    pub(crate) root: HtmlElement,
    /// The style rule of the host.
    pub(crate) rule: Option<CssStyleDeclaration>,
    /// `emit(name, detail, cancelable)`; false when the page prevented what follows.
    pub(crate) emit: Option<Function>,
}

impl Options {
    /// Reads the loader's object; `None` when this is not our loader.
    pub(crate) fn read(from: &JsValue) -> Option<Options> {
        let text = |name: &str| from.field(name).and_then(|value| value.text());
        let words = from.field("texts");
        let word = |key: &str| words.as_ref()?.field(key)?.text();
        let whole = |name: &str| from.field(name).and_then(|value| value.as_f64()).map(|at| at as u64);
        Some(Options {
            api: Api { session: text("calls")?, token: text("token")? },
            hosted: text("hosted")?,
            texts: Texts::new(text("locale")?, word),
            view: view(from),
            viewed_at: whole("at")?,
            root: from.field("root")?.dyn_into().ok()?,
            rule: from.field("rule").and_then(|rule| rule.dyn_into().ok()),
            emit: from.field("emit").and_then(|emit| emit.dyn_into().ok()),
        })
    }
}

fn view(from: &JsValue) -> Result<Box<CheckoutView>, Trouble> {
    let envelope = from.field("view").ok_or_else(api::silent)?;
    api::good(envelope, read::view).map(Box::new)
}
