//! A button: its looks by one word, its meaning by one event.

use leptos::prelude::*;

use crate::state::Event;
use crate::till::Till;

/// A button that tells `event`. `class` is `primary`, `soft` or `ghost`.
pub(crate) fn button(till: Till, class: &'static str, words: String, event: Event) -> impl IntoView {
    view! {
        <button type="button" class={class} part="button" on:click=move |_| till.tell(event.clone())>
            {words}
        </button>
    }
}
