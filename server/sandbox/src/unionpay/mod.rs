//! UnionPay's side of its ACP gateway (`protocols/unionpay-qr.md` 1 to 5), for one merchant: one gate, and one file a kind of
//! transaction. Who is speaking is checked before anything is read; [`crate::gate`] gives the faults their chance.
//!
//! A code that was applied for and that nobody has paid is no transaction: nobody finds it (`34`), and nobody can close it.

mod admit;
mod apply;
mod banks;
mod calls;
mod charge;
mod front;
mod notices;
mod query;
mod refund;
mod signature;
mod speak;
mod wire;

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::Response;
use axum::routing::post;
use axum::{Extension, Router};
use url::Url;

use self::admit::Asked;
use self::front::FrontVoice;
use self::signature::Keys;
use self::speak::UnionpayVoice;
use crate::book::Unwritten;
use crate::channel::{Channel, Headers, Name, Refused, Signed, Told};
use crate::connection::Cord;
use crate::faults::{Call, Fault, Kind};
use crate::gate::{self, Heard, Play, Said, Spoken, Voice};
use crate::ledger::{Key, Line, Payment, Refund};
use crate::money::Money;
use crate::world::World;

/// The merchant whom this gateway knows, and the serial of its certificate.
const MER_ID: &str = "777290058110048";
const CERT_ID: &str = "68759663125";

/// UnionPay, with its keys.
#[derive(Clone)]
pub(crate) struct Unionpay {
    keys: Keys,
}

impl Unionpay {
    pub(crate) fn load() -> anyhow::Result<Unionpay> {
        Ok(Unionpay { keys: Keys::load()? })
    }
}

impl Channel for Unionpay {
    fn name(&self) -> Name {
        Name::Unionpay
    }

    fn calls(&self) -> &'static [Call] {
        &calls::CALLS
    }

    fn own_faults(&self) -> &'static [Fault] {
        &[]
    }

    fn routes(&self) -> Router<Arc<World>> {
        Router::new()
            .route(calls::BACK, post(receive))
            .route(calls::QUERY_PATH, post(receive))
            .route(calls::FRONT, post(receive))
            .route(calls::APP, post(receive))
            .merge(front::routes())
            .layer(Extension(self.clone()))
    }

    /// Its codes are addresses of the wallet.
    fn read_code(&self, _: &str) -> Option<String> {
        None
    }

    fn payment_code(&self, at_once: bool) -> Option<&'static str> {
        Some(if at_once { charge::AT_ONCE } else { charge::BY_PASSWORD })
    }

    fn payment_code_digits(&self) -> usize {
        charge::DIGITS
    }

    fn title(&self, _: &Payment) -> &'static str {
        "UnionPay"
    }

    /// A code may be scanned again; what the merchant has scanned has failed.
    fn refused_by_payer(&self, payment: &Payment) -> Refused {
        if charge::is_charge(payment) { Refused::Fails } else { Refused::StaysOpen }
    }

    fn notice(&self, payment: &Payment, amount: &Money, told: Told, now: i64) -> Option<String> {
        notices::payment(payment, amount, told, now)
    }

    fn refund_notice(&self, payment: &Payment, refund: &Refund, now: i64) -> Option<String> {
        notices::refund(payment, refund, now)
    }

    fn notice_headers(&self, _: &Url, _: &str, _: Signed, _: i64) -> Headers {
        vec![("content-type", "application/x-www-form-urlencoded;charset=UTF-8".into())]
    }

    fn notice_body(&self, body: &str, signed: Signed) -> String {
        wire::form(&self.keys.signed(wire::of_form(body.as_bytes()), signed))
    }

    /// Only the status decides.
    fn is_acknowledged(&self, status: StatusCode, _: &[u8]) -> bool {
        status == StatusCode::OK
    }

    fn pauses_ms(&self) -> &'static [u64] {
        &notices::PAUSES_MS
    }
}

async fn receive(
    State(world): State<Arc<World>>,
    Extension(unionpay): Extension<Unionpay>,
    ConnectInfo(cord): ConnectInfo<Cord>,
    uri: Uri,
    method: Method,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let heard = Heard { uri, method, headers, body };
    gate::receive(cord, async move { hear(&world, &unionpay.keys, &heard).await }).await
}

async fn hear(world: &World, keys: &Keys, heard: &Heard) -> Spoken {
    let signing = UnionpayVoice { keys };
    // A browser cannot read what a merchant's server reads.
    let voice: &dyn Voice = if heard.path() == calls::FRONT { &FrontVoice } else { &signing };
    let asked = match Asked::of(keys, heard, world.clock.now()) {
        Ok(asked) => asked,
        Err(refusal) => return gate::say(voice, &refusal, Signed::Well),
    };
    let key = subject(world, &asked);
    let call = called(world, &asked);
    if call.kind == Kind::Pay {
        world.note(Line::Arrived { key: key.clone(), at_ms: world.clock.now() });
    }
    Play { world, voice, call, key: &key }.run(perform(world, &asked)).await
}

/// The payment that a call is about: a refund and the question about one name others.
fn subject(world: &World, asked: &Asked) -> Key {
    let number = asked.get("orderId");
    let found = world.glance(|ledger| {
        let payment = match asked.get("origQryId") {
            "" => ledger.refund(Name::Unionpay, number).map(|(payment, _)| payment),
            paid => ledger.by_payment_id(Name::Unionpay, paid),
        };
        payment.map(|payment| payment.opened.key.clone())
    });
    found.unwrap_or_else(|| Key::new(Name::Unionpay, number))
}

/// One query serves both: a rule may mean that about refunds alone.
fn called(world: &World, asked: &Asked) -> &'static Call {
    let number = asked.get("orderId");
    let is_refund = || world.glance(|ledger| ledger.refund(Name::Unionpay, number).is_some());
    match asked.kind {
        calls::Kind::Query if is_refund() => calls::REFUND_QUERYING,
        kind => kind.call(),
    }
}

async fn perform(world: &World, asked: &Asked) -> Result<Said, Unwritten> {
    match asked.kind {
        calls::Kind::Apply => apply::apply(world, asked).await,
        calls::Kind::Charge => charge::charge(world, asked).await,
        calls::Kind::Front => front::open(world, asked).await,
        calls::Kind::App => apply::in_app(world, asked).await,
        calls::Kind::Query => query::query(world, asked).await,
        calls::Kind::Refund => refund::refund(world, asked).await,
    }
}
