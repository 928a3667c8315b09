//! Settings and keys: what a merchant may change, and what follows at once (L4, L5).

use std::time::Duration;

use florin_server::Error;
use florin_server::store::keys::{self, Holder, NewKey};
use florin_server::store::{Tx, organisations};
use reqwest::Method;
use serde_json::{Value, json};

use super::ask::{ask, get, post};
use crate::support::{KEY, MERCHANT, OTHER_MERCHANT, TestApp, on_both};

pub(super) const GROUP: &str = "900";
pub(super) const GROUP_KEY: &str = "sk_org_group_key_0001";

/// An organisation that the demo merchant belongs to, with a key of its own.
pub(super) async fn group(app: &TestApp) {
    let now = app.app.now();
    let made: Result<(), Error> = app
        .app
        .store
        .write(async move |tx: &mut Tx| {
            organisations::add(tx, GROUP, "Northwind Group", now).await?;
            organisations::adopt(tx, GROUP, &MERCHANT.parse()?).await?;
            let key = NewKey { secret: GROUP_KEY, made_by: "", at: now };
            keys::add(tx, &Holder::Organisation(GROUP.to_owned()), key).await?;
            Ok(())
        })
        .await;
    made.unwrap();
}

async fn patch(app: &TestApp, body: Value) -> super::ask::Reply {
    ask(app, Method::PATCH, "/v1/merchant").json(&body).send().await
}

on_both! {
    async fn a_change_is_in_force_for_the_next_shopper_and_for_open_sessions(app: TestApp) {
        let session = app.session("PHP", "25000").await;
        app.view(&session).await;
        let changed = patch(app, json!({
            "name": "Eastwind Tea", "late_success": "ACCEPT", "auto_query": false,
            "origins": ["https://tea.example", "http://localhost:3000"],
            "appearance": { "theme": "dark", "color_primary": "#6f9bff", "border_radius": 4, "methods": ["MAYA", "GCASH"] },
        })).await;
        let data = changed.data();
        assert_eq!((&data["name"], &data["late_success"], &data["auto_query"]), (&json!("Eastwind Tea"), &json!("ACCEPT"), &json!(false)));
        assert_eq!(data["origins"], json!(["http://localhost:3000", "https://tea.example"]));
        assert_eq!(data.get("warnings"), None);
        assert_eq!(get(app, "/v1/merchant").send().await.data(), data);
        let view = app.view(&session).await;
        let view = view.data();
        assert_eq!((&view["payee"], &view["auto_query"]), (&json!("Eastwind Tea"), &json!(false)));
        assert_eq!(view["appearance"]["css"], "--l: ;--d:initial;color-scheme:dark;--l-brand:#6f9bff;--l-on:#0b1020;--l-soft:#f3f7ff;--l-ink:#4f6fb7;--d-soft:#252f47;--d-ink:#6f9bff;--s-radius:4px;");
        let methods: Vec<&str> = view["methods"].as_array().unwrap().iter().map(|offer| offer["method"].as_str().unwrap()).collect();
        assert_eq!(methods, ["MAYA", "GCASH"]);
        let hidden = app.pay(&session, "GRABPAY").await;
        assert_eq!((hidden.status, hidden.code(), hidden.field()), (409, "METHOD_NOT_OFFERED", "method"));
        for (origin, status) in [("https://tea.example", 200), ("https://shop.example", 403)] {
            let path = format!("/v1/checkout/{}/status", session.id);
            assert_eq!(app.call(Method::GET, &path, Some(&session.token), &[("origin", origin)], None).await.status, status, "{origin}");
        }
        // Only what is named changes; null gives a choice back.
        let less = patch(app, json!({ "appearance": { "methods": null, "theme": null } })).await.data();
        assert_eq!(less["appearance"], json!({ "color_primary": "#6f9bff", "border_radius": 4, "auto_query": false }));
        assert_eq!(less["name"], "Eastwind Tea");
    }

    async fn a_colour_that_is_hard_to_see_is_taken_with_a_warning(app: TestApp) {
        for (looks, warned) in [
            (json!({ "color_primary": "#ffee88", "theme": "light" }), "a button on the light theme"),
            (json!({ "color_primary": "#202838", "theme": "dark" }), "a button on the dark theme"),
            (json!({ "color_primary": "#1f5eff", "theme": "light" }), ""),
        ] {
            let data = patch(app, json!({ "appearance": looks })).await.data();
            let warnings = data["warnings"].as_array().cloned().unwrap_or_default();
            if warned.is_empty() {
                assert!(warnings.is_empty(), "{warnings:?}");
                continue;
            }
            assert_eq!((&warnings[0]["field"], &warnings[0]["code"]), (&json!("appearance.color_primary"), &json!("LOW_CONTRAST")));
            assert!(warnings[0]["message"].as_str().unwrap().starts_with(warned), "{warnings:?}");
        }
    }

    async fn a_wrong_setting_is_refused_by_its_field_and_changes_nothing(app: TestApp) {
        let before = get(app, "/v1/merchant").send().await.data();
        for (body, field) in [
            (json!({ "name": "" }), "name"),
            (json!({ "name": "x".repeat(129) }), "name"),
            (json!({ "name": "a\u{7}b" }), "name"),
            (json!({ "origins": ["https://shop.example/path"] }), "origins.0"),
            (json!({ "origins": ["https://ok.example", "http://shop.example"] }), "origins.1"),
            (json!({ "origins": ["*"] }), "origins.0"),
            (json!({ "origins": ["https://SHOP.example"] }), "origins.0"),
            (json!({ "origins": [null] }), "origins.0"),
            (json!({ "origins": "https://shop.example" }), "origins"),
            (json!({ "late_success": "KEEP" }), "late_success"),
            (json!({ "auto_query": "yes" }), "auto_query"),
            (json!({ "appearance": { "theme": "blue" } }), "appearance.theme"),
            (json!({ "appearance": { "color_primary": "red" } }), "appearance.color_primary"),
            (json!({ "appearance": { "color_primary": "#fff" } }), "appearance.color_primary"),
            (json!({ "appearance": { "border_radius": 33 } }), "appearance.border_radius"),
            (json!({ "appearance": { "methods": [] } }), "appearance.methods"),
            (json!({ "appearance": { "methods": ["CASH"] } }), "appearance.methods.0"),
            (json!({ "appearance": { "methods": ["GCASH", "GCASH"] } }), "appearance.methods.1"),
            (json!({ "appearance": { "font": "x" } }), "appearance.font"),
            (json!({ "appearance": { "color_text": "rgb(0 0 0)" } }), "appearance.color_text"),
            (json!({ "appearance": { "dark": { "color_text": "#12" } } }), "appearance.dark.color_text"),
            (json!({ "appearance": { "light": { "theme": "dark" } } }), "appearance.light.theme"),
            (json!({ "appearance": { "light": "#ffffff" } }), "appearance.light"),
            (json!({ "appearance": { "font_family": "x;}" } }), "appearance.font_family"),
            (json!({ "appearance": { "font_family": "url(https://a.example/x)" } }), "appearance.font_family"),
            (json!({ "appearance": { "font_size_base": 40 } }), "appearance.font_size_base"),
            (json!({ "appearance": { "spacing_unit": 1 } }), "appearance.spacing_unit"),
            (json!({ "appearance": { "payee_name": " " } }), "appearance.payee_name"),
            (json!({ "appearance": { "payee_name": "x".repeat(65) } }), "appearance.payee_name"),
            (json!({ "appearance": { "auto_query": "no" } }), "appearance.auto_query"),
            (json!({ "appearance": { "logo": "https://shop.example/logo.png" } }), "appearance.logo"),
            (json!({ "appearance": { "logo": "data:image/svg+xml;base64,PHN2Zz48L3N2Zz4=" } }), "appearance.logo"),
            (json!({ "appearance": { "result": {} } }), "appearance.result.mode"),
            (json!({ "appearance": { "result": { "mode": "STAY" } } }), "appearance.result.mode"),
            (json!({ "appearance": { "result": { "mode": "REDIRECT", "delay_seconds": 11 } } }), "appearance.result.delay_seconds"),
            (json!({ "appearance": { "result": { "mode": "BUILT_IN", "delay_seconds": 1 } } }), "appearance.result.delay_seconds"),
            (json!({ "appearance": { "result": { "mode": "TEXT" } } }), "appearance.result.texts"),
            (json!({ "appearance": { "result": { "mode": "TEXT", "texts": [{ "text": "x" }] } } }), "appearance.result.texts.0.title"),
            (json!({ "appearance": { "result": { "mode": "TEXT", "texts": [{ "title": "x", "locale": "<b>" }] } } }), "appearance.result.texts.0.locale"),
            (json!({ "appearance": { "result": { "mode": "TEXT", "texts": [{ "title": "x", "html": "y" }] } } }), "appearance.result.texts.0.html"),
            // What nobody could read.
            (json!({ "appearance": { "theme": "light", "color_text": "#aaaaaa" } }), "appearance.color_text"),
            (json!({ "appearance": { "dark": { "color_surface": "#dddddd" } } }), "appearance.dark.color_surface"),
            (json!({ "appearance": { "color_primary": "#ffd400", "color_on_primary": "#ffffff" } }), "appearance.color_on_primary"),
            (json!({ "livemode": true }), "livemode"),
            (json!({ "merchant_id": OTHER_MERCHANT }), "merchant_id"),
        ] {
            let refused = patch(app, body.clone()).await;
            assert_eq!((refused.status, refused.field().as_str()), (400, field), "{body}: {}", refused.text());
        }
        assert_eq!(get(app, "/v1/merchant").send().await.data(), before);
    }

    async fn a_merchant_inherits_what_it_does_not_choose(app: TestApp) {
        group(app).await;
        let session = app.session("PHP", "25000").await;
        let looks = json!({ "appearance": { "color_primary": "#006644", "methods": ["GCASH"] } });
        let group = ask(app, Method::PATCH, "/v1/organisation").by(GROUP_KEY).json(&looks).send().await.data();
        assert_eq!(group["merchants"], json!([{ "merchant_id": MERCHANT, "name": "Northwind Tea", "livemode": false }]));
        patch(app, json!({ "appearance": { "theme": "light" } })).await.data();
        let data = get(app, "/v1/merchant").send().await.data();
        assert_eq!(data["organisation_id"], GROUP);
        assert_eq!(data["appearance"], json!({ "theme": "light" }));
        assert_eq!(data["effective_appearance"], json!({ "theme": "light", "color_primary": "#006644", "methods": ["GCASH"] }));
        let view = app.view(&session).await;
        assert!(view.data()["appearance"]["css"].as_str().unwrap().starts_with("--l:initial;--d: ;color-scheme:light;--l-brand:#006644;"));
        assert_eq!(view.data()["methods"].as_array().unwrap().len(), 1);
        patch(app, json!({ "appearance": { "color_primary": "#123456" } })).await.data();
        assert!(app.view(&session).await.data()["appearance"]["css"].as_str().unwrap().contains("--d-brand:#123456;"));
    }

    async fn a_key_is_shown_once_used_and_deleted_but_never_the_last(app: TestApp) {
        let made = post(app, "/v1/merchant/keys").send().await.data();
        let secret = made["secret"].as_str().unwrap().to_owned();
        assert!(secret.starts_with("sk_test_") && secret.len() == 72, "{secret}");
        let list = get(app, "/v1/merchant/keys").send().await.data();
        let listed = list.as_array().unwrap().iter().find(|key| key["key_id"] == made["key_id"]).unwrap().clone();
        assert_eq!(listed, json!({ "key_id": made["key_id"], "prefix": &secret[..12], "created": made["created"] }));
        assert!(!list.to_string().contains(&secret));
        get(app, "/v1/merchant").by(&secret).send().await.data();
        app.until("the day of its use is noted", async || {
            let list = get(app, "/v1/merchant/keys").send().await.data();
            list.as_array().unwrap().iter().all(|key| key["last_used"].as_str().is_some_and(|day| day.len() == 10))
        }).await;
        // The old key goes; the new one stays and cannot go.
        let old = list.as_array().unwrap().iter().find(|key| key["key_id"] != made["key_id"]).unwrap()["key_id"].as_str().unwrap().to_owned();
        let gone = ask(app, Method::DELETE, &format!("/v1/merchant/keys/{old}")).by(&secret).send().await;
        assert_eq!((gone.status, gone.bytes.len()), (204, 0));
        let refused = get(app, "/v1/merchant").by(KEY).send().await;
        assert_eq!((refused.status, refused.code().as_str()), (401, "WRONG_KEY"));
        let last = made["key_id"].as_str().unwrap();
        let refused = ask(app, Method::DELETE, &format!("/v1/merchant/keys/{last}")).by(&secret).send().await;
        assert_eq!((refused.status, refused.code().as_str()), (409, "LAST_KEY"));
        let unknown = ask(app, Method::DELETE, &format!("/v1/merchant/keys/{old}")).by(&secret).send().await;
        assert_eq!((unknown.status, unknown.code().as_str()), (404, "NOT_FOUND"));
    }

    async fn a_deleted_key_and_origin_stay_away_when_the_server_starts_again(app: TestApp) {
        let made = post(app, "/v1/merchant/keys").send().await.data();
        let secret = made["secret"].as_str().unwrap().to_owned();
        let keys = get(app, "/v1/merchant/keys").send().await.data();
        let old = keys.as_array().unwrap().iter().find(|key| key["key_id"] != made["key_id"]).unwrap().clone();
        patch(app, json!({ "origins": [] })).await.data();
        let path = format!("/v1/merchant/keys/{}", old["key_id"].as_str().unwrap());
        assert_eq!(ask(app, Method::DELETE, &path).by(&secret).send().await.status, 204);
        // The second process writes its demo merchant down as the first one did.
        app.another().await;
        assert_eq!(get(app, "/v1/merchant").by(KEY).send().await.status, 401);
        assert_eq!(get(app, "/v1/merchant").by(&secret).send().await.data()["origins"], json!([]));
    }

    async fn two_who_delete_at_once_leave_a_key(app: TestApp) {
        let made = post(app, "/v1/merchant/keys").send().await.data();
        let secret = made["secret"].as_str().unwrap().to_owned();
        let list = get(app, "/v1/merchant/keys").send().await.data();
        let id = |at: usize| format!("/v1/merchant/keys/{}", list[at]["key_id"].as_str().unwrap());
        let (one, other) = (id(0), id(1));
        let (one, other) = tokio::join!(ask(app, Method::DELETE, &one).by(KEY).send(), ask(app, Method::DELETE, &other).by(&secret).send());
        assert_eq!([one.status, other.status].iter().filter(|status| **status == 204).count(), 1, "{} {}", one.text(), other.text());
        let (first, second) = (get(app, "/v1/merchant").by(KEY).send().await, get(app, "/v1/merchant").by(&secret).send().await);
        assert_eq!([first.status, second.status].iter().filter(|status| **status == 200).count(), 1);
    }

    async fn null_leaves_a_policy_as_it_is(app: TestApp) {
        patch(app, json!({ "late_success": "ACCEPT", "auto_query": false })).await.data();
        let data = patch(app, json!({ "late_success": null, "auto_query": null })).await.data();
        assert_eq!((&data["late_success"], &data["auto_query"]), (&json!("ACCEPT"), &json!(false)));
    }

    async fn late_success_follows_the_setting_of_the_moment(app: TestApp) {
        patch(app, json!({ "late_success": "ACCEPT" })).await.data();
        app.fault(json!({ "fault": "paid_after_cancel", "times": 1 })).await;
        let session = app.session("PHP", "25000").await;
        let opened = app.pay(&session, "GCASH").await;
        app.pass(Duration::from_secs(31 * 60));
        app.until("the session is expired", async || app.session_status(&session).await == "EXPIRED").await;
        app.wallet(&crate::support::code(&opened), "approve").await.is_paid();
        app.until("the late payment counts", async || app.session_status(&session).await == "SUCCESS").await;
    }
}
