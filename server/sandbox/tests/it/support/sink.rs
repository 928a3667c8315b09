//! Where notifications arrive.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::merchant::{header, is_signed};

const PATH: &str = "/notify/antom";

#[derive(Clone)]
pub(crate) struct Sink {
    pub(crate) url: String,
    heard: Arc<Mutex<Vec<Note>>>,
    deaf: Arc<AtomicU32>,
}

#[derive(Clone, Debug)]
pub(crate) struct Note {
    pub(crate) body: Value,
    pub(crate) is_signed: bool,
}

impl Note {
    /// `S` or `F`, and what kind of notice it is.
    pub(crate) fn gist(&self) -> String {
        let status = self.body["result"]["resultStatus"].as_str().unwrap();
        format!("{} {status}", self.body["notifyType"].as_str().unwrap())
    }
}

impl Sink {
    pub(crate) async fn start() -> Sink {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        // The query must not be part of what is signed.
        let url = format!("http://{}{PATH}?shop=1", listener.local_addr().unwrap());
        let sink = Sink { url, heard: Arc::default(), deaf: Arc::default() };
        let app = Router::new().route(PATH, post(hear)).with_state(sink.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        sink
    }

    /// Does not acknowledge the next `times` notifications.
    pub(crate) fn be_deaf(&self, times: u32) {
        self.deaf.store(times, Ordering::SeqCst);
    }

    pub(crate) fn notes(&self) -> Vec<Note> {
        self.heard.lock().unwrap().clone()
    }

    pub(crate) fn gists(&self) -> Vec<String> {
        self.notes().iter().map(Note::gist).collect()
    }

    /// Waits until `count` notifications have come.
    pub(crate) async fn wait_for(&self, count: usize) -> Vec<Note> {
        for _ in 0..500 {
            if self.notes().len() >= count {
                return self.notes();
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("only {} of {count} notifications came", self.notes().len());
    }
}

async fn hear(State(sink): State<Sink>, headers: HeaderMap, body: Bytes) -> Json<Value> {
    let is_signed = is_signed(&headers, PATH, header(&headers, "request-time"), &body);
    let body = serde_json::from_slice(&body).unwrap();
    sink.heard.lock().unwrap().push(Note { body, is_signed });
    let is_deaf =
        sink.deaf.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
    match is_deaf {
        Ok(_) => Json(json!({ "result": { "resultCode": "SUCCESS" } })),
        Err(_) => Json(json!({
            "result": { "resultCode": "SUCCESS", "resultStatus": "S", "resultMessage": "success" }
        })),
    }
}
