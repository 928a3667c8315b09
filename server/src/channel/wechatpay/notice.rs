//! WeChat Pay's own messages (`protocols/wechatpay-v3.md` 7): who speaks is proved over the raw bytes, then what it carries is
//! opened, and then it is read.

use super::evidence::state;
use super::refunds;
use super::sign::{HEADERS, Keys, Signed};
use super::wire::{Answer, Message};
use super::{Account, seal::Seal};
use crate::channel::{Forged, Notice, Notification, json};
use crate::clock::Millis;
use crate::domain::payment::{Evidence, Said};
use crate::domain::reversal::ReversalSaid;

pub(super) fn read(
    account: &Account,
    keys: &Keys,
    seal: &Seal,
    notification: &Notification<'_>,
    now: Millis,
) -> Result<Notice, Forged> {
    proven(keys, notification, now)?;
    opened(account, seal, notification.body)
}

/// What stands in a message that has proved who speaks.
pub(super) fn opened(account: &Account, seal: &Seal, body: &[u8]) -> Result<Notice, Forged> {
    let message: Message = json::read(body).map_err(|_| Forged("it cannot be read"))?;
    let opened = seal.open(&message.resource).ok_or(Forged("it cannot be opened"))?;
    let told: Answer = json::read(&opened).map_err(|_| Forged("its inside cannot be read"))?;
    if !account.is_ours(&told) {
        return Err(Forged("it is about another merchant"));
    }
    match message.event_type.as_str() {
        "TRANSACTION.SUCCESS" => of_payment(told),
        "REFUND.SUCCESS" | "REFUND.ABNORMAL" | "REFUND.CLOSED" => of_refund(told),
        _ => Err(Forged("it is of a kind we do not know")),
    }
}

fn proven(keys: &Keys, notification: &Notification<'_>, now: Millis) -> Result<(), Forged> {
    let headers = HEADERS.map(|name| (notification.header)(name));
    keys.verify(&Signed::of(&headers, notification.body), now).map_err(Forged)
}

/// Whether a message that was refused might be proved by a fresh list of certificates: WeChat Pay repeats it a quarter of a minute later.
pub(super) fn may_be_proved_later(
    keys: &Keys,
    notification: &Notification<'_>,
    now: Millis,
) -> bool {
    let headers = HEADERS.map(|name| (notification.header)(name));
    keys.lacks(&Signed::of(&headers, notification.body), now)
}

/// A state that is not a plain success says no more than that the payment exists: a query tells.
fn of_payment(told: Answer) -> Result<Notice, Forged> {
    let pending = Evidence { said: Said::Pending, reason: String::new() };
    let evidence = match told.trade_state.as_deref() {
        Some("SUCCESS") => state(&told).ok_or(Forged("it names no amount"))?,
        Some(_) | None => pending,
    };
    let request_id = told.out_trade_no.ok_or(Forged("it names no payment"))?;
    Ok(Notice::Payment { request_id, evidence })
}

fn of_refund(told: Answer) -> Result<Notice, Forged> {
    // A word we do not know: a query tells.
    let said = told.refund_status.as_deref().and_then(refunds::said);
    Ok(Notice::Reversal {
        request_id: told.out_refund_no.ok_or(Forged("it names no refund"))?,
        said: said.unwrap_or(ReversalSaid::Pending),
        amount: told.amount.as_ref().and_then(|amount| amount.refund()),
        payment: told.transaction_id,
    })
}
