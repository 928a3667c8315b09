//! Whole calls over HTTP, to a gateway that says what it is told to.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::*;

/// How the gateway signs its answer.
#[derive(Clone, Copy)]
enum Signing {
    Right,
    OtherPath,
    OtherClient,
    Absent,
}

/// Antom's side of the keys.
pub(super) fn platform() -> Keys {
    let ours = sandbox(HOST);
    let theirs = include_str!("../../../../sandbox/keys/platform_private.pem").to_owned();
    let merchant = include_str!("../../../../sandbox/keys/merchant_public.pem").to_owned();
    Keys::of(&AntomSettings { private_key: theirs, public_key: merchant, ..ours }).unwrap()
}

/// Gives these answers, one a call: the endpoint that must be asked, and what it says.
async fn gateway(script: Vec<(&'static str, String)>, signing: Signing) -> Antom {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let host = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        for (endpoint, body) in script {
            let (mut stream, _) = listener.accept().await.unwrap();
            let path = format!("/ams/sandbox/api/v1/payments/{endpoint}");
            hear(&mut stream, &path).await;
            let answer = signed(&path, &body, signing);
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    Antom::new(&sandbox(&host)).unwrap()
}

/// Reads the request, and answers nothing to one that is not ours.
async fn hear(stream: &mut TcpStream, path: &str) {
    let mut bytes = vec![0; 16 * 1024];
    let mut length = 0;
    while !is_whole(&bytes[..length]) {
        length += stream.read(&mut bytes[length..]).await.unwrap();
    }
    let text = std::str::from_utf8(&bytes[..length]).unwrap();
    assert!(text.starts_with(&format!("POST {path} HTTP/1.1\r\n")), "{text}");
    let signed = Signed {
        path,
        client: header(text, "client-id"),
        time: header(text, "request-time"),
        signature: header(text, "signature"),
        body: text.split_once("\r\n\r\n").unwrap().1.as_bytes(),
    };
    assert_eq!(platform().verify(&signed), Ok(()));
}

fn is_whole(bytes: &[u8]) -> bool {
    let text = std::str::from_utf8(bytes).unwrap();
    let Some((_, body)) = text.split_once("\r\n\r\n") else { return false };
    header(text, "content-length").is_some_and(|length| length == body.len().to_string())
}

fn header<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let mut lines = text.lines().filter_map(|line| line.split_once(": "));
    lines.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

fn signed(path: &str, body: &str, signing: Signing) -> String {
    let path =
        if matches!(signing, Signing::OtherPath) { "/ams/api/v1/payments/pay" } else { path };
    let headers = platform().headers(path, "1685599934120".into(), body.as_bytes()).unwrap();
    let header = |name: &str| headers.iter().find(|(known, _)| *known == name).unwrap().1.clone();
    let client = if matches!(signing, Signing::OtherClient) {
        "SANDBOX_6X".into()
    } else {
        header("client-id")
    };
    let signature =
        if matches!(signing, Signing::Absent) { String::new() } else { header("signature") };
    format!(
        "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\nclient-id: {client}\r\nresponse-time: {}\r\n\
         signature: {signature}\r\n\r\n{body}",
        body.len(),
        header("request-time"),
    )
}

fn in_process() -> String {
    let details = json!([{ "codeValueType": "QRCODE", "codeValue": "qr", "displayType": "TEXT" }]);
    let fields = json!({ "paymentRequestId": "GW1", "orderCodeForm": { "codeDetails": details } });
    answer_text("PAYMENT_IN_PROCESS", "U", fields)
}

fn known(status: &str) -> String {
    let amount = json!({ "currency": "PHP", "value": "25000" });
    let fields = json!({ "paymentRequestId": "GW1", "paymentId": "2026", "paymentStatus": status, "paymentAmount": amount });
    answer_text("SUCCESS", "S", fields)
}

#[tokio::test]
async fn a_payment_is_opened_asked_about_and_cancelled() {
    let cancelled = answer_text("SUCCESS", "S", json!({}));
    let script =
        vec![("pay", in_process()), ("inquiryPayment", known("PROCESSING")), ("cancel", cancelled)];
    let antom = gateway(script, Signing::Right).await;
    let opened = antom.pay(&payment(), &asking()).await.unwrap();
    assert_eq!(opened.evidence.said, Said::Pending);
    assert_eq!(opened.action.unwrap().text.as_deref(), Some("qr"));
    assert_eq!(antom.query(&payment()).await.unwrap().said, Said::Pending);
    assert_eq!(antom.cancel(&payment()).await, Ok(()));
}

#[tokio::test]
async fn an_answer_that_antom_did_not_sign_for_us_is_none() {
    for signing in [Signing::OtherPath, Signing::OtherClient, Signing::Absent] {
        let antom = gateway(vec![("inquiryPayment", known("SUCCESS"))], signing).await;
        assert!(matches!(antom.query(&payment()).await, Err(ChannelError::NoAnswer(_))));
    }
}

#[tokio::test]
async fn an_answer_with_a_repeated_key_is_none() {
    let twice = known("SUCCESS").replacen('{', r#"{"paymentStatus":"FAIL","#, 1);
    let antom = gateway(vec![("inquiryPayment", twice)], Signing::Right).await;
    assert!(matches!(antom.query(&payment()).await, Err(ChannelError::NoAnswer(_))));
}

#[tokio::test]
async fn a_refund_asks_for_antoms_number_first() {
    let refunded = answer_text("SUCCESS", "S", json!({ "refundRequestId": "RF1" }));
    let antom =
        gateway(vec![("inquiryPayment", known("SUCCESS")), ("refund", refunded)], Signing::Right)
            .await;
    assert_eq!(antom.refund(&payment(), &reversal(), NOTIFY).await, Ok(ReversalSaid::Done));
}

#[tokio::test]
async fn what_a_cancel_gave_back_is_not_refunded_again() {
    let antom = gateway(vec![("inquiryPayment", known("CANCELLED"))], Signing::Right).await;
    assert_eq!(antom.refund(&payment(), &reversal(), NOTIFY).await, Ok(ReversalSaid::Done));
}

#[tokio::test]
async fn a_refund_without_antoms_number_was_not_sent() {
    let absent = answer_text("ORDER_NOT_EXIST", "F", json!({}));
    let antom = gateway(vec![("inquiryPayment", absent)], Signing::Right).await;
    assert!(matches!(
        antom.refund(&payment(), &reversal(), NOTIFY).await,
        Err(ChannelError::NotSent(_))
    ));
}

#[tokio::test]
async fn a_refund_is_asked_about_by_our_number() {
    let absent = answer_text("REFUND_NOT_EXIST", "F", json!({}));
    let antom = gateway(vec![("inquiryRefund", absent)], Signing::Right).await;
    assert_eq!(antom.query_refund(&payment(), &reversal()).await, Ok(ReversalSaid::NotFound));
}

#[tokio::test]
async fn a_rupiah_amount_with_cents_is_refused_before_anything_is_sent() {
    let antom = Antom::new(&sandbox("http://127.0.0.1:1")).unwrap();
    let opened =
        antom.pay(&Payment { amount: money(12_345, "IDR"), ..payment() }, &asking()).await.unwrap();
    assert_eq!((opened.evidence, opened.action), (evidence::failed("AMOUNT"), None));
    let whole = antom.pay(&Payment { amount: money(12_300, "IDR"), ..payment() }, &asking()).await;
    assert!(matches!(whole, Err(ChannelError::NotSent(_))));
}
