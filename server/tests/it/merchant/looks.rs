//! The looks of three levels, as a page gets them (L4, L5, L8, L9).

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use super::ask::{Reply, ask, get, post};
use super::settings::{GROUP_KEY, group};
use crate::support::{MERCHANT, OTHER_KEY, Session, TestApp, on_both};

/// A picture of one pixel.
const PNG: &str = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

/// The beginning of one; what is in it is the browser's to judge.
const JPEG: &str = "data:image/jpeg;base64,/9j/4AAQSkZJRg==";

async fn dress(app: &TestApp, looks: Value) -> Reply {
    ask(app, Method::PATCH, "/v1/merchant").json(&json!({ "appearance": looks })).send().await
}

async fn dress_group(app: &TestApp, looks: Value) -> Reply {
    let body = json!({ "appearance": looks });
    ask(app, Method::PATCH, "/v1/organisation").by(GROUP_KEY).json(&body).send().await
}

async fn css(app: &TestApp, session: &Session) -> String {
    app.view(session).await.data()["appearance"]["css"].as_str().unwrap().to_owned()
}

fn order(trans_id: &str, looks: Value) -> Value {
    json!({ "trans_id": trans_id, "amount": "25000", "currency": "PHP", "appearance": looks })
}

fn of(made: &Value) -> Session {
    let text = |name: &str| made[name].as_str().unwrap().to_owned();
    Session { id: text("session_id"), trans_id: text("trans_id"), token: text("client_token") }
}

/// What the process at `base` tells a session's page.
async fn told(base: &str, session: &Session, path: &str) -> Value {
    let address = format!("{base}/v1/checkout/{}{path}", session.id);
    let answer =
        reqwest::Client::new().get(address).bearer_auth(&session.token).send().await.unwrap();
    answer.json::<Value>().await.unwrap()["data"].clone()
}

on_both! {
    async fn a_session_comes_before_its_merchant_and_that_before_its_organisation(app: TestApp) {
        group(app).await;
        dress_group(app, json!({ "color_primary": "#006644", "border_radius": 4, "spacing_unit": 5, "payee_name": "The Group", "auto_query": false })).await.data();
        dress(app, json!({ "border_radius": 8, "payee_name": "The Shop" })).await.data();
        let looks = json!({ "border_radius": 2, "methods": ["MAYA"], "result": { "mode": "REDIRECT", "delay_seconds": 0 } });
        let made = post(app, "/v1/sessions").json(&order("looks-1", looks.clone())).send().await.data();
        let session = of(&made);
        let view = app.view(&session).await.data().clone();
        assert_eq!((&view["payee"], &view["auto_query"], &view["appearance"]["go_after_ms"]), (&json!("The Shop"), &json!(false), &json!(0)));
        assert_eq!(view["methods"].as_array().unwrap().iter().map(|offer| &offer["method"]).collect::<Vec<_>>(), ["MAYA"]);
        let css = view["appearance"]["css"].as_str().unwrap();
        assert!(css.contains("--l-brand:#006644;") && css.ends_with("--s-unit:5px;--s-radius:2px;--s-go:0ms;"), "{css}");
        // What the session does not offer is not to be had, and the list of why says so.
        let refused = app.pay(&session, "GCASH").await;
        assert_eq!((refused.status, refused.code()), (409, "METHOD_NOT_OFFERED"));
        let why = get(app, &format!("/v1/methods/explain?session_id={}", session.id)).send().await.data();
        let gcash = why["methods"].as_array().unwrap().iter().find(|one| one["method"] == "GCASH").unwrap().clone();
        assert!(gcash.to_string().contains("NOT_ENABLED"), "{gcash}");
        // The same again is the same session; another one wears its merchant's.
        let again = post(app, "/v1/sessions").json(&order("looks-1", looks)).send().await.data();
        assert_eq!(again["session_id"], made["session_id"]);
        let other = app.session("PHP", "25000").await;
        let view = app.view(&other).await.data().clone();
        assert!(view["appearance"]["css"].as_str().unwrap().ends_with("--s-radius:8px;"), "{view}");
        assert_eq!(view["appearance"]["go_after_ms"], 3000);
        let shown = get(app, "/v1/merchant").send().await.data();
        assert_eq!(shown["appearance"], json!({ "payee_name": "The Shop", "border_radius": 8 }));
        assert_eq!(shown["effective_appearance"], json!({ "payee_name": "The Shop", "border_radius": 8, "spacing_unit": 5, "color_primary": "#006644", "auto_query": false }));
        assert_eq!(shown["auto_query"], false);
    }

    async fn a_session_is_judged_with_what_it_inherits(app: TestApp) {
        dress(app, json!({ "theme": "light", "color_surface": "#f0e8d8" })).await.data();
        for (looks, field) in [
            (json!({ "color_text_secondary": "#8a8a8a" }), "appearance.color_text_secondary"),
            (json!({ "logo": PNG }), "appearance.logo"),
            (json!({ "colour": "#ffffff" }), "appearance.colour"),
            (json!({ "dark": { "border_radius": 2 } }), "appearance.dark.border_radius"),
            (json!("dark"), "appearance"),
        ] {
            let refused = post(app, "/v1/sessions").json(&order("looks-2", looks.clone())).send().await;
            assert_eq!((refused.status, refused.field().as_str()), (400, field), "{looks}: {}", refused.text());
        }
        let sentence = post(app, "/v1/sessions").json(&order("looks-2", json!({ "color_text_secondary": "#8a8a8a" }))).send().await.text();
        assert!(sentence.contains("has a contrast of 2.8") && sentence.contains("needs 4.50; #"), "{sentence}");
        // What an inherited level makes unreadable later is told as a warning, and shown so that it can be read.
        group(app).await;
        let changed = dress_group(app, json!({ "color_text": "#f2f2f2", "color_surface": "#101010", "color_background": "#181818", "color_text_secondary": "#c0c0c0", "color_success": "#3ecf8e", "color_warning": "#ffc861", "color_danger": "#ff6b6b" })).await;
        assert_eq!(changed.status, 200, "{}", changed.text());
        let shown = get(app, "/v1/merchant").send().await.data();
        let warned: Vec<_> = shown["warnings"].as_array().unwrap().iter().map(|warning| warning["field"].as_str().unwrap().to_owned()).collect();
        assert!(warned.contains(&"appearance.color_surface".to_owned()), "{shown}");
        // A change that has nothing to do with it is accepted all the same.
        assert_eq!(dress(app, json!({ "border_radius": 3 })).await.status, 200);
    }

    async fn a_logo_is_served_from_here_by_what_is_in_it(app: TestApp) {
        group(app).await;
        let shown = dress(app, json!({ "logo": PNG })).await.data();
        let address = shown["appearance"]["logo"].as_str().unwrap().to_owned();
        let session = app.session("PHP", "25000").await;
        assert!(css(app, &session).await.ends_with(&format!("--s-logo:#fff url(\"{address}\") center/contain no-repeat;")));
        let path = &address[address.find("/logos/").unwrap()..];
        let got = get(app, path).send().await;
        assert_eq!(got.status, 200);
        for (name, value) in [
            ("content-type", "image/png"), ("cache-control", "public, max-age=31536000, immutable"), ("x-content-type-options", "nosniff"),
            ("content-security-policy", "default-src 'none'; sandbox"), ("cross-origin-resource-policy", "cross-origin"),
        ] {
            assert_eq!(got.header(name), value, "{name}");
        }
        // What a merchant reads it can send back, and its organisation too.
        assert_eq!(dress(app, shown["appearance"].clone()).await.data()["appearance"], shown["appearance"]);
        assert_eq!(dress_group(app, json!({ "logo": address })).await.data()["appearance"]["logo"], json!(address));
        assert_eq!(dress(app, json!({ "logo": null })).await.data()["effective_appearance"]["logo"], json!(address));
        for wrong in [address.replace(".png", ".webp"), format!("{address}x"), address.replace("/logos/", "/logos/0")] {
            let refused = dress(app, json!({ "logo": wrong })).await;
            assert_eq!((refused.status, refused.field().as_str()), (400, "appearance.logo"), "{wrong}");
        }
        for missing in ["/logos/x.png", "/logos/..%2f..%2fetc%2fpasswd", &path.replace(".png", ".jpg")] {
            assert_eq!(get(app, missing).send().await.status, 404, "{missing}");
        }
    }

    async fn a_merchants_own_marks_are_pictures_from_here_and_inherited_one_by_one(app: TestApp) {
        group(app).await;
        let theirs = dress_group(app, json!({ "marks": { "GCASH": PNG, "MAYA": PNG } })).await.data();
        let address = theirs["appearance"]["marks"]["GCASH"].as_str().unwrap().to_owned();
        let path = &address[address.find("/logos/").unwrap()..];
        let got = get(app, path).send().await;
        assert_eq!((got.status, got.header("content-type"), got.header("x-content-type-options")), (200, "image/png", "nosniff"));
        let own = dress(app, json!({ "marks": { "GCASH": JPEG } })).await.data();
        let ours = own["appearance"]["marks"]["GCASH"].as_str().unwrap().to_owned();
        assert!(ours.ends_with(".jpg") && own["effective_appearance"]["marks"] == json!({ "GCASH": ours, "MAYA": address }), "{own}");
        // In the one rule that the list is painted with, before the program and after it.
        let session = app.session("PHP", "25000").await;
        let mark = |method: &str, url: &str| format!("--m-{method}:#fff url(\"{url}\") center/contain no-repeat;");
        assert!(css(app, &session).await.ends_with(&(mark("GCASH", &ours) + &mark("MAYA", &address))));
        // One is added or taken back by itself, and what is read can be sent back.
        let both = dress(app, json!({ "marks": { "BANK_TRANSFER": address } })).await.data();
        assert_eq!(both["appearance"]["marks"], json!({ "GCASH": ours, "BANK_TRANSFER": address }));
        assert_eq!(dress(app, both["appearance"].clone()).await.data()["appearance"], both["appearance"]);
        let less = dress(app, json!({ "marks": { "GCASH": null, "BANK_TRANSFER": null } })).await.data();
        assert_eq!((&less["appearance"]["marks"], &less["effective_appearance"]["marks"]["GCASH"]), (&Value::Null, &json!(address)));
        let svg = "data:image/png;base64,PHN2Zz48L3N2Zz4=";
        let nowhere = address.replace("/logos/", &format!("/logos/{}", "0".repeat(64))).replace(&address[address.len() - 68..], ".png");
        for (marks, field) in [
            (json!({ "GCASH": svg }), "appearance.marks.GCASH"),
            (json!({ "GCASH": "https://shop.example/gcash.png" }), "appearance.marks.GCASH"),
            (json!({ "GCASH": nowhere }), "appearance.marks.GCASH"),
            (json!({ "gcash": PNG }), "appearance.marks.gcash"),
            (json!([PNG]), "appearance.marks"),
        ] {
            let refused = dress(app, json!({ "marks": marks })).await;
            assert_eq!((refused.status, refused.field().as_str()), (400, field), "{}", refused.text());
        }
        // A session brings no pictures, and may wear those that are here.
        let brought = post(app, "/v1/sessions").json(&order("marks-1", json!({ "marks": { "MAYA": PNG } }))).send().await;
        assert_eq!((brought.status, brought.field().as_str()), (400, "appearance.marks.MAYA"));
        let made = post(app, "/v1/sessions").json(&order("marks-1", json!({ "marks": { "MAYA": ours } }))).send().await.data();
        assert!(css(app, &of(&made)).await.ends_with(&(mark("GCASH", &address) + &mark("MAYA", &ours))));
    }

    async fn an_open_page_hears_that_the_looks_have_changed_here_and_elsewhere(app: TestApp) {
        let session = app.session("PHP", "25000").await;
        // A database file has one process; what is shared has several.
        let base = if app.app.store.is_shared() { app.another().await.1 } else { app.base.clone() };
        let looks = async || told(&base, &session, "/status").await["looks"].clone();
        let here = app.status(&session).await["looks"].clone();
        assert_eq!(looks().await, here);
        assert_eq!(app.view(&session).await.data()["state"]["looks"], here);
        dress(app, json!({ "color_primary": "#aa2211" })).await.data();
        assert_ne!(app.status(&session).await["looks"], here, "where it was changed: at once");
        app.until("the other process tells it too", async || looks().await != here).await;
        let view = told(&base, &session, "").await;
        assert!(view["appearance"]["css"].as_str().unwrap().contains("--l-brand:#aa2211;"), "{view}");
        let here = app.status(&session).await["looks"].clone();
        assert_eq!(looks().await, here);
        // An organisation's change reaches its merchants' pages the same way.
        group(app).await;
        dress_group(app, json!({ "border_radius": 1 })).await.data();
        app.until("and the organisation's", async || looks().await != here).await;
    }

    async fn another_tenant_changes_nothing_here(app: TestApp) {
        let session = app.session("PHP", "25000").await;
        let before = (css(app, &session).await, app.status(&session).await["looks"].clone());
        let body = json!({ "merchant_id": MERCHANT, "appearance": { "color_primary": "#aa2211" } });
        let refused = ask(app, Method::PATCH, "/v1/merchant").by(OTHER_KEY).json(&body).send().await;
        assert_eq!((refused.status, refused.field().as_str()), (400, "merchant_id"));
        let body = json!({ "appearance": { "color_primary": "#aa2211" } });
        assert_eq!(ask(app, Method::PATCH, "/v1/merchant").by(OTHER_KEY).json(&body).send().await.status, 200);
        let refused = ask(app, Method::PATCH, "/v1/organisation").by(OTHER_KEY).json(&body).send().await;
        assert!(refused.status == 401 || refused.status == 403, "{}", refused.text());
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert_eq!((css(app, &session).await, app.status(&session).await["looks"].clone()), before);
    }
}
