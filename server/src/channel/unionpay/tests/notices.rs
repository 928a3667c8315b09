//! UnionPay's messages: who may speak, and what is understood.

use super::*;
use crate::domain::payment::Said;

const WELL: [(&str, &str); 7] = [
    ("respCode", "00"),
    ("txnType", "01"),
    ("txnSubType", "07"),
    ("txnAmt", "8888"),
    ("currencyCode", "156"),
    ("settleAmt", "8000"),
    ("respMsg", "成功[0000000]"),
];

fn with(changes: &[(&'static str, &'static str)]) -> Fields {
    let rest = WELL.into_iter().filter(|(name, _)| changes.iter().all(|(other, _)| other != name));
    fields(&rest.chain(changes.iter().copied()).collect::<Vec<_>>())
}

fn read(body: &str) -> Result<Notice, &'static str> {
    let path = "/notify/unionpay";
    let notification = Notification { path, header: &|_| None, body: body.as_bytes(), now: NOON };
    let read = Unionpay::new(&sandbox(HOST)).unwrap().read_notification(&notification);
    read.map_err(|forged| forged.0)
}

fn said(changes: &[(&'static str, &'static str)]) -> Result<Said, &'static str> {
    match read(&signed(with(changes)).form())? {
        Notice::Payment { request_id, evidence } if request_id == number() => Ok(evidence.said),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_success_is_the_orders_total() {
    let paid = Said::Paid { amount: money(8888), at: None, returned: 0 };
    assert_eq!(said(&[]), Ok(paid));
    assert_eq!(said(&[("respCode", "A6")]), Ok(paid));
}

#[test]
fn what_is_not_a_success_is_no_money_and_what_is_not_ours_is_refused() {
    assert_eq!(said(&[("respCode", "60")]), Ok(Said::Failed));
    assert_eq!(said(&[("respCode", "05")]), Ok(Said::Pending));
    assert_eq!(said(&[("merId", "777290058110049")]), Err("it is not addressed to us"));
    let nobodys = "its number and its time are not of one transaction of ours";
    assert_eq!(said(&[("txnTime", "20261118120001")]), Err(nobodys));
    assert_eq!(said(&[("orderId", "ORDER20261118000001")]), Err(nobodys));
    assert_eq!(said(&[("txnAmt", "88.88")]), Err("it names no amount"));
    assert_eq!(said(&[("currencyCode", "840")]), Err("it names no amount"));
    assert_eq!(said(&[("txnType", "31")]), Err("it is of a kind we do not know"));
}

#[test]
fn a_changed_byte_anywhere_is_refused_or_changes_nothing() {
    let whole = signed(with(&[])).form();
    let right = read(&whole);
    assert!(right.is_ok());
    for place in (0..whole.len()).step_by(3) {
        let mut bytes = whole.as_bytes().to_vec();
        bytes[place] = if bytes[place] == b'X' { b'Y' } else { b'X' };
        let changed = String::from_utf8(bytes).unwrap();
        assert!(read(&changed).is_err(), "{place}");
    }
}

#[test]
fn nobody_speaks_without_a_proof() {
    let long = format!("a={}", "x".repeat(70_000));
    let twice = format!("{}&txnAmt=1", signed(with(&[])).form());
    for body in ["", "{}", "a=b", &long, &twice, &with(&[]).form()] {
        assert!(read(body).is_err(), "{}", &body[..body.len().min(40)]);
    }
}

#[test]
fn a_refund_that_is_done_is_told_by_its_own_number_and_with_its_amount() {
    let number = refund_number();
    let told = |code: &str, amount: &str| {
        let pairs = [
            ("orderId", number.as_str()),
            ("txnType", "04"),
            ("txnSubType", "00"),
            ("respCode", code),
            ("txnAmt", amount),
            ("currencyCode", "156"),
        ];
        read(&signed(fields(&pairs)).form())
    };
    let notice = |said, amount| {
        let request_id = refund_number();
        Ok(Notice::Reversal { request_id, said, amount, payment: None })
    };
    assert_eq!(told("00", "5000"), notice(ReversalSaid::Done, Some(money(5000))));
    assert_eq!(told("00", ""), notice(ReversalSaid::Pending, None));
    assert_eq!(told("60", "5000"), notice(ReversalSaid::Pending, Some(money(5000))));
}
