//! What the payer sees.

use axum::http::StatusCode;
use axum::response::Response;

use crate::antom::PaymentMethod;
use crate::ledger::{Payment, Status};
use crate::page::{fill, page};

const ENTER: &str = include_str!("../../assets/wallet_enter.html");
const ASK: &str = include_str!("../../assets/wallet_ask.html");
const RESULT: &str = include_str!("../../assets/wallet_result.html");
const BACK: &str = include_str!("../../assets/wallet_back.html");
const PROBLEM: &str = include_str!("../../assets/problem.html");
const TICK: &str = include_str!("../../assets/tick.svg");
const CROSS: &str = include_str!("../../assets/cross.svg");
const CLOCK: &str = include_str!("../../assets/clock.svg");

/// Asks for a code, with what was wrong about the last one.
pub(super) fn enter(status: StatusCode, problem: &str) -> Response {
    let problem = match problem {
        "" => String::new(),
        sentence => fill(PROBLEM, &[("sentence", sentence)]),
    };
    page(status, "Sandbox wallet", &fill(ENTER, &[("problem", &problem)]))
}

/// Asks whether to pay.
pub(super) fn ask(payment: &Payment, from: &str) -> Response {
    let opened = &payment.opened;
    let amount = payment.amount().spoken();
    let body = fill(
        ASK,
        &[
            ("amount", &amount),
            ("payee", &opened.payee),
            ("description", &opened.description),
            ("reference", &opened.reference),
            ("method", method_title(payment)),
            ("code", &opened.code),
            ("from", from),
        ],
    );
    page(StatusCode::OK, &format!("Pay {amount}"), &body)
}

/// Tells how the payment stands.
pub(super) fn result(payment: &Payment, from: &str, now: i64) -> Response {
    let told = Told::of(payment, now);
    let back = match from {
        "page" | "app" if is_web(&payment.opened.redirect_url) => {
            fill(BACK, &[("url", &payment.opened.redirect_url), ("payee", &payment.opened.payee)])
        }
        _ => String::new(),
    };
    let body = fill(
        RESULT,
        &[
            ("tone", told.tone),
            ("icon", told.icon),
            ("headline", &told.headline),
            ("sentence", &told.sentence),
            ("method", method_title(payment)),
            ("reference", &payment.opened.reference),
            ("back", &back),
        ],
    );
    page(StatusCode::OK, &told.headline, &body)
}

struct Told {
    tone: &'static str,
    icon: &'static str,
    headline: String,
    sentence: String,
}

impl Told {
    fn of(payment: &Payment, now: i64) -> Told {
        match payment.status(now) {
            Status::Processing | Status::Expired => Told::bad(
                CLOCK,
                "This code has run out".into(),
                "Nothing was taken. Ask the shop for a new code.".into(),
            ),
            Status::Paid => Told::paid(payment),
            Status::Pending => Told::pending(payment),
            Status::Declined => Told::declined(payment),
            Status::Cancelled => Told::cancelled(payment),
        }
    }

    fn paid(payment: &Payment) -> Told {
        let amount = payment.amount().spoken();
        let refunded = payment.refunded_value();
        let sentence = match refunded {
            0 => format!("To {}. The shop is being told.", payment.opened.payee),
            _ => {
                let back = payment.amount().with_value(refunded).spoken();
                format!("{} has given back {back}.", payment.opened.payee)
            }
        };
        Told { tone: "good", icon: TICK, headline: format!("Paid {amount}"), sentence }
    }

    fn pending(payment: &Payment) -> Told {
        let amount = payment.amount().spoken();
        Told {
            tone: "calm",
            icon: CLOCK,
            headline: format!("{amount} is on its way"),
            sentence: "You have paid. Your bank has not confirmed it yet.".into(),
        }
    }

    fn declined(payment: &Payment) -> Told {
        let headline = match payment.reason() {
            "USER_BALANCE_NOT_ENOUGH" => "Your balance is too low",
            _ => "You declined",
        };
        Told::bad(CROSS, headline.into(), "Nothing was taken.".into())
    }

    fn cancelled(payment: &Payment) -> Told {
        let sentence = match payment.returned_by_cancel {
            0 => "Nothing was taken.".into(),
            value => {
                let back = payment.amount().with_value(value).spoken();
                format!("You had paid {back}. All of it was given back.")
            }
        };
        Told::bad(CROSS, "The shop has cancelled".into(), sentence)
    }

    fn bad(icon: &'static str, headline: String, sentence: String) -> Told {
        Told { tone: "bad", icon, headline, sentence }
    }
}

fn method_title(payment: &Payment) -> &'static str {
    PaymentMethod::find(&payment.opened.method).map_or("Wallet", |method| method.title)
}

/// Only an ordinary address becomes a link; `javascript:` and the like do not.
fn is_web(url: &str) -> bool {
    url.starts_with("https://") || url.starts_with("http://")
}
