use std::collections::HashSet;

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The three headers of a message.
pub struct Headers<'a> {
    pub id: &'a str,
    pub timestamp: &'a str,
    pub signature: &'a str,
}

/// Whether the message comes from Florin; `body` is the raw body, `now` in Unix seconds.
pub fn verify(secret: &str, headers: &Headers, body: &[u8], now: i64) -> bool {
    let key = secret.strip_prefix("whsec_").and_then(|key| STANDARD.decode(key).ok());
    let Some(key) = key.filter(|key| !key.is_empty()) else { return false };
    let Ok(sent) = headers.timestamp.parse::<i64>() else { return false };
    if now.abs_diff(sent) > 300 {
        return false;
    }
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&key) else { return false };
    mac.update(format!("{}.{}.", headers.id, headers.timestamp).as_bytes());
    mac.update(body);
    let given = headers.signature.split(' ').filter_map(|one| one.strip_prefix("v1,"));
    let mut given = given.filter_map(|one| STANDARD.decode(one).ok());
    given.any(|one| mac.clone().verify_slice(&one).is_ok())
}

/// Does `work` for a message that `seen` does not know: a set, or your table. Says whether it was new; answer 2xx either way.
pub fn once(seen: &mut HashSet<String>, headers: &Headers, work: impl FnOnce()) -> bool {
    if seen.contains(headers.id) {
        return false;
    }
    work();
    seen.insert(headers.id.to_owned())
}
