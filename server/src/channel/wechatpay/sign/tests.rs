//! The vectors of `protocols/wechatpay-v3.md` 10, and everything that must not pass for them.

use super::*;
use crate::channel::wechatpay::sandbox;

const NATIVE: &str = "/v3/pay/transactions/native";
const QUERY: &str = "/v3/pay/transactions/out-trade-no/ORDER20261118000001?mchid=1900000001";
const NONCE: &str = "593BEC0C930BF1AFEB40B4A08C8FB242";
const TIME: Millis = 1_554_208_460_000;

const ORDER: &str = r#"{"appid":"wxd678efh567hg6787","mchid":"1900000001","description":"Blue mug","out_trade_no":"ORDER20261118000001","time_expire":"2026-11-18T12:10:00+08:00","notify_url":"https://shop.example/notify/wechat","amount":{"total":100,"currency":"CNY"}}"#;
const AUTHORIZATION: &str = r#"WECHATPAY2-SHA256-RSA2048 mchid="1900000001",nonce_str="593BEC0C930BF1AFEB40B4A08C8FB242",timestamp="1554208460",serial_no="444F4864EA9B34415A2C1B1B8B7E7C5C6F2A5D01",signature="VzDPRUbAFLhtQ1XKB7uHg9EsMFX2d4QMnxVjeBB8e/xxgET4yUHa1DwddX7w56nxy9W7QqeLVJOz4Ynkgxb/zXVHbJiCFPTqcR3MPf+57uIjI9XLQvvx3kpihmmoPgZGrTS6VlQILAb7C7yvCRYLqH74bbaks7QT9Rtj4mXz4D5CqmLmqTNFIY3uzehMB4H/Y64x5djp0nskUO6b9nI8dWsdHBl5MaJP2IolxH+gHkBcmR/4u3I63WdriQZjjbM691WCXRDimNFsq4o+hr1+FNVW49woG7UT2H3iLFDYTv61w33HzpHSKRmmHbQycRhuG9KM+36NjxD0Ov6q6YkICw==""#;
const QUERY_SIGNATURE: &str = "mdojYADXGi+qjc/YOzNz0yaLoWKivp2v2jWK+FRjkYKdThtg2mUMMM06RG65vgljwhVst/APBzv8aSiwT+KG3KqYzAmm7HKafThQcKL4IxtD9PGqVg5eFX3cD92Lrsr9oZUlNjzS1buLFGOVwu2h4Fz+Lod5TC+3vSStSjXRtiPPWzPi6f459AxxSLe2R2HPC6GGnSulC45jvd40b+/DtBgX7Ph1obPkkIPtBW9xOYaZaawhne0g5NzvGbZjXLWsHF0wrEuauydPt7yCkQwNn4K0z3TBNUC4r8RAxk8Sm0gyWbnTxRExkplMJWQfq4uaCSupNgUu6J8jOJGxEMYHCg==";

const ANSWER_TIME: Millis = 1_554_208_461_000;
const ANSWER: &str = r#"{"code_url":"weixin://wxpay/bizpayurl?pr=p4lpSuKzz"}"#;
const ANSWER_SIGNATURE: &str = "ShHp0R7GjBZOXGyIO3WwnWDCPUWWi/y7mXqhV9y2eiqAYGslyXGfdfWa6PYU8VAvboILRFP0zJ2yMxPgcJkZZbkwPcCQ1r3wg6URcB/XqbsuQrvpIve+MU0Ru+bfHUYxTJfNEpFPu0LQHTHQ6QPiuCFV9N1XBTP0DZAggSJmrBkNYUP4H7RzlIF42HZFpk979+VnpxZrZDj8xR9blTTaBDJtbJgNWu6UQNnyHj3pu8tjR1L6adj8138nnMPzG1rN/uZ6AhhYxeRlj1NvTffsSPgCgLa9y55p4aFzeh4uglHe9Yxvm2BrygwLpkmCcDLOeym8OgkK97Hz9ltbOD5gNw==";
const EMPTY_SIGNATURE: &str = "MGqX7wKwlM6KOpUgf2WqMttel0k1+iYCHhg1GpKZD0wP1Je5SAQcg0lZRBvsQy86HoQjLGxEtLAgcxl5wpEfqJANK6Lz2PvlSYNYLedAVazlSD2TUW/r7k8CTIwyn3hGRM1HDk6YjAY62YdRN56HxLPsdKvi705grsMTs7YW/QybPxOGwGzVQffzFqYB0C4SXfPl0EvKLJbaJX19Ct6Whdjo9x7VRegXwox88pEdmzSH8hAtPCfvH1WhoHkb0EMLPIvcAhK7FqoSdhqrx+DiDRWagS9RCkeWFIaxz67SGJ31/CGLGDqne5EW/nyxPBqOp2ypLMZKXTJftRDyOlNuFA==";

fn keys() -> Keys {
    Keys::of(&sandbox("http://127.0.0.1:8081")).unwrap()
}

fn answer() -> Signed<'static> {
    Signed {
        timestamp: Some("1554208461"),
        nonce: Some("c5ac7061fccab6bf3e254dcf98995b8c"),
        serial: Some("PUB_KEY_ID_0119000000012026111800000000000001"),
        algorithm: Some(ALGORITHM),
        signature: Some(ANSWER_SIGNATURE),
        body: ANSWER.as_bytes(),
    }
}

#[track_caller]
fn refused(signed: &Signed<'_>, why: &str) {
    assert_eq!(keys().verify(signed, ANSWER_TIME), Err(why));
}

fn header(by: By, target: &str, body: &str, name: &str) -> Option<String> {
    let headers = keys().headers(by, target, (TIME, NONCE), body).unwrap();
    headers.into_iter().find(|(known, _)| *known == name).map(|(_, value)| value)
}

#[test]
fn a_post_is_signed_as_in_the_vector() {
    let of = |name| header(By::Post, NATIVE, ORDER, name);
    assert_eq!(of("authorization").as_deref(), Some(AUTHORIZATION));
    assert_eq!(of("content-type").as_deref(), Some("application/json"));
    assert_eq!(of("accept").as_deref(), Some("application/json"));
    assert_eq!(of("wechatpay-serial").as_deref(), answer().serial);
}

#[test]
fn a_get_is_signed_as_in_the_vector() {
    let authorization = header(By::Get, QUERY, "", "authorization").unwrap();
    assert!(authorization.contains(&format!("signature=\"{QUERY_SIGNATURE}\"")), "{authorization}");
    assert_eq!(header(By::Get, QUERY, "", "content-type"), None);
    let other = header(By::Get, &QUERY[..QUERY.len() - 1], "", "authorization").unwrap();
    assert!(!other.contains(QUERY_SIGNATURE));
}

#[test]
fn an_answer_and_one_without_a_body_are_proved_as_in_the_vectors() {
    assert_eq!(keys().verify(&answer(), ANSWER_TIME), Ok(()));
    let empty = Signed { signature: Some(EMPTY_SIGNATURE), body: b"", ..answer() };
    assert_eq!(keys().verify(&empty, ANSWER_TIME), Ok(()));
    refused(&Signed { body: b"{}", ..empty }, "its signature is wrong");
}

#[test]
fn a_changed_byte_anywhere_is_refused() {
    for place in 0..ANSWER.len() {
        let mut body = ANSWER.as_bytes().to_vec();
        body[place] ^= 1;
        refused(&Signed { body: &body, ..answer() }, "its signature is wrong");
    }
    refused(&Signed { nonce: Some("c5ac"), ..answer() }, "its signature is wrong");
    refused(&Signed { timestamp: Some("1554208462"), ..answer() }, "its signature is wrong");
    refused(&Signed { signature: Some("AAAA"), ..answer() }, "its signature is wrong");
    refused(&Signed { signature: Some("%%%"), ..answer() }, "its signature is wrong");
}

#[test]
fn what_lacks_a_header_or_names_another_key_is_refused() {
    refused(&Signed { timestamp: None, ..answer() }, "it has no time");
    refused(&Signed { timestamp: Some("now"), ..answer() }, "its time is malformed");
    refused(&Signed { nonce: None, ..answer() }, "it has no nonce");
    refused(&Signed { serial: None, ..answer() }, "it names no key");
    refused(&Signed { signature: None, ..answer() }, "it is not signed");
    let unknown = "it is signed by a key that we do not know";
    refused(
        &Signed { serial: Some("444F4864EA9B34415A2C1B1B8B7E7C5C6F2A5D01"), ..answer() },
        unknown,
    );
    let other = Some("WECHATPAY2-SM2-WITH-SM3");
    refused(&Signed { algorithm: other, ..answer() }, "it is signed in another way");
}

#[test]
fn a_probe_is_refused() {
    let probe = format!("WECHATPAY/SIGNTEST/{ANSWER_SIGNATURE}");
    let why = "its signature is wrong on purpose: a probe";
    refused(&Signed { signature: Some(&probe), ..answer() }, why);
}

#[test]
fn five_minutes_lie_between_the_clocks_at_most() {
    let at = |seconds: i64| keys().verify(&answer(), ANSWER_TIME + seconds * 1000);
    assert_eq!((at(300), at(-300)), (Ok(()), Ok(())));
    let why = Err("its time is too far from ours");
    assert_eq!((at(301), at(-301)), (why, why));
}

#[test]
fn during_a_change_of_keys_both_are_known() {
    let known = sandbox("http://127.0.0.1:8081");
    let changed = WechatpaySettings {
        public_key_id: Some("4F01".into()),
        other_public_key_id: known.public_key_id.clone(),
        other_public_key: known.public_key.clone(),
        ..known.clone()
    };
    let keys = Keys::of(&changed).unwrap();
    assert_eq!(keys.verify(&answer(), ANSWER_TIME), Ok(()));
    assert_eq!(keys.verify(&Signed { serial: Some("4f01"), ..answer() }, ANSWER_TIME), Ok(()));
    let half = WechatpaySettings { other_public_key: None, ..changed };
    assert!(Keys::of(&half).is_err());
}

#[test]
fn what_is_no_account_is_refused_without_telling_the_key() {
    let good = || sandbox("http://127.0.0.1:8081");
    for bad in [
        WechatpaySettings { mchid: "19 1".into(), ..good() },
        WechatpaySettings { serial: "\"\n".into(), ..good() },
        WechatpaySettings { private_key: "hunter2".into(), ..good() },
        WechatpaySettings { public_key: Some(good().private_key), ..good() },
        WechatpaySettings { public_key: None, ..good() },
        WechatpaySettings { public_key_id: None, ..good() },
    ] {
        let why = format!("{:#}", Keys::of(&bad).err().unwrap());
        assert!(!why.contains("hunter2") && !why.contains("MII"), "{why}");
    }
}
