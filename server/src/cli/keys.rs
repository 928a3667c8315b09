//! `florin keys`: a merchant's secret keys, for whoever holds the database.

use std::time::Duration;

use anyhow::{Context, bail, ensure};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use florin_server::clock::{Clock, Random, rfc3339};
use florin_server::known_keys::LIFE;
use florin_server::store::operate::{self, KeyRow};
use florin_server::store::{Store, StoreError, Tx, merchants};
use florin_shared::MerchantId;
use serde_json::{Value, json};

use super::{Answer, Where, table};

/// The command's arguments.
#[derive(clap::Args)]
#[command(after_help = "EXAMPLES
  florin keys list --merchant 18356675194960
  florin keys new --merchant 18356675194960        the key is shown once, and kept only as a digest
  florin keys revoke 3fa9c2d41b07 --merchant 18356675194960

To roll a key: make a new one, let the merchant's servers use it, revoke the old one. When the command says so, two seconds
later, the old one opens nothing on any server. JSON: {\"keys\": [{\"id\", \"created\"}]}, {\"id\", \"key\"} or {\"revoked\": id}")]
pub(crate) struct Keys {
    #[command(subcommand)]
    act: Act,
}

#[derive(clap::Subcommand)]
enum Act {
    /// The keys of a merchant: their ids and ages, never the keys.
    List(Whose),
    /// Makes a key and prints it, this once.
    New(Whose),
    /// Takes a key away.
    Revoke {
        /// The key's id, or the beginning of it.
        id: String,
        #[command(flatten)]
        whose: Whose,
        /// Also the last one, after which the merchant can call nothing.
        #[arg(long)]
        even_the_last: bool,
    },
}

#[derive(clap::Args)]
struct Whose {
    /// The merchant's id.
    #[arg(long, value_name = "ID")]
    merchant: String,
    #[command(flatten)]
    at: Where,
}

/// As many hexadecimal digits of a key's digest as tell keys apart.
const ID: usize = 12;

pub(super) async fn run(keys: Keys) -> anyhow::Result<Answer> {
    match keys.act {
        Act::List(whose) => list(&whose).await,
        Act::New(whose) => new(&whose).await,
        Act::Revoke { id, whose, even_the_last } => revoke(&id, &whose, even_the_last).await,
    }
}

async fn list(whose: &Whose) -> anyhow::Result<Answer> {
    let store = whose.at.look().await?;
    let (merchant, _) = merchant(&store, &whose.merchant).await?;
    let keys = operate::keys(&mut store.read().await?, &merchant).await?;
    let rows: Vec<Vec<String>> =
        keys.iter().map(|key| vec![id(key).to_owned(), rfc3339(key.created_ms)]).collect();
    let json: Vec<Value> = keys
        .iter()
        .map(|key| json!({ "id": id(key), "created": rfc3339(key.created_ms) }))
        .collect();
    Ok(Answer::good(table(&rows), json!({ "keys": json })))
}

async fn new(whose: &Whose) -> anyhow::Result<Answer> {
    let store = whose.at.open().await?;
    let (merchant, livemode) = merchant(&store, &whose.merchant).await?;
    let kind = if livemode { "live" } else { "test" };
    let key = format!("sk_{kind}_{}", URL_SAFE_NO_PAD.encode(Random::System.bytes::<32>()));
    let (kept, now) = (key.clone(), Clock::System.now());
    let digest = store
        .write(async move |tx: &mut Tx| operate::add_key(tx, &merchant, &kept, now).await)
        .await?;
    let told =
        format!("{key}\n\nIt is not kept and cannot be shown again. Its id is {}.", &digest[..ID]);
    Ok(Answer::good(told, json!({ "id": &digest[..ID], "key": key })))
}

async fn revoke(prefix: &str, whose: &Whose, even_the_last: bool) -> anyhow::Result<Answer> {
    ensure!(prefix.len() >= 6, "name at least six characters of the id");
    let store = whose.at.open().await?;
    let (merchant, _) = merchant(&store, &whose.merchant).await?;
    let keys = operate::keys(&mut store.read().await?, &merchant).await?;
    let mut meant = keys.iter().filter(|key| key.key_digest.starts_with(prefix));
    let (Some(key), None) = (meant.next(), meant.next()) else {
        bail!("no one key begins with {prefix}: see `florin keys list`");
    };
    ensure!(
        keys.len() > 1 || even_the_last,
        "this is the merchant's last key: make another first, or say --even-the-last"
    );
    let digest = key.key_digest.clone();
    store
        .write(async move |tx: &mut Tx| operate::revoke_key(tx, &merchant, &digest).await)
        .await
        .and_then(
        |gone| if gone { Ok(()) } else { Err(StoreError::Unreadable(prefix.into(), "a key")) },
    )?;
    // Servers that run know a key for so long without looking it up.
    tokio::time::sleep(Duration::from_millis(LIFE.unsigned_abs() + 100)).await;
    Ok(Answer::good(format!("{} opens nothing any more", id(key)), json!({ "revoked": id(key) })))
}

fn id(key: &KeyRow) -> &str {
    key.key_digest.get(..ID).unwrap_or(&key.key_digest)
}

/// The merchant of that id, and whether real money moves.
async fn merchant(store: &Store, id: &str) -> anyhow::Result<(MerchantId, bool)> {
    let id: MerchantId = id.parse().context("a merchant's id is digits")?;
    let mut tx = store.read().await?;
    match merchants::get(&mut tx, &id).await? {
        Some(merchant) => Ok((id, merchant.livemode)),
        None => {
            let known = operate::merchants(&mut tx).await?;
            let known: Vec<_> = known.into_iter().map(|(id, ..)| id).collect();
            bail!("there is no merchant {id}; there are: {}", known.join(", "))
        }
    }
}
