//! Lakala's own protocol: a page where the shopper picks, one attempt an order, refusals that only a question explains.

use florin_server::store::checks::When;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, Session, TestApp, code, on_both, order_id};

async fn opened(app: &TestApp) -> (Session, Answer) {
    let session = app.session("CNY", "8888").await;
    let opened = app.pay(&session, "LAKALA").await;
    (session, opened)
}

async fn paid(app: &TestApp) -> String {
    let (session, opened) = opened(app).await;
    app.wallet(&code(&opened), "approve").await.is_paid();
    app.until_status(&session, "SUCCESS").await;
    order_id(&opened)
}

/// In this browser.
async fn pay_in(app: &TestApp, agent: &str) -> Answer {
    let session = app.session("CNY", "8888").await;
    let path = format!("/v1/checkout/{}/transactions", session.id);
    let wish = json!({ "method": "LAKALA", "version": 1 });
    let agent = [("user-agent", agent)];
    app.call(Method::POST, &path, Some(&session.token), &agent, Some(wish)).await
}

async fn fault(app: &TestApp, mut rule: Value) {
    rule["channel"] = json!("lakala");
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
    async fn every_browser_is_led_to_the_cashier_but_a_mini_programs(app: TestApp) {
        for agent in ["Mozilla/5.0 (X11; Linux x86_64)", "Mozilla/5.0 (iPhone)", "MicroMessenger/8.0.53", "AlipayClient/10.5", "UnionPay/1.0"] {
            let opened = pay_in(app, agent).await;
            let action = &opened.data()["next_action"];
            assert_eq!(action["type"], "redirect", "{agent}: {}", opened.body);
            assert!(action["url"].as_str().unwrap().contains("/b/pay?merchantNo=82229007392000A&merchantOrderNo="), "{action}");
        }
        let refused = pay_in(app, "MicroMessenger/8.0.53 miniProgram").await;
        assert_eq!((refused.status, refused.code()), (409, "METHOD_NOT_OFFERED"), "{}", refused.body);
    }

    async fn a_payers_no_ends_the_order_and_the_next_one_is_another(app: TestApp) {
        let (session, first) = opened(app).await;
        app.wallet(&code(&first), "decline").await;
        app.until("it has failed", async || app.status(&session).await["payment_status"] == "FAIL").await;
        let second = app.pay(&session, "LAKALA").await;
        assert_ne!(order_id(&first), order_id(&second));
        app.wallet(&code(&second), "approve").await.is_paid();
        app.until_status(&session, "SUCCESS").await;
        assert_eq!((app.held(&order_id(&first)).await, app.held(&order_id(&second)).await), (0, 8888));
        app.until("nothing hangs", async || app.is_clean(When::AtRest).await).await;
    }

    async fn an_order_that_lakala_refuses_has_failed_and_the_session_goes_on(app: TestApp) {
        fault(app, json!({ "fault": "pay_refused", "times": 1 })).await;
        let (session, refused) = opened(app).await;
        assert_eq!(refused.data()["state"]["payment_status"], "FAIL", "{}", refused.body);
        let second = app.pay(&session, "LAKALA").await;
        app.wallet(&code(&second), "approve").await.is_paid();
        app.until_status(&session, "SUCCESS").await;
    }

    async fn who_pays_while_it_is_being_closed_has_paid(app: TestApp) {
        let (session, opened) = opened(app).await;
        fault(app, json!({ "fault": "cancel_returns_money", "times": 1 })).await;
        let status = app.cancel(&session, &order_id(&opened)).await;
        assert_eq!(status.data()["payment_status"], "SUCCESS", "{}", status.body);
        assert_eq!(app.held(&order_id(&opened)).await, 8888);
    }

    async fn a_refund_takes_its_time_or_fails_and_no_money_is_lost(app: TestApp) {
        let first = paid(app).await;
        fault(app, json!({ "fault": "refund_pending", "ms": 1500 })).await;
        refund(app, &first, "r1", "SUCCESS").await;
        assert_eq!(app.held(&first).await, 0);
        let second = paid(app).await;
        fault(app, json!({ "fault": "refund_fails", "ms": 300 })).await;
        refund(app, &second, "r2", "FAIL").await;
        assert_eq!(app.held(&second).await, 8888);
        let third = paid(app).await;
        fault(app, json!({ "fault": "refund_refused" })).await;
        refund(app, &third, "r3", "FAIL").await;
        assert_eq!(app.held(&third).await, 8888);
    }
}
