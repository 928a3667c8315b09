//! `florin doctor`: tries everything that a running Florin needs. Each thing is tried whatever came before it, and each
//! failure says what to do.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use florin_server::channel::diagnose::{self, Finding};
use florin_server::channel::nobody::nobodys;
use florin_server::channel::{Channel, accounts};
use florin_server::clock::{Clock, Random};
use florin_server::config::given::Given;
use florin_server::config::{File, Settings, without_password};
use florin_server::domain::account;
use florin_server::store::accounts as own_accounts;
use florin_server::store::{Store, migrate, operate};
use florin_shared::PaymentId;
use serde_json::{Value, json};

use super::{Answer, own, print};

/// The command's arguments.
#[derive(clap::Args)]
#[command(after_help = "EXAMPLES
  florin doctor
  florin doctor --json | jq '.checks[] | select(.ok | not)'

Give it the settings of the server. It changes nothing: a file is written and removed in the data folder, the database is
read, the channel is asked about a payment that does not exist.
JSON: {\"ok\": bool, \"checks\": [{\"check\", \"ok\", \"told\"}]}; ends with 1 when a check fails.")]
pub(crate) struct Doctor {
    #[command(flatten)]
    settings: Settings,
}

/// A clock that is further off than this makes codes end early, or signatures worthless.
const CLOCKS_APART: i64 = 2_000;

/// Less than this is a day's work on a busy one.
const FREE: u64 = 1 << 30;

const WEEK: i64 = 7 * 24 * 3_600_000;

type Found = anyhow::Result<String>;

pub(super) async fn run(doctor: Doctor, json: bool) -> anyhow::Result<Answer> {
    let settings = doctor.settings;
    let http = reqwest::Client::builder()
        .timeout(Duration::from_secs(10))
        .redirect(reqwest::redirect::Policy::none())
        .build()?;
    let mut report = Report { json, rows: Vec::new(), ok: true };
    let url = settings.database();
    let store = Store::connect_read_only(&url).await;
    match &store {
        Ok(store) => {
            report.add("database", operate::version(store).await.map_err(Into::into));
            report.add("migrations", migrations(store).await);
            report.add("clock", clocks(store).await);
            report.add("one address for all", shared(store, &settings.public()).await);
        }
        Err(error) => {
            let name = without_password(&url);
            report.add("database", Err(anyhow::anyhow!(
                "{name} cannot be reached: {error}; is it running, are name and password right? `florin serve` makes a new SQLite file"
            )));
        }
    }
    let folder = settings.data_folder();
    report.add("data folder", writable(&folder));
    report.add("disk space", space(&folder));
    report.add("public address", public(&http, &settings.public()).await);
    match settings.file() {
        Ok(file) => {
            for (name, found) in channels(&settings, &file).await {
                report.add(&name, found);
            }
        }
        Err(error) => report.add("channels", Err(error)),
    }
    if let Ok(store) = &store {
        for (name, found) in own_channels(&settings, store).await {
            report.add(&name, found);
        }
        for (name, found) in endpoints(store).await {
            report.add(&name, found);
        }
    }
    let told = if report.ok { "everything is well" } else { "something is wrong: see above" };
    Ok(Answer {
        good: report.ok,
        told: told.into(),
        json: json!({ "ok": report.ok, "checks": report.rows }),
    })
}

/// Told line by line, since some checks take their time.
struct Report {
    json: bool,
    rows: Vec<Value>,
    ok: bool,
}

impl Report {
    fn add(&mut self, check: &str, found: Found) {
        let (ok, told) = match found {
            Ok(told) => (true, told),
            Err(error) => (false, format!("{error:#}")),
        };
        self.ok &= ok;
        if !self.json {
            print(&format!("{}  {check}: {told}", if ok { "ok  " } else { "FAIL" }));
        }
        self.rows.push(json!({ "check": check, "ok": ok, "told": told }));
    }
}

async fn migrations(store: &Store) -> Found {
    let missing = migrate::pending(store).await?;
    ensure!(missing.is_empty(), "{} are missing: run `florin migrate`", missing.len());
    Ok("all there".into())
}

async fn clocks(store: &Store) -> Found {
    let before = Clock::System.now();
    let there = operate::clock(store).await?;
    let here = (before + Clock::System.now()) / 2;
    let apart = (there - here).abs();
    ensure!(
        apart < CLOCKS_APART,
        "the database's clock is {apart} ms from this machine's: let both follow a time service"
    );
    Ok(format!("{apart} ms from the database's"))
}

/// What the server that started last here says of itself, and what these settings say.
async fn shared(store: &Store, own: &str) -> Found {
    let own = own.trim_end_matches('/');
    match operate::public_url(&mut store.read().await?).await? {
        Some(there) => {
            ensure!(
                there == own,
                "the server that started last on this database has FLORIN_PUBLIC_URL={there}, here it is {own}: all \
                 processes on one database need the same"
            );
            Ok(format!("{own}, as the server that started last has it"))
        }
        None => Ok("no server has started on this database yet".into()),
    }
}

fn writable(folder: &Path) -> Found {
    let name = folder.display();
    std::fs::create_dir_all(folder).with_context(|| format!("{name} cannot be made"))?;
    let file = folder.join(".florin-doctor");
    let tried =
        std::fs::write(&file, b"florin").and_then(|()| std::fs::File::open(&file)?.sync_all());
    let removed = std::fs::remove_file(&file);
    tried.and(removed).with_context(|| {
        format!("{name} does not keep what is written: let it belong to the user who runs florin")
    })?;
    Ok(name.to_string())
}

fn space(folder: &Path) -> Found {
    let about = rustix::fs::statvfs(folder).context("it cannot be asked for")?;
    let free = about.f_bavail.saturating_mul(about.f_frsize);
    ensure!(free >= FREE, "{} MiB are free: make room, or move FLORIN_DATA_DIR", free >> 20);
    Ok(format!("{} GiB are free", free >> 30))
}

async fn public(http: &reqwest::Client, url: &str) -> Found {
    let answer = http.get(format!("{url}/healthz")).send().await.map_err(|error| {
        anyhow::anyhow!(
            "{url} does not answer ({}): is `florin serve` running, does the proxy lead to it?",
            error.without_url()
        )
    })?;
    ensure!(
        answer.status().is_success(),
        "{url} answers {}: does the proxy lead to Florin?",
        answer.status()
    );
    let secure = if url.starts_with("https://") { "" } else { " (plain http: for tests only)" };
    Ok(format!("{url} answers{secure}"))
}

/// A real, signed question about a payment that does not exist: only who has our keys is answered. Of an account of one's own also its
/// keys and the channel's clock.
async fn channels(settings: &Settings, file: &File) -> Vec<(String, Found)> {
    let own = accounts::own(file);
    let is_sandbox = own.is_empty();
    let accounts = if is_sandbox { accounts::of_sandbox(&settings.sandbox()) } else { own };
    let mut found = Vec::new();
    for account in accounts {
        let name = format!("channel {}", account.section);
        let given = settings.table(account.section).filter(|_| !is_sandbox);
        found.extend(account_is_well(&name, given.as_ref(), account.channel).await);
    }
    found
}

/// Merchants' own accounts, which lie sealed in the database.
async fn own_channels(settings: &Settings, store: &Store) -> Vec<(String, Found)> {
    let read = async { own_accounts::all(&mut store.read().await?).await };
    let rows = match read.await {
        Ok(rows) => rows,
        Err(error) => return vec![("own channels".into(), Err(error.into()))],
    };
    let vault = own::vault(settings);
    let mut found = Vec::new();
    for row in rows {
        let known = account::name(&row.channel, &row.id);
        let name = format!("channel {known}");
        let (given, made) = match own::given(&vault, &row) {
            Ok(given) => {
                let made = accounts::of_merchant(&row.channel, &given, &known);
                (Some(given), made)
            }
            Err(error) => (None, Err(error)),
        };
        found.extend(account_is_well(&name, given.as_ref(), made).await);
    }
    found
}

/// What is found out about an account: as one thing when there is nothing more to say, else in its parts.
async fn account_is_well(
    name: &str,
    given: Option<&Given>,
    channel: anyhow::Result<Arc<dyn Channel>>,
) -> Vec<(String, Found)> {
    let now = Clock::System.now();
    let id = PaymentId::of(Random::System.dated(now));
    let asked = channel.and_then(|channel| {
        let nobodys = nobodys(channel.as_ref(), id, now).context("it sells nothing")?;
        Ok((channel, nobodys))
    });
    match (asked, given) {
        (Ok((channel, nobodys)), Some(given)) => {
            let all = diagnose::diagnose(channel.as_ref(), given, &nobodys).await;
            let told =
                |one: Finding| if one.ok { Ok(one.told) } else { Err(anyhow::anyhow!(one.told)) };
            all.into_iter().map(|one| (format!("{name}: {}", one.check), told(one))).collect()
        }
        (Ok((channel, nobodys)), None) => {
            let said = channel.probe(&nobodys).await.map_err(anyhow::Error::msg);
            vec![(name.to_owned(), said)]
        }
        // What was pasted says more than what could not be read.
        (Err(error), given) => {
            let pasted = given.and_then(|given| diagnose::keys(given).err());
            vec![(name.to_owned(), Err(pasted.map_or(error, anyhow::Error::msg)))]
        }
    }
}

/// The addresses that were told something lately: can they be reached, and does something wait for them?
async fn endpoints(store: &Store) -> Vec<(String, Found)> {
    let addresses = async {
        let since = Clock::System.now() - WEEK;
        operate::addresses(&mut store.read().await?, since).await
    };
    let addresses = match addresses.await {
        Ok(addresses) => addresses,
        Err(error) => return vec![("webhook endpoints".into(), Err(error.into()))],
    };
    let mut found = Vec::new();
    for (url, waiting, error) in addresses {
        let parsed = url::Url::parse(&url).ok();
        let host = parsed.as_ref().map(|url| url.origin().ascii_serialization());
        let name = format!("webhook endpoint {}", host.unwrap_or_default());
        found.push((name, endpoint(parsed.as_ref(), waiting, &error).await));
    }
    found
}

async fn endpoint(url: Option<&url::Url>, waiting: i64, error: &str) -> Found {
    let url = url.context("its address cannot be read")?;
    let host = url.host_str().context("its address names no host")?;
    let port = url.port_or_known_default().context("its address names no port")?;
    let connection = tokio::net::TcpStream::connect((host.trim_matches(['[', ']']), port));
    let reached = tokio::time::timeout(Duration::from_secs(5), connection).await;
    let last = if error.is_empty() { String::new() } else { format!(", last error: {error}") };
    match reached {
        Ok(Ok(_)) => Ok(format!("can be reached, {waiting} messages wait{last}")),
        Ok(Err(why)) => bail!("cannot be reached: {why}; {waiting} messages wait{last}"),
        Err(_) => bail!("does not answer within 5 s; {waiting} messages wait{last}"),
    }
}
