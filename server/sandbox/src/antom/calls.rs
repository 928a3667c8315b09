//! Antom's calls, by the last part of their path, and the notification it sends.

use crate::faults::{Call, Kind};

pub(super) static PAY: &Call = &CALLS[0];
pub(super) static INQUIRY: &Call = &CALLS[1];

pub(super) static CALLS: [Call; 7] = [
    Call::with_amount("pay", Kind::Pay),
    Call::with_amount("inquiryPayment", Kind::Query),
    Call::new("cancel", Kind::Cancel),
    Call::new("refund", Kind::Refund),
    Call::new("inquiryRefund", Kind::RefundQuery),
    Call::new("consult", Kind::Other),
    Call::with_amount("notification", Kind::Notification),
];
