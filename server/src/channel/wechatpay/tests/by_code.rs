//! What the merchant's scanner read.

use super::calls::{NOW, QUERY, Signing, gateway};
use super::*;
use crate::domain::payment::IN_STORE;
use crate::domain::scanned::Scanned;

const CHARGE: &str = "POST /v3/pay/transactions/codepay HTTP/1.1\r\n";
const PAID: &str = r#"{"mchid":"1900000001","appid":"wxd678efh567hg6787","out_trade_no":"ORDER20261118000001","trade_state":"SUCCESS","amount":{"total":100,"currency":"CNY"}}"#;

fn at_the_counter() -> Payment {
    Payment {
        product: "CODEPAY".into(),
        terminal: IN_STORE.into(),
        expires: NOW + 60_000,
        ..payment()
    }
}

fn reading(code: &str) -> Asking {
    Asking { scanned: Scanned::read(code, Some("till-4".into())), ..asking() }
}

#[test]
fn the_order_holds_the_code_and_where_it_was_scanned() {
    let (account, payment, asking) = (account(), at_the_counter(), reading("100000000000000001"));
    let order = ask::code_order(&account, &payment, &asking, asking.scanned.as_ref().unwrap());
    assert_eq!(
        serde_json::to_string(&order).unwrap(),
        r#"{"appid":"wxd678efh567hg6787","mchid":"1900000001","description":"Blue mug","out_trade_no":"ORDER20261118000001","amount":{"total":100,"currency":"CNY"},"payer":{"auth_code":"100000000000000001"},"scene_info":{"device_id":"till-4","store_info":{"out_id":"18356675194960"}}}"#
    );
}

#[tokio::test]
async fn it_is_paid_at_once_or_waits_or_is_refused() {
    for (status, body, said) in [
        (200, PAID, Said::Paid { amount: cny(100), at: None, returned: 0 }),
        (202, r#"{"code":"USERPAYING","message":"no"}"#, Said::Pending),
        (403, r#"{"code":"NOT_ENOUGH","message":"no"}"#, Said::Failed),
    ] {
        let wechatpay = gateway(vec![(CHARGE, status, body)], Signing::Right).await;
        let opened = wechatpay.pay(&at_the_counter(), &reading("100000000000000001")).await;
        let opened = opened.unwrap();
        assert_eq!((opened.evidence.said, opened.action), (said, None), "{status}");
    }
    for (status, body) in [
        (202, "{}"),
        (202, r#"{"code":"SYSTEM_ERROR"}"#),
        (403, r#"{"code":"OUT_TRADE_NO_USED"}"#),
        (200, r#"{"out_trade_no":"ANOTHER","trade_state":"SUCCESS","amount":{"total":100}}"#),
    ] {
        let wechatpay = gateway(vec![(CHARGE, status, body)], Signing::Right).await;
        let opened = wechatpay.pay(&at_the_counter(), &reading("100000000000000001")).await;
        assert!(matches!(opened, Err(ChannelError::NoAnswer(_))), "{status} {body} {opened:?}");
    }
}

#[tokio::test]
async fn it_is_reversed_and_not_closed() {
    let reverse = "POST /v3/pay/transactions/out-trade-no/ORDER20261118000001/reverse HTTP/1.1\r\n";
    let revoked =
        r#"{"mchid":"1900000001","out_trade_no":"ORDER20261118000001","trade_state":"REVOKED"}"#;
    let script = vec![(reverse, 200, "{}"), (QUERY, 200, revoked)];
    let wechatpay = gateway(script, Signing::Right).await;
    assert_eq!(wechatpay.cancel(&at_the_counter()).await, Ok(()));
    assert_eq!(wechatpay.query(&at_the_counter()).await.unwrap().said, Said::Cancelled);
}

#[tokio::test]
async fn what_no_wallet_of_wechats_shows_is_refused_unsent() {
    let wechatpay = gateway(vec![], Signing::Right).await;
    for code in ["281000000000000001", "1600000000000000001", "10000000000000000A", "1000000000"] {
        let opened = wechatpay.pay(&at_the_counter(), &reading(code)).await.unwrap();
        assert_eq!(opened.evidence.reason, "CODE_INVALID", "{code}");
    }
    let opened = wechatpay.pay(&payment(), &reading("100000000000000001")).await;
    assert!(matches!(opened, Err(ChannelError::NotSent(_))));
    let opened = wechatpay.pay(&at_the_counter(), &asking()).await;
    assert!(
        matches!(opened, Err(ChannelError::NotSent(_))),
        "and nothing is sent without the code"
    );
}

#[tokio::test]
async fn what_our_reversal_gave_back_ends_it_whatever_word_it_comes_with() {
    let back = r#"{"mchid":"1900000001","appid":"wxd678efh567hg6787","out_trade_no":"ORDER20261118000001","trade_state":"REFUND","amount":{"total":100,"currency":"CNY"}}"#;
    let reversed = Payment { cancels_sent: 1, cancels_answered: 1, ..at_the_counter() };
    for (payment, said) in [(reversed, Some(Said::Cancelled)), (at_the_counter(), None)] {
        let wechatpay = gateway(vec![(QUERY, 200, back)], Signing::Right).await;
        assert_eq!(wechatpay.query(&payment).await.ok().map(|told| told.said), said);
    }
}
