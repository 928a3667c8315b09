//! The poll's short way in. Every waiting page asks every two seconds, so what a poll costs decides how many may wait.
//!
//! An answer that needs nothing but memory is given before any routing. Everything else, a refusal or a session that is
//! not in memory, takes the ordinary way through the router, where the same question has its ordinary address.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::task::{Context, Poll};

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::response::{IntoResponse, Response};
use axum::routing::future::RouteFuture;
use florin_shared::SessionId;
use futures_util::future::Either;
use tower::Service;

use super::{auth, shopper};
use crate::{App, point};

/// `rest`, with the short way before it.
pub fn before(app: App, rest: Router) -> Router {
    Router::new().fallback_service(ShortWay { app, rest })
}

#[derive(Clone)]
struct ShortWay {
    app: App,
    rest: Router,
}

impl Service<Request> for ShortWay {
    type Response = Response;
    type Error = Infallible;
    type Future = Either<Ready<Result<Response, Infallible>>, RouteFuture<Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(())) // As the router always is.
    }

    fn call(&mut self, request: Request) -> Self::Future {
        match at_once(&self.app, &request) {
            Some(answer) => Either::Left(ready(Ok(answer))),
            None => Either::Right(self.rest.call(request)),
        }
    }
}

fn at_once(app: &App, request: &Request) -> Option<Response> {
    // Whoever stops says so with each answer, on the ordinary way.
    if request.method() != Method::GET || app.life.is_stopping() {
        return None;
    }
    let path = request.uri().path().strip_prefix("/v1/checkout/")?;
    let session: SessionId = path.strip_suffix("/status")?.parse().ok()?;
    let entry = app.board.get(&session)?;
    auth::opens(request.headers(), &entry, app).ok()?;
    let mut answer = shopper::told(app, &entry).into_response();
    readable(request.headers(), answer.headers_mut());
    point!("reply/poll/before");
    point!(soon "reply/poll/after");
    Some(answer)
}

/// What the router's CORS layer does for all others.
fn readable(asked: &HeaderMap, answer: &mut HeaderMap) {
    if let Some(origin) = asked.get(header::ORIGIN) {
        answer.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    }
    answer.insert(header::VARY, HeaderValue::from_static("origin"));
}
