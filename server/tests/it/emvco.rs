//! Codes between banks: made here, paid at any bank, and known by what the account's bank says (`docs/bank-credits.md`).

use florin_server::store::checks::When;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::by_hand::one;
use crate::support::{Session, TestApp, code, on_both, order_id};

/// Every transaction of a session's order.
async fn transactions(app: &TestApp, session: &Session) -> usize {
    let path = format!("/v1/transactions?trans_id={}&all=true", session.trans_id);
    let answer = app.merchant(Method::GET, &path, None).await;
    answer.data().as_array().map_or(0, Vec::len)
}

/// Waits until the bank has been asked once: from then on it knows where credits are told.
async fn introduced(app: &TestApp) {
    let session = app.session("VND", "10000").await;
    let opened = app.pay(&session, "VIETQR").await;
    app.check_now(&session, &order_id(&opened)).await.data();
}

on_both! {
    async fn a_transfer_by_each_code_pays_its_session(app: TestApp) {
        for (method, currency, amount) in [
            ("VIETQR", "VND", "120000"), ("PAYNOW", "SGD", "8888"), ("PROMPTPAY", "THB", "8888"),
            ("QRPH", "PHP", "145831"), ("FPS", "HKD", "8880"), ("QRIS", "IDR", "1500000"),
        ] {
            let session = app.session(currency, amount).await;
            let opened = app.pay(&session, method).await;
            let text = code(&opened);
            assert!(text.starts_with("000201010212"), "{text}");
            let paid = app.wallet(&text, "approve").await;
            paid.is_paid();
            assert_eq!(paid.body["amount"]["value"], amount, "{method}");
            app.until_status(&session, "SUCCESS").await;
            assert_eq!(app.session_status(&session).await, "SUCCESS", "{method}");
        }
        app.check(When::AtRest).await;
    }

    async fn whoever_sends_no_transfer_may_send_it_later(app: TestApp) {
        let session = app.session("VND", "120000").await;
        let opened = app.pay(&session, "VIETQR").await;
        assert_eq!(app.wallet(&code(&opened), "decline").await.body["status"], "PROCESSING");
        assert_eq!(app.status(&session).await["payment_status"], "PROCESSING");
        app.wallet(&code(&opened), "approve").await.is_paid();
        app.until_status(&session, "SUCCESS").await;
    }

    async fn another_amount_in_a_message_decides_nothing(app: TestApp) {
        introduced(app).await;
        app.fault(json!({ "fault": "wrong_amount", "call": "notification", "value": 999, "times": 1 })).await;
        let session = app.session("VND", "120000").await;
        let opened = app.pay(&session, "VIETQR").await;
        app.wallet(&code(&opened), "approve").await.is_paid();
        let now = app.until_status(&session, "SUCCESS").await;
        assert_eq!(now["order_id"], order_id(&opened));
        assert_eq!(app.waits_for_people().await, [] as [Value; 0]);
    }

    async fn a_second_credit_under_one_reference_is_not_lost(app: TestApp) {
        app.leaves_money_to_people("between banks a person sends it back");
        introduced(app).await;
        app.fault(json!({ "fault": "paid_again", "channel": "bank", "times": 2 })).await;
        let session = app.session("VND", "120000").await;
        let opened = app.pay(&session, "VIETQR").await;
        app.wallet(&code(&opened), "approve").await.is_paid();
        app.until_status(&session, "SUCCESS").await;
        app.wallet(&code(&opened), "approve").await.is_paid();
        assert_eq!(app.to_be_sent_back(1).await, one("SURPLUS", "120000"));
        assert_eq!(app.status(&session).await["payment_status"], "SUCCESS");
        assert_eq!(app.status(&session).await["order_id"], order_id(&opened));
        assert_eq!(transactions(app, &session).await, 2);
        app.wallet(&code(&opened), "approve").await.is_paid();
        let thrice = [one("SURPLUS", "120000"), one("SURPLUS", "120000")].concat();
        assert_eq!(app.to_be_sent_back(2).await, thrice);
        app.check(When::Always).await;
    }

    async fn the_right_amount_after_a_wrong_one_pays_the_session(app: TestApp) {
        app.has_no_channels_book("the channel tells another amount than it has taken");
        introduced(app).await;
        let session = app.session("VND", "120000").await;
        let opened = app.pay(&session, "VIETQR").await;
        let text = code(&opened);
        // The first transfer is a wrong one, wherever it is told of.
        let reference = &text[text.len() - 28..text.len() - 8];
        for call in ["statement", "notification"] {
            app.fault(json!({ "fault": "wrong_amount", "call": call, "request": reference, "value": 60_000, "times": 1_000 })).await;
        }
        app.fault(json!({ "fault": "paid_again", "channel": "bank", "times": 1 })).await;
        app.wallet(&text, "approve").await.is_paid();
        assert_eq!(app.to_be_sent_back(1).await, one("MISMATCH", "60000"));
        app.wallet(&text, "approve").await.is_paid();
        app.until("the session is paid", async || app.session_status(&session).await == "SUCCESS").await;
        assert_eq!(app.to_be_sent_back(1).await, one("MISMATCH", "60000"));
    }

    async fn after_another_method_was_chosen_both_may_be_paid_and_one_goes_back(app: TestApp) {
        app.leaves_money_to_people("between banks a person sends it back");
        introduced(app).await;
        let session = app.session("VND", "120000").await;
        let first = app.pay(&session, "VIETQR").await;
        let second = app.pay(&session, "ZALOPAY").await;
        assert_eq!(app.status(&session).await["order_id"], order_id(&second));
        app.wallet(&code(&second), "approve").await.is_paid();
        app.until_status(&session, "SUCCESS").await;
        app.wallet(&code(&first), "approve").await.is_paid();
        assert_eq!(app.to_be_sent_back(1).await, one("SURPLUS", "120000"));
    }
}

#[tokio::test]
async fn a_credit_for_nobody_is_not_acknowledged() {
    let app = TestApp::start(crate::support::Db::Sqlite).await;
    let text = {
        let session = app.session("VND", "120000").await;
        code(&app.pay(&session, "VIETQR").await)
    };
    // No proof of who speaks.
    let body = json!({ "type": "credit.received", "data": { "reference": text } });
    let answer = app.call(Method::POST, "/notify/vietqr", None, &[], Some(body)).await;
    assert_eq!(answer.status, 401, "{}", answer.body);
    app.ends().await;
}
