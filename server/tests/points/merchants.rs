//! What merchants do beside their orders: keys, looks, secrets, endpoints, calls that are refused; and an operator with the commands.

use reqwest::Method;
use serde_json::{Value, json};

use crate::client::Client;
use crate::world::{KEY, MERCHANT};

/// Looks, keys and the secret of messages.
pub async fn settings(client: &Client) {
    let looks = json!({ "appearance": { "theme": "dark" } });
    client.merchant(Method::PATCH, "/v1/merchant", Some(looks.clone())).await.data();
    client.group(Method::PATCH, "/v1/organisation", Some(looks)).await.data();
    let key =
        client.merchant(Method::POST, "/v1/merchant/keys", Some(json!({}))).await.text("key_id");
    client.merchant(Method::DELETE, &format!("/v1/merchant/keys/{key}"), None).await;
    let path = "/v1/merchant/webhook_secret/rotate";
    let rotated =
        client.merchant(Method::POST, path, Some(json!({ "overlap_seconds": 3600 }))).await;
    client.world.merchant.trust(&rotated.text("secret"));
    let key =
        client.group(Method::POST, "/v1/organisation/keys", Some(json!({}))).await.text("key_id");
    client.group(Method::DELETE, &format!("/v1/organisation/keys/{key}"), None).await;
}

/// An account of the merchant's own, which carries a payment, gets another key, is tried, and is removed.
pub async fn channels(client: &Client) {
    let body = json!({ "channel": "alipay", "enabled": false, "settings": {
        "host": client.world.sandbox, "app_id": "2021000000000001", "seller_id": "2088000000000002",
        "private_key": include_str!("../../keys/alipay_sandbox_merchant.pem"),
        "public_key": include_str!("../../keys/alipay_sandbox_platform_public.pem"),
    } });
    let id = client.post("/v1/channels", body).await.text("channel_id");
    let path = format!("/v1/channels/{id}");
    client.merchant(Method::PATCH, &path, Some(json!({ "fee": "0.6%" }))).await.data();
    client.merchant(Method::POST, &format!("{path}/test"), None).await;
    client.merchant(Method::DELETE, &path, None).await;
    fetches_certificates(client).await;
}

/// Another, at WeChat Pay, which names no public key.
async fn fetches_certificates(client: &Client) {
    let body = json!({ "channel": "wechatpay", "enabled": false, "settings": {
        "host": client.world.sandbox, "mchid": "1900000001", "appid": "wxd678efh567hg6787",
        "serial": "444F4864EA9B34415A2C1B1B8B7E7C5C6F2A5D01",
        "private_key": include_str!("../../keys/wechatpay_sandbox_merchant.pem"),
        "api_v3_key": "0123456789abcdef0123456789ABCDEF",
    } });
    let id = client.post("/v1/channels", body).await.text("channel_id");
    let path = format!("/v1/channels/{id}");
    client.merchant(Method::POST, &format!("{path}/test"), None).await;
    client.merchant(Method::DELETE, &path, None).await;
}

/// One that is changed, rotated, tried and deleted; one that is gone when it is told something.
pub async fn endpoints(client: &Client) {
    client.world.merchant.answer("/gone", 410);
    let make = async |path: &str| {
        let url = format!("{}{path}", client.world.merchant.url);
        let body = json!({ "url": url, "types": ["*"], "sessions": "ALL" });
        let made = client.post("/v1/webhook_endpoints", body).await;
        client.world.merchant.trust(&made.text("secret"));
        format!("/v1/webhook_endpoints/{}", made.text("endpoint_id"))
    };
    make("/gone").await;
    let path = make("/endpoint").await;
    let change = json!({ "description": "the second one" });
    client.merchant(Method::PATCH, &path, Some(change)).await.data();
    let rotated = client.merchant(Method::POST, &format!("{path}/rotate"), Some(json!({}))).await;
    client.world.merchant.trust(&rotated.text("secret"));
    client.merchant(Method::POST, &format!("{path}/test"), None).await;
    let session = client.session(json!({})).await;
    client.pay(&session, "GCASH").await;
    client.merchant(Method::DELETE, &path, None).await;
}

/// Calls that end in a refusal are answered and kept like others.
pub async fn refusals(client: &Client) {
    let charge = json!({
        "merchant_id": MERCHANT, "trans_id": "mit", "payment_type": "PURCHASE", "authorisation_type": "FINAL_AUTH",
        "capture_method": "AUTOMATIC", "currency": "PHP", "amount": "100", "mit": false,
        "goods": [{ "name": "Oolong", "quantity": 1, "unit_amount": "100" }],
        "payment": { "payment_method": "GCASH", "payment_code": "28763443825664394" },
    });
    assert!(client.post("/v1/transactions", charge).await.status < 500);
    client.send(|http| http.get(format!("{}/readyz", client.server.base))).await;
    client
        .post("/v1/refunds/query", json!({ "merchant_id": MERCHANT, "refund_trans_id": "none" }))
        .await;
    let unreadable = client
        .send(|http| {
            let request = http.post(format!("{}/v1/refunds", client.server.base)).bearer_auth(KEY);
            let request = request.header("idempotency-key", "unreadable");
            request.header("content-type", "application/json").body("{")
        })
        .await;
    assert_eq!(unreadable.status, 400, "{}", unreadable.body);
}

/// Commands beside the running server.
pub async fn operator(client: &Client) {
    let session = client.session(json!({})).await;
    client.pay(&session, "GCASH").await;
    let server = &client.server;
    client
        .until("a message can be sent again", async || {
            server.run(&["events", "resend", &session.id]).await.status.success()
        })
        .await;
    let made = server.run(&["keys", "new", "--merchant", MERCHANT, "--json"]).await;
    let made: Value = serde_json::from_slice(&made.stdout).unwrap();
    let id = made["id"].as_str().unwrap();
    server.run(&["keys", "revoke", id, "--merchant", MERCHANT]).await;
    server.run(&["merchants", "new", "--name", "Southwind Tea"]).await;
    let turned = server.run(&["merchants", "rotate-webhook-secret", MERCHANT, "--json"]).await;
    if let Ok(turned) = serde_json::from_slice::<Value>(&turned.stdout) {
        client.world.merchant.trust(turned["webhook_secret"].as_str().unwrap_or_default());
    }
    says_what_a_stray_credit_is(client).await;
    brings_a_statement(client).await;
    // Whether everything was answered is seen when it is at rest.
    server.run(&["reconcile", "--hours", "1", "--wait-seconds", "1"]).await;
}

/// Somebody transfers without a reference; a file of the bank's tells of it too, and a person says which order it is for.
async fn brings_a_statement(client: &Client) {
    let session = client.session(json!({ "currency": "EUR", "amount": "7654321" })).await;
    let (order, slip) = client.open(&session, "BANK_TRANSFER").await;
    let (slip, _) = slip.split_once("message=").unwrap();
    client.world.wallet(&format!("{slip}message=thanks"), "approve").await;
    let server = &client.server;
    let mut id = String::new();
    client
        .until("it waits for a person", async || {
            let listed = server.run(&["credits", "list", "--json"]).await;
            let Ok(listed) = serde_json::from_slice::<Value>(&listed.stdout) else { return false };
            let all = listed["credits"].as_array().cloned().unwrap_or_default();
            let ours = all.into_iter().find(|credit| credit["reference"] == "thanks");
            id = ours.map_or_else(String::new, |ours| ours["credit"].as_str().unwrap().to_owned());
            !id.is_empty()
        })
        .await;
    let file =
        std::env::temp_dir().join(format!("florin-statement-{}-{id}.xml", std::process::id()));
    let text = format!(
        "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.02\"><BkToCstmrStmt><Stmt><Acct><Id>\
        <IBAN>DE75512108001245126199</IBAN></Id></Acct><Ntry><Amt Ccy=\"EUR\">76543.21</Amt><CdtDbtInd>CRDT</CdtDbtInd>\
        <Sts>BOOK</Sts><BookgDt><Dt>2026-11-18</Dt></BookgDt><AcctSvcrRef>{id}</AcctSvcrRef></Ntry></Stmt></BkToCstmrStmt></Document>"
    );
    std::fs::write(&file, text).unwrap();
    let import = ["credits", "import", file.to_str().unwrap(), "--channel", "transfer.eur"];
    client.until("a file repeats it", async || server.run(&import).await.status.success()).await;
    _ = std::fs::remove_file(&file);
    client
        .until("it is assigned", async || {
            server.run(&["credits", "assign", "transfer.eur", &id, "--to", &order]).await;
            let shown = server.run(&["credits", "show", "transfer.eur", &id, "--json"]).await;
            let Ok(shown) = serde_json::from_slice::<Value>(&shown.stdout) else { return false };
            shown["state"] == "MATCHED"
        })
        .await;
}

/// Somebody transfers without a reference: it is no payment, and a person says so.
async fn says_what_a_stray_credit_is(client: &Client) {
    let session = client.session(json!({ "currency": "EUR", "amount": "1234567" })).await;
    let (_, slip) = client.open(&session, "BANK_TRANSFER").await;
    let (slip, _) = slip.split_once("message=").unwrap();
    client.world.wallet(&format!("{slip}message=rent"), "approve").await;
    let server = &client.server;
    client
        .until("nobody's credit is said to be foreign", async || {
            let listed = server.run(&["credits", "list", "--all", "--json"]).await;
            let Ok(listed) = serde_json::from_slice::<Value>(&listed.stdout) else { return false };
            let all = listed["credits"].as_array().cloned().unwrap_or_default();
            let ours = all.iter().find(|credit| credit["reference"] == "rent");
            let Some(ours) = ours else { return false };
            let id = ours["credit"].as_str().unwrap();
            server.run(&["credits", "foreign", "transfer.eur", id, "--note", "rent"]).await;
            ours["state"] == "FOREIGN"
        })
        .await;
}
