//! UnionPay's own messages (`protocols/unionpay-qr.md` 4): a form, proved over its decoded fields before any of them is believed.
//! There is one of success, of a payment or of a refund, and none of anything else.

use florin_shared::Money;

use super::codes::{Verdict, verdict};
use super::evidence::{paid, saying, speaks_of};
use super::fields::Fields;
use super::sign::Keys;
use super::text::fen;
use super::{Account, codes};
use crate::channel::{Forged, Notice, Notification};
use crate::clock::Millis;
use crate::domain::payment::{Evidence, Said};
use crate::domain::reversal::ReversalSaid;

/// UnionPay's messages are about three thousand bytes, their certificate most of it.
const LARGEST: usize = 64 * 1024;

pub(super) fn read(
    keys: &Keys,
    account: &Account,
    notification: &Notification<'_>,
    now: Millis,
) -> Result<Notice, Forged> {
    if notification.body.len() > LARGEST {
        return Err(Forged("it is too large"));
    }
    let told = Fields::of_form(notification.body).map_err(Forged)?;
    keys.verify(&told, now).map_err(Forged)?;
    if told.get("merId") != account.mer_id {
        return Err(Forged("it is not addressed to us"));
    }
    let number = told.get("orderId");
    if !speaks_of(&told, number) {
        return Err(Forged("its number and its time are not of one transaction of ours"));
    }
    match told.get("txnType") {
        "01" => payment(number, &told),
        "04" => Ok(refund(number, &told)),
        _ => Err(Forged("it is of a kind we do not know")),
    }
}

/// A message that does not say success is only a reason to ask.
fn payment(number: &str, told: &Fields) -> Result<Notice, Forged> {
    let evidence = match verdict(told.get("respCode")) {
        Verdict::Done => saying(paid(told).map_err(|_| Forged("it names no amount"))?),
        Verdict::Unsure | Verdict::Absent => saying(Said::Pending),
        Verdict::Misasked | Verdict::Exists | Verdict::Refused => {
            Evidence { said: Said::Failed, reason: codes::DECLINED.to_owned() }
        }
    };
    Ok(Notice::Payment { request_id: number.to_owned(), evidence })
}

fn refund(number: &str, told: &Fields) -> Notice {
    let amount: Option<Money> = fen(told.get("txnAmt"), told.get("currencyCode"));
    let said = match verdict(told.get("respCode")) {
        // Without an amount nobody knows whether it is all of it.
        Verdict::Done if amount.is_some() => ReversalSaid::Done,
        _ => ReversalSaid::Pending,
    };
    Notice::Reversal { request_id: number.to_owned(), said, amount, payment: None }
}
