//! One call, and the fields of a form.

use serde_json::Value;

use super::write::{example, prose, text};
use crate::http::template::escape;

/// One call: what it is for, what it takes, what it answers.
pub(super) fn call(document: &Value, method: &str, path: &str, it: &Value) -> String {
    let body = &it["requestBody"]["content"]["application/json"];
    let about = [text(&it["summary"]), text(&it["description"])];
    format!(
        r#"<article id="{id}"><h3><b class="{method}">{method}</b> <code>{path}</code></h3>
{about}{key}{parameters}{form}{asked}{answers}</article>"#,
        id = text(&it["operationId"]),
        path = escape(path),
        about = about.map(prose_if_any).concat(),
        key = key(it),
        parameters = parameters(it),
        form = if body.is_null() {
            String::new()
        } else {
            format!("<h4>Body</h4><p>{}</p>", kind(&body["schema"]))
        },
        asked = example("Example of a body", &body["example"]),
        answers = answers(document, it),
    )
}

fn prose_if_any(words: &str) -> String {
    if words.is_empty() { String::new() } else { prose(words) }
}

fn key(it: &Value) -> String {
    let scheme = it["security"][0].as_object().and_then(|schemes| schemes.keys().next());
    let with = match scheme.map(String::as_str) {
        Some("secret_key") => "With a secret key.",
        Some("client_token") => "With the session's client token.",
        _ => return String::new(),
    };
    format!(r#"<p class="key">{with}</p>"#)
}

fn parameters(it: &Value) -> String {
    let rows: String = it["parameters"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|one| {
            let must = if one["required"] == true { " <i>required</i>" } else { "" };
            format!(
                "<dt><code>{}</code> <span>{} in the {}</span>{must}</dt><dd>{}</dd>",
                escape(text(&one["name"])),
                kind(&one["schema"]),
                escape(text(&one["in"])),
                prose(text(&one["description"]))
            )
        })
        .collect();
    if rows.is_empty() { rows } else { format!("<h4>Parameters</h4><dl>{rows}</dl>") }
}

fn answers(document: &Value, it: &Value) -> String {
    let rows: String = it["responses"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(status, one)| {
            let content = one["content"].as_object().and_then(|kinds| kinds.iter().next());
            let Some((media, content)) = content else {
                return format!(
                    "<dt><code>{status}</code></dt><dd>{}</dd>",
                    prose(text(&one["description"]))
                );
            };
            if let Some(words) = content["examples"].as_object() {
                return format!("<dt><code>{status}</code></dt><dd>{}</dd>", codes(words.keys()));
            }
            let schema = data(document, &content["schema"]);
            let shown = example("Example of an answer", &content["example"]);
            format!(
                "<dt><code>{status}</code> <span>{}</span></dt><dd>{} {shown}</dd>",
                escape(media),
                kind(schema)
            )
        })
        .collect();
    format!("<h4>Answers</h4><dl>{rows}</dl>")
}

fn codes<'a>(words: impl Iterator<Item = &'a String>) -> String {
    words.map(|word| format!(r##"<a href="#{word}"><code>{word}</code></a> "##)).collect()
}

/// What the envelope holds: readers know the envelope.
fn data<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    let whole = text(&schema["$ref"]).strip_prefix('#').and_then(|at| document.pointer(at));
    match whole.and_then(|whole| whole.pointer("/properties/data")) {
        Some(data) => data,
        None => schema,
    }
}

/// The fields of a form, or its words.
pub(super) fn fields(schema: &Value) -> String {
    if let Some(words) = schema["enum"].as_array() {
        let all: Vec<String> =
            words.iter().map(|word| format!("<code>{}</code>", escape(text(word)))).collect();
        return format!("<p>{}</p>", all.join(" "));
    }
    let parts = ["allOf", "oneOf", "anyOf"].iter().find_map(|how| schema[how].as_array());
    if let Some(parts) = parts {
        return parts
            .iter()
            .map(|part| match part["$ref"].is_string() {
                true => format!("<p>{}</p>", kind(part)),
                false => fields(part),
            })
            .collect();
    }
    let required: Vec<&str> =
        schema["required"].as_array().into_iter().flatten().map(text).collect();
    let rows: String = schema["properties"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, field)| {
            let must = if required.contains(&name.as_str()) { " <i>required</i>" } else { "" };
            format!(
                "<dt><code>{}</code> <span>{}</span>{must}</dt><dd>{}</dd>",
                escape(name),
                kind(field),
                prose_if_any(text(&field["description"]))
            )
        })
        .collect();
    if rows.is_empty() { rows } else { format!("<dl>{rows}</dl>") }
}

/// What a value is, in a few words, with a link to its form.
fn kind(schema: &Value) -> String {
    if let Some(name) = text(&schema["$ref"]).rsplit('/').next().filter(|name| !name.is_empty()) {
        let name = escape(name);
        return format!(r##"<a href="#form-{name}">{name}</a>"##);
    }
    if let Some(choices) = schema["oneOf"].as_array().or(schema["allOf"].as_array()) {
        let known = choices.iter().filter(|choice| choice["type"] != "null");
        return known.map(kind).collect::<Vec<_>>().join(" or ");
    }
    if let Some(words) = schema["enum"].as_array() {
        return words
            .iter()
            .map(text)
            .filter(|word| !word.is_empty())
            .map(escape)
            .collect::<Vec<_>>()
            .join(" · ");
    }
    let name = match &schema["type"] {
        Value::Array(names) => {
            names.iter().map(text).find(|name| *name != "null").unwrap_or_default()
        }
        name => text(name),
    };
    match name {
        "array" => format!("list of {}", kind(&schema["items"])),
        name => escape(name),
    }
}
