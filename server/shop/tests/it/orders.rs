//! The amount is the shop's own, and the order is known before anybody else hears of it.

use serde_json::json;

use crate::support::{SESSION, Town, ok, refused, session};

const BASKET: &str = r#"[{"id":"alpine-oolong","quantity":2},{"id":"mountain-mist","quantity":1}]"#;

#[tokio::test]
async fn the_amount_is_computed_from_the_shops_own_prices() {
    for (currency, country, amount) in [
        ("HKD", "HK", "32400"),
        ("PHP", "PH", "237900"),
        ("VND", "VN", "1050000"),
        ("CNY", "CN", "29800"),
    ] {
        let town = Town::new().await;
        let body = format!(r#"{{"basket":{BASKET},"currency":"{currency}"}}"#);
        assert_eq!(town.post("/shop/orders", &body, &[]).await.status, 200);

        let asked = &town.asked()[0];
        assert_eq!(asked.body["amount"], amount);
        assert_eq!(asked.body["currency"], currency);
        assert_eq!(asked.body["bill"]["country"], country);
    }
}

#[tokio::test]
async fn the_session_is_created_as_a_merchant_has_to() {
    let town = Town::new().await;
    let body = format!(r#"{{"basket":{BASKET},"currency":"HKD","locale":"zh-CN"}}"#);
    let order = town.post("/shop/orders", &body, &[]).await.json();

    let asked = &town.asked()[0];
    assert_eq!(asked.line, "POST /v1/sessions");
    assert_eq!(asked.headers["authorization"], "Bearer sk_test_shop");
    assert_eq!(
        asked.headers["idempotency-key"],
        format!("\"{}\"", order["trans_id"].as_str().unwrap())
    );
    assert_eq!(
        asked.body,
        json!({
            "merchant_id": "18356675194960", "payment_type": "PURCHASE", "authorisation_type": "FINAL_AUTH",
            "capture_method": "AUTOMATIC", "session_mode": "DROP_IN", "trans_id": order["trans_id"],
            "expire_time": "2026-11-18T04:21:31Z", "display_locale": "zh-Hans", "currency": "HKD", "amount": "32400",
            "goods": [
                { "name": "高山乌龙", "quantity": 2, "unit_amount": "12800" },
                { "name": "云雾绿茶", "quantity": 1, "unit_amount": "6800" },
            ],
            "bill": { "country": "HK" },
            "return_url": "http://127.0.0.1:8080/shop/thanks",
            "notify_url": "http://127.0.0.1:8080/shop/webhook",
        })
    );
}

#[tokio::test]
async fn the_page_gets_what_the_widget_needs_and_no_secret() {
    let town = Town::new().await;
    let body = format!(r#"{{"basket":{BASKET},"currency":"HKD"}}"#);
    let heard = town.post("/shop/orders", &body, &[]).await;

    let order = heard.json();
    assert_eq!(order["session_id"], SESSION);
    assert_eq!(order["client_token"], "ct_test");
    assert_eq!(order["session_url"], format!("http://127.0.0.1:8080/pay/{SESSION}"));
    assert!(!heard.text.contains("sk_test"), "{}", heard.text);
}

#[tokio::test]
async fn two_orders_never_share_a_number() {
    let town = Town::new().await;
    let (one, other) = (town.order_oolong().await, town.order_oolong().await);
    assert_ne!(one, other);
    assert!(one.len() == 18 && one.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{one}");
}

#[tokio::test]
async fn an_order_that_makes_no_sense_is_refused_and_goes_nowhere() {
    let town = Town::new().await;
    for (body, code) in [
        (r#"{"basket":[],"currency":"HKD"}"#, "EMPTY_BASKET"),
        (r#"{"basket":[{"id":"gold","quantity":1}],"currency":"HKD"}"#, "UNKNOWN_TEA"),
        (r#"{"basket":[{"id":"alpine-oolong","quantity":0}],"currency":"HKD"}"#, "WRONG_QUANTITY"),
        (r#"{"basket":[{"id":"alpine-oolong","quantity":21}],"currency":"HKD"}"#, "WRONG_QUANTITY"),
        (
            r#"{"basket":[{"id":"alpine-oolong","quantity":-1}],"currency":"HKD"}"#,
            "MALFORMED_ORDER",
        ),
        (
            r#"{"basket":[{"id":"alpine-oolong","quantity":1}],"currency":"USD"}"#,
            "UNKNOWN_CURRENCY",
        ),
        (
            r#"{"basket":[{"id":"alpine-oolong","quantity":1},{"id":"alpine-oolong","quantity":1}],"currency":"HKD"}"#,
            "TWICE_IN_BASKET",
        ),
        // A browser that names a price is not answered with another one.
        (
            r#"{"basket":[{"id":"alpine-oolong","quantity":1}],"currency":"HKD","amount":"1"}"#,
            "MALFORMED_ORDER",
        ),
        (
            r#"{"basket":[{"id":"alpine-oolong","quantity":1,"unit_amount":"1"}],"currency":"HKD"}"#,
            "MALFORMED_ORDER",
        ),
        ("tea", "MALFORMED_ORDER"),
    ] {
        let heard = town.post("/shop/orders", body, &[]).await;
        assert_eq!((heard.status, &heard.json()["code"]), (400, &json!(code)), "{body}");
        assert!(heard.json()["sentence"].as_str().unwrap().ends_with('.'), "{body}");
    }
    assert!(town.asked().is_empty());
}

#[tokio::test]
async fn a_refusal_of_the_checkout_is_passed_on_as_a_sentence() {
    let town = Town::new().await;
    town.answer(|answers| answers.create = refused(401, "WRONG_KEY", "this key opens nothing"));
    let body = format!(r#"{{"basket":{BASKET},"currency":"HKD"}}"#);
    let heard = town.post("/shop/orders", &body, &[]).await;
    assert_eq!((heard.status, &heard.json()["code"]), (502, &json!("CHECKOUT_REFUSED")));
    assert!(heard.text.contains("this key opens nothing"));
}

#[tokio::test]
async fn an_answer_that_got_lost_is_asked_for_again_with_the_same_words() {
    let town = Town::new().await;
    town.answer(|answers| answers.create = (502, json!({})));
    let body = format!(r#"{{"basket":{BASKET},"currency":"HKD"}}"#);
    let heard = town.post("/shop/orders", &body, &[]).await;
    assert_eq!((heard.status, &heard.json()["code"]), (503, &json!("CHECKOUT_UNREACHABLE")));

    let asked = town.asked();
    assert_eq!(asked.len(), 2);
    assert_eq!(asked[0].body, asked[1].body);
    assert_eq!(asked[0].headers["idempotency-key"], asked[1].headers["idempotency-key"]);
}

#[tokio::test]
async fn changing_ones_mind_closes_the_order_so_that_it_is_not_paid_as_well() {
    let town = Town::new().await;
    let number = town.order_oolong().await;
    let heard = town.post(&format!("/shop/orders/{number}/close"), "{}", &[]).await;
    assert_eq!(heard.json()["status"], "CANCELLED");
    assert_eq!(town.asked()[1].line, format!("POST /v1/sessions/{SESSION}/close"));
}

#[tokio::test]
async fn an_order_that_was_paid_meanwhile_says_so_when_it_is_closed() {
    let town = Town::new().await;
    let number = town.order_oolong().await;
    town.answer(|answers| {
        answers.close = refused(409, "ALREADY_PAID", "the session is paid");
        answers.session = ok(session("SUCCESS"));
    });
    let heard = town.post(&format!("/shop/orders/{number}/close"), "{}", &[]).await;
    assert_eq!((heard.status, &heard.json()["status"]), (200, &json!("SUCCESS")));
}

#[tokio::test]
async fn an_unknown_order_is_not_found() {
    let town = Town::new().await;
    assert_eq!(town.get("/shop/orders/NT0").await.status, 404);
    assert_eq!(town.post("/shop/orders/NT0/close", "{}", &[]).await.status, 404);
}

#[tokio::test]
async fn the_catalogue_has_prices_in_whole_smallest_units() {
    let town = Town::new().await;
    let catalogue = town.get("/shop/catalogue?locale=zh-Hans").await.json();
    assert_eq!(catalogue["wallet_url"], "http://127.0.0.1:8081/wallet");
    assert_eq!(catalogue["goods"][0]["name"], "高山乌龙");
    let exponents: Vec<_> =
        catalogue["currencies"].as_array().unwrap().iter().map(|c| &c["exponent"]).collect();
    assert_eq!(exponents, [&json!(2), &json!(2), &json!(0), &json!(2)], "PHP, HKD, VND, CNY");
    for good in catalogue["goods"].as_array().unwrap() {
        for price in good["prices"].as_object().unwrap().values() {
            assert!(price.as_str().unwrap().parse::<u64>().unwrap() > 0, "{good}");
        }
        assert_eq!(town.get(good["image"].as_str().unwrap()).await.status, 200);
    }
}
