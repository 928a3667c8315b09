//! G12: how soon forty good endpoints hear of a payment, alone and beside ten bad ones.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::Context;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use florin_proof::merchant::Message;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::time::Instant;

use crate::Database;
use crate::arrivals::Arrivals;
use crate::ends::Ends;
use crate::load::thousandths;
use crate::pool::Pool;
use crate::server::Server;
use crate::shop::{self, KEY};
use crate::sink::message;
use crate::times::Times;
use crate::webhooks::silent;

/// How many, and on what.
#[derive(clap::Args)]
pub(crate) struct Plan {
    /// On which database.
    #[arg(long, value_enum)]
    database: Database,
    /// Payments a second; each is told to every endpoint.
    #[arg(long, default_value_t = 15)]
    rate: u64,
    /// For how many seconds, each of the two times.
    #[arg(long, default_value_t = 15)]
    seconds: u64,
}

const GOOD: usize = 40;

/// Just inside the time that a merchant has for an answer.
const SLOW: Duration = Duration::from_secs(14);

/// What the good endpoints heard.
#[derive(Default)]
struct Ear {
    /// When each message came first, by endpoint and order.
    first: HashMap<(usize, String), Instant>,
    /// Every message, by endpoint.
    messages: BTreeMap<usize, Vec<Message>>,
}

type Heard = Arc<Mutex<Ear>>;

/// Measures and prints.
pub(crate) async fn measure(plan: &Plan) -> anyhow::Result<()> {
    let server = Server::start(plan.database).await?;
    let pools = Arc::new((Pool::new(&server.at), Pool::new(&server.sandbox)));
    let (hook, heard) = merchant().await?;
    let mut secrets = Vec::new();
    for number in 0..GOOD {
        secrets.push(register(&pools.0, &format!("{hook}/good/{number}")).await?.secret);
    }
    let mut alone = round(plan, 0, &pools, &heard).await?;
    let bad = register_bad(&pools.0, &hook).await?;
    let mut beside = round(plan, 1_000_000, &pools, &heard).await?;
    for endpoint in bad {
        let path = format!("/v1/webhook_endpoints/{}", endpoint.id);
        let request = crate::client::request(&server.at, "DELETE", &path, KEY, "");
        pools.0.send(request.as_bytes()).await?;
    }
    let ends = Ends::of(&server, || each_heard(&heard, &secrets)).await?;
    let (p99, before) = (beside.per_mille(990), alone.per_mille(990));
    let millis = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    println!(
        "{GOOD} good endpoints on {:?}, {} payments a second, from the wallet's approval until each has heard: alone {:?}, p99 {before:?}; beside four slow, three dead, one that redirects, one broken and one that forgets {:?}, p99 {p99:?}; ratio of the two p99 {}, {:?} later (reach 1 s later); {ends}",
        plan.database,
        plan.rate,
        alone.per_mille(500),
        beside.per_mille(500),
        thousandths(millis(p99), millis(before)),
        p99.saturating_sub(before),
    );
    anyhow::ensure!(ends.is_well(), "messages were lost");
    Ok(())
}

/// Payments at a fixed rate; how long each good endpoint waited for each of them.
async fn round(
    plan: &Plan,
    first: u64,
    pools: &Arc<(Pool, Pool)>,
    heard: &Heard,
) -> anyhow::Result<Times> {
    let arrivals = Arrivals { first, rate: plan.rate, time: Duration::from_secs(plan.seconds) };
    let paid = arrivals.each(|number, _| pay(pools.clone(), format!("e{number}"))).await;
    let paid: Vec<(String, Instant)> = paid.into_iter().collect::<Result<_, _>>()?;
    let mut times = Times::default();
    for (order, approved) in &paid {
        for number in 0..GOOD {
            let at = until_heard(heard, &(number, order.clone())).await?;
            times.add(at.saturating_duration_since(*approved));
        }
    }
    Ok(times)
}

async fn pay(pools: Arc<(Pool, Pool)>, order: String) -> anyhow::Result<(String, Instant)> {
    let (shop, sandbox) = &*pools;
    let mut client = shop.take().await?;
    let session = shop::create(&mut client, &order, "").await?;
    let code = shop::pay(&mut client, &session).await?;
    shop.give_back(client);
    let mut wallet = sandbox.take().await?;
    let begun = Instant::now();
    shop::approve(&mut wallet, &code).await?;
    sandbox.give_back(wallet);
    Ok((order, begun))
}

async fn until_heard(heard: &Heard, what: &(usize, String)) -> anyhow::Result<Instant> {
    for _ in 0..3000 {
        if let Some(at) = heard.lock().unwrap().first.get(what) {
            return Ok(*at);
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    anyhow::bail!("{} never heard of {}", what.0, what.1)
}

/// An endpoint as the merchant knows it.
struct Endpoint {
    id: String,
    secret: String,
}

/// What each good endpoint heard, and who may sign for it.
fn each_heard(heard: &Heard, secrets: &[String]) -> Vec<florin_proof::merchant::Heard> {
    let ear = heard.lock().unwrap();
    let of = |(number, secret): (usize, &String)| florin_proof::merchant::Heard {
        messages: ear.messages.get(&number).cloned().unwrap_or_default(),
        refused: Vec::new(),
        secrets: vec![secret.clone()],
    };
    secrets.iter().enumerate().map(of).collect()
}

async fn register(shop: &Pool, url: &str) -> anyhow::Result<Endpoint> {
    let mut client = shop.take().await?;
    let body = json!({ "url": url }).to_string();
    let answer = client.ask("POST", "/v1/webhook_endpoints", KEY, &body).await?;
    shop.give_back(client);
    let answer: Value = serde_json::from_slice(&answer.body)?;
    let text = |name: &str| {
        let text = answer["data"][name].as_str().map(str::to_owned);
        text.with_context(|| format!("no endpoint: {answer}"))
    };
    Ok(Endpoint { id: text("endpoint_id")?, secret: text("secret")? })
}

async fn register_bad(shop: &Pool, hook: &str) -> anyhow::Result<Vec<Endpoint>> {
    let mut urls: Vec<String> = (0..4).map(|number| format!("{hook}/slow/{number}")).collect();
    urls.extend(["moved", "broken", "forgets"].map(|kind| format!("{hook}/{kind}/0")));
    urls.extend([silent().await?, silent().await?, format!("http://{}/", crate::server::free())]);
    let mut ids = Vec::new();
    for url in urls {
        ids.push(register(shop, &url).await?);
    }
    Ok(ids)
}

/// A merchant's server with every kind of endpoint.
async fn merchant() -> anyhow::Result<(String, Heard)> {
    let heard = Heard::default();
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let hook = format!("http://{}", listener.local_addr()?);
    let router = Router::new().route("/{kind}/{number}", post(hear)).with_state(heard.clone());
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok((hook, heard))
}

async fn hear(
    State(heard): State<Heard>,
    Path((kind, number)): Path<(String, usize)>,
    headers: HeaderMap,
    raw: Bytes,
) -> Response {
    match kind.as_str() {
        "good" => {
            let body: Value = serde_json::from_slice(&raw).unwrap_or_default();
            let order = body["data"]["trans_id"].as_str().unwrap_or_default().to_owned();
            let came = message("/good", &headers, &raw);
            let mut ear = heard.lock().unwrap();
            ear.first.entry((number, order)).or_insert_with(Instant::now);
            ear.messages.entry(number).or_default().push(came);
        }
        "slow" => tokio::time::sleep(SLOW).await,
        "moved" => return (StatusCode::FOUND, [(header::LOCATION, "/trap/0")]).into_response(),
        "broken" => return StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        _ => {}
    }
    StatusCode::OK.into_response()
}
