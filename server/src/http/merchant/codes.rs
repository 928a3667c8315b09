//! Fixed receipt codes, for the merchant's server.

use axum::extract::{Path, State};
use axum::response::Response;
use florin_shared::Envelope;
use florin_shared::code::{CodeList, CodeView};
use florin_shared::money::MOST;
use florin_shared::{Code, CodeId, Currency, Money, MoneyError};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::asked::manage::CreateCode;
use super::asked::queries::{OfCodes, OfPicture};
use super::new_session::{notify_url, same_merchant};
use crate::flow::codes::{self, NewCode};
use crate::http::answer::Good;
use crate::http::asked::{self, Asked};
use crate::http::auth::Caller;
use crate::http::body::{Body, Fields};
use crate::http::idempotency::Seed;
use crate::http::qr;
use crate::store::merchants::Merchant;
use crate::{App, Error, Result};

/// The addresses of this file.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(create, list))
        .routes(routes!(one, close))
        .routes(routes!(svg))
        .routes(routes!(png))
}

/// Make a fixed receipt code.
#[utoipa::path(
    post,
    path = "/v1/codes",
    operation_id = "create_code",
    tag = "Receipt codes",
    request_body = CreateCode,
    responses((status = 200, description = "Done.", body = Envelope<CodeView>)),
)]
async fn create(
    State(app): State<App>,
    Caller(merchant): Caller,
    seed: Option<Seed>,
    body: Body,
) -> Result<Good<CodeView>> {
    let wanted = parse(body, &merchant)?;
    let code = codes::create(&app, &merchant.id, wanted, seed.map(|seed| seed.id())).await?;
    Ok(Good(codes::view(&app, &code, merchant.livemode)))
}

/// List the codes, newest first.
#[utoipa::path(
    get,
    path = "/v1/codes",
    operation_id = "list_codes",
    tag = "Receipt codes",
    params(OfCodes),
    responses((status = 200, description = "Done.", body = Envelope<CodeList>)),
)]
async fn list(
    State(app): State<App>,
    Caller(merchant): Caller,
    Asked(mut fields): Asked,
) -> Result<Good<CodeList>> {
    let (before, most) = page(&mut fields)?;
    fields.end()?;
    let (found, has_more) = codes::list(&app, &merchant.id, before.as_ref(), most).await?;
    let last = found.last().filter(|_| has_more);
    let next_cursor = last.map(|code| code.id.to_string());
    let codes = found.iter().map(|code| codes::view(&app, code, merchant.livemode)).collect();
    Ok(Good(CodeList { codes, next_cursor }))
}

/// `cursor` and `limit`, as every list has them.
fn page(asked: &mut Fields) -> Result<(Option<CodeId>, i64)> {
    const USUAL: i64 = 20;
    const AT_MOST: i64 = 100;

    let cursor = asked.text("cursor", 64)?.as_deref().map(str::parse).transpose();
    let before = cursor.map_err(|_| asked.wrong("cursor", "is not one that a page gave"))?;
    Ok((before, asked::limit(asked, USUAL, AT_MOST)?))
}

/// Show a code.
#[utoipa::path(
    get,
    path = "/v1/codes/{code_id}",
    operation_id = "get_code",
    tag = "Receipt codes",
    responses((status = 200, description = "Done.", body = Envelope<CodeView>)),
)]
async fn one(
    State(app): State<App>,
    Caller(merchant): Caller,
    Path(id): Path<String>,
) -> Result<Good<CodeView>> {
    let code = codes::one(&app, &merchant.id, &known(&id)?).await?;
    Ok(Good(codes::view(&app, &code, merchant.livemode)))
}

/// Close a code: nobody can pay by it any more.
#[utoipa::path(
    delete,
    path = "/v1/codes/{code_id}",
    operation_id = "close_code",
    tag = "Receipt codes",
    responses((status = 200, description = "Done.", body = Envelope<CodeView>)),
)]
async fn close(
    State(app): State<App>,
    Caller(merchant): Caller,
    Path(id): Path<String>,
) -> Result<Good<CodeView>> {
    let code = codes::close(&app, &merchant.id, known(&id)?).await?;
    Ok(Good(codes::view(&app, &code, merchant.livemode)))
}

/// The code to be printed.
#[utoipa::path(
    get,
    path = "/v1/codes/{code_id}/qr.svg",
    operation_id = "code_svg",
    tag = "Receipt codes",
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
    let code = codes::one(&app, &merchant.id, &known(&id)?).await?;
    qr::svg(&codes::url(&app, &code.id), size)
}

/// The same, in pixels.
#[utoipa::path(
    get,
    path = "/v1/codes/{code_id}/qr.png",
    operation_id = "code_png",
    tag = "Receipt codes",
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
    let code = codes::one(&app, &merchant.id, &known(&id)?).await?;
    qr::png(&codes::url(&app, &code.id), size)
}

fn known(id: &str) -> Result<CodeId> {
    id.parse().map_err(|_| Error::no_such("code"))
}

fn parse(body: Body, merchant: &Merchant) -> Result<NewCode> {
    /// A busy stall takes one every two seconds; a program that plays takes more.
    const PER_MINUTE: u64 = 30;
    const OFTEN: u64 = 600;

    let mut fields = Fields::of(body.object);
    same_merchant(&mut fields, merchant)?;
    let currency = fields.required("currency", 8)?;
    let least = limit(&mut fields, "min_amount", &currency)?.unwrap_or(1);
    let most = limit(&mut fields, "max_amount", &currency)?.unwrap_or(MOST);
    if least > most {
        return Err(fields.wrong("max_amount", "is less than min_amount"));
    }
    let per_minute = fields.number("per_minute")?.unwrap_or(PER_MINUTE);
    if !(1..=OFTEN).contains(&per_minute) {
        return Err(fields.wrong("per_minute", format!("is a number from 1 to {OFTEN}")));
    }
    let code = NewCode {
        label: fields.text("label", 128)?.unwrap_or_default(),
        currency: currency.parse::<Currency>()?,
        least,
        most,
        country: fields.country("country")?.unwrap_or_default(),
        notify_url: notify_url(&mut fields, merchant)?,
        per_minute: i64::try_from(per_minute).unwrap_or(i64::MAX),
    };
    fields.end()?;
    Ok(code)
}

fn limit(fields: &mut Fields, name: &'static str, currency: &str) -> Result<Option<i64>> {
    let Some(text) = fields.text(name, 32)? else { return Ok(None) };
    match Money::parse(&text, currency) {
        Ok(money) => Ok(Some(money.minor())),
        Err(error @ MoneyError::UnknownCurrency) => Err(error.into()),
        Err(error) => Err(Error::field(Code::InvalidAmount, name, error.to_string())),
    }
}
