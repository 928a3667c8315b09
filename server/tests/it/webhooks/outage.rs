//! An endpoint answers 500 for two hours, in simulated time (T14, G12): it is tried when the plan says and at no other time,
//! though the process is restarted in the middle; nothing is lost, nothing comes twice, an order is told in its order, and
//! its neighbours do not notice.

use std::collections::{BTreeMap, BTreeSet};

use axum::body::{Body, to_bytes};
use axum::http::{Request, header};
use florin_proof::books::{Held, Stored};
use florin_proof::compare;
use florin_server::clock::Millis;
use florin_server::store::checks::{self, When};
use florin_server::store::payments;
use florin_server::{App, http, worker};
use florin_shared::SessionId;
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::partitions::crowd::pays;
use crate::partitions::road::{Far, NAME};
use crate::partitions::time::Process;
use crate::partitions::{MINUTE, SECOND, case};
use crate::sequences::lane;
use crate::sequences::lane::Lane;
use crate::support::{Db, MERCHANT};

mod ear;

use ear::{Came, Ear};

const HOUR: Millis = 60 * MINUTE;

/// How long it answers 500.
const OUTAGE: Millis = 2 * HOUR;

/// What `docs/webhooks.md` promises: so long from one refusal to the next try, a tenth more or less.
const PLAN: [Millis; 5] = [5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR];

/// So many refusals hold up what comes after it in the same order.
const HOLDS_UP: usize = 3;

const BROKEN: &str = "broken";
const GOOD: [&str; 2] = ["good", "better"];

/// What happens, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Act {
    Pay(usize),
    Refund(usize),
    Restart,
    Heal,
}

/// Twelve orders are paid, before, within and after the outage; each is given back: some at once, so that the second message
/// meets a first that still waits, some an hour later.
fn acts() -> BTreeMap<(Millis, usize), Act> {
    let mut acts = BTreeMap::from([((HOUR, 100), Act::Restart), ((OUTAGE, 101), Act::Heal)]);
    for number in 0..12 {
        let paid = Millis::try_from(number).unwrap() * 13 * MINUTE;
        let later = if number % 2 == 0 { 20 * SECOND } else { HOUR };
        acts.insert((paid, number), Act::Pay(number));
        acts.insert((paid + later, 50 + number), Act::Refund(number));
    }
    acts
}

struct Story<'l> {
    lane: &'l Lane,
    process: Process<'l>,
    ear: Ear,
    /// By path.
    secrets: BTreeMap<&'static str, String>,
    sessions: BTreeMap<usize, SessionId>,
    begun: Millis,
}

/// A call of the merchant's.
async fn ask(app: &App, path: &str, body: Value) -> Value {
    let request = Request::post(path)
        .header(header::AUTHORIZATION, format!("Bearer {MERCHANT}"))
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from(body.to_string()))
        .unwrap();
    let answer = http::router(app.clone(), None).oneshot(request).await.unwrap();
    let status = answer.status();
    let raw = to_bytes(answer.into_body(), 65_536).await.unwrap();
    let mut body: Value = serde_json::from_slice(&raw).unwrap();
    assert_eq!(status, 200, "{body}");
    body["data"].take()
}

impl<'l> Story<'l> {
    async fn begin(lane: &'l Lane) -> Story<'l> {
        let far = Far::new(lane.clock.clone());
        let process = Process::begin(lane, &far, 14 << 24).await;
        let ear = Ear::start(lane.clock.clone()).await;
        let (mut secrets, begun) = (BTreeMap::new(), process.now());
        for path in [BROKEN, GOOD[0], GOOD[1]] {
            let url = format!("{}/{path}", ear.url);
            let made = ask(&process.app, "/v1/webhook_endpoints", json!({ "url": url })).await;
            secrets.insert(path, made["secret"].as_str().unwrap().to_owned());
        }
        ear.breaks(BROKEN);
        Story { lane, process, ear, secrets, sessions: BTreeMap::new(), begun }
    }

    async fn does(&mut self, act: Act) {
        match act {
            Act::Pay(number) => self.pays(number).await,
            Act::Refund(number) => {
                let body = json!({ "session_id": self.sessions[&number].as_str(), "refund_trans_id": format!("r{number}") });
                ask(&self.process.app, "/v1/refunds", body).await;
            }
            Act::Restart => self.restarts().await,
            Act::Heal => self.ear.heals(BROKEN),
        }
    }

    async fn pays(&mut self, number: usize) {
        let trans_id = format!("outage{number}");
        let session = case::session(&self.process.app, "", &trans_id, 30 * MINUTE).await;
        pays(&mut self.process, &session).await;
        let mut tx = self.lane.store.read().await.unwrap();
        let paid = payments::of_order(&mut tx, MERCHANT, &trans_id).await.unwrap().remove(0);
        drop(tx);
        assert!(self.process.far.approve(&paid.request_id));
        let notice = Request::post(format!("/notify/{NAME}")).body(Body::from(paid.request_id));
        let router = http::router(self.process.app.clone(), None);
        assert_eq!(router.oneshot(notice.unwrap()).await.unwrap().status(), 200);
        self.sessions.insert(number, session);
    }

    /// Another process, which has the database and nothing else. The plan of the one before is all there.
    async fn restarts(&mut self) {
        assert!(self.next().await.is_some(), "nothing waits: nothing is proved");
        self.process.restart().await;
    }

    /// When the next message is due that is not due yet.
    async fn next(&self) -> Option<Millis> {
        let sql = "select min(next_ms) from outbox where state = 'PENDING' and next_ms > $1";
        let mut tx = self.lane.store.read().await.unwrap();
        let due: Option<(Option<i64>,)> = tx.sql(sql).bind(self.process.now()).one().await.unwrap();
        due.and_then(|(due,)| due)
    }

    /// Time passes, from one message that is due to the next.
    async fn until(&mut self, to: Millis) {
        while let Some(due) = self.next().await.filter(|due| *due <= to) {
            self.process.wait_until(due).await;
            self.tells().await;
        }
        self.process.wait_until(to).await;
    }

    /// Everything is sent that may be sent now; the clock stands meanwhile.
    async fn tells(&self) {
        loop {
            let before = self.tries().await;
            worker::run_all_once(&self.process.app).await.unwrap();
            self.lane.sent(&self.process.app).await;
            if self.tries().await == before {
                return;
            }
        }
    }

    async fn tries(&self) -> i64 {
        let sql = "select cast(coalesce(sum(tries), 0) as bigint) from outbox";
        let tries: Option<(i64,)> =
            self.lane.store.read().await.unwrap().sql(sql).one().await.unwrap();
        tries.unwrap().0
    }

    /// Every message, with its order, its number in it, and when it was written.
    async fn written(&self) -> BTreeMap<String, Millis> {
        let sql = "select distinct message_id, created_ms from outbox";
        let rows: Vec<(String, i64)> =
            self.lane.store.read().await.unwrap().sql(sql).all().await.unwrap();
        rows.into_iter().collect()
    }

    async fn is_at_rest(&self) {
        let mut tx = self.lane.store.read().await.unwrap();
        let broken = checks::run(&mut tx, When::AtRest, self.process.now()).await.unwrap();
        assert_eq!(broken, [], "the ledger's invariants");
    }

    async fn books_agree(&self) {
        let stored = Stored::read(&self.lane.store).await.unwrap();
        let rows = self.process.far.rows();
        let held = rows.iter().map(|(request, row)| {
            let captured = row.paid.map_or(0, |_| row.asked.minor());
            Held { request: request.clone(), captured, returned: captured - row.held() }
        });
        let held: Vec<Held> = held.collect();
        for (path, secret) in &self.secrets {
            let found = compare(&stored, &held, &self.ear.heard(path, secret), &Default::default());
            assert_eq!(found.wrong, Vec::<String>::new(), "{path}: {}", found.told);
        }
    }
}

/// By message, in the order in which they came.
fn by_message(came: Vec<Came>) -> BTreeMap<String, Vec<Came>> {
    came.into_iter().fold(BTreeMap::new(), |mut by, one| {
        by.entry(one.message.id.clone()).or_insert_with(Vec::new).push(one);
        by
    })
}

/// A good endpoint hears everything once, in each order's order, at the very moment when it happens.
fn hears_at_once(path: &str, came: &[Came], written: &BTreeMap<String, Millis>) {
    let mut newest = BTreeMap::new();
    for one in came {
        let late = one.at - written[&one.message.id];
        assert_eq!(late, 0, "{path}: {} came {late} ms late", one.message.id);
        let before = newest.insert(one.order(), one.seq());
        assert!(before < Some(one.seq()), "{path}: {} after {before:?}", one.message.id);
    }
    let ids: BTreeSet<_> = came.iter().map(|one| &one.message.id).collect();
    assert_eq!((ids.len(), came.len()), (written.len(), written.len()), "{path}");
}

/// Each message is tried as planned until it is taken, and then never again.
fn is_tried_as_planned(tries: &[Came]) {
    let (last, refused) = tries.split_last().unwrap();
    assert!(last.is_taken && refused.iter().all(|one| !one.is_taken), "{tries:#?}");
    for (pair, planned) in tries.windows(2).zip(PLAN) {
        let waited = pair[1].at - pair[0].at;
        let is_planned = (planned * 9 / 10..=planned * 11 / 10).contains(&waited);
        assert!(is_planned, "{}: {waited} ms, planned {planned}", last.message.id);
    }
}

/// A message is sent when the one before it in its order has been taken, or refused three times.
fn keeps_the_order(came: &[Came]) {
    for (at, one) in came.iter().enumerate() {
        let is_before = |other: &&Came| other.order() == one.order() && other.seq() < one.seq();
        let earlier = by_message(came.iter().filter(is_before).cloned().collect());
        for (id, tries) in earlier {
            let sent = came[..at].iter().filter(|other| other.message.id == id);
            let is_over = sent.clone().any(|other| other.is_taken) || sent.count() >= HOLDS_UP;
            assert!(is_over, "{} overtakes {id} of {} tries", one.message.id, tries.len());
        }
    }
}

async fn told(db: Db, number: usize) {
    let lane = Lane::open(db, number, "", &lane::Heard::default()).await;
    let mut story = Story::begin(&lane).await;
    for ((at, _), act) in acts() {
        story.until(story.begun + at).await;
        story.does(act).await;
        story.tells().await;
    }
    let (healed, end) = (story.begun + OUTAGE, story.begun + 12 * HOUR);
    story.until(end).await;
    story.is_at_rest().await;
    story.books_agree().await;

    let (written, came) = (story.written().await, story.ear.came(BROKEN));
    assert_eq!(written.len(), 24, "twelve payments, twelve refunds");
    for path in GOOD {
        hears_at_once(path, &story.ear.came(path), &written);
    }
    keeps_the_order(&came);
    let tries = by_message(came);
    assert_eq!(tries.keys().collect::<Vec<_>>(), written.keys().collect::<Vec<_>>());
    tries.values().for_each(|tries| is_tried_as_planned(tries));
    // The first had been refused for two hours: what waits longest waits for the plan's next try.
    let last = tries.values().filter_map(|tries| tries.last()).map(|one| one.at).max().unwrap();
    assert!(last > healed && last <= healed + PLAN[3] * 11 / 10, "the last came at {last}");
    let most = tries.values().map(Vec::len).max().unwrap();
    assert!(most >= 5, "at most {most} tries: nothing is proved");
    drop(story);
    lane.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_endpoint_that_fails_for_two_hours_is_told_by_plan_on_sqlite() {
    told(Db::Sqlite, 130).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_endpoint_that_fails_for_two_hours_is_told_by_plan_on_postgres() {
    told(Db::Postgres, 131).await;
}
