//! HTTP in, HTTP out: the table of contents of every address.

use std::path::PathBuf;

use axum::http::{Method, StatusCode, header};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::IntoResponse;
use axum::{Extension, Router};
use florin_shared::Code;
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::cors::{AllowOrigin, CorsLayer};
use utoipa_axum::router::OpenApiRouter;

use self::around::Around;
use crate::{App, Error};

pub mod answer;
pub mod around;
pub mod asked;
pub mod assets;
pub mod auth;
pub mod body;
pub mod docs;
pub mod edge;
pub mod figures;
mod framed;
pub mod health;
mod hosted;
pub mod idempotency;
pub mod language;
pub mod listen;
mod login;
pub mod logos;
mod markup;
pub mod merchant;
pub mod notices;
mod onward;
pub mod openapi;
mod packed;
pub mod page;
pub mod peer;
mod plain;
pub mod polls;
pub mod printed;
mod qr;
pub mod receipt;
mod scan;
mod seal;
pub mod shopper;
pub mod template;
pub mod tenant;
mod words;

/// Every address of the server. `assets` is where the built widget and the shop's page lie.
pub fn router(app: App, assets: Option<PathBuf>) -> Router {
    let around = Around::of(&app);
    let (api, _) = api().split_for_parts();
    let assets = assets::Assets::of(assets);
    let files = printed::Early::of(&assets);
    let all = api
        .merge(page::routes())
        .merge(login::routes())
        .merge(scan::routes())
        .merge(onward::routes())
        .merge(logos::routes())
        .merge(receipt::routes())
        .merge(docs::routes())
        .merge(assets::routes(assets))
        .fallback(nowhere)
        .method_not_allowed_fallback(wrong_method)
        .with_state(app.clone())
        .layer(
            ServiceBuilder::new()
                .layer(from_fn(packed::packed))
                .layer(CatchPanicLayer::custom(panicked))
                .layer(Extension(files))
                .layer(from_fn(edge::guard))
                .layer(from_fn(tenant::name))
                .layer(from_fn_with_state(app, idempotency::once)),
        );
    // Outermost, so that a page can also read what was refused before any handler; a preflight needs no place.
    all.layer(ServiceBuilder::new().layer(cors()).layer(from_fn_with_state(around, around::around)))
}

/// Addresses that are not ours, such as the demo shop's: with a place, an id, a time limit and a line in the figures like
/// our own. Who may read their answers is for them to say.
pub fn beside(app: &App, theirs: Router) -> Router {
    theirs.layer(
        ServiceBuilder::new()
            .layer(from_fn_with_state(Around::of(app), around::around))
            .layer(CatchPanicLayer::custom(panicked)),
    )
}

/// Every address that programs call, each with its description: `openapi` makes the document of it.
pub(crate) fn api() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .merge(merchant::sessions::routes())
        .merge(merchant::transactions::routes())
        .merge(merchant::charges::routes())
        .merge(merchant::refunds::routes())
        .merge(merchant::reversals::routes())
        .merge(merchant::codes::routes())
        .merge(merchant::explain::routes())
        .merge(merchant::webhook_endpoints::routes())
        .merge(merchant::deliveries::routes())
        .merge(merchant::settings::routes())
        .merge(merchant::channels::routes())
        .merge(shopper::routes())
        .merge(notices::routes())
        .merge(health::routes())
}

/// Any page may read our answers; who may *ask* for a session is decided by its token and the merchant's registered
/// origins (`auth.rs`), so that a foreign page can read why it was refused. There are no cookies.
fn cors() -> CorsLayer {
    CorsLayer::new()
        .allow_origin(AllowOrigin::mirror_request())
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([header::AUTHORIZATION, header::CONTENT_TYPE])
        .expose_headers([header::RETRY_AFTER, around::REQUEST_ID, idempotency::REPLAYED])
        .max_age(std::time::Duration::from_secs(7200))
}

async fn nowhere() -> Error {
    Error::refused(Code::NoSuchAddress, "there is nothing at this address")
}

async fn wrong_method() -> Error {
    Error::refused(Code::MethodNotAllowed, "this address does not take this method")
}

fn panicked(_: Box<dyn std::any::Any + Send>) -> axum::response::Response {
    (StatusCode::INTERNAL_SERVER_ERROR, Error::Internal("a handler panicked".into()))
        .into_response()
}
