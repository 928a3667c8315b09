//! Three books, and what people were told: they must tell the same (P1 to P4 of `reliability/` 4.2).
//!
//! At rest only: nothing under way, no message waiting.

use std::collections::{BTreeMap, BTreeSet};

use crate::books::{Held, Payment, Stored};
use crate::merchant::Heard;
use crate::promises::Told;

/// What a comparison brought.
#[derive(Clone, Debug)]
pub struct Found {
    /// How much there was, in one line.
    pub told: String,
    /// Every difference, as a sentence.
    pub wrong: Vec<String>,
}

/// Compares the server's database, the sandbox's book, what the merchant received, and what people were told.
pub fn compare(stored: &Stored, held: &[Held], heard: &Heard, told: &Told) -> Found {
    compare_those(stored, Some(held), Some(heard), told)
}

/// The same where one of the books does not exist: a channel without one, a merchant who does not listen.
pub fn compare_those(
    stored: &Stored,
    held: Option<&[Held]>,
    heard: Option<&Heard>,
    told: &Told,
) -> Found {
    let mut wrong = Vec::new();
    counted(stored, &mut wrong);
    if let Some(held) = held {
        money(stored, held, &mut wrong);
    }
    if let Some(heard) = heard {
        messages(stored, heard, &mut wrong);
    }
    promises(stored, told, &mut wrong);
    let messages = heard.map_or(&[][..], |heard| &heard.messages);
    let of_role = |role: &str| stored.payments.values().filter(|p| p.role == role).count();
    let distinct: BTreeSet<&str> = messages.iter().map(|one| one.id.as_str()).collect();
    let told = format!(
        "{} payments, {} accepted, {} given back, {} messages, {} of them came again, {} wrong",
        stored.payments.len(),
        of_role("ACCEPTED"),
        of_role("SURPLUS"),
        distinct.len(),
        messages.len() - distinct.len(),
        wrong.len()
    );
    Found { told, wrong }
}

fn accepted(stored: &Stored) -> BTreeMap<&str, usize> {
    let accepted = stored.payments.values().filter(|payment| payment.role == "ACCEPTED");
    accepted.fold(BTreeMap::new(), |mut count, payment| {
        *count.entry(payment.order.as_str()).or_default() += 1;
        count
    })
}

/// Nobody pays an order twice.
fn counted(stored: &Stored, wrong: &mut Vec<String>) {
    let twice = accepted(stored).into_iter().filter(|(_, count)| *count > 1);
    wrong.extend(twice.map(|(order, count)| format!("{order} is paid {count} times")));
}

/// P1 and P2: what counts is held in full, everything else is back; nobody knows a payment that the other does not.
fn money(stored: &Stored, held: &[Held], wrong: &mut Vec<String>) {
    let mut missing: BTreeSet<&str> =
        stored.payments.values().filter(|p| p.role != "NONE").map(|p| p.request.as_str()).collect();
    missing.retain(|request| !stored.assigned.contains(*request));
    let mut strays = stored.strays.clone();
    for row in held {
        missing.remove(row.request.as_str());
        let stray = strays.iter().position(|amount| *amount == row.captured);
        match (stored.payments.get(&row.request), stray) {
            (Some(payment), _) => wrong.extend(differs(payment, row)),
            // A transfer that names nobody: the bank gives it a number of its own.
            (None, Some(known)) if row.request.starts_with("NONE") => {
                strays.swap_remove(known);
            }
            (None, _) => wrong.push(format!("only the sandbox knows {}", row.request)),
        }
    }
    wrong.extend(missing.into_iter().map(|id| format!("only the server knows {id} as paid")));
    wrong
        .extend(strays.iter().map(|amount| format!("only the server knows that {amount} came in")));
}

fn differs(payment: &Payment, row: &Held) -> Option<String> {
    let keeps = match payment.role.as_str() {
        "ACCEPTED" => payment.got - payment.returned,
        "SURPLUS" => payment.by_hand,
        _ => 0,
    };
    let holds = row.captured - row.returned;
    let is_same = holds == keeps && (payment.role == "NONE" || row.captured == payment.got);
    (!is_same).then(|| {
        format!(
            "{} {}: the sandbox took {} and holds {holds}, the server says {} and {keeps}",
            payment.request, payment.role, row.captured, payment.got
        )
    })
}

/// P3: one success for each paid order, under one id however often it came, and none for any other; what was sent came, what
/// came was sent, all of it signed; and the newest word that the merchant has of an order is the server's.
fn messages(stored: &Stored, heard: &Heard, wrong: &mut Vec<String>) {
    let (mut ids, mut successes) = (BTreeSet::new(), BTreeMap::<String, BTreeSet<&str>>::new());
    let mut newest = BTreeMap::<String, (u64, String)>::new();
    for message in &heard.messages {
        if !message.is_signed(&heard.secrets) {
            wrong.push(format!("the message {} is not signed by anybody known", message.id));
        }
        ids.insert(message.id.as_str());
        let body = message.body();
        let text = |name: &str| body["data"][name].as_str().unwrap_or_default().to_owned();
        if body["type"] == "PAYMENT.SUCCESS" {
            successes.entry(text("trans_id")).or_default().insert(&message.id);
        }
        let seq = body["data"]["seq"].as_u64().unwrap_or_default();
        let known = newest.entry(text("session_id")).or_default();
        if seq >= known.0 {
            *known = (seq, text("session_status"));
        }
        let need_not_be_there = body["type"] == "WEBHOOK.TEST" || stored.has_forgotten;
        if !need_not_be_there && !stored.messages.contains_key(&message.id) {
            wrong.push(format!("the server never wrote the message {}", message.id));
        }
    }
    let forged = heard.refused.iter().filter(|message| !ids.contains(message.id.as_str()));
    wrong.extend(forged.map(|message| format!("{} was never signed by anybody known", message.id)));
    let lost = stored.messages.iter().filter(|(id, states)| {
        states.iter().any(|state| state == "DONE") && !ids.contains(id.as_str())
    });
    wrong.extend(lost.map(|(id, _)| format!("{id} counts as delivered and never came")));
    the_paid(stored, &successes, &newest, wrong);
}

fn the_paid(
    stored: &Stored,
    successes: &BTreeMap<String, BTreeSet<&str>>,
    newest: &BTreeMap<String, (u64, String)>,
    wrong: &mut Vec<String>,
) {
    let accepted = accepted(stored);
    for order in accepted.keys().filter(|order| !successes.contains_key(**order)) {
        wrong.push(format!("{order} is paid, and the merchant does not know"));
    }
    for (order, ids) in successes {
        if ids.len() != accepted.get(order.as_str()).copied().unwrap_or(0) {
            wrong.push(format!("{} different messages say that {order} is paid", ids.len()));
        }
    }
    for (session, (_, status)) in newest {
        let state = stored.sessions.get(session).map(|(_, state)| state.as_str());
        if (state == Some("PAID")) != (status == "SUCCESS") && !session.is_empty() {
            wrong.push(format!("{session}: the merchant last heard {status}, it is {state:?}"));
        }
    }
}

/// P4: every 2xx is still true, and no payer has paid for nothing.
fn promises(stored: &Stored, told: &Told, wrong: &mut Vec<String>) {
    let state = |id: &str| stored.sessions.get(id).map(|(_, state)| state.as_str());
    for (order, ids) in &told.sessions {
        let lost = ids.iter().filter(|id| state(id).is_none());
        wrong.extend(lost.map(|id| format!("the session {id} of {order} is lost")));
        let there = stored.sessions.values().filter(|(of, _)| of == order).count();
        if there != 1 {
            wrong.push(format!("{order} has {there} sessions"));
        }
    }
    // Channels may know a payment by another number than people.
    let by_id: BTreeMap<&str, &Payment> =
        stored.payments.values().map(|payment| (payment.id.as_str(), payment)).collect();
    let lost = told.payments.iter().filter(|id| !by_id.contains_key(id.as_str()));
    wrong.extend(lost.map(|id| format!("the transaction {id} is lost")));
    for id in told.paid.iter().filter(|id| state(id) != Some("PAID")) {
        wrong.push(format!("the session {id} was shown as paid, and is {:?}", state(id)));
    }
    for id in &told.taken {
        if by_id.get(id.as_str()).is_none_or(|payment| state(&payment.session) != Some("PAID")) {
            wrong.push(format!("{id} was paid at the wallet, and its order is not"));
        }
    }
    for (own, ids) in &told.refunds {
        let is_kept = |id: &String| stored.refunds.get(id).is_some_and(|(of, _)| of == own);
        if ids.len() != 1 || !ids.iter().all(is_kept) {
            wrong.push(format!("the refund {own} was told as {ids:?}"));
        }
    }
}

#[cfg(test)]
mod tests;
