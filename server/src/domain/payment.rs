//! A payment, one attempt to pay (a transaction on the wire), and what a channel may say about it.

use florin_shared::{MerchantId, Method, Money, PaymentId, SessionId};

use super::offer::Product;
use super::words;
use crate::clock::Millis;

/// The reason of a code that nobody paid in time.
pub const RUN_OUT: &str = "RUN_OUT";

/// The reason of an order that a terminal has taken up: who holds it, nobody has paid.
pub const AT_TERMINAL: &str = "AT_TERMINAL";

/// The terminal of a payment whose payment code the merchant scanned.
pub const IN_STORE: &str = "IN_STORE";

words! {
    /// Where a payment stands. The order is the join's: evidence only ever raises it (`reliability/` 4.3).
    PaymentState {
        /// Written down, before anyone else knows.
        Intent = "INTENT",
        /// Handed to the network.
        Sent = "SENT",
        /// Sent, and no readable answer came.
        Unknown = "UNKNOWN",
        /// Waiting for the shopper.
        Processing = "PROCESSING",
        /// To be closed at the channel; only its answer ends this.
        Cancelling = "CANCELLING",
        /// Declined.
        Fail = "FAIL",
        /// Closed, nothing is kept.
        Cancelled = "CANCELLED",
        /// The funds are secured (D4).
        Success = "SUCCESS",
    }
}

impl PaymentState {
    /// Neither final nor being cancelled: at most one of an order is live (D7).
    pub fn is_live(self) -> bool {
        self < PaymentState::Cancelling
    }

    /// Nothing but a contradiction can come any more.
    pub fn is_final(self) -> bool {
        self > PaymentState::Cancelling
    }
}

words! {
    /// What a success is good for.
    Role {
        /// No success yet.
        None = "NONE",
        /// The payment that counts.
        Accepted = "ACCEPTED",
        /// One too many, too late, or wrong: it goes back.
        Surplus = "SURPLUS",
    }
}

/// A payment as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payment {
    /// `GW…`.
    pub id: PaymentId,
    /// Its session.
    pub session: SessionId,
    /// Who sells.
    pub merchant: MerchantId,
    /// The merchant's own number of the order.
    pub trans_id: String,
    /// What the shopper chose.
    pub method: Method,
    /// Who carries it out.
    pub channel: String,
    /// The channel's own name for the method.
    pub product: String,
    /// The number that the channel sees.
    pub request_id: String,
    /// The shopper's device: `WEB`, `WAP_IOS` or `WAP_ANDROID`; [`IN_STORE`] for the merchant's scanner.
    pub terminal: String,
    /// The address that the shopper's browser comes from, where the channel compares it (H5); else empty.
    pub payer_ip: String,
    /// Whether the channel can cancel it (D6).
    pub cancellable: bool,
    /// How much is asked for.
    pub amount: Money,
    /// Where it stands.
    pub state: PaymentState,
    /// What its success is good for.
    pub role: Role,
    /// The shopper has paid, the bank has not confirmed: no countdown, no expiry (D11).
    pub confirming: bool,
    /// Why it ended, or empty.
    pub reason: String,
    /// What the channel took.
    pub got: Option<Money>,
    /// When the channel took it.
    pub paid: Option<Millis>,
    /// JSON text of the next action, or empty.
    pub action: String,
    /// When its code ends.
    pub expires: Millis,
    /// When nothing can arrive any more (D6).
    pub final_after: Millis,
    /// How many cancels have gone out.
    pub cancels_sent: i64,
    /// Which of them has been answered.
    pub cancels_answered: i64,
    /// Until then somebody's cancel is on its way, and nobody else sends one.
    pub cancel_until: Millis,
    /// How often the channel has been asked.
    pub asks: i64,
    /// When to ask next; nothing when there is nothing to ask.
    pub next_ask: Option<Millis>,
    /// When it was written down.
    pub created: Millis,
    /// When it last changed.
    pub changed: Millis,
}

/// What a payment is from its first moment to its last.
#[derive(Clone, Debug)]
pub struct Terms {
    /// `GW…`.
    pub id: PaymentId,
    /// Its session.
    pub session: SessionId,
    /// Who sells.
    pub merchant: MerchantId,
    /// The merchant's own number of the order.
    pub trans_id: String,
    /// The shopper's device.
    pub terminal: String,
    /// The address that the shopper's browser comes from, or empty.
    pub payer_ip: String,
    /// How much is asked for.
    pub amount: Money,
    /// When its code ends.
    pub expires: Millis,
}

/// What carries a payment out, as far as it is kept.
struct Sold {
    request_id: String,
    method: Method,
    channel: String,
    product: String,
    cancellable: bool,
    final_after: Millis,
}

impl Payment {
    /// One that nothing has happened to: nobody has heard of it, and nobody is to be asked about it.
    pub fn new(terms: Terms, product: &Product, now: Millis) -> Payment {
        let sold = Sold {
            request_id: product.numbers.of(&terms.id),
            method: product.method,
            channel: product.channel.to_owned(),
            product: product.name.to_owned(),
            cancellable: product.cancellable,
            final_after: terms.expires + product.settles_in,
        };
        Payment::fresh(terms, sold, now)
    }

    /// Another one by the same code, under a number of its own. It was opened when its code was, since a session that is over
    /// opens nothing; nobody waits for it and nothing can stop it, so from its first moment on only a question decides.
    pub fn once_more(
        &self,
        id: PaymentId,
        request_id: String,
        shows_by: Millis,
        now: Millis,
    ) -> Payment {
        let first = self.clone();
        let sold = Sold {
            request_id,
            method: first.method,
            channel: first.channel,
            product: first.product,
            cancellable: false,
            final_after: first.final_after.max(shows_by),
        };
        let terms = Terms {
            id,
            session: first.session,
            merchant: first.merchant,
            trans_id: first.trans_id,
            terminal: first.terminal,
            payer_ip: first.payer_ip,
            amount: first.amount,
            expires: first.expires,
        };
        Payment {
            state: PaymentState::Cancelling,
            next_ask: Some(now),
            changed: now,
            ..Payment::fresh(terms, sold, first.created)
        }
    }

    fn fresh(terms: Terms, sold: Sold, now: Millis) -> Payment {
        Payment {
            id: terms.id,
            session: terms.session,
            merchant: terms.merchant,
            trans_id: terms.trans_id,
            method: sold.method,
            channel: sold.channel,
            product: sold.product,
            request_id: sold.request_id,
            terminal: terms.terminal,
            payer_ip: terms.payer_ip,
            cancellable: sold.cancellable,
            amount: terms.amount,
            state: PaymentState::Intent,
            role: Role::None,
            confirming: false,
            reason: String::new(),
            got: None,
            paid: None,
            action: String::new(),
            expires: terms.expires,
            final_after: sold.final_after,
            cancels_sent: 0,
            cancels_answered: 0,
            cancel_until: 0,
            asks: 0,
            next_ask: None,
            created: now,
            changed: now,
        }
    }

    /// Whether the merchant scanned the payer's payment code. The code is not kept: only whoever still holds it can send the
    /// payment once more.
    pub fn is_by_code(&self) -> bool {
        self.terminal == IN_STORE
    }

    /// Whether money could still be taken without anybody noticing (invariant I8): what the channel cannot cancel is
    /// watched until `final_after` instead, and does not hold its session open.
    pub fn holds_session(&self) -> bool {
        !self.state.is_final() && (self.cancellable || self.confirming || self.state.is_live())
    }

    /// The cancel to which a query that begins now comes after, if every cancel has been answered (D1).
    pub fn settled_cancel(&self) -> Option<i64> {
        (self.cancels_sent > 0 && self.cancels_answered == self.cancels_sent)
            .then_some(self.cancels_sent)
    }

    /// Counts a cancel that goes out now, and says whether it may. Not when money that counts or is confirmed would be lost
    /// by it (D1, D11), and not while somebody else's is on its way: that one could take effect after an answer that we
    /// would believe. A lost cancel of what has ended is repeated too, since nothing else can tell what it did.
    pub fn count_cancel(&mut self, until: Millis, now: Millis) -> bool {
        let is_over = self.state.is_final() && self.cancels_answered == self.cancels_sent;
        if is_over
            || self.state == PaymentState::Success
            || self.confirming
            || self.cancel_until > now
        {
            return false;
        }
        if self.state.is_live() && now >= self.expires {
            self.reason = RUN_OUT.into();
        }
        self.state = self.state.max(PaymentState::Cancelling);
        self.cancels_sent += 1;
        self.cancel_until = until;
        true
    }

    /// The call of this cancel has come to its end. Only the latest one's end makes room for the next: an earlier one may
    /// have been held up until somebody else sent another.
    pub fn cancel_has_ended(&mut self, number: i64) {
        if number == self.cancels_sent {
            self.cancel_until = 0;
        }
    }

    /// To be closed at the channel, from now on, and asked about at that time. What the bank is confirming is never
    /// stopped: the shopper has paid (D11).
    pub fn stop(&mut self, ask: Millis) {
        if self.may_stop() {
            self.state = PaymentState::Cancelling;
            self.next_ask = Some(ask);
            self.asks = 0;
        }
    }

    /// Whether it is live and not confirmed by a bank just now.
    pub fn may_stop(&self) -> bool {
        self.state.is_live() && !self.confirming
    }

    /// A cancel is out and nobody has answered it.
    pub fn awaits_cancel(&self) -> bool {
        self.cancels_sent > self.cancels_answered
    }
}

/// What a channel says about a payment, already verified and put into our words (D2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// The word.
    pub said: Said,
    /// The channel's reason, or empty.
    pub reason: String,
}

/// The words a channel has for a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    /// It knows of no such payment.
    NotFound,
    /// It waits for the shopper.
    Pending,
    /// The shopper has paid; the bank has not confirmed.
    Confirming,
    /// It was refused, or ran out.
    Failed,
    /// It is closed, nothing is kept.
    Cancelled,
    /// It was paid: so much, at that time, and so much of it has gone back since.
    Paid {
        /// The order's total, never what the payer paid after discounts (D3).
        amount: Money,
        /// When, if the channel says so.
        at: Option<Millis>,
        /// Smallest units that have gone back.
        returned: i64,
    },
}

impl Said {
    /// The word as it is stored with the evidence.
    pub fn as_str(self) -> &'static str {
        match self {
            Said::NotFound => "NOT_FOUND",
            Said::Pending => "PROCESSING",
            Said::Confirming => "PENDING",
            Said::Failed => "FAIL",
            Said::Cancelled => "CANCELLED",
            Said::Paid { .. } => "SUCCESS",
        }
    }
}

words! {
    /// How a statement reached us.
    Source {
        /// The answer to our call.
        Reply = "REPLY",
        /// The channel's own message.
        Notice = "NOTICE",
        /// The answer to our question. Only this may decide after a cancel, or about another amount.
        Query = "QUERY",
    }
}

/// Evidence with where it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// What was said.
    pub evidence: Evidence,
    /// How it reached us.
    pub source: Source,
    /// For a query: the answered cancel after which it was sent (D1).
    pub after_cancel: Option<i64>,
    /// For a query: whether it was sent after the bank had said that it confirms (D11).
    pub after_confirming: bool,
}
