//! Sessions, for the merchant's server.

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::routing::post;
use florin_shared::session::SessionView;
use florin_shared::{Code, SessionId};
use serde::Deserialize;

use super::new_session::{self, same_merchant};
use crate::flow::query::{Key, session_view};
use crate::flow::{close, create_session, query, to_the_end};
use crate::http::answer::Good;
use crate::http::auth::Caller;
use crate::http::body::{Body, Fields};
use crate::{App, Error, Result};

/// The addresses of this file.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/v1/sessions", post(create).get(by_query))
        .route("/v1/sessions/query", post(by_body))
        .route("/v1/sessions/{session_id}/close", post(close_session))
}

async fn create(
    State(app): State<App>,
    Caller(merchant): Caller,
    body: Body,
) -> Result<Good<SessionView>> {
    let wanted = new_session::parse(body, &merchant, app.now())?;
    let (flow, seller) = (app.clone(), merchant.clone());
    let session =
        to_the_end(async move { create_session::create_session(&flow, &seller, wanted).await })
            .await?;
    Ok(Good(session_view(&app, &session, merchant.livemode)))
}

/// `?session_id=` or `?trans_id=`.
#[derive(Deserialize)]
struct Asked {
    session_id: Option<String>,
    trans_id: Option<String>,
}

async fn by_query(
    State(app): State<App>,
    Caller(merchant): Caller,
    Query(asked): Query<Asked>,
) -> Result<Good<SessionView>> {
    let session =
        query::session(&app, &merchant.id, &key(asked.session_id, asked.trans_id)?).await?;
    Ok(Good(session_view(&app, &session, merchant.livemode)))
}

async fn by_body(
    State(app): State<App>,
    Caller(merchant): Caller,
    body: Body,
) -> Result<Good<SessionView>> {
    let mut fields = Fields::of(body.object);
    same_merchant(&mut fields, &merchant)?;
    let key = key(fields.text("session_id", 64)?, fields.text("trans_id", 64)?)?;
    fields.end()?;
    let session = query::session(&app, &merchant.id, &key).await?;
    Ok(Good(session_view(&app, &session, merchant.livemode)))
}

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
