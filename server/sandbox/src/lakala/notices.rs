//! What Lakala tells the merchant unasked (`protocols/lakala.md` 4). Of refunds it tells nothing, as far as is known.

use super::{MERCHANT, TERMINAL, order};
use crate::channel::Told;
use crate::ledger::Payment;
use crate::money::Money;

/// When Lakala tries again is not public. These stand for it.
pub(super) const PAUSES_MS: [u64; 7] = [2_000, 5_000, 15_000, 60_000, 120_000, 300_000, 600_000];

pub(super) fn payment(payment: &Payment, amount: &Money, told: Told, now: i64) -> Option<String> {
    let status = match told {
        Told::Pending => return None,
        Told::Paid => "2",
        Told::Failed => "3",
    };
    let mut body = order::head(&payment.opened);
    body["term_no"] = TERMINAL.into();
    body["trans_merchant_no"] = MERCHANT.into();
    body["order_info"] = payment.opened.description.clone().into();
    body["order_status"] = status.into();
    body["total_amount"] = amount.value.into();
    let mut trade = order::paid(payment, amount, true, now);
    if told == Told::Failed {
        trade["trade_status"] = "F".into();
    }
    body["order_trade_info"] = trade;
    Some(body.to_string())
}
