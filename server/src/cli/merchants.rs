//! `florin merchants`: who sells. The first of a new installation is made here, because the API needs a key to begin with.

use anyhow::{Context, bail, ensure};
use florin_server::clock::{Clock, Millis, Random, rfc3339};
use florin_server::courier::sign;
use florin_server::domain::order::LateSuccess;
use florin_server::flow::keys::Kind;
use florin_server::flow::notify_secret;
use florin_server::flow::webhook_endpoints::{LONGEST_OVERLAP_S, OVERLAP_S};
use florin_server::http::auth::{ORIGIN_RULE, is_origin};
use florin_server::store::endpoints::NewSecret;
use florin_server::store::merchants::{self, Founded, Merchant};
use florin_server::store::{Store, StoreError, Tx, keys, operate};
use florin_shared::MerchantId;
use serde_json::{Value, json};

use super::{Answer, Where, table};

/// The command's arguments.
#[derive(clap::Args)]
#[command(after_help = "EXAMPLES
  florin migrate                                                  a new database has no tables yet
  florin merchants new --name 'Northwind Tea' --live --origin https://tea.example
  florin merchants new --name 'Northwind Coffee' --live --organisation 40817203551926
  florin merchants list
  florin merchants rotate-webhook-secret 18356675194960 --overlap-seconds 3600

The secret key and the webhook secret are printed this once; only the key's digest is kept. A new webhook secret signs
what goes to sessions' notify_url; the one before signs beside it meanwhile, and servers that run follow within two
seconds. `florin keys` makes more
keys and takes them away, `florin keys new --organisation ID` makes one that acts for all merchants of an organisation.
Without --live no real money moves: a test key opens nothing on a server whose channel account is live, and the other
way round. JSON: {\"merchant_id\", \"organisation_id\", \"livemode\", \"key\", \"key_id\", \"webhook_secret\"} or
{\"merchants\": [{\"merchant_id\", \"organisation_id\", \"name\", \"livemode\", \"created\"}]} or
{\"merchant_id\", \"webhook_secret\", \"previous_secret_until\"}")]
pub(crate) struct Merchants {
    #[command(subcommand)]
    act: Act,
}

#[derive(clap::Subcommand)]
enum Act {
    /// Every merchant, with its organisation.
    List(Where),
    /// Makes a merchant with its first key, and an organisation for it unless one is named.
    New(Box<New>),
    /// Draws a new secret for what goes to sessions' notify_url; the old one signs too for a while.
    RotateWebhookSecret(Rotate),
}

#[derive(clap::Args)]
struct Rotate {
    /// The merchant's id.
    id: MerchantId,
    /// For how long the old one signs too; a week at most.
    #[arg(long, value_name = "SECONDS", default_value_t = OVERLAP_S, value_parser = clap::value_parser!(u64).range(..=LONGEST_OVERLAP_S))]
    overlap_seconds: u64,
    #[command(flatten)]
    at: Where,
}

#[derive(clap::Args)]
struct New {
    /// What shoppers read.
    #[arg(long)]
    name: String,
    /// Real money moves.
    #[arg(long)]
    live: bool,
    /// The organisation that it joins; one of its own when absent.
    #[arg(long, value_name = "ID")]
    organisation: Option<String>,
    /// Its id, digits; drawn when absent.
    #[arg(long, value_name = "ID")]
    id: Option<String>,
    /// Where its pages live: scheme, host and port. May be said more than once.
    #[arg(long = "origin", value_name = "ORIGIN")]
    origins: Vec<String>,
    #[command(flatten)]
    at: Where,
}

pub(super) async fn run(merchants: Merchants) -> anyhow::Result<Answer> {
    match merchants.act {
        Act::List(at) => list(&at).await,
        Act::New(new) => make(*new).await,
        Act::RotateWebhookSecret(turn) => rotate(turn).await,
    }
}

async fn list(at: &Where) -> anyhow::Result<Answer> {
    let all = operate::merchants(&mut at.look().await?.read().await?).await?;
    let mode = |livemode: i64| if livemode == 1 { "live" } else { "test" };
    let row = |one: &operate::MerchantLine| {
        let (id, organisation) = (one.merchant_id.clone(), one.organisation_id.clone());
        vec![
            id,
            organisation,
            mode(one.livemode).to_owned(),
            rfc3339(one.created_ms),
            one.name.clone(),
        ]
    };
    let json = |one: &operate::MerchantLine| {
        json!({
            "merchant_id": one.merchant_id, "organisation_id": one.organisation_id, "name": one.name,
            "livemode": one.livemode == 1, "created": rfc3339(one.created_ms),
        })
    };
    let rows: Vec<Vec<String>> = all.iter().map(row).collect();
    let json: Vec<Value> = all.iter().map(json).collect();
    Ok(Answer::good(table(&rows), json!({ "merchants": json })))
}

async fn make(new: New) -> anyhow::Result<Answer> {
    let merchant = merchant_of(&new)?;
    let store = new.at.open().await?;
    ensure!(
        operate::has_tables(&store).await?,
        "the database has no tables yet: `florin migrate` makes them"
    );
    let key = Kind::of_merchant(new.live).draw(&Random::System);
    let organisation = keep(&store, new.organisation, merchant.clone(), key.clone()).await?;
    let id = &merchant.id;
    let told = format!(
        "merchant         {id}\norganisation     {organisation}\nsecret key       {key}\nwebhook secret   {secret}\n\n\
         The key is not kept and cannot be shown again. It belongs on the merchant's server and nowhere else.",
        secret = merchant.webhook_secret,
    );
    let json = json!({
        "merchant_id": id.as_str(), "organisation_id": organisation, "livemode": new.live, "key": key,
        "key_id": keys::id_of(&keys::digest_of(&key)), "webhook_secret": merchant.webhook_secret,
    });
    Ok(Answer::good(told, json))
}

async fn rotate(turn: Rotate) -> anyhow::Result<Answer> {
    let (store, now) = (turn.at.open().await?, Clock::System.now());
    let (id, secret) = (turn.id.clone(), sign::secret(Random::System.bytes()));
    let fresh = NewSecret {
        secret: secret.clone(),
        made_by: String::new(),
        at: now,
        previous_until: now + Millis::try_from(turn.overlap_seconds)? * 1000,
    };
    let until: florin_server::Result<Millis> =
        store.write(async move |tx: &mut Tx| notify_secret::turn(tx, &id, fresh).await).await;
    let until = rfc3339(until?);
    let told =
        format!("{secret}\n\nIt cannot be shown again. The one before signs too until {until}.");
    let json = json!({
        "merchant_id": turn.id.as_str(), "webhook_secret": secret, "previous_secret_until": until,
    });
    Ok(Answer::good(told, json))
}

fn merchant_of(new: &New) -> anyhow::Result<Merchant> {
    let name = new.name.trim();
    let is_name = !name.is_empty() && name.len() <= 128 && !name.chars().any(char::is_control);
    ensure!(is_name, "a name has 1 to 128 bytes and no control characters");
    for origin in &new.origins {
        ensure!(is_origin(origin, new.live), "--origin {origin} {ORIGIN_RULE}");
    }
    let id = new.id.clone().unwrap_or_else(drawn_id);
    Ok(Merchant {
        id: id.parse().context("a merchant's id is 1 to 20 digits")?,
        name: name.to_owned(),
        livemode: new.live,
        late_success: LateSuccess::Reverse,
        auto_query: true,
        appearance: Default::default(),
        webhook_secret: sign::secret(Random::System.bytes()),
        earlier_secrets: Vec::new(),
        origins: new.origins.clone(),
    })
}

/// Fourteen digits, none of them a leading zero, as in document 004.
fn drawn_id() -> String {
    let drawn = u64::from_be_bytes(Random::System.bytes::<8>());
    (10_000_000_000_000 + drawn % 90_000_000_000_000).to_string()
}

/// Writes all of it down in one commit; gives the organisation.
async fn keep(
    store: &Store,
    organisation: Option<String>,
    merchant: Merchant,
    key: String,
) -> anyhow::Result<String> {
    let (id, named, now) = (merchant.id.clone(), organisation.clone(), Clock::System.now());
    let made: Result<Founded, StoreError> = store
        .write(async move |tx: &mut Tx| {
            merchants::found(tx, organisation.as_deref(), &merchant, &key, now).await
        })
        .await;
    match (made?, named) {
        (Founded::In(organisation), _) => Ok(organisation),
        (Founded::IsThere, _) => bail!("there is a merchant {id} already"),
        (Founded::WrongOrganisation, Some(named)) => {
            bail!("there is no organisation {named}: see `florin merchants list`")
        }
        (Founded::WrongOrganisation, None) => {
            bail!(
                "there is an organisation {id} already: join it with --organisation {id}, or take another --id"
            )
        }
    }
}
