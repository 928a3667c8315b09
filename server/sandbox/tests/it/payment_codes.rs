//! Payment codes: what the payer's wallet shows, and what the merchant's scanner may do with it.

use serde_json::{Value, json};

use crate::support::{Merchant, Sink, World};

fn body(request: &str, code: &str) -> Value {
    let mut body = Merchant::pay_body(request);
    body["productCode"] = "IN_STORE_PAYMENT".into();
    body["paymentMethod"] =
        json!({ "paymentMethodType": "CONNECT_WALLET", "paymentMethodId": code });
    body["paymentFactor"] = json!({ "inStorePaymentScenario": "PaymentCode" });
    for name in ["paymentRedirectUrl", "env"] {
        body.as_object_mut().unwrap().remove(name);
    }
    body
}

async fn page(world: &World, path: &str) -> String {
    let answer = world.http.get(format!("{}{path}", world.url)).send().await.unwrap();
    answer.text().await.unwrap()
}

#[tokio::test]
async fn a_code_is_paid_at_once_and_told() {
    let world = World::start().await;
    let sink = Sink::start().await;
    let mut asked = body("p1", "281000000000000001");
    asked["paymentNotifyUrl"] = sink.url.clone().into();
    let paid = world.merchant.call("pay", &asked).await;
    paid.expect("SUCCESS");
    assert!(paid.body["paymentTime"].is_string() && paid.body["orderCodeForm"].is_null());
    assert_eq!(sink.wait_for(1).await.remove(0).gist(), "PAYMENT_RESULT S");
    world.merchant.call("pay", &asked).await.expect("SUCCESS");
    assert_eq!(world.entry("p1").await["captured"], 25000);
    let mut dearer = asked;
    dearer["paymentMethod"]["paymentMethodId"] = "281000000000000002".into();
    world.merchant.call("pay", &dearer).await.expect("REPEAT_REQ_INCONSISTENT");
}

#[tokio::test]
async fn the_payer_types_a_password_or_declines() {
    let world = World::start().await;
    for (request, code, action, end) in [
        ("p1", "282000000000000001", "approve", "SUCCESS"),
        ("p2", "282000000000000002", "decline", "FAIL"),
    ] {
        let waiting = world.merchant.call("pay", &body(request, code)).await;
        waiting.expect("PAYMENT_IN_PROCESS");
        assert!(waiting.body["normalUrl"].is_null(), "there is no page: {}", waiting.body);
        assert_eq!(world.inquire(request).await["paymentStatus"], "PROCESSING");
        assert_eq!(world.wallet(code, action).await.0, 200);
        assert_eq!(world.inquire(request).await["paymentStatus"], end);
    }
}

#[tokio::test]
async fn a_refused_code_has_its_reason_and_no_code_is_good_twice() {
    let world = World::start().await;
    let refused = [
        ("283000000000000001", "EXPIRED_CODE"),
        ("284000000000000001", "USER_BALANCE_NOT_ENOUGH"),
        ("285000000000000001", "RISK_REJECT"),
    ];
    for (code, reason) in refused {
        world.merchant.call("pay", &body(reason, code)).await.expect(reason);
        world.merchant.call("pay", &body(reason, code)).await.expect(reason);
        let known = world.inquire(reason).await;
        assert_eq!(
            (&known["paymentStatus"], &known["paymentResultCode"]),
            (&json!("FAIL"), &json!(reason))
        );
    }
    world.merchant.call("pay", &body("p1", "281000000000000001")).await.expect("SUCCESS");
    world.merchant.call("pay", &body("p2", "281000000000000001")).await.expect("INVALID_CODE");
    world.merchant.call("pay", &body("p3", "134567890123456789")).await.expect("INVALID_CODE");
    assert_eq!(world.entry("p1").await["captured"], 25000);
    assert_eq!(world.entry("p2").await["captured"].as_i64().unwrap_or_default(), 0);
}

#[tokio::test]
async fn a_request_that_is_no_payment_code_is_refused() {
    let world = World::start().await;
    let wrong = [
        ("/paymentFactor/inStorePaymentScenario", json!("EntryCode")),
        ("/paymentMethod/paymentMethodType", json!("GCASH")),
        ("/paymentMethod/paymentMethodId", json!("")),
    ];
    for (place, value) in wrong {
        let mut asked = body("p1", "281000000000000001");
        *asked.pointer_mut(place).unwrap() = value;
        world.merchant.call("pay", &asked).await.expect("PARAM_ILLEGAL");
    }
}

#[tokio::test]
async fn a_decline_of_the_wallet_befalls_a_code_too() {
    let world = World::start().await;
    world.fault(json!({ "fault": "decline", "times": 1 })).await;
    let refused = world.merchant.call("pay", &body("p1", "281000000000000001")).await;
    refused.expect("USER_BALANCE_NOT_ENOUGH");
    world.fault(json!({ "fault": "pending", "ms": 60_000, "times": 1 })).await;
    world
        .merchant
        .call("pay", &body("p2", "281000000000000002"))
        .await
        .expect("PAYMENT_IN_PROCESS");
    assert_eq!(world.inquire("p2").await["paymentStatus"], "PENDING");
}

#[tokio::test]
async fn a_phone_shows_a_code_and_asks_for_the_password() {
    let world = World::start().await;
    let answer = world.http.get(format!("{}/wallet/code", world.url)).send().await.unwrap();
    assert_eq!(answer.headers()["refresh"], "2");
    let code = answer.url().query().unwrap().strip_prefix("code=").unwrap().to_owned();
    assert!(code.starts_with("282") && code.len() == 18, "{code}");
    let shown = answer.text().await.unwrap();
    let digits: String = shown
        .split("class=\"digits\">")
        .nth(1)
        .unwrap()
        .chars()
        .take_while(|sign| *sign != '<')
        .collect();
    assert_eq!(digits.replace(' ', ""), code);
    assert!(
        page(&world, &format!("/wallet/payment-code.svg?code={code}")).await.starts_with("<svg")
    );

    world.merchant.call("pay", &body("p1", &code)).await.expect("PAYMENT_IN_PROCESS");
    let asked = page(&world, &format!("/wallet/code?code={code}")).await;
    assert!(asked.contains("type=\"password\"") && asked.contains("Approve ₱250.00"), "{asked}");
    let typed = world.http.post(format!("{}/wallet", world.url));
    let typed = typed.header("content-type", "application/x-www-form-urlencoded");
    let paid =
        typed.body(format!("code={code}&password=1234&action=approve")).send().await.unwrap();
    assert!(paid.text().await.unwrap().contains("Paid ₱250.00"));
    let fast =
        world.http.get(format!("{}/wallet/code?pays=at_once", world.url)).send().await.unwrap();
    assert!(fast.url().query().unwrap().starts_with("code=281"), "{}", fast.url());
}
