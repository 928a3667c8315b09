//! Every code that is known, every sentence, and every status word.

use super::*;
use crate::channel::lakala::codes::CODES;

fn answer(code: &str, msg: &str, data: Value) -> Answer {
    let is_done = ["000000", "BBS00000"].contains(&code);
    let data = if is_done { serde_json::from_value(data).unwrap() } else { Data::default() };
    Answer { is_done, code: code.into(), msg: msg.into(), data }
}

fn after_query(payment: &Payment, answer: &Answer) -> String {
    match evidence::queried(&lakala().account, payment, answer) {
        Ok(evidence) => format!("{:?}", evidence.said),
        Err(ChannelError::NoAnswer(_)) => "?".to_owned(),
        Err(other) => panic!("{other}"),
    }
}

fn of_reversal(answered: Result<ReversalSaid, ChannelError>) -> String {
    match answered {
        Ok(said) => format!("{said:?}"),
        Err(ChannelError::NoAnswer(_)) => "?".to_owned(),
        Err(other) => panic!("{other}"),
    }
}

/// Code and sentence, then what we are sure of after `query`, after `close` (whether it was answered), after `refund` and after
/// the refund's query.
#[rustfmt::skip]
const MEANINGS: &[(&str, &str, &str, bool, &str, &str)] = &[
    ("BBS11105", "退款中", "?", false, "Pending", "Pending"),
    ("BBS11112", "退款中", "?", false, "Pending", "Pending"),
    ("BBS10000", "系统繁忙", "?", false, "?", "?"),
    ("BBS00100", "", "?", false, "?", "?"),
    ("BBS00101", "", "?", false, "?", "?"),
    ("BPS10034", "", "?", false, "?", "?"),
    ("BBS11184", "商户已停用", "?", true, "Failed(\"BBS11184\")", "?"),
    ("X1", "订单不存在", "NotFound", true, "Failed(\"X1\")", "NotFound"),
    ("X1", "商户订单号不存在", "NotFound", true, "Failed(\"X1\")", "NotFound"),
    ("X1", "未查询到该笔交易", "NotFound", true, "Failed(\"X1\")", "NotFound"),
    ("X1", "失败：原交易不存在。", "NotFound", true, "Failed(\"X1\")", "NotFound"),
    // Who is not there is another matter than what.
    ("X1", "商户不存在", "?", true, "Failed(\"X1\")", "?"),
    ("X1", "交易商户不存在", "?", true, "Failed(\"X1\")", "?"),
    ("X1", "交易终端不存在", "?", true, "Failed(\"X1\")", "?"),
    ("X1", "终端不存在，订单创建失败", "?", true, "Failed(\"X1\")", "?"),
    ("X1", "订单已存在", "?", true, "Failed(\"X1\")", "?"),
    ("X1", "", "?", true, "Failed(\"X1\")", "?"),
    ("", "", "?", true, "Failed(\"\")", "?"),
];

#[test]
fn every_refusal_has_its_meaning() {
    for (code, msg, query, close, refund, refund_query) in MEANINGS {
        let said = answer(code, msg, json!({}));
        assert_eq!(after_query(&payment(), &said), *query, "{code} {msg}");
        assert_eq!(evidence::closed(&said).is_ok(), *close, "{code} {msg}");
        assert_eq!(of_reversal(refunds::refunded(&reversal(), &said)), *refund, "{code} {msg}");
        let queried = of_reversal(refunds::queried(&reversal(), &said));
        assert_eq!(queried, *refund_query, "{code} {msg}");
    }
    assert!(CODES.iter().all(|(code, _)| MEANINGS.iter().any(|row| row.0 == *code)));
}

#[test]
fn an_order_is_opened_if_it_is_ours_and_of_the_right_amount() {
    let opened = |changes: &[(&str, Value)]| {
        let vector: Value = serde_json::from_str(include_str!("../vectors/answer.json")).unwrap();
        let mut data = vector["resp_data"].clone();
        for (name, value) in changes {
            data[name] = value.clone();
        }
        let data = serde_json::from_value(data).unwrap();
        evidence::opened(&lakala().account, &payment(), &data)
    };
    let good = opened(&[]).unwrap();
    assert_eq!(good.evidence.said, Said::Pending);
    let action = good.action.unwrap();
    let page = "https://counter.example/b/pay?merchantNo=82229007392000A&merchantOrderNo=26111811012001101011001000001";
    assert_eq!((action.kind.as_str(), action.url.as_deref()), ("redirect", Some(page)));
    assert!(opened(&[("total_amount", json!(8888))]).is_ok());
    assert!(opened(&[("total_amount", Value::Null)]).is_ok());
    for wrong in [
        ("out_order_no", json!("GW2")),
        ("out_order_no", Value::Null),
        ("merchant_no", json!("82229007392000B")),
        ("total_amount", json!("8889")),
        ("total_amount", json!("")),
    ] {
        assert!(opened(std::slice::from_ref(&wrong)).is_err(), "{wrong:?}");
    }
    for none in [json!(""), json!("javascript:alert(1)"), json!("x".repeat(3000)), Value::Null] {
        let opened = opened(&[("counter_url", none.clone())]).unwrap();
        assert_eq!(opened.action, None, "{none}");
    }
}

/// The order in this state, with these trades: kind, state, fen.
fn order(status: &str, trades: &[(&str, &str, i64)]) -> Value {
    let trades: Vec<Value> = trades
        .iter()
        .map(|(kind, state, amount)| {
            json!({ "trade_no": "2026111866210311800001", "trade_type": kind, "trade_status": state,
                    "trade_amount": amount, "trade_time": "20261118120130" })
        })
        .collect();
    json!({ "out_order_no": ORDER, "merchant_no": "82229007392000A", "order_status": status,
            "total_amount": 8888, "order_trade_info_list": trades })
}

fn told(status: &str, trades: &[(&str, &str, i64)]) -> String {
    after_query(&payment(), &answer("000000", "", order(status, trades)))
}

const AT: i64 = 1_794_974_490_000;
const PAY: (&str, &str, i64) = ("PAY", "S", 8888);

fn paid(at: Option<i64>, returned: i64) -> String {
    format!("{:?}", Said::Paid { amount: money(8888), at, returned })
}

#[test]
fn every_status_has_its_meaning() {
    assert_eq!(told("0", &[]), "Pending");
    assert_eq!(told("1", &[("PAY", "DEAL", 8888)]), "Pending");
    assert_eq!(told("2", &[PAY]), paid(Some(AT), 0));
    assert_eq!(told("2", &[("PAY", "SUCCESS", 8888)]), paid(Some(AT), 0));
    assert_eq!(told("2", &[]), paid(None, 0));
    assert_eq!(told("3", &[("PAY", "F", 8888)]), "Failed");
    for unpaid in ["4", "5", "7"] {
        assert_eq!(told(unpaid, &[]), "Cancelled", "{unpaid}");
    }
    for strange in ["", "8", "SUCCESS", "02"] {
        assert_eq!(told(strange, &[PAY]), "?", "{strange}");
    }
}

#[test]
fn what_went_back_is_the_sum_of_the_trades_that_gave_it_back() {
    let back = |amount| ("REFUND", "SUCCESS", amount);
    assert_eq!(told("6", &[PAY, back(800)]), paid(Some(AT), 800));
    assert_eq!(told("6", &[PAY, back(800), ("REFUND", "S", 8088)]), paid(Some(AT), 8888));
    assert_eq!(told("6", &[PAY, back(800), ("REFUND", "FAIL", 8088)]), paid(Some(AT), 800));
    assert_eq!(told("6", &[PAY, ("CANCEL", "S", 8888)]), paid(Some(AT), 8888));
    // Paid twice, and Lakala gave the second back by itself: that was not this payment's.
    assert_eq!(told("2", &[PAY, PAY, back(8888)]), paid(Some(AT), 0));
    assert_eq!(told("6", &[PAY, PAY, back(8888), back(800)]), paid(Some(AT), 800));
    // Money that was taken for an order that is over is back, or on its way, or here.
    assert_eq!(told("7", &[PAY, back(8888)]), paid(Some(AT), 8888));
    assert_eq!(told("7", &[PAY, ("REFUND", "DEAL", 8888)]), "?");
    for over in ["3", "4", "5", "7"] {
        assert_eq!(told(over, &[PAY]), paid(Some(AT), 0), "{over}");
    }
}

#[test]
fn what_went_back_unlisted_is_not_accepted_and_ends_nothing_that_was() {
    let unlisted = || answer("000000", "", order("6", &[PAY, ("REFUND", "DEAL", 800)]));
    assert_eq!(after_query(&payment(), &unlisted()), "?");
    let accepted = Payment { role: Role::Accepted, ..payment() };
    assert_eq!(after_query(&accepted, &unlisted()), paid(Some(AT), 0));
    let amountless = |kind: &str| {
        let mut data = order("6", &[PAY, (kind, "S", 1)]);
        data["order_trade_info_list"][1]["trade_amount"] = Value::Null;
        after_query(&accepted, &answer("000000", "", data))
    };
    assert_eq!((amountless("REFUND").as_str(), amountless("PAY").as_str()), ("?", "?"));
}

#[test]
fn an_answer_about_something_else_or_of_no_amount_is_none() {
    for (name, value) in [
        ("out_order_no", json!("GW2")),
        ("out_order_no", Value::Null),
        ("merchant_no", json!("82229007392000B")),
        ("total_amount", json!("88.88")),
        ("total_amount", Value::Null),
    ] {
        let mut data = order("2", &[PAY]);
        data[name] = value;
        assert_eq!(after_query(&payment(), &answer("000000", "", data)), "?", "{name}");
    }
    let mut digits = order("2", &[PAY]);
    digits["total_amount"] = json!("8888");
    digits["order_status"] = json!(2);
    assert_eq!(after_query(&payment(), &answer("000000", "", digits)), paid(Some(AT), 0));
}

#[test]
fn a_refund_needs_the_trade_that_paid() {
    let trade = |data| {
        let answer = answer("000000", "", data);
        evidence::paid_by(&lakala().account, &payment(), &answer).map(str::to_owned)
    };
    assert_eq!(trade(order("2", &[("PAY", "F", 8888), PAY])).unwrap(), "2026111866210311800001");
    assert!(trade(order("2", &[])).is_err());
    assert!(trade(order("0", &[("PAY", "DEAL", 8888)])).is_err());
    let mut unnumbered = order("2", &[PAY]);
    unnumbered["order_trade_info_list"][0]["trade_no"] = json!("");
    assert!(trade(unnumbered).is_err());
}

#[test]
fn what_lakala_has_taken_up_or_may_have_is_never_taken_for_refused() {
    let refused = || answer("X1", "退款订单号重复", json!({}));
    let absent = || answer("X1", "退款订单不存在", json!({}));
    let sent = |state, sends| Reversal { state, sends, ..reversal() };
    let first = sent(ReversalState::Sent, 1);
    assert_eq!(of_reversal(refunds::refunded(&first, &refused())), "Failed(\"X1\")");
    // The number may have been taken up the first time.
    let again = sent(ReversalState::Sent, 2);
    for answer in [refused(), absent()] {
        assert_eq!(of_reversal(refunds::refunded(&again, &answer)), "?");
    }
    // Nothing is sent again because Lakala does not find what it has accepted.
    assert_eq!(of_reversal(refunds::queried(&first, &absent())), "?");
    let unknown = sent(ReversalState::Unknown, 1);
    assert_eq!(of_reversal(refunds::queried(&unknown, &absent())), "NotFound");
}

#[test]
fn a_refund_is_back_when_its_own_number_says_so() {
    assert_eq!(
        of_reversal(refunds::refunded(&reversal(), &answer("BBS00000", "", json!({})))),
        "Pending"
    );
    let queried = |data| of_reversal(refunds::queried(&reversal(), &answer("BBS00000", "", data)));
    let ours = |state: &str| json!({ "out_refund_order_no": "RF1", "refund_amount": "800", "trade_state": state });
    for (state, expected) in [
        ("SUCCESS", "Done"),
        ("REFUND", "Done"),
        ("INIT", "Pending"),
        ("CREATE", "Pending"),
        ("DEAL", "Pending"),
        ("UNKNOWN", "Pending"),
        ("FAIL", "Failed(\"FAIL\")"),
        ("CLOSE", "Failed(\"CLOSE\")"),
        ("REVOKED", "Failed(\"REVOKED\")"),
        ("", "?"),
        ("PART_REFUND", "?"),
    ] {
        assert_eq!(queried(ours(state)), expected, "{state}");
    }
    assert_eq!(queried(json!({ "out_trade_no": "RF1", "trade_state": "SUCCESS" })), "Done");
    assert_eq!(queried(json!({ "out_trade_no": "RF2", "trade_state": "SUCCESS" })), "?");
    assert_eq!(queried(json!({ "trade_state": "SUCCESS" })), "?");
    let mut other = ours("SUCCESS");
    other["refund_amount"] = json!("801");
    assert_eq!(queried(other), "?");
}
