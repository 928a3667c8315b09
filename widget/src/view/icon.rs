//! Pictures: the marks on their tiles, and the few signs that Florin draws itself.

use leptos::prelude::*;

use crate::method::Mark;

/// A method's mark on a white tile, in every theme.
pub(crate) fn tile(mark: Mark) -> impl IntoView {
    let inside = match mark {
        Mark::Drawn { view_box, fill, outline } => view! {
            <svg viewBox={view_box} width="20" height="20">
                <path fill={fill} d={outline} />
            </svg>
        }
        .into_any(),
        Mark::Written { text, fill } => view! { <b class={"word"} style:color={fill}>{text}</b> }.into_any(),
    };
    view! { <span class={"tile"} aria-hidden="true">{inside}</span> }
}

/// A sign of lines in the text's colour.
pub(crate) fn sign(class: &'static str, outline: &'static str) -> impl IntoView {
    view! {
        <svg class={class} viewBox="0 0 24 24" width="18" height="18" aria-hidden="true">
            <path d={outline} />
        </svg>
    }
}

/// A round arrow.
pub(crate) const AGAIN: &str = "M20 11a8 8 0 1 0-2.3 6.3M20 5v6h-6";
/// A padlock.
pub(crate) const LOCK: &str = "M7 11h10a2 2 0 0 1 2 2v5a2 2 0 0 1-2 2H7a2 2 0 0 1-2-2v-5a2 2 0 0 1 2-2zM8 11V8a4 4 0 0 1 8 0v3";
/// A cross.
pub(crate) const CROSS: &str = "M6 6l12 12M18 6 6 18";

/// How it ended, in a disc: a tick that draws itself, or a cross.
pub(crate) fn disc(good: bool) -> impl IntoView {
    let outline = if good { "m15 24.5 6.5 6.5L34 18" } else { "M17 17l14 14M31 17 17 31" };
    view! {
        <div class={if good { "disc good" } else { "disc bad" }} aria-hidden="true">
            <svg viewBox={"0 0 48 48"} width="72" height="72">
                <circle cx={"24"} cy="24" r="22" />
                <path d={outline} pathLength="100" />
            </svg>
        </div>
    }
}

/// A turning ring.
pub(crate) fn spinner(class: &'static str) -> impl IntoView {
    view! { <span class={class} aria-hidden="true"></span> }
}
