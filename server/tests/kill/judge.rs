//! Three books, and what people were told: they must tell the same.

use std::collections::{BTreeMap, BTreeSet};

use super::merchant::Merchant;
use super::server::Server;
use super::shopper::Seen;

pub struct Found {
    pub told: String,
    pub wrong: Vec<String>,
}

/// A payment as the server stores it.
struct Stored {
    trans_id: String,
    session: String,
    role: String,
    amount: i64,
    returned: i64,
}

pub async fn judge(server: &Server, merchant: &Merchant, seen: &Seen) -> Found {
    let payments = payments(server).await;
    let mut wrong = Vec::new();
    let accepted: BTreeMap<&str, usize> =
        payments.values().filter(|p| p.role == "ACCEPTED").fold(BTreeMap::new(), |mut count, p| {
            *count.entry(p.trans_id.as_str()).or_default() += 1;
            count
        });
    the_money(server, &payments, &mut wrong).await;
    the_promises(server, &payments, seen, &mut wrong).await;
    the_messages(merchant, &accepted, &mut wrong);
    wrong.extend(
        accepted
            .iter()
            .filter(|(_, count)| **count > 1)
            .map(|(order, _)| format!("{order} is paid twice")),
    );
    let back = payments.values().filter(|p| p.role == "SURPLUS").count();
    let again: u64 =
        merchant.kept.lock().unwrap().messages.values().map(|(.., count)| count - 1).sum();
    let told = format!(
        "{} payments, {} accepted, {back} given back, {again} messages came again, {} wrong",
        payments.len(),
        accepted.len(),
        wrong.len()
    );
    Found { told, wrong }
}

async fn payments(server: &Server) -> BTreeMap<String, Stored> {
    let rows: Vec<(String, String, String, String, i64, i64)> = server
        .store()
        .await
        .read()
        .await
        .unwrap()
        .sql(
            "select p.request_id, p.trans_id, p.session_id, p.role, p.amount,
                    cast(coalesce(sum(case when r.state = 'SUCCESS' then r.amount else 0 end), 0) as bigint)
               from payment p left join reversal r on r.payment_id = p.payment_id
              group by p.request_id, p.trans_id, p.session_id, p.role, p.amount",
        )
        .all()
        .await
        .unwrap();
    let stored = |(request, trans_id, session, role, amount, returned)| {
        (request, Stored { trans_id, session, role, amount, returned })
    };
    rows.into_iter().map(stored).collect()
}

/// The sandbox's book: what counts is held in full, everything else is back.
async fn the_money(server: &Server, payments: &BTreeMap<String, Stored>, wrong: &mut Vec<String>) {
    for row in server.book().await {
        let request = row["paymentRequestId"].as_str().unwrap_or_default();
        let number = |name: &str| row[name].as_i64().unwrap_or_default();
        let held = number("captured") - number("refunded") - number("cancelled_after_capture");
        let Some(stored) = payments.get(request) else {
            wrong.push(format!("only the sandbox knows {request}"));
            continue;
        };
        let should = if stored.role == "ACCEPTED" { stored.amount - stored.returned } else { 0 };
        if held != should {
            wrong.push(format!("{request} {}: the sandbox holds {held}", stored.role));
        }
    }
}

/// Every 2xx is still true: sessions, transactions, "paid"; and no payer has paid for nothing.
async fn the_promises(
    server: &Server,
    payments: &BTreeMap<String, Stored>,
    seen: &Seen,
    wrong: &mut Vec<String>,
) {
    let sessions: Vec<(String, String, String)> = server
        .store()
        .await
        .read()
        .await
        .unwrap()
        .sql("select session_id, trans_id, state from session")
        .all()
        .await
        .unwrap();
    let state = |id: &str| {
        sessions.iter().find(|(session, ..)| session == id).map(|(.., state)| state.as_str())
    };
    for (trans_id, id) in seen.sessions.lock().unwrap().iter() {
        if state(id).is_none() {
            wrong.push(format!("the session {id} of {trans_id} is lost"));
        }
    }
    for id in seen.payments.lock().unwrap().iter().filter(|id| !payments.contains_key(*id)) {
        wrong.push(format!("the transaction {id} is lost"));
    }
    for id in seen.paid.lock().unwrap().iter().filter(|id| state(id) != Some("PAID")) {
        wrong.push(format!("the session {id} was shown as paid, and is {:?}", state(id)));
    }
    for id in seen.taken.lock().unwrap().iter() {
        if payments.get(id).is_none_or(|stored| state(&stored.session) != Some("PAID")) {
            wrong.push(format!("{id} was paid at the wallet, and its order is not"));
        }
    }
    let orders: BTreeSet<&String> = sessions.iter().map(|(_, order, _)| order).collect();
    if orders.len() != sessions.len() {
        wrong.push(format!("{} sessions for {} orders", sessions.len(), orders.len()));
    }
}

/// One success for each paid order, under one id however often it came, and none for any other.
fn the_messages(merchant: &Merchant, accepted: &BTreeMap<&str, usize>, wrong: &mut Vec<String>) {
    let kept = merchant.kept.lock().unwrap();
    let mut told: BTreeMap<&str, usize> = BTreeMap::new();
    for (trans_id, kind, _) in kept.messages.values() {
        if kind == "PAYMENT.SUCCESS" {
            *told.entry(trans_id).or_default() += 1;
        }
    }
    if told != *accepted {
        wrong.push(format!(
            "{} orders are paid, the merchant heard of {}",
            accepted.len(),
            told.len()
        ));
    }
    if kept.forged > 0 {
        wrong.push(format!("{} messages are not signed", kept.forged));
    }
}
