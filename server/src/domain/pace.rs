//! How often to ask a channel, and how long to wait before trying again.

use super::payment::{Payment, PaymentState};
use crate::clock::Millis;

const SECOND: Millis = 1000;
const MINUTE: Millis = 60 * SECOND;

/// Whether somebody looks at the page right now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interest {
    /// A page asked within the last seconds.
    Watched,
    /// Nobody asks.
    Unwatched,
}

/// The longest wait while somebody looks.
pub const WATCHED: Millis = 5 * SECOND;

/// The wait before the next question about a payment that is not final: every 2 s in the first minute that somebody
/// looks, then every 5 s (R8); with nobody looking ever more rarely. Somebody waits at the counter while the payer types a
/// password: every 2 s. A cancel is repeated after 1, 2, 4 … 60 s (R5).
pub fn next_ask(payment: &Payment, interest: Interest, now: Millis) -> Millis {
    let age = now - payment.created;
    let wait = match (payment.state, interest) {
        (PaymentState::Cancelling, _) => (SECOND << payment.asks.clamp(0, 6)).min(MINUTE),
        _ if payment.confirming => 30 * SECOND,
        _ if payment.is_by_code() && age < 3 * MINUTE => 2 * SECOND,
        (_, Interest::Watched) if age < MINUTE => 2 * SECOND,
        (_, Interest::Watched) => WATCHED,
        (_, Interest::Unwatched) if age < MINUTE => 10 * SECOND,
        (_, Interest::Unwatched) if age < 10 * MINUTE => 30 * SECOND,
        (_, Interest::Unwatched) => 2 * MINUTE,
    };
    // The code's end is looked at when it comes, not some time later.
    let due = now + wait;
    if payment.state.is_live() && now < payment.expires { due.min(payment.expires) } else { due }
}

/// The wait before a reversal is tried or asked about again: 1, 2, 4 … s, at most 10 minutes.
pub fn next_try(tries: i64) -> Millis {
    (SECOND << tries.clamp(0, 10)).min(10 * MINUTE)
}
