//! The wire's JSON into the types of `florin-shared`, field by field.
//!
//! serde would do it in fewer lines and 13 KB more of WebAssembly. A test reads the same JSON with serde and with these
//! functions, so that `florin-shared` stays the contract. What is missing is `None`; an answer without a field that it
//! must have is no answer.

use std::cell::Cell;

use florin_shared::money::Amount;
use florin_shared::session::SessionStatus;
use florin_shared::shopper::{
    CheckoutView, Good, NextAction, Offer, OpenTransaction, PaymentStatus, Phase, StatusView,
    Transfer, Unavailable,
};
use florin_shared::theme::Looks;

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

/// An object that is being read; it remembers whether everything that must be there was.
struct Fields<'a, R> {
    from: &'a R,
    complete: Cell<bool>,
}

impl<'a, R: Reader> Fields<'a, R> {
    fn of(from: &'a R) -> Fields<'a, R> {
        Fields { from, complete: Cell::new(true) }
    }

    fn maybe(&self, name: &str) -> Option<String> {
        self.from.field(name)?.text()
    }

    fn text(&self, name: &str) -> String {
        self.must(self.maybe(name))
    }

    fn whole(&self, name: &str) -> u64 {
        self.must(self.from.field(name).and_then(|value| value.whole()))
    }

    fn flag(&self, name: &str) -> bool {
        self.must(self.from.field(name).and_then(|value| value.flag()))
    }

    fn list<T>(&self, name: &str, read: fn(&R) -> Option<T>) -> Vec<T> {
        let items = self.from.field(name).and_then(|value| value.items());
        items.map_or_else(
            || self.must(None),
            |items| items.iter().filter_map(|item| self.noted(read(item))).collect(),
        )
    }

    /// Something that must be there: without it the whole is not complete.
    fn must<T: Default>(&self, value: Option<T>) -> T {
        self.noted(value).unwrap_or_default()
    }

    fn noted<T>(&self, value: Option<T>) -> Option<T> {
        if value.is_none() {
            self.complete.set(false);
        }
        value
    }

    fn done<T>(&self, read: T) -> Option<T> {
        self.complete.get().then_some(read)
    }
}

/// Everything to show.
pub fn view<R: Reader>(from: &R) -> Option<CheckoutView> {
    let fields = Fields::of(from);
    let state = fields.noted(from.field("state").and_then(|from| status(&from)))?;
    let open = from.field("open").map(|from| fields.noted(open(&from)));
    fields.done(CheckoutView {
        session_id: fields.text("session_id"),
        version: fields.whole("version"),
        status: session_status(&fields.text("status")),
        payee: fields.text("payee"),
        trans_id: fields.text("trans_id"),
        amount: amount(&fields),
        goods: fields.list("goods", good),
        methods: fields.list("methods", offer),
        expires_in_ms: fields.whole("expires_in_ms"),
        lifetime_ms: fields.whole("lifetime_ms"),
        return_url: fields.maybe("return_url"),
        session_url: fields.text("session_url"),
        display_locale: fields.maybe("display_locale"),
        appearance: from.field("appearance").map(|from| looks(&from)).unwrap_or_default(),
        auto_query: fields.flag("auto_query"),
        livemode: fields.flag("livemode"),
        open: open.flatten(),
        state,
    })
}

/// The answer to pay.
pub fn open<R: Reader>(from: &R) -> Option<OpenTransaction> {
    let fields = Fields::of(from);
    let state = from.field("state").and_then(|from| status(&from))?;
    fields.done(OpenTransaction {
        order_id: fields.text("order_id"),
        method: fields.text("method"),
        next_action: from.field("next_action").and_then(|from| next_action(&from)),
        code_expires_in_ms: fields.whole("code_expires_in_ms"),
        state,
    })
}

/// The answer to status, check and cancel.
pub fn status<R: Reader>(from: &R) -> Option<StatusView> {
    let fields = Fields::of(from);
    fields.done(StatusView {
        seq: fields.whole("seq"),
        status: session_status(&fields.text("status")),
        order_id: fields.maybe("order_id"),
        method: fields.maybe("method"),
        payment_status: fields.maybe("payment_status").map(|word| payment_status(&word)),
        phase: fields.maybe("phase").map(|word| phase(&word)),
        reason: fields.maybe("reason"),
        expires_in_ms: fields.whole("expires_in_ms"),
        code_expires_in_ms: fields.whole("code_expires_in_ms"),
        poll_after_ms: fields.whole("poll_after_ms"),
        looks: from.field("looks").and_then(|value| value.whole()).unwrap_or_default(),
        return_url: fields.maybe("return_url"),
        notice: fields.maybe("notice"),
        notice_method: fields.maybe("notice_method"),
    })
}

fn amount<R: Reader>(fields: &Fields<R>) -> Amount {
    let exponent = fields.must(u8::try_from(fields.whole("exponent")).ok());
    Amount { amount: fields.text("amount"), currency: fields.text("currency"), exponent }
}

fn good<R: Reader>(from: &R) -> Option<Good> {
    let fields = Fields::of(from);
    let quantity = fields.must(u32::try_from(fields.whole("quantity")).ok());
    fields.done(Good {
        name: fields.text("name"),
        quantity,
        unit_amount: fields.maybe("unit_amount"),
    })
}

fn offer<R: Reader>(from: &R) -> Option<Offer> {
    let fields = Fields::of(from);
    let unavailable = from.field("unavailable").map(|from| Unavailable {
        reason: Fields::of(&from).text("reason"),
        needs: Fields::of(&from).list("needs", R::text),
    });
    fields.done(Offer { method: fields.text("method"), kind: fields.text("kind"), unavailable })
}

fn next_action<R: Reader>(from: &R) -> Option<NextAction> {
    let fields = Fields::of(from);
    fields.done(NextAction {
        kind: fields.text("type"),
        text: fields.maybe("text"),
        code_kind: fields.maybe("code_kind"),
        app_link: fields.maybe("app_link"),
        url: fields.maybe("url"),
        transfer: from.field("transfer").and_then(|from| transfer(&from)).map(Box::new),
    })
}

fn transfer<R: Reader>(from: &R) -> Option<Transfer> {
    let fields = Fields::of(from);
    fields.done(Transfer {
        payee: fields.text("payee"),
        account: fields.text("account"),
        bank: fields.text("bank"),
        bank_code: fields.text("bank_code"),
        amount: fields.text("amount"),
        reference: fields.text("reference"),
    })
}

fn looks<R: Reader>(from: &R) -> Looks {
    let fields = Fields::of(from);
    Looks {
        css: fields.text("css"),
        go_after_ms: from.field("go_after_ms").and_then(|value| value.whole()),
        texts: fields.list("texts", R::text),
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
