//! The same views as markup, for whoever has no program yet: the server draws the list with them, and the loader paints it.
//!
//! [`dom`] takes the calls that the browser's backend takes and writes a string; what follows the state is asked once. The
//! state is begun as the program begins it, so that both show the same. Amounts stand between two marks ([`money::MARK`]),
//! for whoever knows how the shopper's language writes them.

use std::sync::{Arc, LazyLock};

use florin_shared::shopper::CheckoutView;

use crate::state::{Event, State};
use crate::texts::Texts;
use crate::view::card::{card as inside, section};
use till::Sent;

pub(crate) mod dom;
pub mod money;
pub mod plain;
pub(crate) mod till;
pub mod words;

pub use till::Post;

/// What the card needs before the program brings its sheet.
const SHEET: &str = include_str!("css/early.css");

/// What people have asked their device for, and where their language breaks a line.
const NEEDS: &str = include_str!("css/needs.css");

/// How many of the following are needed for the list: those of `style.css`, and [`SHEET`].
const OF_LIST: usize = 6;

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
    NEEDS,
];

/// The card: the list, or how it ended.
pub fn card(view: &CheckoutView, texts: &Arc<Texts>) -> String {
    money::paired(&drawn(plain::after(view, plain::Told::Nothing), texts, Sent::Program))
}

/// The card for a page that shows it before there is a program, or without one ever: the list's form sends what is chosen.
pub fn posting_card(
    view: &CheckoutView,
    texts: &Arc<Texts>,
    post: Post,
    told: plain::Told<'_>,
) -> String {
    let mut state = plain::after(view, told);
    // Nothing there leads anybody away by itself, so nothing promises to.
    let _effects = state.on(Event::Stayed, 0);
    drawn(state, texts, Sent::Form(post))
}

fn drawn(state: State, texts: &Arc<Texts>, sent: Sent) -> String {
    till::draw(state, texts.clone(), sent, |till| vec![section(till).all(inside(till))])
}

/// Every rule that the program and its loader bring, for a page that has neither.
pub fn sheet() -> String {
    ALL.concat()
}

/// What the card needs before the program is there, beside the loader's sheet.
pub fn style() -> &'static str {
    static STYLE: LazyLock<String> = LazyLock::new(|| short(SHEET));
    &STYLE
}

/// What the card needs on a page that has not even the loader. A clock that nobody would ever turn is not shown.
pub fn list_sheet() -> &'static str {
    const STILL: &str = "@media (scripting: none) { .timer { display: none } }";
    static RULES: LazyLock<String> =
        LazyLock::new(|| short(&ALL[..OF_LIST].concat()) + &short(NEEDS) + STILL);
    &RULES
}

/// Rules without comments, and with few spaces.
pub fn short(rules: &str) -> String {
    let mut short = String::with_capacity(rules.len());
    for part in rules.split("*/") {
        let rules = part.split_once("/*").map_or(part, |(rules, _)| rules);
        for word in rules.split_whitespace() {
            if !short.is_empty() && !short.ends_with(['{', '}', ';', ',']) {
                short.push(' ');
            }
            short.push_str(word);
        }
    }
    short
}

#[cfg(test)]
mod tests;
