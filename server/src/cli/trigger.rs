//! `florin trigger`: a real payment of pretend money through a running server and its sandbox, as a shopper would make it.

use std::time::Duration;

use anyhow::{Context, bail, ensure};
use florin_server::clock::Random;
use reqwest::Method;
use serde_json::{Value, json};

use super::{Answer, progress};
use crate::demo;

/// The command's arguments.
#[derive(clap::Args)]
#[command(after_help = "EXAMPLES
  florin trigger payment.success
  florin trigger payment.failure --notify-url http://127.0.0.1:4242/webhook
  florin trigger payment.reversed --amount 940000
  FLORIN_KEY=sk_test_… florin trigger payment.success --merchant 20000000000001

EVENTS
  payment.success    a session that is paid
  payment.failure    a session whose payer declines
  payment.reversed   a session that is paid twice: the second payment goes back

Test mode only: it needs a sandbox. JSON: {\"event\", \"session_id\", \"trans_id\", \"order_ids\", \"status\"}")]
pub(crate) struct Trigger {
    /// What is to happen.
    #[arg(value_parser = ["payment.success", "payment.failure", "payment.reversed"])]
    event: String,
    /// The server.
    #[arg(long, env = "FLORIN_SERVER", default_value = "http://127.0.0.1:8080")]
    server: String,
    /// Its sandbox.
    #[arg(long, env = "FLORIN_SANDBOX_URL", default_value = "http://127.0.0.1:8081")]
    sandbox: String,
    /// The merchant's secret key; better in FLORIN_KEY than on the command line, which others can read.
    #[arg(long, env = "FLORIN_KEY", default_value = demo::KEY, hide_env_values = true)]
    key: String,
    /// The merchant.
    #[arg(long, default_value = demo::MERCHANT)]
    merchant: String,
    /// How much, in the currency's smallest unit; only digits.
    #[arg(long, default_value = "94000")]
    amount: String,
    /// ISO 4217.
    #[arg(long, default_value = "PHP")]
    currency: String,
    /// How to pay.
    #[arg(long, default_value = "GCASH")]
    method: String,
    /// How to pay a second time.
    #[arg(long, default_value = "MAYA")]
    second_method: String,
    /// Where the merchant is told.
    #[arg(long, value_name = "URL")]
    notify_url: Option<String>,
}

pub(super) async fn run(trigger: Trigger) -> anyhow::Result<Answer> {
    ensure!(!trigger.key.starts_with("sk_live_"), "real money is not for trying things out");
    let http = reqwest::Client::builder().timeout(Duration::from_secs(20)).no_proxy().build()?;
    let shopper = Shopper::enter(&trigger, http).await?;
    let mut order_ids = Vec::new();
    let status = match trigger.event.as_str() {
        "payment.failure" => {
            let (id, code) = shopper.open(&trigger.method).await?;
            shopper.wallet(&code, "decline").await?;
            order_ids.push(id);
            shopper.until("payment_status", "FAIL").await?
        }
        "payment.reversed" => {
            let first = shopper.open(&trigger.method).await?;
            // Choosing another method closes the first code; its payer pays all the same.
            shopper.still_payable(&first.0).await?;
            let second = shopper.open(&trigger.second_method).await?;
            shopper.wallet(&second.1, "approve").await?;
            let status = shopper.until("status", "SUCCESS").await?;
            shopper.wallet(&first.1, "approve").await?;
            order_ids.extend([first.0, second.0]);
            shopper.until("notice", "SURPLUS_RETURNED").await?;
            status
        }
        _ => {
            let (id, code) = shopper.open(&trigger.method).await?;
            shopper.wallet(&code, "approve").await?;
            order_ids.push(id);
            shopper.until("status", "SUCCESS").await?
        }
    };
    let told = format!("{}: {} of {}", trigger.event, status, shopper.trans_id);
    Ok(Answer::good(
        told,
        json!({
            "event": trigger.event, "session_id": shopper.session, "trans_id": shopper.trans_id,
            "order_ids": order_ids, "status": status,
        }),
    ))
}

struct Shopper<'t> {
    trigger: &'t Trigger,
    http: reqwest::Client,
    session: String,
    trans_id: String,
    token: String,
}

impl<'t> Shopper<'t> {
    async fn enter(trigger: &'t Trigger, http: reqwest::Client) -> anyhow::Result<Shopper<'t>> {
        let trans_id = format!("trigger-{:016x}", u64::from_be_bytes(Random::System.bytes::<8>()));
        let mut order = json!({
            "merchant_id": trigger.merchant, "trans_id": trans_id, "payment_type": "PURCHASE",
            "authorisation_type": "FINAL_AUTH", "capture_method": "AUTOMATIC", "session_mode": "DROP_IN",
            "currency": trigger.currency, "amount": trigger.amount,
            "return_url": "http://127.0.0.1:9/thanks",
            "goods": [{ "name": "Trigger", "quantity": 1, "unit_amount": trigger.amount }],
        });
        if let Some(url) = &trigger.notify_url {
            order["notify_url"] = json!(url);
        }
        progress("creating a session");
        let url = format!("{}/v1/sessions", trigger.server);
        let made = ask(http.post(url).bearer_auth(&trigger.key).json(&order)).await?;
        let text = |name: &str| made["data"][name].as_str().unwrap_or_default().to_owned();
        let (session, token) = (text("session_id"), text("client_token"));
        Ok(Shopper { trigger, http, session, trans_id, token })
    }

    async fn call(&self, method: Method, path: &str, body: Option<Value>) -> anyhow::Result<Value> {
        let url = format!("{}/v1/checkout/{}{path}", self.trigger.server, self.session);
        let mut request = self.http.request(method, url).bearer_auth(&self.token);
        if let Some(body) = body {
            request = request.json(&body);
        }
        ask(request).await
    }

    async fn open(&self, method: &str) -> anyhow::Result<(String, String)> {
        progress(&format!("opening a payment by {method}"));
        let body = json!({ "method": method, "version": 1 });
        let opened = self.call(Method::POST, "/transactions", Some(body)).await?;
        let data = &opened["data"];
        let (id, code) = (data["order_id"].as_str(), data["next_action"]["text"].as_str());
        Ok((
            id.context("the payment has no number")?.to_owned(),
            code.context("this method shows no code: choose another with --method")?.to_owned(),
        ))
    }

    async fn wallet(&self, code: &str, action: &str) -> anyhow::Result<()> {
        progress(&format!("the payer does: {action}"));
        let act = json!({ "code": code, "action": action });
        let url = format!("{}/wallet", self.trigger.sandbox);
        ask(self.http.post(url).json(&act)).await.map(drop)
    }

    /// The sandbox takes money for this payment even when it has been closed.
    async fn still_payable(&self, order_id: &str) -> anyhow::Result<()> {
        let fault = json!({ "fault": "paid_after_cancel", "request": order_id, "times": 1 });
        ask(self.http.post(format!("{}/faults", self.trigger.sandbox)).json(&fault)).await.map(drop)
    }

    async fn until(&self, field: &str, word: &str) -> anyhow::Result<String> {
        progress("waiting for the server to know");
        for _ in 0..150 {
            let seen = self.call(Method::GET, "/status", None).await?;
            if seen["data"][field] == word {
                return Ok(word.to_owned());
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        bail!("after 30 seconds the session {} is still not {word}", self.session)
    }
}

async fn ask(request: reqwest::RequestBuilder) -> anyhow::Result<Value> {
    let answer = request.send().await.context("is `florin serve` running?")?;
    let status = answer.status();
    let body: Value = serde_json::from_str(&answer.text().await?).unwrap_or_default();
    let why = body["ret_msg"].as_str().or(body["error"].as_str()).unwrap_or("no reason given");
    ensure!(status.is_success(), "HTTP {}: {why}", status.as_u16());
    Ok(body)
}
