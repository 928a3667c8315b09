//! The vectors of `protocols/antom.md` 12, and everything that must not pass for them.

use super::*;
use crate::channel::antom::sandbox;

const CLIENT: &str = "SANDBOX_5X00000000000000";
const PATH: &str = "/ams/sandbox/api/v1/payments/pay";

const REQUEST_TIME: &str = "1685599933871";
const REQUEST: &str = r#"{"productCode":"CASHIER_PAYMENT","paymentRequestId":"pay_20261118_000001","order":{"referenceOrderId":"order_000001","orderDescription":"Blue mug","orderAmount":{"currency":"PHP","value":"25000"}},"paymentAmount":{"currency":"PHP","value":"25000"},"paymentMethod":{"paymentMethodType":"GCASH"},"settlementStrategy":{"settlementCurrency":"USD"},"paymentExpiryTime":"2026-11-18T12:10:00+08:00","paymentRedirectUrl":"https://shop.example/return","paymentNotifyUrl":"https://shop.example/notify/antom","env":{"terminalType":"WEB","clientIp":"203.0.113.7"}}"#;
const REQUEST_SIGNATURE: &str = "algorithm=RSA256,keyVersion=1,signature=gfZZ4POBduHccocPVreTT1c%2FK4etjMLOk98f0MySk3%2FyPbUwQMEAZTs0\
    dB3miJrNchsJO1efLy6nRN11PLgDqDQ6R%2FbXvIE8t6n2JVLxPcm6njxfzg9Q%2BVXIL5BbmxV4sLDuM%2FlYOKSK%2FWXptOFk\
    rgzMWBAILQsz9UDFeEhbyppqsvXowFdpFx498IW5DR2BS9a2qxFrJpNn3bSQNEvPi8PKge6Y7SVz8TLzGardwaP0mq1Ybqk2Tsfo\
    jGOAp%2FepcfnKfK2fpjlCcVO1qw6no1RhwCeAeHyEqFqr6uPGbJy5JOljIYTOHqpi58Epp5zWML9FOLggVK7RlCEPAztXng%3D%\
    3D";

const ANSWER_TIME: &str = "1685599934120";
const ANSWER: &str = r#"{"normalUrl":"https://pay.example/cashier?t=abc","paymentAmount":{"currency":"PHP","value":"25000"},"paymentCreateTime":"2026-11-18T12:00:01+08:00","paymentId":"202611181940108001001889Z0000000001","paymentRequestId":"pay_20261118_000001","result":{"resultCode":"PAYMENT_IN_PROCESS","resultMessage":"payment in process","resultStatus":"U"}}"#;
const ANSWER_SIGNATURE: &str = "algorithm=RSA256,keyVersion=2,signature=SNhCS78d3LakPVFsMNqXlAzqQ6YV86ArRtsTOVywHJ7lbijrwxF7KZcSdpgw\
    FhX8iIC1K%2BDIvhRKCfJ%2BKV8RIt9LKNvlIo3D11ApvCq3Aah9%2FI%2FOxsdvNKIFof74FzYcSkL35xQU0HvpKo1LHNfrHOLK\
    v7xZMir4qP%2FMnD8DzJ%2BHMluxRw4gcORttLycdt2uTndxHn6u%2Fc%2FotGjOFq%2FNKZOwHciA4YFDlUll1%2B%2FLCLbE1N\
    TAtEBrjJM4INRURcGEL5fw0whkqtAL5HjG%2F71V0%2Fymh4hHj7eTjBRbvgm1LgRRdXQ%2FnDs%2B%2BxjIeg2%2FL7VUUZR8Id\
    dGW5%2FP3oxciMgrLQ%3D%3D";

const NOTICE_PATH: &str = "/notify/antom";
const NOTICE_TIME: &str = "2026-11-18T12:01:31+08:00";
const NOTICE: &str = r#"{"notifyType":"PAYMENT_RESULT","result":{"resultCode":"SUCCESS","resultStatus":"S","resultMessage":"success"},"paymentRequestId":"pay_20261118_000001","paymentId":"202611181940108001001889Z0000000001","paymentAmount":{"currency":"PHP","value":"25000"},"paymentCreateTime":"2026-11-18T12:00:01+08:00","paymentTime":"2026-11-18T12:01:30+08:00"}"#;
const NOTICE_SIGNATURE: &str = "algorithm=RSA256, keyVersion=2, signature=fqmv%2BRP1z8BNd7dfZ%2FCb4khb%2FRB%2FAzklVBBcTFRVwkhzEt84qM\
    pWJiSf%2BEJNMzB0WmdtsAXM8IcDiT3qleW9qpFMcAY7THI5VonjgsOzUjLV3LKAedQcjjdrheBjJXM8zALpeDkpH3gZiJvHDJQK\
    DnjMl8gSkEFtrXsJBezhCfvY2Ot9pP4CZ18k%2BP7Mv1WK%2F35yVYkfOhjK8L1qDnNQAnnPXbdWsN8vbQcW57D9chygc9nCkD0o\
    RVAbSOghMyZcVUOBeHI6XYKqG4GoJv2Ets4mF%2Fs59oSzseOgS7d5KkaXfd7k6VhEgoRchTG9KRqZUO9V%2BrClnxuXvg%2BpD%\
    2FgoyA%3D%3D";

fn keys() -> Keys {
    Keys::of(&sandbox("http://127.0.0.1:8081")).unwrap()
}

fn answer() -> Signed<'static> {
    Signed {
        path: PATH,
        client: Some(CLIENT),
        time: Some(ANSWER_TIME),
        signature: Some(ANSWER_SIGNATURE),
        body: ANSWER.as_bytes(),
    }
}

fn notice() -> Signed<'static> {
    Signed {
        path: NOTICE_PATH,
        client: Some(CLIENT),
        time: Some(NOTICE_TIME),
        signature: Some(NOTICE_SIGNATURE),
        body: NOTICE.as_bytes(),
    }
}

#[track_caller]
fn refused(signed: &Signed<'_>, why: &str) {
    assert_eq!(keys().verify(signed), Err(why));
}

#[test]
fn a_request_is_signed_as_in_the_vector() {
    let headers = keys().headers(PATH, REQUEST_TIME.into(), REQUEST.as_bytes()).unwrap();
    let header = |name| headers.iter().find(|(known, _)| *known == name).unwrap().1.as_str();
    assert_eq!(header("signature"), REQUEST_SIGNATURE);
    assert_eq!(header("client-id"), CLIENT);
    assert_eq!(header("request-time"), REQUEST_TIME);
    assert_eq!(header("content-type"), "application/json; charset=UTF-8");
}

#[test]
fn what_is_signed_has_the_vectors_digest() {
    let content = content(PATH, CLIENT, REQUEST_TIME, REQUEST.as_bytes());
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &content);
    let hex: String = digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(hex, "c5d4d9fdc4046137ad0ef6b1c25688425161b0cb1da73586d7d8f02bf06c0c6a");
}

#[test]
fn another_path_or_body_is_another_signature() {
    let sign = |path: &str, body: &str| keys().sign(path, REQUEST_TIME, body.as_bytes()).unwrap();
    assert_ne!(sign("/ams/api/v1/payments/pay", REQUEST), REQUEST_SIGNATURE);
    assert_ne!(sign(PATH, &format!("{REQUEST}\n")), REQUEST_SIGNATURE);
    assert_ne!(sign(PATH, &REQUEST.replace("25000", "25001")), REQUEST_SIGNATURE);
}

#[test]
fn an_answer_is_proved_as_in_the_vector() {
    assert_eq!(keys().verify(&answer()), Ok(()));
}

#[test]
fn a_notification_is_proved_as_in_the_vector() {
    assert_eq!(keys().verify(&notice()), Ok(()));
}

#[test]
fn a_changed_byte_anywhere_is_refused() {
    for signed in [answer(), notice()] {
        for place in 0..signed.body.len() {
            let mut body = signed.body.to_vec();
            body[place] ^= 1;
            refused(&Signed { body: &body, ..signed }, "its signature is wrong");
        }
    }
}

#[test]
fn another_path_time_or_client_is_refused() {
    refused(&Signed { path: "/ams/api/v1/payments/pay", ..answer() }, "its signature is wrong");
    refused(
        &Signed { path: "https://shop.example/notify/antom", ..notice() },
        "its signature is wrong",
    );
    refused(&Signed { path: "/notify/antom?x=1", ..notice() }, "its signature is wrong");
    refused(&Signed { time: Some("1685599934121"), ..answer() }, "its signature is wrong");
    refused(&Signed { time: None, ..answer() }, "it has no time");
    refused(
        &Signed { client: Some("SANDBOX_5X00000000000001"), ..answer() },
        "it is not addressed to us",
    );
    refused(&Signed { client: None, ..answer() }, "it is not addressed to us");
}

#[test]
fn swapped_keys_prove_nothing() {
    // Signed by us, as if Antom had.
    let signed =
        Signed { time: Some(REQUEST_TIME), signature: Some(REQUEST_SIGNATURE), ..answer() };
    refused(&Signed { body: REQUEST.as_bytes(), ..signed }, "its signature is wrong");
}

#[test]
fn a_signature_that_is_none_is_refused() {
    refused(&Signed { signature: None, ..answer() }, "it is not signed");
    let bare = ANSWER_SIGNATURE.strip_prefix("algorithm=RSA256,").unwrap();
    let none = ANSWER_SIGNATURE.replace("RSA256", "none");
    for malformed in [
        "",
        "signature=",
        "algorithm=RSA256,keyVersion=2",
        bare,
        &none,
        "algorithm=RSA256,signature=%2",
    ] {
        refused(&Signed { signature: Some(malformed), ..answer() }, "its signature is malformed");
    }
    let cut = &ANSWER_SIGNATURE[..ANSWER_SIGNATURE.len() - 10];
    assert!(keys().verify(&Signed { signature: Some(cut), ..answer() }).is_err());
    refused(
        &Signed { signature: Some("algorithm=RSA256,signature=AAAA"), ..answer() },
        "its signature is wrong",
    );
}

#[test]
fn keys_that_are_none_are_refused_at_the_start() {
    let settings = || sandbox("http://127.0.0.1:8081");
    let bare = |pem: &str| pem.lines().filter(|line| !line.starts_with('-')).collect::<String>();
    let bare = AntomSettings { private_key: bare(&settings().private_key), ..settings() };
    assert!(Keys::of(&bare).is_ok());
    for wrong in [
        AntomSettings { private_key: "secret".into(), ..settings() },
        AntomSettings { private_key: settings().public_key, ..settings() },
        AntomSettings { public_key: settings().private_key, ..settings() },
        AntomSettings { public_key: String::new(), ..settings() },
        AntomSettings { client_id: "me\r\n".into(), ..settings() },
    ] {
        assert!(Keys::of(&wrong).is_err());
    }
}
