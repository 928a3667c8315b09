//! At the end of a sequence: the store, the channel's book and what the merchant heard must tell the same.

use std::collections::BTreeMap;

use florin_server::App;
use florin_server::domain::order::LateSuccess;
use florin_server::domain::payment::{Payment, Role};
use florin_server::domain::reversal::{Outcome, Reason, Reversal, ReversalState};
use florin_server::flow::view;
use florin_server::store::{Tx, payments, reversals};
use florin_shared::shopper::StatusView;
use florin_shared::{Money, SessionId};

use super::book::Row;
use super::lane::Told;
use super::story::Story;

/// Everything that is known of an order.
struct Case {
    rows: BTreeMap<String, Row>,
    payments: Vec<(Payment, Vec<Reversal>)>,
    sessions: Vec<(String, String, i64)>,
    results: Vec<(i64, String)>,
    told: Vec<Told>,
    late_success: LateSuccess,
}

/// Everything that is wrong; nothing, if all is well.
pub async fn judge(story: &Story<'_>, told: Vec<Told>) -> Vec<String> {
    let case = read(story, told).await;
    let mut wrong = story.channel.wrong();
    the_money(&case, &mut wrong);
    the_reasons(&case, &mut wrong);
    the_sessions(&case, story, &mut wrong);
    the_merchant(&case, &mut wrong);
    the_refunds(&case, story, &mut wrong);
    the_shopper(&story.app, &case, &mut wrong).await;
    wrong
}

async fn read(story: &Story<'_>, told: Vec<Told>) -> Case {
    let mut tx = story.app.store.read().await.unwrap();
    let order = &story.trans_id;
    let mut found = Vec::new();
    for payment in payments::of_order(&mut tx, story.merchant, order).await.unwrap() {
        let back = reversals::of_payment(&mut tx, &payment.id).await.unwrap();
        found.push((payment, back));
    }
    let sessions = tx
        .sql("select session_id, state, amount from session where trans_id = $1 and merchant_id = $2")
        .bind(order.clone())
        .bind(story.merchant)
        .all()
        .await
        .unwrap();
    let results = results(&mut tx, story.merchant, order).await;
    drop(tx);
    let merchant = story.app.merchant(&story.merchant.parse().unwrap()).await.unwrap();
    let rows = story.channel.rows();
    Case { rows, payments: found, sessions, results, told, late_success: merchant.late_success }
}

async fn results(tx: &mut Tx, merchant: &'static str, order: &str) -> Vec<(i64, String)> {
    tx.sql("select seq, to_state from event where trans_id = $1 and merchant_id = $2 and kind = 'RESULT' order by seq")
        .bind(order.to_owned())
        .bind(merchant)
        .all()
        .await
        .unwrap()
}

/// At most one accepted, held in full; everything else given back, or in a person's hands.
fn the_money(case: &Case, wrong: &mut Vec<String>) {
    for request in case.rows.keys() {
        if !case.payments.iter().any(|(payment, _)| payment.request_id == *request) {
            wrong.push(format!("{request} is known to the channel only"));
        }
    }
    let accepted =
        case.payments.iter().filter(|(payment, _)| payment.role == Role::Accepted).count();
    if accepted > 1 {
        wrong.push(format!("{accepted} payments are accepted"));
    }
    for (payment, back) in &case.payments {
        let held = case.rows.get(&payment.request_id).map_or(0, Row::held);
        let sum = |state| -> i64 {
            back.iter().filter(|back| back.state == state).map(|back| back.amount.minor()).sum()
        };
        let (returned, manual) = (sum(ReversalState::Success), sum(ReversalState::Manual));
        // What a person gave back by another road, or kept, the channel still holds, unless somebody returned it there.
        let stays: i64 = back
            .iter()
            .filter(|back| back.outcome != Outcome::None)
            .map(|back| back.amount.minor())
            .sum();
        let fits = match payment.role {
            Role::Accepted => held == payment.amount.minor() - returned && held >= 0,
            // What the channel will not return is what a person has to see to.
            Role::Surplus if manual + stays > 0 => (0..=manual + stays).contains(&held),
            Role::Surplus | Role::None => held == 0,
        };
        if !fits {
            let (id, state, role) = (&payment.id, payment.state.as_str(), payment.role.as_str());
            wrong.push(format!("{id} {state} {role}: the channel holds {held}, {returned} returned, {manual} manual"));
        }
    }
}

/// Nothing goes back without a true reason: a right payment of an open order is kept.
fn the_reasons(case: &Case, wrong: &mut Vec<String>) {
    let accepted = case.payments.iter().any(|(payment, _)| payment.role == Role::Accepted);
    for (payment, back) in &case.payments {
        for back in back {
            let got = payment.got.map_or(0, Money::minor);
            let fits = match back.reason {
                Reason::Surplus => accepted,
                Reason::Late => case.late_success == LateSuccess::Reverse,
                Reason::Mismatch => {
                    payment.got != Some(payment.amount) || is_another_price(case, payment)
                }
                Reason::External => case
                    .rows
                    .get(&payment.request_id)
                    .is_some_and(|row| row.by_others + row.by_cancel > 0),
                Reason::Merchant => payment.role == Role::Accepted,
            };
            if !fits {
                wrong.push(format!(
                    "{} of {got} goes back as {}",
                    payment.id,
                    back.reason.as_str()
                ));
            }
        }
    }
}

fn is_another_price(case: &Case, payment: &Payment) -> bool {
    case.sessions.iter().any(|(_, _, amount)| *amount != payment.amount.minor())
}

/// Paid exactly when something of it is accepted; over in any case; and what was told stays true.
fn the_sessions(case: &Case, story: &Story<'_>, wrong: &mut Vec<String>) {
    for (id, state, _) in &case.sessions {
        let accepted = case
            .payments
            .iter()
            .any(|(payment, _)| payment.session.as_str() == id && payment.role == Role::Accepted);
        if accepted != (state == "PAID") || matches!(state.as_str(), "OPEN" | "CLOSING") {
            wrong.push(format!("session {id} is {state}; accepted: {accepted}"));
        }
    }
    for id in story.seen_paid.lock().unwrap().iter() {
        if !case
            .sessions
            .iter()
            .any(|(session, state, _)| session == id.as_str() && state == "PAID")
        {
            wrong.push(format!("session {id} was shown as paid"));
        }
    }
}

/// Every result told, once and in order; success for what is accepted, reversed for what is not, and for nothing else.
fn the_merchant(case: &Case, wrong: &mut Vec<String>) {
    let told: Vec<(i64, String)> =
        case.told.iter().map(|told| (told.seq, told.kind.clone())).collect();
    if told != case.results {
        wrong.push(format!("the log has {:?}, the merchant heard {told:?}", case.results));
    }
    for (kind, role) in [("PAYMENT.SUCCESS", Role::Accepted), ("PAYMENT.REVERSED", Role::Surplus)] {
        let told = case.told.iter().filter(|told| told.kind == kind).count();
        let are = case.payments.iter().filter(|(payment, _)| payment.role == role).count();
        if told != are {
            wrong.push(format!("{are} are {}, and {kind} was told {told} times", role.as_str()));
        }
    }
    for told in &case.told {
        if told.kind == "PAYMENT.SUCCESS" && told.session_status != "SUCCESS" {
            wrong.push(format!("PAYMENT.SUCCESS says the session is {}", told.session_status));
        }
    }
}

/// Every refund is told once, as it ended; what was answered about it stays true.
fn the_refunds(case: &Case, story: &Story<'_>, wrong: &mut Vec<String>) {
    let counted = |reasons: &[Reason], state| {
        let of = |(payment, back): &(Payment, Vec<Reversal>)| {
            let fits = |back: &&Reversal| back.state == state && reasons.contains(&back.reason);
            if payment.role == Role::Accepted { back.iter().filter(fits).count() } else { 0 }
        };
        case.payments.iter().map(of).sum::<usize>()
    };
    let done = counted(&[Reason::Merchant, Reason::External], ReversalState::Success);
    let failed = counted(&[Reason::Merchant], ReversalState::Fail);
    for (kind, are) in [("REFUND.SUCCESS", done), ("REFUND.FAILURE", failed)] {
        let told = case.told.iter().filter(|told| told.kind == kind).count();
        if told != are {
            wrong.push(format!("{are} refunds ended so, and {kind} was told {told} times"));
        }
    }
    for (id, status) in &story.refunds.lock().unwrap().answered {
        let found = case.payments.iter().flat_map(|(_, back)| back).find(|b| b.id.as_str() == id);
        let state = found.map(|found| found.state.as_str());
        if state != Some(status) {
            wrong.push(format!("refund {id} was answered as {status}, and is {state:?}"));
        }
    }
}

/// What polls are answered from is what is stored.
async fn the_shopper(app: &App, case: &Case, wrong: &mut Vec<String>) {
    for (id, ..) in &case.sessions {
        let id: SessionId = id.parse().unwrap();
        let shown = view::status(app, &id).await.unwrap();
        let mut tx = app.store.read().await.unwrap();
        let stored = view::snapshot(&mut tx, &id).await.unwrap().view(app.now());
        // What the page looks like is no part of a session's snapshot, and no money.
        let stored = StatusView { looks: shown.looks, ..stored };
        if shown != stored {
            wrong.push(format!("the page is told {shown:?}, stored is {stored:?}"));
        }
    }
}
