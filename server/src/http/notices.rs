//! What channels call: proved, kept, and only then acknowledged (rule R12).

use std::sync::atomic::Ordering;

use axum::body::{Bytes, to_bytes};
use axum::extract::{Path, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use florin_shared::Code;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::channel::{Channel, Notice, Notification};
use crate::domain::payment::{Evidence, Source, Statement};
use crate::flow::settle::{Heard, settle};
use crate::flow::{credits, reverse, sellers, to_the_end};
use crate::store::{payments, reversals};
use crate::{App, Error, Result};

/// The addresses of this file.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(hear))
}

/// What a channel calls: proved by its signature, kept, and only then acknowledged (R12).
///
/// Body and answer are the channel's own.
#[utoipa::path(
    post,
    path = "/notify/{channel}",
    operation_id = "hear_notice",
    tag = "Channels",
    responses((status = 200, description = "Kept; in the channel's own words.", body = serde_json::Value)),
)]
async fn hear(
    State(app): State<App>,
    Path(name): Path<String>,
    request: Request,
) -> Result<Response> {
    let nowhere = || Error::refused(Code::NoSuchAddress, "there is no such channel");
    let channel = sellers::named(&app, &name).await?.ok_or_else(nowhere)?;
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, 64 * 1024)
        .await
        .map_err(|_| Error::refused(Code::BodyTooLarge, "the body is larger than 64 KiB"))?;
    let header = |name: &str| {
        parts.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
    };
    let notice = prove(&app, channel.as_ref(), parts.uri.path(), &header, &body)?;
    let flow = app.clone();
    let of = channel.clone();
    to_the_end(async move { keep(&flow, of.as_ref(), notice).await }).await?;
    let said = channel.acknowledgement();
    let status = StatusCode::from_u16(said.status)
        .map_err(|_| Error::Internal(format!("{name} acknowledges with no status")))?;
    Ok((status, [(header::CONTENT_TYPE, said.content_type)], said.body).into_response())
}

fn prove(
    app: &App,
    channel: &dyn Channel,
    path: &str,
    header: &(dyn Fn(&str) -> Option<String> + Sync),
    body: &Bytes,
) -> Result<Notice> {
    channel.read_notification(&Notification { path, header, body, now: app.now() }).map_err(
        |forged| {
            app.counters.forged.fetch_add(1, Ordering::Relaxed);
            tracing::warn!(channel = channel.name(), %forged, "a notification was refused");
            Error::refused(Code::WrongKey, "this message does not prove who sent it")
        },
    )
}

fn told(evidence: Evidence) -> Heard {
    let source = Source::Notice;
    let statement = Statement { evidence, source, after_cancel: None, after_confirming: false };
    Heard::Said(statement, None)
}

async fn keep(app: &App, channel: &dyn Channel, notice: Notice) -> Result<()> {
    let unknown = || Error::no_such("transaction");
    match notice {
        Notice::Payment { request_id, evidence } => {
            let payment =
                payments::by_request(&mut app.store.read().await?, channel.name(), &request_id)
                    .await?;
            settle(app, &payment.ok_or_else(unknown)?, told(evidence)).await.map(drop)
        }
        Notice::Credit(credit) => credits::hear(app, channel, credit).await,
        Notice::Reversal { request_id, said, amount, payment } => {
            let id = request_id.parse().ok();
            let reversal = match &id {
                Some(id) => reversals::get(&mut app.store.read().await?, id).await?,
                None => None,
            };
            if let Some(reversal) = reversal {
                return reverse::on_notice(app, channel, &reversal, said, amount).await;
            }
            tracing::warn!(request_id, "a notice speaks of a refund that nobody here made");
            reverse::on_foreign_notice(app, channel, payment.as_deref()).await
        }
    }
}
