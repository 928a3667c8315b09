//! The two clocks: the session's beside the payee, the code's beside the waiting line.

use leptos::prelude::*;

use crate::till::Till;

/// From here on a clock is amber.
const LATE_SECONDS: u64 = 60;

/// Whole seconds until `deadline`, as the shopper counts them: 1 until the very end.
pub(crate) fn seconds_left(deadline: u64, now: u64) -> u64 {
    deadline.saturating_sub(now).div_ceil(1000)
}

/// `14:32`, `1:02:03`.
pub(crate) fn clock(seconds: u64) -> String {
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match hours {
        0 => [&minutes.to_string(), ":", &two(seconds)].concat(),
        _ => [&hours.to_string(), ":", &two(minutes), ":", &two(seconds)].concat(),
    }
}

fn two(number: u64) -> String {
    let text = number.to_string();
    if number < 10 { ["0", &text].concat() } else { text }
}

/// The seconds that are left of the session; `None` when no clock is to be shown.
fn session_left(till: Till) -> Memo<Option<u64>> {
    Memo::new(move |_| {
        let now = till.now.get();
        till.checkout(|checkout| seconds_left(checkout.ends_at, now))
    })
}

/// The seconds that are left of the code.
pub(crate) fn code_left(till: Till) -> Memo<Option<u64>> {
    Memo::new(move |_| {
        let now = till.now.get();
        let attempt = till.checkout(|checkout| checkout.attempt().filter(|attempt| attempt.has_code()).cloned());
        attempt.flatten().map(|attempt| seconds_left(attempt.ends_at, now))
    })
}

/// The session's clock, with a small ring.
pub(crate) fn session_clock(till: Till) -> impl IntoView {
    let left = session_left(till);
    let time = move || clock(left.get().unwrap_or_default());
    let spoken = move || till.texts(|texts| texts.session_left(&time()));
    let arc = move || {
        let lifetime = till.checkout(|checkout| checkout.view.lifetime_ms / 1000).unwrap_or_default().max(1);
        [&(left.get().unwrap_or_default() * 100 / lifetime).min(100).to_string(), " 100"].concat()
    };
    view! {
        <span class={"timer"} class:late=move || left.get().is_some_and(|left| left < LATE_SECONDS) role="timer">
            <svg viewBox={"0 0 20 20"} width="16" height="16" aria-hidden="true">
                <circle class={"track"} cx="10" cy="10" r="8" />
                <circle class={"left"} cx="10" cy="10" r="8" pathLength="100" stroke-dasharray=arc />
            </svg>
            <span class={"heard"}>{spoken}</span>
            <span class={"digits"} aria-hidden="true">{time}</span>
        </span>
    }
}

/// The code's clock.
pub(crate) fn code_clock(till: Till) -> impl IntoView {
    let left = code_left(till);
    let time = move || clock(left.get().unwrap_or_default());
    let spoken = move || till.texts(|texts| texts.code_left(&time()));
    view! {
        <span class={"clock"} class:late=move || left.get().is_some_and(|left| left < LATE_SECONDS) role="timer">
            <span class={"heard"}>{spoken}</span>
            <span aria-hidden={"true"}>{time}</span>
        </span>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_shows_minutes_and_seconds_and_hours_when_there_are_any() {
        for (seconds, expected) in
            [(0, "0:00"), (9, "0:09"), (60, "1:00"), (872, "14:32"), (3600, "1:00:00"), (86_399, "23:59:59")]
        {
            assert_eq!(clock(seconds), expected);
        }
    }

    #[test]
    fn a_second_is_shown_until_it_is_over() {
        for (deadline, now, expected) in [(5000, 0, 5), (5000, 1, 5), (5000, 1000, 4), (5000, 4999, 1), (5000, 9000, 0)] {
            assert_eq!(seconds_left(deadline, now), expected);
        }
    }
}
