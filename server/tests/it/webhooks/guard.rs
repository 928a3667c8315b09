//! Where a message may not go, with real connections (threat S16).

use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use florin_server::courier::resolve::Lookup;
use florin_server::courier::{Answer, Courier, Letter};
use florin_server::domain::address::Reach;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::support::SECRET;

/// A name server that gives these answers in turn, the last one for ever.
struct Changing {
    answers: Vec<Vec<&'static str>>,
    asked: AtomicUsize,
}

#[async_trait]
impl Lookup for Changing {
    async fn lookup(&self, _: &str) -> io::Result<Vec<IpAddr>> {
        let number = self.asked.fetch_add(1, Ordering::Relaxed).min(self.answers.len() - 1);
        Ok(self.answers[number].iter().map(|ip| ip.parse().unwrap()).collect())
    }
}

fn changing(answers: &[&[&'static str]]) -> Arc<Changing> {
    let answers = answers.iter().map(|answer| answer.to_vec()).collect();
    Arc::new(Changing { answers, asked: AtomicUsize::new(0) })
}

fn letter(url: &str, reach: Reach) -> Letter {
    Letter {
        url: url.into(),
        id: "msg_1".into(),
        body: "{}".into(),
        secrets: vec![SECRET.into()],
        reach,
    }
}

/// A listener on this machine that counts who comes and answers with these bytes.
async fn listener(answer: Vec<u8>) -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (port, count) = (listener.local_addr().unwrap().port(), Arc::new(AtomicUsize::new(0)));
    let counted = count.clone();
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            counted.fetch_add(1, Ordering::Relaxed);
            let answer = answer.clone();
            tokio::spawn(async move {
                let mut request = [0; 4096];
                let _read = stream.read(&mut request).await;
                let _written = stream.write_all(&answer).await;
            });
        }
    });
    (port, count)
}

fn ok() -> Vec<u8> {
    b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".to_vec()
}

async fn carry(lookup: Arc<Changing>, url: &str, reach: Reach) -> Answer {
    Courier::with(lookup).unwrap().carry(&letter(url, reach), 1_794_974_491_000).await
}

#[tokio::test]
async fn a_name_that_turns_private_after_it_was_registered_is_not_called() {
    // 8443 is among the ports that are called; whoever is there on this machine must not be reached.
    let lookup = changing(&[&["8.8.8.8"], &["127.0.0.1"]]);
    let courier = Courier::with(lookup.clone()).unwrap();
    let url = "https://rebinding.example:8443/hook";
    assert_eq!(courier.check(url, Reach::Public).await, Ok(()));
    let answer = courier.carry(&letter(url, Reach::Public), 0).await;
    assert_eq!(answer.error, "the address leads to 127.0.0.1, not a public address");
    assert_eq!(lookup.asked.load(Ordering::Relaxed), 2, "one lookup for each use");
    assert_eq!(
        courier.check(url, Reach::Public).await,
        Err("leads to 127.0.0.1, not a public address".into())
    );
}

#[tokio::test]
async fn the_connection_goes_to_the_address_that_was_checked() {
    // The first answer is good, the second would be refused: there is no second question.
    let (port, count) = listener(ok()).await;
    let lookup = changing(&[&["127.0.0.1"], &["169.254.169.254"]]);
    let url = format!("http://rebinding.example:{port}/");
    let answer = carry(lookup.clone(), &url, Reach::WithPrivate).await;
    assert!(answer.is_delivered(), "{answer:?}");
    assert_eq!((count.load(Ordering::Relaxed), lookup.asked.load(Ordering::Relaxed)), (1, 1));
    let answer = carry(lookup, &url, Reach::WithPrivate).await;
    assert!(answer.error.contains("169.254.169.254"), "{answer:?}");
    assert_eq!(count.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn one_bad_address_among_good_ones_is_enough() {
    for answers in
        [["8.8.8.8", "10.0.0.1"], ["::1", "2606:4700::1"], ["1.1.1.1", "64:ff9b::a9fe:a9fe"]]
    {
        let answer = carry(changing(&[&answers]), "https://mixed.example/", Reach::Public).await;
        assert!(answer.error.contains("not a public address"), "{answers:?}: {answer:?}");
    }
}

#[tokio::test]
async fn nobody_on_this_machine_is_reached_by_any_spelling_in_live_mode() {
    let (port, count) = listener(ok()).await;
    for host in [
        "127.0.0.1",
        "127.1",
        "0x7f.1",
        "2130706433",
        "0177.1",
        "localhost",
        "[::1]",
        "[::ffff:7f00:1]",
        "0",
    ] {
        for scheme in ["http", "https"] {
            let url = format!("{scheme}://{host}:{port}/");
            let answer = carry(changing(&[&["127.0.0.1"]]), &url, Reach::Public).await;
            assert!(
                answer.status.is_none() && answer.error.starts_with("the address"),
                "{url}: {answer:?}"
            );
        }
    }
    assert_eq!(count.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn a_redirect_is_a_failed_try_and_is_not_followed() {
    let (inner, reached) = listener(ok()).await;
    let redirect = format!(
        "HTTP/1.1 307 Go\r\nlocation: http://127.0.0.1:{inner}/\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
    );
    let (port, _) = listener(redirect.into_bytes()).await;
    let url = format!("http://127.0.0.1:{port}/");
    let answer = carry(changing(&[&[]]), &url, Reach::WithPrivate).await;
    assert_eq!(answer.status, Some(307));
    assert!(answer.error.contains("redirects are not followed"));
    assert_eq!(reached.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn an_endless_answer_is_cut_and_only_its_beginning_kept() {
    let mut endless = b"HTTP/1.1 500 No\r\ncontent-length: 99999999\r\n\r\n".to_vec();
    endless.extend([b'x'; 200_000]);
    let (port, _) = listener(endless).await;
    let url = format!("http://127.0.0.1:{port}/");
    let answer = carry(changing(&[&[]]), &url, Reach::WithPrivate).await;
    assert_eq!((answer.status, answer.excerpt.len()), (Some(500), 512));
}
