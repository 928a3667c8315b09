//! The checkout as markup that a merchant's server prints, and the press that its form sends where there is no program yet.

use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::Method;
use serde_json::{Value, json};

use super::ask::{Reply, get, post};
use crate::support::{Session, TestApp, on_both};

/// A session of 250 pesos in the making, with this wish.
fn wishing(app: &TestApp, markup: Value) -> Value {
    let mut request = app.request("PHP", "25000");
    request["markup"] = markup;
    request
}

async fn printed(app: &TestApp, request: &Value) -> Value {
    post(app, "/v1/sessions").json(request).send().await.data()
}

#[track_caller]
fn html(answer: &Value) -> &str {
    answer["markup"]["html"].as_str().unwrap()
}

/// What stands between two words.
#[track_caller]
fn between<'a>(text: &'a str, begin: &str, end: &str) -> &'a str {
    let (_, rest) = text.split_once(begin).unwrap();
    rest.split_once(end).unwrap().0
}

/// The list's form, as a browser sends it from there.
async fn press(app: &TestApp, session: &Session, origin: &str, fields: &str) -> Reply {
    let form = format!("from=list&token={}&{fields}", session.token);
    let asked = post(app, &format!("/pay/{}", session.id)).by("");
    let asked = asked.header("origin", origin).header("sec-fetch-site", "cross-site");
    asked.text("application/x-www-form-urlencoded", &form).send().await
}

on_both! {
    async fn the_checkout_is_printed_for_whoever_asks(app: TestApp) {
        let mut request = wishing(app, json!({ "locales": ["tlh", "de-AT;q=0.9", "en"], "nonce": "R4nd0m+/_-==" }));
        request["display_locale"] = json!("zh-CN");
        let answer = printed(app, &request).await;
        let (id, token) = (answer["session_id"].as_str().unwrap(), answer["client_token"].as_str().unwrap());
        assert_eq!(answer["markup"]["language"], "de");
        let html = html(&answer);
        let opening = format!(r#"<florin-checkout session-id="{id}" client-token="{token}" locale="de-AT"><template shadowrootmode="open"><style nonce="R4nd0m+/_-==">"#);
        assert!(html.starts_with(&opening), "{html}");
        let form = format!(
            r#"<form method="post" action="{}/pay/{id}" target="_top"><input type="hidden" name="from" value="list"><input type="hidden" name="token" value="{token}"><input type="hidden" name="version" value="1"><fieldset>"#,
            app.base
        );
        for piece in [
            &form, "250,00\u{a0}PHP bezahlen", r#"value="GCASH""#, r#"lang="de-AT" dir="ltr""#,
            &format!(r#"</template></florin-checkout><script type="module" async src="{}/florin.js" nonce="R4nd0m+/_-=="></script>"#, app.base),
        ] {
            assert!(html.contains(piece), "{piece} is not in {html}");
        }
        let style = between(html, "<style nonce=\"R4nd0m+/_-==\">", "</style>");
        let sum = format!("sha256-{}", STANDARD.encode(digest(&SHA256, style.as_bytes())));
        assert_eq!(answer["markup"]["style_hash"], sum);
        let head = answer["markup"]["head"].as_str().unwrap();
        assert_eq!(head, format!(r#"<link rel="modulepreload" href="{}/florin.js" nonce="R4nd0m+/_-==">"#, app.base));
    }

    async fn the_wish_is_no_part_of_the_session(app: TestApp) {
        let mut request = app.request("PHP", "25000");
        let first = printed(app, &request).await;
        assert!(first["markup"].is_null());
        for (markup, language) in [(json!({}), "en"), (json!({ "locales": ["ar"], "nonce": "a" }), "ar"), (json!({ "nonce": "b" }), "en")] {
            request["markup"] = markup;
            let again = printed(app, &request).await;
            assert_eq!((&again["session_id"], &again["markup"]["language"]), (&first["session_id"], &json!(language)));
        }
        // The answer to a key is given again byte for byte, and only to the same request.
        let once = async |request: &Value| post(app, "/v1/sessions").once("k1").json(request).send().await;
        let (kept, again) = (once(&request).await, once(&request).await);
        assert_eq!((kept.bytes, again.header("idempotency-replayed")), (again.bytes.clone(), "true"));
        request["markup"] = json!({ "nonce": "c" });
        assert_eq!(once(&request).await.code(), "IDEMPOTENCY_KEY_REUSED");
    }

    async fn what_is_printed_is_as_it_stands_now(app: TestApp) {
        let session = app.session("PHP", "25000").await;
        let asked = json!({ "session_id": session.id, "markup": { "user_agent": "MicroMessenger/8.0.50 miniProgram/wx0" } });
        let query = async || post(app, "/v1/sessions/query").json(&asked).send().await.data();
        // No code may be shown in a mini-program.
        assert!(html(&query().await).contains(r#"value="GCASH" disabled="""#));
        app.merchant(Method::PATCH, &format!("/v1/sessions/{}", session.id), Some(json!({ "amount": "90000" }))).await.data();
        let changed = query().await;
        assert!(html(&changed).contains("Pay PHP") || html(&changed).contains("Pay ₱900.00"), "{changed}");
        assert!(html(&changed).contains(r#"name="version" value="2""#), "{changed}");
        app.merchant(Method::POST, &format!("/v1/sessions/{}/close", session.id), Some(json!({}))).await.data();
        let ended = query().await;
        assert!(html(&ended).contains("This payment has ended") && !html(&ended).contains("<form"), "{ended}");
        app.pass(Duration::from_secs(61 * 60));
        assert!(query().await["markup"].is_null());
    }

    async fn a_wish_that_says_nonsense_is_refused_by_its_path(app: TestApp) {
        for (markup, field, code) in [
            (json!({ "nonce": "\"><script>" }), "markup.nonce", "INVALID_FIELD"),
            (json!({ "nonce": "" }), "markup.nonce", "INVALID_FIELD"),
            (json!({ "locales": "de" }), "markup.locales", "INVALID_FIELD"),
            (json!({ "style": 1 }), "markup.style", "UNKNOWN_FIELD"),
            (json!(true), "markup", "INVALID_FIELD"),
        ] {
            let refused = post(app, "/v1/sessions").json(&wishing(app, markup)).send().await;
            assert_eq!((refused.status, refused.code().as_str(), refused.field().as_str()), (400, code, field), "{}", refused.text());
        }
    }

    async fn whatever_a_merchant_wrote_is_text(app: TestApp) {
        let evil = "</template><script>alert(1)</script>{{x}}\u{e000}1\u{e000}";
        app.merchant(Method::PATCH, "/v1/merchant", Some(json!({ "appearance": { "payee_name": evil } }))).await.data();
        let mut request = wishing(app, json!({ "locales": ["en\"><script>", "en-\"><script>"] }));
        request["goods"] = json!([{ "name": evil }]);
        request["return_url"] = json!("http://127.0.0.1:9/?a=%22%3E%3Cscript%3E&b='</style>");
        let answer = printed(app, &request).await;
        let html = html(&answer);
        for (piece, times) in [("</template>", 1), ("<script", 1), ("</style>", 1)] {
            assert_eq!(html.matches(piece).count(), times, "{piece}: {html}");
        }
        assert!(html.contains("&lt;/template&gt;&lt;script&gt;"), "{html}");
        let id = answer["session_id"].as_str().unwrap();
        let page = get(app, &format!("/pay/{id}")).by("").send().await.text();
        // The page's own sheet, and the list's.
        for (piece, times) in [("</template>", 1), ("<script", 1), ("<style", 2)] {
            assert_eq!(page.matches(piece).count(), times, "{piece}: {page}");
        }
    }

    async fn a_name_with_one_mark_of_ours_leaves_the_amounts_whole(app: TestApp) {
        let name = "North\u{e000}wind";
        app.merchant(Method::PATCH, "/v1/merchant", Some(json!({ "appearance": { "payee_name": name } }))).await.data();
        let session = app.session("PHP", "25000").await;
        for query in ["", "?plain=1"] {
            let page = get(app, &format!("/pay/{}{query}", session.id)).by("").header("accept-language", "en").send().await.text();
            assert!(page.contains("Pay PHP\u{a0}250.00") || page.contains("Pay ₱250.00"), "{page}");
        }
    }

    async fn the_hosted_page_has_the_list_before_any_script(app: TestApp) {
        app.merchant(Method::PATCH, "/v1/merchant", Some(json!({ "appearance": { "color_primary": "#b4005a" } }))).await.data();
        let session = app.session("PHP", "128000").await;
        let page = get(app, &format!("/pay/{}", session.id)).by("").header("accept-language", "de").send().await;
        let text = page.text();
        let style = between(&text, "<template shadowrootmode=\"open\"><style>", "</style>");
        assert!(style.ends_with("}.florin{--l-brand:#b4005a;--l-on:#ffffff;}") || style.contains("--l-brand:#b4005a;"), "{style}");
        let sum = STANDARD.encode(digest(&SHA256, style.as_bytes()));
        assert!(page.header("content-security-policy").contains(&format!("style-src 'self' 'sha256-{sum}'")), "{:?}", page.headers);
        for piece in ["1.280,00\u{a0}PHP bezahlen", "action=\"/pay/", "<b><bdi>8,00\u{a0}PHP</bdi></b>", "<script type=\"module\" async src=\"/florin.js\">"] {
            assert!(text.contains(piece), "{piece} is not in {text}");
        }
        let plain = get(app, &format!("/pay/{}?plain=1", session.id)).by("").header("accept-language", "ar").send().await.text();
        for piece in ["\u{200f}1,280.00\u{a0}PHP", "<bdi>Oolong</bdi><span>×&#8239;2</span><b><bdi>\u{200f}8.00\u{a0}PHP</bdi></b>"] {
            assert!(plain.contains(piece), "{piece} is not in {plain}");
        }
    }

    async fn a_press_without_a_program_opens_one_payment_and_goes_on_at_our_page(app: TestApp) {
        let session = app.session("PHP", "25000").await;
        let page = format!("/pay/{}", session.id);
        let at = |reply: &Reply| (reply.status, reply.header("location").to_owned());
        for (origin, fields) in [
            ("https://evil.example", "method=GCASH&version=1"),
            // What a page with `no-referrer` sends.
            ("null", "method=GCASH&version=1"),
            ("https://shop.example", "method=&version=1"),
            ("https://shop.example", "version=1&do=leave"),
        ] {
            assert_eq!(at(&press(app, &session, origin, fields).await), (303, page.clone()), "{origin} {fields}");
        }
        let forged = Session { token: "ct_wrong".into(), ..session.clone() };
        assert_eq!(at(&press(app, &forged, "https://shop.example", "method=GCASH&version=1").await), (303, page.clone()));
        assert!(app.book().await.is_empty());
        let stale = press(app, &session, "https://shop.example", "method=GCASH&version=0").await;
        assert_eq!(at(&stale), (303, format!("{page}?tried=GCASH&why=AMOUNT_CHANGED")));
        let led = get(app, stale.header("location")).by("").send().await.text();
        assert!(led.contains(&format!("url={page}?plain=1&amp;tried=GCASH&amp;why=AMOUNT_CHANGED")), "{led}");
        let mut places = vec![];
        for _ in 0..2 {
            places.push(at(&press(app, &session, "https://shop.example", "method=GCASH&version=1").await));
        }
        assert!(places[0].1.starts_with(&format!("{page}?order=GW")), "{places:?}");
        assert_eq!(places[0], places[1]);
        assert_eq!(app.book().await.len(), 1);
    }
}
