//! What the payer sees.

use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use crate::channel::Channels;
use crate::clock;
use crate::ledger::{IN_STORE, Payment, Status, TOO_LOW};
use crate::numbers::spaced;
use crate::page::{Frame, fill, page_in};

use super::words::{Words, put};

const ENTER: &str = include_str!("../../assets/wallet_enter.html");
const ASK: &str = include_str!("../../assets/wallet_ask.html");
const PASSWORD: &str = include_str!("../../assets/wallet_password.html");
const PAYMENT_CODE: &str = include_str!("../../assets/wallet_payment_code.html");
const RESULT: &str = include_str!("../../assets/wallet_result.html");
const BACK: &str = include_str!("../../assets/wallet_back.html");
const PROBLEM: &str = include_str!("../../assets/problem.html");
const TICK: &str = include_str!("../../assets/tick.svg");
const CROSS: &str = include_str!("../../assets/cross.svg");
const CLOCK: &str = include_str!("../../assets/clock.svg");

/// Where a payer comes from and goes back to.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Visit {
    /// `page` or `app`, for whoever came from the shop's own.
    #[serde(default)]
    from: String,
    /// Where a shop wants its payer back, if it added this to the address.
    #[serde(default)]
    redirect_url: String,
}

/// Asks for a code, with what was wrong about the last one.
pub(super) fn enter(words: &Words, status: StatusCode, problem: &str) -> Response {
    let problem = match problem {
        "" => String::new(),
        sentence => fill(PROBLEM, &[("sentence", sentence)]),
    };
    let values = [
        ("problem", problem.as_str()),
        ("wallet", words.wallet),
        ("with_a_code", words.with_a_code),
        ("how", words.how),
        ("code", words.code),
        ("go_on", words.go_on),
        ("show_a_code", words.show_a_code),
    ];
    page_in(&frame(words), status, words.wallet, &fill(ENTER, &values))
}

/// The payment code to be shown at the counter.
pub(super) fn payment_code(words: &Words, code: &str) -> Response {
    let digits = spaced(code);
    let values = [
        ("wallet", words.wallet),
        ("headline", words.payment_code[0]),
        ("how", words.payment_code[1]),
        ("code", code),
        ("digits", digits.as_str()),
        ("fresh", words.fresh_code),
        ("at_once", words.code_at_once),
    ];
    page_in(&frame(words), StatusCode::OK, words.payment_code[0], &fill(PAYMENT_CODE, &values))
}

/// At the counter the wallet asks for the payer's password; any will do here.
fn password(words: &Words, payment: &Payment) -> String {
    match payment.opened.terminal == IN_STORE {
        true => fill(PASSWORD, &[("password", words.password[0]), ("any", words.password[1])]),
        false => String::new(),
    }
}

fn frame(words: &Words) -> Frame {
    Frame { lang: words.lang, sandbox: words.sandbox, pretend: words.pretend }
}

/// Asks whether to pay.
pub(super) fn ask(
    words: &Words,
    channels: &Channels,
    payment: &Payment,
    visit: &Visit,
) -> Response {
    let opened = &payment.opened;
    let amount = payment.amount().spoken();
    let body = fill(
        ASK,
        &[
            ("wallet", words.wallet),
            ("pay", words.pay),
            ("amount", &amount),
            ("to", &put(words.to, "payee", &opened.payee)),
            ("purpose", words.purpose),
            ("description", &opened.description),
            ("order", words.order),
            ("reference", &opened.reference),
            ("by", words.method),
            ("method", method_title(channels, payment)),
            ("code", &opened.code),
            ("from", &visit.from),
            ("redirect_url", &visit.redirect_url),
            ("password", &password(words, payment)),
            ("approve", &put(words.approve, "amount", &amount)),
            ("decline", words.decline),
        ],
    );
    page_in(&frame(words), StatusCode::OK, &put(words.pay_title, "amount", &amount), &body)
}

/// Tells how the payment stands.
pub(super) fn result(
    words: &Words,
    channels: &Channels,
    payment: &Payment,
    visit: &Visit,
) -> Response {
    let told = Told::of(words, payment, clock::now());
    show(words, channels, payment, visit, &told)
}

/// Tells that nothing was taken, and that the payment is still open.
pub(super) fn not_yet(
    words: &Words,
    channels: &Channels,
    payment: &Payment,
    visit: &Visit,
    said: &str,
) -> Response {
    let headline = if said == "too_low" { words.too_low } else { words.declined };
    let told = Told::bad(CROSS, headline, words.nothing_taken.into());
    show(words, channels, payment, visit, &told)
}

fn show(
    words: &Words,
    channels: &Channels,
    payment: &Payment,
    visit: &Visit,
    told: &Told,
) -> Response {
    let body = fill(
        RESULT,
        &[
            ("wallet", words.wallet),
            ("tone", told.tone),
            ("icon", told.icon),
            ("headline", &told.headline),
            ("sentence", &told.sentence),
            ("order", words.order),
            ("reference", &payment.opened.reference),
            ("by", words.method),
            ("method", method_title(channels, payment)),
            ("back", &way_back(words, payment, visit)),
            ("another", words.another),
        ],
    );
    page_in(&frame(words), StatusCode::OK, &told.headline, &body)
}

/// Whoever came from the shop's own page or app goes back there; who scanned stays in the wallet.
fn way_back(words: &Words, payment: &Payment, visit: &Visit) -> String {
    let opened = &payment.opened;
    let url = match visit.redirect_url.as_str() {
        "" => &opened.redirect_url,
        url => url,
    };
    match visit.from.as_str() {
        "page" | "app" if is_web(url) => {
            let back = put(words.back, "payee", &opened.payee);
            fill(BACK, &[("url", url), ("back", &back)])
        }
        _ => String::new(),
    }
}

struct Told {
    tone: &'static str,
    icon: &'static str,
    headline: String,
    sentence: String,
}

impl Told {
    fn of(words: &Words, payment: &Payment, now: i64) -> Told {
        match payment.status(now) {
            Status::Processing | Status::Expired => {
                Told::bad(CLOCK, words.run_out[0], words.run_out[1].into())
            }
            Status::Paid => Told::paid(words, payment),
            Status::Pending => Told::pending(words, payment),
            Status::Declined => Told::declined(words, payment),
            Status::Cancelled => Told::cancelled(words, payment),
        }
    }

    fn paid(words: &Words, payment: &Payment) -> Told {
        let amount = payment.amount().spoken();
        let payee = &payment.opened.payee;
        let sentence = match payment.refunded_value() {
            0 => put(words.paid[1], "payee", payee),
            value => {
                let back = payment.amount().with_value(value).spoken();
                put(&put(words.given_back, "back", &back), "payee", payee)
            }
        };
        let headline = put(words.paid[0], "amount", &amount);
        Told { tone: "good", icon: TICK, headline, sentence }
    }

    fn pending(words: &Words, payment: &Payment) -> Told {
        let headline = put(words.pending[0], "amount", &payment.amount().spoken());
        Told { tone: "calm", icon: CLOCK, headline, sentence: words.pending[1].into() }
    }

    fn declined(words: &Words, payment: &Payment) -> Told {
        let headline = match payment.declined_for.as_deref() {
            Some(TOO_LOW) => words.too_low,
            _ => words.declined,
        };
        Told::bad(CROSS, headline, words.nothing_taken.into())
    }

    fn cancelled(words: &Words, payment: &Payment) -> Told {
        let sentence = match payment.returned_by_cancel {
            0 => words.nothing_taken.into(),
            value => {
                let back = payment.amount().with_value(value).spoken();
                put(words.all_given_back, "back", &back)
            }
        };
        Told::bad(CROSS, words.cancelled, sentence)
    }

    fn bad(icon: &'static str, headline: &str, sentence: String) -> Told {
        Told { tone: "bad", icon, headline: headline.to_owned(), sentence }
    }
}

fn method_title(channels: &Channels, payment: &Payment) -> &'static str {
    channels.of(payment.opened.key.channel).title(payment)
}

/// Only an ordinary address becomes a link; `javascript:` and the like do not.
fn is_web(url: &str) -> bool {
    url.starts_with("https://") || url.starts_with("http://")
}
