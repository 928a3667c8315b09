//! Who carries a payment out. A channel translates: our payment into its words, its words into our evidence. It keeps
//! no state and decides nothing.

use std::sync::Arc;

use async_trait::async_trait;
use florin_shared::Money;
use florin_shared::shopper::NextAction;

use crate::clock::Millis;
use crate::domain::credit::Credit;
use crate::domain::offer::Product;
use crate::domain::payment::{Evidence, Payment};
use crate::domain::reversal::{Reversal, ReversalSaid};
use crate::domain::scanned::Scanned;

pub mod accounts;
pub mod acquirer;
pub mod action;
pub mod alipay;
pub mod antom;
mod bank;
pub mod diagnose;
pub mod emvco;
mod json;
pub mod lakala;
pub mod nobody;
pub mod one_code;
pub mod patience;
pub mod renamed;
mod rsa;
pub mod statement;
pub mod transfer;
pub mod transport;
pub mod unionpay;
pub mod wechatpay;

/// What a channel needs of us besides the payment: the same at every try, so that the request is the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asking {
    /// What the shopper reads in the wallet: the payee's name.
    pub payee: String,
    /// Where the shopper's browser comes back to.
    pub return_url: String,
    /// Where the channel's messages go: `{public}/notify/{channel}`.
    pub notify_url: String,
    /// What the merchant's scanner read, for a payment by payment code and for no other.
    pub scanned: Option<Scanned>,
    /// The way through the channel's own login.
    pub login: Login,
}

/// The way through a channel's own login, for what is sold only to somebody whom the channel knows (JSAPI).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login {
    /// Where it sends the shopper's browser back to: `{public}/login/{channel}`.
    pub back: String,
    /// Names the payment, and proves that the way began here. Letters and digits, fewer than 128.
    pub state: String,
    /// What the browser has brought back, for a shopper who comes from there just now and for nobody else.
    pub code: Option<String>,
}

impl Login {
    /// The page of ours that sends the browser on by a form (`flow/onward.rs`): `{public}/to/{state}`. None where it is not known
    /// where this server is.
    pub fn onward(&self) -> Option<String> {
        let (public, _) = self.back.rsplit_once("/login/")?;
        Some(format!("{public}/to/{}", self.state))
    }
}

/// A form that the shopper's own browser sends to a page of the channel's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    /// Where to: an address of the channel's.
    pub action: String,
    /// Names and values, signed already.
    pub fields: Vec<(String, String)>,
}

/// A bank to whose own page a channel leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bank {
    /// The channel's name for it.
    pub code: &'static str,
    /// As it calls itself in Chinese.
    pub chinese: &'static str,
    /// As it calls itself in English.
    pub english: &'static str,
}

/// A payment opened at the channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// What the channel says of it.
    pub evidence: Evidence,
    /// What the shopper must do; absent when there is nothing to do (paid or refused at once).
    pub action: Option<NextAction>,
}

/// What a channel's message says, once it has proved who speaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// About a payment, by our number.
    Payment {
        /// Our number.
        request_id: String,
        /// What it says.
        evidence: Evidence,
    },
    /// About money that came into an account of the merchant's own: whose it is, is found out by what the payer wrote.
    Credit(Credit),
    /// About a reversal, by our number.
    Reversal {
        /// Our number.
        request_id: String,
        /// What it says.
        said: ReversalSaid,
        /// How much.
        amount: Option<Money>,
        /// The channel's own number of the payment, if it says it.
        payment: Option<String>,
    },
}

/// A message that has not proved who speaks, or that nobody can read. Refused and counted.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Forged(pub &'static str);

/// A message as it came in.
pub struct Notification<'a> {
    /// The path it came to, without host and query: it is part of what is signed.
    pub path: &'a str,
    /// Looks a header up, without regard to case.
    pub header: &'a (dyn Fn(&str) -> Option<String> + Sync),
    /// The raw bytes.
    pub body: &'a [u8],
    /// Now.
    pub now: Millis,
}

/// Why a call brought nothing, told apart by what may be done next.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChannelError {
    /// Nothing was sent. Trying again is safe.
    #[error("the channel could not be reached: {0}")]
    NotSent(String),
    /// It was sent and no readable answer came. Only a query can tell.
    #[error("the channel gave no readable answer: {0}")]
    NoAnswer(String),
    /// It answered no, for good, with its code.
    #[error("the channel refused: {code}")]
    Refused {
        /// The channel's own code.
        code: String,
    },
}

/// How a channel is told that we have stored its message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Acknowledgement {
    /// HTTP's status.
    pub status: u16,
    /// The body's type.
    pub content_type: &'static str,
    /// The exact body.
    pub body: &'static str,
}

/// Who carries a payment out. No method that decides has a default body, least of all the one that checks who is speaking.
#[async_trait]
pub trait Channel: Send + Sync {
    /// Its name: in the database, in `/notify/{name}`.
    fn name(&self) -> &'static str;

    /// Whether real money moves.
    fn is_live(&self) -> bool;

    /// Where its messages are taken in: said once, before anything else, to channels that must be told outside of a payment.
    fn listens_at(&self, _notify_url: &str) {}

    /// What it sells (ruling D6).
    fn products(&self) -> &[Product];

    /// Opens a payment. Repeating it with the same payment is the same request and opens nothing new.
    async fn pay(&self, payment: &Payment, asking: &Asking) -> Result<Opened, ChannelError>;

    /// Whether `pay` asks nobody about this payment, so that its answer says nothing of whether the channel answers.
    fn opens_alone(&self, _payment: &Payment) -> bool {
        false
    }

    /// The form by which the shopper's browser opens this payment at the channel, where nothing else opens it. It is the same every
    /// time, so that sending it again opens nothing new. `bank` is the shopper's, of [`banks`](Channel::banks); none where there are none,
    /// or when it is another one.
    fn form(
        &self,
        _payment: &Payment,
        _asking: &Asking,
        _bank: Option<&Bank>,
    ) -> Result<Option<Form>, ChannelError> {
        Ok(None)
    }

    /// The banks of which the shopper picks one before that form opens this payment, in the order in which they are shown.
    fn banks(&self, _payment: &Payment) -> &'static [Bank] {
        &[]
    }

    /// Asks for the truth about a payment, by our own number.
    async fn query(&self, payment: &Payment) -> Result<Evidence, ChannelError>;

    /// Asks what came in under a payment's reference, where money comes by transfers: which of that is the payment, says whoever
    /// knows what has been claimed. None: the channel knows its payments by itself, and `query` is asked.
    async fn came_in(&self, _payment: &Payment) -> Option<Result<Vec<Credit>, ChannelError>> {
        None
    }

    /// Asks to close a payment. That it answered says nothing yet: only a query sent afterwards decides (D1).
    async fn cancel(&self, payment: &Payment) -> Result<(), ChannelError>;

    /// Gives money back, under the reversal's own number. Its messages about it go to `notify_url`, the same at every
    /// try.
    async fn refund(
        &self,
        payment: &Payment,
        reversal: &Reversal,
        notify_url: &str,
    ) -> Result<ReversalSaid, ChannelError>;

    /// Asks what became of it.
    async fn query_refund(
        &self,
        payment: &Payment,
        reversal: &Reversal,
    ) -> Result<ReversalSaid, ChannelError>;

    /// Our number of the payment that the channel knows by this one of its own: asked when a message speaks of a refund
    /// that was made in the channel's portal. None when it knows no such payment.
    async fn request_of(&self, number: &str) -> Result<Option<String>, ChannelError>;

    /// Checks who is speaking over the raw bytes, then reads what they say.
    fn read_notification(&self, notification: &Notification<'_>) -> Result<Notice, Forged>;

    /// Our references in what a payer wrote, where money comes by transfers; other channels know their payments by themselves.
    fn references_in(&self, _text: &str) -> Vec<String> {
        Vec::new()
    }

    /// By which answer the channel knows that we have stored its message.
    fn acknowledgement(&self) -> Acknowledgement;

    /// Tries the account with a question that changes nothing, about a payment that nobody has made: says what is well, or
    /// what is wrong and what to look at. For `florin doctor`.
    async fn probe(&self, nobodys: &Payment) -> Result<String, String>;
}

/// What a signed question about nobody's payment has shown. `look_at` names the settings that may be wrong.
pub fn probed(
    host: &str,
    answer: Result<Evidence, ChannelError>,
    look_at: &str,
) -> Result<String, String> {
    match answer {
        Ok(_) => Ok(format!("{host} knows us and signs its answers")),
        Err(ChannelError::NotSent(why)) => Err(format!("{host} cannot be reached: {why}")),
        Err(ChannelError::NoAnswer(why)) => {
            Err(format!("{host} did not answer as it should: {why}; look at {look_at}"))
        }
        Err(ChannelError::Refused { code }) => {
            Err(format!("{host} refuses us: {code}; look at {look_at}"))
        }
    }
}

/// The table of channels.
#[derive(Clone)]
pub struct Channels(Vec<Arc<dyn Channel>>);

impl Channels {
    /// These channels, in order of preference.
    pub fn new(channels: Vec<Arc<dyn Channel>>) -> Channels {
        Channels(channels)
    }

    /// The channel of that name.
    pub fn named(&self, name: &str) -> Option<&Arc<dyn Channel>> {
        self.0.iter().find(|channel| channel.name() == name)
    }

    /// Every channel.
    pub fn all(&self) -> impl Iterator<Item = &Arc<dyn Channel>> {
        self.0.iter()
    }

    /// Whether real money moves here. Test and live never meet in one server (D14).
    pub fn are_live(&self) -> bool {
        self.0.iter().any(|channel| channel.is_live())
    }

    /// Everything that is sold.
    pub fn products(&self) -> Vec<Product> {
        self.0.iter().flat_map(|channel| channel.products().iter().copied()).collect()
    }
}

#[cfg(test)]
fn nobodys_login() -> Login {
    let back = "https://pay.example/login/wechatpay".to_owned();
    Login { back, state: "GW7".to_owned(), code: None }
}
