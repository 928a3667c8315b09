//! Clients that take their time: they hold neither a place nor, for long, a connection.

use std::time::Duration;

use axum::Router;
use axum::routing::get;
use florin_server::clock::Stopwatch;
use florin_server::http::listen::{Doors, Each, serve};
use futures_util::future::join_all;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio_util::sync::CancellationToken;

use crate::support::{Db, World};

const HEAD: Duration = Duration::from_millis(400);

async fn listening(connections: usize) -> (String, CancellationToken) {
    opened(Doors { connections, kept: 0, each: Each::All(usize::MAX), head: HEAD }).await
}

async fn opened(doors: Doors) -> (String, CancellationToken) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let large = get(async || "x".repeat(32 << 20));
    let router = Router::new()
        .route("/", get(async || "ok"))
        .route("/notify/antom", get(async || "ok"))
        .route("/large", large);
    let close = CancellationToken::new();
    tokio::spawn(serve(listener, router, doors, close.clone()));
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

/// A connection from this address of our own machine.
async fn from(ip: &str, to: &str) -> std::io::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(format!("{ip}:0").parse().unwrap())?;
    socket.connect(to.parse().unwrap()).await
}

#[tokio::test]
async fn one_host_cannot_hold_what_others_need() {
    let each = Each::All(5);
    let (address, _close) = opened(Doors { connections: 8, kept: 0, each, head: HEAD * 20 }).await;
    // One host takes all it can get, and goes on.
    let mut held = Vec::new();
    for _ in 0..40 {
        held.push(from("127.0.0.1", &address).await.unwrap());
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    let mut closed = 0;
    for stream in &mut held {
        let read = tokio::time::timeout(Duration::from_millis(20), stream.read(&mut [0])).await;
        closed += usize::from(read.is_ok());
    }
    assert_eq!(closed, 35, "all but its own five are closed at once");
    let begun = Stopwatch::start();
    let mut other = from("127.0.0.2", &address).await.unwrap();
    other.write_all(b"GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").await.unwrap();
    assert!(rest(&mut other).await.ends_with("ok"));
    assert!(begun.time() < Duration::from_millis(500), "{:?}", begun.time());
    // What it gives back it may have again.
    held.clear();
    tokio::time::sleep(Duration::from_millis(100)).await;
    let mut again = from("127.0.0.1", &address).await.unwrap();
    again.write_all(b"GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").await.unwrap();
    assert!(rest(&mut again).await.ends_with("ok"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_program_keeps_one_host_to_its_share() {
    let world = World::new(Db::Sqlite).await;
    let file = world.folder.join("florin.toml");
    std::fs::write(&file, "[limits]\nconnections_per_client = 3\n").unwrap();
    let florin = world.serve(&[("FLORIN_CONFIG", file.to_str().unwrap())]).await;
    let address = florin.base.trim_start_matches("http://").to_owned();
    let mut held = Vec::new();
    for _ in 0..30 {
        held.push(from("127.0.0.3", &address).await.unwrap());
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    let mut refused = from("127.0.0.3", &address).await.unwrap();
    let _broken = refused.write_all(b"GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n").await;
    assert!(!rest(&mut refused).await.contains("200 OK"));
    let mut served = from("127.0.0.2", &address).await.unwrap();
    served
        .write_all(b"GET /healthz HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")
        .await
        .unwrap();
    assert!(rest(&mut served).await.contains("200 OK"));
}

/// One request on a connection of its own, and everything that comes.
async fn asks(address: &str, path: &str) -> String {
    says(address, &format!("GET {path} HTTP/1.1\r\nhost: a\r\n\r\n")).await
}

async fn says(address: &str, request: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    _ = stream.write_all(request.as_bytes()).await;
    rest(&mut stream).await
}

/// So many that say nothing.
async fn idle(address: &str, many: usize) -> Vec<TcpStream> {
    let mut held = Vec::new();
    for _ in 0..many {
        held.push(TcpStream::connect(address).await.unwrap());
    }
    tokio::time::sleep(Duration::from_millis(200)).await;
    held
}

#[tokio::test]
async fn when_all_connections_are_taken_newcomers_have_one_request_each() {
    let (each, head) = (Each::All(usize::MAX), Duration::from_secs(60));
    let (address, _close) = opened(Doors { connections: 3, kept: 2, each, head }).await;
    let held = idle(&address, 3).await;
    let told = asks(&address, "/notify/antom").await;
    assert!(told.starts_with("HTTP/1.1 200") && told.ends_with("ok"), "{told}");
    assert!(told.contains("connection: close"), "a kept connection serves one request: {told}");
    // Idle ones that come on take the kept connections too, but for three seconds only.
    let _more = idle(&address, 4).await;
    let begun = Stopwatch::start();
    let told = asks(&address, "/notify/antom").await;
    assert!(told.starts_with("HTTP/1.1 200"), "{told}");
    assert!(begun.time() < Duration::from_secs(15), "{:?}", begun.time());
    drop(held);
    tokio::time::sleep(Duration::from_millis(200)).await;
    let mut again = TcpStream::connect(&address).await.unwrap();
    again.write_all(b"GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").await.unwrap();
    assert!(rest(&mut again).await.ends_with("ok"), "an ordinary one, when there is one");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_channels_message_arrives_at_the_program_though_idle_connections_hold_all_others() {
    let world = World::new(Db::Sqlite).await;
    let file = world.folder.join("florin.toml");
    std::fs::write(&file, "[limits]\nconnections = 64\n").unwrap();
    let florin = world.serve(&[("FLORIN_CONFIG", file.to_str().unwrap())]).await;
    let session = florin.session(world.order()).await;
    let opened = florin.open(&session, "GCASH").await;
    let address = florin.base.trim_start_matches("http://").to_owned();
    // One of the 64 is the shopper's own.
    let _held = idle(&address, 63).await;
    let told = asks(&address, "/v1/merchant").await;
    assert!(told.starts_with("HTTP/1.1 503"), "there is room left, and nothing is proved: {told}");
    assert!(told.contains("BUSY") && told.contains("retry-after: 1"), "{told}");
    // A shop's page can read it.
    let from_shop =
        "GET /v1/checkout/CS1/status HTTP/1.1\r\nhost: a\r\norigin: http://127.0.0.1:9\r\n\r\n";
    let told = says(&address, from_shop).await;
    assert!(told.starts_with("HTTP/1.1 503") && told.contains("BUSY"), "{told}");
    assert!(told.contains("access-control-allow-origin"), "{told}");
    // Whoever does not say what they announced holds it no longer than a slow head would.
    let begun = Stopwatch::start();
    says(&address, "POST /notify/antom HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n\r\n").await;
    assert!(begun.time() < Duration::from_secs(10), "{:?}", begun.time());
    world.wallet(opened["next_action"]["text"].as_str().unwrap(), "approve").await;
    florin.until_paid(&session).await;
    let line =
        "florin_http_requests_total{route=\"/notify/{channel}\",method=\"POST\",status=\"2xx\"} 1";
    for _ in 0..100 {
        let figures = florin.get(format!("{}/metrics", florin.admin)).await.body;
        if figures.as_str().unwrap().contains(line) {
            return world.agrees(1).await;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the channel was never heard");
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

/// So many clients send a byte of their head a second (S23).
const SLOW: usize = 2_000;

/// A slow client, from one of fifty addresses of this machine.
async fn slow(number: usize, address: &str) -> TcpStream {
    let mut stream = from(&format!("127.0.0.{}", 2 + number % 50), address).await.unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nhost: a\r\nx-slow: ").await.unwrap();
    stream
}

/// A byte of each, every second, for as long as it is polled.
async fn drip(crowd: &[TcpStream]) {
    loop {
        tokio::time::sleep(Duration::from_secs(1)).await;
        for stream in crowd {
            // Whoever was sent away has nobody to write to.
            _ = stream.try_write(b"a");
        }
    }
}

/// How many of them are not sent away yet.
fn held(crowd: &[TcpStream]) -> usize {
    let waits = |stream: &&TcpStream| {
        stream.try_read(&mut [0]).is_err_and(|error| error.kind() == std::io::ErrorKind::WouldBlock)
    };
    crowd.iter().filter(waits).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_thousand_slow_clients_keep_nobody_from_being_served() {
    // Theirs and the program's, which takes the limit over.
    let most = getrlimit(Resource::Nofile).maximum;
    setrlimit(Resource::Nofile, Rlimit { current: most, maximum: most }).unwrap();
    let world = World::new(Db::Sqlite).await;
    let florin = world.serve(&[]).await;
    let address = florin.base.trim_start_matches("http://").to_owned();
    let (mut crowd, begun) = (Vec::new(), Stopwatch::start());
    for number in 0..SLOW {
        crowd.push(slow(number, &address).await);
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(held(&crowd), SLOW, "the program lets them wait for their turn");
    let others = async {
        for _ in 0..4 {
            join_all((0..4).map(|_| florin.pay(&world))).await;
        }
        // Thirty seconds are what a slow one has for its head (`Doors`).
        assert!(begun.time() > Duration::from_secs(25) || held(&crowd) == SLOW, "they went");
    };
    tokio::select! {
        () = others => {}
        () = drip(&crowd) => unreachable!("it drips for ever"),
        () = tokio::time::sleep(Duration::from_secs(120)) => panic!("the others wait, with {} slow ones", held(&crowd)),
    }
    world.agrees(16).await;
}
