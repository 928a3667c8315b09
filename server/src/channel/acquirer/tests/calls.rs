//! Whole calls over HTTP, to a gateway that says what it is told to.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::*;
use crate::domain::scanned::Scanned;

/// What one call is answered: its path, the status, the body, and a header that is changed after it was signed.
struct Reply(&'static str, u16, Value, Option<(&'static str, &'static str)>);

fn said(path: &'static str, status: u16, body: Value) -> Reply {
    Reply(path, status, body, None)
}

async fn gateway(script: Vec<Reply>) -> Acquirer {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let host = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        for reply in script {
            let (mut stream, _) = listener.accept().await.unwrap();
            let heard = hear(&mut stream).await;
            assert!(heard.starts_with(&format!("POST {} HTTP/1.1\r\n", reply.0)), "{heard}");
            stream.write_all(answered(&heard, &reply).as_bytes()).await.unwrap();
        }
    });
    Acquirer::new("ecny", &sandbox("ecny", &host)).unwrap()
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
    header(head, "content-length") == body.len().to_string()
}

fn header<'a>(heard: &'a str, wanted: &str) -> &'a str {
    let mut lines = heard.lines().filter_map(|line| line.split_once(": "));
    lines.find(|(name, _)| name.eq_ignore_ascii_case(wanted)).map_or("", |(_, value)| value)
}

/// Signed by the gateway, for this question.
fn answered(heard: &str, Reply(path, status, body, change): &Reply) -> String {
    let settings = AcquirerSettings {
        private_key: include_str!("../../../../sandbox/keys/acquirer_gateway_private.pem").into(),
        key_id: "ecny-gateway-1".into(),
        ..sandbox("ecny", HOST)
    };
    let (body, what) = (body.to_string(), status.to_string());
    let head = Head { what: &what, path, id: header(heard, "florin-id") };
    let headers = Keys::of(&settings).unwrap().headers(&head, Clock::System.now(), body.as_bytes());
    let mut reply = format!("HTTP/1.1 {status} X\r\nconnection: close\r\n");
    for (name, value) in headers {
        let value =
            change.filter(|(changed, _)| *changed == name).map_or(value, |(_, to)| to.into());
        reply += &format!("{name}: {value}\r\n");
    }
    format!("{reply}content-length: {}\r\n\r\n{body}", body.len())
}

fn of(state: &str) -> Value {
    json!({ "payment": told(&[("state", json!(state))]) })
}

#[tokio::test]
async fn a_payment_is_opened_asked_about_and_closed() {
    let script = vec![
        said(PAY, 200, of("PENDING")),
        said(QUERY, 200, of("PENDING")),
        said(CLOSE, 200, of("CLOSED")),
        said(QUERY, 200, of("CLOSED")),
    ];
    let gateway = gateway(script).await;
    let opened = gateway.pay(&payment(), &asking()).await.unwrap();
    assert_eq!(opened.evidence.said, Said::Pending);
    assert!(opened.action.is_some());
    assert_eq!(gateway.query(&payment()).await.unwrap().said, Said::Pending);
    assert_eq!(gateway.cancel(&payment()).await, Ok(()));
    assert_eq!(gateway.query(&payment()).await.unwrap().said, Said::Cancelled);
}

#[tokio::test]
async fn an_answer_that_the_gateway_did_not_sign_for_this_question_is_none() {
    let forged = [
        Reply(QUERY, 200, of("PAID"), Some(("florin-signature", "AAAA"))),
        Reply(QUERY, 200, of("PAID"), Some(("florin-id", "000102030405060708090a0b0c0d0e0f"))),
        Reply(QUERY, 200, of("PAID"), Some(("florin-key", "pos-gateway-1"))),
        Reply(QUERY, 200, of("PAID"), Some(("florin-time", "1"))),
        // Signed, and of a status that the protocol does not have.
        said(QUERY, 500, of("PAID")),
        said(QUERY, 201, of("PAID")),
        // A "no" is proved too.
        Reply(
            QUERY,
            404,
            json!({ "error": { "code": "NO_SUCH_PAYMENT", "known": false } }),
            Some(("florin-signature", "AAAA")),
        ),
    ];
    for reply in forged {
        let words = format!("{} {} {:?}", reply.1, reply.2, reply.3);
        let answer = gateway(vec![reply]).await.query(&payment()).await;
        assert!(matches!(answer, Err(ChannelError::NoAnswer(_))), "{words}");
    }
}

#[tokio::test]
async fn money_goes_back_under_a_number_of_its_own() {
    let pending = json!({ "refund": back(&[("state", json!("PENDING"))]) });
    let script =
        vec![said(REFUND, 200, pending), said(REFUND_QUERY, 200, json!({ "refund": back(&[]) }))];
    let gateway = gateway(script).await;
    let sent = gateway.refund(&payment(), &reversal(), NOTIFY).await;
    assert_eq!(sent, Ok(ReversalSaid::Pending));
    assert_eq!(gateway.query_refund(&payment(), &reversal()).await, Ok(ReversalSaid::Done));
}

#[tokio::test]
async fn the_payment_of_a_message_is_found_or_is_not_there() {
    let absent = json!({ "error": { "code": "NO_SUCH_PAYMENT", "known": false } });
    let gateway = gateway(vec![said(QUERY, 200, of("PAID")), said(QUERY, 404, absent)]).await;
    assert_eq!(gateway.request_of(NUMBER).await, Ok(Some(NUMBER.into())));
    assert_eq!(gateway.request_of(NUMBER).await, Ok(None));
}

#[tokio::test]
async fn a_payment_code_never_leaves() {
    let gateway = Acquirer::new("ecny", &sandbox("ecny", "http://127.0.0.1:9")).unwrap();
    let asking = Asking { scanned: Scanned::read("281000000000000001", None), ..asking() };
    let unsent = gateway.pay(&payment(), &asking).await;
    assert!(matches!(unsent, Err(ChannelError::NotSent(_))), "{unsent:?}");
}

#[tokio::test]
async fn a_stranger_to_the_gateway_is_told_what_to_look_at() {
    let stranger =
        json!({ "error": { "code": "WRONG_MERCHANT", "known": false, "message": "whose?" } });
    let refusing = gateway(vec![said(QUERY, 422, stranger)]).await;
    let why = refusing.probe(&payment()).await.unwrap_err();
    assert!(why.contains("WRONG_MERCHANT whose?") && why.contains("look at merchant"), "{why}");
    let absent = json!({ "error": { "code": "NO_SUCH_PAYMENT", "known": false } });
    assert!(gateway(vec![said(QUERY, 404, absent)]).await.probe(&payment()).await.is_ok());
}
