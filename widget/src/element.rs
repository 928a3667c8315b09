//! Mounts into the element's shadow root, unmounts when the loader lets go, and tells the page what happened.

use std::cell::Cell;
use std::rc::Rc;

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::api::object;
use crate::checkout::checkout;
use crate::component::component;
use crate::options::Options;
use crate::state::{News, Trouble};
use crate::till::Till;
use crate::view::part::part;

/// A mounted checkout; it lives until the loader calls `free()`.
#[wasm_bindgen]
#[allow(missing_debug_implementations)]
pub struct Handle {
    till: Option<Till>,
    _mounted: Box<dyn std::any::Any>,
}

/// Mounts the checkout. `undefined` when the options are not those of this build's loader.
#[wasm_bindgen]
pub fn mount(options: &JsValue) -> Option<Handle> {
    let options = Options::read(options)?;
    let (root, draw) = (options.root.clone(), if options.component { component } else { checkout });
    let opened = Rc::new(Cell::new(None));
    let till = opened.clone();
    let mounted = leptos::mount::mount_to_renderer(&root, move || {
        let till = Till::open(options);
        opened.set(Some(till));
        draw(till)
    });
    Some(Handle { till: till.get(), _mounted: Box::new(mounted) })
}

#[wasm_bindgen]
impl Handle {
    /// Puts a part of the checkout, `{ show, methods, root }`, into an element of the page; its number.
    pub fn place(&self, wanted: &JsValue) -> u32 {
        self.till.map_or(0, |till| till.place(wanted, part))
    }

    /// Takes a part away again; what it drew is taken out by whoever gave the element.
    pub fn take(&self, number: u32) {
        if let Some(till) = self.till {
            till.take(number);
        }
    }
}

/// Sends a DOM event; false when the page prevented what would follow.
pub(crate) fn emit(options: &Options, news: &News) -> bool {
    let Some(emit) = &options.emit else { return true };
    let (name, details) = told(news);
    let mut detail = vec![("sessionId", options.session().into())];
    detail.extend(details.into_iter().filter_map(|(name, value)| Some((name, value?.into()))));
    let sent = emit.call2(&JsValue::UNDEFINED, &name.into(), &object(&detail));
    sent.ok().and_then(|went_on| went_on.as_bool()).unwrap_or(true)
}

/// A piece of an event's detail, if there is one to tell.
type Detail<'a> = (&'static str, Option<&'a str>);

/// The event's name and what it says beside the session.
fn told(news: &News) -> (&'static str, Vec<Detail<'_>>) {
    let attempt = |order, method, more, value| {
        vec![("orderId", Some(order)), ("method", Some(method)), (more, value)]
    };
    match news {
        News::Ready => ("ready", vec![]),
        News::MethodChange(method) => ("method-change", vec![("method", Some(method))]),
        News::Action { order, method, kind, url } => {
            let mut details = attempt(order.as_str(), method.as_str(), "url", url.as_deref());
            details.push(("type", Some(kind)));
            ("action", details)
        }
        News::Fail { order, method, reason } => {
            ("fail", attempt(order, method, "reason", reason.as_deref()))
        }
        News::Cancel { order, method } => ("cancel", attempt(order, method, "reason", None)),
        News::Success { order } => ("success", vec![("orderId", order.as_deref())]),
        News::Expire => ("expire", vec![]),
        News::Close => ("close", vec![]),
        News::Error(trouble) => {
            let (code, sentence) = words(trouble);
            ("error", vec![("code", Some(code)), ("message", Some(sentence))])
        }
    }
}

fn words(trouble: &Trouble) -> (&str, &str) {
    match trouble {
        Trouble::Offline => ("OFFLINE", "This device has no network"),
        Trouble::NoAnswer => ("NO_ANSWER", "The server does not answer"),
        Trouble::Refused { code, sentence } => (code, sentence),
    }
}
