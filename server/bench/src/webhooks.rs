//! Deliveries a second: messages wait for disabled endpoints, the endpoints are enabled, and the clock runs until the
//! last one has been received. Two endpoints that never answer stand beside them.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use anyhow::Context;
use axum::Router;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::routing::post;
use serde_json::{Value, json};
use sqlx::{Connection, PgConnection, SqliteConnection};
use tokio::net::TcpListener;

use crate::Database;
use crate::client::Client;
use crate::server::Server;

const KEY: &str = "sk_test_florin_demo";

/// How many endpoints answer, and how many do not.
const GOOD: usize = 10;
const DEAD: usize = 2;

/// Three messages an order, as a payment with a refund has; the same text for both databases.
const FILL: &str = "with recursive n(i) as (select 0 union all select i + 1 from n where i + 1 < $2)
 insert into outbox (merchant_id, trans_id, seq, endpoint_id, message_id, url, body, state, tries, next_ms, leased_until_ms,
   last_error, created_ms, done_ms, delivery_id, lane, session_id, order_id, kind, round_ms, round_tries)
 select '18356675194960', 'b' || cast(i / 3 as text), i % 3 + 1, $1, 'msg_b' || cast(i / 3 as text) || '_' || cast(i % 3 as text), '',
   '{\"type\":\"PAYMENT.SUCCESS\",\"timestamp\":\"2026-11-18T04:01:30Z\",\"data\":{\"merchant_id\":\"18356675194960\",\"trans_id\":\"b'
     || cast(i / 3 as text) || '\",\"session_id\":\"CS00000000000000000000000000000000\",\"order_id\":\"GW00000000000000000000000000\",'
     || '\"status\":\"SUCCESS\",\"session_status\":\"SUCCESS\",\"error_code\":\"0000\",\"error_description\":\"success\",\"amount\":\"25000\",'
     || '\"currency\":\"PHP\",\"pay_finish_time\":\"2026-11-18T04:01:29Z\",\"seq\":' || cast(i % 3 + 1 as text) || ',\"livemode\":false}}',
   'HELD', 0, 0, 0, '', 0, null, 'WD' || $1 || cast(i as text), $1, 'CS00000000000000000000000000000000', 'GW00000000000000000000000000',
   'PAYMENT.SUCCESS', 0, 0
 from n";

#[derive(Default)]
struct Heard {
    ids: HashSet<String>,
    messages: usize,
}

type Ear = Arc<Mutex<Heard>>;

/// Measures and prints.
pub(crate) async fn measure(database: Database, messages: usize) -> anyhow::Result<()> {
    let server = Server::start(database).await?;
    let (hook, ear) = ear().await?;
    let mut client = Client::connect(&server.at).await?;
    let dead = silent().await?;
    let mut endpoints = Vec::new();
    for number in 0..GOOD + DEAD {
        let url = if number < GOOD { format!("{hook}/{number}") } else { dead.clone() };
        endpoints.push(register(&mut client, &url).await?);
    }
    for endpoint in &endpoints {
        fill(&server.database, endpoint, messages / GOOD).await?;
    }

    let begun = Instant::now();
    for endpoint in endpoints.iter().rev() {
        enable(&mut client, endpoint).await?;
    }
    let expected = messages / GOOD * GOOD;
    while ear.lock().unwrap().ids.len() < expected && begun.elapsed() < Duration::from_secs(300) {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let took = begun.elapsed();
    let (told, messages) = {
        let heard = ear.lock().unwrap();
        (heard.ids.len(), heard.messages)
    };
    for endpoint in &endpoints[GOOD..] {
        let path = format!("/v1/webhook_endpoints/{endpoint}");
        client.ask("DELETE", &path, KEY, "").await?;
    }
    let clean = server.check().await?;
    println!(
        "webhooks on {database:?}: {} deliveries a second (reach 1000), {told} of {expected} in {took:?} to {GOOD} endpoints beside {DEAD} that hang, {} duplicates; florin check --at-rest: {}",
        told as u128 * 1000 / took.as_millis().max(1),
        messages - told,
        if clean { "clean" } else { "NOT clean" },
    );
    anyhow::ensure!(clean && told == expected, "messages were lost");
    Ok(())
}

async fn register(client: &mut Client, url: &str) -> anyhow::Result<String> {
    let body = json!({ "url": url, "enabled": false }).to_string();
    let answer = client.ask("POST", "/v1/webhook_endpoints", KEY, &body).await?;
    let answer: Value = serde_json::from_slice(&answer.body)?;
    let id = answer["data"]["endpoint_id"].as_str();
    id.map(str::to_owned).with_context(|| format!("no endpoint: {answer}"))
}

async fn enable(client: &mut Client, endpoint: &str) -> anyhow::Result<()> {
    let path = format!("/v1/webhook_endpoints/{endpoint}");
    let answer = client.ask("PATCH", &path, KEY, r#"{"enabled":true}"#).await?;
    anyhow::ensure!(answer.status == 200, "enabling was answered with {}", answer.status);
    Ok(())
}

/// Puts messages into the outbox, past the server.
async fn fill(database: &str, endpoint: &str, messages: usize) -> anyhow::Result<()> {
    let messages = i64::try_from(messages)?;
    if database.starts_with("sqlite") {
        let mut file = SqliteConnection::connect(database).await?;
        sqlx::query(FILL).bind(endpoint).bind(messages).execute(&mut file).await?;
    } else {
        let mut server = PgConnection::connect(database).await?;
        sqlx::query(FILL).bind(endpoint).bind(messages).execute(&mut server).await?;
    }
    Ok(())
}

/// A merchant's server: remembers every id at every address.
async fn ear() -> anyhow::Result<(String, Ear)> {
    let ear = Ear::default();
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let hook = format!("http://{}", listener.local_addr()?);
    let router = Router::new().route("/{number}", post(hear)).with_state(ear.clone());
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok((hook, ear))
}

async fn hear(
    State(ear): State<Ear>,
    axum::extract::Path(number): axum::extract::Path<String>,
    headers: HeaderMap,
    _body: axum::body::Bytes,
) {
    let id = headers.get("webhook-id").and_then(|id| id.to_str().ok()).unwrap_or_default();
    let mut heard = ear.lock().unwrap();
    heard.messages += 1;
    heard.ids.insert(format!("{number} {id}"));
}

/// An address that takes connections and never answers.
pub(crate) async fn silent() -> anyhow::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/", listener.local_addr()?);
    tokio::spawn(async move {
        let mut taken = Vec::new();
        while let Ok((stream, _)) = listener.accept().await {
            taken.push(stream);
        }
    });
    Ok(url)
}
