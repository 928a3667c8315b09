//! A state is the greatest of all evidence that may be believed (R6), so that duplicates and reordering cannot hurt (P6).
//!
//! The real function, step by step, against a second one that knows nothing but this sentence and who may be believed when.

// A test that cannot get what it needs fails by panicking.
#![allow(missing_docs, clippy::unwrap_used)]

use florin_server::clock::Millis;
use florin_server::domain::order::{LateSuccess, Order, Step};
use florin_server::domain::payment::{
    Evidence, Payment, PaymentState, Role, Said, Source, Statement,
};
use florin_server::domain::session::SessionState;
use florin_shared::{Method, Money, PaymentId, SessionId};

/// When the code ends.
const EXPIRES: Millis = 200_000;

/// How long after it a channel may still not know of a payment that it took.
const SHOWS_AFTER: Millis = 2 * 60 * 1000;

/// How much earlier than ours its clock may end a code.
const CLOCKS_APART: Millis = 1000;

fn hkd(minor: i64) -> Money {
    Money::new(minor, "HKD".parse().unwrap()).unwrap()
}

fn paid() -> Said {
    Said::Paid { amount: hkd(800), at: None, returned: 0 }
}

fn order(was_denied: bool) -> Order {
    Order {
        amount: hkd(800),
        is_paid: false,
        session: SessionState::Open,
        has_newer_session: false,
        late_success: LateSuccess::Reverse,
        was_denied,
    }
}

fn payment() -> Payment {
    Payment {
        id: PaymentId::of([1; 16]),
        session: SessionId::of([2; 20]),
        merchant: "1".parse().unwrap(),
        trans_id: String::new(),
        method: Method::Gcash,
        channel: String::new(),
        product: String::new(),
        request_id: String::new(),
        terminal: String::new(),
        payer_ip: String::new(),
        cancellable: true,
        amount: hkd(800),
        state: PaymentState::Sent,
        role: Role::None,
        confirming: false,
        reason: String::new(),
        got: None,
        paid: None,
        action: String::new(),
        expires: EXPIRES,
        final_after: EXPIRES + SHOWS_AFTER,
        cancels_sent: 0,
        cancels_answered: 0,
        cancel_until: 0,
        asks: 0,
        next_ask: None,
        created: 0,
        changed: 0,
    }
}

/// What happens to a payment.
#[derive(Clone, Copy, Debug)]
enum Happens {
    /// Somebody says so; a query may be one that began before our last cancel's answer.
    Says(Source, Said, bool),
    Cancel,
    CancelAnswered,
}

/// The payment as it is stored, and how often it was given a role.
#[derive(Clone, Debug)]
struct Real {
    payment: Payment,
    was_denied: bool,
    roles: usize,
}

impl Real {
    fn new() -> Real {
        Real { payment: payment(), was_denied: false, roles: 0 }
    }

    fn hear(&mut self, happens: Happens, now: Millis) {
        match happens {
            Happens::Says(source, said, is_old) => self.said(source, said, is_old, now),
            Happens::Cancel => _ = self.payment.count_cancel(0, now),
            Happens::CancelAnswered => self.payment.cancels_answered = self.payment.cancels_sent,
        }
    }

    fn said(&mut self, source: Source, said: Said, is_old: bool, now: Millis) {
        let is_query = source == Source::Query && !is_old;
        let after = self.payment.settled_cancel().filter(|_| is_query);
        self.was_denied |= matches!(said, Said::Failed | Said::Cancelled);
        let evidence = Evidence { said, reason: String::new() };
        let statement =
            Statement { evidence, source, after_cancel: after, after_confirming: false };
        match order(self.was_denied).on_statement(&self.payment, &statement, now) {
            Step::Become(state, _) => self.payment.state = state,
            Step::Accept(got, ..) => {
                self.roles += 1;
                let state = PaymentState::Success;
                let before = self.payment.clone();
                self.payment = Payment { state, role: Role::Accepted, got: Some(got), ..before };
            }
            Step::Stay | Step::Ask | Step::Conflict | Step::Returned(_) => {}
            other => panic!("{other:?} is not of this story"),
        }
    }
}

/// The second one: a greatest value, and who is believed.
#[derive(Clone, Debug)]
struct Join {
    state: PaymentState,
    sent: i64,
    answered: i64,
    was_denied: bool,
}

impl Join {
    fn new() -> Join {
        Join { state: PaymentState::Sent, sent: 0, answered: 0, was_denied: false }
    }

    fn hear(&mut self, happens: Happens, now: Millis) {
        let cancelling = PaymentState::Cancelling;
        match happens {
            Happens::Says(source, said, is_old) => {
                self.was_denied |= matches!(said, Said::Failed | Said::Cancelled);
                if self.believes(source, said, is_old, now) {
                    self.state = self.state.max(self.worth(said, now));
                }
            }
            Happens::CancelAnswered => self.answered = self.sent,
            // What has ended is cancelled again only to learn what a lost cancel did.
            Happens::Cancel if self.state > cancelling && self.answered == self.sent => {}
            Happens::Cancel if self.state == PaymentState::Success => {}
            Happens::Cancel => {
                (self.state, self.sent) = (self.state.max(cancelling), self.sent + 1)
            }
        }
    }

    fn believes(&self, source: Source, said: Said, is_old: bool, now: Millis) -> bool {
        let is_fresh = !is_old && self.answered == self.sent;
        let decides = source == Source::Query && (self.sent == 0 || is_fresh);
        let is_open = self.sent == 0 && self.state <= PaymentState::Cancelling;
        match said {
            Said::Paid { .. } if source == Source::Notice => {
                is_open
                    && !self.was_denied
                    && self.state < PaymentState::Cancelling
                    && now < EXPIRES
            }
            Said::Paid { .. } => decides || (is_open && source == Source::Reply),
            // Worse than failed: there is nothing to be lost by believing it.
            Said::Cancelled if self.state == PaymentState::Fail => true,
            Said::Failed | Said::Cancelled => decides || (is_open && source == Source::Reply),
            Said::NotFound => decides,
            Said::Pending | Said::Confirming => true,
        }
    }

    fn worth(&self, said: Said, now: Millis) -> PaymentState {
        match said {
            Said::Paid { .. } => PaymentState::Success,
            Said::Cancelled => PaymentState::Cancelled,
            // It has failed in time, or it has only run out; what is being closed is closed by either.
            Said::Failed if self.state == PaymentState::Fail => PaymentState::Fail,
            Said::Failed
                if self.state < PaymentState::Cancelling && now < EXPIRES - CLOCKS_APART =>
            {
                PaymentState::Fail
            }
            Said::Failed => PaymentState::Cancelled,
            Said::NotFound if now >= EXPIRES + SHOWS_AFTER && !self.state.is_final() => {
                PaymentState::Cancelled
            }
            Said::NotFound => PaymentState::Intent,
            Said::Pending | Said::Confirming => PaymentState::Processing,
        }
    }
}

fn everything() -> Vec<Happens> {
    let mut all = vec![Happens::Cancel, Happens::CancelAnswered];
    for said in [Said::NotFound, Said::Pending, Said::Failed, Said::Cancelled, paid()] {
        all.extend([false, true].map(|is_old| Happens::Says(Source::Query, said, is_old)));
        if matches!(said, Said::Failed | Said::Cancelled | Said::Paid { .. }) {
            all.extend([Source::Reply, Source::Notice].map(|by| Happens::Says(by, said, false)));
        }
    }
    all
}

/// Both live through it; gives the first moment at which they differ, or at which a role is given twice.
fn differs(story: &[Happens], now: Millis) -> Option<String> {
    let (mut real, mut join) = (Real::new(), Join::new());
    for (number, happens) in story.iter().enumerate() {
        real.hear(*happens, now);
        join.hear(*happens, now);
        let has_role = usize::from(join.state == PaymentState::Success);
        if real.payment.state != join.state || real.roles != has_role {
            let now_is = (real.payment.state, real.roles, join.state);
            return Some(format!("{number}: {now_is:?} at {now} after {story:?}"));
        }
    }
    None
}

/// Leaves out whatever can be left out.
fn shrunk(mut story: Vec<Happens>, now: Millis) -> String {
    let mut at = 0;
    while at < story.len() {
        let mut shorter = story.clone();
        shorter.remove(at);
        if differs(&shorter, now).is_some() { story = shorter } else { at += 1 }
    }
    differs(&story, now).unwrap_or_default()
}

const TIMES: [Millis; 4] = [500, EXPIRES - 500, EXPIRES, EXPIRES + SHOWS_AFTER];

#[test]
fn the_state_is_the_greatest_of_what_may_be_believed() {
    let all = everything();
    let mut seed: u64 = 1;
    let mut below = |most: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(seed >> 33).unwrap() % most
    };
    for _ in 0..50_000 {
        let story: Vec<Happens> = (0..below(60)).map(|_| all[below(all.len())]).collect();
        let now = TIMES[below(TIMES.len())];
        assert_eq!(differs(&story, now).map(|_| shrunk(story, now)), None);
    }
}

#[test]
fn every_short_story_ends_as_the_join_says() {
    let all = everything();
    for now in TIMES {
        for one in &all {
            for two in &all {
                for three in &all {
                    assert_eq!(differs(&[*one, *two, *three], now), None);
                }
            }
        }
    }
}

/// What the answers of a channel make of a payment, before any cancel and after one that was answered.
fn outcome(words: &[Said], is_cancelled: bool, now: Millis) -> (PaymentState, usize) {
    let mut real = Real::new();
    if is_cancelled {
        real.hear(Happens::Cancel, now);
        real.hear(Happens::CancelAnswered, now);
    }
    words.iter().for_each(|said| real.hear(Happens::Says(Source::Query, *said, false), now));
    (real.payment.state, real.roles)
}

/// Idempotent, commutative, associative: every order and every repetition of the same answers gives the same.
#[test]
fn neither_order_nor_repetition_of_evidence_matters() {
    let words = [Said::NotFound, Said::Pending, Said::Failed, Said::Cancelled, paid()];
    for (now, is_cancelled) in TIMES.iter().flat_map(|now| [(*now, false), (*now, true)]) {
        let mut all = vec![vec![]];
        for _ in 0..4 {
            all = all
                .iter()
                .flat_map(|story| words.map(|word| [story.as_slice(), &[word]].concat()))
                .collect();
            for story in &all {
                let mut once: Vec<Said> =
                    words.into_iter().filter(|word| story.contains(word)).collect();
                let expected = outcome(&once, is_cancelled, now);
                assert_eq!(outcome(story, is_cancelled, now), expected, "{story:?} at {now}");
                once.extend(once.clone());
                assert_eq!(outcome(&once, is_cancelled, now), expected, "{once:?} twice at {now}");
            }
        }
    }
}
