//! `florin keys`: the secret keys of a merchant or an organisation, for whoever holds the database.

use std::time::Duration;

use anyhow::{Context, bail, ensure};
use florin_server::clock::{Clock, Random, rfc3339};
use florin_server::flow::keys::Kind;
use florin_server::known_keys::LIFE;
use florin_server::store::keys::{self, Deleted, Holder, KeyRow, Last, MOST, NewKey};
use florin_server::store::{Store, StoreError, Tx, merchants, operate, organisations};
use florin_shared::MerchantId;
use serde_json::{Value, json};

use super::{Answer, Where, table};

/// The command's arguments.
#[derive(clap::Args)]
#[command(after_help = "EXAMPLES
  florin keys list --merchant 18356675194960
  florin keys new --merchant 18356675194960        the key is shown once, and kept only as a digest
  florin keys new --organisation 18356675194960    one that acts for all its merchants, and changes what they inherit
  florin keys revoke KY3fa9c2d4 --merchant 18356675194960

`florin merchants new` makes a merchant with its first key. To roll a key: make a new one, let the merchant's servers use
it, revoke the old one. When the command says so, two seconds later, it opens nothing on any server. JSON: {\"keys\": [{\"id\", \"prefix\",
\"created\"}]}, {\"id\", \"key\"} or {\"revoked\": id}")]
pub(crate) struct Keys {
    #[command(subcommand)]
    act: Act,
}

#[derive(clap::Subcommand)]
enum Act {
    /// The keys: their ids, beginnings and ages, never the keys.
    List(Whose),
    /// Makes a key and prints it, this once.
    New(Whose),
    /// Takes a key away.
    Revoke {
        /// The key's id, or the beginning of it.
        id: String,
        #[command(flatten)]
        whose: Whose,
        /// Also the last one, after which nothing can be called.
        #[arg(long)]
        even_the_last: bool,
    },
}

#[derive(clap::Args)]
struct Whose {
    /// The merchant's id.
    #[arg(long, value_name = "ID", required_unless_present = "organisation")]
    merchant: Option<String>,
    /// Or the organisation's.
    #[arg(long, value_name = "ID", conflicts_with = "merchant")]
    organisation: Option<String>,
    #[command(flatten)]
    at: Where,
}

pub(super) async fn run(keys: Keys) -> anyhow::Result<Answer> {
    match keys.act {
        Act::List(whose) => list(&whose).await,
        Act::New(whose) => new(&whose).await,
        Act::Revoke { id, whose, even_the_last } => revoke(&id, &whose, even_the_last).await,
    }
}

async fn list(whose: &Whose) -> anyhow::Result<Answer> {
    let store = whose.at.look().await?;
    let (holder, _) = whose.holder(&store).await?;
    let keys = keys::of(&mut store.read().await?, &holder).await?;
    let row = |key: &KeyRow| vec![key.id(), key.prefix.clone(), rfc3339(key.created_ms)];
    let rows: Vec<Vec<String>> = keys.iter().map(row).collect();
    let json: Vec<Value> = keys
        .iter()
        .map(|key| json!({ "id": key.id(), "prefix": key.prefix, "created": rfc3339(key.created_ms) }))
        .collect();
    Ok(Answer::good(table(&rows), json!({ "keys": json })))
}

async fn new(whose: &Whose) -> anyhow::Result<Answer> {
    let store = whose.at.open().await?;
    let (holder, kind) = whose.holder(&store).await?;
    let key = kind.draw(&Random::System);
    let (kept, now) = (key.clone(), Clock::System.now());
    let is_added: Result<bool, StoreError> = store
        .write(async move |tx: &mut Tx| {
            keys::add(tx, &holder, NewKey { secret: &kept, made_by: "", at: now }).await
        })
        .await;
    ensure!(is_added?, "there are {MOST} keys already: revoke one that is no longer needed");
    let id = keys::id_of(&keys::digest_of(&key));
    let told = format!("{key}\n\nIt is not kept and cannot be shown again. Its id is {id}.");
    Ok(Answer::good(told, json!({ "id": id, "key": key })))
}

async fn revoke(prefix: &str, whose: &Whose, even_the_last: bool) -> anyhow::Result<Answer> {
    ensure!(prefix.len() >= 8, "name at least eight characters of the id");
    let store = whose.at.open().await?;
    let (holder, _) = whose.holder(&store).await?;
    let keys = keys::of(&mut store.read().await?, &holder).await?;
    let mut meant = keys.iter().map(KeyRow::id).filter(|id| id.starts_with(prefix));
    let (Some(id), None) = (meant.next(), meant.next()) else {
        bail!("no one key begins with {prefix}: see `florin keys list`");
    };
    let last = if even_the_last { Last::Delete } else { Last::Keep };
    let chosen = id.clone();
    let deleted: Result<Deleted, StoreError> =
        store.write(async move |tx: &mut Tx| keys::delete(tx, &holder, &chosen, last).await).await;
    match deleted? {
        Deleted::Gone => {
            // Servers that run know a key for so long without looking it up.
            tokio::time::sleep(Duration::from_millis(LIFE.unsigned_abs() + 100)).await;
            Ok(Answer::good(format!("{id} opens nothing any more"), json!({ "revoked": id })))
        }
        Deleted::IsLast => {
            bail!("this is the last key: make another first, or say --even-the-last")
        }
        Deleted::Unknown => bail!("{id} was revoked by somebody else just now"),
    }
}

impl Whose {
    /// Whose keys are meant, and of which kind a new one is.
    async fn holder(&self, store: &Store) -> anyhow::Result<(Holder, Kind)> {
        match (&self.merchant, &self.organisation) {
            (_, Some(id)) => organisation(store, id).await,
            (Some(id), None) => merchant(store, id).await,
            (None, None) => bail!("say --merchant or --organisation"),
        }
    }
}

async fn merchant(store: &Store, id: &str) -> anyhow::Result<(Holder, Kind)> {
    let id: MerchantId = id.parse().context("a merchant's id is digits")?;
    let mut tx = store.read().await?;
    if let Some(merchant) = merchants::get(&mut tx, &id).await? {
        return Ok((Holder::Merchant(id), Kind::of_merchant(merchant.livemode)));
    }
    let known = operate::merchants(&mut tx).await?;
    if known.is_empty() {
        bail!("there is no merchant yet: `florin merchants new` makes one, with its first key")
    }
    let known: Vec<_> = known.into_iter().map(|merchant| merchant.merchant_id).collect();
    bail!("there is no merchant {id}; there are: {}", known.join(", "))
}

async fn organisation(store: &Store, id: &str) -> anyhow::Result<(Holder, Kind)> {
    match organisations::get(&mut store.read().await?, id).await? {
        Some(found) => Ok((Holder::Organisation(found.id), Kind::Organisation)),
        None => bail!("there is no organisation {id}: see `florin merchants list`"),
    }
}
