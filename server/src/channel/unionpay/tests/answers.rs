//! What each code means, of a call and of what it is about.

use super::*;
use crate::domain::payment::Said;

const PAID: [(&str, &str); 4] =
    [("txnAmt", "8888"), ("currencyCode", "156"), ("traceTime", "1118120101"), ("queryId", "2026")];

fn and<'a>(one: &[(&'a str, &'a str)], other: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    [one, other].concat()
}

fn paid() -> Said {
    Said::Paid { amount: money(8888), at: Some(NOON + 61_000), returned: 0 }
}

/// What a query with these codes says of the code on the screen, and of the payer's own.
fn asked(resp: &str, orig: &str) -> [Option<Said>; 2] {
    let answer = fields(&and(&PAID, &[("respCode", resp), ("origRespCode", orig)]));
    [payment(), at_the_counter()]
        .map(|payment| evidence::queried(&payment, &answer).ok().map(|evidence| evidence.said))
}

#[test]
fn a_banks_page_that_nobody_has_paid_yet_may_still_be_paid() {
    for product in ["WEB", "NETBANK"] {
        let payment = crate::domain::payment::Payment { product: product.into(), ..payment() };
        for (resp, orig) in [("34", ""), ("00", "34")] {
            let answer = fields(&and(&PAID, &[("respCode", resp), ("origRespCode", orig)]));
            let said = evidence::queried(&payment, &answer).unwrap().said;
            assert_eq!(said, Said::Pending, "{product} {resp} {orig}");
        }
    }
}

#[test]
fn every_code_of_a_query_has_its_meaning() {
    for (resp, orig, expected) in [
        ("00", "00", [Some(paid()), Some(paid())]),
        ("00", "A6", [Some(paid()), Some(paid())]),
        ("A6", "00", [Some(paid()), Some(paid())]),
        ("00", "03", [Some(Said::Pending), Some(Said::Pending)]),
        ("00", "04", [Some(Said::Pending), Some(Said::Pending)]),
        ("00", "05", [Some(Said::Pending), Some(Said::Pending)]),
        ("00", "34", [Some(Said::NotFound), Some(Said::NotFound)]),
        ("34", "", [Some(Said::NotFound), Some(Said::NotFound)]),
        // Whoever was refused may scan the code again; at the counter it is over.
        ("00", "60", [Some(Said::Pending), Some(Said::Failed)]),
        ("00", "12", [Some(Said::Pending), Some(Said::Failed)]),
        ("00", "", [None, None]),
        ("", "00", [None, None]),
        ("03", "00", [None, None]),
        ("10", "00", [None, None]),
        ("11", "00", [None, None]),
        ("12", "00", [None, None]),
        ("13", "00", [None, None]),
        ("60", "00", [None, None]),
    ] {
        assert_eq!(asked(resp, orig), expected, "{resp} {orig}");
    }
}

#[test]
fn what_is_not_about_this_payment_or_of_no_amount_says_nothing() {
    let well = [("respCode", "00"), ("origRespCode", "00")];
    let other = PaymentId::of([9; 16]).to_string();
    for changed in [
        ("orderId", other.as_str()),
        ("txnTime", "20261118120001"),
        ("txnAmt", "88.88"),
        ("txnAmt", ""),
        ("currencyCode", "840"),
        ("currencyCode", ""),
    ] {
        let rest: Vec<_> = PAID.into_iter().filter(|(name, _)| *name != changed.0).collect();
        let answer = fields(&and(&and(&rest, &well), &[changed]));
        assert!(evidence::queried(&payment(), &answer).is_err(), "{changed:?}");
    }
    // What the payer paid after a discount is not the order's total (D3).
    let discounted = fields(&and(&and(&PAID, &well), &[("settleAmt", "8000")]));
    assert_eq!(evidence::queried(&payment(), &discounted).unwrap().said, paid());
}

#[test]
fn every_code_of_an_application_has_its_meaning() {
    for (code, said) in [
        ("00", Some(Said::Pending)),
        ("A6", Some(Said::Pending)),
        ("03", None),
        ("05", None),
        // It has it, and tells no code.
        ("12", Some(Said::Pending)),
        ("34", None),
        ("", None),
        ("10", Some(Said::Failed)),
        ("11", Some(Said::Failed)),
        ("13", Some(Said::Failed)),
        ("60", Some(Said::Failed)),
    ] {
        let answer = fields(&[("respCode", code), ("qrCode", "https://qr.95516.com/00010000/1")]);
        let opened = evidence::applied(&payment(), &answer).ok();
        assert_eq!(opened.as_ref().map(|opened| opened.evidence.said), said, "{code}");
        let has_code = opened.is_some_and(|opened| opened.action.is_some());
        assert_eq!(has_code, ["00", "A6"].contains(&code), "{code}");
    }
    let long = "x".repeat(2000);
    for code in ["", &long] {
        let answer = fields(&[("respCode", "00"), ("qrCode", code)]);
        assert!(evidence::applied(&payment(), &answer).is_err(), "no code is no answer");
    }
}

#[test]
fn every_code_of_a_charge_has_its_meaning() {
    for (code, said) in [
        ("00", Some(paid())),
        ("A6", Some(paid())),
        ("03", Some(Said::Pending)),
        ("04", Some(Said::Pending)),
        ("05", Some(Said::Pending)),
        ("12", None),
        ("34", None),
        ("", None),
        ("13", Some(Said::Failed)),
        ("60", Some(Said::Failed)),
    ] {
        let answer = fields(&and(&PAID, &[("respCode", code)]));
        let opened = evidence::charged(&at_the_counter(), &answer).ok();
        assert_eq!(opened.map(|opened| opened.evidence.said), said, "{code}");
    }
}

#[test]
fn a_refund_is_back_only_when_a_query_says_all_of_it() {
    use crate::domain::reversal::ReversalSaid::{Done, Failed, NotFound, Pending};

    let number = refund_number();
    let of = |pairs: &[(&'static str, &'static str)]| {
        fields(&and(&[("orderId", number.as_str())], pairs))
    };
    for (code, said) in [
        ("00", Some(Pending)),
        ("60", Some(Failed("respCode 60".into()))),
        ("34", Some(Failed("respCode 34".into()))),
        ("12", None),
        ("03", None),
        ("11", None),
        ("10", None),
        ("13", Some(Failed("respCode 13".into()))),
        ("", None),
    ] {
        assert_eq!(refunds::refunded(&reversal(), &of(&[("respCode", code)])).ok(), said, "{code}");
    }
    for (resp, orig, amount, said) in [
        ("00", "00", "8888", Some(Done)),
        ("00", "00", "8887", None),
        ("00", "00", "", None),
        ("00", "05", "8888", Some(Pending)),
        ("00", "34", "8888", Some(NotFound)),
        ("00", "60", "8888", Some(Failed("origRespCode 60".into()))),
        ("00", "", "8888", None),
        ("34", "", "", Some(NotFound)),
        ("60", "00", "8888", None),
        ("04", "00", "8888", None),
    ] {
        let answer = of(&[
            ("respCode", resp),
            ("origRespCode", orig),
            ("txnAmt", amount),
            ("currencyCode", "156"),
        ]);
        assert_eq!(refunds::queried(&reversal(), &answer).ok(), said, "{resp} {orig} {amount}");
    }
    let others = fields(&[("respCode", "00"), ("origRespCode", "00")]);
    assert!(refunds::queried(&reversal(), &others).is_err(), "the payment's answer is not its own");
}
