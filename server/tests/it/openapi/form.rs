//! Whether a value has the form that the document gives it: the part of JSON Schema that the document uses.

use florin_server::http::openapi::DOCUMENT;
use serde_json::Value;

/// Whether a value has this form, and nothing besides.
#[track_caller]
pub fn fits(schema: &Value, value: &Value, at: &str) {
    holds(schema, value, at);
    let known = properties(schema);
    if known.is_empty() {
        // An object whose names are not ours, such as a channel's settings.
        return;
    }
    for (name, field) in value.as_object().into_iter().flatten() {
        let Some((_, schema)) = known.iter().find(|(one, _)| one == name) else {
            panic!("{at}: {name} is not described");
        };
        fits(schema, field, &format!("{at}.{name}"));
    }
}

/// Whether a value is of the type, one of the words, and has what it must have.
#[track_caller]
fn holds(schema: &Value, value: &Value, at: &str) {
    if let Some(form) = referred(schema) {
        return holds(form, value, at);
    }
    assert!(is_of_type(schema, value), "{at}: {value} is not {}", schema["type"]);
    if let Some(words) = schema["enum"].as_array() {
        assert!(words.contains(value), "{at}: {value} is none of {words:?}");
    }
    if let Some(word) = schema.get("const") {
        assert_eq!(value, word, "{at}");
    }
    if let Some(choices) = schema["oneOf"].as_array() {
        let choice = choices.iter().find(|choice| is_of_type(choice, value));
        return fits(choice.unwrap_or_else(|| panic!("{at}: {value}")), value, at);
    }
    for part in schema["allOf"].as_array().into_iter().flatten() {
        holds(part, value, at);
    }
    if let Some(choices) = schema["anyOf"].as_array() {
        let choice = choices.iter().find(|choice| has_what_it_must(choice, value));
        holds(choice.unwrap_or_else(|| panic!("{at}: {value}")), value, at);
    }
    assert!(has_what_it_must(schema, value), "{at}: {} in {value}", schema["required"]);
    for item in value.as_array().into_iter().flatten() {
        fits(&schema["items"], item, at);
    }
}

fn has_what_it_must(schema: &Value, value: &Value) -> bool {
    let schema = referred(schema).unwrap_or(schema);
    let mut names = schema["required"].as_array().into_iter().flatten();
    names.all(|name| value.get(name.as_str().unwrap()).is_some())
}

fn is_of_type(schema: &Value, value: &Value) -> bool {
    if let Some(form) = referred(schema) {
        return is_of_type(form, value);
    }
    let is = |name: &Value| match name.as_str().unwrap() {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("the document has no {other}"),
    };
    match &schema["type"] {
        Value::Null => schema.get("allOf").is_none() || value.is_object(),
        Value::Array(names) => names.iter().any(is),
        name => is(name),
    }
}

/// The fields of a form, and of the forms that it is made of.
pub fn properties(schema: &Value) -> Vec<(String, Value)> {
    if let Some(form) = referred(schema) {
        return properties(form);
    }
    let own = schema["properties"].as_object().into_iter().flatten();
    let own = own.map(|(name, field)| (name.clone(), field.clone()));
    let parts = ["allOf", "oneOf", "anyOf"].map(|how| schema[how].as_array());
    own.chain(parts.into_iter().flatten().flatten().flat_map(properties)).collect()
}

fn referred(schema: &Value) -> Option<&'static Value> {
    let at = schema["$ref"].as_str()?;
    Some(DOCUMENT.pointer(at.strip_prefix('#').unwrap()).unwrap_or_else(|| panic!("{at}")))
}
