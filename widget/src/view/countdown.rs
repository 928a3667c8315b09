//! The two clocks: the session's beside the payee, the code's beside the waiting line.

use super::icon::{outlined, svg};
use crate::dom::El;
use crate::state::Checkout;
use crate::texts::joined;
use crate::till::Till;

/// From here on a clock is amber.
const LATE_SECONDS: u64 = 60;

const RING: &str = "M10 2a8 8 0 1 1 0 16 8 8 0 0 1 0-16z";

/// Whole seconds until `deadline`, as the shopper counts them: 1 until the very end.
pub(crate) fn seconds_left(deadline: u64, now: u64) -> u64 {
    deadline.saturating_sub(now).div_ceil(1000)
}

/// `14:32`, `1:02:03`.
pub(crate) fn clock(seconds: u64) -> String {
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match hours {
        0 => joined(&[&minutes.to_string(), ":", &two(seconds)]),
        _ => joined(&[&hours.to_string(), ":", &two(minutes), ":", &two(seconds)]),
    }
}

fn two(number: u64) -> String {
    let text = number.to_string();
    if number < 10 { joined(&["0", &text]) } else { text }
}

/// The seconds that are left of the session.
fn session_left(till: Till) -> u64 {
    till.state().checkout().map_or(0, |checkout| seconds_left(checkout.ends_at, till.now()))
}

/// The seconds that are left of the code; `None` when there is none.
pub(crate) fn code_left(till: Till) -> Option<u64> {
    let state = till.state();
    let attempt =
        state.checkout().and_then(Checkout::attempt).filter(|attempt| attempt.has_code())?;
    Some(seconds_left(attempt.ends_at, till.now()))
}

/// The session's clock, with a small ring.
pub(crate) fn session_clock(till: Till) -> El {
    let left = outlined(till, "left", RING).attr_by("stroke-dasharray", arc);
    let ring = svg(till, "", "0 0 20 20", "16").with(outlined(till, "", RING)).with(left);
    let spoken =
        till.el("span", "heard").say(|till| till.words().session_left(&session_time(till)));
    let shown = till.el("span", "").attr("aria-hidden", "true").say(session_time);
    till.el("span", "")
        .class_by(|till| if session_left(till) < LATE_SECONDS { "timer late" } else { "timer" })
        .attr("role", "timer")
        .attr("part", "countdown")
        .with(ring)
        .with(spoken)
        .with(shown)
}

/// How much of the ring is left, of a hundred.
fn arc(till: Till) -> Option<String> {
    let lifetime =
        till.state().checkout().map_or(1, |checkout| checkout.view.lifetime_ms / 1000).max(1);
    Some(joined(&[&(session_left(till) * 100 / lifetime).min(100).to_string(), " 100"]))
}

/// The code's clock.
pub(crate) fn code_clock(till: Till) -> El {
    let spoken = till.el("span", "heard").say(|till| till.words().code_left(&code_time(till)));
    let shown = till.el("span", "").attr("aria-hidden", "true").say(code_time);
    till.el("span", "")
        .class_by(|till| {
            if code_left(till).is_some_and(|left| left < LATE_SECONDS) {
                "clock late"
            } else {
                "clock"
            }
        })
        .attr("role", "timer")
        .attr("part", "countdown")
        .with(spoken)
        .with(shown)
}

fn session_time(till: Till) -> String {
    till.words().counted(&clock(session_left(till)))
}

fn code_time(till: Till) -> String {
    till.words().counted(&clock(code_left(till).unwrap_or_default()))
}

/// The smallest milestone that is still ahead, in seconds; the voice speaks when it falls.
#[cfg(any(target_arch = "wasm32", test))]
pub(crate) fn milestone(left: u64) -> u64 {
    [30, 60, 120, 300].into_iter().find(|milestone| left <= *milestone).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_shows_minutes_and_seconds_and_hours_when_there_are_any() {
        for (seconds, expected) in [
            (0, "0:00"),
            (9, "0:09"),
            (60, "1:00"),
            (872, "14:32"),
            (3600, "1:00:00"),
            (86_399, "23:59:59"),
        ] {
            assert_eq!(clock(seconds), expected);
        }
    }

    #[test]
    fn a_second_is_shown_until_it_is_over() {
        for (deadline, now, expected) in
            [(5000, 0, 5), (5000, 1, 5), (5000, 1000, 4), (5000, 4999, 1), (5000, 9000, 0)]
        {
            assert_eq!(seconds_left(deadline, now), expected);
        }
    }

    #[test]
    fn the_time_is_spoken_rarely() {
        let falls = |left: &u64| milestone(*left) < milestone(left + 1);
        let spoken: Vec<_> = (1..=899).rev().filter(falls).collect();
        assert_eq!(spoken, [300, 120, 60, 30]);
    }
}
