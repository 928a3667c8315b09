//! Money that goes back: what is asked for here, and what somebody else has done at the channel (D2).

use florin_shared::{Money, PaymentId, ReversalId};

use super::Desk;
use crate::Result;
use crate::domain::payment::Payment;
use crate::domain::reversal::{Reason, Reversal, ReversalState};
use crate::store::{Tx, ledger, reversals};

impl Desk {
    /// So much has gone back in all; what nobody here asked for is recorded (D2).
    pub async fn returned(&mut self, tx: &mut Tx, id: &PaymentId, total: i64) -> Result<()> {
        let payment = self.payment(id)?.clone();
        let known: i64 = reversals::of_payment(tx, id)
            .await?
            .iter()
            .filter(|reversal| reversal.state != ReversalState::Fail)
            .map(|reversal| reversal.amount.minor())
            .sum();
        match Money::new(total - known, payment.amount.currency()) {
            Ok(more) if more.minor() > 0 => {
                tracing::error!(order_id = %id, ?more, "money went back that nobody here gave back");
                self.external(tx, &payment, more).await?;
                self.tell_merchant(tx, &payment, "REFUND.SUCCESS").await
            }
            Ok(_) | Err(_) => Ok(()),
        }
    }

    pub(super) async fn external(
        &mut self,
        tx: &mut Tx,
        payment: &Payment,
        amount: Money,
    ) -> Result<()> {
        let reversal = Reversal {
            state: ReversalState::Success,
            next_try: None,
            ..self.new_reversal(payment, amount, Reason::External)
        };
        reversals::add(tx, &mut self.order, payment, &reversal).await?;
        Ok(ledger::returned(tx, payment, &reversal).await?)
    }

    /// A reversal that is to be sent at once.
    pub fn new_reversal(&self, payment: &Payment, amount: Money, reason: Reason) -> Reversal {
        let id = ReversalId::of(self.context.random.dated(self.now()));
        Reversal {
            request_id: id.to_string(),
            id,
            payment: payment.id.clone(),
            merchant: payment.merchant.clone(),
            trans_id: payment.trans_id.clone(),
            reason,
            amount,
            state: ReversalState::Intent,
            tries: 0,
            next_try: Some(self.now()),
            created: self.now(),
        }
    }
}
