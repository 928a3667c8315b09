//! One try, and what is to come after it.

use std::sync::atomic::Ordering;

use super::claim::Parcel;
use super::record::{Gone, Health, Report};
use crate::App;
use crate::clock::Millis;
use crate::courier::Answer;
use crate::courier::lanes::Ended;
use crate::domain::webhook::next_delivery;
use crate::store::outbox::{Due, Next, Tried};

pub(super) async fn carry(app: &App, parcel: Parcel) -> Report {
    let at = app.now();
    let answer = app.courier.carry(&parcel.letter, at).await;
    let now = app.now();
    parcel.place.learn(ended(&answer), now);
    let is_gone = answer.is_gone() && parcel.endpoint.is_some();
    let next = next(app, &parcel.due, &answer, is_gone, now);
    if next == Next::Dead {
        alarm(app, &parcel.due, &answer);
    }
    // Only what is news is written down, and no more than once for each time that it begins.
    let is_well = answer.is_delivered();
    let news = parcel.endpoint.clone().filter(|_| is_well == parcel.was_failing);
    let health = news.map(|endpoint| (endpoint, Health { at: now, is_well }));
    let tried = Tried {
        delivery: parcel.due.delivery_id,
        number: parcel.due.tries,
        at,
        took: (now - at).max(0),
        status: answer.status.map(i64::from),
        error: answer.error,
        excerpt: answer.excerpt,
        next,
    };
    let gone = parcel.endpoint.filter(|_| is_gone).map(|endpoint| Gone {
        merchant: parcel.merchant,
        endpoint,
        url: parcel.letter.url,
    });
    Report { tried, gone, health, place: parcel.place }
}

fn ended(answer: &Answer) -> Ended {
    match (answer.status, answer.retry_after) {
        _ if answer.is_delivered() => Ended::Well,
        (Some(429 | 503), Some(wait)) => Ended::NotNow(wait),
        (Some(_), _) => Ended::Refused,
        (None, _) => Ended::Silent,
    }
}

/// A message for an endpoint that is gone waits with the others; a session's own address is told nothing more of it.
fn next(app: &App, due: &Due, answer: &Answer, is_held: bool, now: Millis) -> Next {
    if answer.is_delivered() {
        return Next::Done;
    }
    if answer.is_gone() && !is_held {
        return Next::Dead;
    }
    let tries = due.tries - due.round_tries;
    let spread = app.random.jitter(1_000_000);
    match next_delivery(tries, (due.round_ms, now), answer.retry_after, spread) {
        Some(at) => Next::Again(at),
        None => Next::Dead,
    }
}

fn alarm(app: &App, due: &Due, answer: &Answer) {
    app.counters.dead_deliveries.fetch_add(1, Ordering::Relaxed);
    tracing::error!(
        delivery_id = due.delivery_id,
        merchant_id = due.merchant_id,
        error = answer.error,
        "a webhook was given up: the merchant does not know; replay it when the address is in order"
    );
}
