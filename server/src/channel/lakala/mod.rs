//! Lakala, which acquires for Chinese merchants: its cashier, a page on which the shopper picks a wallet or a bank
//! (`protocols/lakala.md`).
//!
//! Here are the calls. What is asked stands in `ask`, what an answer says in `evidence` and `refunds`, who speaks is checked in
//! `sign`, and the tables are `codes` and `table`. It keeps no state: every call goes by our own number.

mod ask;
mod codes;
mod evidence;
mod notice;
mod refunds;
mod sign;
mod table;
#[cfg(test)]
mod tests;
mod text;
mod wire;

use std::time::Duration;

use anyhow::{Context, ensure};
use async_trait::async_trait;
use serde::Serialize;

use self::sign::{HEADERS, Keys};
use self::wire::{Answer, Data, Envelope};
use super::transport::{
    By, Call, Limits, Reply, Transport, no_answer, not_sent, only_200, right_host,
};
use super::{
    Acknowledgement, Asking, Channel, ChannelError, Forged, Notice, Notification, Opened, json,
    patience, probed, rsa,
};
use crate::clock::{Clock, Random};
use crate::config::LakalaSettings;
use crate::domain::offer::Product;
use crate::domain::payment::{Evidence, Payment, Said};
use crate::domain::reversal::{Reversal, ReversalSaid};
use crate::hex;

/// Lakala's test environment, whose paths begin with a word of their own.
const THEIR_TEST: &str = "https://test.wsmsd.cn";
const THEIR_PREFIX: &str = "/sit";

const CREATE: &str = "/api/v3/ccss/counter/order/special_create";
const QUERY: &str = "/api/v3/ccss/counter/order/query";
const CLOSE: &str = "/api/v3/ccss/counter/order/close";
const REFUND: &str = "/api/v3/labs/relation/refund";
const REFUND_QUERY: &str = "/api/v3/labs/query/idmrefundquery";

/// The Lakala account.
pub struct Lakala {
    base: String,
    is_live: bool,
    account: Account,
    keys: Keys,
    transport: Transport,
}

/// Whose orders they are.
struct Account {
    appid: String,
    merchant_no: String,
    term_no: String,
    request_ip: String,
}

impl Account {
    /// Whether this speaks of our orders, as far as it says whose they are.
    fn is_ours(&self, data: &Data) -> bool {
        data.merchant_no.as_ref().is_none_or(|told| *told == self.merchant_no)
    }
}

/// The settings of the embedded default: the account that the sandbox at `host` knows. Its keys are public.
pub fn sandbox(host: &str) -> LakalaSettings {
    LakalaSettings {
        host: host.to_owned(),
        appid: "OP00000003".to_owned(),
        serial: "00dfba8194c41b84cf".to_owned(),
        merchant_no: "82229007392000A".to_owned(),
        term_no: "D0060389".to_owned(),
        request_ip: "127.0.0.1".to_owned(),
        private_key: include_str!("../../../keys/lakala_sandbox_merchant.pem").to_owned(),
        public_key: include_str!("../../../keys/lakala_sandbox_platform_public.pem").to_owned(),
        notify_public_key: None,
    }
}

impl Lakala {
    /// The account of these settings. Refuses keys that are none, hosts that cannot be right, and keys that everybody knows
    /// where real money moves.
    pub fn new(settings: &LakalaSettings) -> anyhow::Result<Lakala> {
        Lakala::with_limits(settings, Limits::default())
    }

    /// The same, with other limits to its calls.
    pub fn with_limits(settings: &LakalaSettings, limits: Limits) -> anyhow::Result<Lakala> {
        let known = sandbox("");
        let is_sandbox = rsa::is_same_key(&settings.private_key, &known.private_key);
        let (text, prefix) = match settings.host.strip_suffix(THEIR_PREFIX) {
            Some(host) => (host, THEIR_PREFIX),
            None => (settings.host.as_str(), ""),
        };
        let host = right_host("Lakala", text, is_sandbox)?;
        ensure!(
            host.scheme() == "http"
                || (!is_sandbox && !rsa::is_same_key(&settings.public_key, &known.public_key)),
            "these are the sandbox's keys, which everybody knows"
        );
        let origin = host.origin().ascii_serialization();
        Ok(Lakala {
            is_live: host.scheme() == "https" && origin != THEIR_TEST,
            base: format!("{origin}{prefix}"),
            account: account(settings)?,
            keys: Keys::of(settings)?,
            transport: Transport::new("lakala", &host, limits, only_200)?,
        })
    }

    /// Sends, and reads what Lakala has signed. Calls have the same names in every channel's figures.
    async fn call(
        &self,
        name: &'static str,
        path: &str,
        patience: Duration,
        req_data: &(impl Serialize + Sync),
    ) -> Result<Answer, ChannelError> {
        // The call's own time is the machine's: Lakala compares it with its own.
        let now = Clock::System.now();
        let org = (path == REFUND).then_some(self.account.appid.as_str());
        let body = ask::body(now, org, req_data).map_err(|why| not_sent(why.to_string()))?;
        let nonce = hex(&Random::System.bytes::<16>());
        let authorization = self.keys.authorization((now, &nonce), &body);
        let headers = vec![
            ("accept", "application/json".to_owned()),
            ("content-type", "application/json;charset=UTF-8".to_owned()),
            ("authorization", authorization.map_err(|why| not_sent(why.to_string()))?),
        ];
        let url = format!("{}{path}", self.base);
        let sending = Call { name, by: By::Post, url, headers, body: body.into_bytes(), patience };
        self.transport.call(sending, |reply| self.proven(path, reply)).await
    }

    /// The answer, if Lakala signed it: also a "no", for a forged one would end a payment that is paid.
    fn proven(&self, path: &str, reply: &Reply) -> Result<Answer, ChannelError> {
        let headers = HEADERS.map(|name| reply.header(name));
        self.keys.verify_answer(headers, &reply.body).map_err(no_answer)?;
        let unreadable = |_| no_answer("the answer cannot be read");
        let Envelope { code, msg, resp_data } = json::read(&reply.body).map_err(unreadable)?;
        // The cashier and the rest of Lakala have each a word of their own for success.
        let is_done = code == if path.contains("/ccss/") { "000000" } else { "BBS00000" };
        let data = match is_done {
            true => serde_json::from_value(resp_data).map_err(unreadable)?,
            false => Data::default(),
        };
        Ok(Answer { is_done, code, msg, data })
    }

    async fn order(&self, number: &str) -> Result<Answer, ChannelError> {
        let about = ask::of_order(&self.account, number);
        self.call("query", QUERY, patience::QUERY, &about).await
    }

    /// Why an order was not opened nobody can tell by its code: it may have been refused, or it may be there already, by the same
    /// request. What Lakala knows of it decides. It has answered, so nothing of this request is still on its way.
    async fn refused(&self, payment: &Payment, answer: &Answer) -> Result<Opened, ChannelError> {
        tracing::error!(code = answer.code, msg = answer.msg, "Lakala refuses to open an order");
        let known = self.query(payment).await.map_err(|_| evidence::unclear(answer))?;
        match known.said {
            Said::NotFound => Ok(evidence::refused("CONFIGURATION")),
            _ => Ok(Opened { evidence: known, action: None }),
        }
    }
}

#[async_trait]
impl Channel for Lakala {
    fn name(&self) -> &'static str {
        "lakala"
    }

    fn is_live(&self) -> bool {
        self.is_live
    }

    fn products(&self) -> &'static [Product] {
        table::PRODUCTS
    }

    async fn pay(&self, payment: &Payment, asking: &Asking) -> Result<Opened, ChannelError> {
        if payment.is_by_code() || asking.scanned.is_some() {
            return Err(not_sent("payment codes are not charged here"));
        }
        let order = ask::order(&self.account, payment, asking);
        let answer = self.call("pay", CREATE, patience::PAY, &order).await?;
        match codes::verdict(&answer) {
            codes::Verdict::Done => evidence::opened(&self.account, payment, &answer.data),
            codes::Verdict::Waiting | codes::Verdict::Unsure => Err(evidence::unclear(&answer)),
            codes::Verdict::Refused | codes::Verdict::Absent => {
                self.refused(payment, &answer).await
            }
        }
    }

    async fn query(&self, payment: &Payment) -> Result<Evidence, ChannelError> {
        evidence::queried(&self.account, payment, &self.order(&payment.request_id).await?)
    }

    async fn cancel(&self, payment: &Payment) -> Result<(), ChannelError> {
        let about = ask::of_order(&self.account, &payment.request_id);
        let patience = patience::of_try(payment.cancels_sent);
        evidence::closed(&self.call("cancel", CLOSE, patience, &about).await?)
    }

    /// A refund goes by the number of the trade that paid, which only Lakala knows: without it nothing is sent.
    async fn refund(
        &self,
        payment: &Payment,
        reversal: &Reversal,
        _notify_url: &str,
    ) -> Result<ReversalSaid, ChannelError> {
        let unsent = |why: ChannelError| not_sent(why.to_string());
        let known = self.order(&payment.request_id).await.map_err(unsent)?;
        let trade = evidence::paid_by(&self.account, payment, &known).map_err(unsent)?;
        let request = ask::refund(&self.account, trade, reversal);
        let patience = patience::of_try(reversal.sends);
        refunds::refunded(reversal, &self.call("refund", REFUND, patience, &request).await?)
    }

    async fn query_refund(
        &self,
        _payment: &Payment,
        reversal: &Reversal,
    ) -> Result<ReversalSaid, ChannelError> {
        let about = ask::of_refund(&self.account, reversal);
        let answer = self.call("query_refund", REFUND_QUERY, patience::QUERY, &about).await?;
        refunds::queried(reversal, &answer)
    }

    /// Lakala's messages name the payment by our own number, so that is what is asked about.
    async fn request_of(&self, number: &str) -> Result<Option<String>, ChannelError> {
        let answer = self.order(number).await?;
        match codes::verdict(&answer) {
            codes::Verdict::Done if self.account.is_ours(&answer.data) => {
                Ok(answer.data.out_order_no.filter(|told| told == number))
            }
            codes::Verdict::Absent => Ok(None),
            _ => Err(evidence::unclear(&answer)),
        }
    }

    fn read_notification(&self, notification: &Notification<'_>) -> Result<Notice, Forged> {
        notice::read(&self.keys, &self.account, notification)
    }

    fn acknowledgement(&self) -> Acknowledgement {
        Acknowledgement {
            status: 200,
            content_type: "application/json;charset=UTF-8",
            body: r#"{"code":"SUCCESS","message":"执行成功"}"#,
        }
    }

    async fn probe(&self, nobodys: &Payment) -> Result<String, String> {
        let look_at = "appid, serial, merchant_no, private_key and public_key";
        probed(&self.base, self.query(nobodys).await, look_at)
    }
}

fn account(settings: &LakalaSettings) -> anyhow::Result<Account> {
    let plain =
        |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    ensure!(
        plain(&settings.merchant_no) && settings.merchant_no.len() <= 32,
        "Lakala's merchant_no must be letters and digits"
    );
    ensure!(
        plain(&settings.term_no),
        "Lakala's term_no must be letters and digits, such as D0060389"
    );
    let request_ip: std::net::IpAddr = settings
        .request_ip
        .parse()
        .context("Lakala's request_ip must be this server's address, such as 203.0.113.7")?;
    Ok(Account {
        appid: settings.appid.clone(),
        merchant_no: settings.merchant_no.clone(),
        term_no: settings.term_no.clone(),
        request_ip: request_ip.to_string(),
    })
}
