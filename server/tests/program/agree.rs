//! The end of every story in which money moved: the server's database, the sandbox's own book and what the merchant heard tell the same (P1 to P3).

use std::time::Duration;

use florin_proof::books::{self, Stored};
use florin_proof::merchant::{Heard, Message, SECRET};
use florin_proof::promises::Told;
use florin_proof::{Found, compare_those};
use florin_server::store::Store;

use crate::sink::Received;
use crate::support::{Book, World};

/// How long the last calls and messages of a story may take, in tenths of a second.
const PATIENCE: usize = 200;

impl World {
    /// Everything has come to rest, `florin check` is clean, and the three books agree. At least so many payments were accepted.
    pub async fn agrees(&self, least: usize) {
        self.check(true).await;
        let stored = self.stored().await;
        let accepted =
            stored.payments.values().filter(|payment| payment.role == "ACCEPTED").count();
        assert!(accepted >= least, "only {accepted} were paid, of {least}");
    }

    /// The three books agree, as soon as what is under way has arrived.
    pub async fn books_agree(&self) {
        let mut found = self.compared().await;
        for _ in 0..PATIENCE {
            if found.wrong.is_empty() {
                return self.is_compared();
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
            found = self.compared().await;
        }
        panic!("the books differ: {:#?} ({})", found.wrong, found.told);
    }

    async fn compared(&self) -> Found {
        let stored = self.stored().await;
        let held = books::sandbox(&self.http, &self.sandbox).await;
        let held = self.has(Book::Channel).then(|| held.unwrap());
        let messages: Vec<Message> = self.sink.received().into_iter().map(message).collect();
        let secrets = self.secrets().await;
        let heard = Heard { messages, refused: Vec::new(), secrets };
        let heard = self.has(Book::Merchant).then_some(&heard);
        compare_those(&stored, held.as_deref(), heard, &Told::default())
    }

    pub async fn stored(&self) -> Stored {
        let store = Store::connect_read_only(&self.database).await.unwrap();
        let stored = Stored::read(&store).await.unwrap();
        store.close().await;
        stored
    }

    /// The demo merchant's, and those that took its place.
    async fn secrets(&self) -> Vec<String> {
        let store = Store::connect_read_only(&self.database).await.unwrap();
        let mut secrets = books::secrets(&store).await.unwrap();
        store.close().await;
        secrets.push(SECRET.to_owned());
        secrets
    }
}

fn message(heard: Received) -> Message {
    let Received { id, timestamp, signature, raw, body: _ } = heard;
    Message { path: "/hook".to_owned(), id, timestamp, signature, raw }
}
