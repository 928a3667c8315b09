//! How often to ask a channel, how long to wait before trying again, and how much sooner when it answers again.

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
/// password: every 2 s. A cancel is repeated after 1, 2, 4 … 60 s (R5). What nobody can cancel and nobody has paid for hours after its
/// end may still come for days where banks rest: every half hour.
pub fn next_ask(payment: &Payment, interest: Interest, now: Millis) -> Millis {
    let age = now - payment.created;
    let wait = match (payment.state, interest) {
        (PaymentState::Cancelling, _) if !payment.cancellable && now > payment.expires + LATE => {
            30 * MINUTE
        }
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

/// How long after its end an instant transfer may still show.
const LATE: Millis = 2 * 60 * MINUTE;

/// A cancel takes effect within its lease (30 s) or never: after twice that time a question tells what one did that nobody
/// answered.
pub const LOST_CANCEL: Millis = MINUTE;

/// How often a channel that does not answer is tried.
pub const KNOCK: Millis = 2 * SECOND;

/// After this time without any answer a channel counts as away: what it has told us meanwhile may be lost.
pub const AWAY: Millis = 3 * SECOND;

/// When a channel answers again, what is unknown there is asked about within this time. With [`KNOCK`] and the calls
/// themselves it makes the ten seconds of G3.
pub const SPREAD: Millis = 3 * SECOND;

/// Whether only the channel can tell how a payment in this state has ended, and not the payer.
pub fn is_unknown(state: PaymentState) -> bool {
    state != PaymentState::Processing
}

/// When to ask about what is due at `due`, now that the channel has been away and answers again: what is unknown within
/// moments, spread by `drawn` (0 to [`SPREAD`]); what waits for its payer after a third of its time, since it may have been
/// paid meanwhile, and so at most three times as often as ever.
pub fn on_return(is_unknown: bool, due: Millis, now: Millis, drawn: Millis) -> Millis {
    let third = now + (due - now).max(0) / 3;
    if is_unknown { third.min(now + drawn) } else { third }
}

/// The wait before a reversal is tried or asked about again: 1, 2, 4 … s, at most 10 minutes.
pub fn next_try(tries: i64) -> Millis {
    (SECOND << tries.clamp(0, 10)).min(10 * MINUTE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_unknown_is_asked_about_within_moments_and_the_rest_three_times_as_often() {
        for (is_unknown, due, drawn, expected) in [
            (true, 120_000, 1_234, 1_234),
            (true, 120_000, SPREAD, SPREAD),
            (true, 3_000, SPREAD, 1_000),
            (false, 30_000, 0, 10_000),
            (false, 10_000, 0, 3_333),
            (false, -5, 0, 0),
        ] {
            assert_eq!(on_return(is_unknown, 7 + due, 7, drawn), 7 + expected, "{due} {drawn}");
        }
    }
}
