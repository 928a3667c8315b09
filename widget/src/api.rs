//! The five shopper calls. Each has a time limit; an answer that cannot be read is no answer.

use florin_shared::shopper::{CheckoutView, OpenTransaction, StatusView};
use gloo_timers::callback::Timeout;
use js_sys::{JSON, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, Headers, RequestCache, RequestCredentials, RequestInit, Response};

use crate::read::{self, Reader};
use crate::state::Trouble;

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
}

impl Api {
    /// What to show.
    pub(crate) async fn view(&self, abort: &AbortController) -> Result<CheckoutView, Trouble> {
        good(self.call("GET", "", None, STATUS_LIMIT_MS, abort).await?, read::view)
    }

    /// Opens a payment.
    pub(crate) async fn pay(
        &self,
        method: &str,
        version: u64,
        abort: &AbortController,
    ) -> Result<OpenTransaction, Trouble> {
        let body = Object::new();
        let method = JsValue::from_str(method);
        let _plain_object = Reflect::set(&body, &JsValue::from_str("method"), &method);
        // Versions are counted from 1 for every change of a price: far below where a float is inexact.
        let _plain_object = Reflect::set(&body, &JsValue::from_str("version"), &JsValue::from_f64(version as f64));
        let body = JSON::stringify(&body).ok();
        good(self.call("POST", "/transactions", body, CALL_LIMIT_MS, abort).await?, read::open)
    }

    /// How it stands, from the server's memory.
    pub(crate) async fn status(&self, abort: &AbortController) -> Result<StatusView, Trouble> {
        good(self.call("GET", "/status", None, STATUS_LIMIT_MS, abort).await?, read::status)
    }

    /// How it stands, by asking the channel now.
    pub(crate) async fn check(&self, order: &str, abort: &AbortController) -> Result<StatusView, Trouble> {
        let path = ["/transactions/", order, "/check"].concat();
        good(self.call("POST", &path, None, CALL_LIMIT_MS, abort).await?, read::status)
    }

    /// Cancels at the channel and tells what really happened.
    pub(crate) async fn cancel(&self, order: &str, abort: &AbortController) -> Result<StatusView, Trouble> {
        let path = ["/transactions/", order, "/cancel"].concat();
        good(self.call("POST", &path, None, CALL_LIMIT_MS, abort).await?, read::status)
    }

    async fn call(
        &self,
        verb: &str,
        path: &str,
        body: Option<js_sys::JsString>,
        limit: u32,
        abort: &AbortController,
    ) -> Result<JsValue, Trouble> {
        let late = abort.clone();
        let _until_the_end = Timeout::new(limit, move || late.abort());
        let url = [&self.session, path].concat();
        let request = self.request(verb, body, abort).map_err(|_| Trouble::NoAnswer)?;
        let window = web_sys::window().ok_or(Trouble::NoAnswer)?;
        let response = JsFuture::from(window.fetch_with_str_and_init(&url, &request)).await.map_err(|_| silent())?;
        let response: Response = response.dyn_into().map_err(|_| Trouble::NoAnswer)?;
        let json = response.json().map_err(|_| Trouble::NoAnswer)?;
        JsFuture::from(json).await.map_err(|_| silent())
    }

    fn request(
        &self,
        verb: &str,
        body: Option<js_sys::JsString>,
        abort: &AbortController,
    ) -> Result<RequestInit, JsValue> {
        let headers = Headers::new()?;
        headers.set("authorization", &["Bearer ", &self.token].concat())?;
        let request = RequestInit::new();
        if let Some(body) = body {
            headers.set("content-type", "application/json")?;
            request.set_body(&body);
        }
        request.set_method(verb);
        request.set_headers(&headers);
        request.set_cache(RequestCache::NoStore);
        request.set_credentials(RequestCredentials::Omit);
        request.set_signal(Some(&abort.signal()));
        Ok(request)
    }
}

/// Opens the envelope: the data, or why there is none.
pub(crate) fn good<T>(envelope: JsValue, read: fn(&JsValue) -> Option<T>) -> Result<T, Trouble> {
    let code = envelope.field("ret_code").and_then(|code| code.text()).ok_or(Trouble::NoAnswer)?;
    if code != "000000" {
        let sentence = envelope.field("ret_msg").and_then(|sentence| sentence.text()).unwrap_or_default();
        return Err(Trouble::Refused { code, sentence });
    }
    envelope.field("data").and_then(|data| read(&data)).ok_or(Trouble::NoAnswer)
}

/// Why there is no answer, as far as the browser knows.
pub(crate) fn silent() -> Trouble {
    let online = web_sys::window().is_none_or(|window| window.navigator().on_line());
    if online { Trouble::NoAnswer } else { Trouble::Offline }
}

impl Reader for JsValue {
    fn field(&self, name: &str) -> Option<JsValue> {
        let value = Reflect::get(self, &JsValue::from_str(name)).ok()?;
        (!value.is_undefined() && !value.is_null()).then_some(value)
    }

    fn text(&self) -> Option<String> {
        self.as_string()
    }

    fn whole(&self) -> Option<u64> {
        // JSON's numbers are floats here; the wire promises whole ones below 2^53.
        self.as_f64().filter(|number| *number >= 0.0 && number.fract() == 0.0).map(|number| number as u64)
    }

    fn flag(&self) -> Option<bool> {
        self.as_bool()
    }

    fn items(&self) -> Option<Vec<JsValue>> {
        self.dyn_ref::<js_sys::Array>().map(|array| array.iter().collect())
    }
}
