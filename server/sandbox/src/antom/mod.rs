//! Antom's side of its protocol: one gate that every call goes through, and one file a call.
//!
//! The gate checks who is speaking before anything is read, gives the faults their chance before
//! and after the call has had its effect, and signs whatever is answered.

mod admit;
mod cancel;
mod consult;
mod in_store;
mod inquire;
mod methods;
pub(crate) mod notices;
mod numbers;
mod pay;
mod refund;
pub(crate) mod signature;
mod speak;
mod verdict;
mod wire;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use serde_json::Value;

pub(crate) use self::in_store::IN_STORE;
pub(crate) use self::methods::Method as PaymentMethod;
pub(crate) use self::numbers::{fresh_payment_code, spaced};

use self::speak::Voice;
use self::verdict::Verdict;
use crate::book::Unwritten;
use crate::clock;
use crate::connection::Cord;
use crate::faults::{Call, Fault, Hit, Moment, When};
use crate::ledger::Line;
use crate::world::World;

/// A request as it came in.
struct Heard {
    path: String,
    method: Method,
    headers: HeaderMap,
    body: Bytes,
}

/// What the caller gets.
enum Spoken {
    Answer(Response),
    /// Nothing at all: the connection ends.
    Silence,
}

pub(crate) fn routes() -> Router<Arc<World>> {
    Router::new().route("/ams/{*rest}", any(receive))
}

/// A caller who hangs up must not undo what has begun, so the work has a task of its own.
async fn receive(
    State(world): State<Arc<World>>,
    ConnectInfo(cord): ConnectInfo<Cord>,
    uri: Uri,
    method: Method,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let heard = Heard { path: uri.path().to_owned(), method, headers, body };
    match tokio::spawn(async move { hear(&world, &heard).await }).await {
        Ok(Spoken::Answer(response)) => response,
        Ok(Spoken::Silence) => {
            cord.cut();
            StatusCode::OK.into_response()
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

async fn hear(world: &World, heard: &Heard) -> Spoken {
    let voice = Voice { world, path: &heard.path };
    match admit::admit(world, heard) {
        Err(verdict) => voice.say(&verdict.alone()),
        Ok((call, ask)) => {
            let request = subject(world, &ask);
            if call == Call::Pay {
                let arrived = Line::Arrived { request: request.clone(), at_ms: clock::now() };
                world.note(arrived);
            }
            Play { world, voice, call, request: &request }.run(&heard.body).await
        }
    }
}

/// The payment that a call is about, whichever of its numbers it names.
fn subject(world: &World, ask: &Value) -> String {
    let text = |key: &str| ask.get(key).and_then(Value::as_str);
    if let Some(request) = text("paymentRequestId") {
        return request.to_owned();
    }
    world.glance(|ledger| {
        let by_payment = text("paymentId").and_then(|id| ledger.by_payment_id(id));
        let number = text("refundRequestId").or_else(|| text("refundId"));
        let by_refund = || number.and_then(|number| ledger.refund(number)).map(|(of, _)| of);
        let payment = by_payment.or_else(by_refund);
        payment.map(|payment| payment.opened.request.clone()).unwrap_or_default()
    })
}

/// One admitted call, with the faults that may befall it.
struct Play<'a> {
    world: &'a World,
    voice: Voice<'a>,
    call: Call,
    request: &'a str,
}

impl Play<'_> {
    async fn run(&self, body: &[u8]) -> Spoken {
        if let Some(spoken) = self.mishap(When::Before).await {
            return spoken;
        }
        let Ok(answer) = self.perform(body).await else {
            return speak::broken("the book cannot be written");
        };
        if let Some(spoken) = self.mishap(When::After).await {
            return spoken;
        }
        self.answer(&answer)
    }

    async fn perform(&self, body: &[u8]) -> Result<Value, Unwritten> {
        match self.call {
            Call::Pay => pay::pay(self.world, body).await,
            Call::InquiryPayment => inquire::payment(self.world, body).await,
            Call::Cancel => cancel::cancel(self.world, body).await,
            Call::Refund => refund::refund(self.world, body).await,
            Call::InquiryRefund => refund::inquire(self.world, body).await,
            Call::Consult => Ok(consult::consult(body)),
            Call::Notification => {
                Ok(Verdict::refused("NO_INTERFACE_DEF", "notifications go the other way").alone())
            }
        }
    }

    /// What goes wrong around the call, instead of its answer.
    async fn mishap(&self, when: When) -> Option<Spoken> {
        let struck = |fault| self.strikes(self.moment(fault).when(when));
        if let Some(late) = struck(Fault::Late) {
            tokio::time::sleep(Duration::from_millis(late.ms)).await;
        }
        if struck(Fault::ServerError).is_some() {
            return Some(speak::broken("the channel is out of order"));
        }
        if struck(Fault::LostReply).is_some() {
            return Some(Spoken::Silence);
        }
        struck(Fault::Unknown).map(|_| self.voice.say(&Verdict::unknown().alone()))
    }

    fn answer(&self, answer: &Value) -> Spoken {
        if self.strikes(self.moment(Fault::HalfBody)).is_some() {
            return self.voice.say_half(answer);
        }
        if self.strikes(self.moment(Fault::BadSignature)).is_some() {
            return self.voice.say_forged(answer);
        }
        self.voice.say(answer)
    }

    fn moment(&self, fault: Fault) -> Moment<'_> {
        Moment::of(fault, self.request).at(self.call)
    }

    fn strikes(&self, moment: Moment<'_>) -> Option<Hit> {
        self.world.strikes(&moment)
    }
}
