//! The server kills itself at every point (`src/point.rs`), is started again, and nothing is lost and nothing is doubled
//! (`reliability/` T03, G2).
//!
//! For each point: the real program, armed, on SQLite and on PostgreSQL; people who pay, cancel, refund and change settings
//! and ask again with the same keys when nobody answers; the end; the same program, started again; the rest of the people.
//! At rest `florin check --at-rest` is clean and the three books tell the same. A point that is not reached is a failure.
//!
//! `FLORIN_POINTS=each` takes every point once; `all` its first, second and third hit, and once more while it recovers; any
//! other word the points whose names hold it. Without it, a third of them on each database, another third each day.

// A test that cannot get what it needs fails by panicking.
#![allow(missing_docs, unreachable_pub, clippy::unwrap_used)]

mod case;
mod client;
mod cover;
mod elsewhere;
mod merchants;
mod people;
#[path = "../it/support/postgres.rs"]
mod postgres;
mod program;
mod world;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use case::{Case, Outcome};
use cover::Cover;
use florin_server::clock::{Clock, Stopwatch, day};
use tokio::runtime::Runtime;
use world::{Db, Ground};

/// The latest that the first right answer may come after a start, ten times the goal of two seconds (G2): how fast a start is
/// is the machine's matter, here six in a debug build at once, but a start that waits for a lease or a time-out, or that reads
/// everything first, is not.
const UP_WITHIN: Duration = Duration::from_secs(20);

/// How many cases run at once: they wait more than they work.
const AT_ONCE: usize = 6;

#[test]
fn a_kill_at_any_point_loses_nothing_and_doubles_nothing_on_sqlite() {
    let (told, bad) = kill_everywhere(Db::Sqlite, 0);
    println!("{told}");
    assert_eq!(bad, Vec::<String>::new());
}

#[test]
fn a_kill_at_any_point_loses_nothing_and_doubles_nothing_on_postgres() {
    let (told, bad) = kill_everywhere(Db::Postgres, 1);
    println!("{told}");
    assert_eq!(bad, Vec::<String>::new());
}

/// The same is looked for in the ordinary program, and not found (`tests/program/points.rs`).
#[test]
fn this_program_has_points() {
    let program = std::fs::read(env!("CARGO_BIN_EXE_florin")).unwrap();
    for word in ["FLORIN_POINT", "reply/other"] {
        let is_there = program.windows(word.len()).any(|part| part == word.as_bytes());
        assert!(is_there, "{word}");
    }
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

/// Gives a line about it, and what went wrong.
fn kill_everywhere(db: Db, turn: i64) -> (String, Vec<String>) {
    let preparing = runtime();
    let names = preparing.block_on(program::points());
    assert!(names.len() > 150, "{}", names.len());
    let ground = Arc::new(preparing.block_on(Ground::prepare(db)));
    let cases = Cover::of_environment(day(Clock::System.now()) + turn).cases(&names);
    let (all, begun) = (cases.len(), Stopwatch::start());
    let queue = Arc::new(Mutex::new(cases));
    let (good, bad) = (Arc::<Mutex<Vec<Outcome>>>::default(), Arc::<Mutex<Vec<String>>>::default());
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let Some(case) = queue.lock().unwrap().pop() else { return };
                    let (told, ground) = (case.to_string(), ground.clone());
                    // A thread of its own: what it could not do ends it, and no other.
                    match std::thread::spawn(move || runtime().block_on(case.run(ground))).join() {
                        Ok(outcome) if outcome.up > UP_WITHIN => {
                            let late = format!("{told}: it answered only after {:?}", outcome.up);
                            bad.lock().unwrap().push(late);
                        }
                        Ok(outcome) => good.lock().unwrap().push(outcome),
                        Err(panic) => {
                            bad.lock().unwrap().push(format!("{told}: {}", panic_text(&*panic)));
                        }
                    }
                }
            });
        }
    });
    let told = tell(db, all, &good.lock().unwrap(), begun.seconds());
    let bad = bad.lock().unwrap().clone();
    (told, bad)
}

fn tell(db: Db, all: usize, good: &[Outcome], took: f64) -> String {
    let mut ups: Vec<Duration> = good.iter().map(|outcome| outcome.up).collect();
    ups.sort();
    format!(
        "{db:?}: {} of {all} kills survived in {took:.0} s, {} later hits never came; the first right answer came {:.0?} \
         after the start in the median, {:.0?} at most (2 s is the goal)",
        good.len(),
        good.iter().filter(|outcome| !outcome.was_reached).count(),
        ups.get(ups.len() / 2).copied().unwrap_or_default(),
        ups.last().copied().unwrap_or_default(),
    )
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default()
}

/// What `Case` is made of, for the summary of a failure.
impl std::fmt::Display for Case {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}@{}{}", self.point, self.hit, if self.again { ", and again" } else { "" })
    }
}
