//! Mounts into the element's shadow root, unmounts when the loader lets go, and tells the page what happened.

use js_sys::{Object, Reflect};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::checkout::checkout;
use crate::options::Options;
use crate::state::{News, Trouble};
use crate::till::Till;

/// A mounted checkout; it lives until the loader calls `free()`.
#[wasm_bindgen]
#[allow(missing_debug_implementations)]
pub struct Handle {
    _mounted: Box<dyn std::any::Any>,
}

/// Mounts the checkout. `undefined` when the options are not those of this build's loader.
#[wasm_bindgen]
pub fn mount(options: &JsValue) -> Option<Handle> {
    let options = Options::read(options)?;
    let root = options.root.clone();
    let mounted = leptos::mount::mount_to_renderer(&root, move || checkout(Till::open(options)));
    Some(Handle { _mounted: Box::new(mounted) })
}

/// Sends a DOM event; false when the page prevented what would follow.
pub(crate) fn emit(options: &Options, news: &News) -> bool {
    let Some(emit) = &options.emit else { return true };
    let detail = Object::new();
    let set = |name: &str, value: Option<&str>| {
        if let Some(value) = value {
            let _plain_object =
                Reflect::set(&detail, &JsValue::from_str(name), &JsValue::from_str(value));
        }
    };
    set("sessionId", Some(options.session()));
    let name = match news {
        News::Ready => "ready",
        News::MethodChange(method) => {
            set("method", Some(method));
            "method-change"
        }
        News::Action { order, method, kind, url } => {
            set("orderId", Some(order));
            set("method", Some(method));
            set("type", Some(kind));
            set("url", url.as_deref());
            "action"
        }
        News::Fail { order, method, reason } => {
            set("orderId", Some(order));
            set("method", Some(method));
            set("reason", reason.as_deref());
            "fail"
        }
        News::Cancel { order, method } => {
            set("orderId", Some(order));
            set("method", Some(method));
            "cancel"
        }
        News::Success { order } => {
            set("orderId", order.as_deref());
            "success"
        }
        News::Expire => "expire",
        News::Close => "close",
        News::Error(trouble) => {
            let (code, sentence) = words(trouble);
            set("code", Some(code));
            set("message", Some(sentence));
            "error"
        }
    };
    let sent = emit.call2(&JsValue::UNDEFINED, &JsValue::from_str(name), &detail);
    sent.ok().and_then(|went_on| went_on.as_bool()).unwrap_or(true)
}

fn words(trouble: &Trouble) -> (&str, &str) {
    match trouble {
        Trouble::Offline => ("OFFLINE", "This device has no network"),
        Trouble::NoAnswer => ("NO_ANSWER", "The server does not answer"),
        Trouble::Refused { code, sentence } => (code, sentence),
    }
}
