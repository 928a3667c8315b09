//! Who is let in, and that everyone gets a signed answer.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::World;
use crate::support::wechatpay::{MCHID, Shop};

const NATIVE: &str = "/v3/pay/transactions/native";

#[tokio::test]
async fn what_is_old_changed_or_unsigned_is_refused_and_not_even_noted() {
    let world = World::start().await;
    let shop = Shop::of(&world);
    let body = Shop::order("ORDER1").to_string();
    for ahead in [-301, 301] {
        let late = shop.call(Method::POST, NATIVE, body.clone(), ahead).await.unwrap();
        late.expect(401, "SIGN_ERROR");
    }
    let signed = shop.authorization("POST", NATIVE, &body, 0);
    let dearer = body.replace("100", "1");
    for (body, header) in [(dearer, signed.as_str()), (body.clone(), "")] {
        shop.send(Method::POST, NATIVE, body, header).await.unwrap().expect(401, "SIGN_ERROR");
    }
    let other = signed.replace("5D01", "5D02");
    shop.send(Method::POST, NATIVE, body, &other).await.unwrap().expect(401, "SIGN_ERROR");
    assert_eq!(world.entry("ORDER1").await, Value::Null);
}

#[tokio::test]
async fn the_query_of_the_address_is_signed_too() {
    let world = World::start().await;
    let shop = Shop::of(&world);
    shop.open("ORDER1").await;
    let path = "/v3/pay/transactions/out-trade-no/ORDER1";
    shop.get(path).await.expect(400, "PARAM_ERROR");
    let signed = shop.authorization("GET", path, "", 0);
    let url = format!("{path}?mchid={MCHID}");
    let sent = shop.send(Method::GET, &url, String::new(), &signed).await.unwrap();
    sent.expect(401, "SIGN_ERROR");
    shop.get("/v3/pay/transactions/nothing").await.expect(404, "RESOURCE_NOT_EXISTS");
}

#[tokio::test]
async fn a_field_that_is_wrong_is_named() {
    let world = World::start().await;
    let shop = Shop::of(&world);
    let wrong = [
        ("/mchid", json!("1900000002"), "MCH_NOT_EXISTS", Value::Null),
        ("/appid", json!("wx1"), "APPID_MCHID_NOT_MATCH", Value::Null),
        ("/amount/total", json!(0), "PARAM_ERROR", json!("/amount/total")),
        ("/amount/currency", json!("USD"), "PARAM_ERROR", json!("/amount/currency")),
        ("/out_trade_no", json!("A1"), "PARAM_ERROR", json!("/out_trade_no")),
        ("/out_trade_no", json!("ORDER 1"), "PARAM_ERROR", json!("/out_trade_no")),
        ("/notify_url", json!("https://shop.example/n?a=1"), "PARAM_ERROR", json!("/notify_url")),
        ("/description", json!(""), "PARAM_ERROR", json!("/description")),
    ];
    for (place, value, code, field) in wrong {
        let mut order = Shop::order("ORDER1");
        *order.pointer_mut(place).unwrap() = value;
        let answer = shop.native(&order).await;
        answer.expect(400, code);
        assert_eq!(answer.body["detail"]["field"], field, "{}", answer.body);
    }
    let mut order = Shop::order("ORDER1");
    order["time_expire"] = "2026-11-18T12:10:00+08:00".into();
    assert_eq!(shop.native(&order).await.body["detail"]["field"], "/time_expire");
}

#[tokio::test]
async fn a_clock_that_was_put_forward_makes_the_real_time_too_old() {
    let world = World::start().await;
    let shop = Shop::of(&world);
    let clock = format!("{}/clock", world.url);
    let hour = json!({ "ahead_ms": 3_600_000 });
    assert_eq!(world.http.put(&clock).json(&hour).send().await.unwrap().status(), 200);
    shop.native(&Shop::order("ORDER1")).await.expect(401, "SIGN_ERROR");
    let body = Shop::order("ORDER1").to_string();
    let sent = shop.call(Method::POST, NATIVE, body, 3600).await.unwrap();
    sent.expect(200, "");
    let told: i64 = sent.headers["wechatpay-timestamp"].to_str().unwrap().parse().unwrap();
    let real: Value = world.http.get(&clock).send().await.unwrap().json().await.unwrap();
    assert!((real["now_ms"].as_i64().unwrap() / 1000 - told).abs() < 60);
}
