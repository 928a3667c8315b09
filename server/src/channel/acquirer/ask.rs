//! What we ask. It depends on nothing but the payment, so that repeating it opens nothing twice; only the signature's time and id differ.

use super::wire::{OfPayment, OfRefund, Order, Refund};
use crate::channel::Asking;
use crate::clock::rfc3339;
use crate::domain::payment::Payment;
use crate::domain::reversal::Reversal;

/// The longest text for people, in characters.
const LONGEST: usize = 100;

pub(super) fn payment<'a>(
    merchant: &'a str,
    payment: &'a Payment,
    asking: &'a Asking,
) -> Order<'a> {
    Order {
        merchant,
        number: &payment.request_id,
        method: payment.method.as_str(),
        amount: payment.amount.minor().to_string(),
        currency: payment.amount.currency().code().to_owned(),
        subject: cut(&asking.payee),
        expires_at: rfc3339(payment.expires),
        notify_url: &asking.notify_url,
        return_url: &asking.return_url,
    }
}

pub(super) fn of_payment<'a>(merchant: &'a str, number: &'a str) -> OfPayment<'a> {
    OfPayment { merchant, number }
}

pub(super) fn refund<'a>(
    merchant: &'a str,
    payment: &'a Payment,
    reversal: &'a Reversal,
    notify_url: &'a str,
) -> Refund<'a> {
    Refund {
        merchant,
        number: &payment.request_id,
        refund: &reversal.request_id,
        amount: reversal.amount.minor().to_string(),
        currency: reversal.amount.currency().code().to_owned(),
        reason: cut(&reversal.wish.reason),
        notify_url,
    }
}

pub(super) fn of_refund<'a>(
    merchant: &'a str,
    payment: &'a Payment,
    reversal: &'a Reversal,
) -> OfRefund<'a> {
    OfRefund { merchant, number: &payment.request_id, refund: &reversal.request_id }
}

fn cut(text: &str) -> &str {
    text.char_indices().nth(LONGEST).map_or(text, |(end, _)| &text[..end])
}
