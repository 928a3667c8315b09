//! Every code, and every status word.

use super::*;
use crate::channel::alipay::codes::{CODES, SUB_CODES};

/// What we are sure of after `precreate`, or `?`.
fn after_pay(code: &str, sub_code: &str, fields: Value) -> String {
    match evidence::precreated(&payment(), &answer(code, sub_code, fields)) {
        Ok(opened) => said(&opened.evidence),
        Err(ChannelError::NoAnswer(_)) => "?".to_owned(),
        Err(other) => panic!("{other}"),
    }
}

fn after_query(code: &str, sub_code: &str, fields: Value) -> String {
    match evidence::queried(&payment(), &answer(code, sub_code, fields)) {
        Ok(evidence) => said(&evidence),
        Err(ChannelError::NoAnswer(_)) => "?".to_owned(),
        Err(other) => panic!("{other}"),
    }
}

fn said(evidence: &Evidence) -> String {
    format!("{} {}", evidence.said.as_str(), evidence.reason).trim_end().to_owned()
}

fn of_reversal(answered: Result<ReversalSaid, ChannelError>) -> String {
    match answered {
        Ok(ReversalSaid::Never(reason)) => format!("Never {reason}"),
        Ok(ReversalSaid::Failed(reason)) => format!("Failed {reason}"),
        Ok(said) => format!("{said:?}"),
        Err(ChannelError::NoAnswer(_)) => "?".to_owned(),
        Err(other) => panic!("{other}"),
    }
}

fn after_refund(code: &str, sub_code: &str, fields: Value) -> String {
    of_reversal(refunds::refunded(&payment(), &answer(code, sub_code, fields)))
}

fn after_refund_query(code: &str, sub_code: &str, fields: Value) -> String {
    of_reversal(refunds::queried(&payment(), &reversal(), &answer(code, sub_code, fields)))
}

fn ours() -> Value {
    json!({ "out_trade_no": "GW1" })
}

/// Code, sub-code without `ACQ.`, then what we are sure of after `precreate`, after `query`, after `close` (whether it was
/// answered), after `refund` and after the refund's query.
#[rustfmt::skip]
const MEANINGS: &[(&str, &str, &str, &str, bool, &str, &str)] = &[
    ("10000", "", "PROCESSING", "?", true, "Pending", "NotFound"),
    ("10003", "", "?", "?", false, "?", "?"),
    ("20000", "", "?", "?", false, "?", "?"),
    ("20001", "", "FAIL CONFIGURATION", "?", true, "?", "?"),
    ("40001", "", "FAIL CONFIGURATION", "?", true, "?", "?"),
    ("40002", "", "FAIL CONFIGURATION", "?", true, "?", "?"),
    ("40006", "", "FAIL CONFIGURATION", "?", true, "?", "?"),
    ("40005", "", "?", "?", false, "?", "?"),
    ("", "", "?", "?", false, "?", "?"),
    ("40004", "SYSTEM_ERROR", "?", "?", false, "?", "?"),
    ("40004", "INVALID_PARAMETER", "FAIL CONFIGURATION", "?", true, "?", "?"),
    ("40004", "ACCESS_FORBIDDEN", "FAIL CONFIGURATION", "?", true, "?", "?"),
    ("40004", "EXIST_FORBIDDEN_WORD", "FAIL CONFIGURATION", "?", true, "?", "?"),
    ("40004", "PARTNER_ERROR", "FAIL CONFIGURATION", "?", true, "?", "?"),
    ("40004", "SELLER_BEEN_BLOCKED", "FAIL CONFIGURATION", "?", true, "?", "?"),
    ("40004", "TOTAL_FEE_EXCEED", "FAIL LIMIT", "?", true, "Failed", "?"),
    ("40004", "BEYOND_PAY_RESTRICTION", "FAIL LIMIT", "?", true, "Failed", "?"),
    ("40004", "BEYOND_PER_RECEIPT_RESTRICTION", "FAIL LIMIT", "?", true, "Failed", "?"),
    ("40004", "PAYMENT_AUTH_CODE_INVALID", "FAIL CODE_INVALID", "?", true, "Failed", "?"),
    ("40004", "BUYER_BALANCE_NOT_ENOUGH", "FAIL BALANCE", "?", true, "Failed", "?"),
    ("40004", "BUYER_BANKCARD_BALANCE_NOT_ENOUGH", "FAIL BALANCE", "?", true, "Failed", "?"),
    ("40004", "ERROR_BALANCE_PAYMENT_DISABLE", "FAIL ACCOUNT", "?", true, "Failed", "?"),
    ("40004", "BUYER_SELLER_EQUAL", "FAIL ACCOUNT", "?", true, "Failed", "?"),
    ("40004", "BUYER_ENABLE_STATUS_FORBID", "FAIL ACCOUNT", "?", true, "Failed", "?"),
    ("40004", "MOBILE_PAYMENT_SWITCH_OFF", "FAIL ACCOUNT", "?", true, "Failed", "?"),
    ("40004", "PAYMENT_FAIL", "FAIL DECLINED", "?", true, "Failed", "?"),
    ("40004", "PAYMENT_REQUEST_HAS_RISK", "FAIL RISK", "?", true, "Failed", "?"),
    ("40004", "CONTEXT_INCONSISTENT", "?", "?", true, "?", "?"),
    ("40004", "TRADE_HAS_SUCCESS", "?", "?", true, "Failed", "?"),
    ("40004", "TRADE_HAS_CLOSE", "?", "?", true, "Failed", "?"),
    ("40004", "TRADE_HAS_FINISHED", "?", "?", true, "Never", "?"),
    ("40004", "TRADE_STATUS_ERROR", "?", "?", true, "Failed", "?"),
    ("40004", "TRADE_BUYER_NOT_MATCH", "?", "?", true, "Failed", "?"),
    ("40004", "PULL_MOBILE_CASHIER_FAIL", "?", "?", true, "Failed", "?"),
    ("40004", "SELLER_BALANCE_NOT_ENOUGH", "?", "?", true, "Never", "?"),
    ("40004", "REFUND_AMT_NOT_EQUAL_TOTAL", "?", "?", true, "Failed", "?"),
    ("40004", "REASON_TRADE_BEEN_FREEZEN", "?", "?", true, "Never", "?"),
    ("40004", "TRADE_NOT_EXIST", "?", "NOT_FOUND", true, "Failed", "NotFound"),
    ("40004", "A_NEW_ONE", "FAIL DECLINED", "?", true, "Failed", "?"),
];

#[test]
fn every_code_has_its_meaning() {
    for (code, sub_code, pay, query, close, refund, refund_query) in MEANINGS {
        for sub in [format!("ACQ.{sub_code}"), format!("aop.ACQ.{sub_code}")] {
            let sub = if sub_code.is_empty() { String::new() } else { sub };
            assert_eq!(after_pay(code, &sub, ours()), *pay, "{code} {sub}");
            assert_eq!(after_query(code, &sub, ours()), *query, "{code} {sub}");
            let closed = evidence::closed(&answer(code, &sub, ours())).is_ok();
            assert_eq!(closed, *close, "{code} {sub}");
            let refund = match *refund {
                "Failed" | "Never" => format!("{refund} {sub}"),
                _ => (*refund).to_owned(),
            };
            assert_eq!(after_refund(code, &sub, ours()), refund, "{code} {sub}");
            assert_eq!(after_refund_query(code, &sub, ours()), *refund_query, "{code} {sub}");
        }
    }
}

#[test]
fn every_row_of_the_tables_is_tested() {
    let tested = |code: &str, sub: &str| MEANINGS.iter().any(|row| (row.0, row.1) == (code, sub));
    assert!(CODES.iter().all(|(code, _)| tested(code, "")));
    assert!(SUB_CODES.iter().all(|(sub, _)| tested("40004", sub)));
}

#[test]
fn a_code_is_shown_only_if_it_is_ours() {
    let opened = |fields| evidence::precreated(&payment(), &answer("10000", "", fields));
    let action = |fields| opened(fields).unwrap().action;
    let code = "https://qr.alipay.com/bax03431ljhokirwl38f00a7";
    let shown = action(json!({ "out_trade_no": "GW1", "qr_code": code })).unwrap();
    assert_eq!((shown.kind.as_str(), shown.text.as_deref()), ("show_code", Some(code)));
    assert_eq!(shown.code_kind.as_deref(), Some("qr"));
    assert_eq!(action(ours()), None);
    assert_eq!(action(json!({ "out_trade_no": "GW1", "qr_code": "x".repeat(1025) })), None);
    for stranger in [json!({ "qr_code": code }), json!({ "out_trade_no": "GW2", "qr_code": code })]
    {
        assert!(opened(stranger).is_err());
    }
}

fn status(trade_status: &str, fields: Value) -> Result<Said, ChannelError> {
    let mut all = json!({ "out_trade_no": "GW1", "trade_no": "2026", "total_amount": "88.88",
                          "trade_status": trade_status });
    for (name, value) in fields.as_object().unwrap() {
        all[name] = value.clone();
    }
    evidence::queried(&payment(), &answer("10000", "", all)).map(|evidence| evidence.said)
}

#[test]
fn every_status_has_its_meaning() {
    let at = Some(1_794_974_490_000);
    let date = json!({ "send_pay_date": "2026-11-18 12:01:30" });
    let paid = |returned| Said::Paid { amount: money(8888), at, returned };
    assert_eq!(status("WAIT_BUYER_PAY", json!({})), Ok(Said::Pending));
    assert_eq!(status("TRADE_SUCCESS", date.clone()), Ok(paid(0)));
    assert_eq!(status("TRADE_FINISHED", date.clone()), Ok(paid(0)));
    // Closed is what nobody paid, or what was given back (D2).
    assert_eq!(status("TRADE_CLOSED", json!({})), Ok(Said::Cancelled));
    let nothing =
        json!({ "receipt_amount": "0.00", "buyer_pay_amount": "0.00", "send_pay_date": "" });
    assert_eq!(status("TRADE_CLOSED", nothing), Ok(Said::Cancelled));
    assert_eq!(status("TRADE_CLOSED", date), Ok(paid(8888)));
    for field in ["receipt_amount", "buyer_pay_amount"] {
        let traces = status("TRADE_CLOSED", json!({ field: "80.00" }));
        assert_eq!(traces, Ok(Said::Paid { amount: money(8888), at: None, returned: 8888 }));
    }
    for strange in ["", "TRADE_PENDING", "trade_success"] {
        assert!(status(strange, json!({})).is_err(), "{strange}");
    }
}

#[test]
fn paid_without_a_readable_amount_or_by_another_number_is_no_answer() {
    for amount in ["", "88.888", "-88.88", "8.888e1"] {
        assert!(status("TRADE_SUCCESS", json!({ "total_amount": amount })).is_err(), "{amount}");
    }
    assert!(status("TRADE_SUCCESS", json!({ "trans_currency": "USD" })).is_err());
    assert!(status("TRADE_SUCCESS", json!({ "trans_currency": "CNY" })).is_ok());
    for number in [json!("GW2"), Value::Null] {
        assert!(status("TRADE_SUCCESS", json!({ "out_trade_no": number })).is_err());
    }
}

#[test]
fn the_total_counts_and_not_what_the_payer_paid_after_discounts() {
    let said =
        status("TRADE_SUCCESS", json!({ "buyer_pay_amount": "80.00", "receipt_amount": "88.88" }));
    assert_eq!(said, Ok(Said::Paid { amount: money(8888), at: None, returned: 0 }));
}

#[test]
fn money_is_back_when_it_moved_now_or_when_the_refunds_own_number_says_so() {
    let refunded = |change: &str, number: &str| {
        let fields =
            json!({ "out_trade_no": number, "fund_change": change, "refund_fee": "88.88" });
        after_refund("10000", "", fields)
    };
    assert_eq!(refunded("Y", "GW1"), "Done");
    // The same request again: whether it was done before, only its own number tells.
    assert_eq!(refunded("N", "GW1"), "Pending");
    assert_eq!(refunded("Y", "GW2"), "?");

    let queried = |trade: &str, request: &str, amount: &str, status: &str| {
        let fields = json!({ "out_trade_no": trade, "out_request_no": request,
                             "refund_amount": amount, "refund_status": status });
        after_refund_query("10000", "", fields)
    };
    assert_eq!(queried("GW1", "RF1", "88.88", "REFUND_SUCCESS"), "Done");
    assert_eq!(queried("GW1", "RF1", "88.88", ""), "NotFound");
    assert_eq!(queried("GW1", "RF1", "88.88", "REFUND_PROCESSING"), "?");
    for (trade, request, amount) in [
        ("GW2", "RF1", "88.88"),
        ("GW1", "RF2", "88.88"),
        ("GW1", "RF1", "88.87"),
        ("GW1", "RF1", ""),
    ] {
        assert_eq!(queried(trade, request, amount, "REFUND_SUCCESS"), "?");
    }
}

#[test]
fn the_payment_of_a_number_of_theirs_is_found_or_is_not_there() {
    let of = |code, sub, fields| refunds::request_of("2026", answer(code, sub, fields));
    let known = json!({ "trade_no": "2026", "out_trade_no": "GW1" });
    assert_eq!(of("10000", "", known), Ok(Some("GW1".into())));
    assert_eq!(of("40004", "ACQ.TRADE_NOT_EXIST", json!({})), Ok(None));
    assert!(of("10000", "", json!({ "trade_no": "2027", "out_trade_no": "GW1" })).is_err());
    assert!(of("20000", "", json!({})).is_err());
}
