//! The connection to the database ends while a commit is under way, and nobody knows what became of it (T07, rule R13): it is
//! looked up and never repeated.

use std::time::Duration;

use florin_proof::chaos::{Chaos, Weather};
use futures_util::future::join_all;
use reqwest::Method;
use sqlx::{Connection, PgConnection};

use crate::database::{at_last, shopper};
use crate::support::{Db, Florin, KEY, World};

/// How many bytes of the database's answers still come, from one order to the next: somewhere between them is the commit's.
const STEP: usize = 40;

const ORDERS: usize = 30;

/// How long the network is like that.
const BROKEN: Duration = Duration::from_millis(150);

/// The world's database, from now on behind a network that breaks.
async fn behind_a_network(world: &mut World) -> Chaos {
    let chaos = Chaos::start(7, &world.stop).await.unwrap();
    let url = world.database.clone();
    let server = url.split_once('@').unwrap().1.split_once('/').unwrap().0;
    chaos.to(server.parse().unwrap());
    world.database = url.replace(server, chaos.url.strip_prefix("http://").unwrap());
    chaos
}

async fn sessions(directly: &mut PgConnection, trans_id: &str) -> Vec<String> {
    let sql = "select session_id from session where trans_id = $1";
    let rows: Vec<(String,)> =
        sqlx::query_as(sql).bind(trans_id).fetch_all(directly).await.unwrap();
    rows.into_iter().map(|(id,)| id).collect()
}

/// Asks for a session while so many bytes of each answer come through. Whether it was refused although it had been made.
async fn is_made_and_refused(
    world: &World,
    florin: &Florin,
    (chaos, bytes): (&Chaos, usize),
    directly: &mut PgConnection,
) -> bool {
    let order = world.order();
    let trans_id = order["trans_id"].as_str().unwrap();
    chaos.set(Weather::HalfBody(bytes));
    let better = async {
        tokio::time::sleep(BROKEN).await;
        chaos.set(Weather::Fair);
    };
    let asks = florin.call(Method::POST, "/v1/sessions", KEY, Some(&order));
    let (told, ()) = tokio::join!(asks, better);
    let status = told.unwrap().status;
    assert!([200, 503].contains(&status), "{trans_id}: {status}");
    let made = sessions(directly, trans_id).await;
    // The merchant asks again, and has the session that was made.
    let again = at_last(florin, Method::POST, "/v1/sessions", KEY, Some(&order)).await;
    let id = again.body["data"]["session_id"].as_str().unwrap_or_default().to_owned();
    assert_eq!(sessions(directly, trans_id).await, std::slice::from_ref(&id), "{}", again.body);
    assert!(made.is_empty() || made == [id], "{made:?}");
    status == 503 && !made.is_empty()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_that_nobody_confirmed_is_looked_up_and_not_repeated() {
    let mut world = World::new(Db::Postgres).await;
    let mut directly = PgConnection::connect(&world.database).await.unwrap();
    let chaos = behind_a_network(&mut world).await;
    let florin = world.serve(&[]).await;
    let shoppers = join_all((0..4).map(|_| shopper(&world, &florin)));
    let orders = async {
        let mut unsure = 0;
        for turn in 0..ORDERS {
            let cut = (&chaos, turn * STEP);
            unsure += usize::from(is_made_and_refused(&world, &florin, cut, &mut directly).await);
        }
        unsure
    };
    let (unsure, _) = tokio::join!(orders, shoppers);
    assert!(unsure > 0, "no commit was left unconfirmed: nothing is proved");
    world.agrees(4).await;
}
