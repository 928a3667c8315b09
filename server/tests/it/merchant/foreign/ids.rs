//! One of everything that has an id, all of the demo merchant's.

use std::time::Duration;

use florin_server::channel::alipay::sandbox;
use florin_server::store::checks::When;
use reqwest::Method;
use serde_json::{Value, json};

use crate::refunds::paid;
use crate::reversals::manual;
use crate::support::{Session, TestApp};

/// How a merchant numbers a refund of theirs.
const REFUND: &str = "r-of-mine";

/// The demo merchant's ids.
pub(super) struct Ids {
    session: Session,
    order: String,
    refund: String,
    /// What went back by itself and waits for a person: its session, its payment, its own id.
    reversal: (Session, String, String),
    code: String,
    key: String,
    endpoint: String,
    delivery: String,
    channel: String,
}

impl Ids {
    /// Makes one of each. Everything is at rest then.
    pub(super) async fn of(app: &TestApp) -> Ids {
        let url = json!({ "url": app.another_sink().await.url, "sessions": "ALL" });
        let endpoint = made(app, "/v1/webhook_endpoints", url, "endpoint_id").await;
        let code = made(app, "/v1/codes", json!({ "currency": "HKD" }), "code_id").await;
        made(app, "/v1/merchant/keys", json!({}), "secret").await;
        let key = told(app, "/v1/merchant/keys").await[1]["key_id"].clone();
        let reversal = manual(app).await;
        let (session, order) = paid(app, "25000").await;
        let body = json!({ "order_id": order, "amount": "10000", "refund_trans_id": REFUND });
        let refund = made(app, "/v1/refunds", body, "refund_id").await;
        let deliveries = format!("/v1/deliveries?session_id={}", session.id);
        app.until("all is done", async || {
            let rows = app.rows().await;
            tokio::time::sleep(Duration::from_millis(300)).await;
            let is_told = !told(app, &deliveries).await["deliveries"][0].is_null();
            is_told && app.is_clean(When::AtRest).await && app.rows().await == rows
        })
        .await;
        let delivery = told(app, &deliveries).await["deliveries"][0]["delivery_id"].clone();
        let channel = made(app, "/v1/channels", account(&app.sandbox), "channel_id").await;
        Ids {
            session,
            order,
            refund,
            reversal,
            code,
            key: text(&key),
            endpoint,
            delivery: text(&delivery),
            channel,
        }
    }

    /// The id that this call is asked with, by its name.
    pub(super) fn of_call(&self, call: &str, name: &str) -> String {
        let (session, order, reversal) = &self.reversal;
        let id = match (call, name) {
            ("resolve_reversal", "refund_id") | ("list_reversals", "cursor") => reversal,
            ("list_reversals", "order_id") => order,
            ("list_reversals", "trans_id") => &session.trans_id,
            ("list_codes", "cursor") => &self.code,
            ("list_deliveries", "cursor") | (_, "delivery_id") => &self.delivery,
            (_, "session_id") => &self.session.id,
            (_, "trans_id") => &self.session.trans_id,
            (_, "order_id" | "ori_order_id") => &self.order,
            (_, "refund_id" | "refund_order_id") => &self.refund,
            (_, "refund_trans_id") => return REFUND.to_owned(),
            (_, "code_id") => &self.code,
            (_, "key_id") => &self.key,
            (_, "endpoint_id") => &self.endpoint,
            (_, "channel_id") => &self.channel,
            _ => panic!("{call} takes a {name}: make one here"),
        };
        id.clone()
    }
}

/// An id of the same form that nobody has.
pub(super) fn nobodys(id: &str) -> String {
    let is_ours = id.len() > 20 && id.starts_with(|first: char| first.is_ascii_uppercase());
    if is_ours { format!("{}0a0a0a{}", &id[..2], &id[8..]) } else { "nobody".to_owned() }
}

async fn made(app: &TestApp, path: &str, body: Value, name: &str) -> String {
    let body = Some(body).filter(|body| *body != json!({}));
    let made = app.merchant(Method::POST, path, body).await;
    assert_eq!(made.status, 200, "{path}: {}", made.body);
    text(&made.data()[name])
}

async fn told(app: &TestApp, path: &str) -> Value {
    app.merchant(Method::GET, path, None).await.data().clone()
}

fn text(id: &Value) -> String {
    id.as_str().unwrap().to_owned()
}

/// The sandbox's account at Alipay, as a merchant gives it.
fn account(host: &str) -> Value {
    let known = sandbox(host);
    let settings = json!({
        "host": known.host, "app_id": known.app_id, "seller_id": known.seller_id,
        "private_key": known.private_key, "public_key": known.public_key,
    });
    json!({ "channel": "alipay", "settings": settings })
}
