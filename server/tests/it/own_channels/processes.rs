//! The same accounts in several processes: which of them can open what is sealed, and how soon each follows a change.

use std::time::Duration;

use florin_server::flow::{ask, channels, sellers};
use florin_server::vault::Vault;
use reqwest::Method;
use serde_json::json;

use super::{ALL, added, carried_by, opened, remove};
use crate::refunds::stored;
use crate::support::{Db, SEALING, Session, TestApp, order_id};

/// A process that begins with a new key before the old one seals anew; one that has only a strange key opens nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_sealing_key_takes_the_old_ones_place() {
    let app = TestApp::start(Db::Postgres).await;
    let (id, name) = added(&app, json!({})).await;
    let (removed, gone) = added(&app, json!({})).await;
    remove(&app, &removed).await;
    let keys = ["another-key-that-nobody-here-has-known-before", SEALING];
    let stranger = app.unsealed().await;
    stranger.own.begin(Vault::of(keys[0]).unwrap(), Default::default());
    assert!(sellers::named(&stranger, &name).await.is_err());
    let both = app.unsealed().await;
    both.own.begin(Vault::of(&keys.join(" ")).unwrap(), Default::default());
    assert_eq!(channels::reseal(&both).await.unwrap(), 2, "the removed one, too");
    assert_eq!(channels::reseal(&both).await.unwrap(), 0);
    for name in [&name, &gone] {
        assert!(sellers::named(&stranger, name).await.unwrap().is_some(), "{name}");
    }
    // Who has only the old key says so, and gives the payments to nobody else.
    app.pass(Duration::from_secs(2));
    let session = app.session("CNY", "8888").await;
    let pressed = app.pay(&session, "ALIPAY").await;
    assert_eq!((pressed.status, pressed.code()), (409, "METHOD_NOT_OFFERED"), "{}", pressed.body);
    let shown = app.merchant(Method::GET, &format!("{ALL}/{id}"), None).await;
    assert_eq!(shown.status, 500);
    app.ends().await;
}

/// The change is made in one process, and followed in another within two seconds; what the first has opened the second can ask about
/// at once, and a process that begins anew.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn other_processes_follow_within_two_seconds() {
    let app = TestApp::start(Db::Postgres).await;
    let (there, base) = app.another().await;
    let session = app.session("CNY", "8888").await;
    let press = async |session: &Session| {
        let path = format!("/v1/checkout/{}/transactions", session.id);
        let wish = json!({ "method": "ALIPAY", "version": 1 });
        app.call_at(&base, Method::POST, &path, Some(&session.token), &[], Some(wish)).await
    };
    assert_eq!(carried_by(&app, &press(&session).await).await, "alipay");
    let (id, name) = added(&app, json!({})).await;
    let (_, opened) = opened(&app).await;
    let payment = stored(&app, &order_id(&opened)).await;
    let asked = ask::ask(&there, &payment.id).await.unwrap();
    assert_eq!((asked.channel, asked.state.is_live()), (name.clone(), true));
    app.pass(Duration::from_secs(2));
    let next = app.session("CNY", "8888").await;
    assert_eq!(carried_by(&app, &press(&next).await).await, name);
    remove(&app, &id).await;
    app.pass(Duration::from_secs(2));
    let last = app.session("CNY", "8888").await;
    assert_eq!(carried_by(&app, &press(&last).await).await, "alipay");
    app.ends().await;
}
