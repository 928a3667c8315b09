//! People who pay elsewhere: within a wallet's browser, in its mini-program, at their bank. They go there as often as it takes.

use std::time::Duration;

use serde_json::json;
use tokio::time::Instant;

use crate::client::{Client, Session};

/// To the wallet's login and back, as often as it takes: a code counts once, and who was away meanwhile goes there again. The
/// bridge is asked for what stands behind `before`.
pub async fn pays_inside(client: &Client, method: &str, before: &str) {
    let session = client.session(json!({ "currency": "CNY", "amount": "8800" })).await;
    let begun = Instant::now();
    loop {
        let (id, way) = client.open_inside(&session, method).await;
        let back = client.send(|http| http.get(way.as_str())).await.location;
        let page = client.send(|http| http.get(back.as_str())).await.body;
        let asked = page.as_str().unwrap_or_default().split(before).nth(1);
        if let Some(asked) = asked.and_then(|rest| rest.split('&').next())
            && client.approve(&(id, asked.to_owned())).await
        {
            return is_paid(client, &session).await;
        }
        assert!(begun.elapsed() < Duration::from_secs(40), "never: {back} {page}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// The same in a mini-program, which brings WeChat's code by itself.
pub async fn pays_in_a_mini_program(client: &Client) {
    let session = client.session(json!({ "currency": "CNY", "amount": "8800" })).await;
    let begun = Instant::now();
    loop {
        let id = client.open_in_mini_program(&session).await;
        let wechat = format!("{}/mini-program/login", client.world.sandbox);
        let brought = json!({ "code": client.send(|http| http.get(&wechat)).await.body["code"] });
        let path = format!("/transactions/{id}/login");
        let handed = client.shopper_with(&session, &path, &brought).await;
        if let Some(handed) = handed.body["data"]["next_action"]["text"].as_str()
            && client.approve(&(id, handed.to_owned())).await
        {
            return is_paid(client, &session).await;
        }
        assert!(begun.elapsed() < Duration::from_secs(40), "never: {}", handed.body);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// A bank is picked, the browser brings UnionPay its form, and the bank's page is paid at: as often as it takes.
pub async fn pays_at_a_bank(client: &Client) {
    let session = client.session(json!({ "currency": "CNY", "amount": "8800" })).await;
    let gateway = format!("{}/gateway/api/frontTransReq.do", client.world.sandbox);
    let kind = ("content-type", "application/x-www-form-urlencoded");
    let begun = Instant::now();
    loop {
        let (id, way) = client.open(&session, "ONLINE_BANKING").await;
        let pick = |http: &reqwest::Client| http.post(&way).header(kind.0, kind.1).body("bank=CMB");
        let to = client.send(pick).await.location;
        let page = client.send(|http| http.get(to.as_str())).await.body;
        let page = page.as_str().unwrap_or_default();
        if page.contains(&gateway) {
            let bring = |http: &reqwest::Client| {
                http.post(&gateway).header(kind.0, kind.1).body(hidden_fields(page))
            };
            let bank = client.send(bring).await.location;
            if client.approve(&(id, bank)).await {
                return is_paid(client, &session).await;
            }
        }
        assert!(begun.elapsed() < Duration::from_secs(40), "never: {to} {page}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// What the page's form says. Nothing in it is written otherwise than it is.
fn hidden_fields(page: &str) -> String {
    let value = |tag: &str, name: &str| {
        let rest = tag.split(&format!("{name}=\"")).nth(1);
        rest.and_then(|rest| rest.split('"').next()).unwrap_or_default().to_owned()
    };
    let tags = page.split("<input type=\"hidden\"").skip(1);
    let fields = tags.map(|tag| (value(tag, " name"), value(tag, " value")));
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

async fn is_paid(client: &Client, session: &Session) {
    client.until_status(session, "SUCCESS").await;
    client.world.told.paid(&session.id);
}
