//! Money that goes back: what is asked for here, and what somebody else has done at the channel (D2, D5).

use florin_shared::{Money, PaymentId, ReversalId};

use super::Desk;
use crate::clock::Millis;
use crate::domain::pace;
use crate::domain::payment::{Payment, Role};
use crate::domain::reversal::{
    Outcome, Reason, Refusal, Reversal, ReversalState, Turn, Wish, correct,
};
use crate::store::{Tx, ledger, reversals};
use crate::{Error, Result};

impl Desk {
    /// A reversal that is to be sent at once.
    pub fn new_reversal(&self, payment: &Payment, amount: Money, reason: Reason) -> Reversal {
        let id = ReversalId::of(self.context.random.dated(self.now()));
        Reversal::fresh(id, payment, amount, reason, self.now())
    }

    /// A reversal of this order, as it is under the lock, with its payment.
    pub async fn reversal(&self, tx: &mut Tx, id: &ReversalId) -> Result<(Reversal, Payment)> {
        let found = reversals::get(tx, id).await?.ok_or_else(|| Error::no_such("refund"))?;
        let payment = self.payment(&found.payment)?.clone();
        Ok((found, payment))
    }

    /// Writes a merchant's refund down: taken up from birth for `lease`, by whoever asked for it.
    pub async fn add_refund(
        &mut self,
        tx: &mut Tx,
        payment: &Payment,
        amount: Money,
        wish: Wish,
        lease: Millis,
    ) -> Result<Reversal> {
        let fresh = self.new_reversal(payment, amount, Reason::Merchant);
        let refund = Reversal { wish, tries: 1, next_try: Some(self.now() + lease), ..fresh };
        reversals::add(tx, &mut self.order, payment, &refund).await?;
        Ok(refund)
    }

    /// So much has gone back in all; what nobody here asked for is recorded, and what it leaves no room for ends (D2).
    pub async fn returned(&mut self, tx: &mut Tx, id: &PaymentId, total: i64) -> Result<()> {
        if total == 0 {
            return Ok(());
        }
        let payment = self.payment(id)?.clone();
        let all = reversals::of_payment(tx, id).await?;
        let got = payment.got.unwrap_or(payment.amount);
        let correction = correct(got.minor(), &all, total);
        if correction.beyond > 0 {
            tracing::error!(order_id = %id, beyond = correction.beyond, "more went back than was taken");
        }
        for (crowded, rest) in &correction.crowded {
            if let Some(before) = all.iter().find(|reversal| reversal.id == *crowded) {
                self.make_room(tx, &payment, before, *rest).await?;
            }
        }
        match Money::new(correction.external, got.currency()) {
            Ok(more) if more.minor() > 0 => {
                tracing::error!(order_id = %id, ?more, "money went back that nobody here gave back");
                self.external(tx, &payment, more).await
            }
            Ok(_) | Err(_) => Ok(()),
        }
    }

    /// Ends what has not begun at the channel and no longer fits; what may not be kept goes on with the rest.
    async fn make_room(
        &mut self,
        tx: &mut Tx,
        payment: &Payment,
        before: &Reversal,
        rest: i64,
    ) -> Result<()> {
        let failure = "RETURNED_ELSEWHERE".to_owned();
        let ended = self.end_reversal(tx, payment, before, ReversalState::Fail, failure).await?;
        if before.reason == Reason::Merchant {
            return self.tell_of_return(tx, payment, "REFUND.FAILURE", &ended).await;
        }
        let amount = Money::new(rest, before.amount.currency())?;
        if amount.minor() > 0 {
            let fresh = self.new_reversal(payment, amount, before.reason);
            let (state, next_try) = (before.state, before.next_try);
            let fresh = Reversal { state, next_try, failure: before.failure.clone(), ..fresh };
            reversals::add(tx, &mut self.order, payment, &fresh).await?;
        } else if before.state == ReversalState::Manual {
            self.tell_of_return(tx, payment, "REVERSAL.RESOLVED", &ended).await?;
        }
        Ok(())
    }

    /// Money that nobody here gave back. The merchant hears of it where it counts; a surplus has been told already.
    pub(super) async fn external(
        &mut self,
        tx: &mut Tx,
        payment: &Payment,
        amount: Money,
    ) -> Result<()> {
        let fresh = self.new_reversal(payment, amount, Reason::External);
        let reversal = Reversal { state: ReversalState::Success, next_try: None, ..fresh };
        reversals::add(tx, &mut self.order, payment, &reversal).await?;
        ledger::returned(tx, payment, &reversal).await?;
        match payment.role {
            Role::Accepted => self.tell_of_return(tx, payment, "REFUND.SUCCESS", &reversal).await,
            Role::None | Role::Surplus => Ok(()),
        }
    }

    /// The call may leave now: from here on the channel may know of it.
    pub async fn send_reversal(
        &mut self,
        tx: &mut Tx,
        payment: &Payment,
        before: &Reversal,
    ) -> Result<Reversal> {
        let after = Reversal {
            state: ReversalState::Sent,
            sends: before.sends + 1,
            sent: Some(self.now()),
            refusal: Refusal::None,
            ..before.clone()
        };
        self.save_reversal(tx, payment, before, after).await
    }

    /// Carries out what a statement makes of a reversal.
    pub async fn turn_reversal(
        &mut self,
        tx: &mut Tx,
        payment: &Payment,
        before: &Reversal,
        turn: &Turn,
    ) -> Result<Reversal> {
        match turn.clone() {
            Turn::Stay => Ok(before.clone()),
            Turn::Contradicted => {
                self.ask_again(tx, &payment.id).await?;
                Ok(before.clone())
            }
            Turn::Wait(state, at) => {
                let after = Reversal { state, next_try: Some(at), ..before.clone() };
                self.save_reversal(tx, payment, before, after).await
            }
            Turn::Refused(refusal, failure, at) => {
                let state = ReversalState::Unknown;
                let after =
                    Reversal { state, refusal, failure, next_try: Some(at), ..before.clone() };
                self.save_reversal(tx, payment, before, after).await
            }
            Turn::Done => self.done(tx, payment, before).await,
            // A merchant's refund that will not be.
            Turn::Fail(why) => {
                let end = (ReversalState::Fail, why, "REFUND.FAILURE");
                self.end_and_tell(tx, payment, before, end).await
            }
            // Money that may not be kept and cannot go back by itself (D5).
            Turn::Manual(why) => {
                let end = (ReversalState::Manual, why, "REVERSAL.MANUAL");
                self.end_and_tell(tx, payment, before, end).await
            }
            Turn::Renew(why) => self.renew(tx, payment, before, why).await,
        }
    }

    /// It ends without the money being back: in this state, for this reason, and the merchant is told by this word.
    async fn end_and_tell(
        &mut self,
        tx: &mut Tx,
        payment: &Payment,
        before: &Reversal,
        (state, why, kind): (ReversalState, String, &'static str),
    ) -> Result<Reversal> {
        let after = self.end_reversal(tx, payment, before, state, why).await?;
        self.tell_of_return(tx, payment, kind, &after).await?;
        Ok(after)
    }

    /// The same money under a new number, in a while: this one was used up without effect.
    async fn renew(
        &mut self,
        tx: &mut Tx,
        payment: &Payment,
        before: &Reversal,
        why: String,
    ) -> Result<Reversal> {
        let after = self.end_reversal(tx, payment, before, ReversalState::Fail, why).await?;
        let fresh = self.new_reversal(payment, before.amount, before.reason);
        let next_try = Some(self.now() + pace::next_try(before.tries));
        reversals::add(tx, &mut self.order, payment, &Reversal { next_try, ..fresh }).await?;
        Ok(after)
    }

    async fn done(
        &mut self,
        tx: &mut Tx,
        payment: &Payment,
        before: &Reversal,
    ) -> Result<Reversal> {
        let after =
            self.end_reversal(tx, payment, before, ReversalState::Success, String::new()).await?;
        ledger::returned(tx, payment, &after).await?;
        if before.reason == Reason::Merchant {
            self.tell_of_return(tx, payment, "REFUND.SUCCESS", &after).await?;
        } else if before.state == ReversalState::Manual {
            self.tell_of_return(tx, payment, "REVERSAL.RESOLVED", &after).await?;
        }
        Ok(after)
    }

    /// A person says what became of money that the channel would not return (D5).
    pub async fn resolve(
        &mut self,
        tx: &mut Tx,
        id: &ReversalId,
        outcome: Outcome,
        note: &str,
    ) -> Result<Reversal> {
        let (before, payment) = self.reversal(tx, id).await?;
        let state = match outcome {
            Outcome::Returned => ReversalState::Success,
            Outcome::Kept => ReversalState::Kept,
            Outcome::None => return Ok(before),
        };
        let after =
            Reversal { state, outcome, note: note.to_owned(), next_try: None, ..before.clone() };
        let after = self.save_reversal(tx, &payment, &before, after).await?;
        match outcome {
            Outcome::Kept => ledger::kept(tx, &payment, &after).await?,
            Outcome::Returned | Outcome::None => {
                ledger::returned_by_hand(tx, &payment, &after).await?;
            }
        }
        self.tell_of_return(tx, &payment, "REVERSAL.RESOLVED", &after).await?;
        Ok(after)
    }

    /// Nothing more is sent under this number. What it may have hidden is looked at: the payment is asked about again.
    async fn end_reversal(
        &mut self,
        tx: &mut Tx,
        payment: &Payment,
        before: &Reversal,
        state: ReversalState,
        failure: String,
    ) -> Result<Reversal> {
        self.ask_again(tx, &payment.id).await?;
        let after = Reversal { state, failure, next_try: None, ..before.clone() };
        self.save_reversal(tx, payment, before, after).await
    }

    /// The payment is asked about at once, whatever it ended as.
    pub async fn ask_again(&mut self, tx: &mut Tx, id: &PaymentId) -> Result<()> {
        let now = self.now();
        self.change(tx, id, |payment| payment.next_ask = Some(now)).await.map(drop)
    }

    async fn save_reversal(
        &mut self,
        tx: &mut Tx,
        payment: &Payment,
        before: &Reversal,
        after: Reversal,
    ) -> Result<Reversal> {
        let after = Reversal { changed: self.now(), ..after };
        let at = after.changed;
        reversals::save(tx, &mut self.order, payment, before, &after, at).await?;
        Ok(after)
    }
}
