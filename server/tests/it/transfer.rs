//! Transfers by hand to an account of the merchant's own (`docs/transfers.md`): what the bank tells of them is matched by reference and
//! amount, and what names nobody waits for a person.

use std::sync::atomic::Ordering;
use std::time::Duration;

use florin_server::domain::credit::CreditState;
use florin_server::domain::payment::PaymentState;
use florin_server::store::checks::When;
use florin_server::store::credits::{self, Kept};
use reqwest::Method;
use serde_json::json;

use crate::refunds::stored;
use crate::support::by_hand::one;
use crate::support::{Answer, Session, TestApp, code, on_both, order_id};
use crate::webhooks::sign;

mod statements;

const AMOUNT: &str = "1234567";
const MINOR: i64 = 1_234_567;

async fn opened(app: &TestApp) -> (Session, Answer) {
    let session = app.session("EUR", AMOUNT).await;
    let opened = app.pay(&session, "BANK_TRANSFER").await;
    (session, opened)
}

/// The bank has been asked once: from then on it knows where credits are told.
async fn introduced(app: &TestApp) {
    let (session, opened) = opened(app).await;
    app.check_now(&session, &order_id(&opened)).await.data();
}

fn reference(opened: &Answer) -> String {
    opened.data()["next_action"]["transfer"]["reference"].as_str().unwrap().to_owned()
}

/// The slip as a customer fills it in who writes this for a reference.
fn slip(opened: &Answer, written: &str) -> String {
    let plain = written.replace(' ', "+");
    code(opened).replace(&reference(opened), &plain)
}

async fn kept(app: &TestApp, state: CreditState) -> Vec<Kept> {
    credits::list(&mut app.app.store.read().await.unwrap(), state.as_str(), 100).await.unwrap()
}

/// The bank's own number of the transfer that it keeps under this one of ours.
async fn bank_id(app: &TestApp, number: &str) -> String {
    let book = app.book().await;
    let row = book.iter().find(|row| row["paymentRequestId"] == number).unwrap();
    row["paymentId"].as_str().unwrap().to_owned()
}

/// What signs for the sandbox's bank; it is public.
const BANK: &str = "whsec_Zmxvcmluc2FuZGJveGJhbmtzZWNyZXQwMDAx";

/// A message of the bank's about a credit of this id, which it counts as the first under its reference.
async fn told_as_the_first(app: &TestApp, id: &str, reference: &str) -> u16 {
    told(app, id, (reference, 1)).await
}

/// The same about the how manieth.
async fn told(app: &TestApp, id: &str, (reference, number): (&str, u32)) -> u16 {
    let data = json!({
        "account": "SANDBOX_TRANSFER", "reference": reference, "id": id, "number": number, "amount": AMOUNT, "currency": "EUR",
        "at": "2026-11-18T04:01:30Z",
    });
    let message =
        json!({ "type": "credit.received", "timestamp": "2026-11-18T04:01:31Z", "data": data });
    let time = (app.app.now() / 1000).to_string();
    let signature = sign(BANK, id, &time, &message.to_string());
    let headers =
        [("webhook-id", id), ("webhook-timestamp", &time), ("webhook-signature", &signature)];
    app.call(Method::POST, "/notify/transfer.eur", None, &headers, Some(message)).await.status
}

on_both! {
    async fn it_is_paid_by_its_notification_and_known_by_its_reference(app: TestApp) {
        introduced(app).await;
        let (session, opened) = opened(app).await;
        let action = &opened.data()["next_action"];
        assert_eq!(action["type"], "show_transfer", "{}", opened.body);
        assert_eq!(action["transfer"]["amount"], "12345.67");
        assert_eq!(action["transfer"]["account"], "DE75512108001245126199");
        let payment = stored(app, &order_id(&opened)).await;
        assert_eq!((payment.channel.as_str(), payment.request_id), ("transfer.eur", reference(&opened)));
        app.wallet(&code(&opened), "approve").await.is_paid();
        app.until("the merchant is told", async || app.sink.kinds(&session.trans_id) == ["PAYMENT.SUCCESS"]).await;
        assert_eq!(app.held(&reference(&opened)).await, MINOR);
        assert_eq!(app.app.counters.forged.load(Ordering::Relaxed), 0);
        let matched = kept(app, CreditState::Matched).await;
        assert_eq!(matched.len(), 1);
        assert_eq!(matched[0].request_id, reference(&opened));
        app.check(When::AtRest).await;
    }

    async fn it_is_found_however_the_reference_was_typed(app: TestApp) {
        introduced(app).await;
        let (session, opened) = opened(app).await;
        let typed = format!("Order 7: {}", reference(&opened).to_ascii_lowercase());
        app.wallet(&slip(&opened, &typed), "approve").await.is_paid();
        app.until("it is paid", async || app.session_status(&session).await == "SUCCESS").await;
    }

    async fn a_message_told_five_times_counts_once(app: TestApp) {
        introduced(app).await;
        app.fault(json!({ "fault": "duplicate", "copies": 5, "reordered": true, "times": 9 })).await;
        let (session, opened) = opened(app).await;
        app.wallet(&code(&opened), "approve").await.is_paid();
        app.until_status(&session, "SUCCESS").await;
        app.until("it is kept", async || kept(app, CreditState::Matched).await.len() == 1).await;
        app.until("the merchant is told", async || !app.sink.kinds(&session.trans_id).is_empty()).await;
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert_eq!(kept(app, CreditState::Matched).await.len(), 1);
        assert_eq!(app.sink.kinds(&session.trans_id), ["PAYMENT.SUCCESS"]);
    }

    async fn a_forged_message_is_refused_and_nothing_of_it_is_kept(app: TestApp) {
        app.has_no_channels_book("the only message about a transfer without a reference was forged");
        introduced(app).await;
        app.fault(json!({ "fault": "bad_signature", "call": "notification", "times": 99 })).await;
        let (session, opened) = opened(app).await;
        app.wallet(&slip(&opened, "thanks"), "approve").await.is_paid();
        app.until("it is counted", async || app.app.counters.forged.load(Ordering::Relaxed) > 0).await;
        assert_eq!(credits::list(&mut app.app.store.read().await.unwrap(), "", 9).await.unwrap(), []);
        assert_eq!(app.session_status(&session).await, "PROCESSING");
    }

    async fn another_amount_under_the_right_reference_is_never_accepted(app: TestApp) {
        app.leaves_money_to_people("a person sends a transfer back");
        introduced(app).await;
        let (session, opened) = opened(app).await;
        let short = code(&opened).replace("12345.67", "12345.60");
        app.wallet(&short, "approve").await.is_paid();
        assert_eq!(app.to_be_sent_back(1).await, one("MISMATCH", "1234560"));
        assert_eq!(app.session_status(&session).await, "PROCESSING");
    }

    async fn a_reference_with_a_slip_or_none_is_not_guessed_and_a_person_is_asked(app: TestApp) {
        introduced(app).await;
        let (session, opened) = opened(app).await;
        let right = reference(&opened);
        // A digit for a digit and a letter for a letter: such a slip the check finds out always, another one in 97 times not.
        let last = match right.chars().last() {
            Some('7') => '8',
            Some('0'..='9') => '7',
            Some('X') => 'Y',
            _ => 'X',
        };
        let wrong = format!("{}{last}", &right[..15]);
        app.wallet(&slip(&opened, &wrong), "approve").await.is_paid();
        app.wallet(&slip(&opened, "thanks"), "approve").await.is_paid();
        app.until("a person is asked", async || kept(app, CreditState::Stray).await.len() == 2).await;
        let strays = kept(app, CreditState::Stray).await;
        assert_eq!(app.session_status(&session).await, "PROCESSING");
        let other = strays.iter().find(|stray| stray.credit.reference == "thanks").unwrap().credit.id.clone();
        // As `florin credits foreign` does, while the server runs.
        let now = app.app.now();
        let said = app.app.store.write(async move |tx: &mut florin_server::store::Tx| {
            let foreign = credits::foreign(tx, ("transfer.eur", &other), "rent", now).await?;
            let again = credits::foreign(tx, ("transfer.eur", &other), "", now).await?;
            Ok::<_, florin_server::Error>((foreign, again))
        }).await.unwrap();
        assert_eq!(said, (true, false));
        assert_eq!((kept(app, CreditState::Stray).await.len(), kept(app, CreditState::Foreign).await.len()), (1, 1));
        // Then the shopper pays rightly: the bank's first under this reference, and ours.
        app.wallet(&code(&opened), "approve").await.is_paid();
        app.until_status(&session, "SUCCESS").await;
        app.until("the merchant is told", async || app.sink.kinds(&session.trans_id) == ["PAYMENT.SUCCESS"]).await;
        assert_eq!(kept(app, CreditState::Matched).await[0].request_id, reference(&opened));
    }

    async fn a_second_transfer_is_to_be_sent_back(app: TestApp) {
        app.leaves_money_to_people("a person sends a transfer back");
        introduced(app).await;
        app.fault(json!({ "fault": "paid_again", "channel": "bank", "times": 1 })).await;
        let (session, opened) = opened(app).await;
        app.wallet(&code(&opened), "approve").await.is_paid();
        app.until_status(&session, "SUCCESS").await;
        app.wallet(&code(&opened), "approve").await.is_paid();
        assert_eq!(app.to_be_sent_back(1).await, one("SURPLUS", AMOUNT));
        assert_eq!(app.status(&session).await["order_id"], order_id(&opened));
        let asked = json!({ "order_id": order_id(&opened), "refund_trans_id": "r1" });
        let refused = app.merchant(Method::POST, "/v1/refunds", Some(asked)).await;
        assert_eq!(refused.status, 200, "{}", refused.body);
        app.until("no bank sends back by itself", async || {
            let found = app.merchant(Method::GET, "/v1/refunds?refund_trans_id=r1", None).await;
            found.data()["status"] == "FAIL"
        }).await;
    }

    async fn a_second_transfer_is_seen_although_only_a_question_has_found_the_first(app: TestApp) {
        app.leaves_money_to_people("a person sends a transfer back");
        app.fault(json!({ "fault": "silent", "times": 99 })).await;
        app.fault(json!({ "fault": "paid_again", "channel": "bank", "times": 1 })).await;
        let (session, opened) = opened(app).await;
        let ours = reference(&opened);
        app.wallet(&code(&opened), "approve").await.is_paid();
        let now = app.check_now(&session, &order_id(&opened)).await;
        assert_eq!(now.data()["payment_status"], "SUCCESS", "{}", now.body);
        let first = kept(app, CreditState::Matched).await;
        let ids: Vec<_> = first.iter().map(|one| one.credit.id.clone()).collect();
        assert_eq!(ids, [bank_id(app, &ours).await]);
        // Whoever tells of credits here has told of none yet, and begins to count with this one.
        app.wallet(&code(&opened), "approve").await.is_paid();
        let second = bank_id(app, &format!("{ours}.2")).await;
        assert_eq!(told_as_the_first(app, &second, &ours).await, 200);
        assert_eq!(app.to_be_sent_back(1).await, one("SURPLUS", AMOUNT));
        // The first is the first, however late and often it is told.
        for id in [&ids[0], &second, &ids[0]] {
            assert_eq!(told_as_the_first(app, id, &ours).await, 200);
        }
        assert_eq!(kept(app, CreditState::Matched).await.len(), 2);
        assert_eq!(app.to_be_sent_back(1).await, one("SURPLUS", AMOUNT));
        assert_eq!(app.status(&session).await["order_id"], order_id(&opened));
    }

    async fn a_question_finds_also_the_second_of_which_no_message_came(app: TestApp) {
        app.leaves_money_to_people("a person sends a transfer back");
        app.fault(json!({ "fault": "silent", "times": 99 })).await;
        app.fault(json!({ "fault": "paid_again", "channel": "bank", "times": 1 })).await;
        let (session, opened) = opened(app).await;
        app.wallet(&code(&opened), "approve").await.is_paid();
        app.wallet(&code(&opened), "approve").await.is_paid();
        let now = app.check_now(&session, &order_id(&opened)).await;
        assert_eq!(now.data()["payment_status"], "SUCCESS", "{}", now.body);
        assert_eq!(app.to_be_sent_back(1).await, one("SURPLUS", AMOUNT));
        assert_eq!(kept(app, CreditState::Matched).await.len(), 2);
    }

    async fn a_transfer_that_names_two_of_ours_pays_neither(app: TestApp) {
        app.has_no_channels_book("the bank counts it under the first reference, and a person has yet to say whose it is");
        app.fault(json!({ "fault": "silent", "times": 99 })).await;
        let (session, opened) = opened(app).await;
        let (other, second) = crate::transfer::opened(app).await;
        let both = format!("{} {}", reference(&opened), reference(&second));
        app.wallet(&slip(&opened, &both), "approve").await.is_paid();
        app.check_now(&session, &order_id(&opened)).await.data();
        app.until("a person is asked", async || kept(app, CreditState::Stray).await.len() == 1).await;
        app.pass(Duration::from_secs(60));
        for (session, opened) in [(&session, &opened), (&other, &second)] {
            let now = app.check_now(session, &order_id(opened)).await;
            assert_eq!(now.data()["payment_status"], "PROCESSING", "{}", now.body);
        }
    }

    async fn what_has_decided_nothing_is_not_called_matched(app: TestApp) {
        introduced(app).await;
        app.fault(json!({ "fault": "wrong_amount", "call": "notification", "value": 999, "times": 1 })).await;
        app.fault(json!({ "fault": "server_error", "call": "statement", "times": 999 })).await;
        let (session, opened) = opened(app).await;
        app.wallet(&code(&opened), "approve").await.is_paid();
        app.until("it is told", async || kept(app, CreditState::Named).await.len() == 1).await;
        let waiting = credits::waiting(&mut app.app.store.read().await.unwrap(), 9).await.unwrap();
        assert_eq!(waiting[0].request_id, reference(&opened));
        assert_eq!(app.session_status(&session).await, "PROCESSING");
        let sandbox = &app.sandbox;
        assert_eq!(app.call_at(sandbox, Method::DELETE, "/faults", None, &[], None).await.status, 200);
        app.until_status(&session, "SUCCESS").await;
        let matched = kept(app, CreditState::Matched).await;
        assert_eq!((matched.len(), matched[0].credit.amount.minor()), (1, MINOR));
    }

    async fn what_a_person_has_sent_back_is_no_payment_whatever_the_bank_says_later(app: TestApp) {
        app.has_no_channels_book("a person has sent it back by another road");
        introduced(app).await;
        app.fault(json!({ "fault": "wrong_amount", "call": "notification", "value": 999, "times": 1 })).await;
        app.fault(json!({ "fault": "server_error", "call": "statement", "times": 999 })).await;
        let (session, opened) = opened(app).await;
        app.wallet(&code(&opened), "approve").await.is_paid();
        app.until("it is told", async || kept(app, CreditState::Named).await.len() == 1).await;
        let id = kept(app, CreditState::Named).await[0].credit.id.clone();
        let (now, sent) = (app.app.now(), id.clone());
        let said = app.app.store.write(async move |tx: &mut florin_server::store::Tx| {
            credits::foreign(tx, ("transfer.eur", &sent), "sent back", now).await
        }).await.unwrap();
        assert!(said);
        let sandbox = &app.sandbox;
        assert_eq!(app.call_at(sandbox, Method::DELETE, "/faults", None, &[], None).await.status, 200);
        // These are used up by answers about this very reference; when the second goes out, the first has been taken in.
        let seen = json!({ "fault": "late", "call": "statement", "ms": 1, "times": 2, "request": reference(&opened) });
        app.fault(seen).await;
        app.pass(Duration::from_secs(60));
        app.until("the bank has told of it", async || {
            app.check_now(&session, &order_id(&opened)).await;
            let rules = app.call_at(sandbox, Method::GET, "/faults", None, &[("accept", "application/json")], None).await;
            rules.body["faults"] == json!([])
        }).await;
        assert_eq!(stored(app, &order_id(&opened)).await.state, PaymentState::Processing);
        assert_eq!(told_as_the_first(app, &id, &reference(&opened)).await, 200);
        assert_eq!(app.session_status(&session).await, "PROCESSING");
        assert_eq!(kept(app, CreditState::Foreign).await.len(), 1);
    }

    async fn after_another_choice_the_same_transfer_is_shown_again(app: TestApp) {
        let (session, opened) = opened(app).await;
        let again = app.pay(&session, "BANK_TRANSFER").await;
        assert_eq!(order_id(&again), order_id(&opened));
        assert_eq!(reference(&again), reference(&opened));
        let cancelled = app.cancel(&session, &order_id(&opened)).await;
        assert_eq!(cancelled.status, 200, "{}", cancelled.body);
        let anew = app.pay(&session, "BANK_TRANSFER").await;
        assert_ne!(reference(&anew), reference(&opened));
    }
}
