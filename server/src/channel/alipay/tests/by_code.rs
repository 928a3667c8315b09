//! What the merchant's scanner read.

use super::calls::{gateway, said};
use super::*;
use crate::domain::payment::{IN_STORE, Role};

const CODE: &str = "281000000000000001";
const PAY: &str = "alipay.trade.pay";
const CANCEL: &str = "alipay.trade.cancel";
const QUERY: &str = "alipay.trade.query";

fn at_the_counter() -> Payment {
    Payment { product: table::SCANNED.into(), terminal: IN_STORE.into(), ..payment() }
}

fn reading(code: &str) -> Asking {
    Asking { scanned: Scanned::read(code, Some("till-4".into())), ..asking() }
}

#[test]
fn a_charge_holds_the_code_and_is_always_asked_for_with_the_same_words() {
    let (payment, asking) = (at_the_counter(), reading(CODE));
    let expected = concat!(
        r#"{"out_trade_no":"GW1","total_amount":"88.88","subject":"Blue Mug Ltd","#,
        r#""product_code":"FACE_TO_FACE_PAYMENT","scene":"bar_code","auth_code":"281000000000000001","#,
        r#""timeout_express":"2m","terminal_id":"till-4"}"#,
    );
    let scanned = asking.scanned.as_ref().unwrap();
    assert_eq!(asked(&ask::charge(&payment, &asking, scanned)), expected);
    let later = Payment { state: PaymentState::Unknown, asks: 7, ..payment };
    assert_eq!(asked(&ask::charge(&later, &asking, scanned)), expected);
}

#[test]
fn a_face_is_charged_as_a_code_is_and_says_that_it_is_one() {
    let asking = reading("fp0123456789abcdefABCDEF01234567890");
    let text = asked(&ask::charge(&at_the_counter(), &asking, asking.scanned.as_ref().unwrap()));
    let face = r#""scene":"security_code","auth_code":"fp0123456789abcdefABCDEF01234567890""#;
    assert!(text.contains(face), "{text}");
}

#[tokio::test]
async fn it_is_paid_at_once_or_waits_or_is_refused_and_what_is_not_clear_is_asked_about() {
    let ours = json!({ "out_trade_no": "GW1", "trade_no": "2026", "total_amount": "88.88",
                       "gmt_payment": "2026-11-18 12:00:00" });
    let paid = Said::Paid { amount: money(8888), at: Some(1_794_974_400_000), returned: 0 };
    for (code, sub_code, fields, expected) in [
        ("10000", "", ours.clone(), Some(paid)),
        ("10003", "", ours.clone(), Some(Said::Pending)),
        ("40004", "ACQ.BUYER_BALANCE_NOT_ENOUGH", json!({}), Some(Said::Failed)),
        ("40004", "ACQ.PAYMENT_AUTH_CODE_INVALID", json!({}), Some(Said::Failed)),
        ("40004", "ACQ.SYSTEM_ERROR", json!({}), None),
        ("40004", "ACQ.CONTEXT_INCONSISTENT", json!({}), None),
        ("40004", "ACQ.TRADE_HAS_SUCCESS", json!({}), None),
        ("20000", "aop.unknow-error", json!({}), None),
        ("10000", "", json!({ "out_trade_no": "GW2", "total_amount": "88.88" }), None),
        ("10003", "", json!({ "out_trade_no": "GW2" }), None),
        ("10000", "", json!({ "out_trade_no": "GW1" }), None),
    ] {
        let alipay = gateway(vec![(PAY, said(PAY, code, sub_code, fields))]).await;
        let opened = alipay.pay(&at_the_counter(), &reading(CODE)).await;
        let heard = opened.as_ref().ok().map(|opened| opened.evidence.said);
        assert_eq!(heard, expected, "{code} {sub_code} {opened:?}");
        let is_certain =
            !matches!(opened, Err(ChannelError::NotSent(_) | ChannelError::Refused { .. }));
        assert!(
            is_certain && opened.is_ok_and(|opened| opened.action.is_none()) == expected.is_some()
        );
    }
}

#[tokio::test]
async fn it_is_cancelled_and_not_closed_and_whoever_should_ask_again_does() {
    for (code, sub_code, retry, is_answered) in [
        ("10000", "", "N", true),
        ("10000", "", "Y", false),
        ("20000", "aop.unknow-error", "Y", false),
        ("40004", "ACQ.SYSTEM_ERROR", "Y", false),
        ("40004", "ACQ.TRADE_NOT_EXIST", "N", true),
        ("40004", "ACQ.TRADE_CANCEL_TIME_OUT", "N", true),
    ] {
        let fields = json!({ "out_trade_no": "GW1", "retry_flag": retry });
        let alipay = gateway(vec![(CANCEL, said(CANCEL, code, sub_code, fields))]).await;
        let cancelled = alipay.cancel(&at_the_counter()).await;
        assert_eq!(cancelled.is_ok(), is_answered, "{code} {sub_code} {cancelled:?}");
    }
}

#[tokio::test]
async fn what_alipays_wallet_cannot_show_is_refused_unsent() {
    let alipay = gateway(vec![]).await;
    for code in
        ["100000000000000001", "621000000000000000", "281000000000000", "28100000000000000A"]
    {
        let opened = alipay.pay(&at_the_counter(), &reading(code)).await.unwrap();
        assert_eq!(opened.evidence.reason, "CODE_INVALID", "{code}");
    }
    for (payment, asking) in [(payment(), reading(CODE)), (at_the_counter(), asking())] {
        let opened = alipay.pay(&payment, &asking).await;
        assert!(matches!(opened, Err(ChannelError::NotSent(_))), "{opened:?}");
    }
}

#[tokio::test]
async fn what_our_cancel_gave_back_ends_it_and_what_others_gave_back_was_paid() {
    let back = json!({ "out_trade_no": "GW1", "total_amount": "88.88", "trade_status": "TRADE_CLOSED",
                       "send_pay_date": "2026-11-18 12:00:00" });
    let returned = Said::Paid { amount: money(8888), at: Some(1_794_974_400_000), returned: 8888 };
    let cancelled = Payment { cancels_sent: 1, cancels_answered: 1, ..at_the_counter() };
    let kept = Payment { role: Role::Accepted, ..cancelled.clone() };
    for (payment, expected) in
        [(cancelled, Said::Cancelled), (kept, returned), (at_the_counter(), returned)]
    {
        let alipay = gateway(vec![(QUERY, said(QUERY, "10000", "", back.clone()))]).await;
        assert_eq!(alipay.query(&payment).await.unwrap().said, expected);
    }
}
