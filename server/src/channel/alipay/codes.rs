//! Every code of `protocols/alipay.md` 3 and 4, and what it means for us. A table, so that nothing hides in branches.
//!
//! The question behind each row is what is *known* afterwards. A code that could be said about a payment which exists,
//! and may be paid, is never a failure: a query decides.

use super::wire::Answer;

/// What an answer means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is done.
    Done,
    /// The payment waits for the payer.
    Waiting,
    /// Alipay does not know yet.
    Unsure,
    /// Refused at the door, by our own fault: nothing was looked at. Somebody must mend it.
    Misasked,
    /// Refused for good, for this reason.
    Refused(&'static str),
    /// About something that exists already under this number, or about its state: only a query tells.
    Exists,
    /// There is nothing under this number. Of a code that nobody has scanned yet this is what Alipay says.
    Absent,
}

use Verdict::{Absent, Done, Exists, Misasked, Refused, Unsure, Waiting};

pub(super) const CONFIGURATION: &str = "CONFIGURATION";
const ACCOUNT: &str = "ACCOUNT";
const BALANCE: &str = "BALANCE";
/// No code of Alipay's, or one that has run out or was used: Alipay tells them apart by nothing.
pub(super) const CODE_INVALID: &str = "CODE_INVALID";
const DECLINED: &str = "DECLINED";
const LIMIT: &str = "LIMIT";
const RISK: &str = "RISK";

/// The envelope's codes. One that is not here (a limit of calls, say) tells nothing: it is asked about again.
pub(super) const CODES: &[(&str, Verdict)] = &[
    ("10000", Done),
    ("10003", Waiting),
    ("20000", Unsure),
    ("20001", Misasked),
    ("40001", Misasked),
    ("40002", Misasked),
    ("40006", Misasked),
];

/// The sub-codes of `40004`, without their `ACQ.`. A mismatched buyer and a cashier that did not open are said of trades
/// that exist.
#[rustfmt::skip]
pub(super) const SUB_CODES: &[(&str, Verdict)] = &[
    ("SYSTEM_ERROR", Unsure),
    ("INVALID_PARAMETER", Misasked),
    ("ACCESS_FORBIDDEN", Misasked),
    ("EXIST_FORBIDDEN_WORD", Misasked),
    ("PARTNER_ERROR", Misasked),
    ("SELLER_BEEN_BLOCKED", Misasked),
    ("TOTAL_FEE_EXCEED", Refused(LIMIT)),
    ("BEYOND_PAY_RESTRICTION", Refused(LIMIT)),
    ("BEYOND_PER_RECEIPT_RESTRICTION", Refused(LIMIT)),
    ("PAYMENT_AUTH_CODE_INVALID", Refused(CODE_INVALID)),
    ("BUYER_BALANCE_NOT_ENOUGH", Refused(BALANCE)),
    ("BUYER_BANKCARD_BALANCE_NOT_ENOUGH", Refused(BALANCE)),
    ("ERROR_BALANCE_PAYMENT_DISABLE", Refused(ACCOUNT)),
    ("BUYER_SELLER_EQUAL", Refused(ACCOUNT)),
    ("BUYER_ENABLE_STATUS_FORBID", Refused(ACCOUNT)),
    ("MOBILE_PAYMENT_SWITCH_OFF", Refused(ACCOUNT)),
    ("PAYMENT_FAIL", Refused(DECLINED)),
    ("PAYMENT_REQUEST_HAS_RISK", Refused(RISK)),
    ("CONTEXT_INCONSISTENT", Exists),
    ("TRADE_HAS_SUCCESS", Exists),
    ("TRADE_HAS_CLOSE", Exists),
    ("TRADE_HAS_FINISHED", Exists),
    ("TRADE_STATUS_ERROR", Exists),
    ("TRADE_BUYER_NOT_MATCH", Exists),
    ("PULL_MOBILE_CASHIER_FAIL", Exists),
    ("SELLER_BALANCE_NOT_ENOUGH", Exists),
    ("REFUND_AMT_NOT_EQUAL_TOTAL", Exists),
    ("REASON_TRADE_BEEN_FREEZEN", Exists),
    ("TRADE_NOT_EXIST", Absent),
];

/// Sub-codes by which a refund is refused for good: its window is closed, there is no money to return, or it is frozen (D5).
const NEVER: [&str; 3] =
    ["TRADE_HAS_FINISHED", "SELLER_BALANCE_NOT_ENOUGH", "REASON_TRADE_BEEN_FREEZEN"];

/// What this answer means. A business failure whose sub-code we do not know is a failure: Alipay says so by `40004`.
pub(super) fn verdict(answer: &Answer) -> Verdict {
    if answer.code == "40004" {
        let found = SUB_CODES.iter().find(|(known, _)| *known == bare(answer));
        return found.map_or(Refused(DECLINED), |(_, verdict)| *verdict);
    }
    let found = CODES.iter().find(|(known, _)| *known == answer.code);
    found.map_or(Unsure, |(_, verdict)| *verdict)
}

/// Whether a refund that was refused so will be refused for ever.
pub(super) fn is_never(answer: &Answer) -> bool {
    answer.code == "40004" && NEVER.contains(&bare(answer))
}

/// Whether the number stands at Alipay with other data.
pub(super) fn is_other_data(answer: &Answer) -> bool {
    bare(answer) == "CONTEXT_INCONSISTENT"
}

/// Whether somebody brought a code from a login that does not count, or no longer: that is nobody's mistake.
pub(super) fn is_about_a_login(answer: &Answer) -> bool {
    answer.sub_code == "isv.code-invalid"
}

fn bare(answer: &Answer) -> &str {
    let word = answer.sub_code.strip_prefix("aop.").unwrap_or(&answer.sub_code);
    word.strip_prefix("ACQ.").unwrap_or(word)
}
