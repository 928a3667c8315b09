//! What happens at the channel when a call arrives there.

use std::collections::BTreeMap;

use florin_server::channel::{ChannelError, Notice};
use florin_server::clock::Millis;
use florin_server::domain::payment::{Evidence, Payment, Said};
use florin_server::domain::reversal::{Reversal, ReversalSaid};
use florin_shared::Money;

use super::{Call, MINUTE, SECOND, World};
use crate::sequences::book::{At, Refund, Row};
use crate::sequences::dice::Dice;

impl World {
    /// The dice for the next call of this kind about this payment.
    pub fn dice(&mut self, seed: u64, request: &str, call: Call) -> Dice {
        let number = self.rows.get(request).map_or(self.rows.len() as u64, |row| row.number);
        let count = self.calls.entry((number, call)).or_default();
        *count += 1;
        Dice::of(seed, &[number, call as u64, *count])
    }

    /// Tells of a change, if this channel tells.
    pub fn tell(&mut self, request: &str, said: Said) {
        if !self.rows[request].silent {
            self.push(request, said);
        }
    }

    pub fn push(&mut self, request: &str, said: Said) {
        let evidence = Evidence { said, reason: String::new() };
        self.notices.push(Notice::Payment { request_id: request.to_owned(), evidence });
        self.waiting.push(self.notices.len() - 1);
    }

    /// A message about a refund. Those that lie about a part speak of less than the whole.
    pub fn tell_of_refund(&mut self, reversal: &Reversal, said: ReversalSaid, amount: Money) {
        let request_id = reversal.request_id.clone();
        let amount = Some(amount);
        self.notices.push(Notice::Reversal { request_id, said, amount, payment: None });
        self.waiting.push(self.notices.len() - 1);
    }

    pub fn open(&mut self, payment: &Payment, now: Millis, dice: &mut Dice) {
        let number = self.rows.len() as u64;
        self.rows.entry(payment.request_id.clone()).or_insert_with(|| Row {
            number,
            asked: payment.amount,
            expires: payment.expires,
            at: At::Nowhere,
            captured: None,
            paid: None,
            by_cancel: 0,
            by_others: 0,
            refunds: BTreeMap::new(),
            silent: dice.is_under(25),
            never_refunds: dice.is_under(5),
            cancelled_means_returned: dice.is_under(60),
        });
        let Some(row) = self.rows.get_mut(&payment.request_id) else { return };
        if row.at == At::Nowhere && now < row.expires {
            row.at = match dice.below(100) {
                0..4 => At::Queued(now + 1 + 8 * SECOND * dice.below(1000) as Millis / 1000),
                4..8 => At::Nowhere,
                _ => At::Open,
            };
        }
    }

    /// A wallet that asks for no password.
    pub fn pay_at_once(&mut self, request: &str, now: Millis, dice: &mut Dice) {
        let row = self.rows.get_mut(request).filter(|row| row.at == At::Open);
        if let Some(row) = row.filter(|_| dice.is_under(40)) {
            let said = row.take(row.asked, now);
            self.tell(request, said);
        }
    }

    pub fn cancel(
        &mut self,
        request: &str,
        now: Millis,
        dice: &mut Dice,
    ) -> Result<(), ChannelError> {
        let refused = |code: &str| Err(ChannelError::Refused { code: code.into() });
        let Some(row) = self.rows.get_mut(request) else { return refused("ORDER_NOT_EXIST") };
        match row.at {
            At::Nowhere | At::Queued(_) => refused("ORDER_NOT_EXIST"),
            // The payer pays while the cancel is under way, and the cancel gives it back.
            At::Open if dice.is_under(12) => {
                let said = row.take(row.asked, now);
                row.by_cancel = row.captured();
                row.at = At::Closed;
                self.push(request, said);
                Ok(())
            }
            At::Open if dice.is_under(5) => Ok(()),
            At::Confirming(..) if dice.is_under(50) => refused("ORDER_STATUS_INVALID"),
            At::Paid if dice.is_under(40) => refused("ORDER_STATUS_INVALID"),
            At::Paid => {
                row.by_cancel += row.left();
                row.at = At::Closed;
                Ok(())
            }
            At::Open | At::Confirming(..) => {
                row.at = At::Closed;
                Ok(())
            }
            At::Declined | At::Closed => Ok(()),
        }
    }

    pub fn refund(
        &mut self,
        reversal: &Reversal,
        request: &str,
        now: Millis,
        calm: bool,
        dice: &mut Dice,
    ) -> ReversalSaid {
        let Some(row) = self.rows.get_mut(request) else {
            return ReversalSaid::Never("ORDER_NOT_EXIST".into());
        };
        if row.refunds.contains_key(&reversal.request_id) {
            return row.said_of(&reversal.request_id);
        }
        if row.never_refunds {
            return ReversalSaid::Never("REFUND_NOT_SUPPORTED".into());
        }
        let amount = reversal.amount.minor();
        // A channel that gives back more than it took would hide our mistake: the verdict looks for it.
        let state = match dice.below(100) {
            _ if calm => Refund::Done,
            0..15 => Refund::Pending(now + wait(dice, 10 * MINUTE), dice.is_under(70)),
            15..25 => Refund::Failed,
            _ => Refund::Done,
        };
        if row.by_cancel + row.by_others > 0 && amount > row.left() {
            return ReversalSaid::Never("REFUND_AMOUNT_EXCEED".into());
        }
        row.refunds.insert(reversal.request_id.clone(), (amount, state));
        // "No" in a reply proves nothing: only a question does (D5).
        if state == Refund::Done && !calm && dice.is_under(8) {
            return ReversalSaid::Failed("PROCESS_FAIL".into());
        }
        row.said_of(&reversal.request_id)
    }
}

pub fn wait(dice: &mut Dice, most: Millis) -> Millis {
    let most = usize::try_from(most).unwrap();
    SECOND + dice.below(most) as Millis
}

pub fn another(asked: Money, dice: &mut Dice) -> Money {
    let currency = if dice.is_under(80) { asked.currency() } else { "USD".parse().unwrap() };
    let amount =
        dice.one_of(&[asked.minor() - 1, asked.minor() + 1, asked.minor() / 2, asked.minor() * 2]);
    Money::new(amount, currency).unwrap()
}
