//! How UnionPay answers: `k=v&k=v`, not encoded, with its certificate and its signature among them.

use axum::http::StatusCode;

use super::MER_ID;
use super::signature::Keys;
use super::wire::{self, Fields};
use crate::channel::{Headers, Signed};
use crate::gate::{Said, Voice};

pub(super) struct UnionpayVoice<'a> {
    pub(super) keys: &'a Keys,
}

impl Voice for UnionpayVoice<'_> {
    fn headers(&self, _: &Said, _: Signed) -> Headers {
        vec![("content-type", "text/html;charset=UTF-8".into())]
    }

    fn body(&self, said: &Said, signed: Signed) -> String {
        wire::joined(self.keys.signed(wire::of_form(said.body.as_bytes()), signed).iter())
    }

    fn unknown(&self) -> Said {
        refused(&Fields::new(), "04", "nobody knows what happened")
    }
}

/// What every answer repeats of its question.
const REPEATED: [&str; 9] = [
    "accessType",
    "bizType",
    "encoding",
    "orderId",
    "reqReserved",
    "txnSubType",
    "txnTime",
    "txnType",
    "version",
];

/// An answer with this code, and with these fields beside what it repeats.
pub(super) fn answered(asked: &Fields, code: &str, message: &str, more: &[(&str, String)]) -> Said {
    let repeated = asked.iter().filter(|(name, _)| REPEATED.contains(&name.as_str()));
    let mut fields: Fields = repeated.map(|(name, value)| (name.clone(), value.clone())).collect();
    fields.insert("merId".into(), MER_ID.into());
    fields.insert("respCode".into(), code.into());
    fields.insert("respMsg".into(), message.into());
    for (name, value) in more {
        fields.insert((*name).into(), value.clone());
    }
    Said { status: StatusCode::OK, body: wire::form(&fields) }
}

/// It worked.
pub(super) fn well(asked: &Fields, more: &[(&str, String)]) -> Said {
    answered(asked, "00", "成功[0000000]", more)
}

/// It did not.
pub(super) fn refused(asked: &Fields, code: &str, why: &str) -> Said {
    answered(asked, code, why, &[])
}
