//! Who may come in: the right merchant, the right signature, and the fields that every transaction has.

use super::calls::Kind;
use super::signature::Keys;
use super::wire::{self, Fields};
use super::{CERT_ID, MER_ID, speak};
use crate::gate::{Heard, Said};

/// A transaction's time must be current: this far from it, it is not.
const FAR: i64 = 2 * 24 * 60 * 60 * 1000;

/// A call whose sender is known.
pub(super) struct Asked {
    pub(super) kind: Kind,
    pub(super) fields: Fields,
}

impl Asked {
    /// What is asked for, or how it is refused.
    pub(super) fn of(keys: &Keys, heard: &Heard, now: i64) -> Result<Asked, Said> {
        let is_form = heard.header("content-type").starts_with("application/x-www-form-urlencoded");
        let fields = wire::strictly_of_form(&heard.body).filter(|_| is_form);
        let fields = fields.ok_or_else(|| {
            speak::refused(&Fields::new(), "10", "a form in which no field stands twice")
        })?;
        let no = |code, why| Err(speak::refused(&fields, code, why));
        let get = |name: &str| fields.get(name).map_or("", String::as_str);
        if get("merId") != MER_ID || get("certId") != CERT_ID {
            return no("11", "no such merchant, or no such certificate of it");
        }
        if get("version") != "5.1.0" || get("encoding") != "UTF-8" || get("signMethod") != "01" {
            return no("10", "version 5.1.0, encoding UTF-8, signMethod 01");
        }
        if !keys.has_signed(&fields) {
            return no("11", "the signature does not fit");
        }
        let Some(kind) = Kind::of(heard.path(), get("txnType"), get("txnSubType")) else {
            return no("13", "there is no such transaction here");
        };
        if get("accessType") != "0" || !["07", "08"].contains(&get("channelType")) {
            return no("13", "accessType 0, channelType 07 or 08");
        }
        if !kind.is_of(get("bizType")) {
            return no("13", "bizType 000000, or 000201 for what goes by a page");
        }
        if !is_number(get("orderId")) {
            return no("13", "orderId has 8 to 40 letters and digits");
        }
        // A question names the time of what it is about.
        let is_current = |at: i64| kind == Kind::Query || (at - now).abs() <= FAR;
        if !wire::time(get("txnTime")).is_some_and(is_current) {
            return no("13", "txnTime is Beijing's time, now");
        }
        Ok(Asked { kind, fields })
    }

    /// A field's text; empty where there is none.
    pub(super) fn get(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", String::as_str)
    }

    /// Everything that a repetition has in common with the first time.
    pub(super) fn fingerprint(&self) -> String {
        wire::joined(self.fields.iter().filter(|(name, _)| *name != "signature"))
    }
}

fn is_number(text: &str) -> bool {
    (8..=40).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}
