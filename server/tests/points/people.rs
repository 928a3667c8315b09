//! What a day brings, once over: people who pay, pay twice, cancel, leave, get money back; a merchant who changes
//! everything that can be changed (`merchants.rs`). All at once, each on orders of their own.

use std::time::Duration;

use florin_server::clock::{Clock, rfc3339};
use futures_util::future::{FutureExt, LocalBoxFuture, join_all};
use reqwest::Method;
use serde_json::{Value, json};

use crate::client::{Client, Session};
use crate::elsewhere::{pays_at_a_bank, pays_in_a_mini_program, pays_inside};
use crate::merchants::{channels, endpoints, refusals, settings};
use crate::world::MERCHANT;

/// Everybody at once.
pub async fn day(client: &Client) {
    let stories: Vec<LocalBoxFuture<'_, ()>> = vec![
        pays_and_gets_it_back(client).boxed_local(),
        pays_twice(client).boxed_local(),
        is_refunded_with_trouble(client).boxed_local(),
        cancels_and_pays_anew(client).boxed_local(),
        is_cancelled_by_the_merchant(client).boxed_local(),
        is_too_late(client).boxed_local(),
        scans_the_stall(client).boxed_local(),
        shows_a_code(client).boxed_local(),
        settings(client).boxed_local(),
        channels(client).boxed_local(),
        endpoints(client).boxed_local(),
        refusals(client).boxed_local(),
        gets_it_back_from_the_portal(client).boxed_local(),
        transfers_twice(client).boxed_local(),
        transfers_by_hand(client).boxed_local(),
        goes_through(client, "wechatpay", "WECHATPAY").boxed_local(),
        goes_through(client, "alipay", "ALIPAY").boxed_local(),
        goes_through(client, "lakala", "LAKALA").boxed_local(),
        goes_through(client, "unionpay", "UNIONPAY").boxed_local(),
        goes_through(client, "ecny", "ECNY").boxed_local(),
        pays_inside(client, "WECHATPAY", "&quot;package&quot;:&quot;").boxed_local(),
        pays_inside(client, "ALIPAY", "&quot;tradeNO&quot;:&quot;").boxed_local(),
        pays_in_a_mini_program(client).boxed_local(),
        pays_at_a_bank(client).boxed_local(),
    ];
    let (_, manual) = tokio::join!(join_all(stories), pays_twice_and_a_person_must_help(client));
    resolves(client, &manual).await;
}

async fn refund(client: &Client, order: &str, own: &str, amount: Option<&str>) -> Value {
    let mut body = json!({ "order_id": order, "refund_trans_id": own });
    if let Some(amount) = amount {
        body["amount"] = json!(amount);
    }
    let made = client.post("/v1/refunds", body).await;
    client.world.told.refund(own, &made.text("refund_id"));
    made.data().clone()
}

async fn until_refunded(client: &Client, own: &str, status: &str) {
    let path = format!("/v1/refunds?refund_trans_id={own}");
    client
        .until(&format!("{own} is {status}"), async || {
            client.get(&path).await.body["data"]["status"] == status
        })
        .await;
}

/// Part of it, then the rest.
async fn pays_and_gets_it_back(client: &Client) {
    let session = client.session(json!({})).await;
    client.shopper(&session, Method::GET, "").await.data();
    let order = client.pay(&session, "GCASH").await;
    refund(client, &order, "part", Some("10000")).await;
    until_refunded(client, "part", "SUCCESS").await;
    refund(client, &order, "rest", None).await;
    until_refunded(client, "rest", "SUCCESS").await;
    let hook = client.world.merchant.hook();
    let mut id = None;
    client
        .until("a message was sent to the session's address", async || {
            let listed = client.get("/v1/deliveries").await;
            let all = listed.data()["deliveries"].as_array().cloned().unwrap_or_default();
            let ours = all.into_iter().find(|one| one["url"] == hook.as_str());
            id = ours.and_then(|one| one["delivery_id"].as_str().map(str::to_owned));
            id.is_some()
        })
        .await;
    let path = format!("/v1/deliveries/{}/replay", id.unwrap());
    client.merchant(Method::POST, &path, None).await.data();
}

/// The merchant gives it back in the channel's own portal, and only the channel tells us.
async fn gets_it_back_from_the_portal(client: &Client) {
    let session = client.session(json!({})).await;
    let order = client.pay(&session, "GCASH").await;
    client.world.given_back_in_the_portal(&order, &client.server.base).await;
    client
        .until("it is written down", async || {
            let path = format!("/v1/transactions?order_id={order}");
            client.get(&path).await.body["data"]["refunded_amount"] == "25000"
        })
        .await;
}

/// Pays the second code, and then the first, which the channel goes on taking money for.
async fn both_codes(client: &Client, more: &[Value]) -> (Session, String) {
    let session = client.session(json!({})).await;
    let first = client.open(&session, "GCASH").await;
    for rule in more {
        let mut rule = rule.clone();
        rule["request"] = json!(first.0);
        client.world.fault(rule).await;
    }
    client.pay(&session, "MAYA").await;
    client
        .until("the first payment has ended", async || {
            let path = format!("/v1/transactions?order_id={}", first.0);
            client.get(&path).await.body["data"]["status"] == "CANCELLED"
        })
        .await;
    client.world.wallet(&first.1, "approve").await;
    (session, first.0)
}

async fn pays_twice(client: &Client) {
    both_codes(client, &[json!({ "fault": "paid_after_cancel", "times": 5 })]).await;
}

async fn pays_twice_and_a_person_must_help(client: &Client) -> String {
    let refused = json!({ "fault": "refund_refused", "times": 50 });
    let (_, order) =
        both_codes(client, &[json!({ "fault": "paid_after_cancel", "times": 5 }), refused]).await;
    let path = format!("/v1/reversals?status=MANUAL&order_id={order}");
    let mut id = String::new();
    client
        .until("a person is needed", async || {
            let listed = client.get(&path).await;
            let found = &listed.body["data"]["reversals"][0]["refund_id"];
            id = found.as_str().unwrap_or_default().to_owned();
            !id.is_empty()
        })
        .await;
    id
}

/// A code between banks is paid, and paid once more: the second credit is a payment of its own, which a person sends back.
async fn transfers_twice(client: &Client) {
    let session = client.session(json!({ "currency": "VND", "amount": "120000" })).await;
    let opened = client.open(&session, "VIETQR").await;
    client.approve(&opened).await;
    client.until_status(&session, "SUCCESS").await;
    client.world.told.paid(&session.id);
    client.world.fault(json!({ "fault": "paid_again", "channel": "bank", "times": 1 })).await;
    client.world.wallet(&opened.1, "approve").await;
    let mut id = None;
    client
        .until("the second one is to be sent back", async || {
            let listed = client.get("/v1/reversals?status=MANUAL").await;
            let all = listed.data()["reversals"].as_array().cloned().unwrap_or_default();
            let ours = all.into_iter().find(|one| one["refund_amount"] == "120000");
            id = ours.and_then(|one| one["refund_id"].as_str().map(str::to_owned));
            id.is_some()
        })
        .await;
    let said = json!({ "outcome": "RETURNED", "note": "bank transfer 4712" });
    client.post(&format!("/v1/reversals/{}/resolve", id.unwrap()), said).await.data();
}

/// Nobody makes a code of it; the bank is asked, and knows the reference.
async fn transfers_by_hand(client: &Client) {
    let session = client.session(json!({ "currency": "EUR", "amount": "1234567" })).await;
    client.pay(&session, "BANK_TRANSFER").await;
}

/// Every call that this channel has: a code that is closed, a second one that is paid and given back, over which
/// the channel takes its time. Alipay can close nothing that nobody has scanned: there the first code is paid too, and goes back.
async fn goes_through(client: &Client, channel: &str, method: &str) {
    let session = client.session(json!({ "currency": "CNY", "amount": "8800" })).await;
    let (id, code) = client.open(&session, method).await;
    client.shopper(&session, Method::POST, &format!("/transactions/{id}/cancel")).await;
    let order = client.pay(&session, method).await;
    client.world.wallet(&code, "approve").await;
    // No message tells that it is back.
    for rule in [
        json!({ "fault": "refund_pending", "channel": channel, "times": 1, "ms": 300, "request": order }),
        json!({ "fault": "silent", "channel": channel, "times": 9, "request": order }),
    ] {
        client.world.fault(rule).await;
    }
    refund(client, &order, channel, None).await;
    until_refunded(client, channel, "SUCCESS").await;
}

/// Nobody answers the first question, so nothing is booked yet.
async fn resolves(client: &Client, id: &str) {
    let silence = json!({ "fault": "server_error", "call": "inquiryRefund", "times": 1 });
    client.world.fault(silence).await;
    let said = json!({ "outcome": "RETURNED", "note": "bank transfer 4711" });
    client.post(&format!("/v1/reversals/{id}/resolve"), said).await.data();
}

/// Nobody can be asked about the first at once; the second fails at the channel; the third does not.
async fn is_refunded_with_trouble(client: &Client) {
    let session = client.session(json!({})).await;
    let order = client.pay(&session, "MAYA").await;
    let silence =
        json!({ "fault": "server_error", "call": "inquiryPayment", "times": 1, "request": order });
    client.world.fault(silence).await;
    refund(client, &order, "late", Some("1000")).await;
    until_refunded(client, "late", "SUCCESS").await;
    client
        .world
        .fault(json!({ "fault": "refund_fails", "times": 1, "ms": 300, "request": order }))
        .await;
    refund(client, &order, "fails", Some("2000")).await;
    client
        .until("it has ended", async || {
            let seen = client.get("/v1/refunds?refund_trans_id=fails").await;
            matches!(seen.body["data"]["status"].as_str(), Some("FAIL" | "SUCCESS"))
        })
        .await;
}

async fn cancels_and_pays_anew(client: &Client) {
    let session = client.session(json!({})).await;
    let (id, _) = client.open(&session, "GCASH").await;
    client.shopper(&session, Method::POST, &format!("/transactions/{id}/check")).await;
    client.shopper(&session, Method::POST, &format!("/transactions/{id}/cancel")).await;
    let order = client.pay(&session, "MAYA").await;
    client
        .post("/v1/transactions/query", json!({ "merchant_id": MERCHANT, "order_id": order }))
        .await;
}

async fn is_cancelled_by_the_merchant(client: &Client) {
    let session = client.session(json!({})).await;
    let change = json!({ "amount": "20000", "goods": [{ "name": "Oolong", "quantity": 1, "unit_amount": "20000" }] });
    let path = format!("/v1/sessions/{}", session.id);
    client.merchant(Method::PATCH, &path, Some(change)).await;
    let other = client.session(json!({})).await;
    let (id, _) = client.open(&other, "GCASH").await;
    client.merchant(Method::POST, &format!("/v1/transactions/{id}/cancel"), None).await;
    client.merchant(Method::POST, &format!("/v1/transactions/{id}/capture"), Some(json!({}))).await;
    for session in [session, other] {
        client.merchant(Method::POST, &format!("/v1/sessions/{}/close", session.id), None).await;
        client.until_status(&session, "CANCELLED").await;
        client
            .post(
                "/v1/sessions/query",
                json!({ "merchant_id": MERCHANT, "session_id": session.id }),
            )
            .await;
    }
}

/// A second is all the time that there was.
async fn is_too_late(client: &Client) {
    for attempt in 0.. {
        let at = Clock::System.now() + client.server.ahead() + 1_500;
        let order = format!("late{attempt}");
        let made = client
            .post("/v1/sessions", client.order(&order, json!({ "expire_time": rfc3339(at) })))
            .await;
        if made.status == 200 {
            let session = Session { id: made.text("session_id"), token: made.text("client_token") };
            client.world.told.session(&order, &session.id);
            return client.until_status(&session, "EXPIRED").await;
        }
        // The server was away meanwhile.
        assert_eq!(made.body["ret_code"], "INVALID_EXPIRY", "{}", made.body);
    }
}

/// The page is opened when nobody has looked for a while: from then on the channel is asked more often.
pub async fn comes_back(client: &Client) {
    let session = client.session(json!({})).await;
    client.open(&session, "GCASH").await;
    tokio::time::sleep(Duration::from_millis(9_500)).await;
    for _ in 0..20 {
        client.shopper(&session, Method::GET, "/status").await;
        tokio::time::sleep(Duration::from_millis(60)).await;
    }
    client.pay(&session, "GCASH").await;
}

async fn scans_the_stall(client: &Client) {
    let body =
        json!({ "currency": "PHP", "label": "stall", "notify_url": client.world.merchant.hook() });
    let id = client.post("/v1/codes", body).await.text("code_id");
    let form = "amount=12.00&sheet=0123456789abcdef";
    let moved = client
        .send(|http| {
            let page = http.post(format!("{}/c/{id}", client.server.base));
            page.header("content-type", "application/x-www-form-urlencoded").body(form)
        })
        .await;
    let session = moved.location.strip_prefix("/pay/").unwrap_or_default().to_owned();
    assert!(!session.is_empty(), "{} {}", moved.status, moved.body);
    client.merchant(Method::POST, &format!("/v1/sessions/{session}/close"), None).await;
    client.merchant(Method::DELETE, &format!("/v1/codes/{id}"), None).await;
}

/// The merchant scans it, and asks again with the same words until there is an answer. After two lives the code may be over.
async fn shows_a_code(client: &Client) {
    let mut body = client.order("counter", json!({}));
    for name in ["return_url", "session_mode"] {
        body.as_object_mut().unwrap().remove(name);
    }
    body["payment"] = json!({ "payment_code": "281000000000000001" });
    let charged = client.post("/v1/transactions", body).await;
    let (order, session) = (charged.text("order_id"), charged.text("session_id"));
    client.world.told.session("counter", &session);
    client.world.told.payment(&order);
    client
        .until("the charge has ended", async || {
            let seen = client.get(&format!("/v1/transactions?order_id={order}")).await;
            matches!(seen.body["data"]["status"].as_str(), Some("SUCCESS" | "CANCELLED"))
        })
        .await;
}
