//! In the merchant's own app: the order, and what WeChat's SDK is called with.

use super::calls::{NOW, Signing, gateway};
use super::*;

const ORDER: &str = "POST /v3/pay/transactions/app HTTP/1.1\r\n";

fn in_app() -> Payment {
    Payment { product: "APP".into(), expires: NOW + 600_000, ..payment() }
}

/// `protocols/wechatpay-v3.md` 10.5.
#[test]
fn what_the_sdk_is_called_with_is_the_vectors() {
    let prepay_id = "wx201410272009395522657a690389285100";
    let nonce = "5K8264ILTKCH16CQ2502SI8ZNMTM67VS";
    let appid = "wxd678efh567hg6787";
    let text = wechatpay(NOW).for_app(appid, prepay_id, "1414561699", nonce).unwrap();
    let sign = "FkRD9B6L4UswSWxCobUymsl1FxyzreR3QEFZJqCPfzFU6pgR1SsqwF25PjuPa32lfASvH9nchpLHVnYLmjdlmJEELHz+DEPpO3TXXG1g3b6Mm6kLErrxLFZ4w/Zs9TqnlZ9WZYR+Ca3l8A7Q/TI9fLTWXeD+uii4KhbduzBslxo6ZW7WD5JAkvSDTgTONgPyflmgU6e5Pg4lS7laiebwaLENQL0pEb93tt85kKrM6KY1jKZdhmLw34EaGO9F5vj8xD1NR7xZNSfMuMrx2KO1VnzSmRrqunlE6SPV5vRn68YmiPJLKfagyXPD9yy6L0y9ungXjtnR7j2ocykm4lXbyQ==";
    assert_eq!(
        text,
        format!(
            r#"{{"appid":"{appid}","partnerid":"1900000001","prepayid":"{prepay_id}","package":"Sign=WXPay","noncestr":"{nonce}","timestamp":"1414561699","sign":"{sign}"}}"#
        )
    );
}

#[test]
fn an_order_is_the_apps_own_and_a_message_may_name_either() {
    let (account, payment, asking) = (account(), in_app(), asking());
    let order = serde_json::to_value(ask::order(&account, &payment, &asking, None)).unwrap();
    assert_eq!((&order["appid"], &order["payer"]), (&json!("wx2421b1c4370ec43b"), &Value::Null));
    for (appid, is_ours) in
        [("wx2421b1c4370ec43b", true), ("wxd678efh567hg6787", true), ("wx0", false)]
    {
        assert_eq!(account.is_ours(&answer(200, &json!({ "appid": appid }))), is_ours, "{appid}");
    }
    let without = Account { mobile_appid: None, ..account };
    assert!(!without.is_ours(&answer(200, &json!({ "appid": "wx2421b1c4370ec43b" }))));
}

#[tokio::test]
async fn the_app_is_given_what_it_hands_on() {
    let prepaid = r#"{"prepay_id":"wx26112221580621e9b071c00d9e093b0000"}"#;
    let wechatpay = gateway(vec![(ORDER, 200, prepaid)], Signing::Right).await;
    let opened = wechatpay.pay(&in_app(), &asking()).await.unwrap();
    let action = opened.action.unwrap();
    assert_eq!((opened.evidence.said, action.kind.as_str()), (Said::Pending, "app_params"));
    let request: Value = serde_json::from_str(&action.text.unwrap()).unwrap();
    assert_eq!(request["prepayid"], "wx26112221580621e9b071c00d9e093b0000");
    assert_eq!(request["timestamp"], (NOW / 1000).to_string());
    let nothing = gateway(vec![(ORDER, 200, "{}")], Signing::Right).await;
    let opened = nothing.pay(&in_app(), &asking()).await;
    assert!(matches!(opened, Err(ChannelError::NoAnswer(_))), "{opened:?}");
}

#[test]
fn an_account_without_an_app_sells_nothing_in_one() {
    let sells = |settings: &Settings| {
        let products = Wechatpay::new(settings).unwrap();
        products.products().iter().any(|product| product.name == "APP")
    };
    let host = "http://127.0.0.1:8081";
    assert!(sells(&sandbox(host)));
    assert!(!sells(&Settings { mobile_appid: None, ..sandbox(host) }));
}
