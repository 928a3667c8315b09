//! A gateway's own messages: who speaks is proved over the raw bytes, then what they say is read.

use super::sign::{HEADERS, Head, Keys, is_fresh};
use super::wire::{Back, Envelope, Told};
use super::{evidence, refunds};
use crate::channel::transport::By;
use crate::channel::{Forged, Notice, Notification, json};
use crate::clock::Millis;
use crate::domain::reversal::ReversalSaid;

/// They are a few hundred bytes.
const LARGEST: usize = 64 * 1024;

pub(super) fn read(
    keys: &Keys,
    merchant: &str,
    notification: &Notification<'_>,
    now: Millis,
) -> Result<Notice, Forged> {
    if notification.body.len() > LARGEST {
        return Err(Forged("it is too large"));
    }
    let said = HEADERS.map(|name| (notification.header)(name));
    let said = said.each_ref().map(Option::as_deref);
    let id = said[2].filter(|id| !id.is_empty()).ok_or(Forged("it has no id"))?;
    let head = Head { what: By::Post.as_str(), path: notification.path, id };
    keys.verify(&head, said, notification.body).map_err(Forged)?;
    if !is_fresh(said[1], now) {
        return Err(Forged("its time is not now"));
    }
    let told: Envelope = json::read(notification.body).map_err(|_| Forged("it cannot be read"))?;
    match (told.payment, told.refund, told.error) {
        (Some(payment), None, None) => of_payment(merchant, payment),
        (None, Some(refund), None) => of_refund(merchant, refund),
        _ => Err(Forged("it is of a kind we do not know")),
    }
}

fn of_payment(merchant: &str, told: Told) -> Result<Notice, Forged> {
    is_ours(merchant, &told.merchant)?;
    let evidence = evidence::said(&told).map_err(|_| Forged("its payment cannot be read"))?;
    Ok(Notice::Payment { request_id: told.number, evidence })
}

/// Its payment is named by our own number: who made the refund in the gateway's portal gave it one of the gateway's. What it says is a
/// reason to ask, by the refund's number and that of the payment that we know it to be of: the answer is held against both.
fn of_refund(merchant: &str, back: Back) -> Result<Notice, Forged> {
    is_ours(merchant, &back.merchant)?;
    refunds::said(&back).ok_or(Forged("its refund cannot be read"))?;
    let amount = back.amount().ok_or(Forged("its refund names no amount"))?;
    Ok(Notice::Reversal {
        request_id: back.refund,
        said: ReversalSaid::Pending,
        amount: Some(amount),
        payment: Some(back.number),
    })
}

fn is_ours(merchant: &str, told: &str) -> Result<(), Forged> {
    if told == merchant { Ok(()) } else { Err(Forged("it is about another merchant")) }
}
