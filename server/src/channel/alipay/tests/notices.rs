//! Alipay's messages: who may speak, and what is understood.

use std::collections::BTreeMap;

use url::form_urlencoded::{Serializer, parse};

use super::*;
use crate::channel::alipay::notice::read as read_by;

const VECTOR: &str = include_str!("../vectors/notice_form.txt");
const CONTENT: &str = include_str!("../vectors/notice_content.txt");

type Fields = BTreeMap<String, String>;

fn fields() -> Fields {
    let mut fields: Fields = parse(VECTOR.as_bytes()).into_owned().collect();
    fields.insert("out_trade_no".into(), "GW1".into());
    fields
}

fn with(changes: &[(&str, &str)]) -> Fields {
    let mut fields = fields();
    for (name, value) in changes {
        if value.is_empty() {
            fields.remove(*name);
        } else {
            fields.insert((*name).into(), (*value).into());
        }
    }
    fields
}

/// Signed by Alipay, as version 1 is: without the signature and its type.
fn sent(fields: &Fields) -> String {
    let pairs = fields.iter().map(|(key, value)| (key.as_str(), value.as_str()));
    let signed = pairs.clone().filter(|(key, _)| !["sign", "sign_type"].contains(key));
    let signature = platform().sign(&sign::content(signed)).unwrap();
    let rest = pairs.filter(|(key, _)| *key != "sign");
    Serializer::new(String::new()).extend_pairs(rest).append_pair("sign", &signature).finish()
}

fn read(body: &str) -> Result<Notice, &'static str> {
    let notification =
        Notification { path: "/notify/alipay", header: &|_| None, body: body.as_bytes(), now: 0 };
    let read = Alipay::new(&sandbox(HOST)).unwrap().read_notification(&notification);
    read.map_err(|forged| forged.0)
}

fn said(changes: &[(&str, &str)]) -> Result<Said, &'static str> {
    match read(&sent(&with(changes)))? {
        Notice::Payment { request_id, evidence } if request_id == "GW1" => Ok(evidence.said),
        other => panic!("{other:?}"),
    }
}

fn paid(returned: i64) -> Said {
    Said::Paid { amount: money(8888), at: Some(1_794_974_490_000), returned }
}

#[test]
fn the_vector_is_proved_and_read() {
    let evidence = evidence::saying(paid(0));
    let request_id = "ORDER20261118000001".into();
    assert_eq!(read(VECTOR), Ok(Notice::Payment { request_id, evidence }));
    let mut fields: Fields = parse(VECTOR.as_bytes()).into_owned().collect();
    fields.retain(|key, _| !["sign", "sign_type"].contains(&key.as_str()));
    let pairs = fields.iter().map(|(key, value)| (key.as_str(), value.as_str()));
    assert_eq!(sign::content(pairs), CONTENT);
}

#[test]
fn another_amount_is_not_what_was_signed() {
    let cheaper = VECTOR.replace("total_amount=88.88", "total_amount=0.01");
    assert_eq!(read(&cheaper), Err("its signature is wrong"));
}

#[test]
fn a_changed_byte_anywhere_is_refused() {
    for place in 0..VECTOR.len() {
        let mut bytes = VECTOR.as_bytes().to_vec();
        bytes[place] ^= 1;
        let notification =
            Notification { path: "/notify/alipay", header: &|_| None, body: &bytes, now: 0 };
        let alipay = Alipay::new(&sandbox(HOST)).unwrap();
        let read = alipay.read_notification(&notification);
        // The same text in another spelling is the same text.
        if let Ok(read) = read {
            assert!(matches!(read, Notice::Payment { evidence, .. } if evidence.said == paid(0)));
            let same: Fields = parse(&bytes).into_owned().collect();
            assert_eq!(same, parse(VECTOR.as_bytes()).into_owned().collect::<Fields>(), "{place}");
        }
    }
}

#[test]
fn every_status_has_its_meaning() {
    let unpaid = ("gmt_payment", "");
    assert_eq!(said(&[("trade_status", "WAIT_BUYER_PAY"), unpaid]), Ok(Said::Pending));
    assert_eq!(said(&[("trade_status", "TRADE_SUCCESS")]), Ok(paid(0)));
    assert_eq!(said(&[("trade_status", "TRADE_FINISHED")]), Ok(paid(0)));
    assert_eq!(said(&[("trade_status", "TRADE_CLOSED"), unpaid]), Ok(Said::Cancelled));
    // Paid, and given back since (D2).
    assert_eq!(said(&[("trade_status", "TRADE_CLOSED")]), Ok(paid(8888)));
    assert!(said(&[("trade_status", "TRADE_PENDING")]).is_err());
}

#[test]
fn a_message_with_a_refund_tells_of_the_refund() {
    let partly = [("refund_fee", "8.80"), ("gmt_refund", "2026-11-18 12:05:00.123")];
    assert_eq!(said(&partly), Ok(paid(880)));
    let by_portal = [partly[0], ("out_biz_no", "HB2026-portal")];
    assert_eq!(said(&by_portal), Ok(paid(880)));
    assert_eq!(said(&[("trade_status", "TRADE_CLOSED"), ("refund_fee", "88.88")]), Ok(paid(8888)));
    assert_eq!(said(&[("refund_fee", "0.00")]), Ok(paid(0)));
}

#[test]
fn about_our_own_refund_it_is_only_a_reason_to_ask() {
    let ours = ReversalId::of([3; 16]).to_string();
    let body = sent(&with(&[("refund_fee", "88.88"), ("out_biz_no", &ours)]));
    let expected = Notice::Reversal {
        request_id: ours,
        said: ReversalSaid::Pending,
        amount: None,
        payment: Some("2026111822001400000000000001".into()),
    };
    assert_eq!(read(&body), Ok(expected));
}

#[test]
fn what_is_signed_but_not_for_us_or_not_readable_is_refused() {
    let refused = |changes: &[(&str, &str)]| read(&sent(&with(changes))).unwrap_err();
    let stranger = "it is not addressed to us";
    assert_eq!(refused(&[("app_id", "2021000000000002")]), stranger);
    assert_eq!(refused(&[("seller_id", "2088000000000003")]), stranger);
    assert_eq!(refused(&[("app_id", "")]), stranger);
    assert_eq!(refused(&[("seller_id", "")]), stranger);
    assert_eq!(refused(&[("notify_type", "other")]), "it is of a kind we do not know");
    assert_eq!(refused(&[("out_trade_no", "")]), "it names no payment");
    assert_eq!(refused(&[("total_amount", "")]), "it names no amount");
    assert_eq!(refused(&[("total_amount", "88.888")]), "it names no amount");
    assert_eq!(refused(&[("sign_type", "RSA")]), "it is not signed");
}

#[test]
fn no_field_stands_twice() {
    let twice = format!("{VECTOR}&total_amount=88.88");
    assert_eq!(read(&twice), Err("a field stands twice"));
    assert_eq!(read(""), Err("it is not signed"));
}

#[test]
fn an_empty_field_that_came_is_signed_too() {
    let mut fields = fields();
    fields.insert("body".into(), String::new());
    let body = sent(&fields);
    assert!(read(&body).is_ok());
    assert_eq!(read(&body.replace("body=&", "")), Err("its signature is wrong"));
}

#[test]
fn a_message_that_is_too_large_is_not_read() {
    let account = Account { app_id: SANDBOX_APP.into(), seller_id: "2088000000000002".into() };
    let body = vec![b'a'; 64 * 1024 + 1];
    let notification =
        Notification { path: "/notify/alipay", header: &|_| None, body: &body, now: 0 };
    let keys = Keys::of(&sandbox(HOST)).unwrap();
    assert_eq!(read_by(&keys, &account, &notification).unwrap_err().0, "it is too large");
}
