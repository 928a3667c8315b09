//! Every result code, and every status word.

use super::*;
use crate::channel::antom::codes::CODES;

/// What we are sure of after `pay`, or `?`.
fn after_pay(code: &str, status: &str, fields: Value) -> String {
    match evidence::opened(&payment(), &answer(code, status, fields)) {
        Ok(opened) => format!("{} {}", opened.evidence.said.as_str(), opened.evidence.reason)
            .trim_end()
            .to_owned(),
        Err(ChannelError::NoAnswer(_)) => "?".to_owned(),
        Err(other) => panic!("{other}"),
    }
}

fn after_refund(code: &str, status: &str) -> String {
    match refunds::refunded(&reversal(), &answer(code, status, json!({ "refundRequestId": "RF1" })))
    {
        Ok(ReversalSaid::Never(reason)) => format!("Never {reason}"),
        Ok(ReversalSaid::Failed(reason)) => format!("Failed {reason}"),
        Ok(said) => format!("{said:?}"),
        Err(ChannelError::NoAnswer(_)) => "?".to_owned(),
        Err(other) => panic!("{other}"),
    }
}

fn paid() -> Value {
    json!({ "paymentRequestId": "GW1", "paymentAmount": { "currency": "PHP", "value": "25000" },
            "paymentTime": "2026-11-18T12:01:30+08:00" })
}

/// Code, its status, then what we are sure of after `pay`, after `cancel` (whether it was answered) and after `refund`.
#[rustfmt::skip]
const MEANINGS: &[(&str, &str, &str, bool, &str)] = &[
    ("SUCCESS", "S", "SUCCESS", true, "Done"),
    ("PAYMENT_IN_PROCESS", "U", "PROCESSING", false, "?"),
    ("REFUND_IN_PROCESS", "U", "?", false, "Pending"),
    ("UNKNOWN_EXCEPTION", "U", "?", false, "?"),
    ("REQUEST_TRAFFIC_EXCEED_LIMIT", "U", "?", false, "?"),
    ("PARAM_ILLEGAL", "F", "FAIL CONFIGURATION", true, "?"),
    ("MEDIA_TYPE_NOT_ACCEPTABLE", "F", "FAIL CONFIGURATION", true, "?"),
    ("METHOD_NOT_SUPPORTED", "F", "FAIL CONFIGURATION", true, "?"),
    ("NO_INTERFACE_DEF", "F", "FAIL CONFIGURATION", true, "?"),
    ("INVALID_SIGNATURE", "F", "FAIL CONFIGURATION", true, "?"),
    ("KEY_NOT_FOUND", "F", "FAIL CONFIGURATION", true, "?"),
    ("INVALID_CLIENT", "F", "FAIL CONFIGURATION", true, "?"),
    ("ACCESS_DENIED", "F", "FAIL CONFIGURATION", true, "?"),
    ("INVALID_CONTRACT", "F", "FAIL CONFIGURATION", true, "?"),
    ("MERCHANT_NOT_REGISTERED", "F", "FAIL CONFIGURATION", true, "?"),
    ("REPEAT_REQ_INCONSISTENT", "F", "?", true, "?"),
    ("ORDER_IS_CLOSED", "F", "?", true, "Failed ORDER_IS_CLOSED"),
    ("ORDER_IS_CANCELED", "F", "?", true, "Failed ORDER_IS_CANCELED"),
    ("ORDER_STATUS_INVALID", "F", "?", true, "Failed ORDER_STATUS_INVALID"),
    ("CANCEL_WINDOW_EXCEED", "F", "?", true, "Failed CANCEL_WINDOW_EXCEED"),
    ("REFUND_AMOUNT_EXCEED", "F", "?", true, "Failed REFUND_AMOUNT_EXCEED"),
    ("REFUND_WINDOW_EXCEED", "F", "?", true, "Never REFUND_WINDOW_EXCEED"),
    ("MERCHANT_BALANCE_NOT_ENOUGH", "F", "?", true, "Never MERCHANT_BALANCE_NOT_ENOUGH"),
    ("ORDER_NOT_EXIST", "F", "?", true, "Failed ORDER_NOT_EXIST"),
    ("PAYMENT_NOT_EXIST", "F", "?", true, "Failed PAYMENT_NOT_EXIST"),
    ("REFUND_NOT_EXIST", "F", "?", true, "Failed REFUND_NOT_EXIST"),
    ("PAYMENT_AMOUNT_EXCEED_LIMIT", "F", "FAIL LIMIT", true, "Failed PAYMENT_AMOUNT_EXCEED_LIMIT"),
    ("PAYMENT_COUNT_EXCEED_LIMIT", "F", "FAIL LIMIT", true, "Failed PAYMENT_COUNT_EXCEED_LIMIT"),
    ("USER_AMOUNT_EXCEED_LIMIT", "F", "FAIL LIMIT", true, "Failed USER_AMOUNT_EXCEED_LIMIT"),
    ("USER_BALANCE_NOT_ENOUGH", "F", "FAIL BALANCE", true, "Failed USER_BALANCE_NOT_ENOUGH"),
    ("USER_KYC_NOT_QUALIFIED", "F", "FAIL ACCOUNT", true, "Failed USER_KYC_NOT_QUALIFIED"),
    ("USER_STATUS_ABNORMAL", "F", "FAIL ACCOUNT", true, "Failed USER_STATUS_ABNORMAL"),
    ("USER_PAYMENT_VERIFICATION_FAILED", "F", "FAIL DECLINED", true, "Failed USER_PAYMENT_VERIFICATION_FAILED"),
    ("VERIFY_TIMES_EXCEED_LIMIT", "F", "FAIL DECLINED", true, "Failed VERIFY_TIMES_EXCEED_LIMIT"),
    ("RISK_REJECT", "F", "FAIL RISK", true, "Failed RISK_REJECT"),
    ("PAYMENT_PROHIBITED", "F", "FAIL RISK", true, "Failed PAYMENT_PROHIBITED"),
    ("REGULATION_RESTRICTION", "F", "FAIL RISK", true, "Failed REGULATION_RESTRICTION"),
    ("NO_PAY_OPTION", "F", "FAIL METHOD_UNAVAILABLE", true, "Failed NO_PAY_OPTION"),
    ("UNAVAILABLE_PAYMENT_METHOD", "F", "FAIL METHOD_UNAVAILABLE", true, "Failed UNAVAILABLE_PAYMENT_METHOD"),
    ("CURRENCY_NOT_SUPPORT", "F", "FAIL METHOD_UNAVAILABLE", true, "Failed CURRENCY_NOT_SUPPORT"),
    ("BUSINESS_NOT_SUPPORT", "F", "FAIL METHOD_UNAVAILABLE", true, "Never BUSINESS_NOT_SUPPORT"),
    ("AUTHENTICATION_REQUIRED", "F", "FAIL DECLINED", true, "Failed AUTHENTICATION_REQUIRED"),
    ("INVALID_EXPIRATION_DATE", "F", "FAIL DECLINED", true, "Failed INVALID_EXPIRATION_DATE"),
    ("SELECTED_CARD_BRAND_NOT_AVAILABLE", "F", "FAIL METHOD_UNAVAILABLE", true, "Failed SELECTED_CARD_BRAND_NOT_AVAILABLE"),
    ("EXPIRED_CODE", "F", "FAIL CODE_EXPIRED", true, "Failed EXPIRED_CODE"),
    ("INVALID_CODE", "F", "FAIL CODE_INVALID", true, "Failed INVALID_CODE"),
    ("INVALID_TOKEN", "F", "FAIL DECLINED", true, "Failed INVALID_TOKEN"),
    ("PROCESS_FAIL", "F", "FAIL CHANNEL_UNAVAILABLE", true, "Failed PROCESS_FAIL"),
    ("SYSTEM_ERROR", "F", "FAIL CHANNEL_UNAVAILABLE", true, "Failed SYSTEM_ERROR"),
    // Codes newer than this build follow their status.
    ("SOME_NEW_CODE", "S", "SUCCESS", true, "Done"),
    ("SOME_NEW_CODE", "F", "FAIL DECLINED", true, "Failed SOME_NEW_CODE"),
    ("SOME_NEW_CODE", "U", "?", false, "?"),
    // What contradicts itself or says nothing decides nothing.
    ("SUCCESS", "F", "?", false, "?"),
    ("SUCCESS", "U", "?", false, "?"),
    ("RISK_REJECT", "S", "?", false, "?"),
    ("RISK_REJECT", "U", "?", false, "?"),
    ("PAYMENT_IN_PROCESS", "S", "?", false, "?"),
    ("SOME_NEW_CODE", "", "?", false, "?"),
    ("", "", "?", false, "?"),
    ("SUCCESS", "s", "?", false, "?"),
];

#[test]
fn every_result_code_has_its_meaning() {
    for (code, status, pay, cancel, refund) in MEANINGS {
        assert_eq!(after_pay(code, status, paid()), *pay, "pay {code} {status}");
        assert_eq!(
            evidence::cancelled(&answer(code, status, json!({}))).is_ok(),
            *cancel,
            "cancel {code} {status}"
        );
        assert_eq!(after_refund(code, status), *refund, "refund {code} {status}");
        if *code != "SUCCESS" && *code != "SOME_NEW_CODE" {
            let absent = code.ends_with("NOT_EXIST") && *status == "F";
            let query = evidence::queried(&payment(), &answer(code, status, paid()));
            assert_eq!(
                query.is_ok_and(|evidence| evidence.said == Said::NotFound),
                absent,
                "query {code} {status}"
            );
            let query = refunds::queried(
                &reversal(),
                &answer(code, status, json!({ "refundRequestId": "RF1" })),
            );
            assert_eq!(query == Ok(ReversalSaid::NotFound), absent, "query refund {code} {status}");
        }
    }
}

#[test]
fn the_test_above_forgets_no_code() {
    for (code, status, _) in CODES {
        assert!(MEANINGS.iter().any(|row| row.0 == *code && row.1 == *status), "{code}");
        assert_eq!(CODES.iter().filter(|row| row.0 == *code).count(), 1, "{code}");
    }
}

#[test]
fn a_success_needs_our_number_and_an_amount() {
    let amount = json!({ "currency": "PHP", "value": "25000" });
    for fields in [
        json!({}),
        json!({ "paymentRequestId": "GW1" }),
        json!({ "paymentAmount": amount }),
        json!({ "paymentRequestId": "GW2", "paymentAmount": amount }),
        json!({ "paymentRequestId": "GW1", "paymentAmount": { "currency": "PHP", "value": "250.00" } }),
        json!({ "paymentRequestId": "GW1", "paymentAmount": { "currency": "PHP", "value": 250.5 } }),
        json!({ "paymentRequestId": "GW1", "paymentAmount": { "currency": "XXX", "value": "25000" } }),
        json!({ "paymentRequestId": "GW1", "paymentAmount": { "currency": "PHP", "value": "-1" } }),
    ] {
        assert_eq!(after_pay("SUCCESS", "S", fields.clone()), "?", "{fields}");
        let mut queried = fields;
        queried["paymentStatus"] = "SUCCESS".into();
        assert!(evidence::queried(&payment(), &answer("SUCCESS", "S", queried)).is_err());
    }
    let as_a_number = json!({ "paymentRequestId": "GW1", "paymentAmount": { "currency": "PHP", "value": 25000 } });
    assert_eq!(after_pay("SUCCESS", "S", as_a_number), "SUCCESS");
}

#[test]
fn another_payments_answer_is_none() {
    assert_eq!(after_pay("PAYMENT_IN_PROCESS", "U", json!({ "paymentRequestId": "GW2" })), "?");
    assert_eq!(after_pay("RISK_REJECT", "F", json!({ "paymentRequestId": "GW2" })), "?");
}

fn queried(status: &str, more: Value) -> Result<Evidence, ChannelError> {
    let mut fields = paid();
    fields["paymentStatus"] = status.into();
    for (name, value) in more.as_object().unwrap() {
        fields[name] = value.clone();
    }
    evidence::queried(&payment(), &answer("SUCCESS", "S", fields))
}

#[test]
fn every_status_has_its_word() {
    let said = |status| queried(status, json!({})).map(|evidence| evidence.said).ok();
    assert_eq!(said("PROCESSING"), Some(Said::Pending));
    assert_eq!(said("PENDING"), Some(Said::Confirming));
    assert_eq!(said("FAIL"), Some(Said::Failed));
    assert_eq!(said("CANCELLED"), Some(Said::Cancelled));
    let paid = Said::Paid { amount: money(25000, "PHP"), at: Some(1_794_974_490_000), returned: 0 };
    assert_eq!(said("SUCCESS"), Some(paid));
    for unknown in ["", "success", "EXPIRED", "AUTHORIZED"] {
        assert_eq!(said(unknown), None, "{unknown}");
    }
}

#[test]
fn a_failure_says_why() {
    let reason = |code: &str| queried("FAIL", json!({ "paymentResultCode": code })).unwrap().reason;
    assert_eq!(reason("USER_BALANCE_NOT_ENOUGH"), "BALANCE");
    assert_eq!(reason("PARAM_ILLEGAL"), "CONFIGURATION");
    assert_eq!(reason("ORDER_IS_CLOSED"), "DECLINED");
    assert_eq!(queried("FAIL", json!({})).unwrap().reason, "DECLINED");
}

#[test]
fn what_went_back_is_added_up() {
    let row = |of: &str, status: &str, value: &str, currency: &str| {
        json!({ "transactionType": of, "transactionStatus": status,
                "transactionAmount": { "currency": currency, "value": value } })
    };
    let rows = json!([
        row("PAYMENT", "SUCCESS", "25000", "PHP"),
        row("REFUND", "SUCCESS", "10000", "PHP"),
        row("REFUND", "SUCCESS", "5000", "PHP"),
        row("REFUND", "FAIL", "700", "PHP"),
        row("REFUND", "PROCESSING", "800", "PHP"),
        row("REFUND", "SUCCESS", "900", "USD"),
        row("REFUND", "SUCCESS", "nonsense", "PHP"),
        {},
    ]);
    let said = queried("SUCCESS", json!({ "transactions": rows })).unwrap().said;
    assert!(matches!(said, Said::Paid { returned: 15000, .. }), "{said:?}");
}

#[test]
fn a_refund_is_done_only_if_it_is_ours_and_all_of_it() {
    let said = |fields: Value| refunds::queried(&reversal(), &answer("SUCCESS", "S", fields)).ok();
    let of = |status: &str, id: &str, value: &str| json!({ "refundRequestId": id, "refundStatus": status, "refundAmount": { "currency": "PHP", "value": value } });
    assert_eq!(said(of("SUCCESS", "RF1", "25000")), Some(ReversalSaid::Done));
    assert_eq!(said(of("PROCESSING", "RF1", "25000")), Some(ReversalSaid::Pending));
    assert_eq!(said(of("FAIL", "RF1", "25000")), Some(ReversalSaid::Failed("FAIL".into())));
    assert_eq!(said(of("SUCCESS", "RF1", "24999")), None);
    for status in ["SUCCESS", "PROCESSING", "FAIL"] {
        assert_eq!(said(of(status, "RF2", "25000")), None);
    }
    assert_eq!(said(of("WHATEVER", "RF1", "25000")), None);
}

fn action(terminal: &str, product: &str, fields: Value) -> Option<Value> {
    let payment = Payment { terminal: terminal.into(), product: product.into(), ..payment() };
    let opened = evidence::opened(&payment, &answer("PAYMENT_IN_PROCESS", "U", fields)).unwrap();
    assert_eq!(opened.evidence.said, Said::Pending);
    opened.action.map(|action| serde_json::to_value(action).unwrap())
}

fn code(of: &str, value: &str, display: &str) -> Value {
    json!({ "codeValueType": of, "codeValue": value, "displayType": display })
}

#[test]
fn a_code_is_drawn_here_from_its_text() {
    let details = [
        code("QRCODE", "https://img", "IMAGE"),
        code("BARCODE", "28", "TEXT"),
        code("QRCODE", "qr", "TEXT"),
    ];
    let fields = json!({ "normalUrl": "https://pay.example/c", "applinkUrl": "https://app.example/l",
                         "orderCodeForm": { "codeDetails": details } });
    assert_eq!(
        action("WEB", "GCASH", fields.clone()),
        Some(json!({ "type": "show_code", "text": "qr", "code_kind": "qr" }))
    );
    assert_eq!(
        action("WAP_IOS", "GCASH", fields),
        Some(
            json!({ "type": "show_code", "text": "qr", "code_kind": "qr", "app_link": "https://app.example/l" })
        )
    );
}

#[test]
fn a_transfers_code_is_a_passcode() {
    let fields =
        json!({ "orderCodeForm": { "codeDetails": [code("BARCODE", "8810 4423", "TEXT")] } });
    let expected = json!({ "type": "show_code", "text": "8810 4423", "code_kind": "passcode" });
    assert_eq!(action("WEB", "BPI", fields), Some(expected));
}

#[test]
fn without_a_code_the_shopper_is_sent_to_antoms_page() {
    let page = |url: &str| Some(json!({ "type": "redirect", "url": url }));
    let normal = json!({ "normalUrl": "https://pay.example/c" });
    assert_eq!(action("WEB", "GCASH", normal), page("https://pay.example/c"));
    let form = |method: &str| json!({ "redirectActionForm": { "method": method, "redirectUrl": "https://pay.example/f" } });
    assert_eq!(action("WEB", "GCASH", form("GET")), page("https://pay.example/f"));
    assert_eq!(action("WEB", "GCASH", form("POST")), None);
    let image = json!({ "normalUrl": "https://pay.example/c",
                        "orderCodeForm": { "codeDetails": [code("QRCODE", "https://img", "BIGIMAGE")] } });
    assert_eq!(action("WEB", "GCASH", image), page("https://pay.example/c"));
    let scheme = json!({ "schemeUrl": "gcash://pay?c=1" });
    assert_eq!(action("WAP_ANDROID", "GCASH", scheme.clone()), page("gcash://pay?c=1"));
    assert_eq!(action("WEB", "GCASH", scheme), None);
    assert_eq!(action("WEB", "GCASH", json!({})), None);
}

#[test]
fn nothing_that_runs_in_our_page_is_an_address() {
    for url in ["javascript:alert(1)", "data:text/html,x", " JavaScript:alert(1)", "", "/relative"]
    {
        assert_eq!(action("WEB", "GCASH", json!({ "normalUrl": url })), None, "{url}");
        assert_eq!(
            action("WAP_IOS", "GCASH", json!({ "schemeUrl": url, "applinkUrl": url })),
            None,
            "{url}"
        );
    }
}
