//! What stands around every request: its id, its place, its body read in time, its line in the log and in the figures.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::body::{Body, HttpBody, to_bytes};
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use florin_shared::Code;
use metrics::{counter, histogram};
use tracing::{Instrument, Span};

use super::listen::kept::{Kept, SOON};
use crate::clock::Stopwatch;
use crate::gates::{self, Class, Place};
use crate::metrics::{REQUEST_SECONDS, REQUESTS, SHED};
use crate::{App, Error, admission, point};

/// Names a request in the log and in its answer.
pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The largest body that any of our addresses takes, in bytes.
const MOST: usize = 64 * 1024;

/// How long a body may take to arrive. A phone on a bad network needs a few seconds for 64 KiB.
const ARRIVES: Duration = Duration::from_secs(15);

/// What [`around`] needs.
#[derive(Clone)]
pub struct Around {
    app: App,
    run: u32,
    next: Arc<AtomicU64>,
}

impl Around {
    /// For this app. Request ids name the run of the program and a number.
    pub fn of(app: &App) -> Around {
        let run = u32::from_be_bytes(app.random.bytes::<4>());
        Around { app: app.clone(), run, next: Arc::default() }
    }

    /// The caller's own id, if it is one; else a new one.
    fn id(&self, request: &Request) -> HeaderValue {
        let given = request.headers().get(REQUEST_ID).filter(|id| is_id(id.as_bytes()));
        given.cloned().unwrap_or_else(|| {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            HeaderValue::from_str(&format!("{:08x}-{number}", self.run))
                .unwrap_or_else(|_| HeaderValue::from_static("none"))
        })
    }
}

/// Short, and of harmless characters: it goes into every line of the log.
fn is_id(id: &[u8]) -> bool {
    (1..=64).contains(&id.len())
        && id.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(byte))
}

/// The layer.
pub async fn around(State(around): State<Around>, request: Request, next: Next) -> Response {
    let watch = Stopwatch::start();
    let class = Class::of(request.uri().path());
    let (method, id) = (request.method().clone(), around.id(&request));
    let route = request.extensions().get::<MatchedPath>().cloned();
    let route = route.as_ref().map_or("none", MatchedPath::as_str);
    let span = span(class, &id, &method, route);
    let mut response = admitted(&around.app, class, request, next).instrument(span.clone()).await;
    if around.app.life.is_stopping() {
        // Whoever is told so opens the next connection elsewhere.
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    response.headers_mut().insert(REQUEST_ID, id);
    point!("{}/before", crate::point::reply(&method, route));
    point!(soon "{}/after", crate::point::reply(&method, route));
    let seconds = watch.seconds();
    span.in_scope(|| tracing::debug!(status = response.status().as_u16(), seconds, "answered"));
    count(class, method, route, response.status(), seconds);
    response
}

/// The route's template and never the address, which may hold what opens a session.
fn span(class: Class, id: &HeaderValue, method: &Method, route: &str) -> Span {
    let id = id.to_str().unwrap_or_default();
    match class {
        // So many, and with so little to say, that their spans are made only for whoever looks.
        Class::Poll => tracing::debug_span!("request", request_id = id, %method, route),
        _ => tracing::info_span!("request", request_id = id, %method, route),
    }
}

fn count(class: Class, method: Method, route: &str, status: StatusCode, seconds: f64) {
    let status = match status.as_u16() {
        ..200 => "1xx",
        200..300 => "2xx",
        300..400 => "3xx",
        400..500 => "4xx",
        500.. => "5xx",
    };
    let method = match method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    };
    counter!(REQUESTS, "route" => route.to_owned(), "method" => method, "status" => status)
        .increment(1);
    histogram!(REQUEST_SECONDS, "class" => class.as_str()).record(seconds);
}

/// Reads the body before it takes a place, so that slow senders hold no place at all.
async fn admitted(app: &App, class: Class, request: Request, next: Next) -> Response {
    let is_kept = request.extensions().get::<Kept>().is_some();
    if is_kept && !Kept::is_for(class) {
        return busy(class, "all connections are taken; nothing was done, try again");
    }
    let request = match whole(request, if is_kept { SOON } else { ARRIVES }).await {
        Ok(request) => request,
        Err(refused) => return refused,
    };
    match place(app, class, &request) {
        Some(place) => gates::holding(place, next.run(request)).await,
        None => busy(class, "too much is under way; nothing was done, try again"),
    }
}

fn busy(class: Class, sentence: &str) -> Response {
    counter!(SHED, "class" => class.as_str()).increment(1);
    Error::refused(Code::Busy, sentence).into_response()
}

/// What begins an order must be let in as well.
fn place(app: &App, class: Class, request: &Request) -> Option<Place> {
    let begins = admission::begins_an_order(request.method(), request.uri().path());
    let under_way = || app.gates.inside(Class::Merchant) + app.gates.inside(Class::Shopper);
    let admitted = !begins || app.admission.admits(under_way());
    admitted.then(|| app.gates.enter(class)).flatten()
}

async fn whole(request: Request, arrives: Duration) -> std::result::Result<Request, Response> {
    if request.body().is_end_stream() {
        return Ok(request);
    }
    let (parts, body) = request.into_parts();
    match tokio::time::timeout(arrives, to_bytes(body, MOST)).await {
        Ok(Ok(bytes)) => Ok(Request::from_parts(parts, Body::from(bytes))),
        Ok(Err(_)) => Err(closing(Error::refused(
            Code::BodyTooLarge,
            "the body is larger than 64 KiB, or broke off",
        ))),
        Err(_) => Err(closing(Error::refused(
            Code::BodyTooSlow,
            "the body did not arrive within 15 seconds",
        ))),
    }
}

/// What is left of a body would be read as the next request.
fn closing(refused: Error) -> Response {
    let mut response = refused.into_response();
    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}

#[cfg(test)]
mod tests {
    use super::is_id;

    #[test]
    fn a_callers_id_is_kept_only_if_it_is_harmless() {
        for id in ["a", "3f2c-11", "order_7.retry", &"x".repeat(64)] {
            assert!(is_id(id.as_bytes()), "{id}");
        }
        for id in ["", "a b", "a\"b", "ä", "a\tb", "{}", &"x".repeat(65)] {
            assert!(!is_id(id.as_bytes()), "{id}");
        }
    }
}
