//! The end of the hard tests: the server's database, the sandbox's own book and what the merchant heard tell the same (P1 to P3).

use florin_proof::books::{self, Stored};
use florin_proof::compare;
use florin_proof::merchant::{Heard, Message, SECRET};
use florin_proof::promises::Told;
use florin_server::store::Store;

use crate::sink::Received;
use crate::support::World;

impl World {
    /// Everything has come to rest, `florin check` is clean, and the three books agree. At least so many payments were accepted.
    pub async fn agrees(&self, least: usize) {
        self.check(true).await;
        let store = Store::connect_read_only(&self.database).await.unwrap();
        let stored = Stored::read(&store).await.unwrap();
        store.close().await;
        let held = books::sandbox(&self.http, &self.sandbox).await.unwrap();
        let messages: Vec<Message> = self.sink.received().into_iter().map(message).collect();
        let heard = Heard { messages, refused: Vec::new(), secrets: vec![SECRET.to_owned()] };
        let found = compare(&stored, &held, &heard, &Told::default());
        assert_eq!(found.wrong, Vec::<String>::new(), "{}", found.told);
        let accepted =
            stored.payments.values().filter(|payment| payment.role == "ACCEPTED").count();
        assert!(accepted >= least, "only {accepted} were paid, of {least}");
    }
}

fn message(heard: Received) -> Message {
    let Received { id, timestamp, signature, raw, body: _ } = heard;
    Message { path: "/hook".to_owned(), id, timestamp, signature, raw }
}
