//! Requests that move money, sent again and again under one key, by many at once, after a crash, after days: the money
//! moves once, and three books say so (T16).

use std::time::Duration;

use florin_proof::promises::Promises;
use futures_util::future::join_all;
use serde_json::{Value, json};

use super::ask::{Reply, count, post};
use super::idempotency::forget_answers;
use crate::support::{TestApp, on_both};

/// How many send the same at once.
const MANY: usize = 30;

/// The sandbox's code that pays at once (`sandbox/src/antom/in_store.rs`).
const AT_ONCE: &str = "281000000000000001";

/// The till's request.
fn charge(app: &TestApp) -> Value {
    let order = app.request("PHP", "25000");
    json!({
        "trans_id": order["trans_id"], "currency": "PHP", "amount": "25000", "notify_url": order["notify_url"],
        "goods": order["goods"], "payment": { "payment_method": "ALIPAY_PLUS", "payment_code": AT_ONCE },
    })
}

async fn sent(app: &TestApp, path: &str, key: &str, body: &Value) -> Reply {
    post(app, path).once(key).json(body).send().await
}

/// The same request of many at once until one of them has its answer; all who have one have the same.
async fn by_many(app: &TestApp, path: &str, key: &str, body: &Value) -> Reply {
    let all = join_all((0..MANY).map(|_| sent(app, path, key, body))).await;
    for reply in &all {
        let may_be = [(200, "000000"), (409, "IDEMPOTENCY_KEY_IN_USE"), (503, "BUSY")];
        assert!(may_be.contains(&(reply.status, reply.code().as_str())), "{}", reply.text());
    }
    let good: Vec<Reply> = all.into_iter().filter(|reply| reply.status == 200).collect();
    assert!(good.iter().all(|reply| reply.bytes == good[0].bytes), "{path}");
    match good.into_iter().next() {
        Some(reply) => reply,
        None => sent(app, path, key, body).await,
    }
}

fn text(reply: &Reply, name: &str) -> String {
    reply.data()[name].as_str().unwrap_or_else(|| panic!("no {name}: {}", reply.text())).to_owned()
}

on_both! {
    async fn money_moves_once_however_often_it_is_asked_for(app: TestApp) {
        let (told, wish) = (Promises::default(), charge(app));
        let paid = by_many(app, "/v1/transactions", "till-1", &wish).await;
        assert_eq!(text(&paid, "status"), "SUCCESS");
        let order = text(&paid, "order_id");
        told.session(wish["trans_id"].as_str().unwrap(), &text(&paid, "session_id"));
        told.payment(&order);
        told.taken(&order);
        let part = json!({ "order_id": order, "amount": "9000", "refund_trans_id": "part" });
        let back = by_many(app, "/v1/refunds", "back-1", &part).await;
        told.refund("part", &text(&back, "refund_id"));
        // As if every answer had been lost with its process.
        forget_answers(app).await;
        for _ in 0..2 {
            assert_eq!(text(&by_many(app, "/v1/transactions", "till-1", &wish).await, "order_id"), order);
            let again = by_many(app, "/v1/refunds", "back-1", &part).await;
            assert_eq!(text(&again, "refund_id"), text(&back, "refund_id"));
        }
        // Another key, and the key forgotten after its 72 hours: the merchant's own numbers hold it still.
        for key in ["back-2", "back-1"] {
            let other = sent(app, "/v1/refunds", key, &part).await;
            assert_eq!(text(&other, "refund_id"), text(&back, "refund_id"), "{key}");
            app.pass(Duration::from_secs(73 * 3600));
        }
        app.until("the part is back", async || app.held(&order).await == 16_000).await;
        assert_eq!(count(app, "select count(*) from payment").await, 1);
        assert_eq!(count(app, "select count(*) from reversal").await, 1);
        app.agrees_and_kept(1, &told.all()).await;
    }

    async fn a_shopper_pays_once_whatever_the_shop_repeats(app: TestApp) {
        let (told, request) = (Promises::default(), app.request("PHP", "25000"));
        let made = by_many(app, "/v1/sessions", "order-1", &request).await;
        let (id, trans_id) = (text(&made, "session_id"), request["trans_id"].as_str().unwrap().to_owned());
        told.session(&trans_id, &id);
        let session = crate::support::Session { id: id.clone(), trans_id: trans_id.clone(), token: text(&made, "client_token") };
        let opened = join_all((0..8).map(|_| app.pay(&session, "GCASH"))).await;
        let order = crate::support::order_id(&opened[0]);
        assert!(opened.iter().all(|one| crate::support::order_id(one) == order));
        told.payment(&order);
        app.wallet(&crate::support::code(&opened[0]), "approve").await.is_paid();
        told.taken(&order);
        app.until_status(&session, "SUCCESS").await;
        told.paid(&id);
        forget_answers(app).await;
        let again = by_many(app, "/v1/sessions", "order-1", &request).await;
        assert_eq!(text(&again, "session_id"), id);
        let whole = json!({ "session_id": id, "refund_trans_id": "whole" });
        let back = by_many(app, "/v1/refunds", "back-1", &whole).await;
        told.refund("whole", &text(&back, "refund_id"));
        app.until("it is back", async || app.held(&order).await == 0).await;
        app.agrees_and_kept(1, &told.all()).await;
    }
}
