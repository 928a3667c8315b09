//! What Lakala's codes mean. Its list of errors is not public (`protocols/lakala.md`, *Uncertain*), so nothing is read from a code but
//! success, and "I do not know yet"; what is missing is known by its sentence, and every other word leaves the decision to a query.

use super::wire::Answer;

/// What an answer means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is done.
    Done,
    /// It is under way.
    Waiting,
    /// Lakala does not know yet.
    Unsure,
    /// There is nothing under this number.
    Absent,
    /// Refused, for a reason that only its sentence tells.
    Refused,
}

use Verdict::{Absent, Done, Refused, Unsure, Waiting};

/// The codes that are no refusal, as public integrations treat them.
#[rustfmt::skip]
pub(super) const CODES: &[(&str, Verdict)] = &[
    ("BBS11105", Waiting),
    ("BBS11112", Waiting),
    ("BBS10000", Unsure),
    ("BBS00100", Unsure),
    ("BBS00101", Unsure),
    ("BPS10034", Unsure),
];

/// What there may be nothing of: an order, a trade, a number of either, a refund.
const WHAT: [&str; 4] = ["订单", "交易", "流水", "退款"];

/// "Does not exist", "was not found".
const IS_MISSING: [&str; 5] = ["不存在", "未找到", "未查询到", "查无", "没有找到"];

/// What this answer means.
pub(super) fn verdict(answer: &Answer) -> Verdict {
    if answer.is_done {
        return Done;
    }
    let known = CODES.iter().find(|(code, _)| *code == answer.code);
    let by_sentence = || if is_missing(&answer.msg) { Absent } else { Refused };
    known.map_or_else(by_sentence, |(_, verdict)| *verdict)
}

/// Who is not there is another matter than what; an order is called the merchant's in some sentences.
fn is_about_somebody(clause: &str) -> bool {
    clause.replace("商户订单", "订单").contains("商户") || clause.contains("终端")
}

/// Whether one clause of it says that the order or the refund is not there.
fn is_missing(sentence: &str) -> bool {
    let has = |clause: &str, words: &[&str]| words.iter().any(|word| clause.contains(word));
    let mut clauses =
        sentence.split(|sign: char| sign.is_whitespace() || "，,。；;：:！!".contains(sign));
    clauses
        .any(|clause| has(clause, &WHAT) && has(clause, &IS_MISSING) && !is_about_somebody(clause))
}
