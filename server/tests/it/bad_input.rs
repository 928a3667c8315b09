//! Bad input: refused with a stable code, one sentence and the field's path, and nothing stored.

mod notices;
mod state;

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{KEY, OTHER_MERCHANT, TestApp, on_both};

/// Where nobody may be sent to (threat S15).
const ELSEWHERE: [&str; 29] = [
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "javascript://shop.example/%0aalert(1)",
    "data:text/html,x",
    "data://shop.example/,x",
    "vbscript:x",
    "file:///etc/passwd",
    "blob:https://shop.example/x",
    "view-source:https://shop.example/",
    "intent://shop.example/",
    "about:blank",
    "ftp://shop.example/",
    "ws://shop.example/",
    "mailto:a@shop.example",
    "http://evil.example/",
    "//evil.example/",
    "///evil.example/",
    "/\\evil.example/",
    "\\\\evil.example\\",
    "https:evil.example",
    "https:/evil.example",
    "https:///evil.example",
    "https:\\\\evil.example",
    "https://shop.example@evil.example/",
    "https://shop:example@evil.example/",
    "https://shop.example\\@evil.example/",
    "https://",
    "https://:443/",
    "https://[::1/",
];

/// How it may be dressed; the address stands for the `@`.
const AROUND: [&str; 11] = [
    "@",
    " @",
    "\t@",
    "\n@",
    "\r\n@",
    "\u{b}@",
    "\u{a0}@",
    "\u{feff}@",
    "\u{202e}@",
    "%09@",
    "@\u{3000}",
];

#[track_caller]
fn refused(answer: &crate::support::Answer, status: u16, code: &str, field: &str) {
    assert_eq!(
        (answer.status, answer.code(), answer.field()),
        (status, code, field),
        "{}",
        answer.body
    );
    assert!(
        answer.body["ret_msg"].as_str().is_some_and(|sentence| sentence.len() > 10),
        "{}",
        answer.body
    );
}

on_both! {
    async fn a_bad_field_is_named_and_nothing_is_stored(app: TestApp) {
        let far = "2099-01-01T00:00:00Z";
        let cases: Vec<(&str, Value, &str, &str)> = vec![
            ("amount", json!("-1"), "INVALID_AMOUNT", "amount"),
            ("amount", json!("8.00"), "INVALID_AMOUNT", "amount"),
            ("amount", json!("0"), "INVALID_AMOUNT", "amount"),
            ("amount", json!("9007199254740992"), "INVALID_AMOUNT", "amount"),
            ("amount", json!(800.0), "INVALID_FIELD", "amount"),
            ("amount", json!(0), "INVALID_AMOUNT", "amount"),
            ("amount", json!(-800), "INVALID_FIELD", "amount"),
            ("amount", json!(null), "INVALID_FIELD", "amount"),
            ("amount", json!("8e2"), "INVALID_AMOUNT", "amount"),
            ("currency", json!("XXX"), "INVALID_AMOUNT", "currency"),
            ("currency", json!("hkd"), "INVALID_AMOUNT", "currency"),
            ("currency", json!(""), "INVALID_FIELD", "currency"),
            ("expire_time", json!("2020-01-01T00:00:00Z"), "INVALID_EXPIRY", "expire_time"),
            ("expire_time", json!(far), "INVALID_EXPIRY", "expire_time"),
            ("expire_time", json!("tomorrow"), "INVALID_EXPIRY", "expire_time"),
            ("expire_time", json!("2026-11-21 10:00:00"), "INVALID_EXPIRY", "expire_time"),
            ("session_mode", json!("POPUP"), "INVALID_FIELD", "session_mode"),
            ("payment_type", json!("GIFT"), "INVALID_FIELD", "payment_type"),
            ("capture_method", json!("MANUAL"), "INVALID_FIELD", "capture_method"),
            ("authorisation_type", json!("PRE_AUTH"), "INVALID_FIELD", "authorisation_type"),
            ("mit", json!(true), "INVALID_FIELD", "mit"),
            ("mit", json!("no"), "INVALID_FIELD", "mit"),
            ("trans_id", json!(""), "INVALID_FIELD", "trans_id"),
            ("trans_id", json!("a b"), "INVALID_FIELD", "trans_id"),
            ("trans_id", json!("x".repeat(65)), "INVALID_FIELD", "trans_id"),
            ("merchant_id", json!(OTHER_MERCHANT), "INVALID_FIELD", "merchant_id"),
            ("payment", json!({ "token_usage": "ONCE" }), "INVALID_FIELD", "payment.token_usage"),
            ("payment", json!({ "cvv": "123" }), "UNKNOWN_FIELD", "payment.cvv"),
            ("goods", json!([{ "quantity": 1 }]), "INVALID_FIELD", "goods.0.name"),
            ("goods", json!([{ "name": "Tea", "quantity": -1 }]), "INVALID_FIELD", "goods.0.quantity"),
            ("bill", json!({ "country": "Hongkong" }), "INVALID_FIELD", "bill.country"),
            ("bill", json!({ "country": "hk" }), "INVALID_FIELD", "bill.country"),
            ("goods", json!([{ "name": "Tea", "unit_amount": "abc" }]), "INVALID_FIELD", "goods.0.unit_amount"),
            ("goods", json!([{ "name": "Tea", "unit_amount": "4.00" }]), "INVALID_FIELD", "goods.0.unit_amount"),
            ("goods", json!([{ "name": "Tea", "unit_amount": "0400" }]), "INVALID_FIELD", "goods.0.unit_amount"),
            ("goods", json!([{ "name": "Tea", "unit_amount": "" }]), "INVALID_FIELD", "goods.0.unit_amount"),
            ("display_locale", json!("{{order}}"), "INVALID_FIELD", "display_locale"),
            ("surprise", json!(1), "UNKNOWN_FIELD", "surprise"),
        ];
        for (field, value, code, path) in cases {
            let mut request = app.request("HKD", "800");
            request[field] = value.clone();
            let answer = app.create(request).await;
            assert_eq!((answer.status, answer.code(), answer.field()), (400, code, path), "{field}: {value}");
        }
        assert_eq!(app.rows().await, 0);
    }

    async fn a_return_url_is_https_or_private(app: TestApp) {
        for (url, is_good) in [
            ("https://shop.example/thanks", true),
            ("http://127.0.0.1:3000/x", true),
            ("http://192.168.1.9/x", true),
            ("http://shop.example/x", false),
            ("javascript:alert(1)", false),
            ("data:text/html,x", false),
            ("//shop.example", false),
            ("https:/\\shop.example", false),
            ("https://user@shop.example/", false),
            ("https://shop.example/a b", false),
            ("https://shop.example/\t", false),
            ("ftp://127.0.0.1/", false),
            ("/thanks", false),
        ] {
            let mut request = app.request("HKD", "800");
            request["return_url"] = json!(url);
            let before = app.rows().await;
            let answer = app.create(request).await;
            if is_good {
                assert_eq!(answer.status, 200, "{url}: {}", answer.body);
            } else {
                refused(&answer, 400, "INVALID_RETURN_URL", "return_url");
                assert_eq!(app.rows().await, before, "{url}");
            }
        }
    }

    async fn hundreds_of_addresses_that_lead_elsewhere_are_refused(app: TestApp) {
        let before = app.rows().await;
        let mut tried = 0;
        for (address, around) in ELSEWHERE.iter().flat_map(|address| AROUND.iter().map(move |around| (address, around))) {
            let mut request = app.request("HKD", "800");
            request["return_url"] = json!(around.replace('@', address));
            refused(&app.create(request).await, 400, "INVALID_RETURN_URL", "return_url");
            tried += 1;
        }
        assert!(tried >= 300, "{tried}");
        assert_eq!(app.rows().await, before);
    }

    async fn a_body_that_is_not_one_json_object_is_refused(app: TestApp) {
        for body in ["", "[]", "{", "null", "{\"amount\":\"1\",\"amount\":\"2\"}", "{\"goods\":[{\"name\":\"a\",\"name\":\"b\"}]}", "{\"trans_id\":\"\\u0000\"}", "\u{feff}{}"] {
            refused(&app.raw("/v1/sessions", KEY, "application/json", body).await, 400, "MALFORMED_BODY", "");
        }
        refused(&app.raw("/v1/sessions", KEY, "text/plain", "{}").await, 415, "NOT_JSON", "");
        let large = format!("{{\"trans_id\":\"{}\"}}", "x".repeat(65 * 1024));
        refused(&app.raw("/v1/sessions", KEY, "application/json", large).await, 413, "BODY_TOO_LARGE", "");
        let deep = format!("{}{}", "{\"goods\":".repeat(500), "1");
        refused(&app.raw("/v1/sessions", KEY, "application/json", deep).await, 400, "MALFORMED_BODY", "");
        assert_eq!(app.rows().await, 0);
    }

    async fn without_the_right_key_there_is_nothing(app: TestApp) {
        let keyed = [("idempotency-key", "one")];
        for (key, code) in [(None, "NO_KEY"), (Some("sk_test_wrong"), "WRONG_KEY"), (Some(""), "NO_KEY")] {
            for headers in [&keyed[..], &[]] {
                let answer = app.call(Method::POST, "/v1/sessions", key, headers, Some(app.request("HKD", "800"))).await;
                refused(&answer, 401, code, "");
            }
        }
        assert_eq!(app.rows().await, 0);
        let session = app.session("HKD", "800").await;
        let with_shoppers = app.call(Method::GET, &format!("/v1/sessions?session_id={}", session.id), Some(&session.token), &[], None).await;
        assert_eq!((with_shoppers.status, with_shoppers.code()), (401, "WRONG_KEY"));
    }

    async fn malformed_ids_are_nobodys(app: TestApp) {
        let session = app.session("HKD", "800").await;
        for id in ["x", "CS", "..%2f..", "GW00000000000000000000000000", "%F0%9F%92%A9"] {
            let answer = app.merchant(Method::GET, &format!("/v1/sessions?session_id={id}"), None).await;
            assert_eq!((answer.status, answer.code()), (404, "NOT_FOUND"), "{id}");
            let answer = app.merchant(Method::GET, &format!("/v1/transactions?order_id={id}"), None).await;
            assert_eq!((answer.status, answer.code()), (404, "ORDER_NOT_EXIST"), "{id}");
            let answer = app.cancel(&session, id).await;
            assert!(answer.status == 404, "{id}: {}", answer.body);
        }
        assert_eq!(app.merchant(Method::GET, "/v1/sessions", None).await.status, 400);
        assert_eq!(app.merchant(Method::GET, "/v1/nothing", None).await.code(), "NO_SUCH_ADDRESS");
        assert_eq!(app.merchant(Method::DELETE, "/v1/sessions", None).await.code(), "METHOD_NOT_ALLOWED");
    }

    async fn control_characters_come_in_nowhere(app: TestApp) {
        let session = app.session("HKD", "800").await;
        for (path, field) in [
            ("/v1/sessions?trans_id=%00", "trans_id"),
            ("/v1/sessions?session_id=CS%00", "session_id"),
            ("/v1/transactions?trans_id=%00", "trans_id"),
            ("/v1/transactions?trans_id=m%0D%0A0", "trans_id"),
            ("/v1/transactions?order_id=%1f&all=true", "order_id"),
            ("/v1/transactions?%00=1", "query"),
            ("/v1/codes?cursor=%7F", "cursor"),
            ("/v1/codes/FC%00", "path"),
            ("/v1/nowhere%00", "path"),
            ("/c/%00", "path"),
            ("/pay/CS%00", "path"),
        ] {
            refused(&app.merchant(Method::GET, path, None).await, 400, "INVALID_FIELD", field);
        }
        let path = format!("/v1/checkout/{}/transactions/GW%00/cancel", session.id);
        refused(&app.call(Method::POST, &path, Some(&session.token), &[], None).await, 400, "INVALID_FIELD", "path");
        let before = app.rows().await;
        for control in ["\u{1}", "\u{8}", "\n", "\t", "\u{1b}[2J", "\u{7f}", "\u{85}", "\u{9b}"] {
            let bad = format!("a{control}b");
            for (field, value, path) in [
                ("trans_id", json!(bad), "trans_id"),
                ("display_locale", json!(bad), "display_locale"),
                ("goods", json!([{ "name": bad }]), "goods.0.name"),
                ("goods", json!([{ "name": "Tea", "unit_amount": bad }]), "goods.0.unit_amount"),
                ("payment", json!({ "shopper_reference": bad }), "payment.shopper_reference"),
            ] {
                let mut request = app.request("HKD", "800");
                request[field] = value;
                refused(&app.create(request).await, 400, "INVALID_FIELD", path);
            }
            let asked = json!({ "trans_id": bad });
            for path in ["/v1/sessions/query", "/v1/transactions/query"] {
                let answer = app.merchant(Method::POST, path, Some(asked.clone())).await;
                refused(&answer, 400, "INVALID_FIELD", "trans_id");
            }
            let pay = json!({ "method": bad, "version": 1 });
            let answer = app.shopper(Method::POST, &session, "/transactions", Some(pay)).await;
            refused(&answer, 400, "INVALID_FIELD", "method");
        }
        assert_eq!(app.rows().await, before);
    }

    async fn every_refusal_is_in_our_words(app: TestApp) {
        let session = app.session("HKD", "800").await;
        for (path, field) in [
            ("/v1/transactions?trans_id=m0&all=maybe".to_owned(), "all"),
            (format!("/v1/transactions?session_id={}&session_id=x", session.id), "session_id"),
            (format!("/v1/sessions?session_id={}&session_id=x", session.id), "session_id"),
            ("/v1/sessions?trans_id=m0&limit=1".to_owned(), "limit"),
            ("/v1/sessions/%FF/qr.svg".to_owned(), ""),
            ("/v1/codes/%C3%28".to_owned(), ""),
        ] {
            let answer = app.merchant(Method::GET, &path, None).await;
            assert_eq!(answer.status, 400, "{path}: {}", answer.body);
            assert!(!answer.code().is_empty() && answer.body["ret_msg"].is_string(), "{path}: {}", answer.body);
            if !field.is_empty() {
                assert!(answer.field() == field || answer.body["ret_msg"].as_str().unwrap().contains(field), "{path}: {}", answer.body);
            }
        }
        for (method, path) in [(Method::PUT, "/v1/sessions"), (Method::GET, "/v1/sessions/x/close"), (Method::DELETE, "/v1/merchant")] {
            assert_eq!(app.merchant(method, path, None).await.code(), "METHOD_NOT_ALLOWED", "{path}");
        }
    }
}
