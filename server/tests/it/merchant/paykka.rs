//! What a merchant of PayKKa already sends is understood here (P6; `protocols/paykka.md` 3, 4 and 8.1).

use reqwest::{Client, Method, redirect};
use serde_json::{Value, json};

use super::ask::post;
use crate::support::{Session, TestApp, code, on_both, order_id};

/// Vector 8.1's body, byte for byte.
const VECTOR: &str = r#"{"merchant_id":"18000000000001","payment_type":"PURCHASE","authorisation_type":"FINAL_AUTH","capture_method":"AUTOMATIC","trans_id":"TX20261118000001","session_mode":"HOSTED","currency":"EUR","amount":"8888","expire_time":"2026-11-18T05:00:00Z","return_url":"https://shop.example/return","cancel_url":"https://shop.example/cancel","notify_url":"https://shop.example/notify/paykka","goods":[{"id":"1","name":"Blue mug","price":"8888","quantity":"1"}]}"#;

const KEY: &str = "sk_test_paykka";

/// The vector with a time that lies ahead.
fn dated(app: &TestApp) -> String {
    let ahead = jiff::Timestamp::from_millisecond(app.app.now() + 3_600_000).unwrap();
    let dated = VECTOR.replace("2026-11-18T05:00:00Z", &ahead.to_string());
    assert_ne!(dated, VECTOR);
    dated
}

/// A session with a way out of its own.
async fn parting(app: &TestApp) -> Session {
    let mut request = app.request("PHP", "25000");
    request["cancel_url"] = json!("https://shop.example/cancel?cart=7");
    app.session_of(request).await
}

/// Where the hosted page's way back leads at this moment.
async fn leads_to(app: &TestApp, session: &Session) -> String {
    let http = Client::builder().redirect(redirect::Policy::none()).build().unwrap();
    let page = http.get(format!("{}/pay/{}", app.base, session.id)).send().await.unwrap();
    let html = page.text().await.unwrap();
    let link = html.split(r#"class="back" href=""#).nth(1).unwrap().split('"').next().unwrap();
    if !link.starts_with(&app.base) {
        return link.to_owned();
    }
    let left = http.get(link).send().await.unwrap();
    assert_eq!(
        (left.status().as_u16(), &left.headers()["referrer-policy"]),
        (303, &"no-referrer".parse().unwrap())
    );
    left.headers()["location"].to_str().unwrap().to_owned()
}

fn methods(view: &Value) -> Vec<&str> {
    let offers = view["methods"].as_array().unwrap().iter();
    offers.map(|offer| offer["method"].as_str().unwrap()).collect()
}

on_both! {
    async fn the_vector_makes_a_session(app: TestApp) {
        app.one_more("18000000000001", KEY).await;
        let vector = dated(app);
        let made = post(app, "/v1/sessions").by(KEY).text("application/json", &vector).send().await;
        assert_eq!(made.status, 200, "{}", made.text());
        let data = made.data().clone();
        for (field, value) in [("trans_id", "TX20261118000001"), ("amount", "8888"), ("currency", "EUR"), ("status", "PROCESSING"), ("session_mode", "HOSTED")] {
            assert_eq!(data[field], value, "{field}");
        }
        let text = |name: &str| data[name].as_str().unwrap().to_owned();
        let session = Session { id: text("session_id"), trans_id: text("trans_id"), token: text("client_token") };
        let view = app.view(&session).await.data().clone();
        assert_eq!(view["goods"], json!([{ "name": "Blue mug", "quantity": 1, "unit_amount": "8888" }]));
        assert_eq!(view["return_url"], format!("https://shop.example/cancel?session_id={}", session.id));
        // The same request again is the same session, and another amount is another request.
        let again = post(app, "/v1/sessions").by(KEY).text("application/json", &vector).send().await;
        assert_eq!(again.data()["session_id"], data["session_id"]);
        let other = vector.replace(r#""amount":"8888""#, r#""amount":8887"#);
        assert_eq!(post(app, "/v1/sessions").by(KEY).text("application/json", &other).send().await.status, 409);
    }

    async fn an_amount_may_be_a_whole_number_wherever_one_is_asked_for(app: TestApp) {
        let mut request = app.request("PHP", "25000");
        request["amount"] = json!(26_000);
        request["goods"] = json!([{ "id": "sku-1", "name": "Oolong", "price": 13_000, "quantity": "2" }]);
        let session = app.session_of(request).await;
        assert_eq!(app.view(&session).await.data()["amount"], "26000");
        let change = json!({ "amount": 25_000, "goods": [{ "name": "Oolong", "unit_amount": 12_500, "quantity": 2 }] });
        let changed = app.merchant(Method::PATCH, &format!("/v1/sessions/{}", session.id), Some(change)).await;
        assert_eq!(changed.data()["amount"], "25000", "{}", changed.body);
        let body = json!({ "method": "GCASH", "version": 2 });
        let opened = app.shopper(Method::POST, &session, "/transactions", Some(body)).await;
        app.wallet(&code(&opened), "approve").await.is_paid();
        app.until_status(&session, "SUCCESS").await;
        let refund = json!({ "ori_order_id": order_id(&opened), "refund_trans_id": "R1", "refund_amount": 5_000 });
        let given = app.merchant(Method::POST, "/v1/refunds", Some(refund)).await;
        assert_eq!((given.status, given.data()["refund_amount"].as_str()), (200, Some("5000")), "{}", given.body);
    }

    async fn a_fraction_is_no_amount(app: TestApp) {
        for (field, value) in [
            ("amount", "800.0"), ("amount", "8e2"), ("amount", "-800"), ("amount", "18446744073709551616"),
            ("goods", r#"[{"name":"a","price":4.5}]"#), ("goods", r#"[{"name":"a","price":"4.5"}]"#),
            ("goods", r#"[{"name":"a","quantity":"1.5"}]"#), ("goods", r#"[{"name":"a","price":"4","unit_amount":"5"}]"#),
        ] {
            let mut request = app.request("HKD", "800");
            request[field] = json!("@");
            let body = request.to_string().replace("\"@\"", value);
            let refused = post(app, "/v1/sessions").by(crate::support::KEY).text("application/json", &body).send().await;
            assert_eq!((refused.status, refused.code().as_str()), (400, "INVALID_FIELD"), "{field}: {value}");
        }
        assert_eq!(app.rows().await, 0);
    }

    async fn who_leaves_unpaid_goes_another_way_than_who_has_paid(app: TestApp) {
        let session = parting(app).await;
        let out = format!("https://shop.example/cancel?cart=7&session_id={}", session.id);
        let on = format!("http://127.0.0.1:9/thanks?session_id={}", session.id);
        assert_eq!(app.view(&session).await.data()["return_url"], out);
        assert_eq!(leads_to(app, &session).await, out);
        let opened = app.pay(&session, "GCASH").await;
        assert_eq!(leads_to(app, &session).await, out);
        app.wallet(&code(&opened), "approve").await.is_paid();
        let told = app.until_status(&session, "SUCCESS").await;
        assert_eq!(told["return_url"], on);
        assert_eq!(leads_to(app, &session).await, on);
        // An order that ended without money, and one that has one way for all.
        let closed = parting(app).await;
        app.merchant(Method::POST, &format!("/v1/sessions/{}/close", closed.id), None).await;
        let out = out.replace(&session.id, &closed.id);
        assert_eq!((app.status(&closed).await["return_url"].as_str(), leads_to(app, &closed).await), (Some(out.as_str()), out.clone()));
        let plain = app.session("PHP", "25000").await;
        assert_eq!(leads_to(app, &plain).await, on.replace(&session.id, &plain.id));
    }

    async fn a_way_out_is_judged_as_a_way_on(app: TestApp) {
        for url in ["http://shop.example/x", "javascript:alert(1)", "https://user@shop.example/", "/cancel"] {
            let mut request = app.request("HKD", "800");
            request["cancel_url"] = json!(url);
            let refused = app.create(request).await;
            assert_eq!((refused.status, refused.code(), refused.field()), (400, "INVALID_RETURN_URL", "cancel_url"), "{url}");
        }
    }

    async fn a_session_may_be_for_one_method_by_paykkas_name_for_it(app: TestApp) {
        for (said, method) in [("AlipayPlus", "ALIPAY_PLUS"), ("ALIPAYPLUS", "ALIPAY_PLUS"), ("GCash", "GCASH"), ("PayMaya", "MAYA"), ("WECHATPAY", "WECHATPAY"), ("WechatPayGlobal", "WECHATPAY")] {
            let mut request = app.request("HKD", "800");
            request["payment"] = json!({ "payment_method": said });
            let session = app.session_of(request).await;
            assert_eq!(methods(app.view(&session).await.data()), [method], "{said}");
        }
        let mut request = app.request("HKD", "800");
        request["payment"] = json!({ "payment_method": "BANKCARD" });
        let refused = app.create(request.clone()).await;
        assert_eq!((refused.status, refused.code(), refused.field()), (409, "PRODUCT_NOT_AVAILABLE", "payment.payment_method"));
        request["payment"] = json!({ "payment_method": "GCASH" });
        request["appearance"] = json!({ "methods": ["GCASH", "MAYA"] });
        let refused = app.create(request).await;
        assert_eq!((refused.status, refused.field()), (400, "payment.payment_method"));
    }
}
