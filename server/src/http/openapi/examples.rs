//! Examples, with document 004's names and values. They stand in `examples.json` by the name of what they show.

use std::sync::LazyLock;

use serde_json::{Value, json};

static EXAMPLES: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("examples.json")).unwrap_or_default());

/// The example of a type.
pub(super) fn of(name: &str) -> Option<&'static Value> {
    EXAMPLES.get(name)
}

/// Shows what is asked and what is answered.
pub(super) fn add(operation: &mut Value) {
    const JSON: &str = "application/json";
    if let Some(content) = operation.pointer_mut("/requestBody/content/application~1json")
        && let Some(example) = named(content).and_then(|name| of(&name))
    {
        content["example"] = example.clone();
    }
    let good = &mut operation["responses"]["200"];
    if good.is_null() {
        // Nothing good to show: indexing has just made room for it.
        if let Some(responses) = operation["responses"].as_object_mut() {
            responses.remove("200");
        }
        return;
    }
    let Some(content) = good.get_mut("content").and_then(|content| content.get_mut(JSON)) else {
        return;
    };
    let Some(name) = named(content) else { return };
    match (name.strip_prefix("Envelope_"), of(&name)) {
        (Some(data), _) => {
            if let Some(data) = data_of(data) {
                content["example"] =
                    json!({ "ret_code": "000000", "ret_msg": "Success", "data": data });
            }
        }
        (None, Some(example)) => content["example"] = example.clone(),
        (None, None) => {}
    }
}

/// A list shows one of its kind.
fn data_of(name: &str) -> Option<Value> {
    match name.strip_prefix("Vec_") {
        Some(one) => of(one).map(|one| json!([one])),
        None => of(name.strip_prefix("OneOrAll_").unwrap_or(name)).cloned(),
    }
}

/// The name of the type that a content's schema refers to.
fn named(content: &Value) -> Option<String> {
    let schema = &content["schema"];
    let by_choice = || {
        let choices = schema["oneOf"].as_array()?;
        choices.iter().find_map(|choice| choice["$ref"].as_str())
    };
    let reference = schema["$ref"].as_str().or_else(by_choice)?;
    reference.rsplit('/').next().map(str::to_owned)
}
