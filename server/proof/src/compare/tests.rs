//! Each difference between the books, planted alone, and the sentence that names it.

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::{Found, compare};
use crate::books::{Held, Payment, Stored};
use crate::merchant::{Heard, Message, SECRET};
use crate::promises::Told;

struct Books {
    stored: Stored,
    held: Vec<Held>,
    heard: Heard,
    told: Told,
}

fn message(id: &str, kind: &str, order: &str, seq: u64, session_status: &str) -> Message {
    let data = json!({ "trans_id": order, "session_id": format!("S{order}"), "seq": seq, "session_status": session_status });
    let raw = json!({ "type": kind, "data": data }).to_string();
    let key = STANDARD.decode(SECRET.trim_start_matches("whsec_")).unwrap();
    let key = hmac::Key::new(hmac::HMAC_SHA256, &key);
    let mac = hmac::sign(&key, format!("{id}.1.{raw}").as_bytes());
    let signature = format!("v1,{}", STANDARD.encode(mac.as_ref()));
    Message { path: "/hook".into(), id: id.into(), timestamp: "1".into(), signature, raw }
}

fn payment(request: &str, order: &str, role: &str, returned: i64) -> Payment {
    Payment {
        id: request.into(),
        request: request.into(),
        order: order.into(),
        session: format!("S{order}"),
        role: role.into(),
        currency: "PHP".into(),
        got: if role == "NONE" { 0 } else { 800 },
        returned,
        by_hand: 0,
        left: 0,
    }
}

fn held(request: &str, captured: i64, returned: i64) -> Held {
    Held { request: request.into(), captured, returned }
}

/// Order `a` is paid and partly refunded, and was paid a second time; nobody paid `b`.
fn right() -> Books {
    let payments = [
        payment("p1", "a", "ACCEPTED", 300),
        payment("p2", "a", "SURPLUS", 800),
        payment("p3", "b", "NONE", 0),
    ];
    let session = |order: &str, state: &str| (format!("S{order}"), (order.into(), state.into()));
    let mut told = Told::default();
    told.sessions.insert("a".into(), ["Sa".to_owned()].into());
    told.payments.insert("p1".into());
    told.paid.insert("Sa".into());
    told.taken.insert("p2".into());
    told.refunds.insert("r".into(), ["R1".to_owned()].into());
    let sent = ["m1", "m2", "m3"].map(|id| (id.to_owned(), vec!["DONE".to_owned()]));
    let stored = Stored {
        payments: payments.map(|payment| (payment.request.clone(), payment)).into(),
        sessions: [session("a", "PAID"), session("b", "CANCELLED")].into(),
        refunds: [("R1".into(), ("r".into(), "SUCCESS".into()))].into(),
        messages: sent.into(),
        has_forgotten: false,
        strays: vec![700],
        assigned: std::collections::BTreeSet::new(),
    };
    let messages = vec![
        message("m1", "PAYMENT.SUCCESS", "a", 4, "SUCCESS"),
        message("m1", "PAYMENT.SUCCESS", "a", 4, "SUCCESS"),
        message("m2", "PAYMENT.REVERSED", "a", 6, "SUCCESS"),
        message("m3", "PAYMENT.CANCELED", "b", 3, "CANCELLED"),
    ];
    Books {
        stored,
        held: vec![
            held("p1", 800, 300),
            held("p2", 800, 800),
            held("p3", 0, 0),
            held("NONE7", 700, 0),
        ],
        heard: Heard { messages, refused: Vec::new(), secrets: vec![SECRET.into()] },
        told,
    }
}

fn judge(change: impl FnOnce(&mut Books)) -> Found {
    let mut books = right();
    change(&mut books);
    compare(&books.stored, &books.held, &books.heard, &books.told)
}

#[track_caller]
fn names(sentence: &str, change: impl FnOnce(&mut Books)) {
    let found = judge(change);
    assert!(found.wrong.iter().any(|one| one.contains(sentence)), "{:?}", found.wrong);
}

#[test]
fn books_that_tell_the_same_are_right() {
    let found = judge(|_| {});
    assert_eq!(found.wrong, Vec::<String>::new());
    assert_eq!(
        found.told,
        "3 payments, 1 accepted, 1 given back, 3 messages, 1 of them came again, 0 wrong"
    );
}

#[test]
fn money_that_is_held_by_mistake_is_found() {
    names("the sandbox took 800 and holds 800", |b| b.held[1].returned = 0);
    names("holds 500, the server says 800 and 0", |b| {
        b.stored.payments.get_mut("p2").unwrap().returned = 300;
        b.held[1].returned = 300;
    });
    names("took 800 and holds 800, the server says 0 and 0", |b| b.held[2].captured = 800);
    names("took 700", |b| {
        b.held[0].captured = 700;
        b.held[0].returned = 200;
    });
}

#[test]
fn payments_that_only_one_side_knows_are_found() {
    names("only the sandbox knows px", |b| b.held.push(held("px", 0, 0)));
    names("only the sandbox knows px", |b| b.held[3].request = "px".into());
    names("only the sandbox knows NONE7", |b| b.stored.strays.clear());
    names("only the server knows that 700 came in", |b| drop(b.held.pop()));
    names("only the server knows p1 as paid", |b| drop(b.held.remove(0)));
}

#[test]
fn an_order_that_is_paid_twice_is_found() {
    names("a is paid 2 times", |b| {
        b.stored.payments.get_mut("p2").unwrap().role = "ACCEPTED".into();
    });
}

#[test]
fn messages_that_are_lost_forged_invented_or_doubled_are_found() {
    names("m1 counts as delivered and never came", |b| {
        b.heard.messages.retain(|message| message.id != "m1");
    });
    names("a is paid, and the merchant does not know", |b| {
        b.heard.messages.retain(|message| message.id != "m1");
    });
    names("m3 is not signed", |b| b.heard.messages[3].raw.push(' '));
    names("mx was never signed by anybody known", |b| {
        b.heard.refused.push(message("mx", "PAYMENT.SUCCESS", "a", 4, "SUCCESS"));
    });
    names("never wrote the message m2", |b| drop(b.stored.messages.remove("m2")));
    names("2 different messages say that a is paid", |b| {
        b.heard.messages.push(message("m9", "PAYMENT.SUCCESS", "a", 9, "SUCCESS"));
    });
    names("1 different messages say that b is paid", |b| {
        b.heard.messages.push(message("m9", "PAYMENT.SUCCESS", "b", 9, "SUCCESS"));
    });
    names("Sb: the merchant last heard SUCCESS", |b| {
        b.heard.messages.push(message("m9", "PAYMENT.REVERSED", "b", 9, "SUCCESS"));
    });
}

#[test]
fn promises_that_are_broken_are_found() {
    names("the session Sx of a is lost", |b| {
        b.told.sessions.insert("a".into(), ["Sx".to_owned()].into());
    });
    names("c has 0 sessions", |b| drop(b.told.sessions.insert("c".into(), Default::default())));
    names("the transaction p9 is lost", |b| _ = b.told.payments.insert("p9".into()));
    names("Sb was shown as paid", |b| _ = b.told.paid.insert("Sb".into()));
    names("p3 was paid at the wallet", |b| _ = b.told.taken.insert("p3".into()));
    names("the refund r was told as", |b| {
        b.told.refunds.insert("r".into(), ["R1".to_owned(), "R2".to_owned()].into());
    });
}
