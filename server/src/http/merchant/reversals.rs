//! Money that goes back without the merchant's asking; where a channel will not return it, a person says what became of
//! it (D5).

use axum::extract::{Path, State};
use florin_shared::refund::{ReversalView, Reversals};
use florin_shared::{Code, Envelope, ReversalId};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::asked::pay::ResolveReversal;
use super::asked::queries::OfReversals;
use super::new_session::same_merchant;
use crate::domain::reversal::Outcome;
use crate::flow::resolve::{Words, resolve, view};
use crate::flow::to_the_end;
use crate::http::answer::Good;
use crate::http::asked::{Asked, limit};
use crate::http::auth::Caller;
use crate::http::body::{Body, Fields};
use crate::store::reversals::{self, Wanted};
use crate::{App, Error, Result};

/// The addresses of this file.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(resolve_one))
}

/// How many on a page.
const USUAL: i64 = 50;
const MOST: i64 = 100;

const STATUSES: [&str; 5] = ["PROCESSING", "SUCCESS", "FAIL", "MANUAL", "KEPT"];

/// List money that goes back without being asked for, oldest first.
#[utoipa::path(
    get,
    path = "/v1/reversals",
    operation_id = "list_reversals",
    tag = "Reversals",
    params(OfReversals),
    responses((status = 200, description = "Done.", body = Envelope<Reversals>)),
)]
async fn list(
    State(app): State<App>,
    Caller(merchant): Caller,
    Asked(asked): Asked,
) -> Result<Good<Reversals>> {
    let wanted = wanted(asked)?;
    let mut tx = app.store.read().await?;
    // One more than is shown says whether there is a next page.
    let more = Wanted { most: wanted.most + 1, ..wanted.clone() };
    let mut found = reversals::unasked(&mut tx, &merchant.id, &more).await?;
    let most = usize::try_from(wanted.most).unwrap_or(0);
    let has_more = found.len() > most;
    found.truncate(most);
    let last = found.last().map(|reversal| reversal.id.to_string());
    let reversals = found.iter().map(|reversal| view(reversal, merchant.livemode)).collect();
    Ok(Good(Reversals { reversals, next_cursor: last.filter(|_| has_more) }))
}

fn wanted(mut asked: Fields) -> Result<Wanted> {
    let status = asked.text("status", 16)?.unwrap_or_default();
    if !status.is_empty() && !STATUSES.contains(&status.as_str()) {
        return Err(wrong("status", format!("must be one of {}", STATUSES.join(", "))));
    }
    let wanted = Wanted {
        status,
        order_id: plain(&mut asked, "order_id")?,
        trans_id: plain(&mut asked, "trans_id")?,
        after: plain(&mut asked, "cursor")?,
        most: limit(&mut asked, USUAL, MOST)?,
    };
    asked.end()?;
    Ok(wanted)
}

/// What is none of our numbers finds nothing; what no database can hold is refused.
fn plain(asked: &mut Fields, name: &'static str) -> Result<String> {
    let text = asked.text(name, 64)?.unwrap_or_default();
    if text.bytes().all(|byte| byte.is_ascii_graphic()) {
        Ok(text)
    } else {
        Err(wrong(name, "must be visible ASCII characters".into()))
    }
}

fn wrong(name: &'static str, what: String) -> Error {
    Error::field(Code::InvalidField, name, format!("{name} {what}"))
}

/// Say what became of money that a channel would not return (D5).
///
/// The channel is asked once more first.
#[utoipa::path(
    post,
    path = "/v1/reversals/{refund_id}/resolve",
    operation_id = "resolve_reversal",
    tag = "Reversals",
    request_body = ResolveReversal,
    responses((status = 200, description = "Done.", body = Envelope<ReversalView>)),
)]
async fn resolve_one(
    State(app): State<App>,
    Caller(merchant): Caller,
    Path(id): Path<String>,
    body: Body,
) -> Result<Good<ReversalView>> {
    let id: ReversalId = id.parse().map_err(|_| Error::no_such("refund"))?;
    let mut fields = Fields::of(body.object);
    same_merchant(&mut fields, &merchant)?;
    let outcome = match fields.required("outcome", 16)?.as_str() {
        "RETURNED" => Outcome::Returned,
        "KEPT" => Outcome::Kept,
        _ => return Err(wrong("outcome", "must be RETURNED or KEPT".into())),
    };
    let note = fields.required("note", 1024)?;
    let words = Words { outcome, note, channel_is_gone: fields.flag("channel_is_gone")? };
    fields.end()?;
    let (flow, livemode) = (app.clone(), merchant.livemode);
    let resolving = async move { resolve(&flow, &merchant, &id, &words).await };
    Ok(Good(view(&to_the_end(resolving).await?, livemode)))
}
