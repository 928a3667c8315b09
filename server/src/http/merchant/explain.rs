//! Why a method is offered, disabled or hidden.

use axum::extract::State;
use florin_shared::Envelope;
use florin_shared::Money;
use florin_shared::explain::ExplainView;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::asked::queries::OfMethods;
use crate::domain::scene::Scene;
use crate::domain::session::USUAL;
use crate::flow::explain::{self, About};
use crate::flow::query::{self, Key};
use crate::http::answer::Good;
use crate::http::asked::Asked;
use crate::http::auth::Caller;
use crate::http::body::Fields;
use crate::store::merchants::Merchant;
use crate::{App, Error, Result};

/// The addresses of this file.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(explained))
}

/// Where the shopper may be.
/// Say why each method is offered, disabled or hidden.
///
/// For a session, or for an amount.
#[utoipa::path(
    get,
    path = "/v1/methods/explain",
    operation_id = "explain_methods",
    tag = "Methods",
    params(OfMethods),
    responses((status = 200, description = "Done.", body = Envelope<ExplainView>)),
)]
async fn explained(
    State(app): State<App>,
    Caller(merchant): Caller,
    Asked(mut fields): Asked,
) -> Result<Good<ExplainView>> {
    let about = about(&app, &merchant, &mut fields).await?;
    fields.end()?;
    Ok(Good(explain::explain(&app, &merchant, &about, app.now()).await?))
}

/// A session of this merchant's, or an amount.
async fn about(app: &App, merchant: &Merchant, fields: &mut Fields) -> Result<About> {
    let words: Vec<&str> = Scene::ALL.iter().map(|scene| scene.as_str()).collect();
    let seen = match fields.text("user_agent", 1024)? {
        Some(agent) if !fields.has("scene") => Scene::seen(&agent),
        _ => fields.word("scene", &words)?.parse::<Scene>()?.into(),
    };
    if let Some(id) = fields.text("session_id", 64)? {
        let id = id.parse().map_err(|_| Error::no_such("session"))?;
        let session = query::session(app, &merchant.id, &Key::Session(id)).await?;
        return Ok(About::session(session, app.now(), seen));
    }
    if !fields.has("amount") {
        return Err(fields.wrong("session_id", "is missing; say it, or amount and currency"));
    }
    let amount = Money::parse(&fields.required("amount", 32)?, &fields.required("currency", 8)?)?;
    let country = fields.country("country")?.unwrap_or_default();
    Ok(About::amount(amount, country, USUAL, seen))
}
