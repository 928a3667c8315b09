//! A merchant's request as it goes over the wire, and its answer to the last byte.

use reqwest::Method;
use serde_json::Value;

use crate::support::{KEY, TestApp};

/// An answer with its headers and bytes.
#[derive(Clone, Debug)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) headers: reqwest::header::HeaderMap,
    pub(super) bytes: Vec<u8>,
}

impl Reply {
    pub(super) fn body(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or(Value::Null)
    }

    #[track_caller]
    pub(super) fn data(&self) -> Value {
        assert_eq!(self.status, 200, "{}", self.text());
        self.body()["data"].clone()
    }

    pub(super) fn code(&self) -> String {
        self.body()["ret_code"].as_str().unwrap_or_default().to_owned()
    }

    pub(super) fn field(&self) -> String {
        self.body()["field"].as_str().unwrap_or_default().to_owned()
    }

    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    pub(super) fn is_replayed(&self) -> bool {
        self.header("idempotency-replayed") == "true"
    }
}

/// A request to be sent.
pub(super) struct Ask<'a> {
    app: &'a TestApp,
    method: Method,
    path: String,
    key: String,
    headers: Vec<(String, Vec<u8>)>,
    body: Option<Vec<u8>>,
}

pub(super) fn ask<'a>(app: &'a TestApp, method: Method, path: &str) -> Ask<'a> {
    Ask { app, method, path: path.into(), key: KEY.into(), headers: Vec::new(), body: None }
}

pub(super) fn post<'a>(app: &'a TestApp, path: &str) -> Ask<'a> {
    ask(app, Method::POST, path)
}

pub(super) fn get<'a>(app: &'a TestApp, path: &str) -> Ask<'a> {
    ask(app, Method::GET, path)
}

impl Ask<'_> {
    pub(super) fn by(mut self, key: &str) -> Self {
        self.key = key.into();
        self
    }

    pub(super) fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.headers.push((name.into(), value.as_ref().to_vec()));
        self
    }

    pub(super) fn once(self, key: &str) -> Self {
        self.header("idempotency-key", key)
    }

    pub(super) fn json(self, body: &Value) -> Self {
        self.text("application/json", &body.to_string())
    }

    pub(super) fn text(mut self, kind: &str, body: &str) -> Self {
        self.body = Some(body.as_bytes().to_vec());
        self.header("content-type", kind)
    }

    pub(super) async fn send(self) -> Reply {
        let client =
            reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let mut request = client.request(self.method, format!("{}{}", self.app.base, self.path));
        if !self.key.is_empty() {
            request = request.bearer_auth(self.key);
        }
        for (name, value) in self.headers {
            let value = reqwest::header::HeaderValue::from_bytes(&value).unwrap();
            request = request.header(name, value);
        }
        if let Some(body) = self.body {
            request = request.body(body);
        }
        let response = request.send().await.unwrap();
        Reply {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            bytes: response.bytes().await.unwrap().to_vec(),
        }
    }
}

/// How many rows a table has.
pub(super) async fn count(app: &TestApp, sql: &'static str) -> i64 {
    let row: Option<(i64,)> = app.app.store.read().await.unwrap().sql(sql).one().await.unwrap();
    row.unwrap().0
}
