//! Every state of every race, and what is missed when something is taken out.

// A test that cannot get what it needs fails by panicking.
#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout)]

use florin_model::{Act, Bounds, Races, Sabotage, World};
use florin_server::domain::order::LateSuccess;
use stateright::{Checker, HasDiscoveries, Model, Path};

/// Nobody, and nothing goes wrong.
const NONE: Bounds = Bounds {
    tabs: 1,
    askers: 1,
    notices: false,
    crashes: [false; 3],
    strays: false,
    stops: false,
    closes: false,
    wrong_amounts: false,
    declines: false,
};

// What a space must hold, or nothing was shown by it.
const SURPLUS: &str = "one is accepted, another goes back";
const PAID_BACK: &str = "a cancel gives money back";
const LATE: &str = "money goes back after the end";

const HELD: &str = "D1 what is accepted is really held, or is asked about, or known to be back";

/// One payment, and everything that can befall it: messages and crashes of everybody as often as they come, two who ask and cancel at once.
const ONE: Bounds = Bounds {
    askers: 2,
    notices: true,
    crashes: [true; 3],
    strays: true,
    stops: true,
    closes: true,
    ..NONE
};

/// The same, with a payer whose first try is declined, or who pays another amount; one asks at a time.
const ODD: Bounds = Bounds { askers: 1, strays: false, wrong_amounts: true, declines: true, ..ONE };

/// Two tabs and two payments, messages and crashes of everybody as often as they come; one asks at a time. With two who ask, lost cancels that
/// land later, stops and closings besides, 7.7 GB were full after six minutes and the end was not reached.
const TWO: Bounds = Bounds { crashes: [true; 3], ..CALM };

/// The same without crashes.
const CALM: Bounds = Bounds { tabs: 2, notices: true, ..NONE };

#[test]
fn one_payment_and_everything_that_can_befall_it() {
    every_state("one payment", ONE, LateSuccess::Reverse, &[PAID_BACK]);
}

#[test]
fn one_payment_that_is_declined_or_wrong() {
    every_state("one odd payment", ODD, LateSuccess::Reverse, &[PAID_BACK, LATE]);
}

#[test]
fn one_payment_of_a_merchant_who_keeps_what_comes_late() {
    let bounds = Bounds { crashes: [false, true, false], ..ONE };
    every_state("one payment, kept when late", bounds, LateSuccess::Accept, &[PAID_BACK]);
}

#[test]
fn two_tabs_and_two_payments() {
    every_state("two payments", TWO, LateSuccess::Reverse, &[SURPLUS, PAID_BACK]);
}

#[test]
fn without_d1_what_is_shipped_was_given_back() {
    is_missed(Sabotage::BelieveAfterCancel, ONE, HELD);
}

#[test]
fn without_another_question_a_lost_cancel_gives_back_what_was_shipped() {
    is_missed(Sabotage::ForgetLostCancels, Bounds { strays: true, stops: true, ..NONE }, HELD);
}

#[test]
fn without_another_question_nobody_learns_that_it_went_back() {
    is_missed(
        Sabotage::ForgetLostCancels,
        Bounds { strays: true, stops: true, ..NONE },
        "eventually settled",
    );
}

#[test]
fn without_the_reversal_money_is_not_on_its_way_back() {
    is_missed(Sabotage::KeepTheSurplus, CALM, "I4 what is not accepted is on its way back, whole");
}

#[test]
fn without_the_reversal_money_stays() {
    is_missed(Sabotage::KeepTheSurplus, CALM, "eventually settled");
}

#[test]
fn with_the_reversal_in_a_second_commit_a_moment_has_none() {
    is_missed(Sabotage::ReverseLater, CALM, "I4 what is not accepted is on its way back, whole");
}

#[test]
fn with_the_reversal_in_a_second_commit_a_crash_before_it_keeps_the_money() {
    let bounds = Bounds { crashes: [false, true, false], ..CALM };
    is_missed(Sabotage::ReverseLater, bounds, "eventually settled");
}

#[test]
fn without_the_lock_two_are_accepted() {
    is_missed(Sabotage::NoLock, CALM, "I1 at most one is accepted");
}

/// Taking something out breaks this promise.
fn is_missed(sabotage: Sabotage, bounds: Bounds, promise: &'static str) {
    let races = Races::new(bounds, sabotage, LateSuccess::Reverse);
    let end = HasDiscoveries::AnyOf([promise].into());
    let checker = races.checker().threads(2).finish_when(end).spawn_bfs().join();
    let Some(path) = checker.discovery(promise) else {
        panic!("{sabotage:?} is not missed: {:?}", checker.discoveries().keys())
    };
    println!("{sabotage:?} breaks '{promise}':\n{}", story(&path));
}

/// Visits every state; no promise is broken in any, and what must be reached is reached.
fn every_state(name: &str, bounds: Bounds, late_success: LateSuccess, reached: &[&'static str]) {
    let races = Races::new(bounds, Sabotage::Nothing, late_success);
    let checker =
        races.checker().threads(2).finish_when(HasDiscoveries::AnyFailures).spawn_bfs().join();
    let told =
        format!("{name}: {} states, {} steps", checker.unique_state_count(), checker.state_count());
    println!("{told}");
    for (promise, path) in checker.discoveries() {
        if checker.model().property(promise).expectation.discovery_is_failure() {
            panic!("{told}; broken: {promise}\n{}", story(&path));
        }
    }
    assert!(checker.is_done(), "{told}; not every state was visited");
    for state in reached {
        assert!(checker.discovery(state).is_some(), "{told}; never reached: {state}");
    }
}

/// The shortest way there, and what it is like there.
fn story(path: &Path<World, Act>) -> String {
    let acts = path.clone().into_actions();
    let acts: Vec<String> = acts.iter().map(|act| format!("{act:?}")).collect();
    format!("{}\n{:?}", acts.join(", "), path.last_state())
}
