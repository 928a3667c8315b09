//! The channel's own book: what was really taken and given back. It knows nothing of the server, and is the oracle.

use std::collections::BTreeMap;

use florin_server::clock::Millis;
use florin_server::domain::payment::Said;
use florin_server::domain::reversal::ReversalSaid;
use florin_shared::Money;

/// Where a payment really stands at the channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    /// A request came, and nothing was opened.
    Nowhere,
    /// The request lies in a queue and is opened at that time.
    Queued(Millis),
    /// Waits for the payer.
    Open,
    /// The payer has paid; at that time the bank says yes or no.
    Confirming(Millis, bool),
    Paid,
    Declined,
    /// Cancelled, or its time ran out.
    Closed,
}

/// Where a refund really stands at the channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refund {
    Done,
    /// At that time it succeeds or fails.
    Pending(Millis, bool),
    Failed,
}

/// A line of the book.
#[derive(Clone, Debug)]
pub struct Row {
    pub number: u64,
    pub asked: Money,
    pub expires: Millis,
    pub at: At,
    /// What was really taken, which may be another amount than asked.
    pub captured: Option<Money>,
    pub paid: Option<Millis>,
    /// Given back by our cancel, and by somebody at the channel.
    pub by_cancel: i64,
    pub by_others: i64,
    pub refunds: BTreeMap<String, (i64, Refund)>,
    /// The channel will not tell of a success by itself.
    pub silent: bool,
    /// The channel will never refund this one.
    pub never_refunds: bool,
    /// How this channel says that a paid and cancelled payment is nothing: Antom's way, or WeChat's.
    pub cancelled_means_returned: bool,
}

impl Row {
    pub fn refunded(&self) -> i64 {
        let done =
            |(amount, refund): &(i64, Refund)| if *refund == Refund::Done { *amount } else { 0 };
        self.refunds.values().map(done).sum()
    }

    pub fn captured(&self) -> i64 {
        self.captured.map_or(0, Money::minor)
    }

    /// What the merchant holds.
    pub fn held(&self) -> i64 {
        self.captured() - self.refunded() - self.by_cancel - self.by_others
    }

    /// What has not been given back, nor is on its way.
    pub fn left(&self) -> i64 {
        let on_its_way = |(amount, refund): &(i64, Refund)| match refund {
            Refund::Pending(_, true) => *amount,
            _ => 0,
        };
        self.held() - self.refunds.values().map(on_its_way).sum::<i64>()
    }

    /// Lets time do its work. Gives what there is to tell.
    pub fn pass(&mut self, now: Millis) -> Option<Said> {
        if let At::Queued(at) = self.at
            && now >= at
        {
            self.at = At::Open;
        }
        for (_, refund) in self.refunds.values_mut() {
            if let Refund::Pending(at, succeeds) = *refund
                && now >= at
            {
                *refund = if succeeds { Refund::Done } else { Refund::Failed };
            }
        }
        match self.at {
            At::Open if now >= self.expires => {
                self.at = At::Closed;
                None
            }
            At::Confirming(at, true) if now >= at => Some(self.take(self.asked, now)),
            At::Confirming(at, false) if now >= at => {
                self.at = At::Declined;
                Some(Said::Failed)
            }
            _ => None,
        }
    }

    /// Takes the payer's money.
    pub fn take(&mut self, amount: Money, now: Millis) -> Said {
        self.at = At::Paid;
        self.captured = Some(amount);
        self.paid = Some(now);
        self.said()
    }

    /// The truth, in the server's words.
    pub fn said(&self) -> Said {
        match (self.at, self.captured) {
            (At::Nowhere | At::Queued(_), _) => Said::NotFound,
            (At::Open, _) => Said::Pending,
            (At::Confirming(..), _) => Said::Confirming,
            (At::Declined, _) => Said::Failed,
            (At::Closed, Some(_)) if self.cancelled_means_returned => Said::Cancelled,
            (At::Closed, None) if self.number.is_multiple_of(3) => Said::Failed,
            (At::Closed, None) => Said::Cancelled,
            (At::Paid | At::Closed, Some(amount)) => Said::Paid {
                amount,
                at: self.paid,
                returned: self.refunded() + self.by_cancel + self.by_others,
            },
            (At::Paid, None) => unreachable!("paid with money"),
        }
    }

    pub fn said_of(&self, refund: &str) -> ReversalSaid {
        match self.refunds.get(refund) {
            None => ReversalSaid::NotFound,
            Some((_, Refund::Done)) => ReversalSaid::Done,
            Some((_, Refund::Pending(..))) => ReversalSaid::Pending,
            Some((_, Refund::Failed)) => ReversalSaid::Failed("PROCESS_FAIL".into()),
        }
    }
}
