//! A merchant's own accounts at channels, for the merchant's server.

use axum::extract::{Path, State};
use florin_shared::account::{ChannelList, ChannelRemoved, ChannelView};
use florin_shared::{AccountId, Envelope};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::asked::manage::{ChangeChannel, CreateChannel};
use super::new_session::same_merchant;
use crate::clock::rfc3339;
use crate::config::given::{self, Given};
use crate::domain::account::{self, AccountState};
use crate::domain::fee::Fee;
use crate::flow::channels::{self, Change};
use crate::http::answer::Good;
use crate::http::auth::Caller;
use crate::http::body::{Body, Fields};
use crate::http::idempotency::Seed;
use crate::store::accounts::Account;
use crate::store::merchants::Merchant;
use crate::{App, Error, Result};

/// The addresses of this file.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(create, list)).routes(routes!(one, change, remove))
}

/// Add an account of the merchant's own at a channel.
///
/// `settings` are those of the channel's table in the server's file. Keys are kept sealed, and no answer tells them.
#[utoipa::path(
    post,
    path = "/v1/channels",
    operation_id = "create_channel",
    tag = "Own channels",
    request_body = CreateChannel,
    responses((status = 200, description = "Done.", body = Envelope<ChannelView>)),
)]
async fn create(
    State(app): State<App>,
    Caller(merchant): Caller,
    seed: Option<Seed>,
    body: Body,
) -> Result<Good<ChannelView>> {
    let mut fields = Fields::of(body.object);
    let channel = fields.required("channel", 32)?;
    let wanted = read(fields, &merchant)?;
    let seed = seed.map(|seed| seed.id());
    let made = channels::create(&app, &merchant, seed, (channel, wanted)).await?;
    Ok(Good(view(&app, &merchant, made)))
}

/// List the merchant's own accounts, oldest first.
#[utoipa::path(
    get,
    path = "/v1/channels",
    operation_id = "list_channels",
    tag = "Own channels",
    responses((status = 200, description = "Done.", body = Envelope<ChannelList>)),
)]
async fn list(State(app): State<App>, Caller(merchant): Caller) -> Result<Good<ChannelList>> {
    let all = channels::list(&app, &merchant).await?;
    let channels = all.into_iter().map(|account| view(&app, &merchant, account)).collect();
    Ok(Good(ChannelList { channels }))
}

/// Show an account.
#[utoipa::path(
    get,
    path = "/v1/channels/{channel_id}",
    operation_id = "get_channel",
    tag = "Own channels",
    responses((status = 200, description = "Done.", body = Envelope<ChannelView>)),
)]
async fn one(
    State(app): State<App>,
    Caller(merchant): Caller,
    Path(id): Path<String>,
) -> Result<Good<ChannelView>> {
    let account = channels::get(&app, &merchant, &known(&id)?).await?;
    Ok(Good(view(&app, &merchant, account)))
}

/// Change an account: its keys, its fee, whether it takes payments.
///
/// What says which account it is cannot change: make another one, and remove this one.
#[utoipa::path(
    patch,
    path = "/v1/channels/{channel_id}",
    operation_id = "change_channel",
    tag = "Own channels",
    request_body = ChangeChannel,
    responses((status = 200, description = "Done.", body = Envelope<ChannelView>)),
)]
async fn change(
    State(app): State<App>,
    Caller(merchant): Caller,
    Path(id): Path<String>,
    body: Body,
) -> Result<Good<ChannelView>> {
    let id = known(&id)?;
    let change = read(Fields::of(body.object), &merchant)?;
    let account = channels::change(&app, &merchant, id, change).await?;
    Ok(Good(view(&app, &merchant, account)))
}

/// Remove an account. It takes no more payments; what it has carried is still asked about, and given back, by it.
#[utoipa::path(
    delete,
    path = "/v1/channels/{channel_id}",
    operation_id = "remove_channel",
    tag = "Own channels",
    responses((status = 200, description = "Done.", body = Envelope<ChannelRemoved>)),
)]
async fn remove(
    State(app): State<App>,
    Caller(merchant): Caller,
    Path(id): Path<String>,
) -> Result<Good<ChannelRemoved>> {
    channels::remove(&app, &merchant, known(&id)?).await?;
    Ok(Good(ChannelRemoved { channel_id: id, deleted: true }))
}

/// A malformed id cannot be anybody's: the same answer as for an unknown one.
fn known(id: &str) -> Result<AccountId> {
    id.parse().map_err(|_| Error::no_such("channel"))
}

fn read(mut fields: Fields, merchant: &Merchant) -> Result<Change> {
    same_merchant(&mut fields, merchant)?;
    let fee = fields.text("fee", 64)?;
    if let Some(Err(why)) = fee.as_deref().filter(|fee| !fee.is_empty()).map(str::parse::<Fee>) {
        return Err(fields.wrong("fee", format_args!("is none: {why}")));
    }
    let change = Change {
        label: fields.text("label", 256)?,
        fee,
        enabled: fields.choice("enabled")?,
        settings: fields.map("settings")?,
    };
    fields.end()?;
    Ok(change)
}

fn view(app: &App, merchant: &Merchant, (account, given): (Account, Given)) -> ChannelView {
    let name = account::name(&account.channel, &account.id);
    let (settings, secrets) = given::told(&given);
    ChannelView {
        channel_id: account.id.to_string(),
        notify_url: format!("{}/notify/{name}", app.public_url),
        login_url: format!("{}/login/{name}", app.public_url),
        channel: account.channel,
        name,
        label: account.label,
        enabled: account.state == AccountState::Enabled,
        fee: Some(account.fee).filter(|fee| !fee.is_empty()),
        settings,
        secrets,
        livemode: merchant.livemode,
        created_time: rfc3339(account.created),
        changed_time: rfc3339(account.changed),
    }
}
