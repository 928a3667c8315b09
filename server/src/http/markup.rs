//! The list before the program: the widget's own views, drawn here (`florin_widget::markup`).

use florin_shared::shopper::{CheckoutView, Markup};
use florin_widget::markup::{card, style, words};

use super::language::Language;

/// The card in the first of these languages that we have, as the widget itself would choose; else in English.
pub(super) fn of(view: &CheckoutView, locales: &str) -> Option<Markup> {
    let merchants = view.display_locale.as_deref().unwrap_or_default();
    let language = locales
        .split(',')
        .map(|tag| if tag == "*" { merchants } else { tag })
        .find_map(Language::of)
        .unwrap_or(Language::English)
        .tag();
    let texts = words::words(language)?;
    let html = card(view, &texts);
    Some(Markup { language: language.to_owned(), html, style: style().to_owned() })
}
