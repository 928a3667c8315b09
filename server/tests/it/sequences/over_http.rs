//! The same over real HTTP: many shoppers at once, the sandbox with its faults, and its own book at the end.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::time::Duration;

use florin_server::store::checks::{self, When};
use reqwest::Method;
use serde_json::{Value, json};

use super::dice::Dice;
use crate::support::{Answer, Session, TestApp, on_both};

/// Shoppers at the same time, and how often a new group of them comes.
const AT_ONCE: u64 = 25;
const GROUPS: u64 = 8;

const CALLS: [&str; 5] = ["pay", "inquiryPayment", "cancel", "refund", "inquiryRefund"];

on_both! {
    async fn the_sandboxs_book_tells_the_same(app: TestApp) {
        app.leaves_money_to_people("its channel refuses some refunds for good");
        for group in 0..GROUPS {
            let dice = Dice::of(group, &[1]);
            a_group(app, group, dice).await;
        }
        calm(app).await;
        assert_eq!(judge(app).await, Vec::<String>::new());
    }
}

/// What one shopper has at hand.
struct Shopper {
    session: Session,
    codes: Mutex<Vec<(String, String)>>,
}

async fn a_group(app: &TestApp, group: u64, mut dice: Dice) {
    let mut shoppers = Vec::new();
    for _ in 0..AT_ONCE {
        let session = app.session("PHP", dice.one_of(&["25000", "30000"])).await;
        shoppers.push(Shopper { session, codes: Mutex::default() });
    }
    for part in 0..3 {
        for _ in 0..4 {
            app.fault(fault(group, &mut dice)).await;
        }
        let acts = shoppers.iter().enumerate().map(|(number, shopper)| {
            let mut dice = Dice::of(group, &[2, part, number as u64]);
            async move {
                for _ in 0..3 {
                    act(app, shopper, part, &mut dice).await;
                }
            }
        });
        futures_util::future::join_all(acts).await;
        // What is under way in the background ends before the time leaps.
        tokio::time::sleep(Duration::from_millis(200)).await;
        app.pass(Duration::from_secs(dice.one_of(&[1, 25, 16 * 60, 31 * 60])));
    }
}

/// A rule for whoever comes next. A channel that takes money for a closed code tells of it, so the groups in which it
/// does are not those in which it is silent.
fn fault(group: u64, dice: &mut Dice) -> Value {
    let quiet = ["silent", "silent", "bad_signature"];
    let loud = ["paid_after_cancel", "duplicate", "contradiction"];
    let mine = if group.is_multiple_of(2) { dice.one_of(&quiet) } else { dice.one_of(&loud) };
    let on_a_call = dice.one_of(&[
        "lost_reply",
        "server_error",
        "half_body",
        "unknown",
        "bad_signature",
        "late",
    ]);
    let at_the_payers = dice.one_of(&[
        "cancel_returns_money",
        "decline",
        "pending",
        "refund_pending",
        "refund_fails",
        "refund_refused",
        "wrong_amount",
    ]);
    let name = dice.one_of(&[mine, on_a_call, at_the_payers]);
    let mut rule = json!({ "fault": name, "times": 1 + dice.below(3) });
    if name == mine && name == "bad_signature" {
        rule["call"] = json!("notification");
    } else if name == on_a_call {
        rule["call"] = json!(dice.one_of(&CALLS));
        rule["ms"] = json!(60);
    } else if matches!(name, "pending" | "refund_pending" | "refund_fails") {
        rule["ms"] = json!(700);
    }
    if name == "duplicate" {
        rule["reordered"] = json!(true);
    }
    rule
}

async fn act(app: &TestApp, shopper: &Shopper, part: u64, dice: &mut Dice) {
    let session = &shopper.session;
    let any_code = |dice: &mut Dice| {
        let codes = shopper.codes.lock().unwrap();
        let newest =
            if dice.is_under(60) { codes.len().saturating_sub(1) } else { dice.below(codes.len()) };
        codes.get(newest).cloned()
    };
    let kind = if shopper.codes.lock().unwrap().is_empty() { 0 } else { dice.below(20) };
    match (kind, any_code(dice)) {
        (0..6, _) | (_, None) => {
            let method = dice.one_of(&["GCASH", "MAYA", "BANK_TRANSFER"]);
            let opened = app.pay(session, method).await;
            keep(shopper, &opened);
        }
        (6..13, Some((_, code))) => {
            _ = app.wallet(&code, "approve").await;
        }
        (13, Some((_, code))) => {
            _ = app.wallet(&code, "decline").await;
        }
        (14..17, Some((id, _))) => {
            answered(&app.cancel(session, &id).await);
        }
        (17, Some((id, _))) => {
            answered(&app.check_now(session, &id).await);
        }
        (18, _) if part == 2 => {
            let path = format!("/v1/sessions/{}/close", session.id);
            answered(&app.merchant(Method::POST, &path, None).await);
        }
        (19, Some((id, _))) => {
            let number = dice.below(4);
            let mut body = json!({ "order_id": id, "refund_trans_id": format!("{id}-{number}") });
            if number > 0 {
                body["amount"] = json!((number * 4_000).to_string());
            }
            answered(&app.merchant(Method::POST, "/v1/refunds", Some(body)).await);
        }
        _ => {
            app.status(session).await;
        }
    }
}

fn keep(shopper: &Shopper, opened: &Answer) {
    answered(opened);
    let data = &opened.body["data"];
    if let (Some(id), Some(code)) =
        (data["order_id"].as_str(), data["next_action"]["text"].as_str())
    {
        shopper.codes.lock().unwrap().push((id.to_owned(), code.to_owned()));
    }
}

/// Whatever the outside does, we never have to say that it was our fault.
#[track_caller]
fn answered(answer: &Answer) {
    assert!(answer.status != 500, "{}", answer.body);
}

/// The faults end, and time passes until nothing is left to do.
async fn calm(app: &TestApp) {
    let stopped =
        reqwest::Client::new().delete(format!("{}/faults", app.sandbox)).send().await.unwrap();
    assert!(stopped.status().is_success());
    for _ in 0..150 {
        tokio::time::sleep(Duration::from_millis(200)).await;
        if is_at_rest(app).await {
            return;
        }
        app.pass(Duration::from_secs(61));
    }
    app.check(When::AtRest).await;
    panic!("it never comes to rest");
}

async fn is_at_rest(app: &TestApp) -> bool {
    let mut tx = app.app.store.read().await.unwrap();
    let open: Option<(i64,)> = tx
        .sql(
            "select (select count(*) from session where state in ('OPEN', 'CLOSING'))
                  + (select count(*) from payment where next_ask_ms is not null)
                  + (select count(*) from reversal where next_try_ms is not null)
                  + (select count(*) from outbox where state = 'PENDING')",
        )
        .one()
        .await
        .unwrap();
    let clean = checks::run(&mut tx, When::AtRest, app.app.now()).await.unwrap().is_empty();
    open == Some((0,)) && clean
}

/// The store, the sandbox's book and the merchant's messages, one by one.
#[allow(clippy::print_stdout)] // What a run has shown.
async fn judge(app: &TestApp) -> Vec<String> {
    let mut wrong = Vec::new();
    let payments: Vec<(String, String, String, i64, i64, i64)> = app
        .app
        .store
        .read()
        .await
        .unwrap()
        .sql(
            "select p.request_id, p.state, p.role, p.amount,
                    cast(coalesce(sum(case when r.state = 'SUCCESS' then r.amount else 0 end), 0) as bigint),
                    cast(coalesce(sum(case when r.state = 'MANUAL' then r.amount else 0 end), 0) as bigint)
               from payment p left join reversal r on r.payment_id = p.payment_id
              group by p.request_id, p.state, p.role, p.amount",
        )
        .all()
        .await
        .unwrap();
    let book = app.book().await;
    for row in &book {
        let request = row["paymentRequestId"].as_str().unwrap_or_default();
        let number = |name: &str| row[name].as_i64().unwrap_or_default();
        let held = number("captured") - number("refunded") - number("cancelled_after_capture");
        let Some((_, state, role, amount, returned, manual)) =
            payments.iter().find(|(id, ..)| id == request)
        else {
            wrong.push(format!("only the sandbox knows {request}"));
            continue;
        };
        let fits = match role.as_str() {
            "ACCEPTED" => held == amount - returned && held >= 0,
            "SURPLUS" if *manual > 0 => (0..=*manual).contains(&held),
            _ => held == 0,
        };
        if !fits {
            wrong.push(format!(
                "{request} {state} {role}: held {held}, {returned} returned, {manual} manual; {row}"
            ));
        }
    }
    let accepted = payments.iter().filter(|(_, _, role, ..)| role == "ACCEPTED").count();
    let surplus = payments.iter().filter(|(_, _, role, ..)| role == "SURPLUS").count();
    let refunded =
        payments.iter().filter(|(_, _, role, _, back, _)| role == "ACCEPTED" && *back > 0).count();
    println!(
        "{} payments, {accepted} accepted, {refunded} of them refunded, {surplus} given back",
        payments.len()
    );
    if accepted == 0 || surplus == 0 || refunded == 0 {
        wrong.push("nothing was proved".into());
    }
    wrong.extend(the_merchant(app).await);
    wrong
}

async fn the_merchant(app: &TestApp) -> Vec<String> {
    let results: Vec<(String, String)> = app
        .app
        .store
        .read()
        .await
        .unwrap()
        .sql("select trans_id, to_state from event where kind = 'RESULT' order by trans_id, seq")
        .all()
        .await
        .unwrap();
    // At least once: what comes again comes under the same id, and counts once.
    let mut heard: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut known = BTreeSet::new();
    for message in app.sink.received() {
        if known.insert(message.id) {
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            let kinds = heard.entry(text(&message.body["data"]["trans_id"])).or_default();
            kinds.push(text(&message.body["type"]));
        }
    }
    let mut wrong = Vec::new();
    for group in results.chunk_by(|a, b| a.0 == b.0) {
        let log: Vec<String> = group.iter().map(|(_, kind)| kind.clone()).collect();
        let told = heard.get(&group[0].0).cloned().unwrap_or_default();
        if told != log {
            wrong.push(format!("{}: the log has {log:?}, the merchant heard {told:?}", group[0].0));
        }
    }
    wrong
}
