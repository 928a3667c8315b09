//! What we ask of Antom. A request depends on nothing but its arguments, so that repeating it repeats every byte:
//! another text under the same number would be refused.

use florin_shared::Money;
use jiff::Timestamp;

use super::wire::{
    Counter, Env, OfPayment, OfRefund, Order, Pay, Payee, PaymentFactor, PaymentMethod, Refund,
    SettlementStrategy, Store,
};
use crate::channel::Asking;
use crate::clock::Millis;
use crate::domain::payment::Payment;
use crate::domain::reversal::Reversal;
use crate::domain::scanned::Scanned;

/// A payment that the shopper makes on a page, or by the payment code that the merchant scanned.
///
/// `IN_STORE_PAYMENT` and `PaymentCode` are words of `protocols/antom.md` 4. The rest is Antom's public document "pay
/// (User-presented Mode Payment)" and its SDK: the code travels as `paymentMethodId` under the type `CONNECT_WALLET`, whichever
/// Alipay+ wallet shows it; `order.merchant.store` and `order.env.storeTerminalId` say where it was scanned; there is
/// no page to come back to, and no browser. That document also has a store's category code (`storeMCC`), which a contract
/// may ask for and which we do not know.
pub(super) fn pay<'a>(
    payment: &'a Payment,
    asking: &'a Asking,
    settlement: Option<&'a str>,
) -> Pay<'a> {
    let scanned = asking.scanned.as_ref();
    let on_page = scanned.is_none();
    Pay {
        product_code: if on_page { "CASHIER_PAYMENT" } else { "IN_STORE_PAYMENT" },
        payment_request_id: &payment.request_id,
        order: order(payment, asking),
        payment_amount: payment.amount.into(),
        payment_method: PaymentMethod {
            payment_method_type: &payment.product,
            payment_method_id: scanned.map(Scanned::code),
        },
        payment_factor: scanned.map(|_| PaymentFactor { in_store_payment_scenario: "PaymentCode" }),
        settlement_strategy: settlement
            .map(|settlement_currency| SettlementStrategy { settlement_currency }),
        payment_expiry_time: iso(payment.expires),
        payment_redirect_url: on_page.then_some(asking.return_url.as_str()),
        payment_notify_url: &asking.notify_url,
        env: on_page.then(|| env(&payment.terminal)),
    }
}

pub(super) fn of_payment(payment: &Payment) -> OfPayment<'_> {
    OfPayment { payment_request_id: &payment.request_id }
}

pub(super) fn refund<'a>(
    reversal: &'a Reversal,
    payment_id: &'a str,
    notify_url: &'a str,
) -> Refund<'a> {
    Refund {
        refund_request_id: &reversal.request_id,
        payment_id,
        refund_amount: reversal.amount.into(),
        refund_reason: reason(reversal),
        refund_notify_url: notify_url,
    }
}

/// The merchant's own words, for their people to find at Antom.
fn reason(reversal: &Reversal) -> &str {
    if reversal.wish.reason.is_empty() { reversal.reason.as_str() } else { &reversal.wish.reason }
}

pub(super) fn of_refund(reversal: &Reversal) -> OfRefund<'_> {
    OfRefund { refund_request_id: &reversal.request_id }
}

/// Whether Antom can count it: a rupiah has two decimals there which must be zero.
pub(super) fn is_whole(amount: Money) -> bool {
    amount.currency().code() != "IDR" || amount.minor() % 100 == 0
}

fn order<'a>(payment: &'a Payment, asking: &'a Asking) -> Order<'a> {
    Order {
        reference_order_id: reference(payment),
        order_description: asking.payee.chars().take(256).collect(),
        order_amount: payment.amount.into(),
        merchant: Payee {
            reference_merchant_id: payment.merchant.as_str(),
            merchant_name: &asking.payee,
            store: asking.scanned.as_ref().map(|_| Store {
                reference_store_id: payment.merchant.as_str(),
                store_name: &asking.payee,
            }),
        },
        env: asking
            .scanned
            .as_ref()
            .and_then(Scanned::device)
            .map(|store_terminal_id| Counter { store_terminal_id }),
    }
}

/// The merchant's own number, where it fits: their people find the order by it at Antom.
fn reference(payment: &Payment) -> &str {
    let own = &payment.trans_id;
    let fits =
        !own.is_empty() && own.len() <= 64 && own.bytes().all(|byte| byte.is_ascii_graphic());
    if fits { own } else { &payment.request_id }
}

fn env(terminal: &str) -> Env {
    let (terminal_type, os_type) = match terminal {
        "WAP_IOS" => ("WAP", Some("IOS")),
        "WAP_ANDROID" => ("WAP", Some("ANDROID")),
        _ => ("WEB", None),
    };
    Env { terminal_type, os_type }
}

/// Antom's form of a time, with its offset as digits; cut to the second, so that their code never outlives ours.
fn iso(at: Millis) -> String {
    Timestamp::from_second(at.div_euclid(1000))
        .map_or_else(|_| String::new(), |at| at.strftime("%Y-%m-%dT%H:%M:%S+00:00").to_string())
}
