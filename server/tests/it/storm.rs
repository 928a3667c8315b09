//! Notifications in every order, several times, at once, at two processes, a month late, and among forged ones (T06).
//!
//! `FLORIN_STORM=n` tells of n orders, `FLORIN_FORGED=n` of n forgeries; `make soak` sets both.

mod forge;
mod returns;
mod send;

use std::time::Duration;

use forge::{FORGERIES, Forger};
use futures_util::StreamExt;
use reqwest::Method;
use send::{Notice, at_the_same_moment};
use serde_json::{Value, json};

use crate::support::{Answer, Session, TestApp, code, often, on_both, order_id};

/// What a channel may say of one payment that was paid; each is signed as it should be.
const KINDS: [fn(&str) -> Value; 7] = [
    |order| crate::support::antom::paid(order, "25000"),
    |order| saying(order, "PAYMENT_RESULT", "PAYMENT_IN_PROCESS", "U"),
    |order| saying(order, "PAYMENT_RESULT", "USER_BALANCE_NOT_ENOUGH", "F"),
    |order| saying(order, "PAYMENT_RESULT", "ORDER_IS_CLOSED", "F"),
    |order| saying(order, "PAYMENT_PENDING", "SUCCESS", "S"),
    |order| crate::support::antom::paid(order, "24999"),
    |order| {
        let mut body = crate::support::antom::paid(order, "25000");
        body["paymentAmount"]["currency"] = json!("JPY");
        body
    },
];

fn saying(order: &str, kind: &str, code: &str, status: &str) -> Value {
    let mut body = crate::support::antom::paid(order, "25000");
    body["notifyType"] = json!(kind);
    body["result"] = json!({ "resultCode": code, "resultStatus": status, "resultMessage": "" });
    body
}

/// The `number`th order in which these can stand, and from the beginning again after the last.
fn permutation(mut number: usize, things: &[usize]) -> Vec<usize> {
    let (mut left, mut order) = (things.to_vec(), Vec::new());
    while !left.is_empty() {
        order.push(left.remove(number % left.len()));
        number /= left.len() + 1;
    }
    order
}

/// An order that its payer has paid, while the channel tells nobody.
async fn silently_paid(app: &TestApp) -> (Session, String) {
    let session = app.session("PHP", "25000").await;
    let opened = app.pay(&session, "GCASH").await;
    app.wallet(&code(&opened), "approve").await.is_paid();
    (session, order_id(&opened))
}

/// Every notice of this order, twice at the same moment at each process, then the next. Gives how long each answer took.
async fn told(bases: &[String], order: &str, number: usize) -> Vec<Duration> {
    let notices: Vec<Notice> = KINDS.iter().map(|kind| Notice::signed(kind(order))).collect();
    in_this_order(bases, &notices, number).await
}

/// The same of whatever notices there are, in their `number`th order.
async fn in_this_order(bases: &[String], notices: &[Notice], number: usize) -> Vec<Duration> {
    let everything: Vec<usize> = (0..notices.len()).collect();
    let mut took = Vec::new();
    for kind in permutation(number, &everything) {
        for (status, time) in notices[kind].twice_at_each(bases).await {
            assert_eq!(status, 200, "notice {kind}, order of notices {number}");
            took.push(time);
        }
    }
    took
}

/// How long acknowledgements took. 50 ms for 99 of 100 is the goal (T06): judged where `FLORIN_ACKS_WITHIN_MS` says so, on a machine that does nothing
/// else; among other tests it is only told.
#[allow(clippy::print_stdout)] // What has been shown.
fn tell_times(what: &str, mut took: Vec<Duration>) {
    took.sort();
    let at = |share: usize| took[(took.len() * share / 100).min(took.len() - 1)];
    let (all, median, p99) = (took.len(), at(50), at(99));
    println!("{what}: {all} notices acknowledged, {median:.1?} in the median, p99 {p99:.1?}");
    if let Ok(most) = std::env::var("FLORIN_ACKS_WITHIN_MS") {
        assert!(
            p99 <= Duration::from_millis(most.parse().unwrap()),
            "{what}: p99 {p99:?}, not {most} ms"
        );
    }
}

/// How often a payment has become paid, and how many returns it has.
async fn became(app: &TestApp, order: &str) -> (i64, i64) {
    let mut tx = app.app.store.read().await.unwrap();
    let counted = tx.sql(
        "select (select count(*) from event where payment_id = $1 and kind = 'ATTEMPT' and to_state = 'SUCCESS'),
                (select count(*) from reversal where payment_id = $1)",
    );
    counted.bind(order).one().await.unwrap().unwrap()
}

/// Where notices may arrive: on PostgreSQL at two processes.
async fn doors(app: &TestApp) -> Vec<String> {
    match app.database.starts_with("postgres") {
        true => vec![app.base.clone(), app.another().await.1],
        false => vec![app.base.clone()],
    }
}

fn forged(app: &TestApp) -> u64 {
    app.app.counters.forged.load(std::sync::atomic::Ordering::Relaxed)
}

on_both! {
    async fn in_whatever_order_and_however_often_they_come_the_end_is_the_same(app: TestApp) {
        app.fault(json!({ "fault": "silent", "times": 1_000_000 })).await;
        let bases = doors(app).await;
        let orders = futures_util::stream::iter(0..often("FLORIN_STORM", 60)).map(async |number| {
            let (session, order) = silently_paid(app).await;
            // Eleven is prime to the number of permutations: a short run sees orders of every beginning.
            let took = told(&bases, &order, number * 11).await;
            ((session, order), took)
        });
        let (orders, took): (Vec<_>, Vec<_>) = orders.buffer_unordered(12).unzip().await;
        tell_times("of payments", took.concat());
        for (session, order) in &orders {
            app.until_status(session, "SUCCESS").await;
            assert_eq!(became(app, order).await, (1, 0), "{order}");
            assert_eq!(app.held(order).await, 25000);
        }
        app.until("every merchant has heard", async || orders.iter().all(|(session, _)| !app.sink.kinds(&session.trans_id).is_empty())).await;
        // A month later all of it once more.
        app.pass(Duration::from_secs(30 * 86400));
        let (rows, heard) = (app.rows().await, app.sink.received().len());
        for (_, order) in orders.iter().take(20) {
            told(&bases, order, 0).await;
        }
        assert_eq!(app.rows().await, rows, "what was said before is nothing new");
        for (session, order) in &orders {
            assert_eq!(became(app, order).await, (1, 0), "{order}");
            assert_eq!(app.sink.kinds(&session.trans_id), ["PAYMENT.SUCCESS"]);
        }
        assert_eq!(app.sink.received().len(), heard);
        app.agrees(orders.len()).await;
    }

    async fn thirty_that_arrive_at_the_same_moment_are_one(app: TestApp) {
        app.fault(json!({ "fault": "silent", "times": 1_000_000 })).await;
        let bases = doors(app).await;
        for _ in 0..5 {
            let (session, order) = silently_paid(app).await;
            let notice = Notice::signed(crate::support::antom::paid(&order, "25000"));
            let statuses = at_the_same_moment(&bases, &notice, 30).await;
            assert_eq!(statuses, vec![200; 30]);
            app.until("the merchant has heard", async || !app.sink.kinds(&session.trans_id).is_empty()).await;
            assert_eq!(became(app, &order).await, (1, 0));
            assert_eq!(app.sink.kinds(&session.trans_id), ["PAYMENT.SUCCESS"]);
        }
        app.agrees(5).await;
    }

    async fn no_forgery_is_believed_and_each_is_counted(app: TestApp) {
        let (cheap, dear) = (app.session("PHP", "100").await, app.session("PHP", "25000").await);
        let opened: Vec<Answer> = vec![app.pay(&cheap, "GCASH").await, app.pay(&dear, "GCASH").await];
        let [cheap_order, dear_order] = [order_id(&opened[0]), order_id(&opened[1])];
        let forger = Forger::new(&cheap_order, &dear_order);
        let (rows, before) = (app.rows().await, forged(app));
        let many = often("FLORIN_FORGED", 60 * FORGERIES);
        let tries = futures_util::stream::iter(0..many).map(async |number| {
            let (name, notice) = forger.forgery(number);
            let status = notice.post(&app.base).await;
            assert_eq!(status, 401, "{name} ({number})");
        });
        assert_eq!(tries.buffer_unordered(16).count().await, many);
        assert_eq!(forged(app) - before, many as u64);
        let large = Notice::signed(json!({ "more": "x".repeat(10 << 20) }));
        // Refused before it is all there: the answer may be lost with the connection.
        assert!(matches!(large.try_post(&app.base).await, Ok(413) | Err(_)));
        assert_eq!(app.rows().await, rows);
        for session in [&cheap, &dear] {
            assert_eq!(app.status(session).await["payment_status"], "PROCESSING");
        }
        // What the forger forges is believed when it is genuine; this time the channel's book knows of it too.
        app.wallet(&code(&opened[1]), "approve").await.is_paid();
        assert_eq!(forger.genuine().post(&app.base).await, 200);
        app.until_status(&dear, "SUCCESS").await;
        app.cancel(&cheap, &cheap_order).await.data();
        app.agrees(1).await;
    }

    async fn a_genuine_notice_of_nothing_of_ours_changes_nothing(app: TestApp) {
        let (session, rows) = (app.session("PHP", "25000").await, app.rows().await);
        for order in ["GW0", "GWnobodys0000000000000000000000", "'; drop table payment; --", "", &session.id, &session.trans_id] {
            let notice = Notice::signed(crate::support::antom::paid(order, "25000"));
            assert_eq!(notice.post(&app.base).await, 404, "{order}");
        }
        let refund = Notice::signed(json!({
            "notifyType": "REFUND_RESULT", "refundStatus": "SUCCESS", "refundRequestId": "RF1", "refundId": "2026",
            "refundAmount": { "currency": "PHP", "value": "25000" },
            "result": { "resultCode": "SUCCESS", "resultStatus": "S", "resultMessage": "success" },
        }));
        refund.post(&app.base).await;
        assert_eq!(app.rows().await, rows);
        assert_eq!(app.call(Method::GET, "/notify/antom", None, &[], None).await.status, 405);
        app.agrees(0).await;
    }
}

#[test]
fn every_permutation_is_one_of_its_own() {
    let everything: Vec<usize> = (0..KINDS.len()).collect();
    let all: std::collections::BTreeSet<_> =
        (0..5_040).map(|number| permutation(number * 11, &everything)).collect();
    assert_eq!(all.len(), 5_040);
}
