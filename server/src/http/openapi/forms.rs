//! Forms that `utoipa` describes less exactly than they are.

use serde_json::{Map, Value, json};

/// Mends every form.
pub(super) fn mend(schemas: &mut Value) {
    let Some(schemas) = schemas.as_object_mut() else { return };
    for schema in schemas.values_mut() {
        known_words(schema);
        optional_parts(schema);
    }
    let names: Vec<String> = schemas.keys().cloned().collect();
    let mut envelopes: Vec<(&str, &mut Value)> = schemas
        .iter_mut()
        .filter_map(|(name, schema)| Some((name.strip_prefix("Envelope_")?, schema)))
        .collect();
    envelopes.iter_mut().for_each(|(data, envelope)| good_answer(data, envelope, &names));
}

/// `Unknown` is for clients that meet a newer word: no server sends it.
fn known_words(schema: &mut Value) {
    if let Some(words) = schema.get_mut("enum").and_then(Value::as_array_mut) {
        words.retain(|word| word != "UNKNOWN");
    }
}

/// What is flattened into a form and may be absent: its fields are there, or none of them.
fn optional_parts(schema: &mut Value) {
    for part in schema.get_mut("allOf").and_then(Value::as_array_mut).into_iter().flatten() {
        let is_null = |choice: &Value| choice["type"] == "null";
        let Some(mut choices) = part["oneOf"].as_array().cloned() else { continue };
        if choices.iter().any(is_null) {
            choices.retain(|choice| !is_null(choice));
            choices.push(json!({ "type": "object" }));
            *part = json!({ "anyOf": choices });
        }
    }
}

/// A good answer has its data, by the name of its form, and no field that is wrong.
fn good_answer(data: &str, envelope: &mut Value, names: &[String]) {
    let form = |name: &str| {
        let is_known = names.iter().any(|known| known == name);
        is_known.then(|| json!({ "$ref": format!("#/components/schemas/{name}") }))
    };
    let list = |name: &str| Some(json!({ "type": "array", "items": form(name)? }));
    let by_name = match (data.strip_prefix("Vec_"), data.strip_prefix("OneOrAll_")) {
        (Some(one), _) => list(one),
        (_, Some(one)) => {
            form(one).zip(list(one)).map(|pair| json!({ "oneOf": <[Value; 2]>::from(pair) }))
        }
        (None, None) => form(data),
    };
    if let Some(properties) = envelope.get_mut("properties").and_then(Value::as_object_mut) {
        good_fields(properties, by_name);
    }
    envelope["required"] = json!(["ret_code", "ret_msg", "data"]);
}

fn good_fields(properties: &mut Map<String, Value>, data: Option<Value>) {
    properties.remove("field");
    properties.insert("ret_code".into(), json!({ "type": "string", "const": "000000" }));
    if let Some(data) = data {
        properties.insert("data".into(), data);
    }
}
