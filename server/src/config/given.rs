//! The settings of an account that a merchant gives through the API: the keys of the table that the account would have in the TOML
//! file, with the same checks.

use std::collections::BTreeMap;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::File;
use super::faults::{KEYS, Kind};
use crate::hex;

/// The settings of one account, by their names in the TOML file.
pub type Given = Map<String, Value>;

/// Which setting is wrong, and what with it. No value is repeated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// The setting.
    pub key: String,
    /// What is wrong, behind its name.
    pub what: String,
}

/// What may be shown to an account's owner. Whatever is not in this list counts as a secret.
const SHOWN: &[&str] = &[
    "host",
    "client_id",
    "key_version",
    "settlement_currency",
    "mchid",
    "appid",
    "mobile_appid",
    "mini_program_appid",
    "mini_program_app_id",
    "serial",
    "public_key_id",
    "other_public_key_id",
    "bank",
    "account",
    "bank_code",
    "name",
    "service",
    "second_reference",
    "code",
    "app_id",
    "seller_id",
    "products",
    "merchant_no",
    "term_no",
    "request_ip",
    "mer_id",
    "cert_id",
    "term_id",
    "merchant",
    "key_id",
];

/// What may be exchanged while the account stays the same one: its keys, their numbers, and what it has signed for.
const EXCHANGED: &[&str] = &[
    "key_version",
    "key_id",
    "serial",
    "public_key_id",
    "other_public_key_id",
    "products",
    "cert_id",
    "request_ip",
];

/// What an account may say later, and then for good: nothing that it has carried is by these.
const ADDED: &[&str] = &["mobile_appid", "mini_program_appid", "mini_program_app_id"];

/// Whether what an account has not said of itself may be said later.
pub fn may_be_added(key: &str) -> bool {
    ADDED.contains(&key)
}

/// Whether a setting says which account it is. Another value would be another account: what the first has carried could no longer
/// be asked about.
pub fn is_fixed(key: &str) -> bool {
    let is_key = ["key", "secret", "certificate"].iter().any(|word| key.contains(word));
    !is_key && !EXCHANGED.contains(&key)
}

/// The table in which a channel's is, where there is one for each currency, and that currency: `transfer.eur`.
fn within(channel: &str) -> Option<(&str, &str)> {
    channel.split_once('.')
}

/// Refuses what this channel's table has not, what it lacks, and what is not of its kind.
///
/// # Errors
/// The first that is wrong.
pub fn check(channel: &str, given: &Given) -> Result<(), Wrong> {
    let kind = within(channel).map_or(channel, |(kind, _)| kind);
    let keys = || KEYS.iter().filter(|(table, ..)| *table == kind);
    let wrong = |key: &str, what: &str| Wrong { key: key.to_owned(), what: what.to_owned() };
    for (key, value) in given {
        let Some((.., kind, _)) = keys().find(|(_, known, ..)| known == key) else {
            return Err(wrong(key, "is no setting of this channel"));
        };
        match kind {
            Kind::Text if value.as_str().is_none_or(|text| text.trim().is_empty()) => {
                return Err(wrong(key, "must be a text that is not empty"));
            }
            Kind::Number if value.as_u64().is_none_or(|number| number == 0) => {
                return Err(wrong(key, "must be a whole number above 0"));
            }
            Kind::Text | Kind::Number => {}
        }
    }
    match keys().find(|(_, key, _, needed)| *needed && !given.contains_key(*key)) {
        Some((_, key, ..)) => Err(wrong(key, "is missing")),
        None => Ok(()),
    }
}

/// One table of a TOML file as it stands there.
pub fn table(text: &str, name: &str) -> Option<Given> {
    let file: toml::Value = toml::from_str(text).ok()?;
    let table = name.split('.').try_fold(&file, |table, name| table.get(name))?;
    serde_json::to_value(table).ok()?.as_object().cloned()
}

/// The file that had this account in it and nothing else.
///
/// # Errors
/// It does not read as such an account; the sentence names a key and no value.
pub fn file(channel: &str, given: &Given) -> anyhow::Result<File> {
    check(channel, given).map_err(|wrong| anyhow::anyhow!("{} {}", wrong.key, wrong.what))?;
    let file = match within(channel) {
        Some((kind, currency)) => json!({ kind: { currency: given } }),
        None => json!({ channel: given }),
    };
    // The reader's own words may quote what it could not read.
    serde_json::from_value(file)
        .map_err(|_| anyhow::anyhow!("the settings cannot be read as those of {channel}"))
}

/// What its owner sees of the settings, and by what the owner knows the secrets again.
pub fn told(given: &Given) -> (BTreeMap<String, String>, BTreeMap<String, String>) {
    let (mut shown, mut secrets) = (BTreeMap::new(), BTreeMap::new());
    for (key, value) in given {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        match SHOWN.contains(&key.as_str()) {
            true => shown.insert(key.clone(), text),
            false => secrets.insert(key.clone(), fingerprint(&text)),
        };
    }
    (shown, secrets)
}

/// More bytes than a secret that somebody has made up: a key, the smallest of which (Ed25519) has 44.
const KEY: usize = 40;

/// A key is known again by the digest of its bytes, a short secret by its last characters: a digest of one could be tried out.
fn fingerprint(text: &str) -> String {
    let lines = text.lines().map(str::trim).filter(|line| !line.starts_with("-----"));
    let bytes = STANDARD.decode(lines.collect::<String>()).ok();
    match bytes.filter(|bytes| bytes.len() > KEY) {
        Some(der) => format!("sha256:{}", hex(digest(&SHA256, &der).as_ref())),
        None if text.chars().count() >= 16 => {
            let last: Vec<char> = text.chars().rev().take(4).collect();
            format!("…{}", last.iter().rev().collect::<String>())
        }
        None => "…".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(value: Value) -> Given {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn the_first_thing_that_is_wrong_is_named_and_never_its_value() {
        let whole = json!({
            "host": "https://openapi.alipay.com", "app_id": "1", "seller_id": "2088", "private_key": "hunter2",
            "public_key": "p",
        });
        assert_eq!(check("alipay", &given(whole.clone())), Ok(()));
        assert!(file("alipay", &given(whole.clone())).unwrap().alipay.is_some());
        let with = |key: &str, value: Value| {
            let mut given = given(whole.clone());
            given.insert(key.to_owned(), value);
            check("alipay", &given).unwrap_err()
        };
        for (key, value, what) in [
            ("mchid", json!("1"), "is no setting of this channel"),
            ("app_id", json!(1), "must be a text that is not empty"),
            ("app_id", json!(" "), "must be a text that is not empty"),
            ("private_key", json!(["hunter2"]), "must be a text that is not empty"),
        ] {
            assert_eq!(with(key, value), Wrong { key: key.into(), what: what.into() });
        }
        let lacking = given(json!({ "host": "https://openapi.alipay.com", "app_id": "1" }));
        assert_eq!(check("alipay", &lacking).unwrap_err().key, "seller_id");
        assert!(check("limits", &given(json!({ "poll": 0 }))).is_err());
    }

    #[test]
    fn an_account_for_one_currency_stands_in_the_table_of_its_currency() {
        let whole = given(json!({
            "host": "https://bank.example", "client_id": "1", "secret": "whsec_hunter2", "name": "Tea", "bank": "Bank",
            "account": "DE75512108001245126199",
        }));
        let file = file("transfer.eur", &whole).unwrap();
        assert_eq!(file.transfer.keys().collect::<Vec<_>>(), ["eur"]);
        assert!(check("transfer.eur", &given(json!({ "host": "https://bank.example" }))).is_err());
        let text = "[transfer.eur]\naccount = \"1234\"\n[alipay]\napp_id = \"1\"\n";
        assert_eq!(table(text, "transfer.eur").unwrap()["account"], "1234");
        assert_eq!(table(text, "alipay").unwrap()["app_id"], "1");
        assert_eq!(table(text, "transfer.usd"), None);
    }

    #[test]
    fn secrets_are_told_by_a_digest_or_by_their_end() {
        let key = include_str!("../../keys/alipay_sandbox_merchant.pem");
        let secret = "0123456789abcdef0123456789abwxyz";
        let all = json!({ "host": "https://a.example", "key_version": 2, "private_key": key, "api_v3_key": secret,
            "app_secret": "hunter2", "something_new": "0123456789abcdef" });
        let (shown, secrets) = told(&given(all));
        assert_eq!(shown.keys().collect::<Vec<_>>(), ["host", "key_version"]);
        assert!(
            secrets["private_key"].starts_with("sha256:") && secrets["private_key"].len() == 71
        );
        assert_eq!(fingerprint(&STANDARD.encode([7; 44])).len(), 71, "Ed25519 has small keys");
        assert_eq!(secrets["api_v3_key"], "…wxyz");
        assert_eq!(secrets["app_secret"], "…", "four of seven characters would tell too much");
        assert_eq!(secrets["something_new"], "…cdef", "what nobody listed is a secret");
    }

    #[test]
    fn every_setting_that_is_shown_is_one_and_what_names_an_account_is_fixed() {
        for key in SHOWN.iter().chain(EXCHANGED).chain(ADDED) {
            assert!(KEYS.iter().any(|(_, known, ..)| known == key), "{key}");
        }
        for key in ["host", "mchid", "app_id", "seller_id", "account", "client_id", "something_new"]
        {
            assert!(is_fixed(key), "{key}");
        }
        for key in
            ["private_key", "api_v3_key", "app_secret", "secret", "root_certificate", "serial"]
        {
            assert!(!is_fixed(key), "{key}");
        }
        assert!(ADDED.iter().all(|key| is_fixed(key)), "once it has been said");
    }
}
