//! The five shopper calls. Each has a time limit; an answer that cannot be read is no answer.

use florin_shared::shopper::StatusView;
use js_sys::{Function, JSON, Object, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, Response};

use crate::read::{self, Reader};
use crate::state::{Effect, Event, Trouble};
use crate::texts::joined;
use crate::timer::after;

/// A status is wanted every two seconds: one that takes four times that is lost.
const STATUS_LIMIT_MS: u32 = 8_000;
/// Opening and closing wait for a channel.
const CALL_LIMIT_MS: u32 = 25_000;

/// Where the session lives, and what opens it.
#[derive(Clone)]
pub(crate) struct Api {
    /// `https://…/v1/checkout/CS…`
    pub(crate) session: String,
    /// The client token.
    pub(crate) token: String,
    /// The loader's `fetch`: it knows what was sent before this program was there.
    pub(crate) fetch: Function,
}

impl Api {
    /// Sends an errand, and reads the answer as what it is.
    pub(crate) async fn send(&self, errand: &Effect, abort: &AbortController) -> Event {
        let (verb, path, limit) = match errand {
            Effect::Load => ("GET", String::new(), STATUS_LIMIT_MS),
            Effect::Pay { .. } => ("POST", "/transactions".to_owned(), CALL_LIMIT_MS),
            Effect::Check(order) => {
                ("POST", joined(&["/transactions/", order, "/check"]), CALL_LIMIT_MS)
            }
            Effect::Cancel(order) => {
                ("POST", joined(&["/transactions/", order, "/cancel"]), CALL_LIMIT_MS)
            }
            // The last two are not for the server; `Till` keeps them.
            Effect::Ask | Effect::Tell(_) | Effect::Go(_) => {
                ("GET", "/status".to_owned(), STATUS_LIMIT_MS)
            }
        };
        let body = match errand {
            Effect::Pay { method, version } => body(method, *version),
            _ => None,
        };
        let data = self.call(verb, &path, body, limit, abort).await.and_then(open);
        match errand {
            Effect::Load => {
                Event::Viewed(data.and_then(|data| readable(read::view(&data))).map(Box::new))
            }
            Effect::Pay { .. } => Event::Opened(data.and_then(|data| readable(read::open(&data)))),
            Effect::Check(_) => Event::Checked(data.and_then(status)),
            Effect::Cancel(_) => Event::Closed(data.and_then(status)),
            Effect::Ask | Effect::Tell(_) | Effect::Go(_) => Event::Told(data.and_then(status)),
        }
    }

    async fn call(
        &self,
        verb: &str,
        path: &str,
        body: Option<JsValue>,
        limit: u32,
        abort: &AbortController,
    ) -> Result<JsValue, Trouble> {
        let late = abort.clone();
        let _until_the_end = after(limit, Box::new(move || late.abort()));
        let url = joined(&[&self.session, path]);
        let request = self.request(verb, body, abort);
        let response = self.fetch.call2(&JsValue::UNDEFINED, &url.into(), &request);
        let response: Promise = response.map_err(|_| silent())?.unchecked_into();
        let response = JsFuture::from(response).await.map_err(|_| silent())?;
        // What a fetch answers with is a response.
        let json = response.unchecked_ref::<Response>().json().map_err(|_| Trouble::NoAnswer)?;
        JsFuture::from(json).await.map_err(|_| silent())
    }

    fn request(&self, verb: &str, body: Option<JsValue>, abort: &AbortController) -> Object {
        let bearer = joined(&["Bearer ", &self.token]);
        let mut headers = vec![("authorization", bearer.into())];
        if body.is_some() {
            headers.push(("content-type", "application/json".into()));
        }
        object(&[
            ("method", verb.into()),
            ("headers", object(&headers).into()),
            ("body", body.unwrap_or_default()),
            ("cache", "no-store".into()),
            ("credentials", "omit".into()),
            ("signal", abort.signal().into()),
        ])
    }
}

/// A plain object: the typed builders would each bring a function of their own.
pub(crate) fn object(fields: &[(&str, JsValue)]) -> Object {
    let object = Object::new();
    for (name, value) in fields {
        let _a_plain_object_takes_all = Reflect::set(&object, &JsValue::from_str(name), value);
    }
    object
}

fn body(method: &str, version: u64) -> Option<JsValue> {
    // Versions are counted from 1 for every change of a price: far below where a float is inexact.
    let body = object(&[("method", method.into()), ("version", JsValue::from_f64(version as f64))]);
    JSON::stringify(&body).ok().map(JsValue::from)
}

/// Opens the envelope: the data, or why there is none.
pub(crate) fn open(envelope: JsValue) -> Result<JsValue, Trouble> {
    let text = |name: &str| envelope.field(name).and_then(|value| value.text());
    let code = text("ret_code").ok_or(Trouble::NoAnswer)?;
    if code != "000000" {
        return Err(Trouble::Refused { code, sentence: text("ret_msg").unwrap_or_default() });
    }
    envelope.field("data").ok_or(Trouble::NoAnswer)
}

fn status(data: JsValue) -> Result<StatusView, Trouble> {
    readable(read::status(&data))
}

/// An answer without a field that it must have is no answer.
pub(crate) fn readable<T>(read: Option<T>) -> Result<T, Trouble> {
    read.ok_or(Trouble::NoAnswer)
}

/// Why there is no answer, as far as the browser knows.
pub(crate) fn silent() -> Trouble {
    let online = web_sys::window().is_none_or(|window| window.navigator().on_line());
    if online { Trouble::NoAnswer } else { Trouble::Offline }
}

/// What stands under a name, of the thing's own or of all of its kind; `None` for nothing and for `null`.
pub(crate) fn got(from: &JsValue, name: &str) -> Option<JsValue> {
    let value = Reflect::get(from, &JsValue::from_str(name)).ok()?;
    (!value.is_undefined() && !value.is_null()).then_some(value)
}

impl Reader for JsValue {
    /// Of the answer's own: a page may have put something into every object.
    fn field(&self, name: &str) -> Option<JsValue> {
        let is_own = Object::has_own(self.unchecked_ref::<Object>(), &JsValue::from_str(name));
        if is_own { got(self, name) } else { None }
    }

    fn text(&self) -> Option<String> {
        self.as_string()
    }

    fn whole(&self) -> Option<u64> {
        // JSON's numbers are floats here; the wire promises whole ones below 2^53.
        self.as_f64()
            .filter(|number| *number >= 0.0 && number.fract() == 0.0)
            .map(|number| number as u64)
    }

    fn flag(&self) -> Option<bool> {
        self.as_bool()
    }

    fn items(&self) -> Option<Vec<JsValue>> {
        self.dyn_ref::<js_sys::Array>().map(|array| array.iter().collect())
    }
}
