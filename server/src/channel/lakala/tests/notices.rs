//! Lakala's messages: who may speak, and what is understood.

use super::*;
use crate::channel::lakala::notice::read as read_by;

const NOTICE: &str = include_str!("../vectors/notice.json");
const AUTHORIZATION: &str = include_str!("../vectors/notice_authorization.txt");

/// Lakala's header over this body: its own key, three lines.
fn signed(body: &str) -> String {
    let key = include_str!("../../../../sandbox/keys/lakala_platform_private.pem");
    let key = rsa::private_key("Lakala's key", key).unwrap();
    let content = format!("1794974491\n9hCrmGkTZq0PV1A2\n{body}\n");
    let signature = rsa::sign(&key, content.as_bytes()).unwrap();
    format!(
        r#"LKLAPI-SHA256withRSA timestamp="1794974491",nonce_str="9hCrmGkTZq0PV1A2",signature="{signature}""#
    )
}

fn read_with(authorization: Option<&str>, body: &[u8]) -> Result<Notice, &'static str> {
    let header = |name: &str| (name == "authorization").then(|| authorization.map(str::to_owned));
    let header = |name: &str| header(name).flatten();
    let notification =
        Notification { path: "/notify/lakala", header: &header, body, now: 1_794_974_491_000 };
    let Lakala { keys, account, .. } = lakala();
    read_by(&keys, &account, &notification).map_err(|forged| forged.0)
}

fn with(changes: &[(&str, Value)]) -> Result<Notice, &'static str> {
    let mut told: Value = serde_json::from_str(NOTICE).unwrap();
    for (name, value) in changes {
        told[name] = value.clone();
    }
    let body = told.to_string();
    read_with(Some(&signed(&body)), body.as_bytes())
}

/// Of the vector, which tells of a payment.
fn said(status: Value) -> Result<Said, &'static str> {
    said_by(&[("order_status", status)])
}

/// The same without what was paid.
fn said_of_no_trade(status: &str) -> Result<Said, &'static str> {
    said_by(&[("order_status", json!(status)), ("order_trade_info", Value::Null)])
}

fn said_by(changes: &[(&str, Value)]) -> Result<Said, &'static str> {
    match with(changes)? {
        Notice::Payment { request_id, evidence } if request_id == ORDER => Ok(evidence.said),
        other => panic!("{other:?}"),
    }
}

fn paid() -> Said {
    Said::Paid { amount: money(8888), at: Some(1_794_974_490_000), returned: 0 }
}

#[test]
fn the_vector_is_proved_and_read() {
    let expected = Notice::Payment { request_id: ORDER.into(), evidence: evidence::saying(paid()) };
    assert_eq!(read_with(Some(AUTHORIZATION), NOTICE.as_bytes()), Ok(expected));
    assert_eq!(signed(NOTICE), AUTHORIZATION);
}

#[test]
fn a_changed_byte_anywhere_is_refused() {
    for place in 0..NOTICE.len() {
        let mut body = NOTICE.as_bytes().to_vec();
        body[place] ^= 1;
        assert_eq!(read_with(Some(AUTHORIZATION), &body), Err("its signature is wrong"), "{place}");
    }
    assert_eq!(read_with(None, NOTICE.as_bytes()), Err("it is not signed"));
}

#[test]
fn every_status_has_its_meaning() {
    assert_eq!(said(json!("0")), Ok(Said::Pending));
    assert_eq!(said(json!("1")), Ok(Said::Pending));
    assert_eq!(said(json!("2")), Ok(paid()));
    assert_eq!(said(json!(2)), Ok(paid()));
    assert_eq!(said_of_no_trade("3"), Ok(Said::Failed));
    for unpaid in ["4", "5", "7"] {
        assert_eq!(said_of_no_trade(unpaid), Ok(Said::Cancelled), "{unpaid}");
    }
    // It was over, and somebody had paid: that is what counts.
    for over in ["3", "4", "5", "7"] {
        assert_eq!(said(json!(over)), Ok(paid()), "{over}");
    }
    assert_eq!(said(json!("8")), Err("it has a status that we do not know"));
    assert_eq!(said(Value::Null), Err("it has a status that we do not know"));
}

#[test]
fn about_money_that_went_back_it_is_only_a_reason_to_ask() {
    let expected = |trade: &str| {
        Ok(Notice::Reversal {
            request_id: trade.into(),
            said: ReversalSaid::Pending,
            amount: None,
            payment: Some(ORDER.into()),
        })
    };
    assert_eq!(with(&[("order_status", json!("6"))]), expected("2026111866210311800001"));
    for kind in ["REFUND", "CANCEL"] {
        let trade = json!({ "trade_no": "T9", "trade_type": kind, "trade_status": "S" });
        assert_eq!(with(&[("order_trade_info", trade)]), expected("T9"));
    }
}

#[test]
fn what_is_signed_but_not_for_us_or_not_readable_is_refused() {
    let refused = |name: &str, value: Value| with(&[(name, value)]).unwrap_err();
    let stranger = "it is about another merchant";
    assert_eq!(refused("merchant_no", json!("82229007392000B")), stranger);
    assert_eq!(refused("merchant_no", Value::Null), stranger);
    assert_eq!(refused("out_order_no", Value::Null), "it names no payment");
    assert_eq!(refused("out_order_no", json!("")), "it names no payment");
    assert_eq!(refused("total_amount", Value::Null), "it names no amount");
    assert_eq!(refused("total_amount", json!("88.88")), "it names no amount");
    assert_eq!(refused("total_amount", json!(88.88)), "it cannot be read");
    for body in ["", "null", "{", r#"{"order_status":"2","order_status":"2"}"#] {
        assert_eq!(
            read_with(Some(&signed(body)), body.as_bytes()),
            Err("it cannot be read"),
            "{body}"
        );
    }
    let large = vec![b' '; 64 * 1024 + 1];
    assert_eq!(read_with(Some(AUTHORIZATION), &large), Err("it is too large"));
}
