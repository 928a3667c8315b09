//! A button: its looks by one word, its meaning by one event.

use crate::dom::El;
use crate::state::Event;
use crate::till::Till;

/// A button that tells `event`. `class` is `primary`, `soft` or `ghost`, with `wide`.
pub(crate) fn button(till: Till, class: &str, words: &str, event: Event) -> El {
    bare(till, class).text(words).tells(event)
}

/// A button that does nothing yet.
pub(crate) fn bare(till: Till, class: &str) -> El {
    till.el("button", class).attr("type", "button").attr("part", part(class))
}

/// A link that looks like a button.
pub(crate) fn link(till: Till, class: &str, words: &str, url: &str) -> El {
    till.el("a", class).attr("part", part(class)).attr("href", url).text(words)
}

/// What a page calls it.
fn part(class: &str) -> &'static str {
    if class.starts_with("primary") { "button primary-button" } else { "button" }
}
