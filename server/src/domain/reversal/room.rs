//! How much may go back: never more than was taken, less everything that has gone or is going.

use florin_shared::{Money, ReversalId};

use super::{Outcome, Reason, Reversal, ReversalState};
use crate::domain::payment::{Payment, Role};

/// Why a merchant may not have a refund.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotRefundable {
    /// Nothing was paid.
    NotPaid,
    /// It was paid and may not be kept: it goes back by itself.
    GoesBackAnyway,
    /// Everything has gone back, or is on its way.
    NothingLeft,
    /// So much is left.
    TooMuch(Money),
    /// It was paid in another currency.
    OtherCurrency,
}

/// How much a new refund takes: what was wanted, or all that is left.
pub fn refundable(
    payment: &Payment,
    reversals: &[Reversal],
    wanted: Option<Money>,
) -> Result<Money, NotRefundable> {
    let got = match (payment.role, payment.got) {
        (Role::None, _) | (_, None) => return Err(NotRefundable::NotPaid),
        (Role::Surplus, Some(_)) => return Err(NotRefundable::GoesBackAnyway),
        (Role::Accepted, Some(got)) => got,
    };
    let left = Money::new(got.minor() - spoken_for(reversals), got.currency());
    let left = left.ok().filter(|left| left.minor() > 0).ok_or(NotRefundable::NothingLeft)?;
    match wanted {
        None => Ok(left),
        Some(wanted) if wanted.currency() != left.currency() => Err(NotRefundable::OtherCurrency),
        Some(wanted) if wanted.minor() > left.minor() => Err(NotRefundable::TooMuch(left)),
        Some(wanted) => Ok(wanted),
    }
}

/// What has gone back, is going, or is a person's to decide.
fn spoken_for(reversals: &[Reversal]) -> i64 {
    sum(reversals.iter().filter(|reversal| reversal.state != ReversalState::Fail))
}

fn sum<'a>(reversals: impl Iterator<Item = &'a Reversal>) -> i64 {
    reversals.map(|reversal| reversal.amount.minor()).fold(0, i64::saturating_add)
}

/// What must be set right when the channel tells how much has gone back in all (D2).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Correction {
    /// So much went back that nobody here asked for.
    pub external: i64,
    /// So much more than was taken, which nothing can explain. Alarmed, never booked.
    pub beyond: i64,
    /// What has not begun at the channel and no longer fits, with what is left of it.
    pub crowded: Vec<(ReversalId, i64)>,
}

/// Compares the channel's `total` with what we know of. What is under way may be part of it, so a doubt stays one until
/// that has ended; what was never sent, or has gone by another road, explains nothing.
pub fn correct(got: i64, reversals: &[Reversal], total: i64) -> Correction {
    let explained = sum(reversals.iter().filter(|reversal| may_be_in_total(reversal)));
    let unasked = (total - explained).max(0);
    if unasked == 0 {
        return Correction::default();
    }
    let fixed = explained + sum(reversals.iter().filter(|reversal| is_by_a_person(reversal)));
    let external = unasked.min((got - fixed).max(0));
    Correction {
        external,
        beyond: unasked - external,
        crowded: crowded(got - fixed - external, reversals),
    }
}

fn may_be_in_total(reversal: &Reversal) -> bool {
    match reversal.state {
        ReversalState::Sent | ReversalState::Unknown => true,
        ReversalState::Intent => !reversal.is_unsent(),
        ReversalState::Success => reversal.outcome == Outcome::None,
        ReversalState::Fail | ReversalState::Manual | ReversalState::Kept => false,
    }
}

fn is_by_a_person(reversal: &Reversal) -> bool {
    reversal.state == ReversalState::Kept
        || (reversal.state == ReversalState::Success && reversal.outcome != Outcome::None)
}

/// The oldest keep their room. A merchant's refund fits whole or not at all; of what may not be kept, the rest goes on.
fn crowded(mut room: i64, reversals: &[Reversal]) -> Vec<(ReversalId, i64)> {
    let mut found = Vec::new();
    let movable =
        |reversal: &&Reversal| reversal.is_unsent() || reversal.state == ReversalState::Manual;
    for reversal in reversals.iter().filter(movable) {
        let amount = reversal.amount.minor();
        let rest = match reversal.reason {
            Reason::Merchant if amount > room => 0,
            _ => amount.min(room),
        };
        room -= rest;
        if rest < amount {
            found.push((reversal.id.clone(), rest));
        }
    }
    found
}
