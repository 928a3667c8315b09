//! The pieces of a checkout that a merchant can put wherever he likes (`mode="component"`), and who of them tells what.
//!
//! A shopper is told once what is under way and how it ended: by the overlay and the card, or by the part that was placed
//! for it. Whatever is placed, taken away or left out, there is always somebody who tells it.

use crate::state::{Checkout, Stage};

/// What a part shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Show {
    /// One method, as a button that pays with it at once.
    Method,
    /// The list with its button.
    Methods,
    /// What the shopper has to do now.
    Code,
    /// The session's clock.
    Clock,
    /// The amount, as a word of the page.
    Amount,
    /// How it ended.
    Result,
}

impl Show {
    /// By the word in the page; the loader has told it about others.
    pub(crate) fn read(word: &str) -> Option<Show> {
        Some(match word {
            "method" => Show::Method,
            "methods" => Show::Methods,
            "code" => Show::Code,
            "clock" => Show::Clock,
            "amount" => Show::Amount,
            "result" => Show::Result,
            _ => return None,
        })
    }
}

/// Who tells what is under way, and how it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Teller {
    /// There is nothing to tell: the shopper chooses.
    Nobody,
    /// The overlay.
    Overlay,
    /// The card where the checkout itself stands.
    Card,
    /// The parts for the code.
    Code,
    /// The parts for the result.
    Result,
}

/// Who tells the shopper, where there are these parts.
pub(crate) fn teller(checkout: &Checkout, is_placed: &dyn Fn(Show) -> bool) -> Teller {
    let ended = has_ended(checkout);
    match (ended, checkout.is_over()) {
        (true, _) if is_placed(Show::Result) => Teller::Result,
        (true, _) | (_, true) if is_placed(Show::Code) => Teller::Code,
        (_, true) => Teller::Overlay,
        (true, false) => Teller::Card,
        (false, false) => Teller::Nobody,
    }
}

/// Whether the session is paid, or over without.
pub(crate) fn has_ended(checkout: &Checkout) -> bool {
    matches!(checkout.stage, Stage::Paid { .. } | Stage::Ended)
}

/// Whether there is time that the shopper has to keep in mind. A bank that is confirming stops it.
pub(crate) fn is_running(checkout: &Checkout) -> bool {
    !has_ended(checkout) && !matches!(checkout.stage, Stage::Waiting { confirming: true, .. })
}
