//! Inside WeChat: the way to the login, the order of whoever comes back, and what the bridge is asked for.

use super::calls::{NOW, QUERY, Signing, gateway};
use super::*;
use crate::channel::Login;

const ORDER: &str = "POST /v3/pay/transactions/jsapi HTTP/1.1\r\n";
const EXCHANGE: &str = "GET /sns/oauth2/access_token?appid=wxd678efh567hg6787&secret=fedcba9876543210fedcba9876543210&code=c1&grant_type=authorization_code HTTP/1.1\r\n";
const ABSENT: &str = r#"{"code":"ORDER_NOT_EXIST","message":"no"}"#;
const OPENID: &str = r#"{"access_token":"a","expires_in":7200,"openid":"oUpF8uMuAJO_M2pxb1Q9zNjWeS6o","scope":"snsapi_base"}"#;

fn inside() -> Payment {
    Payment { product: "JSAPI".into(), expires: NOW + 600_000, ..payment() }
}

fn back_with(code: &str) -> Asking {
    let login = Login { code: Some(code.into()), ..crate::channel::nobodys_login() };
    Asking { login, ..asking() }
}

/// `protocols/wechatpay-v3.md` 10.5.
#[test]
fn what_the_bridge_is_asked_for_is_the_vectors() {
    let prepay_id = "wx201410272009395522657a690389285100";
    let nonce = "5K8264ILTKCH16CQ2502SI8ZNMTM67VS";
    let text = wechatpay(NOW).request(prepay_id, "1414561699", nonce).unwrap();
    let sign = "SuObjIDqUCyaafDbffw7B4ejS8Xf7BXysSIN81qOi9QGU908A5T22KVbQqHA8iylXEL9CLrzHmVQnR9mlMoLHa0fT+yp/R30BaYmk+PD+mDWAL7TYsu2aRr3gHJk1gF68MwcQr1xOdlvfiK7D4WRavOk62cGlEU4WaKZM1+YZZnVJmaA31fAfPylOWroNkf+yIY7HdOgaegFFDbZIHctgMs3yWU5Kwm3PxNImpZ9hJ6b29SmpbYXY6AWwJoyhFTeYVs73BVGlvX5JRvySI9mxV5ubkfTYaYQKFozgcfajV2ApFC+p3pEAMRrBXt4y9q03dQnDv/EfwoIaSTcCZZgqQ==";
    assert_eq!(
        text,
        format!(
            r#"{{"appId":"wxd678efh567hg6787","timeStamp":"1414561699","nonceStr":"{nonce}","package":"prepay_id={prepay_id}","signType":"RSA","paySign":"{sign}"}}"#
        )
    );
}

#[test]
fn an_order_is_for_one_payer() {
    let (account, payment, asking) = (account(), inside(), asking());
    let order = ask::order(&account, &payment, &asking, Some("oAnna"));
    let order = serde_json::to_value(order).unwrap();
    assert_eq!(
        (&order["payer"], &order["scene_info"]),
        (&json!({ "openid": "oAnna" }), &Value::Null)
    );
}

#[tokio::test]
async fn the_way_to_the_login_opens_nothing() {
    let wechatpay = gateway(vec![(QUERY, 404, ABSENT)], Signing::Right).await;
    let opened = wechatpay.pay(&inside(), &asking()).await.unwrap();
    assert_eq!(opened.evidence.said, Said::Pending);
    let action = opened.action.unwrap();
    assert_eq!(action.kind, "redirect");
    let url = action.url.unwrap();
    let way = "/connect/oauth2/authorize?appid=wxd678efh567hg6787&redirect_uri=https%3A%2F%2Fpay.example%2Flogin%2Fwechatpay&response_type=code&scope=snsapi_base&state=GW7#wechat_redirect";
    assert!(url.ends_with(way), "{url}");
}

#[tokio::test]
async fn nobody_is_sent_away_to_pay_what_is_paid_or_where_nobody_knows() {
    let paid = r#"{"mchid":"1900000001","out_trade_no":"ORDER20261118000001","trade_state":"SUCCESS","amount":{"total":100}}"#;
    let wechatpay = gateway(vec![(QUERY, 200, paid)], Signing::Right).await;
    let opened = wechatpay.pay(&inside(), &asking()).await.unwrap();
    assert!(matches!(opened.evidence.said, Said::Paid { .. }) && opened.action.is_none());
    let wechatpay = gateway(vec![(QUERY, 404, ABSENT)], Signing::Absent).await;
    let opened = wechatpay.pay(&inside(), &asking()).await;
    assert!(matches!(opened, Err(ChannelError::NotSent(_))), "{opened:?}");
    let wechatpay = gateway(vec![(QUERY, 403, r#"{"code":"NO_AUTH"}"#)], Signing::Right).await;
    let opened = wechatpay.pay(&inside(), &asking()).await.unwrap();
    assert_eq!((opened.evidence.said, opened.action), (Said::Failed, None));
}

#[tokio::test]
async fn whoever_comes_back_gets_an_order_of_their_own() {
    let prepaid = r#"{"prepay_id":"wx26112221580621e9b071c00d9e093b0000"}"#;
    let script = vec![(EXCHANGE, 200, OPENID), (ORDER, 200, prepaid)];
    let wechatpay = gateway(script, Signing::Right).await;
    let opened = wechatpay.pay(&inside(), &back_with("c1")).await.unwrap();
    let action = opened.action.unwrap();
    assert_eq!((opened.evidence.said, action.kind.as_str()), (Said::Pending, "invoke"));
    let request: Value = serde_json::from_str(&action.text.unwrap()).unwrap();
    assert_eq!(request["package"], "prepay_id=wx26112221580621e9b071c00d9e093b0000");
    assert_eq!(request["timeStamp"], (NOW / 1000).to_string());
}

#[tokio::test]
async fn a_code_that_does_not_count_opens_nothing() {
    for said in [
        r#"{"errcode":40029,"errmsg":"invalid code"}"#,
        r#"{"errcode":40125,"errmsg":"invalid appsecret"}"#,
        r#"{"openid":""}"#,
        r#"{"openid":"a b"}"#,
        "nonsense",
    ] {
        let wechatpay = gateway(vec![(EXCHANGE, 200, said)], Signing::Right).await;
        let opened = wechatpay.pay(&inside(), &back_with("c1")).await;
        assert!(matches!(opened, Err(ChannelError::NotSent(_))), "{said} {opened:?}");
    }
}

#[tokio::test]
async fn the_order_of_another_payer_is_refused_by_its_number_and_only_a_query_tells() {
    let used = r#"{"code":"OUT_TRADE_NO_USED","message":"no"}"#;
    let script = vec![(EXCHANGE, 200, OPENID), (ORDER, 403, used)];
    let wechatpay = gateway(script, Signing::Right).await;
    let opened = wechatpay.pay(&inside(), &back_with("c1")).await;
    assert!(matches!(opened, Err(ChannelError::NoAnswer(_))), "{opened:?}");
}

#[test]
fn an_account_without_a_secret_sells_nothing_inside_wechat() {
    let host = "http://127.0.0.1:8081";
    let without = Wechatpay::new(&Settings { app_secret: None, ..sandbox(host) }).unwrap();
    assert!(without.products().iter().all(|product| product.name != "JSAPI"));
    assert!(Wechatpay::new(&sandbox(host)).unwrap().products().len() > without.products().len());
    let short = Settings { app_secret: Some("short".into()), ..sandbox(host) };
    assert!(Wechatpay::new(&short).is_err());
}
