//! The codes of `protocols/unionpay-qr.md` 3, and what they mean for us. A table, so that nothing hides in branches.

use super::fields::Fields;

/// What a code means, of a call or of the transaction that it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is done; also with defects, by which money is none the less taken.
    Done,
    /// UnionPay has taken it up, and nobody knows yet how it ends.
    Unsure,
    /// There is nothing under this number: never heard of, or a code that nobody has paid yet.
    Absent,
    /// Refused at the door, by our own fault. Somebody must mend it.
    Misasked,
    /// The number was used before: only a query tells for what.
    Exists,
    /// No.
    Refused,
}

use Verdict::{Absent, Done, Exists, Misasked, Unsure};

/// Every code of the page. Any other one is a failure.
const CODES: &[(&str, Verdict)] = &[
    ("00", Done),
    ("A6", Done),
    ("03", Unsure),
    ("04", Unsure),
    ("05", Unsure),
    ("34", Absent),
    ("10", Misasked),
    ("11", Misasked),
    ("13", Misasked),
    ("12", Exists),
];

pub(super) const CONFIGURATION: &str = "CONFIGURATION";
pub(super) const DECLINED: &str = "DECLINED";

/// What this code means. No code at all says nothing: it is asked about again.
pub(super) fn verdict(code: &str) -> Verdict {
    let found = CODES.iter().find(|(known, _)| *known == code);
    match found {
        Some((_, verdict)) => *verdict,
        None if code.is_empty() => Unsure,
        None => Verdict::Refused,
    }
}

/// The answer's code as it is shown to people: two characters, or what stands there instead.
pub(super) fn shown(answer: &Fields) -> String {
    let code = answer.get("respCode");
    let plain = code.chars().filter(char::is_ascii_alphanumeric).take(16);
    format!("respCode {}", plain.collect::<String>())
}
