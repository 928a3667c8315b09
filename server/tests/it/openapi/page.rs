//! The page to read the document by.

use florin_server::http::openapi::DOCUMENT;

use super::calls;
use crate::support::{TestApp, on_both};

on_both! {
    async fn the_page_shows_every_call_and_loads_nothing_from_elsewhere(app: TestApp) {
        let page = reqwest::get(format!("{}/docs", app.base)).await.unwrap();
        assert_eq!(page.status(), 200);
        let policy = page.headers()["content-security-policy"].to_str().unwrap().to_owned();
        assert!(policy.contains("default-src 'none'"), "{policy}");
        let html = page.text().await.unwrap();
        for (_, _, call) in calls() {
            let id = call["operationId"].as_str().unwrap();
            assert!(html.contains(&format!(r#"<article id="{id}">"#)), "{id}");
        }
        for code in florin_shared::Code::ALL {
            assert!(html.contains(&format!(r#"<article id="{}">"#, code.as_str())), "{code:?}");
        }
        for (kind, _) in DOCUMENT["webhooks"].as_object().unwrap() {
            assert!(html.contains(&format!("<code>{kind}</code>")), "{kind}");
        }
        assert!(!html.contains("{{") && !html.contains("<script"), "{html}");
        // What it names, it has: its own addresses, and its own anchors.
        for link in html.split(['"']).filter(|text| text.starts_with('#') && text.len() > 1) {
            assert!(html.contains(&format!(r#"id="{}""#, &link[1..])), "{link} leads nowhere");
        }
        for part in html.split("href=\"").skip(1).chain(html.split("src=\"").skip(1)) {
            let at = part.split('"').next().unwrap();
            assert!(at.starts_with('#') || at.starts_with('/') || at == "data:,", "{at}");
            if at.starts_with('/') {
                assert_eq!(reqwest::get(format!("{}{at}", app.base)).await.unwrap().status(), 200, "{at}");
            }
        }
    }

    async fn the_document_is_served_as_it_is(app: TestApp) {
        let told = reqwest::get(format!("{}/openapi.json", app.base)).await.unwrap();
        assert_eq!(told.headers()["content-type"], "application/json");
        assert_eq!(told.json::<serde_json::Value>().await.unwrap(), *DOCUMENT);
    }
}
