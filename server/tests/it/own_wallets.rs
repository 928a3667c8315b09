//! A merchant's own accounts in the wallets' own browsers, and the one code that opens them.

use florin_server::channel::{alipay, wechatpay};
use florin_server::store::checks::When;
use reqwest::Method;
use serde_json::{Value, json};

use crate::refunds::stored;
use crate::support::inside::{Inside, request, visit, visit_as};
use crate::support::{Answer, Db, KEY, OTHER_KEY, Session, TestApp, code, on_both, order_id};
use crate::{inside_alipay, wechatpay as inside_wechat};

const MINOR: i64 = 8_888;

/// The sandbox's account at WeChat Pay, as a merchant gives it.
fn at_wechat(host: &str) -> Value {
    let known = wechatpay::sandbox(host);
    json!({
        "host": known.host, "mchid": known.mchid, "appid": known.appid, "serial": known.serial,
        "private_key": known.private_key, "public_key_id": known.public_key_id,
        "public_key": known.public_key, "api_v3_key": known.api_v3_key, "app_secret": known.app_secret,
    })
}

/// The same at Alipay.
fn at_alipay(host: &str) -> Value {
    let known = alipay::sandbox(host);
    json!({
        "host": known.host, "app_id": known.app_id, "seller_id": known.seller_id,
        "private_key": known.private_key, "public_key": known.public_key, "products": known.products,
    })
}

/// An account of the first merchant's: its id and its name.
async fn added(app: &TestApp, channel: &str, settings: Value) -> (String, String) {
    let body = json!({ "channel": channel, "settings": settings });
    let made = app.merchant(Method::POST, "/v1/channels", Some(body)).await;
    assert_eq!(made.status, 200, "{}", made.body);
    let text = |name: &str| made.data()[name].as_str().unwrap().to_owned();
    (text("channel_id"), text("name"))
}

async fn removed(app: &TestApp, id: &str) {
    let gone = app.merchant(Method::DELETE, &format!("/v1/channels/{id}"), None).await;
    assert_eq!(gone.data()["deleted"], true, "{}", gone.body);
}

/// What the computer's page shows as open.
async fn at_the_computer(app: &TestApp, session: &Session) -> Value {
    app.view(session).await.data()["open"].clone()
}

/// Inside the wallet, through its login and back, by the account of this name; the account is gone by the time when the bridge asks.
async fn pays_by_its_own(app: &TestApp, wallet: &Inside, base: &str, (id, name): (&str, &str)) {
    let (session, opened) = wallet.opened(app).await;
    let payment = stored(app, &order_id(&opened)).await;
    assert_eq!(payment.channel, name);
    let elsewhere = json!({ "type": "elsewhere" });
    assert_eq!(at_the_computer(app, &session).await["next_action"], elsewhere);
    removed(app, id).await;
    assert_eq!(at_the_computer(app, &session).await["next_action"], elsewhere, "removed");
    let back = wallet.logged_in(&opened).await;
    assert!(back.starts_with(&format!("{}/login/{name}?", app.base)), "{back}");
    let (status, _, page) = visit(&back).await;
    assert_eq!(status, 200, "{page}");
    assert!(page.contains(&format!("data-channel=\"{base}\"")), "{page}");
    let (_, _, script) = visit(&format!("{}/bridge.js", app.base)).await;
    assert!(script.contains(&format!("\n  {base}: [")), "the script knows the bridge: {script}");
    app.wallet(request(&page)[wallet.asks].as_str().unwrap(), "approve").await.is_paid();
    app.until_status(&session, "SUCCESS").await;
    assert_eq!(app.held(&payment.request_id).await, MINOR);
    app.until("nothing hangs", async || app.is_clean(When::AtRest).await).await;
}

/// Whether the one code is offered to the holder of this key.
async fn one_code(app: &TestApp, key: &str) -> (String, String) {
    let path = "/v1/methods/explain?currency=CNY&amount=8888";
    let explained = app.call(Method::GET, path, Some(key), &[], None).await;
    let methods = explained.data()["methods"].as_array().unwrap().clone();
    let found = methods.into_iter().find(|one| one["method"] == "ONE_CODE").unwrap();
    let text = |name: &str| found[name].as_str().unwrap().to_owned();
    (text("state"), text("reason"))
}

fn said(state: &str, reason: &str) -> (String, String) {
    (state.to_owned(), reason.to_owned())
}

/// A wallet scans the code that is shown and pays: which account has carried it.
async fn scanned_and_paid(app: &TestApp, wallet: &Inside, shown: (&Session, &Answer)) -> String {
    let (session, opened) = shown;
    let (status, login, text) = visit_as(&code(opened), wallet.agent).await;
    assert_eq!(status, 303, "{text}");
    let (_, back, _) = visit(&login).await;
    let (status, _, page) = visit(&back).await;
    assert_eq!(status, 200, "{page}");
    app.wallet(request(&page)[wallet.asks].as_str().unwrap(), "approve").await.is_paid();
    let paid = app.until_status(session, "SUCCESS").await;
    stored(app, paid["order_id"].as_str().unwrap()).await.channel
}

on_both! {
    async fn within_wechat_a_merchants_own_account_is_paid(app: TestApp) {
        let (id, name) = added(app, "wechatpay", at_wechat(&app.sandbox)).await;
        pays_by_its_own(app, &inside_wechat::INSIDE, "wechatpay", (&id, &name)).await;
    }

    async fn within_alipay_a_merchants_own_account_is_paid(app: TestApp) {
        let (id, name) = added(app, "alipay", at_alipay(&app.sandbox)).await;
        pays_by_its_own(app, &inside_alipay::INSIDE, "alipay", (&id, &name)).await;
    }

    async fn the_one_code_is_for_whoevers_own_accounts_can_be_paid_by_it(app: TestApp) {
        let mut lacks = at_wechat(&app.sandbox);
        lacks.as_object_mut().unwrap().remove("app_secret");
        let (id, _) = added(app, "wechatpay", lacks).await;
        assert_eq!(one_code(app, KEY).await, said("HIDDEN", "NOT_SOLD"), "no login at its own WeChat Pay");
        assert_eq!(one_code(app, OTHER_KEY).await, said("OFFERED", "SUITS"), "the server's accounts can");
        let session = app.session("CNY", "8888").await;
        let refused = app.pay(&session, "ONE_CODE").await;
        assert_eq!((refused.status, refused.code()), (409, "METHOD_NOT_OFFERED"), "{}", refused.body);
        removed(app, &id).await;
        let (_, name) = added(app, "wechatpay", at_wechat(&app.sandbox)).await;
        assert_eq!(one_code(app, KEY).await, said("OFFERED", "SUITS"));
        let opened = app.pay(&session, "ONE_CODE").await;
        assert_eq!(scanned_and_paid(app, &inside_wechat::INSIDE, (&session, &opened)).await, name);
        app.until("nothing hangs", async || app.is_clean(When::AtRest).await).await;
    }
}

/// The server has one wallet, the merchant the other: the mixture has both, for this merchant and for nobody else. And a code that is shown
/// outlives the account.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_server_lacks_a_merchants_own_account_adds() {
    let mut app = TestApp::start(Db::Postgres).await;
    app.narrow("wechatpay").await;
    assert_eq!(one_code(&app, KEY).await, said("HIDDEN", "NOT_SOLD"));
    let (id, name) = added(&app, "alipay", at_alipay(&app.sandbox)).await;
    assert_eq!(one_code(&app, KEY).await, said("OFFERED", "SUITS"));
    assert_eq!(one_code(&app, OTHER_KEY).await, said("HIDDEN", "NOT_SOLD"));
    let session = app.session("CNY", "8888").await;
    let first = app.pay(&session, "ONE_CODE").await;
    let again = app.pay(&session, "ONE_CODE").await;
    assert_eq!(order_id(&again), order_id(&first), "one payment");
    assert_eq!(scanned_and_paid(&app, &inside_alipay::INSIDE, (&session, &first)).await, name);
    let left = app.session("CNY", "8888").await;
    let shown = app.pay(&left, "ONE_CODE").await;
    removed(&app, &id).await;
    assert_eq!(one_code(&app, KEY).await, said("HIDDEN", "NOT_SOLD"));
    assert_eq!(order_id(&app.pay(&left, "ONE_CODE").await), order_id(&shown), "it is still there");
    let phone = [(
        "user-agent",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) Version/18.5 Mobile/15E148 Safari/604.1",
    )];
    let path = format!("/v1/checkout/{}", left.id);
    let view = app.call(Method::GET, &path, Some(&left.token), &phone, None).await;
    assert!(view.data()["open"].is_null(), "nobody scans the phone that they hold: {}", view.body);
    let status = app.cancel(&left, &order_id(&shown)).await;
    assert_eq!(status.data()["payment_status"], "CANCELLED", "{}", status.body);
    app.ends().await;
}
