//! Pages for people: templates with values, one style sheet, nothing from elsewhere, no script.

use std::sync::Arc;

use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;

use crate::book::Unwritten;
use crate::world::World;

const LAYOUT: &str = include_str!("../assets/layout.html");
const STYLE: &str = include_str!("../assets/style.css");
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; \
                      frame-ancestors 'none'; base-uri 'none'";

pub(crate) fn routes() -> Router<Arc<World>> {
    let style = async || ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], STYLE);
    Router::new().route("/assets/style.css", get(style))
}

/// In which language a page is, and how it says that all this is pretended.
pub(crate) struct Frame {
    pub(crate) lang: &'static str,
    pub(crate) sandbox: &'static str,
    pub(crate) pretend: &'static str,
}

const ENGLISH: Frame = Frame {
    lang: "en",
    sandbox: "Sandbox.",
    pretend: "This is a pretend wallet: no real money moves.",
};

/// A whole page around `body`, which is HTML.
pub(crate) fn page(status: StatusCode, title: &str, body: &str) -> Response {
    page_in(&ENGLISH, status, title, body)
}

/// The same, in a language.
pub(crate) fn page_in(frame: &Frame, status: StatusCode, title: &str, body: &str) -> Response {
    let Frame { lang, sandbox, pretend } = frame;
    let values = [
        ("lang", *lang),
        ("sandbox", sandbox),
        ("pretend", pretend),
        ("title", title),
        ("body", body),
    ];
    let html = fill(LAYOUT, &values);
    let headers = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    (status, headers, Html(html)).into_response()
}

/// Puts values into a template: `{{name}}` as text, `{{{name}}}` as HTML. An unknown name is
/// left out.
pub(crate) fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let value =
        |name: &str| values.iter().find(|(key, _)| *key == name).map_or("", |(_, value)| value);
    let mut html = String::new();
    let mut rest = template;
    while let Some((before, from)) = rest.split_once("{{") {
        html.push_str(before);
        let (hole, after) = match from.strip_prefix('{') {
            Some(raw) => close(raw, "}}}", |name| value(name).to_owned()),
            None => close(from, "}}", |name| escaped(value(name))),
        };
        html.push_str(&hole);
        rest = after;
    }
    html + rest
}

fn close<'t>(from: &'t str, end: &str, put: impl Fn(&str) -> String) -> (String, &'t str) {
    let (name, after) = from.split_once(end).unwrap_or((from, ""));
    (put(name), after)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}

/// Nothing may be acknowledged when the book cannot be written.
pub(crate) fn unwritten(_: Unwritten) -> Response {
    (StatusCode::INTERNAL_SERVER_ERROR, "the book cannot be written").into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_text_unless_three_braces_say_otherwise() {
        let values = [("name", "<b>&"), ("html", "<i>")];
        assert_eq!(fill("{{name}} {{{html}}} {{none}}.", &values), "&lt;b&gt;&amp; <i> .");
    }
}
