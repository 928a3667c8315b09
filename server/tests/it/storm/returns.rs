//! The storm's other words: what channels say of refunds, and that a payment is closed (T06).

use futures_util::StreamExt;
use reqwest::Method;
use serde_json::{Value, json};

use super::send::Notice;
use super::{KINDS, became, doors, in_this_order, tell_times};
use crate::support::{Session, TestApp, code, often, on_both, order_id};

/// How long the channel takes to give money back: longer than it takes to tell all of an order's notices.
const UNDER_WAY_MS: u64 = 4_000;

/// What a channel may say of one refund, with each word for the payment that says something else than "paid".
fn words(order: &str, refund: &str) -> Vec<Notice> {
    let of_refund = [
        said(refund, "PROCESSING", "20000"),
        said(refund, "FAIL", "20000"),
        said(refund, "SUCCESS", "20000"),
        said(refund, "SUCCESS", "19999"),
    ];
    let of_payment = [KINDS[0], KINDS[2], KINDS[3]].map(|kind| kind(order));
    of_refund.into_iter().chain(of_payment).map(Notice::signed).collect()
}

fn said(refund: &str, status: &str, minor: &str) -> Value {
    let result = match status {
        "FAIL" => json!({ "resultCode": "PROCESS_FAIL", "resultStatus": "F", "resultMessage": "" }),
        _ => json!({ "resultCode": "SUCCESS", "resultStatus": "S", "resultMessage": "success" }),
    };
    json!({
        "notifyType": "REFUND_RESULT", "refundStatus": status, "refundRequestId": refund, "refundId": "2026",
        "refundAmount": { "currency": "PHP", "value": minor }, "result": result,
    })
}

/// A paid order of which a part is on its way back; gives the numbers of both.
async fn going_back(app: &TestApp) -> (Session, String, String) {
    let session = app.session("PHP", "25000").await;
    let opened = app.pay(&session, "GCASH").await;
    app.wallet(&code(&opened), "approve").await.is_paid();
    app.until_status(&session, "SUCCESS").await;
    let order = order_id(&opened);
    let own = format!("r-{}", session.trans_id);
    let wish = json!({ "order_id": order, "amount": "20000", "refund_trans_id": own });
    let made = app.merchant(Method::POST, "/v1/refunds", Some(wish)).await;
    let refund = made.data()["refund_id"].as_str().unwrap().to_owned();
    (session, order, refund)
}

async fn refund_status(app: &TestApp, refund: &str) -> Value {
    let path = format!("/v1/refunds?refund_id={refund}");
    app.merchant(Method::GET, &path, None).await.data()["status"].clone()
}

/// What Alipay may say of one payment that was paid: among it that the trade was closed unpaid.
fn of_alipay(order: &str) -> Vec<Notice> {
    let paid = [("trade_status", "TRADE_SUCCESS"), ("gmt_payment", "2026-11-18 12:01:30")];
    vec![
        Notice::form(order, "88.88", &[("trade_status", "WAIT_BUYER_PAY")]),
        Notice::form(order, "88.88", &paid),
        Notice::form(order, "88.88", &[("trade_status", "TRADE_CLOSED")]),
        Notice::form(order, "88.87", &paid),
    ]
}

on_both! {
    async fn whatever_is_said_of_a_refund_it_is_made_once(app: TestApp) {
        let bases = doors(app).await;
        let many = often("FLORIN_STORM", 24);
        app.fault(json!({ "fault": "refund_pending", "ms": UNDER_WAY_MS, "times": many })).await;
        let orders = futures_util::stream::iter(0..many).map(async |number| {
            let (session, order, refund) = going_back(app).await;
            let took = in_this_order(&bases, &words(&order, &refund), number * 11).await;
            ((session, order, refund), took)
        });
        let (orders, took): (Vec<_>, Vec<_>) = orders.buffer_unordered(8).unzip().await;
        tell_times("of refunds", took.concat());
        for (session, order, refund) in &orders {
            app.until("the money is back", async || app.held(order).await == 5_000).await;
            assert_eq!(refund_status(app, refund).await, "SUCCESS", "{refund}");
            assert_eq!(became(app, order).await, (1, 1), "{order}");
            app.until("the merchant has heard", async || app.sink.kinds(&session.trans_id).len() > 1).await;
            assert_eq!(app.sink.kinds(&session.trans_id), ["PAYMENT.SUCCESS", "REFUND.SUCCESS"]);
        }
        app.agrees(many).await;
    }

    async fn a_notice_that_it_was_closed_takes_nothing_back(app: TestApp) {
        app.fault(json!({ "fault": "silent", "channel": "alipay", "times": 1_000_000 })).await;
        let bases = doors(app).await;
        // Each of the 24 orders of four notices once.
        let orders = futures_util::stream::iter(0..24).map(async |number| {
            let session = app.session("CNY", "8888").await;
            let opened = app.pay(&session, "ALIPAY").await;
            app.wallet(&code(&opened), "approve").await.is_paid();
            let order = order_id(&opened);
            let took = in_this_order(&bases, &of_alipay(&order), number).await;
            ((session, order), took)
        });
        let (orders, took): (Vec<_>, Vec<_>) = orders.buffer_unordered(8).unzip().await;
        tell_times("of Alipay's", took.concat());
        for (session, order) in &orders {
            app.until_status(session, "SUCCESS").await;
            assert_eq!(became(app, order).await, (1, 0), "{order}");
            app.until("the merchant has heard", async || !app.sink.kinds(&session.trans_id).is_empty()).await;
            assert_eq!(app.sink.kinds(&session.trans_id), ["PAYMENT.SUCCESS"]);
        }
        app.agrees(orders.len()).await;
    }
}
