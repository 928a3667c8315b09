//! Lakala's own messages (`protocols/lakala.md` 4): who speaks is proved over the raw bytes, then what they say is read.

use super::Account;
use super::evidence::{has_moved, paid_at, saying};
use super::sign::Keys;
use super::wire::{Data, Trade};
use crate::channel::{Forged, Notice, Notification, json};
use crate::domain::payment::Said;
use crate::domain::reversal::ReversalSaid;

/// Lakala's messages are about five hundred bytes.
const LARGEST: usize = 64 * 1024;

pub(super) fn read(
    keys: &Keys,
    account: &Account,
    notification: &Notification<'_>,
) -> Result<Notice, Forged> {
    if notification.body.len() > LARGEST {
        return Err(Forged("it is too large"));
    }
    let authorization = (notification.header)("authorization");
    keys.verify_notice(authorization.as_deref(), notification.body).map_err(Forged)?;
    let told: Data = json::read(notification.body).map_err(|_| Forged("it cannot be read"))?;
    if told.merchant_no.is_none() || !account.is_ours(&told) {
        return Err(Forged("it is about another merchant"));
    }
    let number = told.out_order_no.clone().filter(|number| !number.is_empty());
    let number = number.ok_or(Forged("it names no payment"))?;
    if has_gone_back(&told) {
        return Ok(refund(&told, number));
    }
    Ok(Notice::Payment { request_id: number, evidence: saying(said(&told)?) })
}

fn said(told: &Data) -> Result<Said, Forged> {
    match told.status().as_str() {
        "0" | "1" => Ok(Said::Pending),
        "2" => paid(told),
        // It was paid at the last moment: whatever its state is called, that is what has happened.
        "3" | "4" | "5" | "7" if told.order_trade_info.as_ref().is_some_and(is_payment) => {
            paid(told)
        }
        "3" => Ok(Said::Failed),
        "4" | "5" | "7" => Ok(Said::Cancelled),
        _ => Err(Forged("it has a status that we do not know")),
    }
}

fn paid(told: &Data) -> Result<Said, Forged> {
    let amount = told.total().ok_or(Forged("it names no amount"))?;
    Ok(Said::Paid { amount, at: paid_at(told.order_trade_info.as_ref()), returned: 0 })
}

fn is_payment(trade: &Trade) -> bool {
    has_moved(trade, &["PAY"])
}

/// Whether it speaks of money that went back.
fn has_gone_back(told: &Data) -> bool {
    let kind = told.order_trade_info.as_ref().and_then(|trade| trade.trade_type.as_deref());
    told.status() == "6" || matches!(kind, Some("REFUND" | "CANCEL"))
}

/// It does not tell whose refund, nor how much has gone back in all: a reason to ask about the payment, whose number, ours, stands
/// for the one of theirs.
fn refund(told: &Data, number: String) -> Notice {
    let trade = told.order_trade_info.as_ref().and_then(|trade| trade.trade_no.clone());
    Notice::Reversal {
        request_id: trade.unwrap_or_default(),
        said: ReversalSaid::Pending,
        amount: None,
        payment: Some(number),
    }
}
