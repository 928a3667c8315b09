//! Clients that take their time: they hold neither a place nor, for long, a connection.

use std::time::Duration;

use axum::Router;
use axum::routing::get;
use florin_server::http::listen::{Doors, serve};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

use crate::support::{Db, World};

const HEAD: Duration = Duration::from_millis(400);

async fn listening(connections: usize) -> (String, CancellationToken) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let large = get(async || "x".repeat(32 << 20));
    let router = Router::new().route("/", get(async || "ok")).route("/large", large);
    let close = CancellationToken::new();
    tokio::spawn(serve(listener, router, Doors { connections, head: HEAD }, close.clone()));
    (address, close)
}

/// Everything that comes until the other side closes.
async fn rest(stream: &mut TcpStream) -> String {
    let mut text = Vec::new();
    let read = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut text));
    // A reset is an end, too.
    _ = read.await.expect("the connection is never closed");
    String::from_utf8_lossy(&text).into_owned()
}

#[tokio::test]
async fn half_a_head_is_not_waited_for() {
    let (address, _close) = listening(10).await;
    let mut stream = TcpStream::connect(&address).await.unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nhost: ").await.unwrap();
    assert!(!rest(&mut stream).await.contains("200 OK"));
}

#[tokio::test]
async fn a_head_that_drips_is_not_waited_for_either() {
    let (address, _close) = listening(10).await;
    let mut stream = TcpStream::connect(&address).await.unwrap();
    let mut written = 0;
    for byte in b"GET / HTTP/1.1\r\nhost: a\r\nx-drip: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
    {
        if stream.write_all(&[*byte]).await.is_err() {
            break;
        }
        written += 1;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(!rest(&mut stream).await.contains("200 OK"), "after {written} bytes");
}

#[tokio::test]
async fn a_connection_that_is_idle_is_closed() {
    let (address, _close) = listening(10).await;
    let mut stream = TcpStream::connect(&address).await.unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
    assert!(rest(&mut stream).await.contains("200 OK"));
}

#[tokio::test]
async fn connections_beyond_the_limit_wait_for_a_place() {
    let (address, _close) = listening(1).await;
    let first = TcpStream::connect(&address).await.unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    let mut second = TcpStream::connect(&address).await.unwrap();
    second.write_all(b"GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").await.unwrap();
    let mut byte = [0];
    let early = tokio::time::timeout(Duration::from_millis(150), second.read(&mut byte)).await;
    assert!(early.is_err(), "served beyond the limit");
    drop(first);
    assert!(rest(&mut second).await.ends_with("ok"));
}

#[tokio::test]
async fn a_client_that_never_reads_loses_its_place() {
    let (address, _close) = listening(1).await;
    let mut deaf = TcpStream::connect(&address).await.unwrap();
    deaf.write_all(b"GET /large HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
    tokio::time::sleep(Duration::from_millis(200)).await;
    let mut next = TcpStream::connect(&address).await.unwrap();
    next.write_all(b"GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").await.unwrap();
    assert!(rest(&mut next).await.ends_with("ok"));
}

#[tokio::test]
async fn what_the_kernel_has_taken_when_the_listener_closes_is_answered() {
    let (address, close) = listening(100).await;
    let mut streams = Vec::new();
    for _ in 0..40 {
        streams.push(TcpStream::connect(&address).await.unwrap());
    }
    close.cancel();
    for stream in &mut streams {
        stream.write_all(b"GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").await.unwrap();
    }
    for stream in &mut streams {
        assert!(rest(stream).await.ends_with("ok"));
    }
    tokio::time::sleep(HEAD * 2).await;
    assert!(TcpStream::connect(&address).await.is_err(), "it listens on");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_that_does_not_come_is_refused_and_holds_no_place() {
    let world = World::new(Db::Sqlite).await;
    let file = world.folder.join("florin.toml");
    std::fs::write(&file, "[limits]\nmerchant = 1\n").unwrap();
    let florin = world.serve(&[("FLORIN_CONFIG", file.to_str().unwrap())]).await;
    let mut slow = TcpStream::connect(florin.base.trim_start_matches("http://")).await.unwrap();
    let head = "POST /v1/sessions HTTP/1.1\r\nhost: a\r\norigin: https://shop.example\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{";
    slow.write_all(head.as_bytes()).await.unwrap();
    let mut shopping = TcpStream::connect(florin.base.trim_start_matches("http://")).await.unwrap();
    shopping.write_all(head.replace("/v1/sessions", "/shop/orders").as_bytes()).await.unwrap();
    tokio::time::sleep(Duration::from_millis(300)).await;
    florin.session(world.order()).await;
    let told = rest(&mut slow).await;
    assert!(told.starts_with("HTTP/1.1 408") && told.contains("BODY_TOO_SLOW"), "{told}");
    assert!(told.contains("access-control-allow-origin: https://shop.example"), "{told}");
    let told = rest(&mut shopping).await;
    assert!(told.starts_with("HTTP/1.1 408") && told.contains("x-request-id"), "{told}");
    assert!(
        !told.contains("access-control-allow-origin"),
        "the shop's answers are its own: {told}"
    );
}
