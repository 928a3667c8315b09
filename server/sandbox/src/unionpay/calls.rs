//! The kinds of transactions, which two numbers tell apart, and the message that is sent unasked.

use crate::faults::{self, Call};

pub(super) const BACK: &str = "/gateway/api/backTransReq.do";
pub(super) const QUERY_PATH: &str = "/gateway/api/queryTrans.do";

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A code that the payer scans.
    Apply,
    /// The payer's own code.
    Charge,
    Query,
    Refund,
}

impl Kind {
    /// By path, `txnType` and `txnSubType`.
    pub(super) fn of(path: &str, txn_type: &str, txn_sub_type: &str) -> Option<Kind> {
        match (path, txn_type, txn_sub_type) {
            (BACK, "01", "07") => Some(Kind::Apply),
            (BACK, "01", "06") => Some(Kind::Charge),
            (BACK, "04", "00") => Some(Kind::Refund),
            (QUERY_PATH, "00", "00") => Some(Kind::Query),
            _ => None,
        }
    }

    pub(super) fn call(self) -> &'static Call {
        match self {
            Kind::Apply => &CALLS[0],
            Kind::Charge => CHARGING,
            Kind::Query => QUERYING,
            Kind::Refund => &CALLS[3],
        }
    }
}

pub(super) static CHARGING: &Call = &CALLS[1];
pub(super) static QUERYING: &Call = &CALLS[2];
pub(super) static REFUND_QUERYING: &Call = &CALLS[4];

pub(super) static CALLS: [Call; 6] = [
    Call::new("apply", faults::Kind::Pay),
    Call::with_amount("charge", faults::Kind::Pay),
    Call::with_amount("query", faults::Kind::Query),
    Call::new("refund", faults::Kind::Refund),
    Call::new("refundQuery", faults::Kind::RefundQuery),
    Call::with_amount("notification", faults::Kind::Notification),
];
