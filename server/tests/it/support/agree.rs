//! The end of the hard stories: three books tell the same (P1 to P4 of `reliability/` 4.2).

use florin_proof::books::{self, Stored};
use florin_proof::compare;
use florin_proof::merchant::{Heard, Message};
use florin_proof::promises::Told;
use florin_server::store::checks::When;

use super::sink::Received;
use super::{SECRET, TestApp};

impl TestApp {
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

fn message(heard: Received) -> Message {
    let Received { id, timestamp, signature, raw, body: _ } = heard;
    Message { path: "/hook".to_owned(), id, timestamp, signature, raw }
}
