//! The kinds of transactions, which two numbers tell apart, and the message that is sent unasked.

use crate::faults::{self, Call};

pub(super) const BACK: &str = "/gateway/api/backTransReq.do";
pub(super) const QUERY_PATH: &str = "/gateway/api/queryTrans.do";

/// What the payer's browser sends.
pub(super) const FRONT: &str = "/gateway/api/frontTransReq.do";

/// What a merchant's app is given something by, for UnionPay's SDK.
pub(super) const APP: &str = "/gateway/api/appTransReq.do";

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A code that the payer scans.
    Apply,
    /// The payer's own code.
    Charge,
    /// UnionPay's own page, to which the payer's browser comes with a form.
    Front,
    /// UnionPay's control in an app.
    App,
    Query,
    Refund,
}

impl Kind {
    /// By path, `txnType` and `txnSubType`.
    pub(super) fn of(path: &str, txn_type: &str, txn_sub_type: &str) -> Option<Kind> {
        match (path, txn_type, txn_sub_type) {
            (BACK, "01", "07") => Some(Kind::Apply),
            (BACK, "01", "06") => Some(Kind::Charge),
            (FRONT, "01", "01") => Some(Kind::Front),
            (APP, "01", "01") => Some(Kind::App),
            (BACK, "04", "00") => Some(Kind::Refund),
            (QUERY_PATH, "00", "00") => Some(Kind::Query),
            _ => None,
        }
    }

    /// Of which product it may be: `000201` is that of UnionPay's pages and of its control in apps. What is asked for is the same for all, and a refund says that of
    /// its payment.
    pub(super) fn is_of(self, biz_type: &str) -> bool {
        match self {
            Kind::Apply | Kind::Charge | Kind::Query => biz_type == "000000",
            Kind::Front | Kind::App => biz_type == "000201",
            Kind::Refund => ["000000", "000201"].contains(&biz_type),
        }
    }

    pub(super) fn call(self) -> &'static Call {
        match self {
            Kind::Apply => &CALLS[0],
            Kind::Charge => CHARGING,
            Kind::Front => &CALLS[6],
            Kind::App => &CALLS[7],
            Kind::Query => QUERYING,
            Kind::Refund => &CALLS[3],
        }
    }
}

pub(super) static CHARGING: &Call = &CALLS[1];
pub(super) static QUERYING: &Call = &CALLS[2];
pub(super) static REFUND_QUERYING: &Call = &CALLS[4];

pub(super) static CALLS: [Call; 8] = [
    Call::new("apply", faults::Kind::Pay),
    Call::with_amount("charge", faults::Kind::Pay),
    Call::with_amount("query", faults::Kind::Query),
    Call::new("refund", faults::Kind::Refund),
    Call::new("refundQuery", faults::Kind::RefundQuery),
    Call::with_amount("notification", faults::Kind::Notification),
    Call::new("front", faults::Kind::Pay),
    Call::new("app", faults::Kind::Pay),
];
