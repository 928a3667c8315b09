//! WeChat Pay, API v3, as a merchant of one's own (`protocols/wechatpay-v3.md`).
//!
//! Here are the calls. What is asked stands in `ask`, what an answer says in `evidence` and `refunds`, who speaks is checked in
//! `sign` and sent by `line`, what a message carries is opened by `seal`, and the tables are `codes` and `table`. It keeps no state but the
//! platform certificates that it has fetched (`fetch`).

mod app;
mod ask;
mod certificate;
mod codes;
mod evidence;
mod fetch;
mod jsapi;
mod line;
mod list;
mod login;
mod mini;
mod notice;
mod refunds;
mod seal;
mod sign;
mod table;
#[cfg(test)]
mod tests;
mod wire;

use std::sync::Arc;
use std::time::Duration;

use anyhow::ensure;
use async_trait::async_trait;
use florin_shared::Method;
use serde::Serialize;
use url::Url;

use self::codes::Verdict;
use self::fetch::{Cause, Fetching};
use self::line::Line;
use self::login::{Exchange, Login};
use self::seal::Seal;
use self::sign::Keys;
use self::wire::{Answer, Close, Reverse};
use super::transport::{By, Limits, Transport, not_sent, right_host};
use super::{
    Acknowledgement, Asking, Channel, ChannelError, Forged, Notice, Notification, Opened, patience,
    probed, rsa,
};
use crate::clock::Clock;
use crate::config::WechatpaySettings;
use crate::domain::offer::Product;
use crate::domain::payment::{Evidence, Payment};
use crate::domain::reversal::{Reversal, ReversalSaid};

/// Where real money moves: the usual host and those for a disaster (`protocols/wechatpay-v3.md` 1).
const HOSTS: [&str; 3] = ["api.mch.weixin.qq.com", "api2.mch.weixin.qq.com", "api2.wechatpay.cn"];

/// The merchant of the sandbox; WeChat Pay's own documents show this number, and nobody has it.
const SANDBOX: &str = "1900000001";

/// The WeChat Pay account.
pub struct Wechatpay {
    line: Arc<Line>,
    account: Account,
    products: Vec<Product>,
    /// Who inside WeChat is who; without it nothing is sold there.
    login: Option<Login>,
    /// Who in the mini-program is who.
    mini: Option<Exchange>,
}

/// Whose orders they are.
struct Account {
    mchid: String,
    appid: String,
    /// Of the mobile application, whose orders are its own.
    mobile_appid: Option<String>,
    /// Of the mini-program, likewise.
    mini_program_appid: Option<String>,
}

impl Account {
    /// Whether this speaks of our orders, as far as it says whose they are. A refund is not of an app.
    fn is_ours(&self, answer: &Answer) -> bool {
        let is =
            |told: &Option<String>, ours: &str| told.as_deref().is_none_or(|told| told == ours);
        let others = [&self.mobile_appid, &self.mini_program_appid];
        let is_others = answer.appid.is_some() && others.contains(&&answer.appid);
        is(&answer.mchid, &self.mchid) && (is_others || is(&answer.appid, &self.appid))
    }

    /// In whose name this is ordered: an app and a mini-program open WeChat's payment as themselves, and no other's order.
    fn appid_of(&self, payment: &Payment) -> &str {
        let own = match payment.product.as_str() {
            table::IN_APP => self.mobile_appid.as_ref(),
            table::IN_MINI_PROGRAM => self.mini_program_appid.as_ref(),
            _ => None,
        };
        own.unwrap_or(&self.appid)
    }
}

/// The settings of the embedded default: the account that the sandbox at `host` knows. Its keys are public.
pub fn sandbox(host: &str) -> WechatpaySettings {
    WechatpaySettings {
        host: host.to_owned(),
        mchid: SANDBOX.to_owned(),
        appid: "wxd678efh567hg6787".to_owned(),
        serial: "444F4864EA9B34415A2C1B1B8B7E7C5C6F2A5D01".to_owned(),
        private_key: include_str!("../../../keys/wechatpay_sandbox_merchant.pem").to_owned(),
        public_key_id: Some("PUB_KEY_ID_0119000000012026111800000000000001".to_owned()),
        public_key: Some(
            include_str!("../../../keys/wechatpay_sandbox_platform_public.pem").to_owned(),
        ),
        other_public_key_id: None,
        other_public_key: None,
        api_v3_key: "0123456789abcdef0123456789ABCDEF".to_owned(),
        app_secret: Some("fedcba9876543210fedcba9876543210".to_owned()),
        mobile_appid: Some("wx2421b1c4370ec43b".to_owned()),
        mini_program_appid: Some("wx0c7d9a2e5b8f4613".to_owned()),
        mini_program_secret: Some("89abcdef0123456789abcdef01234567".to_owned()),
    }
}

impl Wechatpay {
    /// The account of these settings. Refuses keys that are none, hosts that cannot be right, and what everybody knows
    /// where real money moves.
    pub fn new(settings: &WechatpaySettings) -> anyhow::Result<Wechatpay> {
        Wechatpay::with(settings, Limits::default(), Clock::System)
    }

    /// The same, with other limits to its calls, and by another clock.
    pub fn with(
        settings: &WechatpaySettings,
        limits: Limits,
        clock: Clock,
    ) -> anyhow::Result<Wechatpay> {
        let host = host(settings)?;
        ensure!(!settings.appid.is_empty(), "WeChat Pay's appid must not be empty");
        let account = Account {
            mchid: settings.mchid.clone(),
            appid: settings.appid.clone(),
            mobile_appid: settings.mobile_appid.clone().filter(|appid| !appid.is_empty()),
            mini_program_appid: settings.mini_program_appid.clone(),
        };
        let is_sandbox = settings.mchid == SANDBOX;
        let login = Login::of(settings, limits, is_sandbox)?;
        let mini = Exchange::of_mini_program(settings, limits, is_sandbox)?;
        let line = Line {
            host: host.origin().ascii_serialization(),
            keys: Keys::of(settings)?,
            seal: Seal::of(&settings.api_v3_key)?,
            clock,
            transport: Transport::new("wechatpay", &host, limits, codes::is_readable)?,
            fetching: Fetching::default(),
        };
        Ok(Wechatpay {
            line: Arc::new(line),
            products: table::products(table::Has {
                login: login.is_some(),
                app: account.mobile_appid.is_some(),
                mini_program: mini.is_some(),
            }),
            account,
            login,
            mini,
        })
    }

    /// Calls have the same names in every channel's figures.
    async fn post(
        &self,
        name: &'static str,
        target: &str,
        patience: Duration,
        request: &(impl Serialize + Sync),
    ) -> Result<Answer, ChannelError> {
        let body = serde_json::to_string(request).map_err(|why| not_sent(why.to_string()))?;
        self.call(name, By::Post, target, patience, body).await
    }

    async fn ask(&self, name: &'static str, target: &str) -> Result<Answer, ChannelError> {
        self.call(name, By::Get, target, patience::QUERY, String::new()).await
    }

    async fn call(
        &self,
        name: &'static str,
        by: By,
        target: &str,
        patience: Duration,
        body: String,
    ) -> Result<Answer, ChannelError> {
        let answer = self.line.answer(name, by, target, patience, body).await?;
        told_of_mistakes(name, &answer);
        Ok(answer)
    }

    fn of_payment(&self, payment: &Payment) -> String {
        let (number, mchid) = (&payment.request_id, &self.account.mchid);
        format!("/v3/pay/transactions/out-trade-no/{number}?mchid={mchid}")
    }
}

#[async_trait]
impl Channel for Wechatpay {
    fn name(&self) -> &'static str {
        "wechatpay"
    }

    fn is_live(&self) -> bool {
        self.account.mchid != SANDBOX
    }

    /// It says its address with each order; here it is known that messages may come, and they are proved by what is fetched.
    fn listens_at(&self, _notify_url: &str) {
        self.line.begin();
    }

    fn products(&self) -> &[Product] {
        &self.products
    }

    async fn pay(&self, payment: &Payment, asking: &Asking) -> Result<Opened, ChannelError> {
        if payment.amount.currency().code() != "CNY" {
            return Ok(evidence::refused("CURRENCY"));
        }
        if payment.is_by_code() != asking.scanned.is_some() {
            return Err(not_sent("a payment code belongs to a payment by payment code"));
        }
        if let Some(scanned) = &asking.scanned {
            if scanned.wallet() != Some(Method::Wechatpay) {
                return Ok(evidence::refused("CODE_INVALID"));
            }
            let request = ask::code_order(&self.account, payment, asking, scanned);
            let target = "/v3/pay/transactions/codepay";
            let answer = self.post("pay", target, patience::PAY, &request).await?;
            return evidence::scanned(&self.account, payment, &answer);
        }
        let target = match payment.product.as_str() {
            "NATIVE" => "/v3/pay/transactions/native",
            // Without the browser's address WeChat Pay opens nothing.
            "H5" if payment.payer_ip.is_empty() => {
                return Ok(evidence::refused("PAYER_IP_UNKNOWN"));
            }
            "H5" => "/v3/pay/transactions/h5",
            table::IN_WECHAT => return self.inside(payment, asking).await,
            table::IN_APP => return self.in_app(payment, asking).await,
            table::IN_MINI_PROGRAM => return self.in_mini_program(payment, asking).await,
            _ => return Err(not_sent("WeChat Pay sells no such thing")),
        };
        let request = ask::order(&self.account, payment, asking, None);
        let answer = self.post("pay", target, patience::PAY, &request).await?;
        evidence::opened(payment, asking, &answer)
    }

    async fn query(&self, payment: &Payment) -> Result<Evidence, ChannelError> {
        let answer = self.ask("inquiryPayment", &self.of_payment(payment)).await?;
        evidence::queried(&self.account, payment, &answer)
    }

    async fn cancel(&self, payment: &Payment) -> Result<(), ChannelError> {
        let order = format!("/v3/pay/transactions/out-trade-no/{}", payment.request_id);
        let patience = patience::of_try(payment.cancels_sent);
        let Account { mchid, appid, .. } = &self.account;
        // Only a reversal ends what the merchant has scanned; one that was paid meanwhile is given back by it (D1).
        let answer = if payment.is_by_code() {
            let target = format!("{order}/reverse");
            self.post("cancel", &target, patience, &Reverse { appid, mchid }).await?
        } else {
            self.post("cancel", &format!("{order}/close"), patience, &Close { mchid }).await?
        };
        evidence::closed(&answer)
    }

    async fn refund(
        &self,
        payment: &Payment,
        reversal: &Reversal,
        notify_url: &str,
    ) -> Result<ReversalSaid, ChannelError> {
        let patience = patience::of_try(reversal.sends);
        let request = ask::refund(payment, reversal, notify_url);
        let target = "/v3/refund/domestic/refunds";
        refunds::refunded(reversal, &self.post("refund", target, patience, &request).await?)
    }

    async fn query_refund(
        &self,
        _payment: &Payment,
        reversal: &Reversal,
    ) -> Result<ReversalSaid, ChannelError> {
        let target = format!("/v3/refund/domestic/refunds/{}", reversal.request_id);
        refunds::queried(reversal, &self.ask("inquiryRefund", &target).await?)
    }

    async fn request_of(&self, number: &str) -> Result<Option<String>, ChannelError> {
        // It is theirs, and stands in a path.
        if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Ok(None);
        }
        let mchid = &self.account.mchid;
        let target = format!("/v3/pay/transactions/id/{number}?mchid={mchid}");
        let answer = self.ask("inquiryPayment", &target).await?;
        match codes::verdict(&answer) {
            Verdict::Done if answer.transaction_id.as_deref() == Some(number) => {
                Ok(answer.out_trade_no)
            }
            Verdict::Absent => Ok(None),
            _ => Err(evidence::unclear(&answer)),
        }
    }

    fn read_notification(&self, notification: &Notification<'_>) -> Result<Notice, Forged> {
        let (line, now) = (&self.line, self.line.clock.now());
        let read = notice::read(&self.account, &line.keys, &line.seal, notification, now);
        match read {
            Ok(_) => line.renew(),
            Err(_) if notice::may_be_proved_later(&line.keys, notification, now) => {
                line.fetch_aside(Cause::Message);
            }
            Err(_) => {}
        }
        read
    }

    /// Only the status decides; there is no body.
    fn acknowledgement(&self) -> Acknowledgement {
        Acknowledgement { status: 204, content_type: "application/json", body: "" }
    }

    async fn probe(&self, nobodys: &Payment) -> Result<String, String> {
        let look_at = match self.line.keys.fetches() {
            true => "mchid, appid, serial, private_key, api_v3_key and the machine's clock",
            false => {
                "mchid, appid, serial, private_key, public_key_id, public_key and the machine's clock"
            }
        };
        self.line.ready().await?;
        probed(&self.line.host, self.query(nobodys).await, look_at)
    }
}

/// Real money moves at WeChat Pay's own hosts and nowhere else, and never by what everybody knows (D14).
fn host(settings: &WechatpaySettings) -> anyhow::Result<Url> {
    let is_sandbox = settings.mchid == SANDBOX;
    let host = right_host("WeChat Pay", &settings.host, is_sandbox)?;
    let is_real = host.host_str().is_some_and(|host| HOSTS.contains(&host));
    if is_sandbox {
        ensure!(!is_real, "the mchid {SANDBOX} is the sandbox's: WeChat Pay does not know it");
        return Ok(host);
    }
    ensure!(
        is_real && host.scheme() == "https",
        "WeChat Pay's host must be https:// and one of {}",
        HOSTS.join(", ")
    );
    let known = sandbox("");
    ensure!(
        !rsa::is_same_key(&settings.private_key, &known.private_key)
            && !knows_the_sandboxs(&settings.public_key, &known)
            && !knows_the_sandboxs(&settings.other_public_key, &known)
            && settings.api_v3_key != known.api_v3_key
            && settings.app_secret != known.app_secret
            && settings.mini_program_secret != known.mini_program_secret,
        "these are the sandbox's keys, which everybody knows"
    );
    Ok(host)
}

/// Whether this is the sandbox's public key, by whose private half everybody signs.
fn knows_the_sandboxs(key: &Option<String>, known: &WechatpaySettings) -> bool {
    matches!((key, &known.public_key), (Some(key), Some(known)) if rsa::is_same_key(key, known))
}

/// A mistake of ours is everybody's: every payment fails by it until somebody mends it.
fn told_of_mistakes(call: &str, answer: &Answer) {
    if codes::verdict(answer) == Verdict::Misasked {
        tracing::error!(
            call,
            code = answer.code,
            "WeChat Pay refuses what we ask: look at its settings"
        );
    }
}
