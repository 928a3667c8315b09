//! Florin's own protocol for acquirers (`docs/acquirer-protocol.md`): digital RMB, and order codes that a terminal takes up.

use florin_server::store::checks::When;
use reqwest::Method;
use serde_json::{Value, json};

use crate::refunds::stored;
use crate::support::{Answer, Session, TestApp, code, on_both, order_id};

const MINOR: i64 = 8_888;
const PHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/604.1";

async fn opened(app: &TestApp, method: &str) -> (Session, Answer) {
    let session = app.session("CNY", "8888").await;
    let opened = app.pay(&session, method).await;
    (session, opened)
}

/// In this browser.
async fn pay_in(app: &TestApp, method: &str, agent: &str) -> Answer {
    let session = app.session("CNY", "8888").await;
    let path = format!("/v1/checkout/{}/transactions", session.id);
    let wish = json!({ "method": method, "version": 1 });
    let agent = [("user-agent", agent)];
    app.call(Method::POST, &path, Some(&session.token), &agent, Some(wish)).await
}

/// A terminal does something with an order; what it is told.
async fn terminal(app: &TestApp, call: &str, code: &str, terminal: &str) -> (u16, Value) {
    let asked = json!({ "code": code, "terminal": terminal, "action": "approve" });
    let url = format!("{}/pos/{call}", app.sandbox);
    let answer = reqwest::Client::new().post(url).json(&asked).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

async fn claim_by_handheld(app: &TestApp, code: &str, terminal: &str) -> (u16, Value) {
    let asked = json!({ "code": code, "terminal": terminal, "handheld": true });
    let url = format!("{}/pos/claim", app.sandbox);
    let answer = reqwest::Client::new().post(url).json(&asked).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

async fn until_reason(app: &TestApp, session: &Session, reason: Value) {
    app.until(&format!("the status says {reason}"), async || {
        app.status(session).await["reason"] == reason
    })
    .await;
}

async fn fault(app: &TestApp, channel: &str, mut rule: Value) {
    rule["channel"] = json!(channel);
    app.fault(rule).await;
}

async fn refund(app: &TestApp, order: &str, own: &str, status: &str) {
    let body = json!({ "order_id": order, "refund_trans_id": own });
    let made = app.merchant(Method::POST, "/v1/refunds", Some(body)).await;
    assert!(made.status < 300, "{}", made.body);
    app.until(&format!("{own} is {status}"), async || {
        let path = format!("/v1/refunds?refund_trans_id={own}");
        app.merchant(Method::GET, &path, None).await.data()["status"] == status
    })
    .await;
}

on_both! {
    async fn digital_rmb_is_scanned_at_a_computer_and_opened_on_a_phone(app: TestApp) {
        for agent in ["Mozilla/5.0 (X11; Linux x86_64)", PHONE] {
            let opened = pay_in(app, "ECNY", agent).await;
            let action = &opened.data()["next_action"];
            assert_eq!((&action["type"], &action["code_kind"]), (&json!("show_code"), &json!("qr")));
            assert!(action["text"].as_str().unwrap().contains("/wallet?code=ec"), "{action}");
            assert!(action["app_link"].as_str().unwrap().ends_with("&from=app"), "{action}");
        }
        for agent in ["MicroMessenger/8.0.53", "AlipayClient/10.5", "UnionPay/1.0", "miniProgram"] {
            let refused = pay_in(app, "ECNY", agent).await;
            assert_eq!(refused.code(), "METHOD_NOT_OFFERED", "{agent}: {}", refused.body);
        }
    }

    async fn a_payers_no_in_digital_rmb_ends_it_and_the_next_one_is_another(app: TestApp) {
        let (session, first) = opened(app, "ECNY").await;
        app.wallet(&code(&first), "decline").await;
        app.until("it has failed", async || app.status(&session).await["payment_status"] == "FAIL").await;
        let second = app.pay(&session, "ECNY").await;
        assert_ne!(order_id(&first), order_id(&second));
        app.wallet(&code(&second), "approve").await.is_paid();
        app.until_status(&session, "SUCCESS").await;
        assert_eq!((app.held(&order_id(&first)).await, app.held(&order_id(&second)).await), (0, MINOR));
        app.until("nothing hangs", async || app.is_clean(When::AtRest).await).await;
    }

    async fn one_terminal_takes_an_order_up_and_no_other_one_can(app: TestApp) {
        let (session, opened) = opened(app, "POS_ORDER").await;
        let action = &opened.data()["next_action"];
        assert_eq!(action["code_kind"], "terminal", "{action}");
        let code = code(&opened);
        assert!(code.len() == 12 && code.bytes().all(|byte| byte.is_ascii_digit()), "{code}");
        assert_eq!(terminal(app, "pay", &code, "T1").await.0, 409, "it has not taken it up");
        assert_eq!(terminal(app, "claim", "000000000000", "T1").await.0, 404);
        let (status, claimed) = terminal(app, "claim", &code, "T1").await;
        assert_eq!((status, &claimed["status"]), (200, &json!("AT_TERMINAL")), "{claimed}");
        // Its message tells, and no question was due.
        until_reason(app, &session, json!("AT_TERMINAL")).await;
        assert_eq!(app.status(&session).await["payment_status"], "PROCESSING");
        for call in ["claim", "pay", "release"] {
            assert_eq!(terminal(app, call, &code, "T2").await.0, 409, "{call}");
        }
        assert_eq!(app.wallet(&code, "approve").await.status, 409);
        let (status, paid) = terminal(app, "pay", &code, "T1").await;
        assert_eq!((status, &paid["status"]), (200, &json!("PAID")), "{paid}");
        app.until_status(&session, "SUCCESS").await;
        assert_eq!(app.status(&session).await["reason"], Value::Null);
        assert_eq!(app.held(&order_id(&opened)).await, MINOR);
        app.until("the merchant is told", async || !app.sink.kinds(&session.trans_id).is_empty()).await;
        assert_eq!(app.sink.kinds(&session.trans_id), ["PAYMENT.SUCCESS"]);
        app.check(When::AtRest).await;
    }

    async fn an_order_for_a_handheld_terminal_is_no_other_terminals(app: TestApp) {
        let (session, opened) = opened(app, "MOBILE_POS").await;
        assert_eq!(opened.data()["next_action"]["code_kind"], "terminal", "{}", opened.body);
        let code = code(&opened);
        assert_eq!(terminal(app, "claim", &code, "T1").await.0, 409);
        let (status, claimed) = claim_by_handheld(app, &code, "M1").await;
        assert_eq!((status, &claimed["status"]), (200, &json!("AT_TERMINAL")), "{claimed}");
        assert_eq!(terminal(app, "pay", &code, "M1").await.0, 200);
        app.until_status(&session, "SUCCESS").await;
        assert_eq!(app.held(&order_id(&opened)).await, MINOR);
        assert_eq!(stored(app, &order_id(&opened)).await.channel, "pos");
    }

    async fn an_order_that_a_terminal_lets_go_is_another_terminals(app: TestApp) {
        let (session, opened) = opened(app, "POS_ORDER").await;
        let code = code(&opened);
        terminal(app, "claim", &code, "T1").await;
        until_reason(app, &session, json!("AT_TERMINAL")).await;
        assert_eq!(terminal(app, "release", &code, "T1").await.0, 200);
        until_reason(app, &session, Value::Null).await;
        assert_eq!(terminal(app, "claim", &code, "T2").await.0, 200);
        assert_eq!(terminal(app, "pay", &code, "T2").await.0, 200);
        app.until_status(&session, "SUCCESS").await;
        assert_eq!(app.held(&order_id(&opened)).await, MINOR);
    }

    async fn who_cancels_while_a_terminal_has_it_is_not_charged_there(app: TestApp) {
        let (session, opened) = opened(app, "POS_ORDER").await;
        let code = code(&opened);
        terminal(app, "claim", &code, "T1").await;
        until_reason(app, &session, json!("AT_TERMINAL")).await;
        let status = app.cancel(&session, &order_id(&opened)).await;
        assert_eq!(status.data()["payment_status"], "CANCELLED", "{}", status.body);
        assert_eq!(stored(app, &order_id(&opened)).await.reason, "", "where it waited is no reason");
        assert_eq!(terminal(app, "pay", &code, "T1").await.0, 409);
        assert_eq!(app.held(&order_id(&opened)).await, 0);
        app.until("nothing hangs", async || app.is_clean(When::AtRest).await).await;
    }

    async fn who_pays_while_it_is_being_closed_has_paid(app: TestApp) {
        for (channel, method) in [("ecny", "ECNY"), ("pos", "POS_ORDER")] {
            let (session, opened) = opened(app, method).await;
            fault(app, channel, json!({ "fault": "cancel_returns_money", "times": 1 })).await;
            let status = app.cancel(&session, &order_id(&opened)).await;
            assert_eq!(status.data()["payment_status"], "SUCCESS", "{}", status.body);
            assert_eq!(app.held(&order_id(&opened)).await, MINOR);
        }
    }

    async fn what_a_gateway_refuses_has_failed_and_the_session_goes_on(app: TestApp) {
        for (channel, method) in [("ecny", "ECNY"), ("pos", "POS_ORDER")] {
            fault(app, channel, json!({ "fault": "pay_refused", "times": 1 })).await;
            let (session, refused) = opened(app, method).await;
            assert_eq!(refused.data()["state"]["payment_status"], "FAIL", "{}", refused.body);
            let second = app.pay(&session, method).await;
            app.wallet(&code(&second), "approve").await.is_paid();
            app.until_status(&session, "SUCCESS").await;
        }
    }

    /// The request was lost before it arrived; the close that follows bars its number, so that a late copy opens nothing.
    async fn a_payment_that_never_came_in_is_closed_at_once(app: TestApp) {
        fault(app, "ecny", json!({ "fault": "lost_reply", "call": "pay", "when": "before", "times": 99 })).await;
        let session = app.session("CNY", "8888").await;
        let opened = app.pay(&session, "ECNY").await;
        assert_eq!(opened.data()["state"]["phase"], "OPENING", "{}", opened.body);
        let status = app.cancel(&session, &order_id(&opened)).await;
        assert_eq!(status.data()["payment_status"], "CANCELLED", "{}", status.body);
        app.until("nothing hangs", async || app.is_clean(When::AtRest).await).await;
    }

    async fn a_refund_takes_its_time_or_fails_and_no_money_is_lost(app: TestApp) {
        let paid = async || {
            let (session, opened) = opened(app, "ECNY").await;
            app.wallet(&code(&opened), "approve").await.is_paid();
            app.until_status(&session, "SUCCESS").await;
            order_id(&opened)
        };
        let first = paid().await;
        fault(app, "ecny", json!({ "fault": "refund_pending", "ms": 1500 })).await;
        refund(app, &first, "r1", "SUCCESS").await;
        assert_eq!(app.held(&first).await, 0);
        let second = paid().await;
        fault(app, "ecny", json!({ "fault": "refund_fails", "ms": 300 })).await;
        refund(app, &second, "r2", "FAIL").await;
        assert_eq!(app.held(&second).await, MINOR);
        let third = paid().await;
        fault(app, "ecny", json!({ "fault": "refund_refused" })).await;
        refund(app, &third, "r3", "FAIL").await;
        assert_eq!(app.held(&third).await, MINOR);
    }
}
