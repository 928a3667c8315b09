//! What we ask of Lakala. What is asked about a payment depends on nothing but the payment, so that repeating it opens nothing
//! twice; only the call's own time, nonce and signature differ.

use serde::Serialize;

use super::Account;
use super::text::{beijing, cut};
use super::wire::{Location, OfOrder, OfRefund, Order, Refund, Request};
use crate::channel::Asking;
use crate::clock::Millis;
use crate::domain::payment::Payment;
use crate::domain::reversal::Reversal;

/// The whole body. `out_org_code` is asked for by some calls.
pub(super) fn body<T: Serialize>(
    now: Millis,
    out_org_code: Option<&str>,
    req_data: &T,
) -> serde_json::Result<String> {
    let request = Request { req_time: beijing(now), version: "3.0", out_org_code, req_data };
    serde_json::to_string(&request)
}

/// An order for the cashier's page. One attempt an order: a shopper whose attempt has failed begins anew here, under a new
/// number, and nobody pays one order twice; should it happen after all, Lakala gives the second back by itself.
pub(super) fn order<'a>(
    account: &'a Account,
    payment: &'a Payment,
    asking: &'a Asking,
) -> Order<'a> {
    Order {
        out_order_no: &payment.request_id,
        merchant_no: &account.merchant_no,
        total_amount: payment.amount.minor(),
        order_efficient_time: beijing(payment.expires),
        notify_url: &asking.notify_url,
        callback_url: &asking.return_url,
        support_cancel: 0,
        support_refund: 1,
        support_repeat_pay: 0,
        repeat_pay_auto_refund: 1,
        order_info: cut(&asking.payee, 64),
    }
}

pub(super) fn of_order<'a>(account: &'a Account, number: &'a str) -> OfOrder<'a> {
    OfOrder { merchant_no: &account.merchant_no, out_order_no: number }
}

/// Money back out of this trade, which is the payment as Lakala's trades name it.
pub(super) fn refund<'a>(
    account: &'a Account,
    trade: &'a str,
    reversal: &'a Reversal,
) -> Refund<'a> {
    Refund {
        merchant_no: &account.merchant_no,
        term_no: &account.term_no,
        out_trade_no: &reversal.request_id,
        refund_amount: reversal.amount.minor().to_string(),
        refund_reason: cut(&reversal.wish.reason, 32),
        origin_trade_no: trade,
        location_info: Location { request_ip: &account.request_ip },
    }
}

pub(super) fn of_refund<'a>(account: &'a Account, reversal: &'a Reversal) -> OfRefund<'a> {
    OfRefund {
        merchant_no: &account.merchant_no,
        term_no: &account.term_no,
        out_refund_order_no: &reversal.request_id,
    }
}
