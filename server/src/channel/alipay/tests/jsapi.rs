//! Within Alipay: the way to the login, the trade of whoever comes back, and what the bridge is asked for.

use super::calls::{gateway, said};
use super::*;
use crate::channel::Login;
use crate::channel::alipay::jsapi::pages;

const TOKEN: &str = "alipay.system.oauth.token";
const CREATE: &str = "alipay.trade.create";
const QUERY: &str = "alipay.trade.query";

fn inside() -> Payment {
    Payment { product: table::INSIDE.into(), terminal: "WAP_IOS".into(), ..payment() }
}

fn back_with(code: &str) -> Asking {
    let back = "https://pay.example/login/alipay".to_owned();
    Asking { login: Login { back, state: "GW7".into(), code: Some(code.into()) }, ..asking() }
}

/// As Alipay tells it: without a code of the usual kind.
pub(super) fn told(fields: Value) -> String {
    signed("alipay_system_oauth_token_response", &fields.to_string())
}

fn absent() -> String {
    said(QUERY, "40004", "ACQ.TRADE_NOT_EXIST", json!({}))
}

fn known(status: &str) -> String {
    let fields = json!({ "out_trade_no": "GW1", "total_amount": "88.88", "trade_status": status });
    said(QUERY, "10000", "", fields)
}

#[test]
fn a_trade_is_for_one_buyer_and_always_asked_for_with_the_same_words() {
    for (buyer, words) in [
        (wire::Buyer::Id("2088000000000001".into()), r#""buyer_id":"2088000000000001""#),
        (wire::Buyer::OpenId("074a1CcTG1".into()), r#""buyer_open_id":"074a1CcTG1""#),
    ] {
        let expected = [
            r#"{"out_trade_no":"GW1","total_amount":"88.88","subject":"Blue Mug Ltd","#,
            r#""product_code":"JSAPI_PAY","time_expire":"2026-11-18 12:01:31","#,
            r#""op_app_id":"2021000000000001","#,
            words,
            "}",
        ];
        let (asking, later) = (asking(), Payment { asks: 7, ..inside() });
        for payment in [inside(), later] {
            let content = ask::inside(SANDBOX_APP, &payment, &asking, &buyer);
            assert_eq!(asked(&content), expected.concat());
        }
    }
}

#[test]
fn the_login_is_alipays_own_wherever_its_gateway_is() {
    let login = |origin: &str, is_sandbox| pages(origin, is_sandbox).unwrap().to_string();
    assert_eq!(
        [
            login("https://openapi.alipay.com", false),
            login(THEIR_SANDBOX, false),
            login("http://192.168.1.7:8081", true)
        ],
        [
            "https://openauth.alipay.com/oauth2/publicAppAuthorize.htm",
            "https://openauth-sandbox.dl.alipaydev.com/oauth2/publicAppAuthorize.htm",
            "http://192.168.1.7:8081/oauth2/publicAppAuthorize.htm"
        ]
    );
}

#[tokio::test]
async fn the_way_to_the_login_opens_nothing() {
    let alipay = gateway(vec![(QUERY, absent())]).await;
    let mut asking = back_with("");
    asking.login.code = None;
    let opened = alipay.pay(&inside(), &asking).await.unwrap();
    assert_eq!(opened.evidence.said, Said::Pending);
    let action = opened.action.unwrap();
    let way = "/oauth2/publicAppAuthorize.htm?app_id=2021000000000001&scope=auth_base&redirect_uri=https%3A%2F%2Fpay.example%2Flogin%2Falipay&state=GW7";
    assert!(action.kind == "redirect" && action.url.unwrap().ends_with(way));
}

#[tokio::test]
async fn nobody_is_sent_away_to_pay_what_is_paid_or_where_nobody_knows() {
    let mut asking = back_with("");
    asking.login.code = None;
    let alipay = gateway(vec![(QUERY, known("TRADE_SUCCESS"))]).await;
    let paid = alipay.pay(&inside(), &asking).await.unwrap();
    assert!(matches!(paid.evidence.said, Said::Paid { .. }) && paid.action.is_none());
    let busy = said(QUERY, "20000", "isp.unknow-error", json!({}));
    let alipay = gateway(vec![(QUERY, busy)]).await;
    assert!(matches!(alipay.pay(&inside(), &asking).await, Err(ChannelError::NotSent(_))));
}

#[tokio::test]
async fn whoever_comes_back_gets_a_trade_of_their_own() {
    let made = json!({ "out_trade_no": "GW1", "trade_no": "2026111822001400000000000001" });
    for who in [json!({ "user_id": "2088000000000001" }), json!({ "open_id": "074a1CcTG1" })] {
        let script = vec![(TOKEN, told(who)), (CREATE, said(CREATE, "10000", "", made.clone()))];
        let opened = gateway(script).await.pay(&inside(), &back_with("c1")).await.unwrap();
        let action = opened.action.unwrap();
        assert_eq!((opened.evidence.said, action.kind.as_str()), (Said::Pending, "invoke"));
        assert_eq!(action.text.unwrap(), r#"{"tradeNO":"2026111822001400000000000001"}"#);
    }
}

#[tokio::test]
async fn a_code_that_does_not_count_or_a_login_that_is_not_alipays_opens_nothing() {
    let used = r#"{"code":"40002","msg":"","sub_code":"isv.code-invalid"}"#;
    for answer in [
        signed("error_response", used),
        format!(r#"{{"error_response":{used}}}"#),
        told(json!({})),
        told(json!({ "user_id": "a b" })),
        told(json!({ "user_id": "2088000000000001" })).replace("2088", "2089"),
        r#"{"alipay_system_oauth_token_response":{"user_id":"2088000000000001"}}"#.to_owned(),
        "nonsense".to_owned(),
    ] {
        let alipay = gateway(vec![(TOKEN, answer.clone())]).await;
        let opened = alipay.pay(&inside(), &back_with("c1")).await;
        assert!(matches!(opened, Err(ChannelError::NotSent(_))), "{answer} {opened:?}");
    }
}

#[tokio::test]
async fn what_is_not_clear_about_a_trade_is_asked_about_and_a_no_is_no() {
    for (code, sub_code, fields, is_no) in [
        ("40004", "ACQ.ACCESS_FORBIDDEN", json!({}), true),
        ("40004", "ACQ.CONTEXT_INCONSISTENT", json!({}), false),
        ("40004", "ACQ.SYSTEM_ERROR", json!({}), false),
        ("10000", "", json!({ "out_trade_no": "GW1" }), false),
        ("10000", "", json!({ "out_trade_no": "GW1", "trade_no": "a b" }), false),
        ("10000", "", json!({ "out_trade_no": "GW2", "trade_no": "2026" }), false),
    ] {
        let who = told(json!({ "user_id": "2088000000000001" }));
        let script = vec![(TOKEN, who), (CREATE, said(CREATE, code, sub_code, fields))];
        let opened = gateway(script).await.pay(&inside(), &back_with("c1")).await;
        match is_no {
            true => assert_eq!(opened.unwrap().evidence.said, Said::Failed),
            false => assert!(matches!(opened, Err(ChannelError::NoAnswer(_))), "{opened:?}"),
        }
    }
}

#[tokio::test]
async fn a_computer_is_sent_to_its_own_page() {
    let alipay = gateway(vec![(QUERY, absent())]).await;
    let payment = Payment { product: table::PAGE.into(), ..payment() };
    let action = alipay.pay(&payment, &asking()).await.unwrap().action.unwrap();
    let url: Url = action.url.unwrap().parse().unwrap();
    let field = |name: &str| {
        let found = url.query_pairs().find(|(key, _)| key == name);
        found.map(|(_, value)| value.into_owned()).unwrap()
    };
    assert_eq!(field("method"), "alipay.trade.page.pay");
    assert_eq!(
        field("biz_content"),
        r#"{"out_trade_no":"GW1","total_amount":"88.88","subject":"Blue Mug Ltd","product_code":"FAST_INSTANT_TRADE_PAY","time_expire":"2026-11-18 12:01:31"}"#
    );
}
