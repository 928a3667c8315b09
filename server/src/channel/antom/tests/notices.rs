//! Antom's messages: who may speak, and what is understood.

use super::*;
use crate::channel::antom::tests::calls::platform;

const PATH: &str = "/notify/antom";

/// Reads a message that Antom has signed.
fn read(body: &str) -> Result<Notice, Forged> {
    let headers =
        platform().headers(PATH, "2026-11-18T12:01:31+08:00".into(), body.as_bytes()).unwrap();
    let header = |name: &str| {
        headers
            .iter()
            .find(|(known, _)| name.eq_ignore_ascii_case(known))
            .map(|(_, value)| value.clone())
    };
    read_with(body, &header)
}

fn read_with(
    body: &str,
    header: &(dyn Fn(&str) -> Option<String> + Sync),
) -> Result<Notice, Forged> {
    let notification = Notification { path: PATH, header, body: body.as_bytes(), now: 0 };
    Antom::new(&sandbox(HOST)).unwrap().read_notification(&notification)
}

fn notice(kind: &str, code: &str, status: &str) -> Result<Evidence, &'static str> {
    let body = answer_text(
        code,
        status,
        json!({
            "notifyType": kind, "paymentRequestId": "GW1", "paymentId": "2026",
            "paymentAmount": { "currency": "PHP", "value": "25000" }, "paymentTime": "2026-11-18T12:01:30+08:00",
        }),
    );
    match read(&body).map_err(|forged| forged.0)? {
        Notice::Payment { request_id, evidence } if request_id == "GW1" => Ok(evidence),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_result_is_paid_or_failed() {
    let paid = Said::Paid { amount: money(25000, "PHP"), at: Some(1_794_974_490_000), returned: 0 };
    assert_eq!(notice("PAYMENT_RESULT", "SUCCESS", "S"), Ok(evidence::saying(paid)));
    assert_eq!(notice("PAYMENT_RESULT", "RISK_REJECT", "F"), Ok(evidence::failed("RISK")));
    assert_eq!(
        notice("PAYMENT_RESULT", "UNKNOWN_EXCEPTION", "U"),
        Ok(evidence::saying(Said::Pending))
    );
}

#[test]
fn pending_means_that_the_shopper_has_paid() {
    assert_eq!(notice("PAYMENT_PENDING", "SUCCESS", "S"), Ok(evidence::saying(Said::Confirming)));
    assert_eq!(notice("PAYMENT_PENDING", "PROCESS_FAIL", "F"), Ok(evidence::saying(Said::Pending)));
}

#[test]
fn a_refund_is_known_by_its_id() {
    let refund = |status: &str| {
        let fields = json!({ "notifyType": "REFUND_RESULT", "refundStatus": status, "refundRequestId": "RF1",
                             "refundId": "2026", "refundAmount": { "currency": "PHP", "value": "25000" } });
        match read(&answer_text("PROCESS_FAIL", "F", fields)).unwrap() {
            Notice::Reversal { request_id, said, amount: Some(amount), payment: None } => {
                (request_id, said, amount)
            }
            other => panic!("{other:?}"),
        }
    };
    let said = |status| refund(status).1;
    assert_eq!(refund("SUCCESS"), ("RF1".into(), ReversalSaid::Done, money(25000, "PHP")));
    assert_eq!(said("FAIL"), ReversalSaid::Failed("PROCESS_FAIL".into()));
    assert_eq!(said("WHATEVER"), ReversalSaid::Pending);
}

#[test]
fn what_nobody_can_read_is_refused_though_it_is_signed() {
    assert_eq!(notice("CAPTURE_RESULT", "SUCCESS", "S"), Err("it is of a kind we do not know"));
    let why = |body: &str| read(body).unwrap_err().0;
    assert_eq!(why("{"), "it cannot be read");
    assert_eq!(
        why(r#"{"notifyType":"PAYMENT_RESULT","notifyType":"PAYMENT_RESULT"}"#),
        "it cannot be read"
    );
    let nameless = json!({ "notifyType": "PAYMENT_RESULT", "paymentAmount": { "currency": "PHP", "value": "1" } });
    assert_eq!(why(&answer_text("SUCCESS", "S", nameless)), "it names no payment");
    let worthless = json!({ "notifyType": "PAYMENT_RESULT", "paymentRequestId": "GW1" });
    assert_eq!(why(&answer_text("SUCCESS", "S", worthless)), "it names no amount");
    assert_eq!(why(&format!("\"{}\"", "x".repeat(64 * 1024))), "it is too large");
}

#[test]
fn who_does_not_prove_who_they_are_is_not_read() {
    let body = answer_text("SUCCESS", "S", json!({ "notifyType": "PAYMENT_RESULT" }));
    assert_eq!(read_with(&body, &|_| None).unwrap_err().0, "it has no time");
    let unsigned = |name: &str| match name {
        "client-id" => Some(sandbox(HOST).client_id),
        "request-time" => Some("1".to_owned()),
        _ => None,
    };
    assert_eq!(read_with(&body, &unsigned).unwrap_err().0, "it is not signed");
}
