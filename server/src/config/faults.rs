//! Every fault of the settings at once, each with where it is, what is wrong and what to do. Values are never repeated:
//! one of them may be a secret.

use std::net::SocketAddr;
use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

pub(super) use self::keys::{KEYS, Kind};
use super::File;
use crate::domain::fee::Fee;
use crate::vault::Vault;

mod keys;

/// Something that is wrong with the settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// A variable, or the file.
    pub place: String,
    /// The file's line, from 1.
    pub line: Option<usize>,
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub remedy: String,
}

impl Fault {
    fn of(place: &str, what: impl Into<String>, remedy: impl Into<String>) -> Fault {
        Fault { place: place.into(), line: None, what: what.into(), remedy: remedy.into() }
    }
}

type IsGood = fn(&str) -> bool;

/// Every variable: what it may be, and what it should look like.
const VARIABLES: &[(&str, IsGood, &str)] = &[
    ("FLORIN_LISTEN", is_address, "write host:port, such as 127.0.0.1:8080"),
    ("FLORIN_ADMIN_LISTEN", is_address_or_off, "write host:port, such as 127.0.0.1:8082, or off"),
    ("FLORIN_SANDBOX_LISTEN", is_address_or_off, "write host:port, such as 127.0.0.1:8081, or off"),
    ("FLORIN_SANDBOX_URL", is_http, "write http://host:port"),
    ("FLORIN_PUBLIC_URL", is_http, "write https://pay.example, the address that shoppers see"),
    (
        "FLORIN_DATABASE_URL",
        is_database,
        "write sqlite:/path/florin.db or postgres://user@host/name",
    ),
    ("FLORIN_DATA_DIR", is_folder_to_be, "name a folder, or one that can be made"),
    ("FLORIN_ASSETS_DIR", is_folder, "name the folder with florin.js: `make widget` builds dist/"),
    ("FLORIN_CODE_SECONDS", is_code_life, "write a whole number from 5 to 86400"),
    ("FLORIN_CONFIG", is_file, "name a TOML file that this user may read"),
    ("FLORIN_LOG_JSON", is_yes_or_no, "write true or false"),
    ("FLORIN_SEALING_KEY", is_sealing_key, "write at least 32 characters: `openssl rand -hex 32`"),
];

/// Variables that belong to other programs of this repository, or to single commands.
const OTHERS: &[&str] = &[
    "FLORIN_KEY",
    "FLORIN_SERVER",
    "FLORIN_SEED",
    "FLORIN_KILL_SECONDS",
    "FLORIN_KILL_ON",
    "FLORIN_AWAY_SECONDS",
    "FLORIN_POWER_CUTS",
    "FLORIN_POWER_ON",
];

/// The faults of the environment.
pub fn of_environment(variables: impl Iterator<Item = (String, String)>) -> Vec<Fault> {
    let mut found = Vec::new();
    for (name, value) in variables.filter(|(name, _)| name.starts_with("FLORIN_")) {
        match VARIABLES.iter().find(|(known, ..)| *known == name) {
            Some((_, is_good, remedy)) if !is_good(&value) => {
                found.push(Fault::of(&name, "it cannot be read as what it should be", *remedy));
            }
            None if !OTHERS.contains(&name.as_str()) => {
                let known = VARIABLES.iter().map(|(known, ..)| *known);
                found.push(Fault::of(&name, "there is no such setting", meant(&name, known)));
            }
            Some(_) | None => {}
        }
    }
    found.sort_by(|one, other| one.place.cmp(&other.place));
    found
}

fn meant<'k>(name: &str, known: impl Iterator<Item = &'k str>) -> String {
    let nearest = known.min_by_key(|known| strsim::damerau_levenshtein(name, known));
    match nearest {
        Some(nearest) if strsim::damerau_levenshtein(name, nearest) <= 4 => {
            format!("remove it, or write {nearest}")
        }
        _ => "remove it".to_owned(),
    }
}

fn is_address(text: &str) -> bool {
    text.parse::<SocketAddr>().is_ok()
}

fn is_address_or_off(text: &str) -> bool {
    text == "off" || is_address(text)
}

fn is_http(text: &str) -> bool {
    url::Url::parse(text).is_ok_and(|url| {
        // The hosted page and its files lie at the root, and origins have no path.
        let is_bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        matches!(url.scheme(), "http" | "https") && url.host().is_some() && is_bare
    })
}

fn is_database(text: &str) -> bool {
    let rest = ["sqlite:", "postgres://", "postgresql://"].map(|scheme| text.strip_prefix(scheme));
    rest.into_iter().flatten().any(|rest| !rest.is_empty())
}

fn is_folder_to_be(text: &str) -> bool {
    !text.is_empty() && (!Path::new(text).exists() || is_folder(text))
}

fn is_folder(text: &str) -> bool {
    Path::new(text).is_dir()
}

fn is_file(text: &str) -> bool {
    std::fs::File::open(text).is_ok_and(|file| file.metadata().is_ok_and(|about| about.is_file()))
}

fn is_code_life(text: &str) -> bool {
    text.parse().is_ok_and(|seconds: i64| (5..=86_400).contains(&seconds))
}

fn is_sealing_key(text: &str) -> bool {
    Vault::of(text).is_ok()
}

fn is_yes_or_no(text: &str) -> bool {
    matches!(text, "true" | "false")
}

/// The table that has one more for each currency in it.
const TRANSFER: &str = "transfer";

/// The faults of the file, by their lines; and what it says, when there are none.
pub fn of_file(place: &str, text: &str) -> Result<File, Vec<Fault>> {
    let (table, errors) = DeTable::parse_recoverable(text);
    let mut file = Faults { place, text, found: Vec::new() };
    for error in errors {
        let at = error.span().map_or(0, |span| span.start);
        file.add(at, error.message().trim(), "write it as TOML: key = \"value\"");
    }
    if file.found.is_empty() {
        file.walk(table.get_ref());
    }
    if file.found.is_empty() {
        return toml::from_str(text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            file.add(at, error.message(), "write a value that fits");
            file.found
        });
    }
    file.found.sort_by_key(|fault| fault.line);
    Err(file.found)
}

struct Faults<'t> {
    place: &'t str,
    text: &'t str,
    found: Vec<Fault>,
}

impl Faults<'_> {
    fn add(&mut self, at: usize, what: impl Into<String>, remedy: impl Into<String>) {
        let line = Some(line_of(self.text, at));
        self.found.push(Fault { line, ..Fault::of(self.place, what, remedy) });
    }

    fn walk(&mut self, table: &DeTable<'_>) {
        for (name, value) in table {
            let (at, known) = (name.span().start, KEYS.iter().map(|(table, ..)| *table));
            let name = name.get_ref().as_ref();
            match value.get_ref() {
                DeValue::Table(inside) if name == TRANSFER => self.accounts(inside),
                DeValue::Table(inside) if name == "fees" => self.fees(inside),
                DeValue::Table(inside) if known.clone().any(|known| known == name) => {
                    self.table(name, name, at, inside);
                }
                _ => self.add(at, format!("there is no table [{name}]"), meant(name, known)),
            }
        }
    }

    /// One table for each currency.
    fn accounts(&mut self, all: &DeTable<'_>) {
        for (currency, value) in all {
            let (at, currency) = (currency.span().start, currency.get_ref());
            match value.get_ref() {
                DeValue::Table(inside) => {
                    self.table(&format!("{TRANSFER}.{currency}"), TRANSFER, at, inside);
                }
                _ => self.add(
                    at,
                    format!("[{TRANSFER}] has no {currency}"),
                    "write a table for each currency, such as [transfer.eur]",
                ),
            }
        }
    }

    fn table(&mut self, name: &str, kind: &str, at: usize, inside: &DeTable<'_>) {
        let keys = || KEYS.iter().filter(|(table, ..)| *table == kind);
        for (key, value) in inside {
            match keys().find(|(_, known, ..)| *known == key.get_ref().as_ref()) {
                Some((_, known, kind, _)) => self.value(known, *kind, value),
                None => {
                    let remedy = meant(key.get_ref(), keys().map(|(_, known, ..)| *known));
                    let what = format!("[{name}] has no {}", key.get_ref());
                    self.add(key.span().start, what, remedy);
                }
            }
        }
        for (_, known, _, needed) in keys() {
            if *needed && !inside.iter().any(|(key, _)| key.get_ref().as_ref() == *known) {
                self.add(at, format!("[{name}] lacks {known}"), format!("add {known} = …"));
            }
        }
    }

    /// One key for each account's table, which are those with a `host`.
    fn fees(&mut self, inside: &DeTable<'_>) {
        let accounts = || {
            KEYS.iter()
                .filter(|(table, key, ..)| *key == "host" && *table != TRANSFER)
                .map(|(table, ..)| *table)
        };
        for (key, value) in inside {
            let name = key.get_ref().as_ref();
            if !accounts().any(|account| account == name) {
                self.add(
                    key.span().start,
                    format!("[fees] has no {name}"),
                    meant(name, accounts()),
                );
            } else if value.get_ref().as_str().is_none_or(|fee| fee.parse::<Fee>().is_err()) {
                let remedy = "write \"0.6%\", \"2.9% + 30\" or \"30\"";
                self.add(value.span().start, format!("{name} is no fee"), remedy);
            }
        }
    }

    fn value(&mut self, key: &str, kind: Kind, value: &Spanned<DeValue<'_>>) {
        let inside = value.get_ref();
        let good = match kind {
            Kind::Text => inside.as_str().is_some_and(|text| !text.is_empty()),
            Kind::Number => inside.as_integer().is_some_and(|number| {
                number.as_str().parse::<u32>().is_ok_and(|number| number > 0)
            }),
        };
        if !good {
            let should = match kind {
                Kind::Text => "a text that is not empty, in quotes",
                Kind::Number => "a whole number above 0, without quotes",
            };
            self.add(
                value.span().start,
                format!("{key} is not what it should be"),
                format!("write {should}"),
            );
        }
    }
}

/// The line, from 1, in which this byte stands.
pub(super) fn line_of(text: &str, at: usize) -> usize {
    1 + text.bytes().take(at).filter(|byte| *byte == b'\n').count()
}

#[cfg(test)]
mod tests;
