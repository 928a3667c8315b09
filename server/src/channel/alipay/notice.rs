//! Alipay's own messages (`protocols/alipay.md` 5): a form, proved over its decoded fields before any of them is believed.

use std::collections::BTreeMap;

use florin_shared::{Money, ReversalId};

use super::Account;
use super::sign::{self, Keys};
use super::text::{fen, millis};
use crate::channel::{Forged, Notice, Notification};
use crate::domain::payment::{Evidence, Said};
use crate::domain::reversal::ReversalSaid;

/// Alipay's messages are about two thousand bytes.
const LARGEST: usize = 64 * 1024;

pub(super) fn read(
    keys: &Keys,
    account: &Account,
    notification: &Notification<'_>,
) -> Result<Notice, Forged> {
    if notification.body.len() > LARGEST {
        return Err(Forged("it is too large"));
    }
    let form = Form::of(notification.body)?;
    form.proven(keys)?;
    if form.get("app_id") != account.app_id || form.get("seller_id") != account.seller_id {
        return Err(Forged("it is not addressed to us"));
    }
    if form.get("notify_type") != "trade_status_sync" {
        return Err(Forged("it is of a kind we do not know"));
    }
    form.notice()
}

/// The decoded fields; none of them twice, since nobody could say which is meant.
struct Form(BTreeMap<String, String>);

impl Form {
    fn of(body: &[u8]) -> Result<Form, Forged> {
        let mut fields = BTreeMap::new();
        for (key, value) in url::form_urlencoded::parse(body) {
            if fields.insert(key.into_owned(), value.into_owned()).is_some() {
                return Err(Forged("a field stands twice"));
            }
        }
        Ok(Form(fields))
    }

    /// The field, or nothing: an empty one says nothing either.
    fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    /// Version 1: everything that came is signed, but for the signature and its type; empty fields too.
    fn proven(&self, keys: &Keys) -> Result<(), Forged> {
        if self.get("sign_type") != "RSA2" || self.get("sign").is_empty() {
            return Err(Forged("it is not signed"));
        }
        let fields = self.0.iter().map(|(key, value)| (key.as_str(), value.as_str()));
        let signed = fields.filter(|(key, _)| !matches!(*key, "sign" | "sign_type"));
        keys.verify(&sign::content(signed), self.get("sign")).map_err(Forged)
    }

    fn notice(&self) -> Result<Notice, Forged> {
        let request_id = self.get("out_trade_no");
        if request_id.is_empty() {
            return Err(Forged("it names no payment"));
        }
        if let Some(refund) = self.our_refund() {
            return Ok(refund);
        }
        let evidence = Evidence { said: self.said()?, reason: String::new() };
        Ok(Notice::Payment { request_id: request_id.to_owned(), evidence })
    }

    /// About a refund that we asked for. Its amount is that of all refunds together, so it is only a reason to ask.
    fn our_refund(&self) -> Option<Notice> {
        let number = self.get("out_biz_no");
        number.parse::<ReversalId>().is_ok().then(|| Notice::Reversal {
            request_id: number.to_owned(),
            said: ReversalSaid::Pending,
            amount: None,
            payment: Some(self.get("trade_no").to_owned()).filter(|number| !number.is_empty()),
        })
    }

    fn said(&self) -> Result<Said, Forged> {
        let total = || fen(self.get("total_amount")).ok_or(Forged("it names no amount"));
        let returned = self.returned();
        match self.get("trade_status") {
            "WAIT_BUYER_PAY" => Ok(Said::Pending),
            "TRADE_SUCCESS" | "TRADE_FINISHED" => {
                Ok(self.paid(total()?, returned.map_or(0, Money::minor)))
            }
            "TRADE_CLOSED" if returned.is_some() || !self.get("gmt_payment").is_empty() => {
                let total = total()?;
                Ok(self.paid(total, total.minor()))
            }
            "TRADE_CLOSED" => Ok(Said::Cancelled),
            _ => Err(Forged("it has a status that we do not know")),
        }
    }

    fn paid(&self, amount: Money, returned: i64) -> Said {
        Said::Paid { amount, at: millis(self.get("gmt_payment")), returned }
    }

    /// How much has gone back in all, if any of it has.
    fn returned(&self) -> Option<Money> {
        fen(self.get("refund_fee")).filter(|fee| fee.minor() > 0)
    }
}
