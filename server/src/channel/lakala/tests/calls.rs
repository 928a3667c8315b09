//! Whole calls over HTTP, to a gateway that says what it is told to.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::*;
use crate::domain::scanned::Scanned;

/// Gives these answers, one a call: the path that must be asked, and what it says.
async fn gateway(script: Vec<(&'static str, String)>) -> Lakala {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let host = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        for (path, reply) in script {
            let (mut stream, _) = listener.accept().await.unwrap();
            let heard = hear(&mut stream).await;
            assert!(heard.starts_with(&format!("POST {path} HTTP/1.1\r\n")), "{heard}");
            stream.write_all(reply.as_bytes()).await.unwrap();
        }
    });
    Lakala::new(&sandbox(&host)).unwrap()
}

async fn hear(stream: &mut TcpStream) -> String {
    let mut bytes = vec![0; 16 * 1024];
    let mut length = 0;
    while !is_whole(&bytes[..length]) {
        length += stream.read(&mut bytes[length..]).await.unwrap();
    }
    bytes.truncate(length);
    String::from_utf8(bytes).unwrap()
}

fn is_whole(bytes: &[u8]) -> bool {
    let text = std::str::from_utf8(bytes).unwrap();
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let mut lines = head.lines().filter_map(|line| line.split_once(": "));
    lines.any(|(name, value)| {
        name.eq_ignore_ascii_case("content-length") && value == body.len().to_string()
    })
}

fn unsigned(body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}")
}

/// Signed by Lakala: five lines.
fn signed(body: &str) -> String {
    let key = include_str!("../../../../sandbox/keys/lakala_platform_private.pem");
    let key = rsa::private_key("Lakala's key", key).unwrap();
    let content = format!("OP00000003\n0181b0c3d0e1\n1794974401\nQWERTY\n{body}\n");
    let signature = rsa::sign(&key, content.as_bytes()).unwrap();
    let headers = format!(
        "Lklapi-Appid: OP00000003\r\nLklapi-Serial: 0181b0c3d0e1\r\nLklapi-Timestamp: 1794974401\r\nLklapi-Nonce: QWERTY\r\nLklapi-Signature: {signature}\r\n"
    );
    unsigned(body).replacen("\r\n", &format!("\r\n{headers}"), 1)
}

fn said(code: &str, msg: &str, data: Value) -> String {
    signed(&json!({ "code": code, "msg": msg, "resp_data": data }).to_string())
}

fn known(status: &str) -> String {
    let trades = if status == "2" {
        json!([{ "trade_no": "T1", "trade_type": "PAY", "trade_status": "S", "trade_amount": 8888 }])
    } else {
        json!([])
    };
    let data = json!({ "out_order_no": ORDER, "total_amount": 8888, "order_status": status,
                       "order_trade_info_list": trades });
    said("000000", "操作成功", data)
}

fn unknown() -> String {
    said("X1", "订单不存在", Value::Null)
}

fn opened() -> String {
    signed(include_str!("../vectors/answer.json"))
}

#[tokio::test]
async fn a_payment_is_opened_asked_about_and_closed() {
    let closed = said("000000", "操作成功", json!({ "out_order_no": ORDER, "order_status": "7" }));
    let script =
        vec![(CREATE, opened()), (QUERY, known("0")), (CLOSE, closed), (QUERY, known("7"))];
    let lakala = gateway(script).await;
    let opened = lakala.pay(&payment(), &asking()).await.unwrap();
    assert_eq!(opened.evidence.said, Said::Pending);
    assert!(opened.action.unwrap().url.unwrap().starts_with("https://counter.example/b/pay?"));
    assert_eq!(lakala.query(&payment()).await.unwrap().said, Said::Pending);
    assert_eq!(lakala.cancel(&payment()).await, Ok(()));
    assert_eq!(lakala.query(&payment()).await.unwrap().said, Said::Cancelled);
}

#[tokio::test]
async fn an_answer_that_lakala_did_not_sign_is_none() {
    let paid = known("2");
    let forged = [
        unsigned(r#"{"code":"000000","resp_data":{}}"#),
        paid.replace("8888", "8889"),
        paid.replace("Lklapi-Nonce: QWERTY\r\n", ""),
        paid.replace("Lklapi-Serial", "Lklapi-Serials"),
        paid.replace("200 OK", "500 Internal Server Error"),
        // Signed, and with a key twice.
        signed(r#"{"code":"000000","code":"000000","resp_data":{}}"#),
        // The other family's word for success.
        said(
            "BBS00000",
            "",
            json!({ "out_order_no": ORDER, "order_status": "2", "total_amount": 8888 }),
        ),
    ];
    for reply in forged {
        let lakala = gateway(vec![(QUERY, reply.clone())]).await;
        let answer = lakala.query(&payment()).await;
        assert!(matches!(answer, Err(ChannelError::NoAnswer(_))), "{reply}");
    }
}

#[tokio::test]
async fn what_lakala_refuses_to_open_has_failed_if_it_knows_of_no_such_order() {
    let no = || said("X9", "商户未开通该业务", Value::Null);
    let lakala = gateway(vec![(CREATE, no()), (QUERY, unknown())]).await;
    let refused = lakala.pay(&payment(), &asking()).await.unwrap();
    assert_eq!(
        (refused.evidence.said, refused.evidence.reason.as_str()),
        (Said::Failed, "CONFIGURATION")
    );

    // Refused because it is there already, by the same request, whose answer was lost.
    let twice = || said("X2", "订单号重复", Value::Null);
    let lakala = gateway(vec![(CREATE, twice()), (QUERY, known("0"))]).await;
    let there = lakala.pay(&payment(), &asking()).await.unwrap();
    assert_eq!((there.evidence.said, there.action), (Said::Pending, None));

    let lakala = gateway(vec![(CREATE, twice()), (QUERY, known("2"))]).await;
    let there = lakala.pay(&payment(), &asking()).await.unwrap();
    assert!(matches!(there.evidence.said, Said::Paid { .. }), "{there:?}");

    // And where nobody can tell, nothing is known: it was sent.
    for (first, second) in [(no(), said("X3", "未知错误", Value::Null)), (twice(), unsigned("{}"))]
    {
        let lakala = gateway(vec![(CREATE, first), (QUERY, second)]).await;
        let answer = lakala.pay(&payment(), &asking()).await;
        assert!(matches!(answer, Err(ChannelError::NoAnswer(_))), "{answer:?}");
    }
    let lakala = gateway(vec![(CREATE, said("BBS10000", "系统繁忙", Value::Null))]).await;
    let answer = lakala.pay(&payment(), &asking()).await;
    assert!(matches!(answer, Err(ChannelError::NoAnswer(_))), "{answer:?}");
}

#[tokio::test]
async fn money_goes_back_out_of_the_trade_that_paid() {
    let accepted = said("BBS00000", "成功", json!({ "trade_no": "T2", "refund_amount": "800" }));
    let back =
        json!({ "out_refund_order_no": "RF1", "refund_amount": "800", "trade_state": "SUCCESS" });
    let script = vec![
        (QUERY, known("2")),
        (REFUND, accepted),
        (REFUND_QUERY, said("BBS00000", "成功", back)),
    ];
    let lakala = gateway(script).await;
    assert_eq!(lakala.refund(&payment(), &reversal(), NOTIFY).await, Ok(ReversalSaid::Pending));
    assert_eq!(lakala.query_refund(&payment(), &reversal()).await, Ok(ReversalSaid::Done));
}

#[tokio::test]
async fn without_that_trade_no_refund_leaves() {
    for known in [known("0"), unknown(), unsigned("{}")] {
        let lakala = gateway(vec![(QUERY, known)]).await;
        let unsent = lakala.refund(&payment(), &reversal(), NOTIFY).await;
        assert!(matches!(unsent, Err(ChannelError::NotSent(_))), "{unsent:?}");
    }
}

#[tokio::test]
async fn the_payment_of_a_message_is_found_or_is_not_there() {
    let lakala = gateway(vec![(QUERY, known("2")), (QUERY, unknown()), (QUERY, known("2"))]).await;
    assert_eq!(lakala.request_of(ORDER).await, Ok(Some(ORDER.into())));
    assert_eq!(lakala.request_of(ORDER).await, Ok(None));
    assert_eq!(lakala.request_of("GW2").await, Ok(None));
}

#[tokio::test]
async fn a_payment_code_never_leaves() {
    let lakala = Lakala::new(&sandbox("http://127.0.0.1:9")).unwrap();
    let asking = Asking { scanned: Scanned::read("281000000000000001", None), ..asking() };
    let unsent = lakala.pay(&payment(), &asking).await;
    assert!(matches!(unsent, Err(ChannelError::NotSent(_))), "{unsent:?}");
}

#[tokio::test]
async fn a_stranger_to_lakala_is_told_what_to_look_at() {
    let stranger = said("X4", "商户不存在", Value::Null);
    let lakala = gateway(vec![(QUERY, stranger)]).await;
    let why = lakala.probe(&payment()).await.unwrap_err();
    assert!(why.contains("X4 商户不存在") && why.contains("look at appid"), "{why}");
    let lakala = gateway(vec![(QUERY, unknown())]).await;
    assert!(lakala.probe(&payment()).await.is_ok());
}
