//! What the browser's `Intl` knows of a language: how its numbers are written, and which form a counted word takes.

use js_sys::{Array, Function, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};

use crate::api::got;

/// `new Intl[kind](locale, options)[method](number)`; `None` where the browser refuses an option.
pub(crate) fn told(
    kind: &str,
    method: &str,
    locale: &str,
    options: &Object,
    number: &str,
) -> Option<String> {
    let constructor = got(&got(&js_sys::global(), "Intl")?, kind)?;
    // `construct` answers with an error where `new` would throw: an unknown currency must not end the widget.
    let made = Reflect::construct(
        constructor.unchecked_ref::<Function>(),
        &Array::of2(&locale.into(), options),
    )
    .ok()?;
    let method: Function = got(&made, method)?.unchecked_into();
    method.call1(&made, &JsValue::from_str(number)).ok()?.as_string()
}

/// The plural category of a whole number: `few` for 3 in Russian.
pub(crate) fn category(locale: &str, number: &str) -> Option<String> {
    told("PluralRules", "select", locale, &Object::new(), number)
}

/// The nought of a language's money where it is not ours: `ar-EG` writes ٠, `ar-AE` 0.
pub(crate) fn nought(locale: &str) -> Option<char> {
    let written = told("NumberFormat", "format", locale, &Object::new(), "0")?;
    written.chars().next().filter(|nought| *nought != '0')
}
