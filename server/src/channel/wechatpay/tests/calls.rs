//! Whole calls over HTTP, to a gateway that says what it is told to.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::*;

pub(super) const NOW: Millis = 1_794_974_400_000;
const CODE: &str = r#"{"code_url":"weixin://wxpay/bizpayurl?pr=p4lpSuKzz"}"#;
pub(super) const QUERY: &str =
    "GET /v3/pay/transactions/out-trade-no/ORDER20261118000001?mchid=1900000001 HTTP/1.1\r\n";

/// How the gateway signs its answer.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Signing {
    Right,
    Late,
    Probe,
    Absent,
}

/// Gives these answers, one a call: the line that must be asked, the status, and what it says.
pub(super) async fn gateway(
    script: Vec<(&'static str, u16, &'static str)>,
    signing: Signing,
) -> Wechatpay {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let host = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        for (line, status, body) in script {
            let (mut stream, _) = listener.accept().await.unwrap();
            let asked = hear(&mut stream).await;
            assert!(asked.starts_with(line), "{asked}");
            let is_login = asked.starts_with("GET /sns/");
            let is_signed = asked.contains("WECHATPAY2-SHA256-RSA2048 mchid=\"1900000001\"");
            assert!(is_signed || is_login, "{asked}");
            assert!(asked.contains("user-agent: florin/"), "{asked}");
            stream.write_all(signed(status, body, signing).as_bytes()).await.unwrap();
        }
    });
    let clock = Clock::Set(Arc::new(AtomicI64::new(NOW)));
    Wechatpay::with(&sandbox(&host), Limits::default(), clock).unwrap()
}

pub(super) async fn hear(stream: &mut TcpStream) -> String {
    let mut bytes = vec![0; 16 * 1024];
    let mut length = 0;
    while !is_whole(&bytes[..length]) {
        length += stream.read(&mut bytes[length..]).await.unwrap();
    }
    String::from_utf8(bytes[..length].to_vec()).unwrap()
}

fn is_whole(bytes: &[u8]) -> bool {
    let text = std::str::from_utf8(bytes).unwrap();
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let told = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    told.is_none_or(|told| told == body.len().to_string())
}

fn signed(status: u16, body: &str, signing: Signing) -> String {
    let head = format!("HTTP/1.1 {status} X\r\nconnection: close\r\n");
    let length =
        if status == 204 { String::new() } else { format!("content-length: {}\r\n", body.len()) };
    if signing == Signing::Absent {
        return format!("{head}{length}\r\n{body}");
    }
    let pem = include_str!("../../../../sandbox/keys/wechatpay_platform_private.pem");
    let at = NOW / 1000 - if signing == Signing::Late { 301 } else { 0 };
    let key = rsa::private_key("the platform's", pem).unwrap();
    let mut signature = rsa::sign(&key, format!("{at}\nn1\n{body}\n").as_bytes()).unwrap();
    if signing == Signing::Probe {
        signature = format!("WECHATPAY/SIGNTEST/{signature}");
    }
    format!(
        "{head}{length}Wechatpay-Timestamp: {at}\r\nWechatpay-Nonce: n1\r\nWechatpay-Serial: PUB_KEY_ID_0119000000012026111800000000000001\r\n\
         Wechatpay-Signature-Type: WECHATPAY2-SHA256-RSA2048\r\nWechatpay-Signature: {signature}\r\n\r\n{body}"
    )
}

#[tokio::test]
async fn a_payment_is_opened_asked_about_and_closed() {
    let script = vec![
        ("POST /v3/pay/transactions/native HTTP/1.1\r\n", 200, CODE),
        (QUERY, 404, r#"{"code":"ORDER_NOT_EXIST","message":"no"}"#),
        ("POST /v3/pay/transactions/out-trade-no/ORDER20261118000001/close HTTP/1.1\r\n", 204, ""),
    ];
    let wechatpay = gateway(script, Signing::Right).await;
    let opened = wechatpay.pay(&payment(), &asking()).await.unwrap();
    assert_eq!(opened.action.unwrap().kind, "show_code");
    assert_eq!(wechatpay.query(&payment()).await.unwrap().said, Said::NotFound);
    assert_eq!(wechatpay.cancel(&payment()).await, Ok(()));
}

#[tokio::test]
async fn an_answer_that_is_not_proved_is_none_whatever_it_says() {
    for signing in [Signing::Late, Signing::Probe, Signing::Absent] {
        for (status, body) in [
            (200, CODE),
            (400, r#"{"code":"PARAM_ERROR"}"#),
            (401, r#"{"code":"SIGN_ERROR"}"#),
            (404, r#"{"code":"ORDER_NOT_EXIST"}"#),
        ] {
            let wechatpay = gateway(vec![("POST ", status, body)], signing).await;
            let opened = wechatpay.pay(&payment(), &asking()).await;
            assert!(matches!(opened, Err(ChannelError::NoAnswer(_))), "{status} {opened:?}");
        }
    }
}

#[tokio::test]
async fn a_busy_gateway_has_said_nothing() {
    for status in [202, 429, 500, 502] {
        let script = vec![(QUERY, status, r#"{"code":"SYSTEM_ERROR"}"#)];
        let wechatpay = gateway(script, Signing::Right).await;
        let found = wechatpay.query(&payment()).await;
        assert!(matches!(found, Err(ChannelError::NoAnswer(_))), "{status} {found:?}");
    }
}

#[tokio::test]
async fn what_cannot_be_opened_is_refused_before_anything_is_sent() {
    let wechatpay = gateway(vec![], Signing::Right).await;
    let dollars = Payment { amount: Money::new(1, "USD".parse().unwrap()).unwrap(), ..payment() };
    let unknown = Payment { product: "H5".into(), ..payment() };
    for payment in [dollars, unknown] {
        let opened = wechatpay.pay(&payment, &asking()).await.unwrap();
        assert_eq!(opened.evidence.said, Said::Failed);
    }
    let other = Payment { product: "APP".into(), ..payment() };
    let opened = wechatpay.pay(&other, &asking()).await;
    assert!(matches!(opened, Err(ChannelError::NotSent(_))));
    assert_eq!(wechatpay.request_of("42/../x").await, Ok(None));
}
