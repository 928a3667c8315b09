//! In the mini-program: who pays is said by the mini-program, the order is its own, and `wx.requestPayment` is called with what is signed.

use super::calls::{NOW, QUERY, Signing, gateway};
use super::*;
use crate::channel::Login;

const ORDER: &str = "POST /v3/pay/transactions/jsapi HTTP/1.1\r\n";
const EXCHANGE: &str = "GET /sns/jscode2session?appid=wx0c7d9a2e5b8f4613&secret=89abcdef0123456789abcdef01234567&js_code=c1&grant_type=authorization_code HTTP/1.1\r\n";
const ABSENT: &str = r#"{"code":"ORDER_NOT_EXIST","message":"no"}"#;
const OPENID: &str = r#"{"openid":"oMini8uMuAJO_M2pxb1Q9zNjWeS6","session_key":"HyVFkGl5F5OQWJZZaNzBBg==","unionid":"u1"}"#;
const MINI: &str = "wx0c7d9a2e5b8f4613";

fn in_mini_program() -> Payment {
    Payment { product: "MINI_PROGRAM".into(), expires: NOW + 600_000, ..payment() }
}

fn brought(code: &str) -> Asking {
    let login = Login { code: Some(code.into()), ..crate::channel::nobodys_login() };
    Asking { login, ..asking() }
}

/// `protocols/wechatpay-v3.md` 10.5: the same lines are signed as for the bridge, and the appId is not handed over.
#[test]
fn what_wx_is_called_with_is_the_vectors() {
    let prepay_id = "wx201410272009395522657a690389285100";
    let nonce = "5K8264ILTKCH16CQ2502SI8ZNMTM67VS";
    let wechatpay = wechatpay(NOW);
    let text = wechatpay.for_wx("wxd678efh567hg6787", prepay_id, "1414561699", nonce).unwrap();
    let sign = "SuObjIDqUCyaafDbffw7B4ejS8Xf7BXysSIN81qOi9QGU908A5T22KVbQqHA8iylXEL9CLrzHmVQnR9mlMoLHa0fT+yp/R30BaYmk+PD+mDWAL7TYsu2aRr3gHJk1gF68MwcQr1xOdlvfiK7D4WRavOk62cGlEU4WaKZM1+YZZnVJmaA31fAfPylOWroNkf+yIY7HdOgaegFFDbZIHctgMs3yWU5Kwm3PxNImpZ9hJ6b29SmpbYXY6AWwJoyhFTeYVs73BVGlvX5JRvySI9mxV5ubkfTYaYQKFozgcfajV2ApFC+p3pEAMRrBXt4y9q03dQnDv/EfwoIaSTcCZZgqQ==";
    assert_eq!(
        text,
        format!(
            r#"{{"timeStamp":"1414561699","nonceStr":"{nonce}","package":"prepay_id={prepay_id}","signType":"RSA","paySign":"{sign}"}}"#
        )
    );
    let own = wechatpay.for_wx(MINI, prepay_id, "1414561699", nonce).unwrap();
    assert!(!own.contains(sign), "another mini-program's signature is another");
}

#[test]
fn an_order_is_the_mini_programs_own_and_for_one_payer() {
    let (account, payment, asking) = (account(), in_mini_program(), asking());
    let order = ask::order(&account, &payment, &asking, Some("oAnna"));
    let order = serde_json::to_value(order).unwrap();
    assert_eq!((&order["appid"], &order["payer"]), (&json!(MINI), &json!({ "openid": "oAnna" })));
    assert!(account.is_ours(&answer(200, &json!({ "appid": MINI }))));
    let without = Account { mini_program_appid: None, ..account };
    assert!(!without.is_ours(&answer(200, &json!({ "appid": MINI }))));
}

#[tokio::test]
async fn what_comes_first_is_to_say_who_pays_and_nothing_is_opened() {
    let wechatpay = gateway(vec![(QUERY, 404, ABSENT)], Signing::Right).await;
    let opened = wechatpay.pay(&in_mini_program(), &asking()).await.unwrap();
    let action = opened.action.unwrap();
    assert_eq!((opened.evidence.said, action.kind.as_str()), (Said::Pending, "login"));
    assert_eq!((action.text, action.url), (None, None));
}

#[tokio::test]
async fn whoever_brings_a_code_gets_an_order_and_nothing_that_is_secret() {
    let prepaid = r#"{"prepay_id":"wx26112221580621e9b071c00d9e093b0000"}"#;
    let script = vec![(EXCHANGE, 200, OPENID), (ORDER, 200, prepaid)];
    let wechatpay = gateway(script, Signing::Right).await;
    let opened = wechatpay.pay(&in_mini_program(), &brought("c1")).await.unwrap();
    let action = opened.action.unwrap();
    assert_eq!(
        (opened.evidence.said, action.kind.as_str()),
        (Said::Pending, "mini_program_params")
    );
    let text = action.text.unwrap();
    assert!(!text.contains("HyVFkGl5F5OQWJZZaNzBBg") && !text.contains("oMini8"), "{text}");
    let request: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(request["package"], "prepay_id=wx26112221580621e9b071c00d9e093b0000");
    assert_eq!(request["timeStamp"], (NOW / 1000).to_string());
    assert_eq!(request["appId"], Value::Null);
}

#[tokio::test]
async fn a_code_that_does_not_count_opens_nothing_and_no_error_tells_the_session_key() {
    for said in [
        r#"{"errcode":40029,"errmsg":"invalid code"}"#,
        r#"{"errcode":40163,"errmsg":"code been used"}"#,
        r#"{"errcode":40125,"errmsg":"invalid appsecret"}"#,
        r#"{"openid":"","session_key":"HyVFkGl5F5OQWJZZaNzBBg=="}"#,
        r#"{"openid":"a b","session_key":"HyVFkGl5F5OQWJZZaNzBBg=="}"#,
        r#"{"openid":7,"session_key":"HyVFkGl5F5OQWJZZaNzBBg=="}"#,
        "nonsense HyVFkGl5F5OQWJZZaNzBBg==",
    ] {
        let wechatpay = gateway(vec![(EXCHANGE, 200, said)], Signing::Right).await;
        let opened = wechatpay.pay(&in_mini_program(), &brought("c1")).await;
        let Err(ChannelError::NotSent(why)) = opened else { panic!("{said} {opened:?}") };
        assert!(!why.contains("HyVFk"), "{why}");
    }
}

#[test]
fn an_account_sells_in_its_mini_program_only_with_appid_and_secret() {
    let host = "http://127.0.0.1:8081";
    let sells = |settings: &Settings| {
        let products = Wechatpay::new(settings).unwrap();
        products.products().iter().any(|product| product.name == "MINI_PROGRAM")
    };
    let known = sandbox(host);
    assert!(sells(&known));
    let without = Settings { mini_program_appid: None, mini_program_secret: None, ..known.clone() };
    assert!(!sells(&without));
    for wrong in [
        Settings { mini_program_secret: None, ..known.clone() },
        Settings { mini_program_appid: None, ..known.clone() },
        Settings { mini_program_secret: Some("short".into()), ..known.clone() },
        Settings { mini_program_appid: Some(known.appid.clone()), ..known.clone() },
    ] {
        assert!(Wechatpay::new(&wrong).is_err());
    }
}
