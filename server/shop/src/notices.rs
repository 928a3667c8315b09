//! The webhook endpoint, and a list of what it received for whoever is trying it out.

use std::collections::VecDeque;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::Shop;
use crate::answer::Refused;
use crate::book::{Heard, News};

/// How many messages the list shows.
const SHOWN: usize = 50;

/// The messages received last, newest first.
#[derive(Default)]
pub(crate) struct Notices(VecDeque<Notice>);

#[derive(Clone, Serialize)]
struct Notice {
    received_at: String,
    message_id: Option<String>,
    /// What became of it: a word of [`Heard`], or `REFUSED`, or `UNREADABLE`.
    verdict: Value,
    /// Why it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    kind: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<News>,
}

#[derive(Deserialize)]
struct Message {
    #[serde(rename = "type", default)]
    kind: String,
    #[serde(default)]
    data: Value,
}

pub(crate) fn routes() -> Router<Arc<Shop>> {
    Router::new().route("/shop/webhook", post(receive)).route("/shop/webhooks", get(list))
}

async fn list(State(shop): State<Arc<Shop>>) -> Json<Value> {
    Json(json!({ "webhooks": shop.notices().0 }))
}

/// Answers 204 to everything genuine and readable, also to what it does nothing about: the sender repeats the rest.
async fn receive(
    State(shop): State<Arc<Shop>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<StatusCode, Refused> {
    let mut notice = Notice::new(&shop, &headers);
    let answer = notice.judge(&shop, &headers, &body);
    shop.notices().keep(notice);
    answer.map(|()| StatusCode::NO_CONTENT)
}

impl Notices {
    fn keep(&mut self, notice: Notice) {
        self.0.push_front(notice);
        self.0.truncate(SHOWN);
    }
}

impl Notice {
    fn new(shop: &Shop, headers: &HeaderMap) -> Notice {
        let id = headers.get("webhook-id").and_then(|value| value.to_str().ok());
        Notice {
            received_at: shop.clock.now().to_string(),
            // A stranger chooses this text until the signature is checked.
            message_id: id.map(|id| id.chars().take(80).collect()),
            verdict: Value::Null,
            reason: None,
            kind: None,
            data: None,
        }
    }

    fn judge(&mut self, shop: &Shop, headers: &HeaderMap, body: &[u8]) -> Result<(), Refused> {
        let now_s = shop.clock.now().as_second();
        let message_id = match shop.verifier.check(headers, body, now_s) {
            Ok(message_id) => message_id,
            Err(forged) => {
                (self.verdict, self.reason) = ("REFUSED".into(), Some(forged.to_string()));
                return Err(Refused::unauthenticated("NOT_GENUINE", forged.to_string()));
            }
        };
        let message: Message =
            serde_json::from_slice(body).map_err(|error| self.unreadable(error))?;
        self.kind = Some(message.kind.clone());
        self.verdict = json!(self.hear(shop, message_id, message)?);
        Ok(())
    }

    fn hear(&mut self, shop: &Shop, message_id: &str, message: Message) -> Result<Heard, Refused> {
        if !message.kind.starts_with("PAYMENT.") {
            return Ok(Heard::NotForUs);
        }
        // Refused rather than acknowledged: what was not understood must not be lost.
        let news: News =
            serde_json::from_value(message.data).map_err(|error| self.unreadable(error))?;
        self.data = Some(news.clone());
        match news.merchant_id == shop.settings.merchant_id {
            true => Ok(shop.book().hear(message_id, news)),
            false => Ok(Heard::OtherMerchant),
        }
    }

    fn unreadable(&mut self, error: serde_json::Error) -> Refused {
        (self.verdict, self.reason) = ("UNREADABLE".into(), Some(error.to_string()));
        Refused::request("UNREADABLE", format!("The message cannot be read: {error}."))
    }
}
