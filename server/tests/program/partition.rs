//! The channel cannot be reached, in six ways, at six moments of a payment: nobody is charged twice, nothing that is unknown
//! is called failed, and within ten seconds after the network is whole again everything is settled (`reliability/` T05, G3).
//!
//! Also where replies are lost or the other side has forgotten a connection, and a call of ours hangs on when the network is
//! whole again: it is given up, or asked about, well within the ten seconds (`channel/patience.rs`). All 144 cases are told
//! in simulated time by `tests/it/partitions.rs`; here the network is a real one.

use std::net::SocketAddr;
use std::time::Duration;

use florin_proof::books::{self, Stored};
use florin_proof::chaos::{Chaos, Weather};
use florin_proof::merchant::Merchant;
use florin_proof::promises::Promises;
use florin_proof::{Found, compare};
use florin_server::store::Store;
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::support::{Answer, Book, Db, Florin, KEY, Session, World};

/// How the channel is away.
const CUTS: [Weather; 6] = [
    Weather::Cut,
    Weather::RepliesLost,
    Weather::HalfOpen,
    Weather::Reset,
    Weather::HalfBody(40),
    Weather::Slow(20),
];

/// For how long.
const AWAY: Duration = Duration::from_secs(4);

/// G3.
const SETTLED: Duration = Duration::from_secs(10);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_channel_that_was_away_is_settled_with_on_sqlite() {
    let all = join_all(CUTS.map(|cut| away(Db::Sqlite, cut))).await;
    println!("{}", all.join("\n"));
    assert!(!all.join("").contains("WRONG"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_channel_that_was_away_is_settled_with_on_postgres() {
    let all = join_all(CUTS.map(|cut| away(Db::Postgres, cut))).await;
    println!("{}", all.join("\n"));
    assert!(!all.join("").contains("WRONG"));
}

/// A server whose roads to the channel and back can be cut.
pub struct Town {
    pub world: World,
    pub florin: Florin,
    pub there: Chaos,
    pub back: Chaos,
    merchant: Merchant,
    pub told: Promises,
}

fn address(url: &str) -> SocketAddr {
    url.trim_start_matches("http://").parse().unwrap()
}

impl Town {
    pub async fn new(db: Db) -> Town {
        let world = World::new(db).await;
        world.has_no_book(Book::Merchant, "who is told is `merchant`: see `compare`");
        let there = Chaos::start(1, &world.stop).await.unwrap();
        let back = Chaos::start(2, &world.stop).await.unwrap();
        there.to(address(&world.sandbox));
        let roads =
            [("FLORIN_SANDBOX_URL", there.url.as_str()), ("FLORIN_PUBLIC_URL", back.url.as_str())];
        let florin = world.serve(&roads).await;
        back.to(address(&florin.base));
        let merchant = Merchant::start(&world.stop).await.unwrap();
        Town { world, florin, there, back, merchant, told: Promises::default() }
    }

    pub async fn session(&self) -> Session {
        let mut order = self.world.order();
        order["notify_url"] = json!(self.merchant.hook());
        let session = self.florin.session(order).await;
        self.told.session(&session.trans_id, &session.id);
        session
    }

    /// What the shopper gets for the choice of a method; perhaps nothing.
    pub async fn choose(&self, session: &Session) -> reqwest::Result<Answer> {
        self.choose_by(session, "GCASH").await
    }

    async fn choose_by(&self, session: &Session, method: &str) -> reqwest::Result<Answer> {
        let path = format!("/v1/checkout/{}/transactions", session.id);
        let body = json!({ "method": method, "version": 1 });
        let answer = self.florin.call(Method::POST, &path, &session.token, Some(&body)).await?;
        if let Some(id) = answer.body["data"]["order_id"].as_str() {
            self.told.payment(id);
        }
        Ok(answer)
    }

    /// A code, as soon as there is one.
    pub async fn code(&self, session: &Session) -> (String, String) {
        self.code_by(session, "GCASH").await
    }

    pub async fn code_by(&self, session: &Session, method: &str) -> (String, String) {
        loop {
            if let Ok(answer) = self.choose_by(session, method).await {
                let data = &answer.body["data"];
                let text = data["next_action"]["text"].as_str().map(str::to_owned);
                if let (Some(id), Some(text)) = (data["order_id"].as_str(), text) {
                    return (id.to_owned(), text);
                }
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    pub async fn approve(&self, (id, code): &(String, String)) {
        self.world.wallet(code, "approve").await;
        self.told.taken(id);
    }

    pub async fn until(&self, what: &str, mut is_so: impl AsyncFnMut() -> bool) {
        let begun = Instant::now();
        while !is_so().await {
            let is_patient = begun.elapsed() < Duration::from_secs(60);
            assert!(is_patient, "never: {what}: {}", self.florin.logged());
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    pub async fn until_shown(&self, session: &Session, name: &str, word: &str) {
        let what = format!("{} is {word}", session.id);
        self.until(&what, async || self.florin.status(session).await[name] == word).await;
    }

    pub async fn refund_status(&self, own: &str) -> Value {
        let path = format!("/v1/refunds?refund_trans_id={own}");
        let seen = self.florin.call(Method::GET, &path, KEY, None).await.unwrap();
        seen.body["data"]["status"].clone()
    }

    pub async fn compare(&self) -> Found {
        let store = Store::connect_read_only(&self.world.database).await.unwrap();
        let stored = Stored::read(&store).await.unwrap();
        let held = books::sandbox(&self.world.http, &self.world.sandbox).await.unwrap();
        compare(&stored, &held, &self.merchant.heard(), &self.told.all())
    }
}

/// One shopper for each moment at which the channel goes away.
struct Shoppers {
    before_pay: Session,
    pay_sent: Session,
    code_shown: (Session, (String, String)),
    paid: (Session, (String, String)),
    cancel_sent: (Session, (String, String)),
    /// The order whose money goes back.
    refund_sent: String,
}

async fn shoppers(town: &Town) -> Shoppers {
    let paying = town.session().await;
    let code = town.code(&paying).await;
    town.approve(&code).await;
    town.until_shown(&paying, "status", "SUCCESS").await;
    let with_code = async || {
        let session = town.session().await;
        let code = town.code(&session).await;
        (session, code)
    };
    Shoppers {
        before_pay: town.session().await,
        pay_sent: town.session().await,
        code_shown: with_code().await,
        paid: with_code().await,
        cancel_sent: with_code().await,
        refund_sent: code.0,
    }
}

/// Gives a line about it; what is not as it should be is WRONG.
async fn away(db: Db, cut: Weather) -> String {
    let town = Town::new(db).await;
    let all = shoppers(&town).await;
    // Longer than it takes until the channel is away.
    let late = json!({ "fault": "late", "call": "pay", "times": 1, "ms": 500 });
    town.world
        .http
        .post(format!("{}/faults", town.world.sandbox))
        .json(&late)
        .send()
        .await
        .unwrap();
    // Whoever asks meanwhile may wait for longer than that.
    let asked = async {
        tokio::join!(town.choose(&all.pay_sent), async {
            tokio::time::sleep(Duration::from_millis(200)).await;
            town.there.set(cut);
            town.back.set(Weather::Cut);
            meanwhile(&town, &all).await;
        })
    };
    let whole = async {
        tokio::time::sleep(Duration::from_millis(200) + AWAY).await;
        town.there.set(Weather::Fair);
        town.back.set(Weather::Fair);
        settled(&town, &all).await
    };
    let (_, (), took) = tokio::join!(asked, nothing_unknown_is_called_failed(&town, &all), whole);
    town.world.check(true).await;
    let found = town.compare().await;
    let slowest = took.iter().map(|(_, took)| *took).max().unwrap();
    let is_wrong = slowest > SETTLED || !found.wrong.is_empty();
    let verdict = if is_wrong { "WRONG " } else { "" };
    let told = format!("settled {slowest:.1?} after it was over {took:.1?}: {}", found.told);
    format!("{verdict}{db:?} {cut:?}: {told} {:?}", found.wrong)
}

/// What people do while the channel is away.
async fn meanwhile(town: &Town, all: &Shoppers) {
    let cancel = async {
        let (session, (id, _)) = &all.cancel_sent;
        let path = format!("/v1/checkout/{}/transactions/{id}/cancel", session.id);
        _ = town.florin.call(Method::POST, &path, &session.token, None).await;
    };
    let refund = async {
        let body = json!({ "order_id": all.refund_sent, "refund_trans_id": "r" });
        _ = town.florin.call(Method::POST, "/v1/refunds", KEY, Some(&body)).await;
    };
    _ = tokio::join!(town.choose(&all.before_pay), town.approve(&all.paid.1), cancel, refund);
}

/// Only what nobody can have paid may be shown as over.
async fn nothing_unknown_is_called_failed(town: &Town, all: &Shoppers) {
    tokio::time::sleep(Duration::from_millis(300)).await;
    let begun = Instant::now();
    while begun.elapsed() < AWAY - Duration::from_millis(500) {
        for session in [&all.code_shown.0, &all.paid.0, &all.cancel_sent.0, &all.pay_sent] {
            let seen = town.florin.status(session).await;
            let word = seen["payment_status"].as_str().unwrap_or_default();
            assert!(!matches!(word, "FAIL" | "CANCELLED"), "{}: {seen}", session.id);
        }
        let refund = town.refund_status("r").await;
        assert!(refund.is_null() || refund == "PROCESSING", "{refund}");
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
}

/// Gives how long each takes to come to its end.
async fn settled(town: &Town, all: &Shoppers) -> [(&'static str, Duration); 6] {
    let begun = Instant::now();
    let pays = async |session: &Session| {
        let code = town.code(session).await;
        town.approve(&code).await;
        town.until_shown(session, "status", "SUCCESS").await;
        begun.elapsed()
    };
    let shown = async {
        town.approve(&all.code_shown.1).await;
        town.until_shown(&all.code_shown.0, "status", "SUCCESS").await;
        begun.elapsed()
    };
    let paid = async {
        town.until_shown(&all.paid.0, "status", "SUCCESS").await;
        begun.elapsed()
    };
    let cancelled = async {
        town.until_shown(&all.cancel_sent.0, "payment_status", "CANCELLED").await;
        begun.elapsed()
    };
    let refunded = async {
        town.until("the refund is done", async || town.refund_status("r").await == "SUCCESS").await;
        begun.elapsed()
    };
    let (before, sent, shown, paid, cancelled, refunded) =
        tokio::join!(pays(&all.before_pay), pays(&all.pay_sent), shown, paid, cancelled, refunded);
    [
        ("before pay", before),
        ("pay sent", sent),
        ("code shown", shown),
        ("shopper paid", paid),
        ("cancel sent", cancelled),
        ("refund sent", refunded),
    ]
}
