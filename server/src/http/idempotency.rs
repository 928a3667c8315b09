//! `Idempotency-Key`: the same request twice is one request (draft-ietf-httpapi-idempotency-key-header).
//!
//! Why no crash doubles an effect: the record is claimed, in a commit of its own, before the request runs, and the
//! answer leaves this server only after it was stored. A crash between the two frees the record when its lease ends, and
//! the next try runs again; then the effect itself says that it has happened: a session by its `trans_id` and request, a
//! refund by its `refund_trans_id`, a key, a code or a secret by the record ([`Seed`]), a close by the session's state. Only final
//! answers are stored: after a 5xx or a 429 the record stays bound to its request and is free at once.
//!
//! An answer may hold a secret, so it is stored sealed under the caller's own secret key, which we do not have.

use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{FromRequestParts, OptionalFromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use florin_shared::Code;

use super::auth::{Caller, bearer};
use super::body::object;
use super::seal;
use super::tenant::{Group, is_merchants, is_organisations, whole};
use crate::flow::to_the_end;
use crate::store::idempotency::{self as records, Answered, Claim, LEASE, Slot};
use crate::store::{StoreError, Tx};
use crate::{App, Error, Result, hex};

const KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// Whether an answer was given before.
pub(super) const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// The longest address that has a record; there is no longer one in the merchant API.
const LONGEST: usize = 512;

/// What is the same for every run of one idempotent request, and of no other: ids that it makes are drawn from it.
#[derive(Clone, Copy, Debug)]
pub struct Seed([u8; 32]);

impl Seed {
    /// As text.
    pub fn text(&self) -> String {
        hex(&self.0)
    }

    /// For an id.
    pub fn id(&self) -> [u8; 16] {
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&self.0[..16]);
        bytes
    }
}

impl<S: Sync> OptionalFromRequestParts<S> for Seed {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Seed>> {
        Ok(parts.extensions.get().copied())
    }
}

/// A request with a key, its body read.
struct Keyed {
    request: Request,
    slot: Slot,
    fingerprint: String,
    secret: String,
}

/// Answers a request that was answered before, and lets every other one through.
pub async fn once(State(app): State<App>, request: Request, next: Next) -> Response {
    let keyed = match read(&app, request).await {
        Ok(Read::Plain(request)) => return next.run(request).await,
        Ok(Read::Keyed(keyed)) => keyed,
        Err(error) => return error.into_response(),
    };
    // Whoever hangs up must not leave a record between claim and answer.
    let run = to_the_end(async move { answer(&app, keyed, next).await });
    run.await.unwrap_or_else(IntoResponse::into_response)
}

enum Read {
    Plain(Request),
    Keyed(Keyed),
}

async fn read(app: &App, request: Request) -> Result<Read> {
    let path = request.uri().path();
    let is_ours = matches!(*request.method(), Method::POST | Method::PATCH)
        && is_merchants(path)
        && path.len() <= LONGEST;
    if !is_ours || !request.headers().contains_key(&KEY) {
        return Ok(Read::Plain(request));
    }
    let (mut parts, body) = request.into_parts();
    let key = key(&parts)?;
    let secret = bearer(&parts.headers, "a secret key")?.to_owned();
    let scope = scope(&mut parts, app).await?;
    let bytes = whole(body).await?;
    let path = format!("{} {}", parts.method, parts.uri.path());
    let fingerprint = fingerprint(&parts, &bytes);
    let request = Request::from_parts(parts, Body::from(bytes));
    Ok(Read::Keyed(Keyed { request, slot: Slot { scope, path, key }, fingerprint, secret }))
}

/// A structured field's string, as the draft has it (`"…"`), or the bare text that many clients send.
fn key(parts: &Parts) -> Result<String> {
    let malformed = || {
        Error::refused(
            Code::IdempotencyKeyMalformed,
            "Idempotency-Key is one string of 1 to 255 visible ASCII characters, such as a UUID in quotes",
        )
    };
    let mut values = parts.headers.get_all(&KEY).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return Err(malformed()) };
    let text = value.to_str().map_err(|_| malformed())?.trim();
    let bare = match text.strip_prefix('"') {
        Some(rest) => rest.strip_suffix('"').ok_or_else(malformed)?,
        None => text,
    };
    let plain = bare.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\');
    if bare.is_empty() || bare.len() > 255 || !plain {
        Err(malformed())
    } else {
        Ok(bare.to_owned())
    }
}

async fn scope(parts: &mut Parts, app: &App) -> Result<String> {
    if is_organisations(parts.uri.path()) {
        let Group(organisation) = Group::from_request_parts(parts, app).await?;
        return Ok(format!("org:{}", organisation.id));
    }
    let Caller(merchant) = Caller::from_request_parts(parts, app).await?;
    Ok(merchant.id.to_string())
}

/// The same request has the same fingerprint, whatever the order of its body's keys.
fn fingerprint(parts: &Parts, body: &Bytes) -> String {
    let canonical = object(body).ok().and_then(|fields| serde_json::to_vec(&fields).ok());
    let mut text = parts.uri.query().unwrap_or_default().as_bytes().to_vec();
    text.push(b'\n');
    text.extend(canonical.unwrap_or_else(|| body.to_vec()));
    hex(digest(&SHA256, &text).as_ref())
}

async fn answer(app: &App, keyed: Keyed, next: Next) -> Result<Response> {
    let holder = hex(&app.random.bytes::<16>());
    match claim(app, &keyed.slot, &keyed.fingerprint, &holder).await? {
        Claim::Mine(since) => run(app, keyed, holder, since, next).await,
        Claim::Answered(answered) => replay(&keyed, &answered),
        Claim::Running => Err(Error::refused(
            Code::IdempotencyKeyInUse,
            "the first request with this Idempotency-Key is still running; ask again in a moment",
        )),
        Claim::Another => Err(Error::refused(
            Code::IdempotencyKeyReused,
            "this Idempotency-Key came with another request before; use a new one",
        )),
    }
}

async fn claim(app: &App, slot: &Slot, fingerprint: &str, holder: &str) -> Result<Claim> {
    let (slot, fingerprint) = (slot.clone(), fingerprint.to_owned());
    let (holder, now) = (holder.to_owned(), app.now());
    app.store
        .write(async move |tx: &mut Tx| {
            records::claim(tx, &slot, &fingerprint, &holder, now)
                .await
                .map_err(|error: StoreError| Error::from(error))
        })
        .await
}

async fn run(app: &App, keyed: Keyed, holder: String, since: i64, next: Next) -> Result<Response> {
    let Keyed { mut request, slot, secret, .. } = keyed;
    request.extensions_mut().insert(seed(&slot, since));
    let response = holding(app, &slot, &holder, next.run(request)).await;
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, usize::MAX)
        .await
        .map_err(|error| Error::Internal(format!("an answer could not be read: {error}")))?;
    match Fate::of(parts.status) {
        Fate::Kept => {
            let answered = Answered {
                status: parts.status.as_u16().into(),
                content_type: content_type(&parts.headers),
                sealed: seal::seal(&secret, &context(&slot), &bytes, app.random.bytes::<12>())?,
            };
            keep(app, slot, holder, answered).await?;
        }
        Fate::MayRunAgain => release(app, slot, holder).await?,
        Fate::Forgotten => forget(app, slot, holder).await?,
    }
    Ok(Response::from_parts(parts, Body::from(bytes)))
}

/// Waits for the answer and renews the lease meanwhile.
async fn holding<T>(app: &App, slot: &Slot, holder: &str, work: impl Future<Output = T>) -> T {
    const EVERY: Duration = Duration::from_millis(LEASE.unsigned_abs() / 3);
    let mut work = std::pin::pin!(work);
    loop {
        tokio::select! {
            done = &mut work => return done,
            () = tokio::time::sleep(EVERY) => {
                if let Err(error) = hold(app, slot.clone(), holder.to_owned(), LEASE).await {
                    tracing::warn!(?error, "the lease of an idempotent request was not renewed");
                }
            }
        }
    }
}

async fn hold(app: &App, slot: Slot, holder: String, more: i64) -> Result<()> {
    let until = app.now() + more;
    app.store
        .write(async move |tx: &mut Tx| {
            records::hold(tx, &slot, &holder, until)
                .await
                .map_err(|error: StoreError| Error::from(error))
        })
        .await
}

/// The record is free at once, and stays bound to its request.
async fn release(app: &App, slot: Slot, holder: String) -> Result<()> {
    hold(app, slot, holder, 0).await
}

async fn keep(app: &App, slot: Slot, holder: String, answered: Answered) -> Result<()> {
    let kept = app
        .store
        .write(async move |tx: &mut Tx| {
            records::answer(tx, &slot, &holder, &answered)
                .await
                .map_err(|error: StoreError| Error::from(error))
        })
        .await?;
    if !kept {
        tracing::warn!("an idempotent request outlived its lease; another run has its record");
    }
    Ok(())
}

/// What becomes of a record once its request was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// The answer is given again.
    Kept,
    /// Nobody knows after a 5xx, and after a 429 nothing was done: the same request may run again.
    MayRunAgain,
    /// It could not be read, and nothing was done: whoever mends it may send another one under the same key.
    Forgotten,
}

impl Fate {
    fn of(status: StatusCode) -> Fate {
        match status {
            StatusCode::BAD_REQUEST
            | StatusCode::PAYLOAD_TOO_LARGE
            | StatusCode::UNSUPPORTED_MEDIA_TYPE => Fate::Forgotten,
            StatusCode::TOO_MANY_REQUESTS => Fate::MayRunAgain,
            status if status.is_server_error() => Fate::MayRunAgain,
            _ => Fate::Kept,
        }
    }
}

async fn forget(app: &App, slot: Slot, holder: String) -> Result<()> {
    app.store
        .write(async move |tx: &mut Tx| {
            records::forget(tx, &slot, &holder)
                .await
                .map_err(|error: StoreError| Error::from(error))
        })
        .await
}

fn replay(keyed: &Keyed, answered: &Answered) -> Result<Response> {
    let sealed_away = || {
        Error::refused(
            Code::IdempotencyAnswerSealed,
            "this request was answered; its answer can only be read with the secret key that asked first",
        )
    };
    let body = seal::open(&keyed.secret, &context(&keyed.slot), &answered.sealed)
        .ok_or_else(sealed_away)?;
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = u16::try_from(answered.status)
        .ok()
        .and_then(|status| StatusCode::from_u16(status).ok())
        .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    if let Ok(kind) = HeaderValue::from_str(&answered.content_type) {
        headers.insert(header::CONTENT_TYPE, kind);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(REPLAYED, HeaderValue::from_static("true"));
    Ok(response)
}

fn content_type(headers: &axum::http::HeaderMap) -> String {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    kind.unwrap_or_default().to_owned()
}

fn seed(slot: &Slot, since: i64) -> Seed {
    let mut bytes = [0; 32];
    let text = format!("{}\n{since}", context(slot));
    bytes.copy_from_slice(digest(&SHA256, text.as_bytes()).as_ref());
    Seed(bytes)
}

fn context(slot: &Slot) -> String {
    format!("{}\n{}\n{}", slot.scope, slot.path, slot.key)
}
