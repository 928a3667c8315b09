//! Orders: opened, paid, closed, expired.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::wechatpay::{Ear, MCHID, Shop};
use crate::support::{Merchant, World};

#[tokio::test]
async fn a_native_order_is_opened_paid_and_told() {
    let world = World::start().await;
    let (shop, ear) = (Shop::of(&world), Ear::start().await);
    let code = shop.open_told("ORDER1", &ear).await;
    assert!(code.starts_with("weixin://wxpay/bizpayurl?pr="), "{code}");
    let open = shop.query("ORDER1").await;
    assert_eq!((open.text("trade_state"), open.text("transaction_id")), ("NOTPAY", ""));

    let (status, told) = world.wallet(&code, "approve").await;
    assert_eq!(
        (status, &told["status"], &told["channel"]),
        (200, &json!("PAID"), &json!("wechatpay"))
    );
    let paid = shop.query("ORDER1").await;
    paid.expect(200, "");
    assert_eq!(paid.text("trade_state"), "SUCCESS");
    assert_eq!(paid.body["amount"]["total"], 100);
    let by_id = format!("/v3/pay/transactions/id/{}?mchid={MCHID}", paid.text("transaction_id"));
    assert_eq!(shop.get(&by_id).await.body, paid.body);

    let note = ear.wait_for(1).await.remove(0);
    assert!(note.is_signed);
    assert_eq!(note.body["event_type"], "TRANSACTION.SUCCESS");
    assert_eq!(note.plain, paid.body, "a notice tells what a query tells");
    let entry = world.entry("ORDER1").await;
    assert_eq!((&entry["channel"], &entry["captured"]), (&json!("wechatpay"), &json!(100)));
}

#[tokio::test]
async fn the_same_order_has_the_same_code_and_another_is_refused() {
    let world = World::start().await;
    let shop = Shop::of(&world);
    let code = shop.open("ORDER1").await;
    assert_eq!(shop.open("ORDER1").await, code);
    let mut dearer = Shop::order("ORDER1");
    dearer["amount"]["total"] = 101.into();
    shop.native(&dearer).await.expect(403, "OUT_TRADE_NO_USED");
    let mut other = Shop::order("ORDER1");
    other["payer"] = json!({ "openid": "o1" });
    shop.post("/v3/pay/transactions/jsapi", &other).await.expect(403, "OUT_TRADE_NO_USED");
    world.approve(&code).await;
    shop.native(&Shop::order("ORDER1")).await.expect(400, "INVALID_REQUEST");
    assert_eq!(world.entry("ORDER1").await["captured"], 100);
}

#[tokio::test]
async fn a_jsapi_order_is_paid_by_its_prepay_id() {
    let world = World::start().await;
    let shop = Shop::of(&world);
    let mut order = Shop::order("ORDER1");
    let refused = shop.post("/v3/pay/transactions/jsapi", &order).await;
    assert_eq!(refused.body["detail"]["field"], "/payer/openid");
    order["payer"] = json!({ "openid": "oAnna" });
    let opened = shop.post("/v3/pay/transactions/jsapi", &order).await;
    let id = opened.text("prepay_id");
    assert_eq!((id.len(), &id[..2]), (36, "wx"));
    world.approve(&format!("prepay_id={id}")).await;
    let paid = shop.query("ORDER1").await;
    assert_eq!((paid.text("trade_state"), paid.text("trade_type")), ("SUCCESS", "JSAPI"));
    assert_eq!(paid.body["payer"]["openid"], "oAnna");
}

#[tokio::test]
async fn an_h5_order_is_a_page_that_leads_back() {
    let world = World::start().await;
    let shop = Shop::of(&world);
    let mut order = Shop::order("ORDER1");
    order["scene_info"] = json!({ "payer_client_ip": "203.0.113.7", "h5_info": { "type": "Wap" } });
    let opened = shop.post("/v3/pay/transactions/h5", &order).await;
    opened.expect(200, "");
    let back = "&redirect_url=https%3A%2F%2Fshop.example%2Fback%3Fa%3D1";
    let url = format!("{}{back}", opened.text("h5_url"));
    let asked = world.http.get(&url).send().await.unwrap().text().await.unwrap();
    assert!(asked.contains("Approve CN¥1.00") && asked.contains("WeChat Pay"), "{asked}");

    let code = opened.text("h5_url").split("code=").nth(1).unwrap().split('&').next().unwrap();
    let press = async |action: &str| {
        let form = format!("code={code}&action={action}&from=page{back}");
        let request = world.http.post(format!("{}/wallet", world.url));
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        request.body(form).send().await.unwrap().text().await.unwrap()
    };
    let declined = press("decline").await;
    assert!(declined.contains("You declined"), "{declined}");
    assert!(declined.contains("https://shop.example/back?a=1"), "{declined}");
    assert_eq!(shop.query("ORDER1").await.text("trade_state"), "NOTPAY");
    let paid = press("approve").await;
    assert!(paid.contains("Paid CN¥1.00") && paid.contains("https://shop.example/back?a=1"));
    assert_eq!(shop.query("ORDER1").await.text("trade_type"), "MWEB");
}

#[tokio::test]
async fn a_person_pastes_the_text_of_the_code() {
    let world = World::start().await;
    let code = Shop::of(&world).open("ORDER1").await;
    let typed: String = url::form_urlencoded::byte_serialize(code.as_bytes()).collect();
    let page = world.http.get(format!("{}/wallet?code={typed}", world.url));
    let page = page.send().await.unwrap().text().await.unwrap();
    assert!(page.contains("CN¥1.00") && page.contains("Blue mug"), "{page}");
}

#[tokio::test]
async fn an_unpaid_order_is_closed_and_a_paid_one_is_not() {
    let world = World::start().await;
    let shop = Shop::of(&world);
    let code = shop.open("ORDER1").await;
    let closed = shop.close("ORDER1").await;
    closed.expect(204, "");
    assert_eq!(closed.body, Value::Null);
    shop.close("ORDER1").await.expect(400, "ORDER_CLOSED");
    assert_eq!(shop.query("ORDER1").await.text("trade_state"), "CLOSED");
    assert_eq!(world.wallet(&code, "approve").await.0, 409);
    shop.native(&Shop::order("ORDER1")).await.expect(400, "ORDER_CLOSED");

    let code = shop.open("ORDER2").await;
    world.approve(&code).await;
    shop.close("ORDER2").await.expect(400, "INVALID_REQUEST");
    assert_eq!(shop.query("ORDER2").await.text("trade_state"), "SUCCESS");
    shop.close("NOTHING").await.expect(404, "ORDER_NOT_EXIST");
    shop.query("NOTHING").await.expect(404, "ORDER_NOT_EXIST");
}

#[tokio::test]
async fn an_order_runs_out_with_the_channels_clock() {
    let world = World::start().await;
    let shop = Shop::of(&world);
    let code = shop.open("ORDER1").await;
    let week = json!({ "ahead_ms": 7 * 24 * 3_600_000_i64 + 1000 });
    world.http.put(format!("{}/clock", world.url)).json(&week).send().await.unwrap();
    assert_eq!(world.wallet(&code, "approve").await.0, 409);
    let url = format!("/v3/pay/transactions/out-trade-no/ORDER1?mchid={MCHID}");
    let told = shop.call(Method::GET, &url, String::new(), 7 * 24 * 3600).await.unwrap();
    assert_eq!(told.text("trade_state"), "CLOSED");
}

#[tokio::test]
async fn the_same_number_at_two_channels_is_two_payments() {
    let world = World::start().await;
    let shop = Shop::of(&world);
    let theirs = world.open("ORDER1").await;
    let code = shop.open("ORDER1").await;
    world.approve(&code).await;
    assert_eq!(shop.query("ORDER1").await.text("trade_state"), "SUCCESS");
    assert_eq!(world.inquire("ORDER1").await["paymentStatus"], "PROCESSING");
    world.fault(json!({ "fault": "unknown", "channel": "wechatpay", "request": "ORDER1" })).await;
    world.merchant.pay("ORDER1").await.expect("PAYMENT_IN_PROCESS");
    shop.native(&Shop::order("ORDER1")).await.expect(500, "SYSTEM_ERROR");

    let world = world.restart().await;
    let shop = Shop::of(&world);
    assert_eq!(shop.query("ORDER1").await.text("trade_state"), "SUCCESS");
    assert_eq!(world.inquire("ORDER1").await["paymentStatus"], "PROCESSING");
    world.approve(&theirs).await;
    let again = world.merchant.call("pay", &Merchant::pay_body("ORDER1")).await;
    again.expect("SUCCESS");
}

#[tokio::test]
async fn faults_befall_these_calls_too() {
    let world = World::start().await;
    let shop = Shop::of(&world);
    let native = "/v3/pay/transactions/native";
    world.fault(json!({ "fault": "lost_reply", "call": "native" })).await;
    assert!(shop.try_post(native, &Shop::order("ORDER1")).await.is_err());
    assert_eq!(shop.query("ORDER1").await.text("trade_state"), "NOTPAY");

    world.fault(json!({ "fault": "server_error", "call": "close" })).await;
    let broken = shop.close("ORDER1").await;
    assert_eq!((broken.status, broken.is_signed), (500, false));
    assert_eq!(shop.query("ORDER1").await.text("trade_state"), "NOTPAY");
    world.fault(json!({ "fault": "half_body" })).await;
    assert!(shop.try_post(native, &Shop::order("ORDER1")).await.is_err());
    world.fault(json!({ "fault": "bad_signature", "call": "query" })).await;
    assert!(!shop.query("ORDER1").await.is_signed);
    world.fault(json!({ "fault": "sign_test", "call": "query" })).await;
    let probe = shop.query("ORDER1").await;
    let signature = probe.headers["wechatpay-signature"].to_str().unwrap().to_owned();
    assert!(!probe.is_signed && signature.starts_with("WECHATPAY/SIGNTEST/"), "{signature}");
    world.fault(json!({ "fault": "wrong_amount", "call": "query", "value": 1 })).await;
    assert_eq!(shop.query("ORDER1").await.body["amount"]["total"], 1);

    world.fault(json!({ "fault": "lost_reply", "call": "close" })).await;
    let close = "/v3/pay/transactions/out-trade-no/ORDER1/close";
    assert!(shop.try_post(close, &json!({ "mchid": MCHID })).await.is_err());
    assert_eq!(shop.query("ORDER1").await.text("trade_state"), "CLOSED");
}

#[tokio::test]
async fn a_payer_may_be_faster_than_the_close_or_pay_after_it() {
    let world = World::start().await;
    let (shop, ear) = (Shop::of(&world), Ear::start().await);
    shop.open_told("ORDER1", &ear).await;
    world.fault(json!({ "fault": "cancel_returns_money" })).await;
    shop.close("ORDER1").await.expect(400, "INVALID_REQUEST");
    assert_eq!(shop.query("ORDER1").await.text("trade_state"), "SUCCESS");
    ear.wait_for(1).await;

    let code = shop.open_told("ORDER2", &ear).await;
    shop.close("ORDER2").await.expect(204, "");
    world.fault(json!({ "fault": "paid_after_cancel" })).await;
    world.approve(&code).await;
    assert_eq!(ear.wait_for(2).await[1].plain["out_trade_no"], "ORDER2");
    assert_eq!(shop.query("ORDER2").await.text("trade_state"), "SUCCESS");
}

#[tokio::test]
async fn a_bank_may_take_its_time_and_a_balance_may_be_too_low() {
    let world = World::start().await;
    let (shop, ear) = (Shop::of(&world), Ear::start().await);
    let code = shop.open_told("ORDER1", &ear).await;
    world.fault(json!({ "fault": "decline" })).await;
    let (_, told) = world.wallet(&code, "approve").await;
    assert_eq!(told["status"], "PROCESSING", "the payer may try again");
    world.fault(json!({ "fault": "pending", "ms": 700 })).await;
    world.approve(&code).await;
    assert_eq!(shop.query("ORDER1").await.text("trade_state"), "USERPAYING");
    assert_eq!(ear.wait_for(1).await[0].plain["trade_state"], "SUCCESS");
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(shop.query("ORDER1").await.text("trade_state"), "SUCCESS");
}

/// An order for a payment code.
fn at_counter(number: &str, code: &str) -> Value {
    let mut order = Shop::order(number);
    order.as_object_mut().unwrap().remove("notify_url");
    order["payer"] = json!({ "auth_code": code });
    order["scene_info"] = json!({ "device_ip": "203.0.113.7", "store_info": { "out_id": "s1" } });
    order
}

#[tokio::test]
async fn a_payment_code_is_charged_asked_for_and_reversed() {
    let world = World::start().await;
    let shop = Shop::of(&world);
    let codepay = async |number: &str, code: &str| {
        shop.post("/v3/pay/transactions/codepay", &at_counter(number, code)).await
    };
    let reverse = async |number: &str| {
        let url = format!("/v3/pay/transactions/out-trade-no/{number}/reverse");
        shop.post(&url, &json!({ "appid": "wxd678efh567hg6787", "mchid": MCHID })).await
    };
    let paid = codepay("ORDER1", "100000000000000001").await;
    paid.expect(200, "");
    assert_eq!((paid.text("trade_state"), paid.text("trade_type")), ("SUCCESS", "MICROPAY"));
    codepay("ORDER1", "100000000000000001").await.expect(403, "OUT_TRADE_NO_USED");
    codepay("ORDER2", "100000000000000001").await.expect(400, "INVALID_REQUEST");
    codepay("ORDER3", "120000000000000001").await.expect(403, "NOT_ENOUGH");
    assert_eq!(shop.query("ORDER3").await.text("trade_state"), "PAYERROR");
    codepay("ORDER4", "281000000000000001").await.expect(400, "PARAM_ERROR");

    codepay("ORDER5", "110000000000000001").await.expect(202, "USERPAYING");
    assert_eq!(shop.query("ORDER5").await.text("trade_state"), "USERPAYING");
    shop.close("ORDER5").await.expect(400, "INVALID_REQUEST");
    reverse("ORDER5").await.expect(200, "");
    assert_eq!(shop.query("ORDER5").await.text("trade_state"), "REVOKED");
    assert_eq!(world.wallet("110000000000000001", "approve").await.0, 409);

    reverse("ORDER1").await.expect(200, "");
    let entry = world.entry("ORDER1").await;
    assert_eq!((&entry["captured"], &entry["cancelled_after_capture"]), (&json!(100), &json!(100)));
    let declined = codepay("ORDER6", "110000000000000002").await;
    declined.expect(202, "USERPAYING");
    assert_eq!(world.wallet("110000000000000002", "decline").await.1["status"], "DECLINED");
    assert_eq!(shop.query("ORDER6").await.text("trade_state"), "PAYERROR");

    let shown = format!("{}/wallet/code?channel=wechatpay", world.url);
    let shown = world.http.get(shown).send().await.unwrap();
    assert!(shown.url().query().unwrap().starts_with("code=11"), "{}", shown.url());
}
