//! What is proved, what is not, and what is cut out of the bytes.

use super::*;
use crate::channel::alipay::tests::{platform, signed};
use crate::channel::alipay::{Keys, sandbox};

const SLASHES: &str = include_str!("../vectors/answer_with_slashes.json");
const BRACES: &str = include_str!("../vectors/answer_with_braces.json");
const QUERY: &str = "alipay.trade.query";

fn keys() -> Keys {
    Keys::of(&sandbox("http://127.0.0.1:8081")).unwrap()
}

fn read_as(method: &str, text: &str) -> Result<Answer, ChannelError> {
    read(&keys(), method, text.as_bytes())
}

#[track_caller]
fn refused(text: &str, why: &str) {
    assert_eq!(read_as(QUERY, text).err(), Some(no_answer(why)), "{text}");
}

#[test]
fn an_answer_with_escaped_slashes_is_proved_as_in_the_vector() {
    let answer = read_as("alipay.trade.precreate", SLASHES).unwrap();
    assert_eq!(answer.qr_code.unwrap(), "https://qr.alipay.com/bax03431ljhokirwl38f00a7");
    assert_eq!(answer.out_trade_no.unwrap(), "ORDER20261118000001");
}

#[test]
fn braces_inside_a_string_and_a_key_before_the_signature_are_no_hindrance() {
    let answer = read_as(QUERY, BRACES).unwrap();
    assert_eq!(answer.trade_status.as_deref(), Some("TRADE_SUCCESS"));
    assert_eq!(answer.total_amount.as_deref(), Some("88.88"));
}

#[test]
fn the_same_words_written_otherwise_are_not_what_was_signed() {
    let other = SLASHES.replace(r"https:\/\/qr.alipay.com\/", "https://qr.alipay.com/");
    let why = read_as("alipay.trade.precreate", &other).err();
    assert_eq!(why, Some(no_answer("its signature is wrong")));
}

#[test]
fn a_changed_byte_anywhere_in_what_was_signed_is_refused() {
    let from = BRACES.find(r#"{"code""#).unwrap();
    let to = BRACES.find(r#","alipay_cert_sn""#).unwrap();
    for place in from..to {
        let mut bytes = BRACES.as_bytes().to_vec();
        bytes[place] ^= 1;
        assert!(read(&keys(), QUERY, &bytes).is_err(), "{place}");
    }
}

#[test]
fn spaces_around_the_members_are_allowed_since_nobody_signs_them() {
    let spaced = BRACES.replacen(':', " : \n", 1).replace(r#","sign":"#, " , \"sign\" :\t");
    assert!(read_as(QUERY, &spaced).is_ok());
}

#[test]
fn what_is_not_signed_is_believed_only_where_it_says_that_we_asked_wrongly() {
    let unsigned = |code: &str, sub: &str| {
        format!(
            r#"{{"alipay_trade_query_response":{{"code":"{code}","sub_code":"{sub}","trade_status":"TRADE_SUCCESS"}}}}"#
        )
    };
    let answer = read_as(QUERY, &unsigned("40002", "isv.invalid-app-id")).unwrap();
    assert_eq!((answer.word(), &answer.trade_status), ("isv.invalid-app-id", &None));
    for (code, sub) in
        [("10000", ""), ("20000", "isp.unknow-error"), ("40004", "ACQ.TRADE_NOT_EXIST"), ("", "")]
    {
        refused(&unsigned(code, sub), "the answer is not signed");
    }
    refused(&BRACES.replace(r#""sign":"i"#, r#""sing":"i"#), "the answer is not signed");
}

#[test]
fn an_error_is_never_a_success() {
    let error = r#"{"error_response":{"code":"40002","sub_code":"isv.invalid-app-id"}}"#;
    assert_eq!(read_as(QUERY, error).unwrap().word(), "isv.invalid-app-id");
    for code in ["10000", "10003"] {
        let said = format!(r#"{{"code":"{code}","trade_status":"TRADE_SUCCESS"}}"#);
        refused(&signed("error_response", &said), "an error that is none");
    }
}

#[test]
fn an_answer_to_something_else_is_none() {
    refused(SLASHES, "the answer is to something else");
    refused("{}", "the answer is to something else");
    refused("[]", "the answer cannot be read");
    refused("<html>", "the answer cannot be read");
    refused(&format!("{BRACES} x"), "the answer cannot be read");
}

#[test]
fn no_key_stands_twice_neither_outside_nor_inside() {
    let paid = r#"{"code":"10000","trade_status":"TRADE_SUCCESS"}"#;
    let outside = BRACES.replacen('{', &format!(r#"{{"alipay_trade_query_response":{paid},"#), 1);
    refused(&outside, "the answer cannot be read");
    let inside = r#"{"code":"10000","total_amount":"0.01","total_amount":"88.88"}"#;
    refused(&signed("alipay_trade_query_response", inside), "the answer cannot be read");
}

#[test]
fn alipays_signature_is_not_ours() {
    let said = r#"{"code":"10000"}"#;
    let ours = keys().sign(said).unwrap();
    let text = format!(r#"{{"alipay_trade_query_response":{said},"sign":"{ours}"}}"#);
    refused(&text, "its signature is wrong");
    let theirs = platform().sign(said).unwrap();
    assert!(read_as(QUERY, &text.replace(&ours, &theirs)).is_ok());
}
