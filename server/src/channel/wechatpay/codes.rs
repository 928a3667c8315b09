//! The codes of `protocols/wechatpay-v3.md` 8, and what each means for us. A table, so that nothing hides in branches.
//!
//! The question behind each row is what is *known* afterwards. What could be said about an order that exists, and may be
//! paid, is never a failure: a query decides.

use super::wire::Answer;

/// What an answer means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is done; what it says stands in its fields.
    Done,
    /// It waits for the payer's password.
    Waits,
    /// WeChat Pay does not know, or is busy.
    Unsure,
    /// Refused at the door, by our own fault: nothing was looked at. Somebody must mend it.
    Misasked,
    /// Refused, for this reason.
    Refused(&'static str),
    /// About something that exists already under this number: only a query tells.
    Exists,
    /// There is nothing under this number.
    Absent,
}

use Verdict::{Absent, Done, Exists, Misasked, Refused, Unsure, Waits};

pub(super) const CONFIGURATION: &str = "CONFIGURATION";
const DECLINED: &str = "DECLINED";

/// Code, the status it must come with, meaning.
#[rustfmt::skip]
pub(super) const CODES: &[(&str, u16, Verdict)] = &[
    // The payer has the password before them.
    ("USERPAYING", 202, Waits),
    ("PARAM_ERROR", 400, Misasked),
    ("APPID_MCHID_NOT_MATCH", 400, Misasked),
    ("MCH_NOT_EXISTS", 400, Misasked),
    // Of a number that was never used before: what we ask is not allowed to us.
    ("INVALID_REQUEST", 400, Refused(CONFIGURATION)),
    ("ORDER_CLOSED", 400, Exists),
    ("SIGN_ERROR", 401, Misasked),
    ("NO_AUTH", 403, Misasked),
    ("OUT_TRADE_NO_USED", 403, Exists),
    ("ORDERPAID", 403, Exists),
    ("RULE_LIMIT", 403, Refused("LIMIT")),
    ("TRADE_ERROR", 403, Refused(DECLINED)),
    ("NOT_ENOUGH", 403, Refused("BALANCE")),
    ("ACCOUNT_ERROR", 403, Refused("ACCOUNT")),
    ("ORDER_NOT_EXIST", 404, Absent),
    ("ORDERNOTEXIST", 404, Absent),
    ("RESOURCE_NOT_EXISTS", 404, Absent),
];

/// Which statuses come with words that decide something. A busy or broken WeChat Pay (429, 5xx) has said nothing.
pub(super) fn is_readable(status: u16) -> bool {
    matches!(status, 200 | 202 | 204 | 400 | 401 | 403 | 404)
}

/// What this answer means. A code that contradicts its status says nothing.
pub(super) fn verdict(answer: &Answer) -> Verdict {
    if matches!(answer.status, 200 | 204) {
        return Done;
    }
    match CODES.iter().find(|(code, ..)| *code == answer.code) {
        Some((_, status, verdict)) if *status == answer.status => *verdict,
        Some(_) => Unsure,
        None if matches!(answer.status, 202 | 401) || answer.code.is_empty() => Unsure,
        None => Refused(DECLINED),
    }
}
