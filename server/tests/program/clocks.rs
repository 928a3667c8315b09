//! Replicas on machines whose clocks are wrong: a day ahead, a day behind, twice as fast, stepping ten minutes to and fro. The database's clock
//! decides (R10): nobody is closed early or late by more than two seconds, and all that is signed bears the right time (`reliability/` T08, G6).
//!
//! The clocks are wrong in the real program, by libfaketime. When a session was closed is told by the database itself, in whose own time a trigger
//! writes it down: neither a wrong clock nor a test that is held up has a part in that. `tests/it/clocks.rs` tells the same of one worker to the
//! millisecond.

use std::path::Path;
use std::time::Duration;

use futures_util::future::join_all;
use jiff::Timestamp;
use reqwest::Method;
use serde_json::{Value, json};
use sqlx::{Connection, Executor, PgConnection};

use crate::support::{Db, Florin, KEY, Session, World};

/// G6, in milliseconds.
const WRONG_BY: i64 = 2_000;

/// How long a session lives here: time enough to see that nobody closes it early.
const LIFE: i64 = 8_000;

/// How far a machine's clock must be off at least, in seconds, or libfaketime did nothing.
const OFF: i64 = 3;

/// Writes down by the database's own clock when a session has come to its end.
const WITNESS: &str = "
    create table witness (session_id text primary key, at_ms bigint not null);
    create function witnessed() returns trigger language plpgsql as $$
    begin
        insert into witness values (new.session_id, extract(epoch from clock_timestamp()) * 1000) on conflict do nothing;
        return null;
    end $$;
    create trigger witness after update on session
    for each row when (new.state in ('EXPIRED', 'CANCELLED')) execute function witnessed()";

const STEPS: [&str; 2] = ["+10m", "-10m"];

struct Machine {
    florin: Florin,
    wrong: &'static str,
}

/// The machine that runs this test, and the database on it, are right.
fn now() -> i64 {
    Timestamp::now().as_millisecond()
}

fn time(at: i64) -> String {
    Timestamp::from_millisecond(at).unwrap().to_string()
}

async fn machine(world: &World, wrong: &'static str, steps: &Path) -> Machine {
    let clock = match wrong {
        "steps" => ("FAKETIME_TIMESTAMP_FILE", steps.to_str().unwrap()),
        by => ("FAKETIME", by),
    };
    let settings = [
        ("LD_PRELOAD", "/usr/$LIB/faketime/libfaketimeMT.so.1"),
        ("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
        ("FAKETIME_NO_CACHE", "1"),
        clock,
    ];
    Machine { florin: world.serve(&settings).await, wrong }
}

impl Machine {
    /// By how many seconds its clock is ahead.
    async fn ahead(&self, world: &World) -> i64 {
        let answer = world.http.get(format!("{}/healthz", self.florin.base)).send().await.unwrap();
        let said = answer.headers()["date"].to_str().unwrap();
        let said = jiff::fmt::rfc2822::parse(said).unwrap().timestamp();
        said.as_second() - now() / 1000
    }

    /// A session that lives until then; the answer's status beside it.
    async fn session(&self, world: &World, until: i64) -> (u16, Value) {
        let mut order = world.order();
        order["expire_time"] = json!(time(until));
        let made = self.florin.call(Method::POST, "/v1/sessions", KEY, Some(&order)).await.unwrap();
        (made.status, made.body["data"].clone())
    }
}

fn held(made: &Value) -> Session {
    let text = |name: &str| made[name].as_str().unwrap().to_owned();
    Session { id: text("session_id"), trans_id: text("trans_id"), token: text("client_token") }
}

/// Steps a clock to and fro, for as long as it is polled.
async fn step(file: &Path) {
    for by in STEPS.iter().cycle() {
        std::fs::write(file, by).unwrap();
        tokio::time::sleep(Duration::from_millis(1_500)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replicas_whose_clocks_are_wrong_close_in_time_and_sign_with_the_right_one() {
    let world = World::new(Db::Postgres).await;
    let file = world.folder.join("clock");
    std::fs::write(&file, STEPS[0]).unwrap();
    let wrong = ["+24h", "-24h", "+0 x2", "steps"];
    let machines = join_all(wrong.map(|wrong| machine(&world, wrong, &file))).await;
    let mut database = PgConnection::connect(&world.database).await.unwrap();
    database.execute(WITNESS).await.unwrap();
    tokio::select! {
        () = story(&world, &machines) => {}
        () = step(&file) => unreachable!("it steps for ever"),
    }
    world.agrees(4).await;
}

async fn story(world: &World, machines: &[Machine]) {
    join_all(machines.iter().map(|machine| longest(world, machine))).await;
    let closed = join_all(machines.iter().map(|machine| closes(world, machine, machines))).await;
    in_time(world, &closed).await;
    join_all(machines.iter().map(|machine| pays(world, machine))).await;
}

/// A session lives for 24 hours at most (P16), by the right clock.
async fn longest(world: &World, machine: &Machine) {
    const DAY: i64 = 24 * 60 * 60 * 1000;
    for (until, status) in [(now() + DAY - 60_000, 200), (now() + DAY + 60_000, 400)] {
        let (said, made) = machine.session(world, until).await;
        assert_eq!(said, status, "{}: {made}", machine.wrong);
    }
}

/// One of all these machines closes the session, and no other clock than the database's says when. Gives its number, and its end.
async fn closes(world: &World, maker: &Machine, machines: &[Machine]) -> (String, i64) {
    let until = now() + LIFE;
    let (status, made) = maker.session(world, until).await;
    assert_eq!(status, 200, "{}: {made}", maker.wrong);
    let session = held(&made);
    let (mut looked, mut off) = (0, 0);
    loop {
        for machine in machines {
            let before = now();
            let seen = machine.florin.status(&session).await;
            let after = now();
            off = off.max(maker.ahead(world).await.abs());
            if seen["status"] != "PROCESSING" {
                assert!(looked > 8, "nobody looked while it was open");
                assert!(off >= OFF, "{} was wrong by {off} s only", maker.wrong);
                let early = until - after;
                assert!(early <= WRONG_BY, "{}: told {early} ms early", machine.wrong);
                return (session.id, until);
            }
            let left = seen["expires_in_ms"].as_i64().unwrap();
            let (most, least) = (until - before + WRONG_BY, until - after - WRONG_BY);
            assert!(
                left <= most.max(0) && left >= least,
                "{}: {left} ms left, not {most}",
                machine.wrong
            );
            looked += 1;
        }
        assert!(now() < until + 2 * LIFE, "{}: never closed", maker.wrong);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Nobody was closed early or late: when it was done, and when the row says so, is both within G6.
async fn in_time(world: &World, closed: &[(String, i64)]) {
    let mut database = PgConnection::connect(&world.database).await.unwrap();
    for (session, until) in closed {
        let query = "select state, expire_ms, ended_ms, at_ms from session join witness using (session_id) where session_id = $1";
        let (state, expires, said, done): (String, i64, i64, i64) =
            sqlx::query_as(query).bind(session).fetch_one(&mut database).await.unwrap();
        assert_eq!((state.as_str(), expires), ("EXPIRED", *until), "{session}");
        for (who, at) in [("the database", done), ("the row", said)] {
            let late = at - until;
            assert!(late.abs() <= WRONG_BY, "{session}: closed {late} ms late, says {who}");
        }
    }
}

/// A payment on a wrong machine: what the merchant is told was signed just now.
async fn pays(world: &World, machine: &Machine) {
    let (began, session) = (now() / 1000, machine.florin.pay(world).await);
    for _ in 0..400 {
        let told = world.sink.received();
        if let Some(told) =
            told.iter().find(|told| told.body["data"]["trans_id"] == session.trans_id.as_str())
        {
            let signed: i64 = told.timestamp.parse().unwrap();
            let range = began - 2..=now() / 1000 + 2;
            assert!(
                range.contains(&signed),
                "{}: signed at {signed}, not {range:?}",
                machine.wrong
            );
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{}: the merchant was not told: {}", machine.wrong, machine.florin.logged());
}
