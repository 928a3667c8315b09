//! The same views as markup, for whoever has no program yet: the server draws the list with them, and the loader paints it.
//!
//! [`dom`] takes the calls that the browser's backend takes and writes a string; what follows the state is asked once. The
//! state is begun as the program begins it, so that both show the same. Amounts stand between two marks ([`money::MARK`]),
//! for whoever knows how the shopper's language writes them.

use std::sync::Arc;

use florin_shared::shopper::CheckoutView;

use crate::state::{Event, State};
use crate::texts::Texts;
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

/// What the card needs before the program is there.
pub fn style() -> String {
    let rules = SHEET.split_once("*/").map_or(SHEET, |(_, rules)| rules);
    let rules: Vec<_> = rules.split_whitespace().collect();
    rules.join(" ")
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
