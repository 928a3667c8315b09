//! Whole calls over HTTP, to a gateway that says what it is told to.

use std::collections::BTreeMap;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::*;

type Form = BTreeMap<String, String>;

/// Gives these answers, one a call: the method that must be asked, and what it says.
pub(super) async fn gateway(script: Vec<(&'static str, String)>) -> Alipay {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let host = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        for (method, body) in script {
            let (mut stream, _) = listener.accept().await.unwrap();
            let form = hear(&mut stream).await;
            assert_eq!(form["method"], method);
            let head = format!(
                "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
                body.len()
            );
            stream.write_all((head + &body).as_bytes()).await.unwrap();
        }
    });
    Alipay::new(&sandbox(&host)).unwrap()
}

/// Reads the request, and answers nothing to one that is not ours.
async fn hear(stream: &mut TcpStream) -> Form {
    let mut bytes = vec![0; 16 * 1024];
    let mut length = 0;
    while !is_whole(&bytes[..length]) {
        length += stream.read(&mut bytes[length..]).await.unwrap();
    }
    let text = std::str::from_utf8(&bytes[..length]).unwrap();
    assert!(text.starts_with("POST /gateway.do HTTP/1.1\r\n"), "{text}");
    let form = text.split_once("\r\n\r\n").unwrap().1;
    proven(url::form_urlencoded::parse(form.as_bytes()).into_owned().collect())
}

fn is_whole(bytes: &[u8]) -> bool {
    let text = std::str::from_utf8(bytes).unwrap();
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let mut lines = head.lines().filter_map(|line| line.split_once(": "));
    lines.any(|(name, value)| {
        name.eq_ignore_ascii_case("content-length") && value == body.len().to_string()
    })
}

/// As Alipay checks it: every parameter but the signature.
fn proven(form: Form) -> Form {
    let signed = form.iter().filter(|(key, _)| *key != "sign");
    let content = sign::content(signed.map(|(key, value)| (key.as_str(), value.as_str())));
    assert_eq!(platform().verify(&content, &form["sign"]), Ok(()));
    form
}

pub(super) fn said(method: &str, code: &str, sub_code: &str, fields: Value) -> String {
    let name = format!("{}_response", method.replace('.', "_"));
    signed(&name, &answer_text(code, sub_code, fields))
}

fn known(status: &str) -> String {
    let fields = json!({ "out_trade_no": "GW1", "total_amount": "88.88", "trade_status": status });
    said("alipay.trade.query", "10000", "", fields)
}

fn unknown() -> String {
    said("alipay.trade.query", "40004", "ACQ.TRADE_NOT_EXIST", json!({}))
}

fn on_a_phone() -> Payment {
    Payment { product: table::WAP.into(), terminal: "WAP_IOS".into(), ..payment() }
}

#[tokio::test]
async fn a_payment_is_opened_asked_about_and_closed() {
    let opened = json!({ "out_trade_no": "GW1", "qr_code": "https://qr.alipay.com/bax0" });
    let script = vec![
        ("alipay.trade.precreate", said("alipay.trade.precreate", "10000", "", opened)),
        ("alipay.trade.query", unknown()),
        (
            "alipay.trade.close",
            said("alipay.trade.close", "40004", "ACQ.TRADE_NOT_EXIST", json!({})),
        ),
    ];
    let alipay = gateway(script).await;
    let opened = alipay.pay(&payment(), &asking()).await.unwrap();
    assert_eq!(opened.evidence.said, Said::Pending);
    assert_eq!(opened.action.unwrap().text.as_deref(), Some("https://qr.alipay.com/bax0"));
    assert_eq!(alipay.query(&payment()).await.unwrap().said, Said::NotFound);
    assert_eq!(alipay.cancel(&payment()).await, Ok(()));
}

#[tokio::test]
async fn a_phone_is_sent_to_alipays_page_by_a_link_that_we_signed() {
    let alipay = gateway(vec![("alipay.trade.query", unknown())]).await;
    let action = alipay.pay(&on_a_phone(), &asking()).await.unwrap().action.unwrap();
    assert_eq!(action.kind, "redirect");
    let (gateway, query) = action.url.as_ref().unwrap().split_once('?').unwrap();
    assert_eq!(gateway, alipay.gateway);
    let form = proven(url::form_urlencoded::parse(query.as_bytes()).into_owned().collect());
    assert_eq!(form["method"], "alipay.trade.wap.pay");
    assert_eq!(
        (form["notify_url"].as_str(), form["return_url"].as_str()),
        (NOTIFY, "https://pay.example/pay/CS1")
    );
    let content: Value = serde_json::from_str(&form["biz_content"]).unwrap();
    assert_eq!(
        (&content["out_trade_no"], &content["total_amount"]),
        (&json!("GW1"), &json!("88.88"))
    );
}

#[tokio::test]
async fn nobody_is_sent_away_to_pay_what_is_paid_or_to_read_that_our_keys_are_wrong() {
    let alipay = gateway(vec![("alipay.trade.query", known("TRADE_SUCCESS"))]).await;
    let paid = alipay.pay(&on_a_phone(), &asking()).await.unwrap();
    assert!(matches!(paid.evidence.said, Said::Paid { returned: 0, .. }) && paid.action.is_none());

    let stranger = r#"{"error_response":{"code":"40002","sub_code":"isv.invalid-app-id"}}"#;
    let alipay = gateway(vec![("alipay.trade.query", stranger.to_owned())]).await;
    let refused = alipay.pay(&on_a_phone(), &asking()).await.unwrap();
    assert_eq!(
        (refused.evidence.said, refused.evidence.reason.as_str()),
        (Said::Failed, "CONFIGURATION")
    );

    let busy = said("alipay.trade.query", "20000", "isp.unknow-error", json!({}));
    let alipay = gateway(vec![("alipay.trade.query", busy)]).await;
    let unsent = alipay.pay(&on_a_phone(), &asking()).await;
    assert!(matches!(unsent, Err(ChannelError::NotSent(_))), "{unsent:?}");
}

#[tokio::test]
async fn an_answer_that_alipay_did_not_sign_is_none() {
    for (from, to) in [("88.88", "0.01"), (r#""sign":"#, r#""sing":"#)] {
        let forged = known("TRADE_SUCCESS").replace(from, to);
        let alipay = gateway(vec![("alipay.trade.query", forged)]).await;
        assert!(matches!(alipay.query(&payment()).await, Err(ChannelError::NoAnswer(_))), "{to}");
    }
}

#[tokio::test]
async fn money_goes_back_under_the_refunds_own_number() {
    let moved = json!({ "out_trade_no": "GW1", "fund_change": "Y", "refund_fee": "88.88" });
    let back = json!({ "out_trade_no": "GW1", "out_request_no": "RF1", "refund_amount": "88.88",
                       "refund_status": "REFUND_SUCCESS" });
    let of_refund = "alipay.trade.fastpay.refund.query";
    let script = vec![
        ("alipay.trade.refund", said("alipay.trade.refund", "10000", "", moved)),
        (of_refund, said(of_refund, "10000", "", back)),
    ];
    let alipay = gateway(script).await;
    assert_eq!(alipay.refund(&payment(), &reversal(), NOTIFY).await, Ok(ReversalSaid::Done));
    assert_eq!(alipay.query_refund(&payment(), &reversal()).await, Ok(ReversalSaid::Done));
}

#[tokio::test]
async fn a_stranger_to_alipay_is_told_what_to_look_at() {
    let stranger = r#"{"error_response":{"code":"40002","sub_code":"isv.invalid-app-id"}}"#;
    let alipay = gateway(vec![("alipay.trade.query", stranger.to_owned())]).await;
    let why = alipay.probe(&payment()).await.unwrap_err();
    assert!(why.contains("isv.invalid-app-id") && why.contains("look at app_id"), "{why}");
    let alipay = gateway(vec![("alipay.trade.query", unknown())]).await;
    assert!(alipay.probe(&payment()).await.is_ok());
}
