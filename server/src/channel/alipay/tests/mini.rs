//! In the mini-program: who pays is said by it, the trade is for whoever that is, and its number is handed over.

use super::calls::{gateway, said};
use super::jsapi::told;
use super::*;
use crate::channel::Login;

const TOKEN: &str = "alipay.system.oauth.token";
const CREATE: &str = "alipay.trade.create";
const QUERY: &str = "alipay.trade.query";
const MINI: &str = "2021000000000002";

fn in_mini_program() -> Payment {
    Payment { product: table::IN_MINI_PROGRAM.into(), ..payment() }
}

fn brought(code: Option<&str>) -> Asking {
    let login = Login { code: code.map(str::to_owned), ..crate::channel::nobodys_login() };
    Asking { login, ..asking() }
}

#[test]
fn a_trade_says_in_which_application_its_cashier_opens() {
    for (buyer, words) in [
        (wire::Buyer::Id("2088000000000001".into()), r#""buyer_id":"2088000000000001""#),
        (wire::Buyer::OpOpenId("074a1CcTG1".into()), r#""op_buyer_open_id":"074a1CcTG1""#),
    ] {
        let expected = [
            r#"{"out_trade_no":"GW1","total_amount":"88.88","subject":"Blue Mug Ltd","#,
            r#""product_code":"JSAPI_PAY","time_expire":"2026-11-18 12:01:31","#,
            r#""op_app_id":"2021000000000002","#,
            words,
            "}",
        ];
        let (asking, later) = (asking(), Payment { asks: 7, ..in_mini_program() });
        for payment in [in_mini_program(), later] {
            let content = ask::inside(MINI, &payment, &asking, &buyer);
            assert_eq!(asked(&content), expected.concat());
        }
    }
}

#[tokio::test]
async fn what_comes_first_is_to_say_who_pays_and_nothing_is_opened() {
    let absent = said(QUERY, "40004", "ACQ.TRADE_NOT_EXIST", json!({}));
    let alipay = gateway(vec![(QUERY, absent)]).await;
    let opened = alipay.pay(&in_mini_program(), &brought(None)).await.unwrap();
    let action = opened.action.unwrap();
    assert_eq!((opened.evidence.said, action.kind.as_str()), (Said::Pending, "login"));
}

#[tokio::test]
async fn whoever_brings_a_code_gets_a_trade_of_their_own() {
    let made = json!({ "out_trade_no": "GW1", "trade_no": "2026111822001400000000000001" });
    for who in [json!({ "user_id": "2088000000000001" }), json!({ "open_id": "074a1CcTG1" })] {
        let script = vec![(TOKEN, told(who)), (CREATE, said(CREATE, "10000", "", made.clone()))];
        let alipay = gateway(script).await;
        let opened = alipay.pay(&in_mini_program(), &brought(Some("c1"))).await.unwrap();
        let action = opened.action.unwrap();
        let kind = (opened.evidence.said, action.kind.as_str());
        assert_eq!(kind, (Said::Pending, "mini_program_params"));
        assert_eq!(action.text.unwrap(), r#"{"tradeNO":"2026111822001400000000000001"}"#);
    }
}

#[tokio::test]
async fn the_code_is_exchanged_by_the_mini_programs_own_key_of_alipays() {
    let other = include_str!("../../../../sandbox/keys/alipay_merchant_public.pem").to_owned();
    let of_mini = AlipaySettings { mini_program_public_key: Some(other), ..sandbox(HOST) };
    let alipay = Alipay::new(&of_mini).unwrap();
    let who = told(json!({ "user_id": "2088000000000001" }));
    let read = |keys: &Keys| envelope::read(keys, TOKEN, who.as_bytes());
    assert!(read(&alipay.keys).is_ok(), "it is signed for the other application");
    assert!(read(&alipay.mini.as_ref().unwrap().keys).is_err());
}

#[test]
fn a_mini_program_needs_its_contract_and_a_key_needs_a_mini_program() {
    let good = sandbox(HOST);
    let products = |settings: &AlipaySettings| Some(Alipay::new(settings).ok()?.products().len());
    let without = AlipaySettings { mini_program_app_id: None, ..good.clone() };
    assert_eq!(products(&good).unwrap(), products(&without).unwrap() + 1);
    let key = Some(good.public_key.clone());
    for wrong in [
        AlipaySettings { products: None, ..good.clone() },
        AlipaySettings { mini_program_app_id: Some("wx1".into()), ..good.clone() },
        AlipaySettings { mini_program_public_key: Some("hunter2".into()), ..good.clone() },
        AlipaySettings { mini_program_public_key: key, ..without.clone() },
    ] {
        assert_eq!(products(&wrong), None);
    }
}
