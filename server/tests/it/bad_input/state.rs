//! What is refused because of how things stand, or of who asks: with its reason, and nothing stored.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use super::refused;
use crate::refunds::paid;
use crate::support::{Session, TestApp, on_both, order_id};

/// Waits until the channel's own notice of a payment has come, which may be after somebody asked.
async fn until_notice(app: &TestApp) {
    app.until("the notice is kept", async || {
        let mut tx = app.app.store.read().await.unwrap();
        let text = "select count(*) from evidence where source = 'NOTICE'";
        tx.sql(text).one::<(i64,)>().await.unwrap().unwrap().0 > 0
    })
    .await;
}

async fn closed(app: &TestApp) -> Session {
    let session = app.session("PHP", "25000").await;
    app.merchant(Method::POST, &format!("/v1/sessions/{}/close", session.id), None).await.data();
    session
}

async fn expired(app: &TestApp) -> Session {
    let session = app.session("PHP", "25000").await;
    app.pass(Duration::from_secs(31 * 60));
    app.until("it is expired", async || app.session_status(&session).await == "EXPIRED").await;
    session
}

on_both! {
    async fn pay_is_refused_when_the_session_is_over(app: TestApp) {
        let sessions = [(closed(app).await, "SESSION_CLOSED"), (expired(app).await, "SESSION_EXPIRED"), (paid(app, "25000").await.0, "ALREADY_PAID")];
        until_notice(app).await;
        let (before, book) = (app.rows().await, app.book().await.len());
        for (session, code) in sessions {
            for method in ["GCASH", "MAYA"] {
                refused(&app.pay(&session, method).await, 409, code, "");
            }
        }
        assert_eq!((app.rows().await, app.book().await.len()), (before, book));
    }

    async fn a_trans_id_that_is_open_or_paid_is_refused(app: TestApp) {
        let mut open = app.request("PHP", "25000");
        app.create(open.clone()).await.data();
        let mut done = app.request("PHP", "25000");
        let (session, _) = paid(app, "25000").await;
        until_notice(app).await;
        done["trans_id"] = json!(session.trans_id);
        // The same request would be the same session (D8).
        open["amount"] = json!("25001");
        done["amount"] = json!("25001");
        let before = app.rows().await;
        for (request, code) in [(open, "TRANS_ID_OPEN"), (done, "TRANS_ID_PAID")] {
            let answer = app.create(request).await;
            assert_eq!((answer.status, answer.code()), (409, code), "{}", answer.body);
        }
        assert_eq!(app.rows().await, before);
    }

    async fn a_foreign_origin_is_refused_whatever_it_asks(app: TestApp) {
        let session = app.session("PHP", "25000").await;
        let opened = app.pay(&session, "GCASH").await;
        let of_payment = format!("/transactions/{}", order_id(&opened));
        let (before, book) = (app.rows().await, app.book().await);
        let pay = json!({ "method": "MAYA", "version": 1 });
        let calls: [(Method, String, Option<Value>); 5] = [
            (Method::GET, String::new(), None),
            (Method::GET, "/status".into(), None),
            (Method::POST, "/transactions".into(), Some(pay)),
            (Method::POST, format!("{of_payment}/check"), None),
            (Method::POST, format!("{of_payment}/cancel"), None),
        ];
        for (method, path, body) in calls {
            for origin in ["https://evil.example", "http://shop.example", "null"] {
                let path = format!("/v1/checkout/{}{path}", session.id);
                let headers = [("origin", origin)];
                let answer = app.call(method.clone(), &path, Some(&session.token), &headers, body.clone()).await;
                refused(&answer, 403, "ORIGIN_NOT_REGISTERED", "");
            }
        }
        assert_eq!((app.rows().await, app.book().await), (before, book));
        assert_eq!(app.status(&session).await["payment_status"], "PROCESSING");
    }

    async fn the_browser_chooses_a_method_and_nothing_else(app: TestApp) {
        let session = app.session("PHP", "25000").await;
        let before = app.rows().await;
        for (field, value) in [
            ("amount", json!("1")), ("currency", json!("JPY")), ("payment_amount", json!({ "currency": "PHP", "value": "1" })),
            ("goods", json!([])), ("status", json!("SUCCESS")), ("payment_status", json!("SUCCESS")), ("order_id", json!("GW1")),
            ("session_id", json!("CS1")), ("trans_id", json!("m0")), ("merchant_id", json!("20000000000001")), ("channel", json!("free")),
            ("return_url", json!("https://evil.example/")), ("notify_url", json!("https://evil.example/")), ("expire_time", json!("2099-01-01T00:00:00Z")),
        ] {
            let mut body = json!({ "method": "GCASH", "version": 1 });
            body[field] = value;
            let answer = app.shopper(Method::POST, &session, "/transactions", Some(body)).await;
            assert_eq!(answer.status, 400, "{field}: {}", answer.body);
            assert!(answer.body["ret_msg"].as_str().unwrap().contains(field), "{field}: {}", answer.body);
        }
        assert_eq!(app.rows().await, before);
        assert!(app.book().await.is_empty());
    }

    async fn a_method_that_nobody_knows_is_named(app: TestApp) {
        let session = app.session("PHP", "25000").await;
        let before = app.rows().await;
        for word in ["BITCOIN", "gcash", "GCASH ", "UNKNOWN", "BANKCARD"] {
            let body = json!({ "method": word, "version": 1 });
            refused(&app.shopper(Method::POST, &session, "/transactions", Some(body)).await, 400, "INVALID_FIELD", "method");
        }
        assert_eq!((app.rows().await, app.book().await.len()), (before, 0));
    }
}
