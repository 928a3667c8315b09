//! Antom's side of its protocol: one gate that every call goes through, and one file a call.
//!
//! Who is speaking is checked before anything is read; [`crate::gate`] gives the faults their chance and signs what is answered.

mod admit;
mod calls;
mod cancel;
mod consult;
mod in_store;
mod inquire;
mod methods;
mod notices;
mod numbers;
mod pay;
mod refund;
mod signature;
mod speak;
mod verdict;
mod wire;

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::Response;
use axum::routing::any;
use axum::{Extension, Router};
use serde_json::Value;
use url::Url;

use self::signature::Keys;
use self::speak::AntomVoice;
use self::verdict::Verdict;
use crate::book::Unwritten;
use crate::channel::{Channel, Name, Refused, Signed, Told};
use crate::clock;
use crate::connection::Cord;
use crate::faults::{Call, Fault, Kind};
use crate::gate::{self, Heard, Play, Said, Spoken};
use crate::ledger::{Key, Line, Payment, Refund};
use crate::money::Money;
use crate::world::World;

/// Antom, with its keys.
#[derive(Clone)]
pub(crate) struct Antom {
    keys: Keys,
}

impl Antom {
    pub(crate) fn load() -> anyhow::Result<Antom> {
        Ok(Antom { keys: Keys::load()? })
    }
}

impl Channel for Antom {
    fn name(&self) -> Name {
        Name::Antom
    }

    fn calls(&self) -> &'static [Call] {
        &calls::CALLS
    }

    fn own_faults(&self) -> &'static [Fault] {
        &[]
    }

    fn routes(&self) -> Router<Arc<World>> {
        Router::new().route("/ams/{*rest}", any(receive)).layer(Extension(self.clone()))
    }

    /// Its codes are addresses of the wallet, or plain digits.
    fn read_code(&self, _: &str) -> Option<String> {
        None
    }

    fn payment_code(&self, at_once: bool) -> Option<&'static str> {
        Some(if at_once { in_store::AT_ONCE } else { in_store::BY_PASSWORD })
    }

    fn title(&self, payment: &Payment) -> &'static str {
        methods::Method::find(&payment.opened.method).map_or("Wallet", |method| method.title)
    }

    fn refused_by_payer(&self, _: &Payment) -> Refused {
        Refused::Fails
    }

    fn notice(&self, payment: &Payment, amount: &Money, told: Told) -> Option<String> {
        Some(notices::payment(payment, amount, told).to_string())
    }

    fn refund_notice(&self, payment: &Payment, refund: &Refund) -> String {
        notices::refund(payment, refund).to_string()
    }

    fn notice_headers(&self, url: &Url, body: &str, signed: Signed) -> Vec<(&'static str, String)> {
        speak::notice_headers(&self.keys, url, body, signed)
    }

    fn is_acknowledged(&self, status: StatusCode, body: &[u8]) -> bool {
        notices::is_acknowledged(status, body)
    }

    fn pauses_ms(&self) -> &'static [u64] {
        &notices::PAUSES_MS
    }
}

async fn receive(
    State(world): State<Arc<World>>,
    Extension(antom): Extension<Antom>,
    ConnectInfo(cord): ConnectInfo<Cord>,
    uri: Uri,
    method: Method,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let heard = Heard { uri, method, headers, body };
    gate::receive(cord, async move { hear(&world, &antom.keys, &heard).await }).await
}

async fn hear(world: &World, keys: &Keys, heard: &Heard) -> Spoken {
    let voice = AntomVoice { keys, path: heard.path() };
    match admit::admit(keys, heard) {
        Err(verdict) => gate::say(&voice, &speak::said(&verdict.alone()), Signed::Well),
        Ok((call, ask)) => {
            let key = subject(world, &ask);
            if call.kind == Kind::Pay {
                world.note(Line::Arrived { key: key.clone(), at_ms: clock::now() });
            }
            Play { world, voice: &voice, call, key: &key }.run(perform(world, call, heard)).await
        }
    }
}

/// The payment that a call is about, whichever of its numbers it names.
fn subject(world: &World, ask: &Value) -> Key {
    let text = |key: &str| ask.get(key).and_then(Value::as_str);
    if let Some(request) = text("paymentRequestId") {
        return Key::new(Name::Antom, request);
    }
    world.glance(|ledger| {
        let by_payment = text("paymentId").and_then(|id| ledger.by_payment_id(Name::Antom, id));
        let number = text("refundRequestId").or_else(|| text("refundId"));
        let refund = |number| ledger.refund(Name::Antom, number);
        let by_refund = || number.and_then(refund).map(|(of, _)| of);
        let payment = by_payment.or_else(by_refund);
        payment.map_or_else(|| Key::new(Name::Antom, ""), |payment| payment.opened.key.clone())
    })
}

async fn perform(world: &World, call: &Call, heard: &Heard) -> Result<Said, Unwritten> {
    let body = &heard.body;
    let answer = match call.name {
        "pay" => pay::pay(world, body).await?,
        "inquiryPayment" => inquire::payment(world, body).await?,
        "cancel" => cancel::cancel(world, body).await?,
        "refund" => refund::refund(world, body).await?,
        "inquiryRefund" => refund::inquire(world, body).await?,
        "consult" => consult::consult(body),
        _ => Verdict::refused("NO_INTERFACE_DEF", "notifications go the other way").alone(),
    };
    Ok(speak::said(&answer))
}

/// Why a payment failed, in Antom's codes, which are the book's words too.
fn reason(payment: &Payment) -> &str {
    payment.declined_for.as_deref().unwrap_or("ORDER_IS_CLOSED")
}
