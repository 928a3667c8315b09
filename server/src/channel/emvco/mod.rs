//! EMVCo codes for transfers between banks: VietQR, PayNow, PromptPay, QR Ph, FPS and QRIS (`protocols/emvco-mpm.md`).
//!
//! The code is made here and nobody is asked for it; the bank that keeps the account says what came in (`docs/bank-credits.md`).
//! Each account is a channel of its own, named after its scheme: one bank's silence stops nobody else. Nothing can be
//! cancelled, and nothing goes back by itself.

mod account;
mod crc;
mod currency;
mod payload;
mod scheme;
mod table;
#[cfg(test)]
mod tests;

use anyhow::Context;
use async_trait::async_trait;
use florin_shared::Money;

pub use self::account::Account;
pub use self::payload::{Fault, Objects, open, seal};
pub use self::scheme::{Bill, text};
use super::action;
use super::bank::{self, Bank, NO_WAY_BACK};
use super::{
    Acknowledgement, Asking, Channel, ChannelError, Forged, Notice, Notification, Opened, probed,
};
use crate::config::EmvcoSettings;
use crate::domain::credit::{self, Credit};
use crate::domain::offer::Product;
use crate::domain::payment::{Evidence, Payment, Said};
use crate::domain::reversal::{Reversal, ReversalSaid};

/// An account that is paid by codes of one scheme.
pub struct Emvco {
    product: &'static Product,
    account: Account,
    bank: Bank,
}

/// The settings of the embedded default: the account of this scheme that the sandbox's bank at `host` keeps. Its secret is
/// public.
pub fn sandbox(scheme: &str, host: &str) -> EmvcoSettings {
    let some = |text: &str| Some(text.to_owned());
    let settings = EmvcoSettings {
        host: host.to_owned(),
        client_id: format!("{}{}", bank::SANDBOX, scheme.to_ascii_uppercase()),
        secret: bank::SANDBOX_SECRET.to_owned(),
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
        let EmvcoSettings { host, client_id, secret, .. } = settings;
        Ok(Emvco {
            product,
            account: Account::of(scheme, settings)?,
            bank: Bank::of(product.channel, host, client_id, secret)?,
        })
    }

    /// The text of the code for this payment, read again before anybody sees it.
    fn code(&self, payment: &Payment) -> Result<String, Fault> {
        let reference = credit::place(&payment.request_id).0;
        let bill = Bill {
            amount: Some(payment.amount),
            reference: Some(reference),
            expires: Some(payment.expires),
        };
        let code = text(&self.account, &bill)?;
        if amount_of(&code) == Some(payment.amount) { Ok(code) } else { Err(Fault::Amount) }
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
        self.bank.is_live()
    }

    fn products(&self) -> &'static [Product] {
        std::slice::from_ref(self.product)
    }

    fn listens_at(&self, notify_url: &str) {
        self.bank.listens_at(notify_url);
    }

    fn opens_alone(&self, _payment: &Payment) -> bool {
        true
    }

    async fn pay(&self, payment: &Payment, _asking: &Asking) -> Result<Opened, ChannelError> {
        let text = self.code(payment).map_err(|fault| {
            tracing::error!(order_id = %payment.id, %fault, "no code can be made");
            ChannelError::Refused { code: "NO_CODE".to_owned() }
        })?;
        Ok(Opened {
            evidence: Evidence { said: Said::Pending, reason: String::new() },
            action: Some(action::qr(text)),
        })
    }

    async fn query(&self, payment: &Payment) -> Result<Evidence, ChannelError> {
        self.bank.query(payment).await
    }

    async fn came_in(&self, payment: &Payment) -> Option<Result<Vec<Credit>, ChannelError>> {
        Some(self.bank.came_in(payment).await)
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
        self.bank.read(notification)
    }

    /// Words of twenty letters and digits, which banks may write in small letters and between words of their own.
    fn references_in(&self, text: &str) -> Vec<String> {
        let words = text.split(|char: char| !char.is_ascii_alphanumeric());
        let ours = words.filter(|word| word.len() == self.product.numbers.longest);
        ours.map(str::to_ascii_uppercase).collect()
    }

    fn acknowledgement(&self) -> Acknowledgement {
        bank::KEPT
    }

    async fn probe(&self, nobodys: &Payment) -> Result<String, String> {
        probed(self.bank.host(), self.query(nobodys).await, "client_id and secret")
    }
}
