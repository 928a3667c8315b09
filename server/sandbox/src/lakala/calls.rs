//! Lakala's calls, by the names that rules give them, and their paths (`protocols/lakala.md` 3 and 5).

use crate::faults::{Call, Kind};

pub(super) static CALLS: [Call; 6] = [
    Call::new("special_create", Kind::Pay),
    Call::with_amount("query", Kind::Query),
    Call::new("close", Kind::Cancel),
    Call::new("refund", Kind::Refund),
    Call::new("idmrefundquery", Kind::RefundQuery),
    Call::with_amount("notification", Kind::Notification),
];

pub(super) static QUERY: &Call = &CALLS[1];

/// Where each call is, in the order of [`CALLS`].
const PATHS: [&str; 5] = [
    "/api/v3/ccss/counter/order/special_create",
    "/api/v3/ccss/counter/order/query",
    "/api/v3/ccss/counter/order/close",
    "/api/v3/labs/relation/refund",
    "/api/v3/labs/query/idmrefundquery",
];

/// The call at this path.
pub(super) fn at(path: &str) -> Option<&'static Call> {
    let mut calls = CALLS.iter().zip(PATHS);
    calls.find(|(_, at)| *at == path).map(|(call, _)| call)
}
