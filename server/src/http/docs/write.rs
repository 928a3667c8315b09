//! The page around the calls: contents, events, forms and refusals.

use serde_json::Value;

use super::call::{call, fields};
use crate::http::openapi::{DOCUMENT, catalogue};
use crate::http::template::escape;

const PAGE: &str = include_str!("docs.html");

/// The whole page.
pub(super) fn page() -> String {
    let document = &*DOCUMENT;
    PAGE.replace("{{version}}", &escape(text(&document["info"]["version"])))
        .replace("{{about}}", &prose(text(&document["info"]["description"])))
        .replace("{{contents}}", &contents(document))
        .replace("{{calls}}", &calls(document))
        .replace("{{events}}", &events(document))
        .replace("{{forms}}", &forms(document))
        .replace("{{refusals}}", &refusals())
}

/// A JSON text, or nothing.
pub(super) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// Text of ours: what stands between backticks is code.
pub(super) fn prose(words: &str) -> String {
    let part = |(index, part): (usize, &str)| match index % 2 {
        0 => escape(part),
        _ => format!("<code>{}</code>", escape(part)),
    };
    let paragraph = |text: &str| text.split('`').enumerate().map(part).collect::<String>();
    words.split("\n\n").map(|text| format!("<p>{}</p>", paragraph(text))).collect()
}

/// A JSON value as it would be sent.
pub(super) fn example(title: &str, value: &Value) -> String {
    if value.is_null() {
        return String::new();
    }
    format!(
        r#"<details><summary>{title}</summary><pre tabindex="0"><code>{}</code></pre></details>"#,
        escape(&format!("{value:#}"))
    )
}

/// The calls of a tag: method, address, description.
fn of_tag<'a>(
    document: &'a Value,
    tag: &str,
) -> impl Iterator<Item = (&'a str, &'a str, &'a Value)> {
    let paths = document["paths"].as_object().into_iter().flatten();
    let all = paths.flat_map(|(path, item)| {
        let methods = item.as_object().into_iter().flatten();
        methods.map(move |(method, call)| (method.as_str(), path.as_str(), call))
    });
    all.filter(move |(_, _, call)| call["tags"][0] == tag)
}

fn anchor(name: &str) -> String {
    name.to_lowercase().replace(' ', "-")
}

fn tags(document: &Value) -> impl Iterator<Item = &Value> {
    document["tags"].as_array().into_iter().flatten()
}

fn contents(document: &Value) -> String {
    let link = |(method, path, call): (&str, &str, &Value)| {
        let id = text(&call["operationId"]);
        format!(
            r##"<li><a href="#{id}"><b class="{method}">{method}</b> {}</a></li>"##,
            escape(path)
        )
    };
    let group = |tag: &Value| {
        let name = text(&tag["name"]);
        let links: String = of_tag(document, name).map(link).collect();
        format!(r##"<li><a href="#{}">{}</a><ul>{links}</ul></li>"##, anchor(name), escape(name))
    };
    tags(document).map(group).collect()
}

fn calls(document: &Value) -> String {
    let group = |tag: &Value| {
        let name = text(&tag["name"]);
        let all: String = of_tag(document, name)
            .map(|(method, path, it)| call(document, method, path, it))
            .collect();
        format!(
            r#"<section id="{}"><h2>{}</h2>{}{all}</section>"#,
            anchor(name),
            escape(name),
            prose(text(&tag["description"]))
        )
    };
    tags(document).map(group).collect()
}

fn events(document: &Value) -> String {
    let all = document["webhooks"].as_object().into_iter().flatten();
    let event = |(kind, item): (&String, &Value)| {
        let call = &item["post"];
        let shown =
            example("Example", &call["requestBody"]["content"]["application/json"]["example"]);
        format!(
            r#"<article id="{}"><h3><code>{}</code></h3>{}{shown}</article>"#,
            text(&call["operationId"]),
            escape(kind),
            prose(text(&call["summary"]))
        )
    };
    let about = all.clone().next().map(|(_, item)| prose(text(&item["post"]["description"])));
    about.unwrap_or_default() + &all.map(event).collect::<String>()
}

fn forms(document: &Value) -> String {
    let all = document["components"]["schemas"].as_object().into_iter().flatten();
    let plain = all.filter(|(name, _)| !name.starts_with("Envelope_"));
    let form = |(name, schema): (&String, &Value)| {
        format!(
            r#"<article id="form-{0}"><h3><code>{0}</code></h3>{1}{2}</article>"#,
            escape(name),
            prose(text(&schema["description"])),
            fields(schema)
        )
    };
    plain.map(form).collect()
}

fn refusals() -> String {
    let row = |(code, remedy): (florin_shared::Code, &str)| {
        format!(
            r#"<article id="{0}"><h3><code>{0}</code> <span class="status">{1}</span></h3>{2}{3}</article>"#,
            code.as_str(),
            code.status(),
            prose(code.meaning()),
            prose(remedy)
        )
    };
    catalogue::rows().map(row).collect()
}
