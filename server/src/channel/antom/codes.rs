//! Every result code of `protocols/antom.md` 9, and what it means for us. A table, so that nothing hides in branches.
//!
//! The question behind each row is what is *known* afterwards. A code that could be said about a payment which exists,
//! and may be paid, is never a failure: a query decides.

use super::wire::Outcome;

/// What an answer means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is done.
    Done,
    /// The payment waits for the shopper.
    InProcess,
    /// The money is on its way back.
    Returning,
    /// Antom does not know yet.
    Unsure,
    /// Refused at the door, by our own fault: nothing was looked at. Somebody must mend it.
    Misasked,
    /// Refused for good, for this reason.
    Refused(&'static str),
    /// About something that exists already under this number, or about its state: only a query tells.
    Exists,
    /// There is nothing under this number.
    Absent,
}

use Verdict::{Absent, Done, Exists, InProcess, Misasked, Refused, Returning, Unsure};

pub(super) const DECLINED: &str = "DECLINED";
pub(super) const CONFIGURATION: &str = "CONFIGURATION";
const ACCOUNT: &str = "ACCOUNT";
const BALANCE: &str = "BALANCE";
const CODE_EXPIRED: &str = "CODE_EXPIRED";
const CODE_INVALID: &str = "CODE_INVALID";
const LIMIT: &str = "LIMIT";
const METHOD: &str = "METHOD_UNAVAILABLE";
const RISK: &str = "RISK";
const SYSTEM: &str = "CHANNEL_UNAVAILABLE";

/// Code, the status it must come with, meaning.
#[rustfmt::skip]
pub(super) const CODES: &[(&str, &str, Verdict)] = &[
    ("SUCCESS", "S", Done),
    ("PAYMENT_IN_PROCESS", "U", InProcess),
    ("REFUND_IN_PROCESS", "U", Returning),
    ("UNKNOWN_EXCEPTION", "U", Unsure),
    ("REQUEST_TRAFFIC_EXCEED_LIMIT", "U", Unsure),
    ("PARAM_ILLEGAL", "F", Misasked),
    ("MEDIA_TYPE_NOT_ACCEPTABLE", "F", Misasked),
    ("METHOD_NOT_SUPPORTED", "F", Misasked),
    ("NO_INTERFACE_DEF", "F", Misasked),
    ("INVALID_SIGNATURE", "F", Misasked),
    ("KEY_NOT_FOUND", "F", Misasked),
    ("INVALID_CLIENT", "F", Misasked),
    ("ACCESS_DENIED", "F", Misasked),
    ("INVALID_CONTRACT", "F", Misasked),
    ("MERCHANT_NOT_REGISTERED", "F", Misasked),
    ("REPEAT_REQ_INCONSISTENT", "F", Exists),
    ("ORDER_IS_CLOSED", "F", Exists),
    ("ORDER_IS_CANCELED", "F", Exists),
    ("ORDER_STATUS_INVALID", "F", Exists),
    ("CANCEL_WINDOW_EXCEED", "F", Exists),
    ("REFUND_AMOUNT_EXCEED", "F", Exists),
    ("REFUND_WINDOW_EXCEED", "F", Exists),
    ("MERCHANT_BALANCE_NOT_ENOUGH", "F", Exists),
    ("ORDER_NOT_EXIST", "F", Absent),
    ("PAYMENT_NOT_EXIST", "F", Absent),
    ("REFUND_NOT_EXIST", "F", Absent),
    ("PAYMENT_AMOUNT_EXCEED_LIMIT", "F", Refused(LIMIT)),
    ("PAYMENT_COUNT_EXCEED_LIMIT", "F", Refused(LIMIT)),
    ("USER_AMOUNT_EXCEED_LIMIT", "F", Refused(LIMIT)),
    ("USER_BALANCE_NOT_ENOUGH", "F", Refused(BALANCE)),
    ("USER_KYC_NOT_QUALIFIED", "F", Refused(ACCOUNT)),
    ("USER_STATUS_ABNORMAL", "F", Refused(ACCOUNT)),
    ("USER_PAYMENT_VERIFICATION_FAILED", "F", Refused(DECLINED)),
    ("VERIFY_TIMES_EXCEED_LIMIT", "F", Refused(DECLINED)),
    ("RISK_REJECT", "F", Refused(RISK)),
    ("PAYMENT_PROHIBITED", "F", Refused(RISK)),
    ("REGULATION_RESTRICTION", "F", Refused(RISK)),
    ("NO_PAY_OPTION", "F", Refused(METHOD)),
    ("UNAVAILABLE_PAYMENT_METHOD", "F", Refused(METHOD)),
    ("CURRENCY_NOT_SUPPORT", "F", Refused(METHOD)),
    ("BUSINESS_NOT_SUPPORT", "F", Refused(METHOD)),
    ("AUTHENTICATION_REQUIRED", "F", Refused(DECLINED)),
    ("INVALID_EXPIRATION_DATE", "F", Refused(DECLINED)),
    ("SELECTED_CARD_BRAND_NOT_AVAILABLE", "F", Refused(METHOD)),
    ("EXPIRED_CODE", "F", Refused(CODE_EXPIRED)),
    ("INVALID_CODE", "F", Refused(CODE_INVALID)),
    ("INVALID_TOKEN", "F", Refused(DECLINED)),
    ("PROCESS_FAIL", "F", Refused(SYSTEM)),
    ("SYSTEM_ERROR", "F", Refused(SYSTEM)),
];

/// Codes by which a refund is refused for good: its window is closed, there is no money to return, or the method has
/// no refunds at all (D5).
const NEVER: [&str; 3] =
    ["REFUND_WINDOW_EXCEED", "MERCHANT_BALANCE_NOT_ENOUGH", "BUSINESS_NOT_SUPPORT"];

/// What this outcome means. A code we do not know follows its status; one that contradicts its status says nothing.
pub(super) fn verdict(outcome: &Outcome) -> Verdict {
    let status = outcome.result_status.as_str();
    match CODES.iter().find(|(code, ..)| *code == outcome.result_code) {
        Some((_, right, verdict)) if *right == status => *verdict,
        Some(_) => Unsure,
        None => by_status(status),
    }
}

/// Why a payment failed, in our word, when Antom says for certain that it did.
pub(super) fn reason(code: &str) -> &'static str {
    match CODES.iter().find(|(known, ..)| *known == code) {
        Some((_, _, Refused(reason))) => reason,
        Some((_, _, Misasked)) => CONFIGURATION,
        Some(_) | None => DECLINED,
    }
}

/// Whether a refund that was refused so will be refused for ever.
pub(super) fn is_never(code: &str) -> bool {
    NEVER.contains(&code)
}

fn by_status(status: &str) -> Verdict {
    match status {
        "S" => Done,
        "F" => Refused(DECLINED),
        _ => Unsure,
    }
}
