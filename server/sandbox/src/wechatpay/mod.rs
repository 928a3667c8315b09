//! WeChat Pay's side of its API v3, for one merchant: one gate that every call goes through, and one file a call.

mod account;
mod app;
mod ask;
mod calls;
mod certificates;
mod cipher;
mod close;
mod codepay;
mod login;
mod mini;
mod notices;
mod numbers;
mod order;
mod refund;
mod refusal;
mod signature;
mod transaction;
mod wire;

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::Response;
use axum::routing::any;
use axum::{Extension, Router};
use serde_json::Value;
use url::{Url, form_urlencoded};

use self::account::MCHID;
use self::calls::Asked;
use self::certificates::{Certificates, Signer};
use self::refusal::Refusal;
use self::transaction::By;
use crate::book::Unwritten;
use crate::channel::{Channel, Headers, Name, Refused, Signed, Told};
use crate::clock::Clock;
use crate::connection::Cord;
use crate::faults::{Call, Fault, Kind};
use crate::gate::{self, Heard, Play, Said, Spoken, Voice};
use crate::ledger::{Key, Ledger, Line, Payment, Refund};
use crate::money::Money;
use crate::world::World;

/// WeChat Pay, with its keys.
#[derive(Clone)]
pub(crate) struct WechatPay {
    certificates: Certificates,
}

impl WechatPay {
    pub(crate) fn load() -> anyhow::Result<WechatPay> {
        Ok(WechatPay { certificates: Certificates::load()? })
    }
}

impl Channel for WechatPay {
    fn name(&self) -> Name {
        Name::Wechatpay
    }

    fn calls(&self) -> &'static [Call] {
        &calls::CALLS
    }

    fn own_faults(&self) -> &'static [Fault] {
        &[Fault::SignTest, Fault::PayRefused]
    }

    fn routes(&self) -> Router<Arc<World>> {
        let calls = Router::new().route("/v3/{*rest}", any(receive)).layer(Extension(self.clone()));
        let certificates = certificates::routes(&self.certificates);
        calls.merge(login::routes()).merge(mini::routes()).merge(certificates)
    }

    fn read_code(&self, text: &str) -> Option<String> {
        let keys = &self.certificates.by_key.keys;
        let handed = app::read(keys, text).or_else(|| mini::read(keys, text));
        handed.unwrap_or_else(|| numbers::read_code(text))
    }

    fn payment_code(&self, at_once: bool) -> Option<&'static str> {
        Some(if at_once { codepay::AT_ONCE } else { codepay::BY_PASSWORD })
    }

    fn title(&self, _: &Payment) -> &'static str {
        "WeChat Pay"
    }

    /// A payer who says no has not ended the order: they may scan again. At the counter the payment has failed.
    fn refused_by_payer(&self, payment: &Payment) -> Refused {
        if transaction::is_code(payment) { Refused::Fails } else { Refused::StaysOpen }
    }

    fn notice(&self, payment: &Payment, amount: &Money, told: Told, now: i64) -> Option<String> {
        notices::payment(payment, amount, told, now)
    }

    fn refund_notice(&self, payment: &Payment, refund: &Refund, now: i64) -> Option<String> {
        notices::refund(payment, refund, now)
    }

    fn notice_headers(&self, _: &Url, body: &str, signed: Signed, now: i64) -> Headers {
        signature::headers(&self.certificates.of_notices(), body, signed, now)
    }

    /// Only the status decides.
    fn is_acknowledged(&self, status: StatusCode, _: &[u8]) -> bool {
        status.is_success()
    }

    fn pauses_ms(&self) -> &'static [u64] {
        &notices::PAUSES_MS
    }
}

struct WechatVoice<'a> {
    by: Signer,
    clock: &'a Clock,
}

impl Voice for WechatVoice<'_> {
    fn headers(&self, said: &Said, signed: Signed) -> Headers {
        signature::headers(&self.by, &said.body, signed, self.clock.now())
    }

    fn unknown(&self) -> Said {
        Refusal::unknown().said()
    }
}

async fn receive(
    State(world): State<Arc<World>>,
    Extension(wechatpay): Extension<WechatPay>,
    ConnectInfo(cord): ConnectInfo<Cord>,
    uri: Uri,
    method: Method,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let heard = Heard { uri, method, headers, body };
    gate::receive(cord, async move { hear(&world, &wechatpay.certificates, &heard).await }).await
}

async fn hear(world: &World, certificates: &Certificates, heard: &Heard) -> Spoken {
    let is_list = Asked::of(heard) == Some(Asked::Certificates);
    let by = certificates.of_answer(heard.header("wechatpay-serial"), is_list);
    let voice = WechatVoice { by, clock: &world.clock };
    match admit(world, certificates, heard) {
        Err(refusal) => gate::say(&voice, &refusal.said(), Signed::Well),
        Ok(asked) => {
            let (key, call) = (subject(world, &asked, &heard.body), asked.call());
            if call.kind == Kind::Pay {
                world.note(Line::Arrived { key: key.clone(), at_ms: world.clock.now() });
            }
            let perform = perform(world, certificates, &asked, &heard.body);
            Play { world, voice: &voice, call, key: &key }.run(perform).await
        }
    }
}

/// What is asked for, if the merchant really asks for it.
fn admit(world: &World, certificates: &Certificates, heard: &Heard) -> Result<Asked, Refusal> {
    signature::verify(&certificates.by_key.keys, heard, world.clock.now())?;
    let no_call = || Refusal::missing("RESOURCE_NOT_EXISTS", format!("no {}", heard.path()));
    let asked = Asked::of(heard).ok_or_else(no_call)?;
    if heard.header("accept").is_empty() || heard.header("user-agent").is_empty() {
        return Err(Refusal::against_rules("the headers Accept and User-Agent are needed"));
    }
    if !heard.body.is_empty() && !heard.header("content-type").starts_with("application/json") {
        return Err(Refusal::against_rules("the Content-Type is application/json"));
    }
    if !certificates.knows(heard.header("wechatpay-serial")) {
        return Err(Refusal::against_rules("there is no key of this Wechatpay-Serial"));
    }
    match asked {
        Asked::QueryByNumber(_) | Asked::QueryById(_) if !names_merchant(heard) => {
            Err(Refusal::parameter("/mchid", "the query names the mchid"))
        }
        asked => Ok(asked),
    }
}

fn names_merchant(heard: &Heard) -> bool {
    let query = heard.uri.query().unwrap_or_default();
    form_urlencoded::parse(query.as_bytes()).any(|(name, value)| name == "mchid" && value == MCHID)
}

/// The payment that a call is about, whichever of its numbers it names.
fn subject(world: &World, asked: &Asked, body: &[u8]) -> Key {
    let key = |number: &str| Key::new(Name::Wechatpay, number);
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let text = |name: &str| body.get(name).and_then(Value::as_str);
    let of = |payment: Option<&Payment>| payment.map(|payment| payment.opened.key.clone());
    let by_id = |id: &str, ledger: &Ledger| of(ledger.by_payment_id(Name::Wechatpay, id));
    let found = match asked {
        Asked::QueryByNumber(number) | Asked::Close(number) | Asked::Reverse(number) => {
            Some(key(number))
        }
        Asked::Order(_) => text("out_trade_no").map(key),
        Asked::QueryById(id) => world.glance(|ledger| by_id(id, ledger)),
        Asked::Certificates => None,
        Asked::Refund => text("out_trade_no").map(key).or_else(|| {
            world.glance(|ledger| by_id(text("transaction_id").unwrap_or_default(), ledger))
        }),
        Asked::RefundQuery(number) => world.glance(|ledger| {
            of(ledger.refund(Name::Wechatpay, number).map(|(payment, _)| payment))
        }),
    };
    found.unwrap_or_else(|| key(""))
}

async fn perform(
    world: &World,
    certificates: &Certificates,
    asked: &Asked,
    body: &[u8],
) -> Result<Said, Unwritten> {
    match asked {
        Asked::Certificates => Ok(certificates.list()),
        Asked::Order(trade) => order::order(world, *trade, body).await,
        Asked::QueryByNumber(number) => transaction::query(world, By::OutTradeNo(number)).await,
        Asked::QueryById(id) => transaction::query(world, By::TransactionId(id)).await,
        Asked::Close(number) => close::close(world, number, body).await,
        Asked::Reverse(number) => close::reverse(world, number, body).await,
        Asked::Refund => refund::refund(world, body).await,
        Asked::RefundQuery(number) => refund::query(world, number).await,
    }
}
