//! `/metrics`: what was counted, and the levels of this moment. On the admin listener only.

use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::get;
use metrics::{counter, gauge};

use super::health;
use crate::App;
use crate::clock::Millis;
use crate::gates::Class;
use crate::metrics::rendered;
use crate::store::figures::{self, Figures};

/// How long the database may take to tell its figures.
const PATIENCE: Duration = Duration::from_secs(3);

/// The addresses of the admin listener: for the operator's own network, never for the world.
pub fn admin(app: App) -> Router {
    Router::new().route("/metrics", get(tell)).merge(health::routes()).with_state(app)
}

async fn tell(State(app): State<App>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], render(&app).await)
}

async fn render(app: &App) -> String {
    let read = tokio::time::timeout(PATIENCE, figures::read(&app.store, app.now())).await;
    gauge!("florin_database_up").set(if matches!(read, Ok(Ok(_))) { 1.0 } else { 0.0 });
    if let Ok(Ok(found)) = read {
        of_database(&found);
    }
    of_process(app);
    rendered()
}

fn of_database(found: &Figures) {
    gauge!("florin_outbox_pending").set(level(found.pending));
    gauge!("florin_outbox_oldest_seconds").set(seconds(found.oldest));
    gauge!("florin_outbox_dead").set(level(found.dead));
    gauge!("florin_payments_asked_about").set(level(found.open));
    gauge!("florin_payments_overdue_seconds").set(seconds(found.overdue));
    gauge!("florin_credits_stray").set(level(found.stray));
    for (state, count) in &found.reversals {
        gauge!("florin_reversals", "state" => *state).set(level(*count));
    }
}

fn of_process(app: &App) {
    let counters = &app.counters;
    for (name, counted) in [
        ("florin_polls_total", &counters.polls),
        ("florin_forged_notifications_total", &counters.forged),
        ("florin_conflicts_total", &counters.conflicts),
        ("florin_manual_reversals_total", &counters.manual),
        ("florin_dead_deliveries_total", &counters.dead_deliveries),
    ] {
        counter!(name).absolute(counted.load(Ordering::Relaxed));
    }
    for class in Class::ALL {
        let inside = app.gates.inside(class);
        gauge!("florin_http_in_flight", "class" => class.as_str()).set(size(inside));
    }
    for (worker, age) in app.life.ages(app.now()) {
        gauge!("florin_worker_turn_age_seconds", "worker" => worker).set(seconds(age));
    }
    gauge!("florin_poll_board_sessions").set(size(app.board.len()));
    gauge!("florin_writer_queue").set(size(app.store.queue()));
    gauge!("florin_new_orders_admitted_permille").set(f64::from(app.admission.share()));
    gauge!("florin_stopping").set(if app.life.is_stopping() { 1.0 } else { 0.0 });
    gauge!("florin_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1.0);
}

// Figures are no money: what a double cannot hold exactly is beyond anything that is counted here.
#[allow(clippy::cast_precision_loss)]
fn level(count: i64) -> f64 {
    count as f64
}

#[allow(clippy::cast_precision_loss)]
fn size(count: usize) -> f64 {
    count as f64
}

fn seconds(span: Millis) -> f64 {
    Duration::from_millis(u64::try_from(span).unwrap_or(0)).as_secs_f64()
}
