//! The verifying snippets of `docs/webhooks.md`, run against a message that was really delivered, and against every way
//! to spoil it. A language that is not installed fails.

use std::collections::HashSet;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use reqwest::Method;
use serde_json::{Value, json};

use super::verify::{Headers, once, verify};
use super::{pay_at, register};
use crate::support::sink::Received;
use crate::support::{Db, TestApp, tell};

/// What each snippet is followed by: it reads the cases, and says of each whether it was refused, or was new, or known already.
const NODE: &str = r#"
import { readFileSync } from "node:fs";
const seen = new Set();
const all = [];
for (const { secret, headers, body, now } of JSON.parse(readFileSync(0, "utf8"))) {
  let done = 0;
  try {
    const message = verify(secret, headers, Buffer.from(body), now);
    const isNew = await once(seen, headers, message, (message) => { done += message.type === undefined ? 9 : 1; });
    all.push(isNew === (done === 1) ? (isNew ? "NEW" : "KNOWN") : "WRONG");
  } catch {
    all.push("REFUSED");
  }
}
console.log(JSON.stringify(all));
"#;

const PYTHON: &str = r#"

import sys


seen = set()


def taken(case):
    done = []
    try:
        message = verify(case["secret"], case["headers"], case["body"].encode(), case["now"])
    except ValueError:
        return "REFUSED"
    is_new = once(seen, case["headers"], message, lambda message: done.append(message["type"]))
    return ("NEW" if is_new else "KNOWN") if is_new == (len(done) == 1) else "WRONG"


print(json.dumps([taken(case) for case in json.load(sys.stdin)]))
"#;

const PHP: &str = r#"

$seen = [];
$taken = function (array $case) use (&$seen): string {
    try {
        $message = verify($case['secret'], $case['headers'], $case['body'], $case['now']);
    } catch (RuntimeException) {
        return 'REFUSED';
    }
    $done = 0;
    $isNew = once($seen, $case['headers'], $message, function (array $message) use (&$done) { $done += isset($message['type']) ? 1 : 9; });
    return $isNew === ($done === 1) ? ($isNew ? 'NEW' : 'KNOWN') : 'WRONG';
};
echo json_encode(array_map($taken, json_decode(file_get_contents('php://stdin'), true)));
"#;

/// A message as a receiver has it, and whether it is to be believed.
#[derive(Clone)]
struct Case {
    secret: String,
    headers: Value,
    body: String,
    now: i64,
    is_good: bool,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_snippet_of_the_page_believes_what_was_delivered_once_and_nothing_else() {
    tell(Db::Sqlite, async |app| {
        let cases = cases(app).await;
        let expected = expected(&cases);
        for word in ["NEW", "KNOWN", "REFUSED"] {
            assert!(expected.contains(&word), "{word}");
        }
        let mut seen = HashSet::new();
        let in_rust: Vec<&str> = cases.iter().map(|case| in_rust(case, &mut seen)).collect();
        assert_eq!(in_rust, expected, "Rust");
        for (language, program, ending, driver) in [
            ("js", "node", "mjs", NODE),
            ("python", "python3", "py", PYTHON),
            ("php", "php", "php", PHP),
        ] {
            let taken = run(program, ending, &format!("{}{driver}", snippet(language)), &cases);
            assert_eq!(taken, expected, "{program}");
        }
    })
    .await;
}

#[test]
fn the_rust_snippet_is_the_one_that_is_compiled_here() {
    assert_eq!(snippet("rust").trim_end(), include_str!("verify.rs").trim_end());
}

/// What is to become of each: the first of a good message's is new, and every other one with its id is known, whatever its time and
/// by whichever secret.
fn expected(cases: &[Case]) -> Vec<&'static str> {
    let mut seen = HashSet::new();
    let taken = |case: &Case| match case.is_good {
        false => "REFUSED",
        true if seen.insert(case.headers["webhook-id"].to_string()) => "NEW",
        true => "KNOWN",
    };
    cases.iter().map(taken).collect()
}

/// A message that was delivered during a rotation, and what may happen to one on its way.
async fn cases(app: &TestApp) -> Vec<Case> {
    let sink = app.another_sink().await;
    let (endpoint, old) = register(app, &sink.url, json!({})).await;
    let path = format!("/v1/webhook_endpoints/{endpoint}/rotate");
    let rotated = app.merchant(Method::POST, &path, None).await;
    let new = rotated.data()["secret"].as_str().unwrap().to_owned();
    pay_at(app, None).await;
    app.until("it was delivered", async || !sink.received().is_empty()).await;
    let good = message(sink.received().remove(0), &new);
    let told =
        app.merchant(Method::GET, &format!("/v1/deliveries?endpoint_id={endpoint}"), None).await;
    let delivery = told.data()["deliveries"][0]["delivery_id"].as_str().unwrap().to_owned();
    app.merchant(Method::POST, &format!("/v1/deliveries/{delivery}/replay"), None).await.data();
    app.until("it was delivered again", async || sink.received().len() > 1).await;
    let again = message(sink.received().remove(1), &new);
    let mut cases = vec![good.clone(), Case { secret: old, ..good.clone() }, again];
    cases.extend(spoilt(&good));
    cases
}

fn message(heard: Received, secret: &str) -> Case {
    let headers = json!({
        "webhook-id": heard.id,
        "webhook-timestamp": heard.timestamp,
        "webhook-signature": heard.signature,
    });
    let now = heard.timestamp.parse().unwrap();
    Case { secret: secret.into(), headers, body: heard.raw, now, is_good: true }
}

fn spoilt(good: &Case) -> Vec<Case> {
    let text = |name: &str| good.headers[name].as_str().unwrap().to_owned();
    let bad = Case { is_good: false, ..good.clone() };
    let with = |name: &str, value: Value| {
        let mut case = bad.clone();
        case.headers[name] = value;
        case
    };
    let mut spoilt = vec![
        Case { secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".into(), ..bad.clone() },
        Case { body: good.body.replace("25000", "25001"), ..bad.clone() },
        Case { now: good.now + 301, ..bad.clone() },
        Case { now: good.now - 301, ..bad.clone() },
        Case { now: good.now + 300, is_good: true, ..bad.clone() },
        with("webhook-id", json!("msg_other")),
        with("webhook-timestamp", json!((good.now + 1).to_string())),
        with("webhook-timestamp", json!("soon")),
        with("webhook-signature", json!(text("webhook-signature").replace("v1,", "v2,"))),
        with("webhook-signature", json!(text("webhook-signature")[..20])),
        with("webhook-signature", json!("v1,")),
        with("webhook-signature", json!("v1")),
    ];
    for name in ["webhook-id", "webhook-timestamp", "webhook-signature"] {
        let mut case = bad.clone();
        case.headers.as_object_mut().unwrap().remove(name);
        spoilt.push(case);
    }
    spoilt
}

fn in_rust(case: &Case, seen: &mut HashSet<String>) -> &'static str {
    let text = |name: &str| case.headers[name].as_str().unwrap_or_default();
    let headers = Headers {
        id: text("webhook-id"),
        timestamp: text("webhook-timestamp"),
        signature: text("webhook-signature"),
    };
    if !verify(&case.secret, &headers, case.body.as_bytes(), case.now) {
        return "REFUSED";
    }
    let mut done = 0;
    match (once(seen, &headers, || done += 1), done) {
        (true, 1) => "NEW",
        (false, 0) => "KNOWN",
        _ => "WRONG",
    }
}

fn run(program: &str, ending: &str, text: &str, cases: &[Case]) -> Vec<String> {
    let file = file(ending);
    std::fs::write(&file, text).unwrap();
    let input: Vec<Value> = cases
        .iter()
        .map(|case| json!({ "secret": case.secret, "headers": case.headers, "body": case.body, "now": case.now }))
        .collect();
    let mut running = Command::new(program)
        .arg(&file)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{program} is needed: run `make setup` ({error})"));
    running.stdin.take().unwrap().write_all(json!(input).to_string().as_bytes()).unwrap();
    let output = running.wait_with_output().unwrap();
    std::fs::remove_file(&file).unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    serde_json::from_str(&said).unwrap_or_else(|_| panic!("{program} said {said:?}"))
}

fn file(ending: &str) -> PathBuf {
    std::env::temp_dir().join(format!("florin-snippet-{}.{ending}", std::process::id()))
}

/// The page's only code in this language.
fn snippet(language: &str) -> String {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/webhooks.md");
    let page = std::fs::read_to_string(page).unwrap();
    let blocks: Vec<&str> = page
        .split(&format!("\n```{language}\n"))
        .skip(1)
        .map(|rest| rest.split("\n```\n").next().unwrap())
        .collect();
    assert_eq!(blocks.len(), 1, "one snippet in {language}");
    blocks[0].to_owned()
}
