//! The same views as markup, for whoever has no program yet: the server draws the list with them, and the loader paints it.
//!
//! [`dom`] takes the calls that the browser's backend takes and writes a string; what follows the state is asked once. The
//! state is begun as the program begins it, so that both show the same. Amounts stand between two marks ([`money::MARK`]),
//! for whoever knows how the shopper's language writes them.

use std::sync::Arc;

use florin_shared::shopper::CheckoutView;
use florin_shared::theme::Appearance;

use crate::state::{Event, State};
use crate::texts::Texts;
use crate::theme::{Colour, follows};
use crate::view::card::{card as inside, section};
use crate::view::overlay::contents;

pub(crate) mod dom;
pub mod money;
pub(crate) mod till;
pub mod words;

/// What the card needs before the program brings its sheet.
const SHEET: &str = include_str!("css/early.css");

/// The card: the list, or how it ended.
pub fn card(view: &CheckoutView, texts: &Arc<Texts>) -> String {
    till::draw(begun(view), texts.clone(), |till| vec![section(till).all(inside(till))])
}

/// The inside of the overlay, while a payment is under way; else nothing.
pub fn sheet(view: &CheckoutView, texts: &Arc<Texts>) -> String {
    till::draw(begun(view), texts.clone(), contents)
}

/// The rules of one checkout: the merchant's colours, and what the card needs before the program is there.
pub fn style(appearance: &Appearance) -> String {
    let mut style = String::from(":host{");
    let mut set = |name: &str, value: &str| {
        for part in [name, ":", value, ";"] {
            style.push_str(part);
        }
    };
    if let Some(brand) = appearance.color_primary.as_deref().and_then(colour) {
        set("--florin-color-primary", &brand.css());
        for (name, value) in follows(brand) {
            set(name, &value.css());
        }
    }
    if let Some(radius) = appearance.border_radius {
        set("--florin-border-radius", &format!("{radius}px"));
    }
    style.push('}');
    let rules = SHEET.split_once("*/").map_or(SHEET, |(_, rules)| rules);
    style.push_str(&rules.split_whitespace().collect::<Vec<_>>().join(" "));
    style
}

/// Reads `#rrggbb`.
fn colour(text: &str) -> Option<Colour> {
    let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6)?;
    let part = |at: usize| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok();
    Some(Colour([part(0)?, part(2)?, part(4)?]))
}

/// The state as the program begins it, at the moment of the view.
fn begun(view: &CheckoutView) -> State {
    let mut state = State::Loading;
    // What follows is for a program to do.
    let _effects = state.on(Event::Viewed(Ok(Box::new(view.clone()))), 0);
    state
}

#[cfg(test)]
mod tests;
