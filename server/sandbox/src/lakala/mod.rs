//! Lakala's side of its protocol (`protocols/lakala.md`), for one merchant: the cashier's orders, refunds, and the cashier itself.
//!
//! Who is speaking is checked before anything is read; [`crate::gate`] gives the faults their chance.

mod calls;
mod notices;
mod order;
mod refund;
mod signature;
mod wire;

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{ConnectInfo, Query, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Router};
use serde::Deserialize;
use serde_json::Value;
use url::Url;

use self::wire::Verdict;
use crate::book::Unwritten;
use crate::channel::{Channel, Headers, Name, Refused, Signed, Told};
use crate::clock::Clock;
use crate::connection::Cord;
use crate::faults::{Call, Fault, Kind};
use crate::gate::{self, Heard, Play, Said, Spoken, Voice};
use crate::keys::Pair;
use crate::ledger::{Key, Line, Payment, Refund};
use crate::money::Money;
use crate::world::World;

/// The application that this platform knows, the serial of its certificate, its merchant and the merchant's terminal.
const APPID: &str = "OP00000003";
const SERIAL: &str = "00dfba8194c41b84cf";
const MERCHANT: &str = "82229007392000A";
const TERMINAL: &str = "D0060389";
const CHANNEL_ID: &str = "15";

/// How the cashier's address names an order.
const IN_ADDRESS: &str = "merchantOrderNo=";

/// Lakala, with its keys.
#[derive(Clone)]
pub(crate) struct Lakala {
    keys: Pair,
}

impl Lakala {
    pub(crate) fn load() -> anyhow::Result<Lakala> {
        Ok(Lakala { keys: signature::load()? })
    }
}

impl Channel for Lakala {
    fn name(&self) -> Name {
        Name::Lakala
    }

    fn calls(&self) -> &'static [Call] {
        &calls::CALLS
    }

    fn own_faults(&self) -> &'static [Fault] {
        &[Fault::PayRefused]
    }

    fn routes(&self) -> Router<Arc<World>> {
        let calls = Router::new().route("/api/v3/{*rest}", post(receive));
        calls.layer(Extension(self.clone())).route("/b/pay", get(visit))
    }

    /// The address of the cashier.
    fn read_code(&self, text: &str) -> Option<String> {
        let (_, rest) = text.split_once(IN_ADDRESS)?;
        Some(rest.chars().take_while(char::is_ascii_digit).collect())
    }

    fn payment_code(&self, _: bool) -> Option<&'static str> {
        None
    }

    fn title(&self, _: &Payment) -> &'static str {
        "Lakala"
    }

    /// An order has one attempt, if its merchant did not ask for more.
    fn refused_by_payer(&self, payment: &Payment) -> Refused {
        if payment.opened.attach == order::REPEATS { Refused::StaysOpen } else { Refused::Fails }
    }

    fn notice(&self, payment: &Payment, amount: &Money, told: Told, now: i64) -> Option<String> {
        notices::payment(payment, amount, told, now)
    }

    fn refund_notice(&self, _: &Payment, _: &Refund, _: i64) -> Option<String> {
        None
    }

    fn notice_headers(&self, _: &Url, body: &str, signed: Signed, now: i64) -> Headers {
        let authorization = signature::authorization(&self.keys, body, signed, now);
        vec![
            ("content-type", "application/json;charset=UTF-8".into()),
            ("authorization", authorization),
        ]
    }

    fn is_acknowledged(&self, status: StatusCode, body: &[u8]) -> bool {
        let said: Value = serde_json::from_slice(body).unwrap_or_default();
        status == StatusCode::OK && said["code"] == "SUCCESS"
    }

    fn pauses_ms(&self) -> &'static [u64] {
        &notices::PAUSES_MS
    }
}

struct LakalaVoice<'a> {
    keys: &'a Pair,
    clock: &'a Clock,
}

impl Voice for LakalaVoice<'_> {
    fn headers(&self, said: &Said, signed: Signed) -> Headers {
        signature::headers(self.keys, &said.body, signed, self.clock.now())
    }

    fn unknown(&self) -> Said {
        said(&Verdict::unknown().answer(self.clock.now()))
    }
}

/// An answer is 200, whatever it says.
fn said(answer: &Value) -> Said {
    Said { status: StatusCode::OK, body: answer.to_string() }
}

async fn receive(
    State(world): State<Arc<World>>,
    Extension(lakala): Extension<Lakala>,
    ConnectInfo(cord): ConnectInfo<Cord>,
    uri: Uri,
    method: Method,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let heard = Heard { uri, method, headers, body };
    gate::receive(cord, async move { hear(&world, &lakala.keys, &heard).await }).await
}

/// Whoever is not known is answered without a signature: there is nobody to sign for.
async fn hear(world: &World, keys: &Pair, heard: &Heard) -> Spoken {
    if let Err(why) = signature::check(keys, heard.header("authorization"), &heard.body) {
        return Spoken::Answer((StatusCode::UNAUTHORIZED, why).into_response());
    }
    let voice = LakalaVoice { keys, clock: &world.clock };
    let now = world.clock.now();
    let refuse = |verdict: Verdict| gate::say(&voice, &said(&verdict.answer(now)), Signed::Well);
    let Some(call) = calls::at(heard.path()) else {
        return refuse(Verdict::illegal("there is no such call"));
    };
    let data = match wire::open(&heard.body) {
        Ok(data) => data,
        Err(verdict) => return refuse(verdict),
    };
    let key = subject(world, call, &data);
    if call.kind == Kind::Pay {
        world.note(Line::Arrived { key: key.clone(), at_ms: now });
    }
    Play { world, voice: &voice, call, key: &key }.run(perform(world, call, &data)).await
}

/// The payment that a call is about, whichever of its numbers it names.
fn subject(world: &World, call: &Call, data: &Value) -> Key {
    let text = |name: &str| data[name].as_str().unwrap_or_default();
    let of = |payment: Option<&Payment>| payment.map(|payment| payment.opened.key.clone());
    let found = world.glance(|ledger| match call.kind {
        Kind::Refund => of(ledger.by_payment_id(Name::Lakala, text("origin_trade_no"))),
        Kind::RefundQuery => {
            of(ledger.refund(Name::Lakala, text("out_refund_order_no")).map(|(payment, _)| payment))
        }
        _ => None,
    });
    found.unwrap_or_else(|| Key::new(Name::Lakala, text("out_order_no")))
}

async fn perform(world: &World, call: &Call, data: &Value) -> Result<Said, Unwritten> {
    let answer = match call.kind {
        Kind::Pay => order::create(world, data).await?,
        Kind::Cancel => order::close(world, data).await?,
        Kind::Refund => refund::refund(world, data).await?,
        Kind::RefundQuery => refund::query(world, data).await?,
        Kind::Query | Kind::Notification | Kind::Other => order::query(world, data).await?,
    };
    Ok(said(&answer))
}

#[derive(Deserialize)]
struct Visited {
    #[serde(rename = "merchantOrderNo", default)]
    order: String,
}

/// A payer's browser comes to the cashier: the wallet's page stands for whatever is picked there.
async fn visit(State(world): State<Arc<World>>, Query(visited): Query<Visited>) -> Response {
    let is_known = world.glance(|ledger| {
        ledger.by_code(&visited.order).is_some_and(|known| known.opened.key.channel == Name::Lakala)
    });
    if !is_known {
        return (StatusCode::NOT_FOUND, "Lakala knows of no such order").into_response();
    }
    let to = format!("/wallet?code={}&from=page", visited.order);
    (StatusCode::FOUND, [(header::LOCATION, to)]).into_response()
}
