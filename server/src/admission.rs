//! Which new orders are let in while this process is late (G14).
//!
//! A session that was let in brings eight more requests with it, and refusing those wastes what was spent on it: with places alone, three times
//! as many shoppers as can be served left a third of the payments. So what has been begun is finished first, and of the new orders so many are
//! let in as leave no queue behind. Lateness is measured (`worker/pulse.rs`) and not guessed from how much is under way: a shopper who waits
//! for a slow channel costs nothing.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use axum::http::Method;

/// Everybody, in thousandths.
const ALL: u32 = 1_000;

/// So few requests under way are no queue: it is not we who make this machine late, and refusing would help nobody.
const FEW: usize = 32;

/// Whoever tries again must find out that it is over.
const FEWEST: u32 = 10;

/// Work that waits longer than this for its turn is late: a session is to be made within 50 ms (G10), and waits more than once.
const LATE: Duration = Duration::from_millis(15);

/// The share of new orders that is let in.
#[derive(Debug)]
pub struct Admission {
    share: AtomicU32,
    drawn: AtomicU32,
}

impl Default for Admission {
    fn default() -> Admission {
        Admission { share: AtomicU32::new(ALL), drawn: AtomicU32::new(0) }
    }
}

impl Admission {
    /// Whether one more order is let in while so many requests are under way. Spread evenly: at a third, every third.
    pub fn admits(&self, under_way: usize) -> bool {
        under_way < FEW || self.draws()
    }

    fn draws(&self) -> bool {
        let share = self.share();
        let before = self.drawn.fetch_add(share, Ordering::Relaxed);
        before % ALL + share >= ALL
    }

    /// Work has waited so long for its turn. To be told every [`crate::worker::pulse::EVERY`], by one teller.
    pub fn measured(&self, late: Duration) {
        self.share.store(after(self.share(), late), Ordering::Relaxed);
    }

    /// In thousandths.
    pub fn share(&self) -> u32 {
        self.share.load(Ordering::Relaxed)
    }
}

/// Down by parts and up by steps, so that it settles (as TCP does): what is let in now is felt only for the next second.
fn after(share: u32, late: Duration) -> u32 {
    let next = match late {
        _ if late <= LATE => share + 5 + share / 64,
        _ if late <= 4 * LATE => share - share / 16,
        _ => share - share / 6,
    };
    next.clamp(FEWEST, ALL)
}

/// Whether this request of a merchant begins an order. A receipt code begins one too, and has a limit of its own (D13).
pub fn begins_an_order(method: &Method, path: &str) -> bool {
    *method == Method::POST && ["/v1/sessions", "/v1/transactions"].contains(&path)
}

#[cfg(test)]
mod tests {
    use super::*;

    const EARLY: Duration = Duration::from_millis(1);
    const WORST: Duration = Duration::from_secs(1);

    fn after_a_second(from: u32, late: Duration) -> u32 {
        (0..40).fold(from, |share, _| after(share, late))
    }

    #[test]
    fn a_process_that_is_never_late_refuses_nobody() {
        let admission = Admission::default();
        admission.measured(EARLY);
        assert!((0..5_000).all(|_| admission.admits(FEW)));
    }

    #[test]
    fn a_share_is_let_in_evenly() {
        let admission = Admission::default();
        admission.share.store(333, Ordering::Relaxed);
        let admitted: Vec<bool> = (0..1_000).map(|_| admission.admits(FEW)).collect();
        assert_eq!(admitted.iter().filter(|admitted| **admitted).count(), 333);
        assert!(admitted.windows(4).all(|four| four.contains(&true)), "no crowd, no gap");
    }

    #[test]
    fn it_falls_within_a_second_and_rises_within_three() {
        assert_eq!(after_a_second(ALL, WORST), FEWEST);
        assert!(after_a_second(ALL, 2 * LATE) < ALL / 8, "a queue of this length goes too");
        let risen = (0..3).fold(FEWEST, |share, _| after_a_second(share, EARLY));
        assert_eq!(risen, ALL);
    }

    #[test]
    fn nobody_is_refused_because_the_machine_is_busy_with_something_else() {
        let admission = Admission::default();
        (0..1_000).for_each(|_| admission.measured(WORST));
        assert!((0..100).all(|_| admission.admits(FEW - 1)));
        assert_eq!(
            (0..100).filter(|_| admission.admits(FEW)).count(),
            1,
            "and with a queue, one of a hundred"
        );
    }

    #[test]
    fn one_moment_of_lateness_is_hardly_felt() {
        let admission = Admission::default();
        admission.measured(2 * LATE);
        let refused = (0..100).filter(|_| !admission.admits(FEW)).count();
        assert!(refused < 10, "{refused} of a hundred");
    }

    #[test]
    fn only_what_begins_an_order_is_meant() {
        for (method, path, begins) in [
            (Method::POST, "/v1/sessions", true),
            (Method::POST, "/v1/transactions", true),
            (Method::GET, "/v1/sessions", false),
            (Method::POST, "/v1/sessions/query", false),
            (Method::POST, "/v1/sessions/CSx/close", false),
            (Method::POST, "/v1/transactions/GWx/cancel", false),
            (Method::POST, "/v1/refunds", false),
            (Method::POST, "/v1/checkout/CSx/transactions", false),
        ] {
            assert_eq!(begins_an_order(&method, path), begins, "{method} {path}");
        }
    }
}
