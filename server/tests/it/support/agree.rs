//! The end of the hard stories: three books tell the same (P1 to P4 of `reliability/` 4.2).

use std::sync::atomic::Ordering;

use florin_proof::books::{self, Stored};
use florin_proof::merchant::{Heard, Message};
use florin_proof::promises::Told;
use florin_proof::{Found, compare, compare_those};
use florin_server::store::checks::{self, When};

use super::sink::{Received, Sink};
use super::{SECRET, TestApp, start};

/// A book beside our database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Book {
    /// The channel's: what it took and what it gave back.
    Channel,
    /// The merchant's: what it was told.
    Merchant,
}

/// How long the last calls and messages of a story may take, in twentieths of a second.
const PATIENCE: usize = 400;

impl TestApp {
    /// At this story's end the channel's book is not compared, for this reason; the merchant's is.
    pub fn has_no_channels_book(&self, why: &'static str) {
        assert!(!why.is_empty());
        self.missing.lock().unwrap().push(Book::Channel);
    }

    /// At this story's end the merchant's book is not compared, for this reason; the channel's is.
    pub fn has_no_merchants_book(&self, why: &'static str) {
        assert!(!why.is_empty());
        self.missing.lock().unwrap().push(Book::Merchant);
    }

    /// This outside world has a book, too.
    pub fn also_at(&self, sandbox: &str) {
        self.worlds.lock().unwrap().push(sandbox.to_owned());
    }

    /// At this story's end money waits for a person, for this reason.
    pub fn leaves_money_to_people(&self, why: &'static str) {
        assert!(!why.is_empty());
        self.leaves_to_people.store(true, Ordering::Relaxed);
    }

    /// A story whose books differ on purpose waits no longer than it must.
    pub fn gives_up_soon(&self) {
        self.is_hasty.store(true, Ordering::Relaxed);
    }

    /// Every story's end: the ledger's invariants hold, the three books agree, and nothing is left behind.
    pub async fn ends(mut self) {
        self.check(When::Always).await;
        self.books_agree().await;
        self.has_ended = true;
        self.stop.cancel();
        self.app.store.close().await;
        if self.database.starts_with("postgres:") {
            start::forget(&self.database).await;
        }
        _ = std::fs::remove_dir_all(&self.folder);
    }

    /// Whether every invariant holds just now.
    pub async fn is_clean(&self, when: When) -> bool {
        let mut tx = self.app.store.read().await.unwrap();
        checks::run(&mut tx, when, self.app.now()).await.unwrap().is_empty()
    }

    pub async fn check(&self, when: When) {
        let found = checks::run(&mut self.app.store.read().await.unwrap(), when, self.app.now())
            .await
            .unwrap();
        assert_eq!(found, [], "the ledger's invariants");
    }

    /// What every story ends with: our database, the sandbox's book and what the merchant heard agree, as soon as what is under
    /// way has arrived. Nothing need be at rest: a code that nobody has paid is the same in every book.
    pub async fn books_agree(&self) {
        let mut found = self.compared().await;
        let patience = if self.is_hasty.load(Ordering::Relaxed) { 20 } else { PATIENCE };
        for _ in 0..patience {
            if found.wrong.is_empty() {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            found = self.compared().await;
        }
        panic!("the books differ: {:#?} ({})", found.wrong, found.told);
    }

    async fn compared(&self) -> Found {
        let (http, store) = (reqwest::Client::new(), &self.app.store);
        let mut stored = Stored::read(store).await.unwrap();
        if self.leaves_to_people.load(Ordering::Relaxed) {
            stored = stored.left_to_people();
        }
        let worlds = [vec![self.sandbox.clone()], self.worlds.lock().unwrap().clone()].concat();
        let mut held = Vec::new();
        for world in worlds {
            held.extend(books::sandbox(&http, &world).await.unwrap());
        }
        let sinks = [vec![self.sink.clone()], self.sinks.lock().unwrap().clone()].concat();
        let messages = sinks.iter().flat_map(Sink::received).map(message).collect();
        // Whose secret it is, the stories of webhooks look at: here it is enough that somebody's fits.
        let secrets = books::secrets(store).await.unwrap();
        let heard = Heard { messages, refused: Vec::new(), secrets };
        let missing = self.missing.lock().unwrap().clone();
        let has = |book| !missing.contains(&book);
        let held = has(Book::Channel).then_some(held.as_slice());
        compare_those(&stored, held, has(Book::Merchant).then_some(&heard), &Told::default())
    }

    /// Everything comes to rest, no invariant is broken, and our database, the sandbox's book and what the merchant heard
    /// agree. At least so many payments were accepted.
    pub async fn agrees(&self, least: usize) {
        self.agrees_and_kept(least, &Told::default()).await;
    }

    /// The same, and every 2xx is still true.
    pub async fn agrees_and_kept(&self, least: usize, told: &Told) {
        for _ in 0..400 {
            if self.is_clean(When::AtRest).await && self.waiting().await == 0 {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        self.check(When::AtRest).await;
        let stored = Stored::read(&self.app.store).await.unwrap();
        let held = books::sandbox(&reqwest::Client::new(), &self.sandbox).await.unwrap();
        let messages: Vec<Message> = self.sink.received().into_iter().map(message).collect();
        let heard = Heard { messages, refused: Vec::new(), secrets: vec![SECRET.to_owned()] };
        let found = compare(&stored, &held, &heard, told);
        assert_eq!(found.wrong, Vec::<String>::new(), "{}", found.told);
        let accepted =
            stored.payments.values().filter(|payment| payment.role == "ACCEPTED").count();
        assert!(accepted >= least, "only {accepted} were paid, of {least}");
    }

    /// How many messages nobody has taken yet.
    async fn waiting(&self) -> i64 {
        let sql = "select count(*) from outbox where state = 'PENDING'";
        let counted = self.app.store.read().await.unwrap().sql(sql).one::<(i64,)>().await;
        counted.unwrap().unwrap().0
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        let is_over = self.has_ended || std::thread::panicking();
        assert!(is_over, "a story ends with `ends`, where the books are compared");
    }
}

fn message(heard: Received) -> Message {
    let Received { id, timestamp, signature, raw, body: _ } = heard;
    Message { path: "/hook".to_owned(), id, timestamp, signature, raw }
}
