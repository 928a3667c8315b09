//! `florin trigger`: a real payment of pretend money through a running server and its sandbox, as a shopper would make it.

use std::time::Duration;

use anyhow::{Context, bail, ensure};
use florin_server::clock::Random;
use reqwest::Method;
use serde_json::{Value, json};

use super::{Answer, progress};
use crate::demo;

const EVENTS: [&str; 8] = [
    "payment.success",
    "payment.failure",
    "payment.canceled",
    "payment.reversed",
    "refund.success",
    "refund.failure",
    "reversal.manual",
    "reversal.resolved",
];

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
  payment.canceled   a session whose shopper cancels
  payment.reversed   a session that is paid twice: the second payment goes back
  refund.success     a paid session that is refunded whole
  refund.failure     a refund that the channel refuses for good
  reversal.manual    a session that is paid twice, and the channel will not take the second payment back
  reversal.resolved  the same, and a person says that it is kept

Test mode only: it needs a sandbox. JSON: {\"event\", \"session_id\", \"trans_id\", \"order_ids\", \"status\",
\"refund_id\"}")]
pub(crate) struct Trigger {
    /// What is to happen.
    #[arg(value_parser = EVENTS)]
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
    let done = shopper.play(&trigger.event).await?;
    let status = &done.status;
    let told = format!("{}: {} of {}", trigger.event, status, shopper.trans_id);
    Ok(Answer::good(
        told,
        json!({
            "event": trigger.event, "session_id": shopper.session, "trans_id": shopper.trans_id,
            "order_ids": done.order_ids, "status": status, "refund_id": done.refund_id,
        }),
    ))
}

/// What has come of it.
#[derive(Default)]
struct Done {
    order_ids: Vec<String>,
    status: String,
    refund_id: Option<String>,
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

    async fn play(&self, event: &str) -> anyhow::Result<Done> {
        match event {
            "payment.failure" => self.unpaid("decline").await,
            "payment.canceled" => self.unpaid("cancel").await,
            "payment.reversed" => {
                let done = self.paid_twice(false).await?;
                self.until("notice", "SURPLUS_RETURNED").await?;
                Ok(done)
            }
            "refund.success" => self.refunded("SUCCESS").await,
            "refund.failure" => self.refunded("FAIL").await,
            "reversal.manual" => self.manual().await,
            "reversal.resolved" => self.resolved().await,
            _ => self.paid().await,
        }
    }

    async fn paid(&self) -> anyhow::Result<Done> {
        let (id, code) = self.open(&self.trigger.method).await?;
        self.wallet(&code, "approve").await?;
        let status = self.until("status", "SUCCESS").await?;
        Ok(Done { order_ids: vec![id], status, ..Done::default() })
    }

    /// Declined by the payer, or cancelled on the page.
    async fn unpaid(&self, how: &str) -> anyhow::Result<Done> {
        let (id, code) = self.open(&self.trigger.method).await?;
        let ends = match how {
            "cancel" => {
                let path = format!("/transactions/{id}/cancel");
                self.call(Method::POST, &path, None).await?;
                "CANCELLED"
            }
            _ => {
                self.wallet(&code, how).await?;
                "FAIL"
            }
        };
        let status = self.until("payment_status", ends).await?;
        Ok(Done { order_ids: vec![id], status, ..Done::default() })
    }

    /// The second payment goes back, unless the channel refuses that.
    async fn paid_twice(&self, is_refused: bool) -> anyhow::Result<Done> {
        let first = self.open(&self.trigger.method).await?;
        // Choosing another method closes the first code; its payer pays all the same.
        self.fault("paid_after_cancel", &first.0).await?;
        if is_refused {
            self.fault("refund_refused", &first.0).await?;
        }
        let second = self.open(&self.trigger.second_method).await?;
        self.wallet(&second.1, "approve").await?;
        let status = self.until("status", "SUCCESS").await?;
        self.wallet(&first.1, "approve").await?;
        Ok(Done { order_ids: vec![first.0, second.0], status, ..Done::default() })
    }

    async fn refunded(&self, ends: &str) -> anyhow::Result<Done> {
        let done = self.paid().await?;
        let order = &done.order_ids[0];
        if ends == "FAIL" {
            self.fault("refund_refused", order).await?;
        }
        progress("giving it back");
        let wish = json!({ "order_id": order, "refund_trans_id": format!("r-{}", self.trans_id) });
        let asked = self.merchant(Method::POST, "/v1/refunds", Some(wish)).await?;
        let id =
            asked["data"]["refund_id"].as_str().context("the refund has no number")?.to_owned();
        let path = format!("/v1/refunds?refund_id={id}");
        self.until_told(&path, "/data/status", ends).await?;
        Ok(Done { status: ends.to_owned(), refund_id: Some(id), ..done })
    }

    async fn manual(&self) -> anyhow::Result<Done> {
        let done = self.paid_twice(true).await?;
        let path = format!("/v1/reversals?order_id={}", done.order_ids[0]);
        let told = self.until_told(&path, "/data/reversals/0/status", "MANUAL").await?;
        let id = told["data"]["reversals"][0]["refund_id"].as_str().map(str::to_owned);
        Ok(Done { status: "MANUAL".to_owned(), refund_id: id, ..done })
    }

    async fn resolved(&self) -> anyhow::Result<Done> {
        let done = self.manual().await?;
        let id = done.refund_id.as_deref().context("the reversal has no number")?;
        let said = json!({ "outcome": "KEPT", "note": "florin trigger" });
        let path = format!("/v1/reversals/{id}/resolve");
        let told = self.merchant(Method::POST, &path, Some(said)).await?;
        let status = told["data"]["status"].as_str().unwrap_or_default().to_owned();
        Ok(Done { status, ..done })
    }

    async fn merchant(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> anyhow::Result<Value> {
        let url = format!("{}{path}", self.trigger.server);
        let mut request = self.http.request(method, url).bearer_auth(&self.trigger.key);
        if let Some(body) = body {
            request = request.json(&body);
        }
        ask(request).await
    }

    /// Asks with the merchant's key until the answer says this word there.
    async fn until_told(&self, path: &str, at: &str, word: &str) -> anyhow::Result<Value> {
        progress("waiting for the server to know");
        for _ in 0..150 {
            let told = self.merchant(Method::GET, path, None).await?;
            if told.pointer(at).is_some_and(|said| said == word) {
                return Ok(told);
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        bail!("after 30 seconds {path} still does not say {word}")
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

    /// Something goes wrong with this payment at the sandbox, once.
    async fn fault(&self, fault: &str, order_id: &str) -> anyhow::Result<()> {
        let rule = json!({ "fault": fault, "request": order_id, "times": 1 });
        ask(self.http.post(format!("{}/faults", self.trigger.sandbox)).json(&rule)).await.map(drop)
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
