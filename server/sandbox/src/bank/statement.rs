//! `POST /v1/statement`: what came in under one reference.

use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Bank, CALLS, code, credit, numbered, slip};
use crate::book::Unwritten;
use crate::channel::{Headers, Name, Signed};
use crate::gate::{self, Heard, Play, Said, Spoken, Voice};
use crate::ledger::{Key, Ledger, Payment, Status};
use crate::notices::amount_told;
use crate::world::World;

#[derive(Deserialize)]
struct Question {
    account: String,
    reference: String,
    notify_url: Option<String>,
}

/// Answers the question with this id.
struct Answer<'a> {
    bank: &'a Bank,
    id: &'a str,
    now: i64,
}

impl Voice for Answer<'_> {
    fn headers(&self, said: &Said, signed: Signed) -> Headers {
        self.bank.secret.headers(self.id, &said.body, signed, self.now)
    }

    fn unknown(&self) -> Said {
        Said { status: StatusCode::SERVICE_UNAVAILABLE, body: String::new() }
    }
}

pub(super) async fn hear(world: &World, bank: &Bank, heard: &Heard) -> Spoken {
    let now = world.clock.now();
    let voice = Answer { bank, id: heard.header("webhook-id"), now };
    let refused = |status| gate::say(&voice, &Said { status, body: String::new() }, Signed::Well);
    if !bank.secret.is_right(heard, now) {
        return refused(StatusCode::UNAUTHORIZED);
    }
    let Ok(question) = serde_json::from_slice::<Question>(&heard.body) else {
        return refused(StatusCode::BAD_REQUEST);
    };
    if !code::keeps(&question.account) && question.account != slip::ACCOUNT {
        return refused(StatusCode::NOT_FOUND);
    }
    if let Some(url) = &question.notify_url {
        bank.tell_at(&question.account, url);
    }
    let key = Key::new(Name::Bank, &question.reference);
    Play { world, voice: &voice, call: &CALLS[0], key: &key }.run(told(world, &question)).await
}

async fn told(world: &World, question: &Question) -> Result<Said, Unwritten> {
    let now = world.clock.now();
    let credits = world.decide(|desk| {
        let credits = of(&desk.ledger, &question.reference);
        let booked = credits.filter(|credit| credit.status(now) == Status::Paid);
        booked
            .filter_map(|paid| credit(paid, &amount_told(world, &paid.opened, &CALLS[0])))
            .collect()
    });
    let credits: Vec<Value> = credits.await?;
    let body = json!({
        "account": question.account,
        "reference": question.reference,
        "credits": credits,
    });
    Ok(Said { status: StatusCode::OK, body: body.to_string() })
}

/// Every transfer under the reference, in the order in which they came.
fn of<'a>(ledger: &'a Ledger, reference: &str) -> impl Iterator<Item = &'a Payment> {
    let key = move |number| Key::new(Name::Bank, numbered(reference, number));
    (1..).map_while(move |number| ledger.payment(&key(number)))
}
