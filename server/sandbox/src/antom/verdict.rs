//! The `result` that every answer begins with (`protocols/antom.md` 9).

use serde_json::{Value, json};

/// A result code with its status (`S`, `F` or `U`) and a sentence for the reader of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Verdict {
    status: &'static str,
    code: String,
    message: String,
}

impl Verdict {
    pub(crate) fn success() -> Verdict {
        Verdict { status: "S", code: "SUCCESS".into(), message: "success".into() }
    }

    pub(crate) fn refused(code: &str, message: impl Into<String>) -> Verdict {
        Verdict { status: "F", code: code.into(), message: message.into() }
    }

    pub(crate) fn illegal(message: impl Into<String>) -> Verdict {
        Verdict::refused("PARAM_ILLEGAL", message)
    }

    pub(crate) fn in_process() -> Verdict {
        Verdict::open("PAYMENT_IN_PROCESS", "payment in process")
    }

    pub(crate) fn refund_in_process() -> Verdict {
        Verdict::open("REFUND_IN_PROCESS", "refund in process")
    }

    pub(crate) fn unknown() -> Verdict {
        Verdict::open("UNKNOWN_EXCEPTION", "the outcome is not known; ask again")
    }

    fn open(code: &str, message: &str) -> Verdict {
        Verdict { status: "U", code: code.into(), message: message.into() }
    }

    pub(crate) fn to_wire(&self) -> Value {
        json!({
            "resultCode": self.code,
            "resultStatus": self.status,
            "resultMessage": self.message,
        })
    }

    /// An answer that says nothing else.
    pub(crate) fn alone(&self) -> Value {
        json!({ "result": self.to_wire() })
    }
}
