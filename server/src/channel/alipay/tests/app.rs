//! In the merchant's own app: the text that Alipay's SDK is given.

use url::form_urlencoded;

use super::calls::{gateway, said};
use super::*;
use crate::channel::alipay::sign;

const QUERY: &str = "alipay.trade.query";

fn in_app() -> Payment {
    Payment { product: table::IN_APP.into(), terminal: "WAP_IOS".into(), ..payment() }
}

#[test]
fn a_trade_is_always_asked_for_with_the_same_words() {
    let expected = [
        r#"{"out_trade_no":"GW1","total_amount":"88.88","subject":"Blue Mug Ltd","#,
        r#""product_code":"QUICK_MSECURITY_PAY","time_expire":"2026-11-18 12:01:31"}"#,
    ];
    for payment in [in_app(), Payment { asks: 7, ..in_app() }] {
        assert_eq!(asked(&ask::in_app(&payment, &asking())), expected.concat());
    }
}

#[tokio::test]
async fn the_sdk_is_given_a_signed_text_and_nothing_is_opened() {
    let absent = said(QUERY, "40004", "ACQ.TRADE_NOT_EXIST", json!({}));
    let alipay = gateway(vec![(QUERY, absent)]).await;
    let opened = alipay.pay(&in_app(), &asking()).await.unwrap();
    assert_eq!(opened.evidence.said, Said::Pending);
    let action = opened.action.unwrap();
    assert_eq!((action.kind.as_str(), &action.url), ("app_params", &None));
    let text = action.text.unwrap();
    assert!(!text.contains('+') && !text.contains("return_url"), "{text}");
    let fields: Vec<(String, String)> =
        form_urlencoded::parse(text.as_bytes()).into_owned().collect();
    let field = |name: &str| fields.iter().find(|(key, _)| key == name).unwrap().1.as_str();
    assert_eq!((field("method"), field("sign_type")), ("alipay.trade.app.pay", "RSA2"));
    let mut signed: Vec<(&str, &str)> =
        fields.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    signed.retain(|(key, _)| *key != "sign");
    let again = alipay.keys.sign(&sign::content(signed.into_iter())).unwrap();
    assert_eq!(field("sign"), again, "the values are signed as they were before they were encoded");
}

#[tokio::test]
async fn what_is_paid_is_not_handed_out_again() {
    let fields =
        json!({ "out_trade_no": "GW1", "total_amount": "88.88", "trade_status": "TRADE_SUCCESS" });
    let alipay = gateway(vec![(QUERY, said(QUERY, "10000", "", fields))]).await;
    let opened = alipay.pay(&in_app(), &asking()).await.unwrap();
    assert!(matches!(opened.evidence.said, Said::Paid { .. }) && opened.action.is_none());
}

#[test]
fn in_an_app_its_own_product_comes_before_the_page() {
    for signed in ["QUICK_WAP_WAY QUICK_MSECURITY_PAY", "QUICK_MSECURITY_PAY QUICK_WAP_WAY"] {
        let products = table::products(signed, false).unwrap();
        assert_eq!(products[0].name, table::IN_APP, "{signed}");
    }
    let without = table::products("QUICK_WAP_WAY", false).unwrap();
    assert!(without.iter().all(|product| product.name != table::IN_APP));
}
