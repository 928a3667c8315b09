//! The gateway's side of Florin's own protocol for acquirers (`docs/acquirer-protocol.md`), twice: an operator of digital RMB, and an acquirer
//! with terminals at its merchants' counters.
//!
//! Both hear the same calls at the same addresses, and know a merchant by its key. Who is speaking is checked before anything is read;
//! [`crate::gate`] gives the faults their chance.

mod payments;
mod refunds;
mod signature;
mod terminals;
mod wire;

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Extension, Router};
use serde_json::{Value, json};
use url::Url;

use self::signature::{Head, Keys};
use self::wire::Verdict;
use crate::book::Unwritten;
use crate::channel::{Channel, Headers, Name, Refused, Signed, Told};
use crate::clock::Clock;
use crate::connection::Cord;
use crate::faults::{Call, Fault, Kind};
use crate::gate::{self, Heard, Play, Said, Spoken, Voice};
use crate::ledger::{Key, Line, Payment, Refund};
use crate::money::Money;
use crate::world::World;

static CALLS: [Call; 6] = [
    Call::new("pay", Kind::Pay),
    Call::with_amount("query", Kind::Query),
    Call::new("close", Kind::Cancel),
    Call::new("refund", Kind::Refund),
    Call::new("refundQuery", Kind::RefundQuery),
    Call::with_amount("notification", Kind::Notification),
];

/// Where each call is, in the order of [`CALLS`].
const PATHS: [&str; 5] = [
    "/florin/v1/payments",
    "/florin/v1/payments/query",
    "/florin/v1/payments/close",
    "/florin/v1/refunds",
    "/florin/v1/refunds/query",
];

/// One of the two, with its keys.
#[derive(Clone)]
pub(crate) struct Acquirer {
    name: Name,
    keys: Keys,
}

impl Acquirer {
    pub(crate) fn load(name: Name) -> anyhow::Result<Acquirer> {
        Ok(Acquirer { name, keys: Keys::load()? })
    }
}

/// How this one is called in the ids of keys.
fn short(name: Name) -> &'static str {
    if name == Name::Ecny { "ecny" } else { "pos" }
}

/// Its one merchant.
fn merchant(name: Name) -> String {
    format!("SANDBOX_{}", short(name).to_ascii_uppercase())
}

impl Channel for Acquirer {
    fn name(&self) -> Name {
        self.name
    }

    fn calls(&self) -> &'static [Call] {
        &CALLS
    }

    fn own_faults(&self) -> &'static [Fault] {
        &[Fault::PayRefused]
    }

    /// The calls are one table for both; only one of them has terminals.
    fn routes(&self) -> Router<Arc<World>> {
        match self.name {
            Name::Ecny => Router::new()
                .route("/florin/v1/{*rest}", post(receive))
                .layer(Extension(self.keys.clone())),
            _ => terminals::routes(),
        }
    }

    fn read_code(&self, _: &str) -> Option<String> {
        None
    }

    fn payment_code(&self, _: bool) -> Option<&'static str> {
        None
    }

    fn title(&self, _: &Payment) -> &'static str {
        if self.name == Name::Ecny { "e-CNY" } else { "Card terminal" }
    }

    /// At a terminal another card may be tried.
    fn refused_by_payer(&self, _: &Payment) -> Refused {
        if self.name == Name::Ecny { Refused::Fails } else { Refused::StaysOpen }
    }

    fn notice(&self, payment: &Payment, amount: &Money, told: Told, now: i64) -> Option<String> {
        let mut object = payments::object(None, payment, amount, now);
        let state = match told {
            // Told before or while the bank confirms: what came first.
            Told::Pending if payment.captured.is_some() => "CONFIRMING",
            Told::Pending => payments::state(payment, now),
            Told::Paid => "PAID",
            Told::Failed => "FAILED",
        };
        object["state"] = state.into();
        Some(json!({ "payment": object }).to_string())
    }

    fn refund_notice(&self, payment: &Payment, refund: &Refund, now: i64) -> Option<String> {
        Some(json!({ "refund": refunds::object(payment, refund, now) }).to_string())
    }

    fn notice_headers(&self, url: &Url, body: &str, signed: Signed, now: i64) -> Headers {
        let id = signature::message_id(body);
        let head = Head { what: "POST", path: url.path(), id: &id };
        self.keys.headers(self.name, &head, body, signed, now)
    }

    fn is_acknowledged(&self, status: StatusCode, _: &[u8]) -> bool {
        status.is_success()
    }

    fn pauses_ms(&self) -> &'static [u64] {
        &[2_000, 5_000, 15_000, 60_000, 120_000, 300_000, 600_000]
    }
}

/// Answers the question of this id at this path.
struct Answer<'a> {
    keys: &'a Keys,
    name: Name,
    path: &'a str,
    id: &'a str,
    clock: &'a Clock,
}

impl Voice for Answer<'_> {
    fn headers(&self, said: &Said, signed: Signed) -> Headers {
        let status = said.status.as_str();
        let head = Head { what: status, path: self.path, id: self.id };
        self.keys.headers(self.name, &head, &said.body, signed, self.clock.now())
    }

    fn unknown(&self) -> Said {
        Said { status: StatusCode::SERVICE_UNAVAILABLE, body: String::new() }
    }
}

async fn receive(
    State(world): State<Arc<World>>,
    Extension(keys): Extension<Keys>,
    ConnectInfo(cord): ConnectInfo<Cord>,
    uri: Uri,
    method: Method,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let heard = Heard { uri, method, headers, body };
    gate::receive(cord, async move { hear(&world, &keys, &heard).await }).await
}

/// Whoever is not known is answered without a signature: there is nobody to sign for.
async fn hear(world: &World, keys: &Keys, heard: &Heard) -> Spoken {
    let now = world.clock.now();
    let Some(name) = keys.whose(heard, now) else {
        return Spoken::Answer(StatusCode::UNAUTHORIZED.into_response());
    };
    let id = heard.header("florin-id");
    let voice = Answer { keys, name, path: heard.path(), id, clock: &world.clock };
    let refuse = |verdict: Verdict| gate::say(&voice, &verdict.said(), Signed::Well);
    let call = CALLS.iter().zip(PATHS).find(|(_, path)| *path == heard.path());
    let (Some((call, _)), Ok(asked)) = (call, serde_json::from_slice::<Value>(&heard.body)) else {
        return refuse(Verdict::malformed("there is no such call, or it is no JSON"));
    };
    if asked["merchant"] != merchant(name) {
        return refuse(Verdict::refused("WRONG_MERCHANT", "the key is another merchant's"));
    }
    let key = Key::new(name, asked["number"].as_str().unwrap_or_default());
    if call.kind == Kind::Pay {
        world.note(Line::Arrived { key: key.clone(), at_ms: now });
    }
    Play { world, voice: &voice, call, key: &key }.run(perform(world, call, &key, &asked)).await
}

async fn perform(world: &World, call: &Call, key: &Key, asked: &Value) -> Result<Said, Unwritten> {
    let answer = match call.kind {
        Kind::Pay => payments::open(world, key, asked).await?,
        Kind::Cancel => payments::close(world, key).await?,
        Kind::Refund => refunds::refund(world, key, asked).await?,
        Kind::RefundQuery => refunds::query(world, key, asked).await?,
        Kind::Query | Kind::Notification | Kind::Other => payments::query(world, key).await?,
    };
    Ok(answer.unwrap_or_else(|verdict| verdict.said()))
}
