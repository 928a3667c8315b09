//! What a shop and its shoppers do, in as few words as possible.

use std::time::Duration;

use anyhow::{Context, ensure};
use serde_json::{Value, json};

use crate::client::Client;

/// The demo merchant's.
pub(crate) const KEY: &str = "sk_test_florin_demo";

/// Until a refused shop comes again.
const AGAIN: Duration = Duration::from_millis(50);

/// A session and the token that opens it.
#[derive(Clone)]
pub(crate) struct Session {
    pub(crate) id: String,
    pub(crate) token: String,
}

impl Session {
    /// As it stands in an answer.
    pub(crate) fn of(data: &Value) -> anyhow::Result<Session> {
        Ok(Session { id: text(data, "session_id")?, token: text(data, "client_token")? })
    }
}

/// What makes a session; its events go to `hook`, if there is one.
pub(crate) fn order(trans_id: &str, hook: &str) -> String {
    order_in(trans_id, hook, "PHP")
}

fn order_in(trans_id: &str, hook: &str, currency: &str) -> String {
    let mut request = json!({
        "merchant_id": "18356675194960", "payment_type": "PURCHASE", "authorisation_type": "FINAL_AUTH",
        "capture_method": "AUTOMATIC", "trans_id": trans_id, "session_mode": "DROP_IN",
        "currency": currency, "amount": "25000", "return_url": "http://127.0.0.1:9/thanks",
        "goods": [{ "name": "Oolong", "quantity": 1, "unit_amount": "25000" }],
    });
    if !hook.is_empty() {
        request["notify_url"] = json!(hook);
    }
    request.to_string()
}

/// Makes a session.
pub(crate) async fn create(
    client: &mut Client,
    trans_id: &str,
    hook: &str,
) -> anyhow::Result<Session> {
    create_of(client, &order(trans_id, hook)).await
}

/// Makes a session for this order.
pub(crate) async fn create_of(client: &mut Client, order: &str) -> anyhow::Result<Session> {
    Session::of(&data(client, "POST", "/v1/sessions", KEY, order).await?)
}

/// Makes a session in this currency; nobody is told of it.
pub(crate) async fn create_in(
    client: &mut Client,
    trans_id: &str,
    currency: &str,
) -> anyhow::Result<Session> {
    create_of(client, &order_in(trans_id, "", currency)).await
}

/// Makes a session, and comes again when the server has too much to do just now.
pub(crate) async fn create_patiently(
    client: &mut Client,
    trans_id: &str,
    hook: &str,
) -> anyhow::Result<Session> {
    loop {
        match create(client, trans_id, hook).await {
            Err(error) if format!("{error:#}").contains("BUSY") => tokio::time::sleep(AGAIN).await,
            told => return told,
        }
    }
}

/// Opens a payment, and gives the text of its code.
pub(crate) async fn pay(client: &mut Client, session: &Session) -> anyhow::Result<String> {
    let path = format!("/v1/checkout/{}/transactions", session.id);
    let data =
        data(client, "POST", &path, &session.token, r#"{"method":"GCASH","version":1}"#).await?;
    text(&data["next_action"], "text")
}

/// Opens a payment with this method; gives its number, and the text of its code.
pub(crate) async fn open(
    client: &mut Client,
    session: &Session,
    method: &str,
) -> anyhow::Result<(String, String)> {
    let path = format!("/v1/checkout/{}/transactions", session.id);
    let body = json!({ "method": method, "version": 1 }).to_string();
    let data = data(client, "POST", &path, &session.token, &body).await?;
    Ok((text(&data, "order_id")?, text(&data["next_action"], "text")?))
}

/// Looks at the page.
pub(crate) async fn view(client: &mut Client, session: &Session) -> anyhow::Result<()> {
    let path = format!("/v1/checkout/{}", session.id);
    data(client, "GET", &path, &session.token, "").await.map(drop)
}

/// The shopper changes their mind.
pub(crate) async fn cancel(
    client: &mut Client,
    session: &Session,
    order: &str,
) -> anyhow::Result<()> {
    let path = format!("/v1/checkout/{}/transactions/{order}/cancel", session.id);
    data(client, "POST", &path, &session.token, "").await.map(drop)
}

/// The merchant gives everything back.
pub(crate) async fn refund(client: &mut Client, session: &Session) -> anyhow::Result<()> {
    let own = format!("r{}", session.id);
    let body = json!({ "session_id": session.id, "refund_trans_id": own }).to_string();
    data(client, "POST", "/v1/refunds", KEY, &body).await.map(drop)
}

/// The payer approves at the wallet.
pub(crate) async fn approve(sandbox: &mut Client, code: &str) -> anyhow::Result<()> {
    let body = json!({ "code": code, "action": "approve" }).to_string();
    let answer = sandbox.ask("POST", "/wallet", "", &body).await?;
    ensure!(answer.status == 200, "the wallet says {}", answer.status);
    Ok(())
}

/// Whether the page would show success now.
pub(crate) async fn is_paid(client: &mut Client, session: &Session) -> anyhow::Result<bool> {
    let path = format!("/v1/checkout/{}/status", session.id);
    Ok(data(client, "GET", &path, &session.token, "").await?["status"] == "SUCCESS")
}

async fn data(
    client: &mut Client,
    method: &str,
    path: &str,
    key: &str,
    body: &str,
) -> anyhow::Result<Value> {
    let answer = client.ask(method, path, key, body).await?;
    let mut body: Value = serde_json::from_slice(&answer.body)?;
    ensure!(answer.status == 200, "{method} {path}: {body}");
    Ok(body["data"].take())
}

fn text(value: &Value, name: &str) -> anyhow::Result<String> {
    value[name].as_str().map(str::to_owned).with_context(|| format!("no {name}"))
}
