//! The hard moments: cancel against success, second payments, lost answers, wrong amounts, time-outs (D1-D9).

use std::time::Duration;

use florin_server::Error;
use florin_server::store::checks::When;
use florin_server::store::{Tx, operate};
use serde_json::json;

use crate::refunds::stored;
use crate::support::{Answer, OTHER_KEY, OTHER_MERCHANT, TestApp, code, on_both, order_id};

const OPEN: &str = "select count(*) from session where state = 'OPEN'";

on_both! {
    async fn a_cancelled_code_is_closed_at_the_channel(app: TestApp) {
        let session = app.session("PHP", "25000").await;
        let first = app.pay(&session, "GCASH").await;
        let status = app.cancel(&session, &order_id(&first)).await;
        assert_eq!(status.data()["payment_status"], "CANCELLED");
        assert_ne!(app.wallet(&code(&first), "approve").await.body["status"], "PAID");
        let second = app.pay(&session, "GCASH").await;
        assert_ne!(order_id(&first), order_id(&second));
        app.wallet(&code(&second), "approve").await.is_paid();
        app.until_status(&session, "SUCCESS").await;
        app.until("both are told", async || app.sink.kinds(&session.trans_id).len() == 2).await;
        assert_eq!(app.sink.kinds(&session.trans_id), ["PAYMENT.CANCELED", "PAYMENT.SUCCESS"]);
        app.check(When::AtRest).await;
    }

    async fn whoever_cancels_hears_what_came_of_it_though_the_worker_was_faster(app: TestApp) {
        let session = app.session("PHP", "25000").await;
        let opened = app.pay(&session, "GCASH").await;
        // The shopper's question takes longer than the worker waits before it does the same, and the worker's cancel is
        // still on its way when the answer comes.
        app.fault(json!({ "fault": "late", "call": "query", "ms": 2_600, "times": 1 })).await;
        app.fault(json!({ "fault": "late", "call": "cancel", "ms": 2_000, "times": 1 })).await;
        let status = app.cancel(&session, &order_id(&opened)).await;
        assert_eq!(status.data()["payment_status"], "CANCELLED", "{}", status.body);
        assert_ne!(app.wallet(&code(&opened), "approve").await.body["status"], "PAID");
        app.check(When::AtRest).await;
    }

    async fn a_cancel_that_comes_after_the_money_shows_the_success(app: TestApp) {
        app.fault(json!({ "fault": "silent", "times": 9 })).await;
        let session = app.session("PHP", "25000").await;
        let opened = app.pay(&session, "GCASH").await;
        app.wallet(&code(&opened), "approve").await.is_paid();
        let status = app.cancel(&session, &order_id(&opened)).await;
        assert_eq!(status.data()["payment_status"], "SUCCESS");
        assert_eq!(app.held(&order_id(&opened)).await, 25_000);
    }

    async fn money_that_a_cancel_gave_back_ships_nothing_and_the_shopper_is_told(app: TestApp) {
        app.fault(json!({ "fault": "cancel_returns_money", "times": 1 })).await;
        let session = app.session("PHP", "25000").await;
        let opened = app.pay(&session, "GCASH").await;
        let status = app.cancel(&session, &order_id(&opened)).await;
        assert_eq!(status.data()["payment_status"], "CANCELLED", "{}", status.body);
        // The late notice of success arrives, and decides nothing.
        app.until("the shopper is told", async || app.status(&session).await["notice"] == "SURPLUS_RETURNED").await;
        assert_eq!(app.status(&session).await["payment_status"], "CANCELLED");
        assert_eq!(app.held(&order_id(&opened)).await, 0);
        assert!(!app.sink.kinds(&session.trans_id).contains(&"PAYMENT.SUCCESS".to_owned()));
        assert_eq!(app.session_status(&session).await, "PROCESSING");
    }

    async fn a_lost_cancel_that_gives_the_money_back_after_the_success_is_found(app: TestApp) {
        app.fault(json!({ "fault": "server_error", "call": "cancel", "times": 1 })).await;
        app.fault(json!({ "fault": "paid_after_cancel", "times": 1 })).await;
        let session = app.session("PHP", "25000").await;
        let opened = app.pay(&session, "GCASH").await;
        let order = order_id(&opened);
        app.cancel(&session, &order).await;
        app.until_status(&session, "CANCELLED").await;
        assert_eq!(stored(app, &order).await.cancels_sent, 2, "nobody answered the first");
        app.wallet(&code(&opened), "approve").await.is_paid();
        app.until_status(&session, "SUCCESS").await;
        // An answer that comes too early ends nothing.
        app.check_now(&session, &order).await;
        assert!(stored(app, &order).await.next_ask.is_some_and(|at| at > app.app.now() + 30_000));
        // The first cancel arrives after all, and the goods are on their way.
        let late = app.app.channels.named("antom").unwrap();
        late.cancel(&stored(app, &order).await).await.unwrap();
        assert_eq!(app.held(&order).await, 0);
        app.pass(Duration::from_secs(61));
        app.app.wake.asks.notify_one();
        app.until("the merchant is told", async || app.sink.kinds(&session.trans_id).contains(&"REFUND.SUCCESS".to_owned())).await;
        let told = app.sink.received().pop().unwrap().body["data"].clone();
        assert_eq!((told["refund_kind"].as_str(), told["refund_amount"].as_str()), (Some("EXTERNAL"), Some("25000")));
        app.until("the answer has ended it", async || stored(app, &order).await.next_ask.is_none()).await;
        app.check(When::AtRest).await;
    }

    async fn a_second_payment_goes_back_in_full(app: TestApp) {
        app.fault(json!({ "fault": "paid_after_cancel", "request": "*", "times": 1 })).await;
        let session = app.session("PHP", "25000").await;
        // Another method closes the first code; its payer pays all the same.
        let (first, second) = app.paid_after_another(&session).await;
        app.wallet(&code(&first), "approve").await.is_paid();
        app.until("the first is given back", async || app.held(&order_id(&first)).await == 0).await;
        assert_eq!(app.held(&order_id(&second)).await, 25_000);
        app.until("the shopper is told", async || app.status(&session).await["notice"] == "SURPLUS_RETURNED").await;
        assert_eq!(app.status(&session).await["notice_method"], "GCASH");
        app.until("the merchant is told", async || app.sink.kinds(&session.trans_id).contains(&"PAYMENT.REVERSED".to_owned())).await;
        app.until("nothing hangs", async || is_clean(app).await).await;
    }

    async fn switching_the_method_closes_the_first_code(app: TestApp) {
        let session = app.session("PHP", "25000").await;
        let first = app.pay(&session, "GCASH").await;
        let second = app.pay(&session, "MAYA").await;
        assert_eq!(app.status(&session).await["order_id"], order_id(&second));
        app.until("the first is closed", async || app.book_says(&order_id(&first)).await == "CANCELLED").await;
        assert_ne!(app.wallet(&code(&first), "approve").await.body["status"], "PAID");
        app.wallet(&code(&second), "approve").await.is_paid();
        app.until_status(&session, "SUCCESS").await;
    }

    async fn a_code_that_is_being_closed_is_given_to_nobody(app: TestApp) {
        app.fault(json!({ "fault": "late", "call": "pay", "ms": 1500, "times": 1 })).await;
        let session = app.session("PHP", "25000").await;
        let (first, second) = tokio::join!(app.pay(&session, "GCASH"), async {
            app.until("the first is under way", async || !app.status(&session).await["order_id"].is_null()).await;
            app.pay(&session, "MAYA").await
        });
        assert_eq!(first.data()["next_action"], json!(null), "{}", first.body);
        assert_eq!(first.data()["code_expires_in_ms"], 0);
        assert_eq!(first.data()["state"]["order_id"], order_id(&second));
        app.wallet(&code(&second), "approve").await.is_paid();
        app.until_status(&session, "SUCCESS").await;
    }

    async fn a_decline_offers_another_try(app: TestApp) {
        let session = app.session("PHP", "25000").await;
        let opened = app.pay(&session, "GCASH").await;
        app.wallet(&code(&opened), "decline").await;
        let status = app.until_status(&session, "FAIL").await;
        assert_eq!(status["status"], "PROCESSING");
        let again = app.pay(&session, "GCASH").await;
        app.wallet(&code(&again), "approve").await.is_paid();
        app.until_status(&session, "SUCCESS").await;
    }

    async fn a_lost_answer_is_asked_about_and_the_code_still_comes(app: TestApp) {
        app.fault(json!({ "fault": "lost_reply", "call": "pay", "times": 1 })).await;
        let session = app.session("PHP", "25000").await;
        let opened = app.pay(&session, "GCASH").await;
        assert_eq!(app.book().await.len(), 1);
        app.wallet(&code(&opened), "approve").await.is_paid();
        app.until_status(&session, "SUCCESS").await;
        assert_eq!(app.held(&order_id(&opened)).await, 25_000);
    }

    async fn a_payment_without_notifications_is_found_by_asking(app: TestApp) {
        app.fault(json!({ "fault": "silent", "times": 99 })).await;
        let session = app.session("PHP", "25000").await;
        let opened = app.pay(&session, "GCASH").await;
        app.status(&session).await;
        app.wallet(&code(&opened), "approve").await.is_paid();
        app.until_status(&session, "SUCCESS").await;
    }

    async fn i_have_paid_asks_at_once(app: TestApp) {
        app.fault(json!({ "fault": "silent", "times": 99 })).await;
        let session = app.session("PHP", "25000").await;
        let opened = app.pay(&session, "GCASH").await;
        assert_eq!(app.check_now(&session, &order_id(&opened)).await.data()["payment_status"], "PROCESSING");
        app.wallet(&code(&opened), "approve").await.is_paid();
        app.until("asked once a second at most", async || {
            app.check_now(&session, &order_id(&opened)).await.data()["payment_status"] == "SUCCESS"
        }).await;
    }

    async fn another_amount_in_a_notice_decides_nothing_until_a_query(app: TestApp) {
        app.fault(json!({ "fault": "wrong_amount", "call": "notification", "value": 1, "times": 1 })).await;
        let session = app.session("PHP", "25000").await;
        let opened = app.pay(&session, "GCASH").await;
        app.wallet(&code(&opened), "approve").await.is_paid();
        app.until_status(&session, "SUCCESS").await;
        assert_eq!(app.held(&order_id(&opened)).await, 25_000);
        assert_eq!(count(app, "select count(*) from event where kind = 'CONFLICT'").await, 1);
    }

    async fn another_amount_in_a_query_goes_back(app: TestApp) {
        app.has_no_channels_book("the channel tells another amount than it has taken");
        app.fault(json!({ "fault": "silent", "times": 99 })).await;
        app.fault(json!({ "fault": "wrong_amount", "call": "inquiryPayment", "value": 20000, "times": 99 })).await;
        let session = app.session("PHP", "25000").await;
        let opened = app.pay(&session, "GCASH").await;
        app.wallet(&code(&opened), "approve").await.is_paid();
        app.status(&session).await;
        app.until("it is told as reversed", async || app.sink.kinds(&session.trans_id) == ["PAYMENT.REVERSED"]).await;
        assert_ne!(app.session_status(&session).await, "SUCCESS");
    }

    async fn contradictions_never_unmake_a_success(app: TestApp) {
        app.fault(json!({ "fault": "contradiction", "times": 9 })).await;
        app.fault(json!({ "fault": "duplicate", "copies": 5, "reordered": true, "times": 9 })).await;
        let session = app.session("PHP", "25000").await;
        let opened = app.pay(&session, "GCASH").await;
        app.wallet(&code(&opened), "approve").await.is_paid();
        app.until_status(&session, "SUCCESS").await;
        app.until("the merchant is told", async || !app.sink.kinds(&session.trans_id).is_empty()).await;
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert_eq!(app.status(&session).await["payment_status"], "SUCCESS");
        assert_eq!(app.sink.kinds(&session.trans_id), ["PAYMENT.SUCCESS"]);
    }

    async fn a_code_that_runs_out_is_cancelled_and_a_new_one_works(app: TestApp) {
        let mut request = app.request("PHP", "25000");
        request["expire_time"] = json!(florin_server::clock::rfc3339(app.app.now() + 3 * 3600 * 1000));
        let session = app.session_of(request).await;
        let first = app.pay(&session, "GCASH").await;
        let told_in_seconds = stored(app, &order_id(&first)).await.expires % 1000;
        assert_eq!(told_in_seconds, 0, "or the channel ends the code before we do, and it looks like a decline");
        app.pass(Duration::from_secs(16 * 60));
        let status = app.until_status(&session, "CANCELLED").await;
        assert_eq!((status["reason"].as_str(), status["status"].as_str()), (Some("RUN_OUT"), Some("PROCESSING")), "{status}");
        assert_ne!(app.wallet(&code(&first), "approve").await.body["status"], "PAID");
        let second = app.pay(&session, "GCASH").await;
        assert_ne!(order_id(&second), order_id(&first));
        assert_eq!(app.sink.kinds(&session.trans_id), Vec::<String>::new());
    }

    async fn expiry_cancels_at_the_channel_first(app: TestApp) {
        let session = app.session("PHP", "25000").await;
        let opened = app.pay(&session, "GCASH").await;
        app.pass(Duration::from_secs(31 * 60));
        app.until("the session is expired", async || app.session_status(&session).await == "EXPIRED").await;
        assert_ne!(app.wallet(&code(&opened), "approve").await.body["status"], "PAID");
        assert_eq!(app.sink.kinds(&session.trans_id), Vec::<String>::new());
        app.check(When::AtRest).await;
    }

    async fn sessions_that_cannot_be_closed_hold_no_other_up(app: TestApp) {
        // So few at once that a busy machine refuses none of them (`admission.rs`).
        for round in 0..11 {
            let made = (0..20).map(|number| foreign_session(app, round * 20 + number));
            let made = futures_util::future::join_all(made).await;
            assert!(made.iter().all(|made| made.status == 200));
        }
        let good = app.session("PHP", "25000").await;
        // As a row that only another release can read.
        set_appearance(app, "{").await;
        app.pass(Duration::from_secs(31 * 60));
        app.until("the good one is expired", async || app.session_status(&good).await == "EXPIRED").await;
        assert_eq!(count(app, OPEN).await, 220);
        set_appearance(app, "{}").await;
        // What was left behind is looked through again by itself.
        app.pass(Duration::from_secs(10));
        app.until("the others are closed too", async || {
            app.pass(Duration::from_secs(6));
            count(app, OPEN).await == 0
        }).await;
    }

    async fn a_payment_found_at_expiry_counts(app: TestApp) {
        app.fault(json!({ "fault": "silent", "times": 99 })).await;
        let session = app.session("PHP", "25000").await;
        let opened = app.pay(&session, "GCASH").await;
        app.wallet(&code(&opened), "approve").await.is_paid();
        app.pass(Duration::from_secs(31 * 60));
        app.until("the session is paid", async || app.session_status(&session).await == "SUCCESS").await;
        assert_eq!(app.held(&order_id(&opened)).await, 25_000);
    }

    async fn a_payment_after_expiry_goes_back(app: TestApp) {
        app.fault(json!({ "fault": "paid_after_cancel", "times": 1 })).await;
        let session = app.session("PHP", "25000").await;
        let opened = app.pay(&session, "GCASH").await;
        app.pass(Duration::from_secs(31 * 60));
        app.until("the session is expired", async || app.session_status(&session).await == "EXPIRED").await;
        app.wallet(&code(&opened), "approve").await.is_paid();
        app.until("it is given back", async || app.held(&order_id(&opened)).await == 0).await;
        app.until("the merchant is told", async || app.sink.kinds(&session.trans_id) == ["PAYMENT.REVERSED"]).await;
        assert_eq!(app.session_status(&session).await, "EXPIRED");
        app.until("nothing hangs", async || is_clean(app).await).await;
    }

    async fn a_late_payment_closes_the_newer_session(app: TestApp) {
        app.fault(json!({ "fault": "paid_after_cancel", "times": 1 })).await;
        let request = app.request("PHP", "25000");
        let first = app.session_of(request.clone()).await;
        let opened = app.pay(&first, "GCASH").await;
        app.pass(Duration::from_secs(31 * 60));
        app.until("the first is expired", async || app.session_status(&first).await == "EXPIRED").await;
        let second = app.session_of(request).await;
        assert_ne!(first.id, second.id);
        let newer = app.pay(&second, "MAYA").await;
        app.wallet(&code(&opened), "approve").await.is_paid();
        app.until("the first is paid", async || app.session_status(&first).await == "SUCCESS").await;
        app.until("the second is closed", async || app.session_status(&second).await == "CANCELLED").await;
        assert_ne!(app.wallet(&code(&newer), "approve").await.body["status"], "PAID");
        assert_eq!(app.held(&order_id(&opened)).await, 25_000);
    }

    async fn a_bank_that_has_not_confirmed_stops_the_clock(app: TestApp) {
        app.has_no_channels_book("what the bank has yet to confirm is taken, and counts nowhere");
        app.fault(json!({ "fault": "pending", "times": 1, "ms": 60000 })).await;
        let session = app.session("PHP", "25000").await;
        let opened = app.pay(&session, "BANK_TRANSFER").await;
        app.wallet(&code(&opened), "approve").await;
        app.until("it is being confirmed", async || app.status(&session).await["phase"] == "CONFIRMING").await;
        app.pass(Duration::from_secs(40 * 60));
        tokio::time::sleep(Duration::from_millis(1200)).await;
        assert_eq!(app.session_status(&session).await, "PROCESSING");
        assert_eq!(app.status(&session).await["phase"], "CONFIRMING");
    }

    async fn a_closed_session_takes_no_money(app: TestApp) {
        let session = app.session("PHP", "25000").await;
        let opened = app.pay(&session, "GCASH").await;
        let path = format!("/v1/sessions/{}/close", session.id);
        app.merchant(reqwest::Method::POST, &path, None).await;
        app.until("the session is closed", async || app.session_status(&session).await == "CANCELLED").await;
        assert_ne!(app.wallet(&code(&opened), "approve").await.body["status"], "PAID");
        let refused = app.pay(&session, "GCASH").await;
        assert_eq!((refused.status, refused.code()), (409, "SESSION_CLOSED"));
    }

    async fn what_is_asked_about_again_counts_as_answered_only_by_the_channel(app: TestApp) {
        let session = app.session("PHP", "25000").await;
        let opened = app.pay(&session, "GCASH").await;
        app.wallet(&code(&opened), "approve").await.is_paid();
        app.until_status(&session, "SUCCESS").await;
        let (store, now) = (&app.app.store, app.app.now());
        app.fault(json!({ "fault": "server_error", "call": "inquiryPayment", "times": 2 })).await;
        assert_eq!(operate::ask_again(store, now - 3_600_000, now).await.unwrap(), (1, 0));
        app.app.wake.asks.notify_one();
        app.until("a worker has taken it", async || next_ask(app).await.is_some_and(|at| at > now)).await;
        let still = operate::still_asked(&mut store.read().await.unwrap(), now - 3_600_000).await.unwrap();
        assert_eq!(still, (1, 0, 0), "taken is not answered");
        app.until("the channel has answered", async || {
            app.pass(Duration::from_secs(61));
            next_ask(app).await.is_none()
        }).await;
        let still = operate::still_asked(&mut store.read().await.unwrap(), now - 3_600_000).await.unwrap();
        assert_eq!(still, (0, 0, 0));
    }

    async fn a_refund_that_answers_late_is_asked_about(app: TestApp) {
        app.fault(json!({ "fault": "paid_after_cancel", "times": 1 })).await;
        app.fault(json!({ "fault": "lost_reply", "call": "refund", "times": 1 })).await;
        let session = app.session("PHP", "25000").await;
        let (first, _) = app.paid_after_another(&session).await;
        app.wallet(&code(&first), "approve").await.is_paid();
        app.until("it is given back", async || app.held(&order_id(&first)).await == 0).await;
        app.until("nothing hangs", async || is_clean(app).await).await;
        let book = app.book().await;
        let row = book.iter().find(|row| row["paymentRequestId"] == order_id(&first)).unwrap();
        assert_eq!(row["refunded"], 25_000, "once, not twice");
    }
}

async fn foreign_session(app: &TestApp, number: usize) -> Answer {
    let mut request = app.request("PHP", "25000");
    request["merchant_id"] = json!(OTHER_MERCHANT);
    request["trans_id"] = json!(format!("bad{number}"));
    app.call(reqwest::Method::POST, "/v1/sessions", Some(OTHER_KEY), &[], Some(request)).await
}

async fn set_appearance(app: &TestApp, text: &'static str) {
    let done: Result<(), Error> = app
        .app
        .store
        .write(async move |tx: &mut Tx| {
            tx.sql("update merchant set appearance = $1 where merchant_id = $2")
                .bind(text)
                .bind(OTHER_MERCHANT)
                .execute()
                .await?;
            Ok(())
        })
        .await;
    done.unwrap();
}

async fn next_ask(app: &TestApp) -> Option<i64> {
    let mut tx = app.app.store.read().await.unwrap();
    let found: Option<(Option<i64>,)> =
        tx.sql("select next_ask_ms from payment").one().await.unwrap();
    found.unwrap().0
}

async fn count(app: &TestApp, sql: &'static str) -> i64 {
    let mut tx = app.app.store.read().await.unwrap();
    let found: Option<(i64,)> = tx.sql(sql).one().await.unwrap();
    found.unwrap().0
}

async fn is_clean(app: &TestApp) -> bool {
    use florin_server::store::checks;
    checks::run(&mut app.app.store.read().await.unwrap(), When::AtRest, app.app.now())
        .await
        .unwrap()
        .is_empty()
}
