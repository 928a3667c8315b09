//! EMVCo codes for transfers between banks: VietQR, PayNow, PromptPay, QR Ph, FPS and QRIS (`protocols/emvco-mpm.md`).
//!
//! The code is made here and nobody is asked for it; the bank that keeps the account says what came in (`docs/bank-credits.md`).
//! Each account is a channel of its own, named after its scheme: one bank's silence stops nobody else. Nothing can be
//! cancelled, and nothing goes back by itself.

mod account;
mod crc;
mod credits;
mod currency;
mod payload;
mod scheme;
mod sign;
mod table;
#[cfg(test)]
mod tests;

use std::sync::OnceLock;

use anyhow::{Context, ensure};
use async_trait::async_trait;
use aws_lc_rs::rand;
use florin_shared::Money;
use florin_shared::shopper::NextAction;

pub use self::account::Account;
pub use self::payload::{Fault, Objects, open, seal};
pub use self::scheme::{Bill, text};
use self::sign::{Secret, Signed};
use super::transport::{
    By, Call, Limits, Reply, Transport, no_answer, not_sent, only_200, right_host,
};
use super::{
    Acknowledgement, Asking, Channel, ChannelError, Forged, Notice, Notification, Opened, probed,
};
use super::{json, patience};
use crate::clock::Clock;
use crate::config::EmvcoSettings;
use crate::domain::offer::Product;
use crate::domain::payment::{Evidence, Payment, Said};
use crate::domain::reversal::{Reversal, ReversalSaid};
use crate::hex;

/// A bank's messages are a few hundred bytes.
const LARGEST: usize = 64 * 1024;

/// An account that is paid by codes of one scheme.
pub struct Emvco {
    product: &'static Product,
    account: Account,
    client_id: String,
    secret: Secret,
    host: String,
    transport: Transport,
    /// Where the bank's messages go: told to the bank with every question.
    notify_url: OnceLock<String>,
}

/// The settings of the embedded default: the account of this scheme that the sandbox's bank at `host` keeps. Its secret is
/// public.
pub fn sandbox(scheme: &str, host: &str) -> EmvcoSettings {
    let some = |text: &str| Some(text.to_owned());
    let settings = EmvcoSettings {
        host: host.to_owned(),
        client_id: format!("SANDBOX_{}", scheme.to_ascii_uppercase()),
        secret: "whsec_Zmxvcmluc2FuZGJveGJhbmtzZWNyZXQwMDAx".to_owned(),
        name: some("Northwind Tea"),
        ..EmvcoSettings::default()
    };
    match scheme {
        "vietqr" => {
            EmvcoSettings { bank: some("970436"), account: some("0011000123456"), ..settings }
        }
        "paynow" => EmvcoSettings { account: some("201403121W"), ..settings },
        "promptpay" => EmvcoSettings { account: some("0112233445566"), ..settings },
        "fps" => EmvcoSettings { account: some("1234567"), ..settings },
        "qrph" => EmvcoSettings { code: some(FIXED_QRPH), ..settings },
        _ => EmvcoSettings { code: some(FIXED_QRIS), ..settings },
    }
}

/// What an acquirer in the Philippines might have issued to a shop that does not exist.
const FIXED_QRPH: &str = "00020101021128560011ph.ppmi.p2m0111ABCDPHM1XXX031500060078800069605033115204531153036085802PH5915DEMO DEPT STORE6006Makati62470012ph.ppmi.qrph031500060078800069607082000651963049DEC";
/// The same in Indonesia.
const FIXED_QRIS: &str = "00020101021126620015COM.EXAMPLE.WWW01189360099900000000010210M0000000010303UMI51440014ID.CO.QRIS.WWW0215ID10200000000010303UMI5204581253033605802ID5911WARUNG DEMO6007JAKARTA61051234562070703A0163046CE3";

impl Emvco {
    /// The account of these settings, in the scheme of this name.
    ///
    /// # Errors
    /// An account that cannot be right, a secret that is none, a host that may not be spoken to.
    pub fn new(scheme: &str, settings: &EmvcoSettings) -> anyhow::Result<Emvco> {
        let product = table::PRODUCTS.iter().find(|product| product.channel == scheme);
        let product = product.with_context(|| format!("there is no scheme {scheme}"))?;
        ensure!(!settings.client_id.is_empty(), "client_id is missing");
        let is_sandbox = settings.client_id.starts_with("SANDBOX_");
        let host = right_host("The bank", &settings.host, is_sandbox)?;
        Ok(Emvco {
            product,
            account: Account::of(scheme, settings)?,
            client_id: settings.client_id.clone(),
            secret: Secret::of(&settings.secret)?,
            host: host.origin().ascii_serialization(),
            transport: Transport::new(product.channel, &host, Limits::default(), only_200)?,
            notify_url: OnceLock::new(),
        })
    }

    /// The text of the code for this payment, read again before anybody sees it.
    fn code(&self, payment: &Payment) -> Result<String, Fault> {
        let reference = credits::reference(payment);
        let bill = Bill {
            amount: Some(payment.amount),
            reference: Some(reference),
            expires: Some(payment.expires),
        };
        let code = text(&self.account, &bill)?;
        if amount_of(&code) == Some(payment.amount) { Ok(code) } else { Err(Fault::Amount) }
    }

    async fn ask(&self, payment: &Payment) -> Result<credits::Statement, ChannelError> {
        let question = credits::Question {
            account: &self.client_id,
            reference: credits::reference(payment),
            notify_url: self.notify_url.get().map(String::as_str),
        };
        self.call("statement", &question).await
    }

    async fn call(
        &self,
        name: &'static str,
        question: &credits::Question<'_>,
    ) -> Result<credits::Statement, ChannelError> {
        let body = serde_json::to_vec(question).map_err(|why| not_sent(why.to_string()))?;
        // Never used twice: an answer is to this very question.
        let mut random = [0; 16];
        rand::fill(&mut random).map_err(|_| not_sent("no randomness"))?;
        let id = format!("ask_{}", hex(&random));
        let headers = self.secret.headers(&id, Clock::System.now(), &body);
        let url = format!("{}/v1/{name}", self.host);
        let call = Call { name, by: By::Post, url, headers, body, patience: patience::QUERY };
        self.transport.call(call, |reply| self.proven(&id, reply)).await
    }

    /// The answer, if the bank signed it for this question.
    fn proven(&self, id: &str, reply: &Reply) -> Result<credits::Statement, ChannelError> {
        let said = Signed {
            id: reply.header("webhook-id"),
            time: reply.header("webhook-timestamp"),
            signature: reply.header("webhook-signature"),
            body: &reply.body,
        };
        self.secret.verify(&said).map_err(no_answer)?;
        if said.id != Some(id) {
            return Err(no_answer("the answer to another question"));
        }
        json::read(&reply.body).map_err(|_| no_answer("the answer cannot be read"))
    }
}

/// How much a code asks for.
fn amount_of(text: &str) -> Option<Money> {
    let objects = open(text).ok()?;
    let currency = currency::of_number(objects.get(53)?)?;
    Money::new(currency::minor(objects.get(54)?, currency)?, currency).ok()
}

#[async_trait]
impl Channel for Emvco {
    fn name(&self) -> &'static str {
        let Product { channel, .. } = self.product;
        channel
    }

    fn is_live(&self) -> bool {
        !self.client_id.starts_with("SANDBOX_")
    }

    fn products(&self) -> &'static [Product] {
        std::slice::from_ref(self.product)
    }

    fn listens_at(&self, notify_url: &str) {
        _ = self.notify_url.set(notify_url.to_owned());
    }

    fn opens_alone(&self) -> bool {
        true
    }

    async fn pay(&self, payment: &Payment, _asking: &Asking) -> Result<Opened, ChannelError> {
        let text = self.code(payment).map_err(|fault| {
            tracing::error!(order_id = %payment.id, %fault, "no code can be made");
            ChannelError::Refused { code: "NO_CODE".to_owned() }
        })?;
        Ok(Opened {
            evidence: Evidence { said: Said::Pending, reason: String::new() },
            action: Some(NextAction {
                kind: "show_code".into(),
                text: Some(text),
                code_kind: Some("qr".into()),
                app_link: None,
                url: None,
            }),
        })
    }

    async fn query(&self, payment: &Payment) -> Result<Evidence, ChannelError> {
        credits::queried(&self.client_id, payment, &self.ask(payment).await?)
    }

    /// Nobody can call a code back (D6).
    async fn cancel(&self, _payment: &Payment) -> Result<(), ChannelError> {
        Err(ChannelError::Refused { code: NO_WAY_BACK.to_owned() })
    }

    /// A bank sends nothing back by itself: a person does (D5).
    async fn refund(
        &self,
        _payment: &Payment,
        _reversal: &Reversal,
        _notify_url: &str,
    ) -> Result<ReversalSaid, ChannelError> {
        Ok(ReversalSaid::Never(NO_WAY_BACK.to_owned()))
    }

    /// It knows no reversals by our numbers. What has gone back stands in the statement.
    async fn query_refund(
        &self,
        _payment: &Payment,
        _reversal: &Reversal,
    ) -> Result<ReversalSaid, ChannelError> {
        Ok(ReversalSaid::NotFound)
    }

    async fn request_of(&self, _number: &str) -> Result<Option<String>, ChannelError> {
        Ok(None)
    }

    fn read_notification(&self, notification: &Notification<'_>) -> Result<Notice, Forged> {
        if notification.body.len() > LARGEST {
            return Err(Forged("it is too large"));
        }
        let header = |name| (notification.header)(name);
        let (id, time, signature) =
            (header("webhook-id"), header("webhook-timestamp"), header("webhook-signature"));
        let said = Signed {
            id: id.as_deref(),
            time: time.as_deref(),
            signature: signature.as_deref(),
            body: notification.body,
        };
        self.secret.verify(&said).map_err(Forged)?;
        if !sign::is_fresh(said.time, notification.now) {
            return Err(Forged("its time is not now"));
        }
        let message = json::read(notification.body).map_err(|_| Forged("it cannot be read"))?;
        credits::told(&self.client_id, message)
    }

    fn acknowledgement(&self) -> Acknowledgement {
        Acknowledgement {
            status: 200,
            content_type: "application/json",
            body: r#"{"received":true}"#,
        }
    }

    async fn probe(&self, nobodys: &Payment) -> Result<String, String> {
        probed(&self.host, self.query(nobodys).await, "client_id and secret")
    }
}

/// The reason of what the bank cannot do.
const NO_WAY_BACK: &str = "BANK_TRANSFER";
