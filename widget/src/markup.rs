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

pub(crate) mod dom;
pub mod money;
pub mod plain;
pub(crate) mod till;
pub mod words;

/// What the card needs before the program brings its sheet.
const SHEET: &str = include_str!("css/early.css");

/// As `style.css` and `later.css` import them.
const ALL: [&str; 11] = [
    include_str!("css/theme.css"),
    include_str!("css/card.css"),
    include_str!("css/list.css"),
    include_str!("css/controls.css"),
    include_str!("css/bones.css"),
    SHEET,
    include_str!("css/clocks.css"),
    include_str!("css/overlay.css"),
    include_str!("css/scan.css"),
    include_str!("css/result.css"),
    include_str!("css/needs.css"),
];

/// The card: the list, or how it ended.
pub fn card(view: &CheckoutView, texts: &Arc<Texts>) -> String {
    till::draw(begun(view), texts.clone(), false, |till| vec![section(till).all(inside(till))])
}

/// Every rule that the program and its loader bring, for a page that has neither.
pub fn sheet() -> String {
    ALL.concat()
}

/// The rules of one checkout: the merchant's colours, and what the card needs before the program is there.
pub fn style(appearance: &Appearance) -> String {
    let rules = SHEET.split_once("*/").map_or(SHEET, |(_, rules)| rules);
    let rules: Vec<_> = rules.split_whitespace().collect();
    format!(":host{{{}}}{}", variables(appearance), rules.join(" "))
}

/// The merchant's looks as CSS variables, with what follows from the colour; nothing where Florin's own stay.
pub fn variables(appearance: &Appearance) -> String {
    let mut variables = String::new();
    let mut set = |name: &str, value: &str| {
        for part in [name, ":", value, ";"] {
            variables.push_str(part);
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
    variables
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
