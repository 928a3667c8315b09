//! `/faults`: the rules of [`crate::faults`], for people and for programs.

use std::sync::Arc;

use axum::Json;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use serde_json::{Map, Value, json};
use url::form_urlencoded;

use crate::channel::Channel;
use crate::faults::{GUIDE, Kind, MAGIC_AMOUNTS, Rule, When};
use crate::page::{fill, page};
use crate::world::World;

const PANEL: &str = include_str!("../assets/faults.html");
const RULE: &str = include_str!("../assets/faults_rule.html");
const GUIDE_ROW: &str = include_str!("../assets/faults_guide.html");
const MAGIC_ROW: &str = include_str!("../assets/faults_magic.html");
const OPTION: &str = include_str!("../assets/option.html");
const PROBLEM: &str = include_str!("../assets/problem.html");

pub(crate) fn routes() -> Router<Arc<World>> {
    Router::new()
        .route("/faults", get(show).post(add).delete(clear))
        .route("/faults/clear", axum::routing::post(clear_by_person))
}

/// The panel for a person, the rules for a program that accepts JSON.
async fn show(State(world): State<Arc<World>>, headers: HeaderMap) -> Response {
    match says_json(&headers, header::ACCEPT) {
        true => listed(&world).into_response(),
        false => panel(&world, StatusCode::OK, ""),
    }
}

async fn add(State(world): State<Arc<World>>, headers: HeaderMap, body: Bytes) -> Response {
    let by_program = says_json(&headers, header::CONTENT_TYPE);
    match read(&world, by_program, &body) {
        Ok(rule) => {
            world.faults().add(rule);
            match by_program {
                true => (StatusCode::CREATED, listed(&world)).into_response(),
                false => Redirect::to("/faults").into_response(),
            }
        }
        Err(problem) if by_program => {
            (StatusCode::BAD_REQUEST, Json(json!({ "error": problem }))).into_response()
        }
        Err(problem) => panel(&world, StatusCode::BAD_REQUEST, &problem),
    }
}

async fn clear(State(world): State<Arc<World>>) -> Json<Value> {
    world.faults().clear();
    listed(&world)
}

async fn clear_by_person(State(world): State<Arc<World>>) -> Redirect {
    world.faults().clear();
    Redirect::to("/faults")
}

fn listed(world: &World) -> Json<Value> {
    Json(json!({ "faults": world.faults().rules() }))
}

fn says_json(headers: &HeaderMap, name: header::HeaderName) -> bool {
    let value = headers.get(name).and_then(|value| value.to_str().ok());
    value.is_some_and(|value| value.starts_with("application/json"))
}

fn read(world: &World, by_program: bool, body: &[u8]) -> Result<Rule, String> {
    let rule: Result<Rule, _> = match by_program {
        true => serde_json::from_slice(body),
        false => serde_json::from_value(from_form(body)),
    };
    let rule = rule.map_err(|error| error.to_string())?;
    rule.check(&world.channels)?;
    Ok(rule)
}

/// A form says everything as text, and nothing as an empty one.
fn from_form(body: &[u8]) -> Value {
    let mut fields = Map::new();
    for (name, text) in form_urlencoded::parse(body).filter(|(_, text)| !text.is_empty()) {
        let value = match name.as_ref() {
            "times" | "ms" | "value" | "copies" => {
                text.parse::<i64>().map_or_else(|_| json!(text), Value::from)
            }
            "reordered" => json!(true),
            _ => json!(text),
        };
        fields.insert(name.into_owned(), value);
    }
    Value::Object(fields)
}

fn panel(world: &World, status: StatusCode, problem: &str) -> Response {
    let problem = match problem {
        "" => String::new(),
        sentence => fill(PROBLEM, &[("sentence", sentence)]),
    };
    let body = fill(
        PANEL,
        &[
            ("problem", &problem),
            ("rules", &rules(world)),
            ("faults", &options(GUIDE.iter().map(|entry| json!(entry.fault)))),
            ("channels", &options(world.channels.all().map(|channel| json!(channel.name())))),
            ("calls", &options(calls(world).into_iter().map(Value::from))),
            ("whens", &options([When::Before, When::After].iter().map(|when| json!(when)))),
            ("guide", &guide()),
            ("magic", &magic()),
        ],
    );
    page(status, "Faults", &body)
}

/// The words for calls: those that hold at every channel first, then each channel's own.
fn calls(world: &World) -> Vec<&'static str> {
    let own = world.channels.all().flat_map(Channel::calls).map(|call| call.name);
    let common = Kind::ALL.iter().filter(|kind| **kind != Kind::Other).map(|kind| kind.word());
    common.chain(own).fold(Vec::new(), |mut words, word| {
        if !words.contains(&word) {
            words.push(word);
        }
        words
    })
}

fn rules(world: &World) -> String {
    let faults = world.faults();
    let row = |rule: &Rule| fill(RULE, &[("rule", &json!(rule).to_string())]);
    match faults.rules() {
        [] => "<li>None. Everything goes well.</li>".into(),
        rules => rules.iter().map(row).collect(),
    }
}

fn guide() -> String {
    let row = |entry: &crate::faults::Guide| {
        let name = json!(entry.fault);
        let name = name.as_str().unwrap_or_default();
        fill(GUIDE_ROW, &[("fault", name), ("effect", entry.effect), ("settings", entry.settings)])
    };
    GUIDE.iter().map(row).collect()
}

fn magic() -> String {
    let row = |(ending, fault): &(i64, crate::faults::Fault)| {
        let fault = json!(fault);
        let fault = fault.as_str().unwrap_or_default();
        fill(MAGIC_ROW, &[("ending", &ending.to_string()), ("fault", fault)])
    };
    MAGIC_AMOUNTS.iter().map(row).collect()
}

fn options(words: impl Iterator<Item = Value>) -> String {
    words.map(|word| fill(OPTION, &[("word", word.as_str().unwrap_or_default())])).collect()
}
