//! The list of platform certificates, `GET /v3/certificates` (`protocols/wechatpay-v3.md` 3; WeChat Pay's own page of that call). Each is sealed
//! under the APIv3 key, which nobody has but WeChat Pay and the merchant: what opens is theirs.

use jiff::Timestamp;
use serde::Deserialize;

use super::certificate::Certificate;
use super::seal::Seal;
use super::wire::Resource;
use crate::channel::json;
use crate::clock::Millis;

/// Where it is.
pub(super) const TARGET: &str = "/v3/certificates";

/// More than this many are no list of WeChat Pay's: it has two while it changes from one to the other.
const MOST: usize = 20;

#[derive(Deserialize)]
struct List {
    data: Vec<Listed>,
}

/// One certificate. Its end is told for itself, since WeChat Pay may give one up before the day that stands in it.
#[derive(Deserialize)]
struct Listed {
    serial_no: String,
    effective_time: String,
    expire_time: String,
    encrypt_certificate: Resource,
}

/// The certificates in this answer, none of which is believed by that alone: the answer's own signature comes after (`fetch.rs`).
pub(super) fn opened(seal: &Seal, body: &[u8]) -> Result<Vec<Certificate>, &'static str> {
    let list: List = json::read(body).map_err(|_| "the list of certificates cannot be read")?;
    if list.data.is_empty() || list.data.len() > MOST {
        return Err("the list of certificates has none, or too many");
    }
    list.data.iter().map(|listed| one(seal, listed)).collect()
}

fn one(seal: &Seal, listed: &Listed) -> Result<Certificate, &'static str> {
    let pem = seal.open(&listed.encrypt_certificate).ok_or(
        "the platform certificates cannot be opened by api_v3_key: compare it with the APIv3 key that was set in WeChat Pay's portal",
    )?;
    let read = Certificate::read(&pem).ok_or("a platform certificate cannot be read")?;
    if !read.is_of(&listed.serial_no) {
        return Err("a platform certificate has another serial than the list says");
    }
    let told = |time: &str| time.parse::<Timestamp>().ok().map(Timestamp::as_millisecond);
    let times: Option<(Millis, Millis)> =
        told(&listed.effective_time).zip(told(&listed.expire_time));
    let (from, until) = times.ok_or("a platform certificate's times cannot be read")?;
    Ok(Certificate { from: read.from.max(from), until: read.until.min(until), ..read })
}
