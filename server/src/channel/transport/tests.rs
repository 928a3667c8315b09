use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;

const LIMITS: Limits = Limits {
    connect: Duration::from_millis(500),
    total: Duration::from_secs(2),
    doubt: Duration::from_millis(300),
    at_once: 1,
    turn: Duration::from_millis(100),
    answer: 16,
    failures: 3,
    rest: Duration::from_secs(1),
};

/// A host that reads a request and writes `answer`, or keeps silent when that is empty.
async fn host(answer: &'static str) -> Url {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut request = [0; 4096];
                let _heard = stream.read(&mut request).await.unwrap();
                if answer.is_empty() {
                    tokio::time::sleep(Duration::from_secs(60)).await;
                }
                stream.write_all(answer.as_bytes()).await.unwrap();
            });
        }
    });
    format!("http://{address}").parse().unwrap()
}

/// Nobody listens there.
fn deaf_host() -> Url {
    "http://127.0.0.1:1".parse().unwrap()
}

fn call(host: &Url) -> Call {
    let headers = vec![("client-id", "c".into())];
    let patience = Duration::from_secs(60);
    Call {
        name: "ask",
        by: By::Post,
        url: host.to_string(),
        headers,
        body: b"{}".to_vec(),
        patience,
    }
}

async fn text(transport: &Transport, host: &Url) -> Result<String, ChannelError> {
    transport.call(call(host), |reply| Ok(String::from_utf8_lossy(&reply.body).into_owned())).await
}

async fn outcome(answer: &'static str) -> Result<String, ChannelError> {
    let host = host(answer).await;
    text(&Transport::new("test", &host, LIMITS, only_200).unwrap(), &host).await
}

#[tokio::test]
async fn an_answer_is_read_with_its_headers() {
    let host = host("HTTP/1.1 200 OK\r\nclient-id: me\r\ncontent-length: 2\r\n\r\nok").await;
    let transport = Transport::new("test", &host, LIMITS, only_200).unwrap();
    let read =
        |reply: &Reply| Ok((reply.header("Client-Id").map(str::to_owned), reply.body.clone()));
    assert_eq!(transport.call(call(&host), read).await, Ok((Some("me".into()), b"ok".to_vec())));
}

#[tokio::test]
async fn without_a_connection_nothing_was_sent() {
    let host = deaf_host();
    let transport = Transport::new("test", &host, LIMITS, only_200).unwrap();
    assert!(matches!(text(&transport, &host).await, Err(ChannelError::NotSent(_))));
}

#[tokio::test]
async fn whatever_happens_after_the_connection_counts_as_sent() {
    for answer in [
        "",
        "nonsense",
        "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf",
        "HTTP/1.1 200 OK\r\ncontent-length: 17\r\n\r\n01234567890123456",
        "HTTP/1.1 302 Found\r\nlocation: /\r\ncontent-length: 0\r\n\r\n",
        "HTTP/1.1 500 Oops\r\ncontent-length: 0\r\n\r\n",
    ] {
        assert!(matches!(outcome(answer).await, Err(ChannelError::NoAnswer(_))), "{answer}");
    }
}

#[tokio::test]
async fn which_statuses_can_be_read_is_the_channels_to_say() {
    let host = host("HTTP/1.1 404 Not Found\r\ncontent-length: 2\r\n\r\nno").await;
    let below_500 = |status| status < 500;
    let transport = Transport::new("test", &host, LIMITS, below_500).unwrap();
    let read = |reply: &Reply| Ok((reply.status, reply.body.clone()));
    assert_eq!(transport.call(call(&host), read).await, Ok((404, b"no".to_vec())));
    let strict = Transport::new("test", &host, LIMITS, only_200).unwrap();
    assert_eq!(text(&strict, &host).await, Err(no_answer("HTTP 404")));
}

/// A host that answers with what it was asked.
async fn echo() -> Url {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = [0; 4096];
        let length = stream.read(&mut request).await.unwrap();
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.write_all(&request[..length]).await.unwrap();
    });
    format!("http://{address}").parse().unwrap()
}

#[tokio::test]
async fn a_question_by_get_has_no_body() {
    let host = echo().await;
    let limits = Limits { answer: 4096, ..LIMITS };
    let transport = Transport::new("test", &host, limits, only_200).unwrap();
    let question = Call { by: By::Get, url: format!("{host}a?b=c"), ..call(&host) };
    let read = |reply: &Reply| Ok(String::from_utf8_lossy(&reply.body).into_owned());
    let asked = transport.call(question, read).await.unwrap();
    assert!(asked.starts_with("GET /a?b=c HTTP/1.1\r\n"), "{asked}");
    assert!(asked.ends_with("\r\n\r\n") && !asked.contains("content-length"), "{asked}");
}

#[tokio::test]
async fn a_call_that_finds_no_room_was_not_sent() {
    let host = host("").await;
    let transport = Transport::new("test", &host, LIMITS, only_200).unwrap();
    let (first, second) = tokio::join!(text(&transport, &host), text(&transport, &host));
    assert!(matches!(first, Err(ChannelError::NoAnswer(_))));
    assert_eq!(second, Err(not_sent("too many calls are under way")));
}

#[tokio::test]
async fn after_failures_in_a_row_calls_stop_until_one_succeeds() {
    let good = host("HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok").await;
    let deaf = deaf_host();
    let transport = Transport::new("test", &good, LIMITS, only_200).unwrap();
    for _ in 0..LIMITS.failures {
        assert!(text(&transport, &deaf).await.is_err());
    }
    let stopped = text(&transport, &good).await;
    assert_eq!(stopped, Err(not_sent("the channel has failed several times in a row")));

    tokio::time::sleep(LIMITS.rest).await;
    assert_eq!(text(&transport, &good).await, Ok("ok".into()));
    assert_eq!(text(&transport, &good).await, Ok("ok".into()));
}

#[tokio::test]
async fn an_answer_that_cannot_be_read_counts_as_a_failure() {
    let host = host("HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok").await;
    let transport = Transport::new("test", &host, LIMITS, only_200).unwrap();
    for _ in 0..LIMITS.failures {
        assert_eq!(
            transport.call(call(&host), |_| Err::<(), _>(no_answer("unsigned"))).await,
            Err(no_answer("unsigned"))
        );
    }
    assert!(matches!(text(&transport, &host).await, Err(ChannelError::NotSent(_))));
}

/// A host that answers each connection once, and then forgets it without a word.
async fn forgetful_host() -> Url {
    const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut request = [0; 4096];
                let _heard = stream.read(&mut request).await.unwrap();
                stream.write_all(ANSWER).await.unwrap();
                tokio::time::sleep(Duration::from_secs(60)).await;
            });
        }
    });
    format!("http://{address}").parse().unwrap()
}

#[tokio::test]
async fn while_one_call_hangs_on_a_forgotten_connection_the_next_gets_one_of_its_own() {
    let host = forgetful_host().await;
    let limits = Limits { at_once: 3, rest: Duration::from_millis(10), ..LIMITS };
    let transport = Transport::new("test", &host, limits, only_200).unwrap();
    // Two connections are kept, and neither is worth anything.
    let (first, second) = tokio::join!(text(&transport, &host), text(&transport, &host));
    assert_eq!((first, second), (Ok("ok".into()), Ok("ok".into())));
    let (hung, next) = tokio::join!(text(&transport, &host), async {
        tokio::time::sleep(Duration::from_millis(900)).await;
        text(&transport, &host).await
    });
    assert!(matches!(hung, Err(ChannelError::NoAnswer(_))), "{hung:?}");
    assert_eq!(next, Ok("ok".into()));
}

#[tokio::test]
async fn a_call_is_waited_for_as_long_as_it_says() {
    let host = host("").await;
    let transport = Transport::new("test", &host, LIMITS, only_200).unwrap();
    let begun = Instant::now();
    let call = Call { patience: Duration::from_millis(200), ..call(&host) };
    let answer = transport.call(call, |_| Ok(())).await;
    assert!(matches!(answer, Err(ChannelError::NoAnswer(_))), "{answer:?}");
    assert!(begun.elapsed() < Duration::from_millis(1500), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn calls_that_hung_do_not_keep_a_channel_stopped_that_answers_again() {
    let breaker = Breaker::new(3, Duration::from_millis(200));
    let hung: Vec<_> = (0..20).map(|_| breaker.admit().unwrap()).collect();
    let mut tried = 0;
    // They fail one after another, twice as often as a call may try how the channel is.
    for hung in hung {
        breaker.learn(hung, false);
        if let (true, Ok(probe)) = (breaker.is_open(), breaker.admit()) {
            breaker.learn(probe, true);
            tried += 1;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(tried, 1, "it is tried in spite of them, and none of them stops it again");
}
