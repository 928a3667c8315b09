//! The texts of codes: the vectors, what a strict reader refuses, what an account may be.

use florin_shared::Money;

use super::vectors;
use crate::channel::emvco::account::Account;
use crate::channel::emvco::payload::{Fault, Objects, open, seal};
use crate::channel::emvco::scheme::{Bill, text};
use crate::clock::Millis;
use crate::config::EmvcoSettings;

/// 12:10:00 on 18 November 2026 in Hong Kong.
const AT_TEN_PAST: Millis = 1_794_975_000_000;
/// Noon of 31 December 2026 in Singapore.
const LAST_DAY: Millis = 1_798_689_600_000;

fn settings(account: &str) -> EmvcoSettings {
    EmvcoSettings { account: Some(account.to_owned()), ..EmvcoSettings::default() }
}

fn at_bank(bank: &str, account: &str) -> EmvcoSettings {
    EmvcoSettings { bank: Some(bank.to_owned()), ..settings(account) }
}

fn issued(code: String) -> EmvcoSettings {
    EmvcoSettings { code: Some(code), ..EmvcoSettings::default() }
}

fn account(scheme: &str, settings: &EmvcoSettings) -> Account {
    Account::of(scheme, settings).unwrap()
}

#[track_caller]
fn check(
    account: Account,
    amount: &str,
    reference: Option<&str>,
    expires: Option<Millis>,
    expected: &str,
) {
    let amount = amount.split_once(' ').map(|(minor, code)| Money::parse(minor, code).unwrap());
    assert_eq!(text(&account, &Bill { amount, reference, expires }).as_deref(), Ok(expected));
}

#[test]
fn vietqr_is_what_napas_and_others_write() {
    let order = Some("ORDER20261118000001");
    let vietcombank = account("vietqr", &at_bank("970436", "0011000123456"));
    check(vietcombank, "120000 VND", order, None, vectors::VIETQR);
    let fixed = account("vietqr", &at_bank("970403", "0011012345678"));
    check(fixed, "", None, None, vectors::VIETQR_FIXED);
    let card =
        EmvcoSettings { service: Some("QRIBFTTC".into()), ..at_bank("970403", "9704031101234567") };
    check(account("vietqr", &card), "", None, None, vectors::VIETQR_TO_CARD);
}

#[test]
fn paynow_is_what_others_write() {
    let company = EmvcoSettings { name: Some("ACME Pte Ltd.".into()), ..settings("201403121W") };
    let company = || account("paynow", &company);
    check(company(), "50000 SGD", Some("TQINV-10001"), Some(LAST_DAY), vectors::PAYNOW);
    let order = Some("ORDER202611180001");
    check(company(), "8888 SGD", order, Some(LAST_DAY), vectors::PAYNOW_CENTS);
    check(account("paynow", &settings("+6581234567")), "", None, None, vectors::PAYNOW_MOBILE);
}

#[test]
fn promptpay_names_the_biller_and_both_references() {
    let biller =
        EmvcoSettings { second_reference: Some("INV001".into()), ..settings("0112233445566") };
    let biller = account("promptpay", &biller);
    check(biller, "8888 THB", Some("CUSTOMER001"), None, vectors::PROMPTPAY);
}

#[test]
fn fps_is_as_hong_kong_wants_it() {
    check(account("fps", &settings("1234567")), "", None, None, vectors::FPS_FIXED);
    let order = Some("ORDER202611180001");
    check(account("fps", &settings("1234567")), "8880 HKD", order, Some(AT_TEN_PAST), vectors::FPS);
    let mobile = account("fps", &settings("+852-91234567"));
    check(mobile, "8880 HKD", None, None, vectors::FPS_MOBILE);
}

/// What an acquirer would have issued: this code without what belongs to one payment.
fn fixed(code: &str, without_label: &str) -> String {
    let (one, fixed) = (open(code).unwrap(), Objects::default());
    let kept = (0..=99).filter(|id| *id != 54).filter_map(|id| Some((id, one.get(id)?)));
    let value = |id: u8, value: &str| match id {
        1 => "11".to_owned(),
        62 => value.replace(without_label, ""),
        _ => value.to_owned(),
    };
    seal(&kept.fold(fixed, |fixed, (id, text)| fixed.with(id, value(id, text)))).unwrap()
}

#[test]
fn an_acquirers_fixed_code_becomes_one_for_this_payment() {
    let qrph = account("qrph", &issued(fixed(vectors::QRPH, "05100000438638")));
    check(qrph, "145831 PHP", Some("0000438638"), None, vectors::QRPH);
    let qris = account("qris", &issued(fixed(vectors::QRIS, "-")));
    check(qris.clone(), "1500000 IDR", None, None, vectors::QRIS);
    let bill = Bill { amount: None, reference: Some("A1"), expires: None };
    let more = open(&text(&qris, &bill).unwrap()).unwrap();
    assert_eq!(more.get(62), Some("0102A10703A01"));
}

#[test]
fn every_vector_is_read_and_written_again_as_it_was() {
    for right in vectors::RIGHT {
        let objects = open(right).unwrap_or_else(|fault| panic!("{right}: {fault}"));
        assert_eq!(seal(&objects).as_deref(), Ok(*right));
        let (body, crc) = right.split_at(right.len() - 4);
        assert!(open(&format!("{body}{}", crc.to_ascii_lowercase())).is_ok(), "{right}");
    }
}

#[test]
fn lengths_are_characters_and_the_crc_is_of_bytes() {
    let sample = open(vectors::RIGHT[0]).unwrap();
    let chinese = Objects::read(sample.get(64).unwrap()).unwrap();
    assert_eq!((chinese.get(1), chinese.get(2)), (Some("最佳运输"), Some("北京")));
    let purpose = open(vectors::NAPAS_TO_ACCOUNT).unwrap();
    let purpose = Objects::read(purpose.get(62).unwrap()).unwrap();
    assert_eq!(purpose.get(8), Some("thanh toan don hang"));
}

/// `body` with its right CRC.
fn crc(body: &str) -> String {
    format!("{body}6304{:04X}", crate::channel::emvco::crc::of(format!("{body}6304").as_bytes()))
}

#[test]
fn what_is_no_payload_is_refused_for_its_reason() {
    let long = format!("000201260499995303704540110{}5802VN", "59261234567890".repeat(40));
    for (text, fault) in [
        ("".to_owned(), Fault::Empty),
        ("000".to_owned(), Fault::Short),
        (crc("0002010100"), Fault::Short),
        ("00020101021238".to_owned(), Fault::Short),
        ("00x201".to_owned(), Fault::NotDigits),
        ("0002016304ABC".to_owned(), Fault::Beyond),
        (crc("00020100020126080004abcd5303704"), Fault::Twice(0)),
        ("00020153037045802VN".to_owned(), Fault::Missing(63)),
        (crc("00020126080004abcd5802VN"), Fault::Missing(53)),
        (crc("00020126080004abcd5303704"), Fault::Missing(58)),
        (crc("00020153037045802VN"), Fault::NoAccount),
        (crc("26080004abcd53037045802VN"), Fault::Version),
        (crc("00020226080004abcd53037045802VN"), Fault::Version),
        (crc("00020126080004abcd53037045802VN") + "5901A", Fault::CrcNotLast),
        (vectors::WRONG_CRC.to_owned(), Fault::Crc),
        (vectors::VIETQR.replace("120000", "120001"), Fault::Crc),
        (crc("00020126080004abcd530370454010"), Fault::Missing(58)),
        (crc("00020126080004abcd5303704540105802VN"), Fault::Amount),
        (crc("00020126080004abcd530370454041,005802VN"), Fault::Amount),
        (crc("00020126080004abcd53039995802VN"), Fault::Currency),
        (crc("00020126080004abcd53037045802VN5926abcdefghijklmnopqrstuvwxyz"), Fault::TooLong(59)),
        (crc("00020126080004abcd53037045802VN6016abcdefghijklmnop"), Fault::TooLong(60)),
        (crc("00020126080009abcd53037045802VN"), Fault::Beyond),
        (long, Fault::TooLarge),
    ] {
        assert_eq!(open(&text), Err(fault), "{text}");
    }
}

#[test]
fn what_has_no_room_is_not_written() {
    let too_long = "A".repeat(100);
    assert_eq!(Objects::default().with(1, too_long).text(), Err(Fault::TooLong(1)));
    assert_eq!(Objects::default().with(1, "").text(), Err(Fault::Short));
    assert_eq!(Objects::default().with(1, "a").with(1, "b").text(), Err(Fault::Twice(1)));
    let vietcombank = account("vietqr", &at_bank("970436", "0011000123456"));
    let amount = Money::parse("9007199254740991", "VND").ok();
    let bill = Bill { amount, reference: None, expires: None };
    assert_eq!(text(&vietcombank, &bill), Err(Fault::TooLong(54)));
}

#[test]
fn an_account_that_cannot_be_right_is_refused_by_the_setting() {
    let code = |text: &str| issued(text.to_owned());
    let is_refused = |scheme: &str, settings: &EmvcoSettings| {
        format!("{:#}", Account::of(scheme, settings).expect_err(scheme))
    };
    for (scheme, settings, word) in [
        ("vietqr", settings("1"), "bank is missing"),
        ("vietqr", at_bank("97043", "1"), "six digits"),
        ("vietqr", at_bank("970436", "00 11"), "19 letters"),
        ("vietqr", at_bank("970436", "12345678901234567890"), "19 letters"),
        (
            "vietqr",
            EmvcoSettings { service: Some("X".into()), ..at_bank("970436", "1") },
            "QRIBFTTA",
        ),
        ("paynow", settings("+651234567"), "UEN"),
        ("paynow", settings("201403121w"), "UEN"),
        ("paynow", EmvcoSettings { name: Some("Café".into()), ..settings("201403121W") }, "ASCII"),
        ("promptpay", settings("0066801234567x"), "biller"),
        ("promptpay", settings(""), "account is missing"),
        ("fps", settings("12345678"), "FPS identifier"),
        ("fps", at_bank("003", "1234567"), "has no bank"),
        ("fps", at_bank("3", "a@b.example"), "three digits"),
        ("qrph", code(vectors::WRONG_CRC), "not what the acquirer issued"),
        ("qrph", code(vectors::QRPH), "has an amount"),
        ("qrph", code(vectors::FPS_FIXED), "another country"),
        ("qris", code(vectors::VIETQR_FIXED), "another country"),
        ("elsewhere", settings("1"), "no scheme"),
    ] {
        let said = is_refused(scheme, &settings);
        assert!(said.contains(word), "{scheme}: {said}");
    }
}
