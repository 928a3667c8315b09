//! A channel that comes back is not run over: however many wait, it is asked at most three times as often as on any day.

use florin_server::clock::Millis;
use florin_server::domain::payment::PaymentState;
use florin_server::domain::scene::Scene;
use florin_server::flow::{pay, view};
use florin_server::store::payments;
use florin_shared::{Method, SessionId};

use super::road::{Call, Cut, Far, NAME};
use super::time::Process;
use super::{MINUTE, SECOND, case};
use crate::sequences::lane::{Heard, Lane};
use crate::support::Db;

const CROWD: usize = 150;

/// How often the workers look here: as often as somebody rings.
const LOOK: Millis = 100;

/// Calls fail at once, as they do when the breaker has stopped them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[allow(clippy::print_stdout)] // What has been shown.
async fn a_crowd_that_comes_back_is_no_storm() {
    let lane = Lane::open(Db::Sqlite, 110, "", &Heard::default()).await;
    let far = Far::new(lane.clock.clone());
    let mut process = Process::begin(&lane, &far, 1 << 40).await;
    let mut sessions = Vec::new();
    for number in 0..CROWD {
        let session = case::session(&process.app, "", &format!("crowd{number}"), 30 * MINUTE).await;
        pays(&mut process, &session).await;
        sessions.push(session);
        pass(&mut process, &sessions, 100).await;
    }
    pass(&mut process, &sessions, MINUTE).await;
    let usual = busiest(&mut process, &sessions, 20 * SECOND).await;
    far.breaks(Cut::NoName);
    pass(&mut process, &sessions, 40 * SECOND).await;
    far.heals();
    let begun = process.now();
    let back = busiest(&mut process, &sessions, 10 * SECOND).await;
    println!("{CROWD} payments: {usual} questions in the busiest second, {back} after it was back");
    assert!(usual >= 20, "{usual}: nothing is proved");
    assert!(back <= 3 * usual, "{back} questions in a second, {usual} on any day");
    // And yet each has been answered since.
    let mut tx = process.app.store.read().await.unwrap();
    let open = payments::waiting(&mut tx, NAME, 0, 1000).await.unwrap();
    assert_eq!(open.len(), CROWD);
    assert!(open.iter().all(|(_, state, _)| *state == PaymentState::Processing));
    drop(tx);
    let asked = far.calls().iter().filter(|(at, _)| *at >= begun).count();
    assert!(asked >= CROWD, "{asked}");
    lane.close().await;
}

pub async fn pays(process: &mut Process<'_>, session: &SessionId) {
    let choice = pay::Choice {
        method: Method::Gcash,
        seen: 1,
        terminal: "WEB",
        scene: Scene::Pc,
        payer_ip: None,
        code: None,
        bank: None,
    };
    let (app, session) = (process.app.clone(), session.clone());
    process.does(async move { pay::pay(&app, &session, choice).await }).await;
}

/// Time passes, and everybody looks at their page.
async fn pass(process: &mut Process<'_>, sessions: &[SessionId], time: Millis) {
    let end = process.now() + time;
    while process.now() < end {
        for session in sessions {
            let entry = view::entry(&process.app, session).await.unwrap();
            entry.watch(process.now());
        }
        let next = process.now() + LOOK;
        process.wait_until(next).await;
    }
}

/// How many questions there are in the busiest second.
async fn busiest(process: &mut Process<'_>, sessions: &[SessionId], time: Millis) -> usize {
    let before = process.far.calls().len();
    pass(process, sessions, time).await;
    let calls = process.far.calls().split_off(before);
    let asked: Vec<Millis> =
        calls.iter().filter(|(_, call)| *call == Call::Query).map(|(at, _)| *at).collect();
    let within =
        |from: Millis| asked.iter().filter(|at| (from..from + SECOND).contains(at)).count();
    asked.iter().map(|from| within(*from)).max().unwrap_or(0)
}
