//! What we ask of Alipay: the parameters that every call has, and each method's own (`protocols/alipay.md` 1, 2 and 4). What is
//! asked about a payment depends on nothing but the payment, so that repeating it opens nothing twice; only the call's own
//! time differs.

use url::form_urlencoded::Serializer;

use super::sign::{self, Keys};
use super::table;
use super::text::{beijing, yuan};
use super::wire::{Buyer, Charge, Create, OfPayment, OfRefund, Open, Refund};
use crate::channel::Asking;
use crate::clock::Millis;
use crate::domain::payment::Payment;
use crate::domain::reversal::Reversal;
use crate::domain::scanned::Scanned;

/// A method with its parameters.
pub(super) struct Request<'a> {
    pub(super) app_id: &'a str,
    pub(super) method: &'a str,
    pub(super) at: Millis,
    pub(super) notify_url: &'a str,
    pub(super) return_url: &'a str,
    /// JSON: the text that is signed is the text that is sent.
    pub(super) content: &'a str,
    /// What a login has brought back, where it is exchanged.
    pub(super) code: &'a str,
}

impl Request<'_> {
    /// The signed form, by which the gateway is asked.
    pub(super) fn form(&self, keys: &Keys) -> anyhow::Result<String> {
        let time = beijing(self.at);
        let grant = if self.code.is_empty() { "" } else { "authorization_code" };
        let mut parameters = vec![
            ("app_id", self.app_id),
            ("biz_content", self.content),
            ("charset", "utf-8"),
            ("code", self.code),
            ("format", "JSON"),
            ("grant_type", grant),
            ("method", self.method),
            ("notify_url", self.notify_url),
            ("return_url", self.return_url),
            ("sign_type", "RSA2"),
            ("timestamp", &time),
            ("version", "1.0"),
        ];
        parameters.retain(|(_, value)| !value.is_empty());
        let signature = keys.sign(&sign::content(parameters.iter().copied()))?;
        parameters.push(("sign", &signature));
        parameters.sort_unstable();
        Ok(Serializer::new(String::new()).extend_pairs(parameters).finish())
    }

    /// The same as an address, to which a browser is sent. A plus sign means a space only in forms.
    pub(super) fn link(&self, gateway: &str, keys: &Keys) -> anyhow::Result<String> {
        Ok(format!("{gateway}?{}", self.order(keys)?))
    }

    /// The same as the text that Alipay's SDK is given in an app.
    pub(super) fn order(&self, keys: &Keys) -> anyhow::Result<String> {
        Ok(self.form(keys)?.replace('+', "%20"))
    }
}

/// A code that the shopper scans from another screen: `alipay.trade.precreate`.
pub(super) fn code<'a>(payment: &'a Payment, asking: &Asking) -> Open<'a> {
    open(payment, asking, table::FACE_TO_FACE)
}

/// A page of Alipay's for the screen that shows the checkout: `alipay.trade.wap.pay`, which brings whoever leaves it back to where
/// they were, and `alipay.trade.page.pay`.
pub(super) fn page<'a>(payment: &'a Payment, asking: &'a Asking) -> Open<'a> {
    if payment.product == table::PAGE {
        return open(payment, asking, table::PAGE);
    }
    let quit_url = Some(asking.return_url.as_str());
    Open { quit_url, ..open(payment, asking, table::WAP) }
}

/// For Alipay's SDK in the merchant's own app: `alipay.trade.app.pay`.
pub(super) fn in_app<'a>(payment: &'a Payment, asking: &Asking) -> Open<'a> {
    open(payment, asking, table::IN_APP)
}

/// A trade for this buyer, who is within Alipay: `alipay.trade.create`.
pub(super) fn inside<'a>(
    app_id: &'a str,
    payment: &'a Payment,
    asking: &Asking,
    buyer: &'a Buyer,
) -> Create<'a> {
    Create {
        out_trade_no: &payment.request_id,
        total_amount: yuan(payment.amount),
        subject: subject(&asking.payee),
        product_code: table::INSIDE,
        time_expire: beijing(payment.expires),
        op_app_id: app_id,
        buyer,
    }
}

fn open<'a>(payment: &'a Payment, asking: &Asking, product_code: &'static str) -> Open<'a> {
    Open {
        out_trade_no: &payment.request_id,
        total_amount: yuan(payment.amount),
        subject: subject(&asking.payee),
        product_code,
        time_expire: beijing(payment.expires),
        quit_url: None,
    }
}

/// A code that the merchant has scanned: `alipay.trade.pay`. We cancel it after a minute. Should no cancel get through, Alipay
/// closes by itself what nobody has paid by then.
pub(super) fn charge<'a>(
    payment: &'a Payment,
    asking: &Asking,
    scanned: &'a Scanned,
) -> Charge<'a> {
    Charge {
        out_trade_no: &payment.request_id,
        total_amount: yuan(payment.amount),
        subject: subject(&asking.payee),
        product_code: table::FACE_TO_FACE,
        scene: if scanned.is_face() { "security_code" } else { "bar_code" },
        auth_code: scanned.code(),
        timeout_express: "2m",
        terminal_id: scanned.device().filter(|device| device.len() <= 32),
    }
}

pub(super) fn of_payment(payment: &Payment) -> OfPayment<'_> {
    OfPayment { out_trade_no: &payment.request_id }
}

pub(super) fn refund<'a>(payment: &'a Payment, reversal: &'a Reversal) -> Refund<'a> {
    Refund {
        out_trade_no: &payment.request_id,
        refund_amount: yuan(reversal.amount),
        out_request_no: &reversal.request_id,
        refund_reason: reason(reversal),
    }
}

pub(super) fn of_refund<'a>(payment: &'a Payment, reversal: &'a Reversal) -> OfRefund<'a> {
    OfRefund { out_trade_no: &payment.request_id, out_request_no: &reversal.request_id }
}

/// The merchant's own words, for their people to find at Alipay.
fn reason(reversal: &Reversal) -> &str {
    if reversal.wish.reason.is_empty() { reversal.reason.as_str() } else { &reversal.wish.reason }
}

/// What the payer reads. Alipay allows 256 characters, and none that could end a parameter.
fn subject(payee: &str) -> String {
    let plain = |c: char| if matches!(c, '/' | '=' | '&') || c.is_control() { ' ' } else { c };
    payee.chars().take(256).map(plain).collect()
}

#[cfg(test)]
mod tests;
