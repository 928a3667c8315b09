//! What WeChat Pay's answers mean.

use super::*;
use crate::domain::reversal::ReversalSaid;

fn transaction(state: &str) -> Value {
    json!({
        "appid": "wxd678efh567hg6787", "mchid": "1900000001", "out_trade_no": "ORDER20261118000001",
        "trade_type": "NATIVE", "trade_state": state, "success_time": "2026-11-18T12:01:30+08:00",
        "amount": { "total": 100, "payer_total": 90, "currency": "CNY", "payer_currency": "CNY" },
    })
}

fn queried(payment: &Payment, fields: &Value) -> Result<Evidence, ChannelError> {
    evidence::queried(&account(), payment, &answer(200, fields))
}

/// The order's total, not what the payer paid after a discount.
fn paid() -> Said {
    Said::Paid { amount: cny(100), at: Some(1_794_974_490_000), returned: 0 }
}

#[test]
fn every_state_has_its_meaning() {
    for (state, said) in [
        ("NOTPAY", Some(Said::Pending)),
        ("USERPAYING", Some(Said::Pending)),
        ("ACCEPT", Some(Said::Pending)),
        ("SUCCESS", Some(paid())),
        ("CLOSED", Some(Said::Cancelled)),
        ("REVOKED", Some(Said::Cancelled)),
        ("PAYERROR", Some(Said::Failed)),
        ("SOMETHING_NEW", None),
    ] {
        let found = queried(&payment(), &transaction(state)).ok().map(|evidence| evidence.said);
        assert_eq!(found, said, "{state}");
    }
}

#[test]
fn what_was_refunded_is_paid_where_we_know_of_it_and_nothing_where_we_do_not() {
    let ours = Payment { role: Role::Accepted, ..payment() };
    assert_eq!(queried(&ours, &transaction("REFUND")).unwrap().said, paid());
    assert!(matches!(queried(&payment(), &transaction("REFUND")), Err(ChannelError::NoAnswer(_))));
}

#[test]
fn an_answer_about_something_else_decides_nothing() {
    for (field, value) in [("out_trade_no", "ORDER2"), ("mchid", "1900000002"), ("appid", "wx1")] {
        let mut other = transaction("SUCCESS");
        other[field] = json!(value);
        assert!(matches!(queried(&payment(), &other), Err(ChannelError::NoAnswer(_))), "{field}");
    }
    let mut nameless = transaction("SUCCESS");
    nameless["amount"] = json!({});
    assert!(matches!(queried(&payment(), &nameless), Err(ChannelError::NoAnswer(_))));
}

#[test]
fn an_order_that_is_not_there_is_not_found() {
    for code in ["ORDER_NOT_EXIST", "ORDERNOTEXIST", "RESOURCE_NOT_EXISTS"] {
        let answer = answer(404, &json!({ "code": code }));
        let said = evidence::queried(&account(), &payment(), &answer).unwrap().said;
        assert_eq!(said, Said::NotFound, "{code}");
    }
    for (status, code) in [(400, "ORDER_NOT_EXIST"), (403, "NO_AUTH"), (404, "NOT_FOUND")] {
        let answer = answer(status, &json!({ "code": code }));
        let found = evidence::queried(&account(), &payment(), &answer);
        assert!(matches!(found, Err(ChannelError::NoAnswer(_))), "{code}");
    }
}

#[test]
fn an_order_brings_a_code_or_an_address_that_leads_back() {
    let code = answer(200, &json!({ "code_url": "weixin://wxpay/bizpayurl?pr=p4lpSuKzz" }));
    let opened = evidence::opened(&payment(), &asking(), &code).unwrap();
    let action = opened.action.unwrap();
    assert_eq!((action.kind.as_str(), action.code_kind.as_deref()), ("show_code", Some("qr")));
    assert_eq!(action.text.as_deref(), Some("weixin://wxpay/bizpayurl?pr=p4lpSuKzz"));
    let h5 = Payment { product: "H5".into(), ..payment() };
    let page = answer(200, &json!({ "h5_url": "https://wx.tenpay.com/cgi-bin/x?prepay_id=wx1" }));
    let action = evidence::opened(&h5, &asking(), &page).unwrap().action.unwrap();
    assert_eq!(action.kind, "redirect");
    assert_eq!(
        action.url.as_deref(),
        Some(
            "https://wx.tenpay.com/cgi-bin/x?prepay_id=wx1&redirect_url=https%3A%2F%2Fpay.example%2Fpay%2FCS1%3Fa%3Db"
        )
    );
    assert_eq!(evidence::opened(&payment(), &asking(), &page).unwrap().action, None);
}

#[test]
fn a_refusal_to_open_is_final_and_a_doubt_is_none() {
    for (status, code, reason) in [
        (400, "PARAM_ERROR", Some("CONFIGURATION")),
        (400, "INVALID_REQUEST", Some("CONFIGURATION")),
        (403, "RULE_LIMIT", Some("LIMIT")),
        (403, "TRADE_ERROR", Some("DECLINED")),
        (403, "SOMETHING_NEW", Some("DECLINED")),
        (403, "OUT_TRADE_NO_USED", None),
        (400, "ORDER_CLOSED", None),
        (404, "PARAM_ERROR", None),
        (400, "", None),
    ] {
        let answer = answer(status, &json!({ "code": code }));
        let opened = evidence::opened(&payment(), &asking(), &answer);
        let found = opened.ok().map(|opened| (opened.evidence.said, opened.evidence.reason));
        assert_eq!(found, reason.map(|reason| (Said::Failed, reason.to_owned())), "{code}");
    }
}

#[test]
fn a_close_is_answered_whatever_it_says_unless_nobody_knows() {
    assert_eq!(evidence::closed(&Answer { status: 204, ..Answer::default() }), Ok(()));
    for (status, code, is_answered) in [
        (400, "ORDER_CLOSED", true),
        (403, "TRADE_ERROR", true),
        (400, "INVALID_REQUEST", true),
        (404, "ORDER_NOT_EXIST", true),
        (400, "PARAM_ERROR", false),
        (403, "NO_AUTH", false),
        (202, "USERPAYING", false),
        (202, "SYSTEM_ERROR", false),
    ] {
        let answer = answer(status, &json!({ "code": code }));
        assert_eq!(evidence::closed(&answer).is_ok(), is_answered, "{code}");
    }
    for status in [429, 500, 502] {
        assert!(!codes::is_readable(status), "{status}");
    }
}

fn refund(status: &str, number: &str, fen: i64) -> Value {
    json!({ "refund_id": "50300", "out_refund_no": number, "status": status,
        "amount": { "total": 100, "refund": fen, "currency": "CNY" } })
}

#[test]
fn every_refund_status_has_its_meaning() {
    let reversal = reversal();
    let number = reversal.request_id.as_str();
    for (fields, said) in [
        (refund("SUCCESS", number, 40), Some(ReversalSaid::Done)),
        (refund("PROCESSING", number, 40), Some(ReversalSaid::Pending)),
        (refund("CLOSED", number, 40), Some(ReversalSaid::Failed("CLOSED".into()))),
        (refund("ABNORMAL", number, 40), Some(ReversalSaid::Never("ABNORMAL".into()))),
        (refund("SOMETHING_NEW", number, 40), None),
        (refund("SUCCESS", "another", 40), None),
        (refund("SUCCESS", number, 41), None),
    ] {
        let answer = answer(200, &fields);
        assert_eq!(refunds::refunded(&reversal, &answer).ok(), said, "{fields}");
        assert_eq!(refunds::queried(&reversal, &answer).ok(), said, "{fields}");
    }
}

#[test]
fn a_refund_that_is_refused_may_be_asked_about_and_one_too_many_is_sent_again() {
    let failed = |code: &str| Some(ReversalSaid::Failed(code.to_owned()));
    for (status, code, said) in [
        (400, "INVALID_REQUEST", failed("INVALID_REQUEST")),
        (404, "RESOURCE_NOT_EXISTS", failed("RESOURCE_NOT_EXISTS")),
        (403, "NOT_ENOUGH", Some(ReversalSaid::Never("NOT_ENOUGH".into()))),
        (403, "RULE_LIMIT", None),
        (403, "NO_AUTH", None),
        (400, "PARAM_ERROR", None),
    ] {
        let answer = answer(status, &json!({ "code": code }));
        assert_eq!(refunds::refunded(&reversal(), &answer).ok(), said, "{code}");
    }
    let absent = answer(404, &json!({ "code": "RESOURCE_NOT_EXISTS" }));
    assert_eq!(refunds::queried(&reversal(), &absent), Ok(ReversalSaid::NotFound));
}
