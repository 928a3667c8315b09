//! Each weather, seen from a client that speaks through it.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{Chaos, Weather};

/// Answers each piece with the same, and says what came.
async fn echo() -> (std::net::SocketAddr, mpsc::UnboundedReceiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (tell, told) = mpsc::unbounded_channel();
    let at = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let tell = tell.clone();
            tokio::spawn(async move {
                let mut piece = [0; 1024];
                while let Ok(read @ 1..) = client.read(&mut piece).await {
                    _ = tell.send(String::from_utf8_lossy(&piece[..read]).into_owned());
                    _ = client.write_all(&piece[..read]).await;
                }
            });
        }
    });
    (at, told)
}

struct Line {
    chaos: Chaos,
    client: TcpStream,
    told: mpsc::UnboundedReceiver<String>,
    _stop: tokio_util::sync::DropGuard,
}

impl Line {
    async fn new() -> Line {
        let stop = CancellationToken::new();
        let (at, told) = echo().await;
        let chaos = Chaos::start(7, &stop).await.unwrap();
        chaos.to(at);
        let client = TcpStream::connect(chaos.url.trim_start_matches("http://")).await.unwrap();
        let mut line = Line { chaos, client, told, _stop: stop.drop_guard() };
        assert_eq!(line.say("hello").await.as_deref(), Some("hello"));
        line.told.recv().await.unwrap();
        line
    }

    async fn again(&mut self) {
        let at = self.chaos.url.trim_start_matches("http://");
        self.client = TcpStream::connect(at).await.unwrap();
    }

    async fn say(&mut self, text: &str) -> Option<String> {
        self.client.write_all(text.as_bytes()).await.ok()?;
        self.hear().await
    }

    /// What comes within a while; nothing for silence, nothing for an end.
    async fn hear(&mut self) -> Option<String> {
        let mut piece = [0; 1024];
        let heard = tokio::time::timeout(Duration::from_millis(300), self.client.read(&mut piece));
        match heard.await {
            Ok(Ok(read @ 1..)) => Some(String::from_utf8_lossy(&piece[..read]).into_owned()),
            Ok(Ok(_) | Err(_)) | Err(_) => None,
        }
    }

    fn arrived(&mut self) -> Option<String> {
        self.told.try_recv().ok()
    }
}

#[tokio::test]
async fn what_was_sent_while_it_was_cut_arrives_afterwards() {
    let mut line = Line::new().await;
    line.chaos.set(Weather::Cut);
    assert_eq!(line.say("a").await, None);
    assert_eq!(line.arrived(), None);
    line.chaos.set(Weather::Fair);
    assert_eq!(line.hear().await.as_deref(), Some("a"));
}

#[tokio::test]
async fn a_lost_reply_was_heard_by_the_other_side() {
    let mut line = Line::new().await;
    line.chaos.set(Weather::RepliesLost);
    assert_eq!(line.say("a").await, None);
    assert_eq!(line.arrived().as_deref(), Some("a"));
    line.chaos.set(Weather::Fair);
    assert_eq!(line.say("b").await.as_deref(), Some("b"));
}

#[tokio::test]
async fn what_is_half_open_stays_so_and_new_connections_work_again() {
    let mut line = Line::new().await;
    line.chaos.set(Weather::HalfOpen);
    assert_eq!(line.say("a").await, None);
    line.chaos.set(Weather::Fair);
    assert_eq!(line.say("b").await, None);
    assert_eq!(line.arrived(), None);
    line.again().await;
    assert_eq!(line.say("c").await.as_deref(), Some("c"));
}

#[tokio::test]
async fn a_reset_ends_what_is_connected_and_what_connects() {
    let mut line = Line::new().await;
    line.chaos.set(Weather::Reset);
    let begun = Instant::now();
    assert_eq!(line.hear().await, None);
    line.again().await;
    assert_eq!(line.say("a").await, None);
    assert!(begun.elapsed() < Duration::from_millis(250), "it was silence and no reset");
    assert_eq!(line.arrived(), None);
}

#[tokio::test]
async fn half_a_body_is_all_that_comes() {
    let mut line = Line::new().await;
    line.chaos.set(Weather::HalfBody(3));
    assert_eq!(line.say("abcdef").await.as_deref(), Some("abc"));
    assert_eq!(line.hear().await, None);
    assert_eq!(line.arrived().as_deref(), Some("abcdef"));
}

#[tokio::test]
async fn late_and_slow_take_their_time() {
    let mut line = Line::new().await;
    line.chaos.set(Weather::Slow(50));
    let begun = Instant::now();
    assert_eq!(line.say("abcde").await.as_deref(), Some("abcde"));
    assert!(begun.elapsed() >= Duration::from_millis(190), "{:?}", begun.elapsed());
    line.chaos.set(Weather::Slow(1));
    assert_eq!(line.say("abcde").await, None);
    line.chaos.set(Weather::Fair);
    assert_eq!(line.hear().await.as_deref(), Some("abcde"), "what was slow is not slow for ever");
    line.chaos.set(Weather::Late(40));
    assert_eq!(line.say("a").await.as_deref(), Some("a"));
}

fn request(body: &str) -> String {
    format!("POST /x HTTP/1.1\r\nhost: a\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}

/// What arrives within a while.
async fn arrives(line: &mut Line) -> Option<String> {
    tokio::time::timeout(Duration::from_millis(500), line.told.recv()).await.ok().flatten()
}

#[tokio::test]
async fn a_request_arrives_twice_and_is_answered_once() {
    let mut line = Line::new().await;
    line.chaos.set(Weather::Twice(0));
    let whole = request("abc");
    assert_eq!(line.say(&whole).await.as_ref(), Some(&whole));
    assert_eq!(arrives(&mut line).await.as_ref(), Some(&whole));
    assert_eq!(arrives(&mut line).await.as_ref(), Some(&whole));
    assert_eq!(line.hear().await, None, "the copy's answer is lost");
    assert_eq!((line.arrived(), line.chaos.doubled()), (None, 1));
    line.chaos.set(Weather::Fair);
    assert_eq!(line.say(&whole).await.as_ref(), Some(&whole));
    assert_eq!(arrives(&mut line).await, Some(whole));
    assert_eq!(arrives(&mut line).await, None, "in fair weather once");
}

#[tokio::test]
async fn a_copy_comes_as_late_as_is_wished_and_whole_though_the_request_came_in_pieces() {
    let mut line = Line::new().await;
    line.chaos.set(Weather::Twice(200));
    let whole = request("abcdef");
    let (first, rest) = whole.split_at(whole.len() - 4);
    line.client.write_all(first.as_bytes()).await.unwrap();
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(line.arrived(), None, "it waits for the rest");
    let begun = Instant::now();
    assert_eq!(line.say(rest).await.as_ref(), Some(&whole));
    assert_eq!(arrives(&mut line).await.as_ref(), Some(&whole));
    assert_eq!(arrives(&mut line).await, Some(whole));
    assert!(begun.elapsed() >= Duration::from_millis(190), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn what_has_no_known_end_or_is_no_request_passes_once() {
    let mut line = Line::new().await;
    line.chaos.set(Weather::Twice(0));
    for text in ["abc", "POST /x HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n"] {
        assert_eq!(line.say(text).await.as_deref(), Some(text));
        assert_eq!(arrives(&mut line).await.as_deref(), Some(text));
        assert_eq!(arrives(&mut line).await, None);
    }
    assert_eq!(line.chaos.doubled(), 0);
}

#[tokio::test]
async fn a_request_is_overtaken_by_a_later_one() {
    let mut line = Line::new().await;
    line.chaos.set(Weather::Overtaken(5_000));
    let (early, late) = (request("early"), request("late"));
    assert_eq!(line.say(&early).await, None);
    let at = line.chaos.url.trim_start_matches("http://").to_owned();
    let mut first = std::mem::replace(&mut line.client, TcpStream::connect(at).await.unwrap());
    assert_eq!(line.say(&late).await.as_ref(), Some(&late));
    assert_eq!(arrives(&mut line).await.as_ref(), Some(&late));
    assert_eq!(arrives(&mut line).await.as_ref(), Some(&early));
    let mut piece = [0; 1024];
    let read = first.read(&mut piece).await.unwrap();
    assert_eq!(&piece[..read], early.as_bytes());
    assert_eq!(line.chaos.overtaken(), 1);
}

#[tokio::test]
async fn a_request_that_nobody_overtakes_passes_after_its_time() {
    let mut line = Line::new().await;
    line.chaos.set(Weather::Overtaken(150));
    let (begun, alone) = (Instant::now(), request("alone"));
    assert_eq!(line.say(&alone).await.as_ref(), Some(&alone));
    assert!(begun.elapsed() >= Duration::from_millis(140), "{:?}", begun.elapsed());
    assert_eq!(line.chaos.overtaken(), 0);
}
