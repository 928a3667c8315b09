//! What the shopper's page asks, with the session's token.

use std::sync::atomic::Ordering;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, Uri, header};
use florin_shared::shopper::{Checkout, LoginRequest, OpenTransaction, PayRequest, StatusView};
use florin_shared::{Code, Envelope, PaymentId};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::domain::scene::Scene;
use crate::flow::pay::Choice;
use crate::flow::{cancel, login, pay, to_the_end, view};
use crate::http::answer::Good;
use crate::http::asked::pairs;
use crate::http::auth::Shopper;
use crate::http::body::{Body, Fields};
use crate::http::markup;
use crate::http::peer::Payer;
use crate::status::Entry;
use crate::{App, Error, Result};

/// The addresses of this file.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(show))
        .routes(routes!(status))
        .routes(routes!(open))
        .routes(routes!(log_in))
        .routes(routes!(check))
        .routes(routes!(cancel_payment))
}

/// In which languages the list may be drawn.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct OfView {
    /// BCP 47, best first, with commas; `*` stands for the merchant's `display_locale`. The answer then carries `markup`.
    pub locales: Option<String>,
    /// `APP` in the merchant's own app, `WECHAT_MINI_PROGRAM` or `ALIPAY_MINI_PROGRAM` in a mini-program.
    pub scene: Option<String>,
}

/// Everything to show: amount, methods, appearance, and what is open.
#[utoipa::path(
    get,
    path = "/v1/checkout/{session_id}",
    operation_id = "show_checkout",
    tag = "Shopper",
    params(OfView),
    responses((status = 200, description = "Done.", body = Envelope<Checkout>)),
)]
async fn show(
    State(app): State<App>,
    shopper: Shopper,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Good<Checkout>> {
    let said = |name: &str| pairs(uri.query()).find(|(key, _)| key == name).map(|(_, value)| value);
    let scene = scene(said("scene").as_deref(), &headers)?;
    shown(&app, &shopper, scene, said("locales").as_deref()).await
}

/// The answer, with the list drawn in the first of these languages that we have.
pub(super) async fn shown(
    app: &App,
    shopper: &Shopper,
    scene: Scene,
    locales: Option<&str>,
) -> Result<Good<Checkout>> {
    let view = view::view(app, &shopper.session, scene).await?;
    let markup = locales.and_then(|locales| markup::of(&view, locales));
    Ok(Good(Checkout { view, markup }))
}

/// Where no browser is: only what asks can say so.
const SAID: [Scene; 3] = [Scene::App, Scene::WechatMiniProgram, Scene::AlipayMiniProgram];

/// Where the shopper is: what the merchant's own app or mini-program says of itself, else what the browser does.
fn scene(said: Option<&str>, headers: &HeaderMap) -> Result<Scene> {
    let Some(said) = said else { return Ok(Scene::of(agent(headers))) };
    SAID.into_iter().find(|scene| scene.as_str() == said).ok_or_else(|| {
        let sentence = "scene is APP in your own app, WECHAT_MINI_PROGRAM or ALIPAY_MINI_PROGRAM in a mini-program, and left out everywhere else";
        Error::field(Code::InvalidField, "scene", sentence)
    })
}

/// How it stands, every two seconds.
///
/// The poll: from memory, without a write; it only notes that somebody looks (R8, R14).
#[utoipa::path(
    get,
    path = "/v1/checkout/{session_id}/status",
    operation_id = "poll_status",
    tag = "Shopper",
    responses((status = 200, description = "Done.", body = Envelope<StatusView>)),
)]
async fn status(State(app): State<App>, shopper: Shopper) -> Good<StatusView> {
    told(&app, &shopper.entry)
}

/// What a poll is told. The short way in (`polls.rs`) tells the same.
pub(super) fn told(app: &App, entry: &Entry) -> Good<StatusView> {
    let now = app.now();
    entry.watch(now);
    app.counters.polls.fetch_add(1, Ordering::Relaxed);
    Good(view::told(app, entry, now))
}

/// Pay by a method.
///
/// The same method again, while its code lives, gets the same transaction.
#[utoipa::path(
    post,
    path = "/v1/checkout/{session_id}/transactions",
    operation_id = "open_transaction",
    tag = "Shopper",
    request_body = PayRequest,
    responses((status = 200, description = "Done.", body = Envelope<OpenTransaction>)),
)]
async fn open(
    State(app): State<App>,
    shopper: Shopper,
    Payer(payer_ip): Payer,
    headers: HeaderMap,
    body: Body,
) -> Result<Good<OpenTransaction>> {
    let mut fields = Fields::of(body.object);
    let method = fields.required("method", 64)?.parse()?;
    let seen = fields.number("version")?.unwrap_or(0);
    let scene = scene(fields.text("scene", 32)?.as_deref(), &headers)?;
    fields.end()?;
    shopper.entry.watch(app.now());
    let agent = agent(&headers);
    let seen = i64::try_from(seen).unwrap_or(0);
    let terminal = terminal(agent);
    let choice = Choice { method, seen, terminal, scene, payer_ip, code: None, bank: None };
    Ok(Good(pay::pay(&app, &shopper.session, choice).await?))
}

/// Say who pays, in a mini-program.
///
/// The next action `login` asks for it: what `wx.login` or `my.getAuthCode` has given is exchanged, and the next action is then
/// `mini_program_params`. The same request again gets the same answer.
#[utoipa::path(
    post,
    path = "/v1/checkout/{session_id}/transactions/{order_id}/login",
    operation_id = "say_who_pays",
    tag = "Shopper",
    request_body = LoginRequest,
    responses((status = 200, description = "Done.", body = Envelope<OpenTransaction>)),
)]
async fn log_in(
    State(app): State<App>,
    shopper: Shopper,
    Path((_, order_id)): Path<(String, String)>,
    body: Body,
) -> Result<Good<OpenTransaction>> {
    let mut fields = Fields::of(body.object);
    let code = fields.required("code", 256)?;
    fields.end()?;
    let id = known(&order_id)?;
    shopper.entry.watch(app.now());
    let (flow, session) = (app.clone(), shopper.session);
    let opening = async move { login::brought(&flow, &session, &id, &code).await };
    Ok(Good(to_the_end(opening).await?))
}

/// "I have paid": ask the channel now.
#[utoipa::path(
    post,
    path = "/v1/checkout/{session_id}/transactions/{order_id}/check",
    operation_id = "check_transaction",
    tag = "Shopper",
    responses((status = 200, description = "Done.", body = Envelope<StatusView>)),
)]
async fn check(
    State(app): State<App>,
    shopper: Shopper,
    Path((_, order_id)): Path<(String, String)>,
) -> Result<Good<StatusView>> {
    Ok(Good(cancel::check(&app, &shopper.session, &known(&order_id)?).await?))
}

/// Cancel at the channel, and tell what really happened.
#[utoipa::path(
    post,
    path = "/v1/checkout/{session_id}/transactions/{order_id}/cancel",
    operation_id = "cancel_checkout_transaction",
    tag = "Shopper",
    responses((status = 200, description = "Done.", body = Envelope<StatusView>)),
)]
async fn cancel_payment(
    State(app): State<App>,
    shopper: Shopper,
    Path((_, order_id)): Path<(String, String)>,
) -> Result<Good<StatusView>> {
    let id = known(&order_id)?;
    let session = shopper.session;
    let flow = app.clone();
    let status = to_the_end(async move { cancel::cancel(&flow, &session, &id).await }).await?;
    Ok(Good(status))
}

fn known(id: &str) -> Result<PaymentId> {
    id.parse().map_err(|_| Error::no_such("transaction"))
}

/// The shopper's device, in the channel's words. A wrong guess only changes which way to pay is offered first.
pub(super) fn terminal(agent: &str) -> &'static str {
    match agent {
        ios if ios.contains("iPhone") || ios.contains("iPad") => "WAP_IOS",
        android if android.contains("Android") => "WAP_ANDROID",
        _ => "WEB",
    }
}

/// What the browser says of itself.
pub(super) fn agent(headers: &HeaderMap) -> &str {
    headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or("")
}
