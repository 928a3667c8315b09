//! A session: one cashier page, and what it allows now.

use florin_shared::{Currency, MerchantId, Money, SessionId};

use super::words;
use crate::clock::Millis;

words! {
    /// Where a session stands. Closing means: the time is up or the merchant closed it, and a transaction of it may
    /// still take money; only the channel's word ends that (rule R5).
    SessionState {
        /// May be paid.
        Open = "OPEN",
        /// On its way to `closing_to`.
        Closing = "CLOSING",
        /// Has an accepted payment.
        Paid = "PAID",
        /// Not paid in time.
        Expired = "EXPIRED",
        /// Closed by the merchant, or by a late payment of an earlier session.
        Cancelled = "CANCELLED",
    }
}

impl SessionState {
    /// Whether it is over, for good.
    pub fn is_over(self) -> bool {
        match self {
            SessionState::Open | SessionState::Closing => false,
            SessionState::Paid | SessionState::Expired | SessionState::Cancelled => true,
        }
    }
}

/// The longest life of a session: 24 hours (P16).
pub const LONGEST: Millis = 24 * 60 * 60 * 1000;

/// The usual life of a session: 30 minutes (D11).
pub const USUAL: Millis = 30 * 60 * 1000;

/// The mode of a session without a page: the merchant charges, and the session ends with its one payment (D13).
pub const NO_PAGE: &str = "NONE";

/// A session as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// `CS…`.
    pub id: SessionId,
    /// Who sells.
    pub merchant: MerchantId,
    /// The merchant's own number of the order.
    pub trans_id: String,
    /// Where it stands.
    pub state: SessionState,
    /// Where it goes while it is closing.
    pub closing_to: Option<SessionState>,
    /// How much.
    pub amount: Money,
    /// `HOSTED`, `DROP_IN`, `COMPONENT` or [`NO_PAGE`].
    pub mode: String,
    /// ISO 3166 alpha-2 of the shopper, or empty.
    pub country: String,
    /// BCP 47, or empty.
    pub locale: String,
    /// Where the shopper goes afterwards, or empty.
    pub return_url: String,
    /// Where the shopper goes who leaves without having paid, or empty: then there is one way for all.
    pub cancel_url: String,
    /// Where this session's events go, or empty.
    pub notify_url: String,
    /// What is sold: JSON text of [`florin_shared::shopper::Good`]s.
    pub goods: String,
    /// SHA-256 of the request that made it, hex.
    pub fingerprint: String,
    /// The expiry as the merchant wrote it.
    pub expire_text: String,
    /// The version that the shopper sees (D10).
    pub shown: i64,
    /// When it was made.
    pub created: Millis,
    /// When its time is up.
    pub expires: Millis,
    /// When it ended, if it has.
    pub ended: Option<Millis>,
    /// Its own looks: JSON text of [`florin_shared::theme::Appearance`], or empty.
    pub appearance: String,
}

/// Why a session cannot be paid now (A5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotPayable {
    /// It is paid.
    Paid,
    /// Its time is up.
    Expired,
    /// It was closed.
    Closed,
    /// The shopper saw another amount.
    Changed,
}

impl Session {
    /// The guard before every payment: state, time, and the version that the shopper saw.
    pub fn may_be_paid(&self, now: Millis, seen: i64) -> Result<(), NotPayable> {
        match (self.state, self.closing_to) {
            (SessionState::Paid, _) => Err(NotPayable::Paid),
            (SessionState::Expired, _) | (SessionState::Closing, Some(SessionState::Expired)) => {
                Err(NotPayable::Expired)
            }
            (SessionState::Cancelled | SessionState::Closing, _) => Err(NotPayable::Closed),
            (SessionState::Open, _) if now >= self.expires => Err(NotPayable::Expired),
            (SessionState::Open, _) if seen != self.shown => Err(NotPayable::Changed),
            (SessionState::Open, _) => Ok(()),
        }
    }

    /// Whether there is a page to pay it on.
    pub fn has_page(&self) -> bool {
        self.mode != NO_PAGE
    }

    /// Milliseconds until its time is up.
    pub fn rest(&self, now: Millis) -> Millis {
        (self.expires - now).max(0)
    }

    /// The shopper's country: what the merchant said, else where the currency is at home.
    pub fn home(&self) -> &str {
        if self.country.is_empty() { home_of(self.amount.currency()) } else { &self.country }
    }
}

/// Where a currency is at home; empty where several countries share it.
pub fn home_of(currency: Currency) -> &'static str {
    match currency.code() {
        "CNY" => "CN",
        "HKD" => "HK",
        "IDR" => "ID",
        "JPY" => "JP",
        "KRW" => "KR",
        "MYR" => "MY",
        "PHP" => "PH",
        "SGD" => "SG",
        "THB" => "TH",
        "TWD" => "TW",
        "VND" => "VN",
        _ => "",
    }
}
