//! The wire's JSON into the types of `florin-shared`, field by field.
//!
//! serde would do it in fewer lines and 13 KB more of WebAssembly. A test reads the same JSON with serde and with these
//! functions, so that `florin-shared` stays the contract. What is missing is `None`; an answer without a field that it
//! must have is no answer.

use florin_shared::money::Amount;
use florin_shared::session::SessionStatus;
use florin_shared::shopper::{
    CheckoutView, Good, NextAction, Offer, OpenTransaction, PaymentStatus, Phase, StatusView, Unavailable,
};
use florin_shared::theme::Appearance;

/// A JSON value that can be looked into: `JsValue` in the browser, serde's in tests.
pub trait Reader: Sized {
    /// A field of an object; `None` when it is absent or `null`.
    fn field(&self, name: &str) -> Option<Self>;
    /// A string.
    fn text(&self) -> Option<String>;
    /// A whole number that is not negative.
    fn whole(&self) -> Option<u64>;
    /// `true` or `false`.
    fn flag(&self) -> Option<bool>;
    /// The items of an array.
    fn items(&self) -> Option<Vec<Self>>;
}

fn text<R: Reader>(from: &R, name: &str) -> Option<String> {
    from.field(name)?.text()
}

fn whole<R: Reader>(from: &R, name: &str) -> Option<u64> {
    from.field(name)?.whole()
}

fn list<R: Reader, T>(from: &R, name: &str, read: fn(&R) -> Option<T>) -> Option<Vec<T>> {
    from.field(name)?.items()?.iter().map(read).collect()
}

/// Everything to show.
pub fn view<R: Reader>(from: &R) -> Option<CheckoutView> {
    Some(CheckoutView {
        session_id: text(from, "session_id")?,
        version: whole(from, "version")?,
        status: session_status(&text(from, "status")?),
        payee: text(from, "payee")?,
        trans_id: text(from, "trans_id")?,
        amount: amount(from)?,
        goods: list(from, "goods", good)?,
        methods: list(from, "methods", offer)?,
        expires_in_ms: whole(from, "expires_in_ms")?,
        lifetime_ms: whole(from, "lifetime_ms")?,
        return_url: text(from, "return_url"),
        session_url: text(from, "session_url")?,
        display_locale: text(from, "display_locale"),
        appearance: from.field("appearance").map(|from| appearance(&from)).unwrap_or_default(),
        auto_query: from.field("auto_query")?.flag()?,
        livemode: from.field("livemode")?.flag()?,
        open: match from.field("open") {
            Some(from) => Some(open(&from)?),
            None => None,
        },
        state: status(&from.field("state")?)?,
    })
}

/// The answer to pay.
pub fn open<R: Reader>(from: &R) -> Option<OpenTransaction> {
    Some(OpenTransaction {
        order_id: text(from, "order_id")?,
        method: text(from, "method")?,
        next_action: from.field("next_action").and_then(|from| next_action(&from)),
        code_expires_in_ms: whole(from, "code_expires_in_ms")?,
        state: status(&from.field("state")?)?,
    })
}

/// The answer to status, check and cancel.
pub fn status<R: Reader>(from: &R) -> Option<StatusView> {
    Some(StatusView {
        seq: whole(from, "seq")?,
        status: session_status(&text(from, "status")?),
        order_id: text(from, "order_id"),
        method: text(from, "method"),
        payment_status: text(from, "payment_status").map(|word| payment_status(&word)),
        phase: text(from, "phase").map(|word| phase(&word)),
        reason: text(from, "reason"),
        expires_in_ms: whole(from, "expires_in_ms")?,
        code_expires_in_ms: whole(from, "code_expires_in_ms")?,
        poll_after_ms: whole(from, "poll_after_ms")?,
        return_url: text(from, "return_url"),
        notice: text(from, "notice"),
        notice_method: text(from, "notice_method"),
    })
}

fn amount<R: Reader>(from: &R) -> Option<Amount> {
    let exponent = whole(from, "exponent")?.try_into().ok()?;
    Some(Amount { amount: text(from, "amount")?, currency: text(from, "currency")?, exponent })
}

fn good<R: Reader>(from: &R) -> Option<Good> {
    let quantity = whole(from, "quantity")?.try_into().ok()?;
    Some(Good { name: text(from, "name")?, quantity, unit_amount: text(from, "unit_amount") })
}

fn offer<R: Reader>(from: &R) -> Option<Offer> {
    let unavailable = from.field("unavailable").map(|from| Unavailable {
        reason: text(&from, "reason").unwrap_or_default(),
        needs: list(&from, "needs", R::text).unwrap_or_default(),
    });
    Some(Offer { method: text(from, "method")?, kind: text(from, "kind")?, unavailable })
}

fn next_action<R: Reader>(from: &R) -> Option<NextAction> {
    Some(NextAction {
        kind: text(from, "type")?,
        text: text(from, "text"),
        code_kind: text(from, "code_kind"),
        app_link: text(from, "app_link"),
        url: text(from, "url"),
    })
}

fn appearance<R: Reader>(from: &R) -> Appearance {
    Appearance {
        theme: text(from, "theme"),
        color_primary: text(from, "color_primary"),
        border_radius: whole(from, "border_radius").and_then(|pixels| pixels.try_into().ok()),
    }
}

fn session_status(word: &str) -> SessionStatus {
    match word {
        "PROCESSING" => SessionStatus::Processing,
        "SUCCESS" => SessionStatus::Success,
        "CANCELLED" => SessionStatus::Cancelled,
        "EXPIRED" => SessionStatus::Expired,
        _ => SessionStatus::Unknown,
    }
}

fn payment_status(word: &str) -> PaymentStatus {
    match word {
        "PROCESSING" => PaymentStatus::Processing,
        "SUCCESS" => PaymentStatus::Success,
        "FAIL" => PaymentStatus::Fail,
        "CANCELLED" => PaymentStatus::Cancelled,
        _ => PaymentStatus::Unknown,
    }
}

fn phase(word: &str) -> Phase {
    match word {
        "OPENING" => Phase::Opening,
        "WAITING" => Phase::Waiting,
        "CONFIRMING" => Phase::Confirming,
        "CLOSING" => Phase::Closing,
        "OVER" => Phase::Over,
        _ => Phase::Unknown,
    }
}

#[cfg(test)]
mod tests;
