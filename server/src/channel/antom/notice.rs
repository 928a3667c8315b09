//! Antom's own messages (`protocols/antom.md` 8): who speaks is proved over the raw bytes before anything is read.
//!
//! Their time is signed but not judged: what they say is joined to what we know, so an old message changes nothing.

use super::codes;
use super::evidence::{failed, paid, saying};
use super::sign::{Keys, Signed};
use super::wire::Answer;
use crate::channel::{Forged, Notice, Notification, json};
use crate::domain::payment::{Evidence, Said};
use crate::domain::reversal::ReversalSaid;

/// Antom's messages are a few hundred bytes.
const LARGEST: usize = 64 * 1024;

pub(super) fn read(keys: &Keys, notification: &Notification<'_>) -> Result<Notice, Forged> {
    if notification.body.len() > LARGEST {
        return Err(Forged("it is too large"));
    }
    proven(keys, notification)?;
    let message: Answer = json::read(notification.body).map_err(|_| Forged("it cannot be read"))?;
    if message.refund_id.is_some() { of_reversal(message) } else { of_payment(message) }
}

fn proven(keys: &Keys, notification: &Notification<'_>) -> Result<(), Forged> {
    let header = |name| (notification.header)(name);
    let (client, time, signature) =
        (header("client-id"), header("request-time"), header("signature"));
    let signed = Signed {
        path: notification.path,
        client: client.as_deref(),
        time: time.as_deref(),
        signature: signature.as_deref(),
        body: notification.body,
    };
    keys.verify(&signed).map_err(Forged)
}

fn of_payment(message: Answer) -> Result<Notice, Forged> {
    let evidence = match message.notify_type.as_deref() {
        Some("PAYMENT_RESULT") => result(&message)?,
        Some("PAYMENT_PENDING") => saying(pending(&message)),
        Some(_) | None => return Err(Forged("it is of a kind we do not know")),
    };
    let request_id = message.payment_request_id.ok_or(Forged("it names no payment"))?;
    Ok(Notice::Payment { request_id, evidence })
}

/// A status that is neither success nor failure says no more than that the payment exists.
fn result(message: &Answer) -> Result<Evidence, Forged> {
    match message.result.result_status.as_str() {
        "S" => paid(message, 0).map(saying).ok_or(Forged("it names no amount")),
        "F" => Ok(failed(codes::reason(&message.result.result_code))),
        _ => Ok(saying(Said::Pending)),
    }
}

fn pending(message: &Answer) -> Said {
    if message.result.result_status == "F" { Said::Pending } else { Said::Confirming }
}

fn of_reversal(message: Answer) -> Result<Notice, Forged> {
    let said = match message.refund_status.as_deref() {
        Some("SUCCESS") => ReversalSaid::Done,
        Some("FAIL") => ReversalSaid::Failed(message.result.result_code),
        // A word we do not know: a query tells.
        Some(_) | None => ReversalSaid::Pending,
    };
    let request_id = message.refund_request_id.ok_or(Forged("it names no refund"))?;
    let amount = message.refund_amount.and_then(|amount| amount.money());
    Ok(Notice::Reversal { request_id, said, amount, payment: message.payment_id })
}
