//! What the loader hands over.

use florin_shared::shopper::CheckoutView;
use js_sys::Function;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{CssStyleDeclaration, HtmlElement};

use crate::api::{self, Api};
use crate::intl::nought;
use crate::read::{self, Reader};
use crate::state::Trouble;
use crate::texts::Texts;

/// Everything that comes from the page.
pub(crate) struct Options {
    /// The server's calls.
    pub(crate) api: Api,
    /// The hosted page, which always works; empty where we stand on it.
    pub(crate) hosted: String,
    /// The words.
    pub(crate) texts: Texts,
    /// The answer with the view, which the loader fetched beside this program.
    answer: Option<JsValue>,
    /// The method that was marked in the list before this program was there.
    pub(crate) chosen: Option<String>,
    /// Whether it was confirmed too. The loader has sent that, and gives the answer to whoever sends it again.
    pub(crate) pressed: bool,
    /// The method that was confirmed before there was even a loader, and why it was refused.
    pub(crate) refused: Option<(String, String)>,
    /// When the view came, on the monotonic clock.
    pub(crate) viewed_at: u64,
    /// Whether the merchant places the parts.
    pub(crate) component: bool,
    /// Where everything is mounted.
    pub(crate) root: HtmlElement,
    /// The style rule of the host.
    pub(crate) rule: Option<CssStyleDeclaration>,
    /// `emit(name, detail, cancelable)`; false when the page prevented what follows.
    pub(crate) emit: Option<Function>,
    /// `go(url)`: leaves for another page.
    pub(crate) go: Function,
}

impl Options {
    /// Reads the loader's object; `None` when this is not our loader.
    pub(crate) fn read(from: &JsValue) -> Option<Options> {
        let text = |name: &str| from.field(name).and_then(|value| value.text());
        let words = texts(&from.field("texts")?)?;
        let locale = text("locale")?;
        let nought = nought(&locale);
        Some(Options {
            api: Api {
                session: text("calls")?,
                token: text("token")?,
                fetch: from.field("fetch")?.unchecked_into(),
            },
            hosted: text("hosted")?,
            texts: Texts::new(locale, words).counting(nought),
            answer: from.field("view"),
            chosen: text("chosen"),
            pressed: from.field("pressed").is_some(),
            refused: text("tried").zip(text("why")),
            viewed_at: from.field("at")?.as_f64()? as u64,
            component: from.field("component").is_some(),
            // Of our own loader, which is built together with this program.
            root: from.field("root")?.unchecked_into(),
            rule: from.field("rule").map(JsCast::unchecked_into),
            emit: from.field("emit").map(JsCast::unchecked_into),
            go: from.field("go")?.unchecked_into(),
        })
    }

    /// The view, taken once.
    pub(crate) fn view(&mut self) -> Result<Box<CheckoutView>, Trouble> {
        let envelope = self.answer.take().ok_or_else(api::silent)?;
        let data = api::open(envelope)?;
        api::readable(read::view(&data)).map(Box::new)
    }

    /// `CS…`.
    pub(crate) fn session(&self) -> &str {
        self.api.session.rsplit('/').next().unwrap_or_default()
    }
}

/// A list of texts.
pub(crate) fn texts(from: &JsValue) -> Option<Vec<String>> {
    Some(from.items()?.iter().map(|text| text.text().unwrap_or_default()).collect())
}
