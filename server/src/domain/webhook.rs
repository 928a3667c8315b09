//! Who is to be told of what, when to try again, and who waits behind whom.

use florin_shared::MerchantId;
use florin_shared::webhook::KINDS;
use url::Url;

use super::words;
use crate::clock::Millis;

words! {
    /// Where an endpoint stands.
    EndpointState {
        /// It hears of what it asked for.
        Enabled = "ENABLED",
        /// The merchant disabled it.
        Disabled = "DISABLED",
        /// It answered 410: it wants to hear no more.
        Gone = "GONE",
        /// It is kept only because deliveries name it.
        Deleted = "DELETED",
    }
}

words! {
    /// Of which sessions an endpoint hears. Document 004 has the address in the request *or* in the back office, and the
    /// request comes first: a session with an address of its own is told there, and an endpoint hears of it only when it
    /// asked to.
    Sessions {
        /// Sessions that name no `notify_url`.
        WithoutNotifyUrl = "WITHOUT_NOTIFY_URL",
        /// Every session.
        All = "ALL",
    }
}

words! {
    /// Where a delivery stands.
    DeliveryState {
        /// To be sent, or to be sent again.
        Pending = "PENDING",
        /// Waiting for its endpoint to be enabled again.
        Held = "HELD",
        /// Answered with 2xx.
        Done = "DONE",
        /// Given up; it can be replayed.
        Dead = "DEAD",
    }
}

/// How many endpoints a merchant may have (threat S30).
pub const MOST_ENDPOINTS: i64 = 50;

/// What stands in the outbox for a session's own address.
pub const NOTIFY_URL: &str = "notify_url";

/// Whether this is a type, a family such as `PAYMENT.*`, or `*`.
pub fn is_pattern(text: &str) -> bool {
    let families =
        || KINDS.iter().filter_map(|kind| kind.split_once('.')).map(|(family, _)| family);
    match text.strip_suffix(".*") {
        Some(family) => families().any(|known| known == family),
        None => text == "*" || KINDS.contains(&text),
    }
}

/// The pattern as SQL's `like` has it.
pub fn like(pattern: &str) -> String {
    pattern.replace('*', "%")
}

/// Who waits behind whom: everything for one origin of one merchant, so that a shop that hangs holds up itself alone.
pub fn lane(merchant: &MerchantId, notify_url: &str) -> String {
    let origin = Url::parse(notify_url).map(|url| url.origin().ascii_serialization());
    format!("{merchant} {}", origin.unwrap_or_default())
}

const SECOND: Millis = 1000;
const MINUTE: Millis = 60 * SECOND;
const HOUR: Millis = 60 * MINUTE;
const DAY: Millis = 24 * HOUR;

/// For how long a message is tried.
pub const PATIENCE: Millis = 30 * DAY;

/// When a message that was refused `tries` times is sent again: 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, then daily,
/// and a last time when 30 days are over; then never. `spread` of a million moves it by a tenth to either side. A
/// `Retry-After` can only put it off, by a day at most.
pub fn next_delivery(
    tries: i64,
    (began, now): (Millis, Millis),
    retry_after: Option<Millis>,
    spread: Millis,
) -> Option<Millis> {
    const WAITS: [Millis; 8] =
        [5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR];
    let end = began + PATIENCE;
    if now >= end {
        return None;
    }
    let planned = usize::try_from(tries - 1).ok().and_then(|past| WAITS.get(past)).copied();
    let planned = planned.unwrap_or(DAY);
    let spread_out = planned - planned / 10 + planned / 5 * spread / 1_000_000;
    let asked = retry_after.unwrap_or(0).clamp(0, DAY);
    Some((now + spread_out.max(asked)).min(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_types_families_or_all() {
        for right in
            ["*", "PAYMENT.*", "REFUND.*", "DISPUTE.*", "PAYMENT.SUCCESS", "REFUND.FAILURE"]
        {
            assert!(is_pattern(right), "{right}");
        }
        for wrong in ["", "PAYMENT", ".*", "PAYMENT.SUCESS", "payment.*", "PAYMENT.%", "PAY*", "**"]
        {
            assert!(!is_pattern(wrong), "{wrong}");
        }
    }

    #[test]
    fn an_origin_is_a_lane_and_merchants_do_not_share_it() {
        let (a, b) = ("1".parse().unwrap(), "2".parse().unwrap());
        assert_eq!(lane(&a, "https://x.example/1?y"), lane(&a, "https://x.example/2"));
        assert_ne!(lane(&a, "https://x.example/1"), lane(&b, "https://x.example/1"));
        assert_ne!(lane(&a, "https://x.example/"), lane(&a, "https://x.example:8443/"));
    }

    #[test]
    fn a_message_is_tried_for_thirty_days_and_a_last_time_at_their_end() {
        let (mut now, mut tries) = (0, 1);
        let mut at = Vec::new();
        while let Some(next) = next_delivery(tries, (0, now), None, 500_000) {
            assert!(next > now);
            at.push(next);
            (now, tries) = (next, tries + 1);
        }
        assert_eq!(at[..4], [5_000, 305_000, 2_105_000, 9_305_000]);
        assert_eq!(at.last(), Some(&PATIENCE));
        assert_eq!(at.len(), 36);
    }

    #[test]
    fn waits_spread_by_a_tenth_to_either_side() {
        assert_eq!(next_delivery(2, (0, 0), None, 0), Some(270_000));
        assert_eq!(next_delivery(2, (0, 0), None, 1_000_000), Some(330_000));
    }

    #[test]
    fn retry_after_puts_off_within_bounds_and_never_hurries() {
        assert_eq!(next_delivery(1, (0, 0), Some(HOUR), 500_000), Some(HOUR));
        assert_eq!(next_delivery(1, (0, 0), Some(900 * DAY), 500_000), Some(DAY));
        assert_eq!(next_delivery(4, (0, 0), Some(1), 500_000), Some(2 * HOUR));
        assert_eq!(next_delivery(1, (0, PATIENCE - 1), Some(DAY), 0), Some(PATIENCE));
        assert_eq!(next_delivery(1, (0, PATIENCE), Some(DAY), 0), None);
    }
}
