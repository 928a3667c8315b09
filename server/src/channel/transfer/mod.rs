//! Transfers by hand to an account of the merchant's own, for amounts that no wallet carries (L17). The shopper is told whom to pay,
//! where, how much and under which reference; the bank that keeps the account says what came in (`docs/transfers.md`).
//!
//! Each account is a channel of its own, `transfer.eur` after its currency: one bank's silence stops nobody else. Nothing can be
//! cancelled, and nothing goes back by itself.

mod account;
#[cfg(test)]
mod tests;

use async_trait::async_trait;
use florin_shared::shopper::{NextAction, Transfer as Told};
use florin_shared::{Method, money};

use self::account::{Account, written};
use super::bank::{self, Bank, NO_WAY_BACK};
use super::renamed::kept;
use super::{
    Acknowledgement, Asking, Channel, ChannelError, Forged, Notice, Notification, Opened, probed,
};
use crate::clock::Millis;
use crate::config::TransferSettings;
use crate::domain::credit::{self, Credit};
use crate::domain::creditor;
use crate::domain::numbers::{Letters, Numbers};
use crate::domain::offer::{Kind, Product};
use crate::domain::payment::{Evidence, Payment, Said};
use crate::domain::reversal::{Reversal, ReversalSaid};
use crate::domain::scene::Scene;

const MINUTE: Millis = 60 * 1000;
const HOUR: Millis = 60 * MINUTE;

/// An account that is paid by transfers.
pub struct Transfer {
    product: Product,
    account: Account,
    bank: Bank,
}

/// The settings of the embedded default: the account in euro that the sandbox's bank at `host` keeps. Its secret is public.
pub fn sandbox(host: &str) -> TransferSettings {
    TransferSettings {
        host: host.to_owned(),
        client_id: format!("{}TRANSFER", bank::SANDBOX),
        secret: bank::SANDBOX_SECRET.to_owned(),
        name: "Northwind Tea GmbH".to_owned(),
        bank: "Sandbox Bank".to_owned(),
        account: "DE75 5121 0800 1245 1261 99".to_owned(),
        bank_code: Some("SANDDEFF".to_owned()),
    }
}

/// The channel's name, which is its table's too.
pub fn name(currency: &str) -> &'static str {
    kept(&format!("{TABLE}{currency}"))
}

/// How every such name begins.
const TABLE: &str = "transfer.";

/// The currency that a channel of this name is for (`eur`); nothing where it is none of these.
pub fn currency_of(name: &str) -> Option<&str> {
    let currency = name.strip_prefix(TABLE)?;
    account::currency(currency).map(|_| currency)
}

impl Transfer {
    /// The account of the table of this name (`eur`).
    ///
    /// # Errors
    /// An account that cannot be right, a secret that is none, a host that may not be spoken to.
    pub fn new(currency: &str, settings: &TransferSettings) -> anyhow::Result<Transfer> {
        let account = Account::of(currency, settings)?;
        let TransferSettings { host, client_id, secret, .. } = settings;
        let name = name(currency);
        Ok(Transfer {
            product: sold(name, kept(&account.currency.to_string())),
            account,
            bank: Bank::of(name, host, client_id, secret)?,
        })
    }
}

/// Transfers take from seconds to days; a session lives for one day at most, and what comes later is taken in too (D9). An instruction
/// that is over in minutes would be of no use to anybody.
const fn sold(channel: &'static str, currency: &'static str) -> Product {
    Product {
        method: Method::BankTransfer,
        channel,
        name: channel,
        currency,
        country: "",
        least: 1,
        most: money::MOST,
        step: 1,
        kind: Kind::Transfer,
        scenes: Scene::WHERE_CODES_MAY_BE_SHOWN,
        cancellable: false,
        shortest: 10 * MINUTE,
        longest: 24 * HOUR,
        // Over a long weekend.
        settles_in: 5 * 24 * HOUR,
        numbers: Numbers { longest: 12, letters: Letters::Sealed },
    }
}

#[async_trait]
impl Channel for Transfer {
    fn name(&self) -> &'static str {
        let Product { channel, .. } = self.product;
        channel
    }

    fn is_live(&self) -> bool {
        self.bank.is_live()
    }

    fn products(&self) -> &[Product] {
        std::slice::from_ref(&self.product)
    }

    fn listens_at(&self, notify_url: &str) {
        self.bank.listens_at(notify_url);
    }

    fn opens_alone(&self, _payment: &Payment) -> bool {
        true
    }

    async fn pay(&self, payment: &Payment, _asking: &Asking) -> Result<Opened, ChannelError> {
        let reference = credit::place(&payment.request_id).0;
        let Account { payee, bank, number, bank_code, .. } = self.account.clone();
        let told = Told {
            payee,
            bank,
            bank_code,
            account: number,
            amount: written(payment.amount),
            reference: reference.to_owned(),
        };
        Ok(Opened {
            evidence: Evidence { said: Said::Pending, reason: String::new() },
            action: Some(NextAction {
                kind: "show_transfer".into(),
                text: self.account.payto(payment.amount, reference),
                transfer: Some(Box::new(told)),
                ..NextAction::default()
            }),
        })
    }

    async fn query(&self, payment: &Payment) -> Result<Evidence, ChannelError> {
        self.bank.query(payment).await
    }

    async fn came_in(&self, payment: &Payment) -> Option<Result<Vec<Credit>, ChannelError>> {
        Some(self.bank.came_in(payment).await)
    }

    /// Nobody can call a transfer back (D6).
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

    fn references_in(&self, text: &str) -> Vec<String> {
        creditor::found_in(text)
    }

    fn acknowledgement(&self) -> Acknowledgement {
        bank::KEPT
    }

    async fn probe(&self, nobodys: &Payment) -> Result<String, String> {
        probed(self.bank.host(), self.query(nobodys).await, "client_id and secret")
    }
}
