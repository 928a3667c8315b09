//! Sessions, for the merchant's server.

use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;
use florin_shared::Envelope;
use florin_shared::session::{PrintableSession, SessionView};
use florin_shared::{Code, MerchantId, Money, SessionId};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::asked::pay::{ChangeSession, CreateSession, QuerySession};
use super::asked::queries::{OfPicture, OfSession};
use super::new_session::{self, goods, same_merchant};
use crate::domain::session::Session;
use crate::flow::change_session::{Change, change_session};
use crate::flow::query::{Key, session_view};
use crate::flow::{close, create_session, query, to_the_end};
use crate::http::answer::Good;
use crate::http::asked::Asked;
use crate::http::auth::Caller;
use crate::http::body::{Body, Fields};
use crate::http::idempotency::Seed;
use crate::http::printed::{self, Early, Wish};
use crate::http::qr;
use crate::{App, Error, Result};

/// The addresses of this file.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(create, by_query))
        .routes(routes!(by_body))
        .routes(routes!(close_session))
        .routes(routes!(change))
        .routes(routes!(svg))
        .routes(routes!(png))
}

/// Create a session.
///
/// An equal request gets the same session again; another one with the same `trans_id` is refused while its session is open or paid.
/// With `markup` the answer has the checkout as it is now, to be printed into the merchant's page.
#[utoipa::path(
    post,
    path = "/v1/sessions",
    operation_id = "create_session",
    tag = "Sessions",
    request_body = CreateSession,
    responses((status = 200, description = "Done.", body = Envelope<PrintableSession>)),
)]
async fn create(
    State(app): State<App>,
    Extension(early): Extension<Early>,
    Caller(merchant): Caller,
    seed: Option<Seed>,
    mut body: Body,
) -> Result<Good<PrintableSession>> {
    let wish = Wish::taken(&mut body)?;
    let wanted = new_session::parse(&app, body, &merchant, seed)?;
    let (flow, seller) = (app.clone(), merchant.clone());
    let session =
        to_the_end(async move { create_session::create_session(&flow, &seller, wanted).await })
            .await?;
    let markup = printed::of(&app, &early, &session, wish).await?;
    Ok(Good(PrintableSession { session: session_view(&app, &session, merchant.livemode), markup }))
}

/// Query a session.
///
/// By `?session_id=` or `?trans_id=`.
#[utoipa::path(
    get,
    path = "/v1/sessions",
    operation_id = "get_session",
    tag = "Sessions",
    params(OfSession),
    responses((status = 200, description = "Done.", body = Envelope<SessionView>)),
)]
async fn by_query(
    State(app): State<App>,
    Caller(merchant): Caller,
    Asked(mut fields): Asked,
) -> Result<Good<SessionView>> {
    let key = key(fields.text("session_id", 64)?, fields.text("trans_id", 64)?)?;
    fields.end()?;
    let session = query::session(&app, &merchant.id, &key).await?;
    Ok(Good(session_view(&app, &session, merchant.livemode)))
}

/// Query a session, as document 004 has it.
#[utoipa::path(
    post,
    path = "/v1/sessions/query",
    operation_id = "query_session",
    tag = "Sessions",
    request_body = QuerySession,
    responses((status = 200, description = "Done.", body = Envelope<PrintableSession>)),
)]
async fn by_body(
    State(app): State<App>,
    Extension(early): Extension<Early>,
    Caller(merchant): Caller,
    mut body: Body,
) -> Result<Good<PrintableSession>> {
    let wish = Wish::taken(&mut body)?;
    let mut fields = Fields::of(body.object);
    same_merchant(&mut fields, &merchant)?;
    let key = key(fields.text("session_id", 64)?, fields.text("trans_id", 64)?)?;
    fields.end()?;
    let session = query::session(&app, &merchant.id, &key).await?;
    let markup = printed::of(&app, &early, &session, wish).await?;
    Ok(Good(PrintableSession { session: session_view(&app, &session, merchant.livemode), markup }))
}

/// Close a session.
///
/// What is open is cancelled at its channel; a session that is being paid may still become paid.
#[utoipa::path(
    post,
    path = "/v1/sessions/{session_id}/close",
    operation_id = "close_session",
    tag = "Sessions",
    responses((status = 200, description = "Done.", body = Envelope<SessionView>)),
)]
async fn close_session(
    State(app): State<App>,
    Caller(merchant): Caller,
    Path(id): Path<String>,
) -> Result<Good<SessionView>> {
    let session = query::session(&app, &merchant.id, &Key::Session(known(&id)?)).await?;
    let flow = app.clone();
    let session = to_the_end(async move { close::close(&flow, session).await }).await?;
    Ok(Good(session_view(&app, &session, merchant.livemode)))
}

/// Change amount and goods of an open session (D10).
#[utoipa::path(
    patch,
    path = "/v1/sessions/{session_id}",
    operation_id = "change_session",
    tag = "Sessions",
    request_body = ChangeSession,
    responses((status = 200, description = "Done.", body = Envelope<SessionView>)),
)]
async fn change(
    State(app): State<App>,
    Caller(merchant): Caller,
    Path(id): Path<String>,
    body: Body,
) -> Result<Good<SessionView>> {
    let mut fields = Fields::of(body.object);
    same_merchant(&mut fields, &merchant)?;
    let session = query::session(&app, &merchant.id, &Key::Session(known(&id)?)).await?;
    let amount = new_amount(&mut fields, &session)?;
    let goods = fields.has("goods").then(|| goods(&mut fields)).transpose()?;
    fields.end()?;
    let flow = app.clone();
    let changed =
        to_the_end(async move { change_session(&flow, session, Change { amount, goods }).await })
            .await?;
    Ok(Good(session_view(&app, &changed, merchant.livemode)))
}

/// The currency may be said again; it decides which methods suit, and stays.
fn new_amount(fields: &mut Fields, session: &Session) -> Result<Option<Money>> {
    let currency = session.amount.currency().to_string();
    if fields.text("currency", 8)?.is_some_and(|said| said != currency) {
        return Err(
            fields.wrong("currency", format!("cannot change: this session is in {currency}"))
        );
    }
    if !fields.has("amount") {
        return Ok(None);
    }
    Ok(Some(Money::parse(&fields.required_minor("amount", 32)?, &currency)?))
}

/// The hosted page as a code to be printed or shown (L23).
#[utoipa::path(
    get,
    path = "/v1/sessions/{session_id}/qr.svg",
    operation_id = "session_code_svg",
    tag = "Sessions",
    params(OfPicture),
    responses((status = 200, description = "The picture.", content_type = "image/svg+xml", body = String)),
)]
async fn svg(
    State(app): State<App>,
    Caller(merchant): Caller,
    Path(id): Path<String>,
    asked: Asked,
) -> Result<Response> {
    let size = qr::size(asked)?;
    qr::svg(&page_of(&app, &merchant.id, &id).await?, size)
}

/// The same, in pixels.
#[utoipa::path(
    get,
    path = "/v1/sessions/{session_id}/qr.png",
    operation_id = "session_code_png",
    tag = "Sessions",
    params(OfPicture),
    responses((status = 200, description = "The picture.", content_type = "image/png", body = Vec<u8>)),
)]
async fn png(
    State(app): State<App>,
    Caller(merchant): Caller,
    Path(id): Path<String>,
    asked: Asked,
) -> Result<Response> {
    let size = qr::size(asked)?;
    qr::png(&page_of(&app, &merchant.id, &id).await?, size)
}

/// The address of a session's page, for a picture of it.
async fn page_of(app: &App, merchant: &MerchantId, id: &str) -> Result<String> {
    let session = query::session(app, merchant, &Key::Session(known(id)?)).await?;
    let has_page = session.has_page().then(|| app.session_url(&session.id));
    has_page.ok_or_else(|| Error::no_such("page of this session"))
}

/// A malformed id cannot be anybody's: the same answer as for an unknown one.
fn known(id: &str) -> Result<SessionId> {
    id.parse().map_err(|_| Error::no_such("session"))
}

/// Document 004's example sends both keys; `session_id` is then the more exact one.
fn key(session_id: Option<String>, trans_id: Option<String>) -> Result<Key> {
    match (session_id, trans_id) {
        (Some(id), _) => known(&id).map(Key::Session),
        (None, Some(trans_id)) => Ok(Key::Order(trans_id)),
        (None, None) => Err(Error::field(
            Code::InvalidField,
            "session_id",
            "one of session_id and trans_id must be given",
        )),
    }
}
