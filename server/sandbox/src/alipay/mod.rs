//! Alipay's side of its protocol (`protocols/alipay.md`): one gateway, to which the method is a parameter.
//!
//! Who is speaking is checked before anything is read; [`crate::gate`] gives the faults their chance. The signature stands
//! within what is answered. A code that nobody has scanned is no trade: nobody finds it, and nobody can close it.

mod admit;
mod calls;
mod cancel;
mod counter;
mod login;
mod notices;
mod open;
mod refund;
mod signature;
mod speak;
mod trade;
mod wire;

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Router};
use url::Url;

use self::admit::Asked;
use self::login::Logins;
use self::signature::Keys;
use self::speak::AlipayVoice;
use self::wire::Verdict;
use crate::book::Unwritten;
use crate::channel::{Channel, Headers, Name, Refused, Signed, Told};
use crate::connection::Cord;
use crate::faults::{Call, Fault, Kind};
use crate::gate::{self, Heard, Play, Said, Spoken};
use crate::ledger::{Key, Line, Payment, Refund};
use crate::money::Money;
use crate::world::World;

/// The merchant whom this gateway knows, and the application that speaks for it.
const APP_ID: &str = "2021000000000001";
/// The application that the merchant's mini-program is, which has the same keys: only its users' codes are exchanged in its name.
const MINI_APP_ID: &str = "2021000000000002";
const SELLER_ID: &str = "2088000000000002";

/// Alipay, with its keys, and with whom it has sent back from its login.
#[derive(Clone)]
pub(crate) struct Alipay {
    keys: Keys,
    logins: Logins,
}

impl Alipay {
    pub(crate) fn load() -> anyhow::Result<Alipay> {
        Ok(Alipay { keys: Keys::load()?, logins: Logins::default() })
    }
}

impl Channel for Alipay {
    fn name(&self) -> Name {
        Name::Alipay
    }

    fn calls(&self) -> &'static [Call] {
        &calls::CALLS
    }

    fn own_faults(&self) -> &'static [Fault] {
        &[Fault::PayRefused]
    }

    fn routes(&self) -> Router<Arc<World>> {
        let gateway = get(visit).post(receive);
        let login = get(login::authorize);
        Router::new()
            .route("/gateway.do", gateway)
            .route("/oauth2/publicAppAuthorize.htm", login)
            .route("/mini-program/auth-code", get(login::in_mini_program))
            .layer(Extension(self.clone()))
    }

    /// Its codes are addresses of the wallet.
    fn read_code(&self, _: &str) -> Option<String> {
        None
    }

    fn payment_code(&self, at_once: bool) -> Option<&'static str> {
        Some(if at_once { counter::AT_ONCE } else { counter::BY_PASSWORD })
    }

    fn title(&self, _: &Payment) -> &'static str {
        "Alipay"
    }

    /// Whoever says no has only left the page; the trade waits on.
    fn refused_by_payer(&self, _: &Payment) -> Refused {
        Refused::StaysOpen
    }

    fn notice(&self, payment: &Payment, amount: &Money, told: Told, now: i64) -> Option<String> {
        notices::payment(payment, amount, told, now)
    }

    fn refund_notice(&self, payment: &Payment, refund: &Refund, now: i64) -> Option<String> {
        Some(notices::refund(payment, refund, now))
    }

    fn notice_headers(&self, _: &Url, _: &str, _: Signed, _: i64) -> Headers {
        vec![("content-type", "application/x-www-form-urlencoded; charset=utf-8".into())]
    }

    fn notice_body(&self, body: &str, signed: Signed) -> String {
        notices::signed(&self.keys, body, signed)
    }

    /// Seven bytes, and nothing else.
    fn is_acknowledged(&self, status: StatusCode, body: &[u8]) -> bool {
        status == StatusCode::OK && body == b"success"
    }

    fn pauses_ms(&self) -> &'static [u64] {
        &notices::PAUSES_MS
    }
}

/// A merchant's server asks.
async fn receive(
    State(world): State<Arc<World>>,
    Extension(alipay): Extension<Alipay>,
    ConnectInfo(cord): ConnectInfo<Cord>,
    uri: Uri,
    method: Method,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let heard = Heard { uri, method, headers, body };
    gate::receive(cord, async move { hear(&world, &alipay, &heard).await }).await
}

async fn hear(world: &World, alipay: &Alipay, heard: &Heard) -> Spoken {
    let keys = &alipay.keys;
    let asked = match Asked::of(keys, heard.uri.query(), &heard.body) {
        Ok(asked) => asked,
        Err(refusal) => return refusal.spoken(keys),
    };
    let voice = AlipayVoice { keys, method: &asked.method };
    if asked.method == calls::TOKEN {
        return match login::exchanged(&alipay.logins, &asked, world.clock.now()) {
            Ok(told) => gate::say(&voice, &speak::said(&told), Signed::Well),
            Err(why) => {
                let error = AlipayVoice { keys, method: "error" };
                gate::say(&error, &speak::said(&why.alone()), Signed::Well)
            }
        };
    }
    if asked.app_id != APP_ID {
        let why = Verdict::new("40006", "isv.insufficient-isv-permissions", "not this application");
        return gate::say(&voice, &speak::said(&why.alone()), Signed::Well);
    }
    let Some(call) = calls::of_servers(&asked.method) else {
        let why = Verdict::new("40002", "isv.invalid-method", "there is no such method");
        return gate::say(&voice, &speak::said(&why.alone()), Signed::Well);
    };
    let key = subject(world, &asked);
    if call.kind == Kind::Pay {
        world.note(Line::Arrived { key: key.clone(), at_ms: world.clock.now() });
    }
    Play { world, voice: &voice, call, key: &key }.run(perform(world, call, &asked)).await
}

/// The payment that a call is about, whichever of its numbers it names.
fn subject(world: &World, asked: &Asked) -> Key {
    let which: wire::Which = serde_json::from_str(&asked.content).unwrap_or_default();
    let found = which.trade_no.as_deref().and_then(|number| {
        world.glance(|ledger| {
            let payment = ledger.by_payment_id(Name::Alipay, number)?;
            Some(payment.opened.key.clone())
        })
    });
    found.unwrap_or_else(|| Key::new(Name::Alipay, which.out_trade_no.unwrap_or_default()))
}

async fn perform(world: &World, call: &Call, asked: &Asked) -> Result<Said, Unwritten> {
    let answer = match call.name {
        calls::PRECREATE => open::precreate(world, asked).await?,
        calls::CREATE => open::create(world, asked).await?,
        calls::CHARGE => counter::charge(world, asked).await?,
        calls::CANCEL => cancel::cancel(world, asked).await?,
        calls::QUERY => trade::query(world, asked).await?,
        calls::CLOSE => trade::close(world, asked).await?,
        calls::REFUND => refund::refund(world, asked).await?,
        _ => refund::query(world, asked).await?,
    };
    Ok(speak::said(&answer))
}

/// A payer's browser comes with the merchant's link: from now on there is a trade, and the wallet asks.
async fn visit(
    State(world): State<Arc<World>>,
    Extension(alipay): Extension<Alipay>,
    uri: Uri,
) -> Response {
    let opened = match Asked::of(&alipay.keys, uri.query(), &[]) {
        Ok(asked) if asked.app_id != APP_ID => return sorry("this application has no pages"),
        Ok(asked) if asked.method == calls::WAP => {
            open::page(&world, &asked, "QUICK_WAP_WAY").await
        }
        Ok(asked) if asked.method == calls::PAGE => {
            open::page(&world, &asked, "FAST_INSTANT_TRADE_PAY").await
        }
        Ok(asked) if asked.method == calls::APP => {
            open::page(&world, &asked, "QUICK_MSECURITY_PAY").await
        }
        Ok(_) => return sorry("this method is no page"),
        Err(refusal) => return sorry(refusal.why()),
    };
    match opened {
        Err(unwritten) => crate::page::unwritten(unwritten),
        Ok(Err(verdict)) => sorry(&verdict.sub_msg),
        Ok(Ok(code)) => {
            let to = format!("/wallet?code={code}&from=page");
            (StatusCode::FOUND, [(header::LOCATION, to)]).into_response()
        }
    }
}

fn sorry(why: &str) -> Response {
    (StatusCode::BAD_REQUEST, format!("Alipay cannot show this page: {why}")).into_response()
}
