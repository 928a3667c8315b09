//! `florin check-config`: every fault of the settings at once.

use std::path::PathBuf;

use florin_server::channel::accounts::{self, Account};
use florin_server::channel::diagnose;
use florin_server::config::faults::{self, Fault};
use florin_server::config::{File, given};
use serde_json::json;

use super::Answer;

/// The command's arguments. The other settings are read from the environment by the check itself, so that one that is
/// wrong is named beside the others.
#[derive(clap::Args)]
#[command(after_help = "EXAMPLES
  florin check-config
  florin check-config --config /etc/florin.toml

Touches neither the network nor the database: `florin doctor` does. Values are never printed.
JSON: {\"faults\": [{\"place\", \"line\", \"what\", \"remedy\"}]}")]
pub(crate) struct CheckConfig {
    /// The TOML file; that of FLORIN_CONFIG when absent.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

pub(super) fn run(check: CheckConfig) -> anyhow::Result<Answer> {
    let of_environment = faults::of_environment(std::env::vars());
    let path = check.config.or_else(|| std::env::var_os("FLORIN_CONFIG").map(PathBuf::from));
    let (file, of_file) = read(path.as_ref());
    let found: Vec<Fault> =
        of_environment.into_iter().chain(of_file).chain(together(file.as_ref())).collect();
    let rows: Vec<_> = found
        .iter()
        .map(|fault| {
            json!({ "place": fault.place, "line": fault.line, "what": fault.what, "remedy": fault.remedy })
        })
        .collect();
    let good = found.is_empty();
    let told = if good {
        "the settings have no fault".to_owned()
    } else {
        found.iter().map(line).collect::<Vec<_>>().join("\n")
    };
    Ok(Answer { good, told, json: json!({ "faults": rows }) })
}

fn line(fault: &Fault) -> String {
    let line = fault.line.map_or_else(String::new, |line| format!(":{line}"));
    format!("{}{line}: {}\n    {}", fault.place, fault.what, fault.remedy)
}

fn read(path: Option<&PathBuf>) -> (Option<File>, Vec<Fault>) {
    let Some(path) = path else { return (Some(File::default()), Vec::new()) };
    let place = path.display().to_string();
    match std::fs::read_to_string(path) {
        Ok(text) => match faults::of_file(&place, &text) {
            Ok(file) => {
                let own = accounts::own(&file);
                let found = own.iter().filter_map(|account| keys(&place, &text, account)).collect();
                (Some(file), found)
            }
            Err(found) => (None, found),
        },
        Err(error) => (
            None,
            vec![fault(
                &place,
                &format!("it cannot be read: {error}"),
                "make it readable for this user",
            )],
        ),
    }
}

/// Whether the keys are keys, and those that their names say.
fn keys(place: &str, text: &str, account: &Account) -> Option<Fault> {
    let given = given::table(text, account.section).unwrap_or_default();
    if let Err(wrong) = diagnose::keys(&given) {
        let what = format!("[{}] {wrong}", account.section);
        return Some(fault(place, &what, "then `florin doctor` asks the channel"));
    }
    let error = account.channel.as_ref().err()?;
    let what = format!("[{}] cannot be used: {error:#}", account.section);
    Some(fault(
        place,
        &what,
        "copy the account's data again, the keys whole with their BEGIN and END lines",
    ))
}

/// What is right by itself and wrong together.
fn together(file: Option<&File>) -> Vec<Fault> {
    let Some(file) = file else { return Vec::new() };
    let set = |name: &str| std::env::var(name).ok();
    let mut found = Vec::new();
    let own = accounts::own(file);
    let live = |account: &Account| account.channel.as_ref().is_ok_and(|channel| channel.is_live());
    let is_live = own.iter().any(live);
    if is_live && !own.iter().all(|account| live(account) || account.channel.is_err()) {
        let what = "one account is live and another is not";
        let remedy = "give each its own server: test and real money never meet in one";
        found.push(fault("FLORIN_CONFIG", what, remedy));
    }
    if is_live && !set("FLORIN_PUBLIC_URL").is_some_and(|url| url.starts_with("https://")) {
        let what = "real money moves here, and shoppers would come over plain http";
        found.push(fault(
            "FLORIN_PUBLIC_URL",
            what,
            "set it to https://…, the address that shoppers see",
        ));
    }
    let no_sandbox = set("FLORIN_SANDBOX_LISTEN").is_some_and(|listen| listen == "off");
    if own.is_empty() && no_sandbox && set("FLORIN_SANDBOX_URL").is_none() {
        let what = "there is no channel: neither an account nor a sandbox";
        found.push(fault(
            "FLORIN_SANDBOX_LISTEN",
            what,
            "add an account such as [antom] to the TOML file, or let the sandbox run",
        ));
    }
    found
}

fn fault(place: &str, what: &str, remedy: &str) -> Fault {
    Fault { place: place.into(), line: None, what: what.into(), remedy: remedy.into() }
}
