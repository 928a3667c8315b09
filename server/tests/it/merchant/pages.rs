//! The hosted page, and what a page of the merchant's may read of a refusal.

use std::io::Read;
use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use florin_server::gates::Class;
use reqwest::Method;
use serde_json::json;

use super::ask::{Reply, ask, get, post};
use crate::support::{TestApp, on_both};

const ORIGIN: &str = "https://shop.example";

async fn hosted(app: &TestApp, id: &str, language: &str) -> Reply {
    get(app, &format!("/pay/{id}")).by("").header("accept-language", language).send().await
}

#[track_caller]
fn says(page: &Reply, words: &[&str]) {
    for words in words {
        assert!(page.text().contains(words), "{words} is missing: {}", page.text());
    }
}

#[track_caller]
fn unpacked(bytes: &[u8]) -> String {
    let mut text = String::new();
    flate2::read::GzDecoder::new(bytes).read_to_string(&mut text).unwrap();
    text
}

/// What a policy calls a sheet.
fn hash(sheet: &str) -> String {
    format!("'sha256-{}'", STANDARD.encode(digest(&SHA256, sheet.as_bytes())))
}

on_both! {
    async fn the_hosted_page_speaks_the_shoppers_language(app: TestApp) {
        let session = app.session("HKD", "800").await;
        let english = hosted(app, &session.id, "sv").await;
        says(&english, &["<html lang=\"en\" dir=\"ltr\">", "<noscript>", "?plain=1\">Open the secure payment page", "<florin-checkout session-id="]);
        let chinese = hosted(app, &session.id, "zh-CN,zh;q=0.9,en;q=0.8").await;
        says(&chinese, &["<html lang=\"zh-Hans\" dir=\"ltr\">", "<noscript>", "打开安全付款页面"]);
        // The merchant's word comes first, unless it is a language that we lack.
        for (wished, said) in [
            ("fr-CA", ["<html lang=\"fr-CA\" dir=\"ltr\">", "Ouvrir la page de paiement sécurisée"]),
            ("ar-KW", ["<html lang=\"ar-KW\" dir=\"rtl\">", "فتح صفحة الدفع الآمنة"]),
            ("he-IL", ["<html lang=\"zh-Hans\" dir=\"ltr\">", "打开安全付款页面"]),
        ] {
            let mut request = app.request("HKD", "800");
            request["display_locale"] = json!(wished);
            let session = app.session_of(request).await;
            says(&hosted(app, &session.id, "zh").await, &said);
        }
        for (language, title) in [
            ("en", "There is no such payment page"), ("zh", "没有这个付款页面"), ("zh-HK", "找不到這個付款頁面"),
            ("tl", "Walang ganitong payment page"), ("ar", "dir=\"rtl\""),
        ] {
            let gone = hosted(app, "CS0", language).await;
            assert_eq!(gone.status, 404);
            says(&gone, &[title]);
        }
    }

    async fn the_plain_page_needs_no_program(app: TestApp) {
        app.merchant(Method::PATCH, "/v1/merchant", Some(json!({ "appearance": { "color_primary": "#b4005a" } }))).await.data();
        let session = app.session("HKD", "128000").await;
        let plain = async |query: &str, language| hosted(app, &format!("{}?plain=1{query}", session.id), language).await;
        let page = plain("", "zh-CN").await;
        says(&page, &["<html lang=\"zh-Hans\"", "支付 HK$1,280.00", &session.token, "<style>.florin{--l-brand:#b4005a;"]);
        assert!(page.header("content-security-policy").contains("style-src 'self' 'sha256-"));
        assert!(!page.text().contains("<script") && !page.text().contains('\u{e000}'), "{}", page.text());
        let told = plain("&tried=ALIPAY_PLUS&why=%22%3E%3Cscript%3E&order=", "en").await;
        assert!(!told.text().contains("<script"), "{}", told.text());
        says(&plain("&tried=ALIPAY_PLUS&why=AMOUNT_CHANGED", "en").await, &["The shop has changed the amount. It is now HK$1,280.00."]);
        assert_eq!(hosted(app, "CS0?plain=1", "en").await.status, 404);
    }

    async fn the_hosted_page_brings_its_rules_and_its_order_along(app: TestApp) {
        let session = app.session("HKD", "800").await;
        let page = hosted(app, &session.id, "de").await;
        says(&page, &["<section class=\"goods\"><h2>Ihre Bestellung</h2><ul><li><bdi>Oolong</bdi>"]);
        assert!(!page.text().contains("rel=\"stylesheet\""), "a sheet of its own would be a trip more: {}", page.text());
        // Every sheet in the page is allowed by its hash, and nothing else is.
        for page in [page, hosted(app, "CS0", "en").await] {
            let text = page.text();
            let sheets: Vec<_> = text.split("<style>").skip(1).map(|rest| rest.split("</style>").next().unwrap()).collect();
            assert!(!sheets.is_empty() && sheets.iter().all(|sheet| sheet.contains('{')), "{text}");
            for sheet in &sheets {
                assert!(page.header("content-security-policy").contains(&hash(sheet)), "{sheet}");
            }
            assert_eq!(page.header("content-security-policy").matches("sha256-").count(), sheets.len());
        }
    }

    async fn a_page_elsewhere_asks_for_the_view_without_asking_whether_it_may(app: TestApp) {
        let session = app.session("HKD", "800").await;
        let address = format!("/pay/{}/view", session.id);
        let ask = async |said: &str, origin: &str| {
            post(app, &address).by("").text("text/plain;charset=UTF-8", said).header("origin", origin).send().await
        };
        let token = &session.token;
        let view = ask(&format!("{token} fr,en"), "http://127.0.0.1:5000").await;
        let data = view.data();
        assert_eq!((&data["session_id"], &data["markup"]["language"]), (&json!(session.id), &json!("fr")));
        assert_eq!(view.header("access-control-allow-origin"), "http://127.0.0.1:5000");
        // It is the view that the token opens by its header.
        let (known, bare) = (app.view(&session).await.data().clone(), ask(token, "http://127.0.0.1:5000").await.data());
        assert!(bare["markup"].is_null(), "{bare}");
        for field in ["version", "amount", "methods", "payee", "appearance"] {
            assert_eq!(bare[field], known[field], "{field}");
        }
        // And it is judged as ever.
        for (said, origin, code) in [
            ("", "http://127.0.0.1:5000", "NO_KEY"),
            (" fr", "http://127.0.0.1:5000", "NO_KEY"),
            ("\u{1} fr", "http://127.0.0.1:5000", "NO_KEY"),
            ("ct_wrong fr", "http://127.0.0.1:5000", "WRONG_KEY"),
            (token, "https://stranger.example", "ORIGIN_NOT_REGISTERED"),
        ] {
            assert_eq!(ask(said, origin).await.code(), code, "{said} {origin}");
        }
        let other = app.session("HKD", "800").await;
        assert_eq!(ask(&other.token, "http://127.0.0.1:5000").await.code(), "WRONG_KEY");
    }

    async fn pages_are_packed_unless_they_hold_a_token_and_repeat_what_was_asked(app: TestApp) {
        let session = app.session("PHP", "25000").await;
        let page = format!("/pay/{}", session.id);
        let view = async |accepted: &str| {
            post(app, &format!("{page}/view")).by("").header("accept-encoding", accepted)
                .text("text/plain", &format!("{} en", session.token)).send().await
        };
        let shown = async |address: &str| get(app, address).by("").header("accept-encoding", "gzip, br").send().await;
        for (packed, plain, word) in [
            (shown(&page).await, hosted(app, &session.id, "en").await, "<florin-checkout session-id="),
            (view("gzip, br").await, view("").await, "\"methods\""),
            (shown("/docs/start").await, get(app, "/docs/start").by("").send().await, "<h1"),
        ] {
            assert_eq!((packed.status, packed.header("content-encoding")), (200, "gzip"));
            assert!(packed.bytes.len() * 2 < plain.bytes.len(), "{} of {}", packed.bytes.len(), plain.bytes.len());
            assert!(unpacked(&packed.bytes).contains(word) && plain.text().contains(word));
            assert_eq!(plain.header("content-encoding"), "");
            for answer in [packed, plain] {
                let vary = answer.headers.get_all("vary").iter().any(|value| value == "accept-encoding");
                assert!(vary, "{:?}", answer.headers);
            }
        }
        for address in [format!("{page}?tried=GCASH&why=AMOUNT_CHANGED"), format!("{page}?plain=1&order=x")] {
            let answer = shown(&address).await;
            assert_eq!((answer.status, answer.header("content-encoding")), (200, ""), "{address}");
        }
        let mut request = app.request("PHP", "25000");
        request["markup"] = json!({});
        let made = post(app, "/v1/sessions").header("accept-encoding", "gzip").json(&request).send().await;
        assert!(made.data()["client_token"].is_string(), "it was packed");
    }

    async fn a_press_that_was_refused_is_told_where_there_is_a_program(app: TestApp) {
        let session = app.session("HKD", "128000").await;
        let page = hosted(app, &format!("{}?tried=ALIPAY_PLUS&why=AMOUNT_CHANGED", session.id), "en").await;
        says(&page, &["<template shadowrootmode", "The shop has changed the amount. It is now HK$1,280.00."]);
        let evil = hosted(app, &format!("{}?tried=%22%3E%3Cscript%3Ex&why=%22%3E%3Cscript%3Ex", session.id), "en").await;
        assert_eq!(evil.text().matches("<script").count(), 1, "{}", evil.text());
    }

    async fn a_merchants_words_are_no_template(app: TestApp) {
        let mut request = app.request("HKD", "800");
        request["goods"] = json!([{ "name": "{{checkout}}", "quantity": 1 }]);
        let page = hosted(app, &app.session_of(request).await.id, "en").await;
        says(&page, &["{{checkout}}"]);
        assert_eq!(page.text().matches("<florin-checkout").count(), 1, "{}", page.text());
    }

    async fn an_old_page_says_how_it_ended(app: TestApp) {
        let (paid, unpaid) = (app.session("PHP", "25000").await, app.session("PHP", "25000").await);
        let opened = app.pay(&paid, "GCASH").await;
        app.wallet(&crate::support::code(&opened), "approve").await.is_paid();
        app.until_status(&paid, "SUCCESS").await;
        app.pass(Duration::from_secs(31 * 60));
        app.until("the other has expired", async || app.session_status(&unpaid).await == "EXPIRED").await;
        app.pass(Duration::from_secs(61 * 60));
        for (session, english, chinese) in [
            (&paid, "This has been paid", "这笔订单已支付"),
            (&unpaid, "This payment has ended", "本次付款已结束"),
        ] {
            for (language, title) in [("en", english), ("zh-CN", chinese)] {
                let page = hosted(app, &session.id, language).await;
                assert_eq!(page.status, 200);
                says(&page, &[title, "href=\"http://127.0.0.1:9/thanks"]);
                assert!(!page.text().contains("client-token"), "{}", page.text());
                assert!(!page.text().contains("http-equiv"), "{}", page.text());
            }
        }
    }

    async fn the_hosted_page_is_not_framed_stored_or_told_to_others(app: TestApp) {
        let session = app.session("HKD", "800").await;
        for page in [hosted(app, &session.id, "en").await, hosted(app, "CS0", "en").await] {
            let policy = page.header("content-security-policy");
            for rule in ["default-src 'none'", "frame-ancestors 'none'", "connect-src 'self'", "base-uri 'none'"] {
                assert!(policy.contains(rule), "{policy}");
            }
            assert_eq!(page.header("cache-control"), "no-store");
            assert_eq!(page.header("referrer-policy"), "no-referrer");
            assert_eq!(page.header("x-content-type-options"), "nosniff");
        }
    }

    async fn a_merchants_page_can_read_every_refusal(app: TestApp) {
        let session = app.session("HKD", "800").await;
        let pay = format!("/v1/checkout/{}/transactions", session.id);
        let paying = || post(app, &pay).by(&session.token).header("origin", ORIGIN);
        let large = json!({ "method": "x".repeat(70_000) });
        let nowhere = get(app, "/v1/nowhere").by("").header("origin", ORIGIN);
        let mut refused = vec![(413, paying().json(&large).send().await), (404, nowhere.send().await)];
        app.app.gates.allow(Class::Shopper, 0);
        let busy = paying().json(&json!({})).send().await;
        assert_eq!((busy.code().as_str(), busy.header("retry-after")), ("BUSY", "1"));
        refused.push((503, busy));
        for (status, answer) in refused {
            assert_eq!(answer.status, status, "{}", answer.text());
            assert_eq!(answer.header("access-control-allow-origin"), ORIGIN, "{status}");
            let readable = answer.header("access-control-expose-headers");
            for name in ["retry-after", "x-request-id", "idempotency-replayed"] {
                assert!(readable.contains(name), "{status}: {readable}");
            }
        }
        // Whether a page may ask is told even when there is no place.
        let asked = ask(app, reqwest::Method::OPTIONS, &pay).by("").header("origin", ORIGIN)
            .header("access-control-request-method", "POST").send().await;
        assert_eq!((asked.status, asked.header("access-control-allow-origin")), (200, ORIGIN));
    }

    async fn the_name_of_a_scheme_is_written_as_one_likes(app: TestApp) {
        let session = app.session("HKD", "800").await;
        let path = format!("/v1/sessions?session_id={}", session.id);
        for (scheme, status) in [("bearer", 200), ("BEARER", 200), ("Basic", 401), ("", 401)] {
            let key = format!("{scheme} {}", crate::support::KEY);
            assert_eq!(get(app, &path).by("").header("authorization", key).send().await.status, status, "{scheme}");
        }
    }
}
