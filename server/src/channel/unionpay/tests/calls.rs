//! Whole calls over HTTP, to a gateway that says what it is told to.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::*;
use crate::domain::payment::Said;

/// What a call must be, and what is answered.
type Turn = ((&'static str, &'static str), String);

const APPLY: (&str, &str) = ("01", "07");
const CHARGE: (&str, &str) = ("01", "06");
const OPEN: (&str, &str) = ("01", "01");
const ASK: (&str, &str) = ("00", "00");
const REFUND: (&str, &str) = ("04", "00");

async fn gateway(script: Vec<Turn>) -> Unionpay {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let host = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        for (kind, body) in script {
            let (mut stream, _) = listener.accept().await.unwrap();
            let (path, form) = hear(&mut stream).await;
            assert_eq!((form.get("txnType"), form.get("txnSubType")), kind);
            let expected = match kind {
                ASK => QUERY,
                OPEN => super::super::APP,
                _ => BACK,
            };
            assert_eq!(path, expected);
            let head = format!(
                "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
                body.len()
            );
            stream.write_all((head + &body).as_bytes()).await.unwrap();
        }
    });
    Unionpay::new(&sandbox(&host)).unwrap()
}

/// Reads the request, and answers nothing to one that is not the merchant's.
async fn hear(stream: &mut TcpStream) -> (String, Fields) {
    let mut bytes = vec![0; 16 * 1024];
    let mut length = 0;
    while !is_whole(&bytes[..length]) {
        length += stream.read(&mut bytes[length..]).await.unwrap();
    }
    let text = std::str::from_utf8(&bytes[..length]).unwrap();
    let path = text.strip_prefix("POST ").and_then(|rest| rest.split(' ').next()).unwrap();
    let form = Fields::of_form(text.split_once("\r\n\r\n").unwrap().1.as_bytes()).unwrap();
    let public = include_str!("../../../../sandbox/keys/unionpay_merchant_public.pem");
    let key = rsa::public_key("the merchant's", public).unwrap();
    assert!(rsa::is_signed(&key, form.digest().as_bytes(), form.get("signature")));
    (path.to_owned(), form)
}

fn is_whole(bytes: &[u8]) -> bool {
    let text = std::str::from_utf8(bytes).unwrap();
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let mut lines = head.lines().filter_map(|line| line.split_once(": "));
    lines.any(|(name, value)| {
        name.eq_ignore_ascii_case("content-length") && value == body.len().to_string()
    })
}

/// As UnionPay answers: raw.
fn said(pairs: &[(&str, &str)]) -> String {
    signed(fields(pairs)).raw()
}

fn known() -> String {
    said(&[
        ("respCode", "00"),
        ("origRespCode", "00"),
        ("queryId", "202611181200000000018"),
        ("txnAmt", "8888"),
        ("currencyCode", "156"),
    ])
}

#[tokio::test]
async fn a_code_is_applied_for_and_asked_about_and_nothing_is_closed() {
    let code = "https://qr.95516.com/00010000/6=2==";
    let script = vec![
        (APPLY, said(&[("respCode", "00"), ("qrCode", code), ("reqReserved", "{a=1&b=2}")])),
        (ASK, said(&[("respCode", "34"), ("respMsg", "查无此交易[2600000]")])),
        (ASK, known()),
    ];
    let unionpay = gateway(script).await;
    let opened = unionpay.pay(&payment(), &asking()).await.unwrap();
    assert_eq!(opened.evidence.said, Said::Pending);
    assert_eq!(opened.action.unwrap().text.as_deref(), Some(code));
    assert_eq!(unionpay.query(&payment()).await.unwrap().said, Said::NotFound);
    assert!(matches!(unionpay.query(&payment()).await.unwrap().said, Said::Paid { .. }));
    let refused = ChannelError::Refused { code: NO_WAY_BACK.into() };
    assert_eq!(unionpay.cancel(&payment()).await, Err(refused));
}

#[tokio::test]
async fn an_app_is_given_the_number_that_unionpays_sdk_takes() {
    let given = |tn: &str| (OPEN, said(&[("respCode", "00"), ("tn", tn)]));
    let unionpay = gateway(vec![given("691234567890123456701")]).await;
    let action = unionpay.pay(&in_an_app(), &asking()).await.unwrap().action.unwrap();
    assert_eq!(
        (action.kind.as_str(), action.text.as_deref()),
        ("app_params", Some("691234567890123456701"))
    );
    assert!(!unionpay.opens_alone(&in_an_app()), "UnionPay was asked");
    for tn in ["", "69 12", "<b>"] {
        let opened = gateway(vec![given(tn)]).await.pay(&in_an_app(), &asking()).await;
        assert!(matches!(opened, Err(ChannelError::NoAnswer(_))), "{tn}: {opened:?}");
    }
    let refused = gateway(vec![(OPEN, said(&[("respCode", "65")]))]).await;
    assert_eq!(refused.pay(&in_an_app(), &asking()).await.unwrap().evidence.said, Said::Failed);
}

#[tokio::test]
async fn an_answer_that_nobody_has_proved_is_none() {
    let well =
        [("respCode", "00"), ("origRespCode", "00"), ("txnAmt", "8888"), ("currencyCode", "156")];
    let key = include_str!("../../../../sandbox/keys/unionpay_platform_private.pem");
    let strangers = include_str!("../vectors/of_another_chain.pem");
    let merchants = include_str!("../../../../keys/unionpay_sandbox_merchant.pem");
    let ours = include_str!("../vectors/of_unionpay.pem");
    let other = [&well[..], &[("merId", "777290058110049")]].concat();
    for (answer, why) in [
        (fields(&well).raw(), "it is not signed"),
        (signed(fields(&well)).raw().replace("txnAmt=8888", "txnAmt=1"), "its signature is wrong"),
        (signed_by(fields(&well), merchants, ours).raw(), "its signature is wrong"),
        (signed_by(fields(&well), key, strangers).raw(), "chain"),
        (said(&other), "to another merchant"),
        ("<html>down</html>".to_owned(), "cannot be read"),
        // What is said at the door is not believed either, but it is told.
        ("respCode=11&respMsg=no".to_owned(), "respCode 11"),
    ] {
        let unionpay = gateway(vec![(ASK, answer)]).await;
        let error = unionpay.query(&payment()).await.unwrap_err();
        let ChannelError::NoAnswer(told) = &error else { panic!("{error:?}") };
        assert!(told.contains(why), "{told}: {why}");
    }
}

#[tokio::test]
async fn a_payers_code_is_charged_and_only_unionpays() {
    let paid = [("respCode", "00"), ("txnAmt", "8888"), ("currencyCode", "156")];
    let script = vec![(CHARGE, said(&paid)), (CHARGE, said(&[("respCode", "05")]))];
    let unionpay = gateway(script).await;
    let asking = reading("6200000000000000001");
    let opened = unionpay.pay(&at_the_counter(), &asking).await.unwrap();
    assert!(matches!(opened.evidence.said, Said::Paid { .. }) && opened.action.is_none());
    let opened = unionpay.pay(&at_the_counter(), &asking).await.unwrap();
    assert_eq!((opened.evidence.said, opened.action), (Said::Pending, None));
    // Another wallet's code is not sent, and none without its payment.
    let wrong = unionpay.pay(&at_the_counter(), &reading("100000000000000001")).await.unwrap();
    assert_eq!(wrong.evidence.reason, "CODE_INVALID");
    for (payment, asking) in [(payment(), asking), (at_the_counter(), super::asking())] {
        let error = unionpay.pay(&payment, &asking).await;
        assert!(matches!(error, Err(ChannelError::NotSent(_))), "{error:?}");
    }
}

#[tokio::test]
async fn a_refund_names_the_payment_by_unionpays_own_number() {
    let number = refund_number();
    let taken = said(&[("respCode", "00"), ("orderId", &number)]);
    let unionpay = gateway(vec![(ASK, known()), (REFUND, taken)]).await;
    let refunded = unionpay.refund(&payment(), &reversal(), NOTIFY).await;
    assert_eq!(refunded, Ok(ReversalSaid::Pending));
}

#[tokio::test]
async fn nothing_goes_back_whose_number_nobody_knows() {
    for answer in [
        said(&[("respCode", "34")]),
        said(&[("respCode", "00"), ("origRespCode", "05")]),
        said(&[
            ("respCode", "00"),
            ("origRespCode", "00"),
            ("txnAmt", "8888"),
            ("currencyCode", "156"),
        ]),
        "nonsense".to_owned(),
    ] {
        let unionpay = gateway(vec![(ASK, answer)]).await;
        let refunded = unionpay.refund(&payment(), &reversal(), NOTIFY).await;
        assert!(matches!(refunded, Err(ChannelError::NotSent(_))), "{refunded:?}");
    }
}

#[tokio::test]
async fn the_doctors_question_says_what_to_look_at() {
    let unionpay = gateway(vec![(ASK, said(&[("respCode", "34")]))]).await;
    assert!(unionpay.probe(&payment()).await.unwrap().contains("knows us"));
    let unionpay = gateway(vec![(ASK, said(&[("respCode", "11")]))]).await;
    let why = unionpay.probe(&payment()).await.unwrap_err();
    assert!(why.contains("respCode 11") && why.contains("cert_id"), "{why}");
}
