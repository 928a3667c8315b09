//! Requests that arrive twice, at once or much later, and requests that later ones overtake, on the way to the channel and on
//! its messages' way back: nobody is charged twice, and the three books agree (`reliability/` 2.2, T05).

use std::time::Duration;

use florin_proof::chaos::{Chaos, Weather};
use florin_server::store::Store;
use futures_util::future::{join, join_all};
use reqwest::Method;
use serde_json::json;

use crate::partition::Town;
use crate::support::{Db, KEY};

/// The copy at once; the copy when its order has gone on; held back until another has gone by.
const CROSSED: [Weather; 3] = [Weather::Twice(0), Weather::Twice(2_500), Weather::Overtaken(1_500)];

/// How many there are of each kind of people.
const EACH: usize = 3;

/// Pays.
async fn pays(town: &Town) -> String {
    let session = town.session().await;
    let code = town.code(&session).await;
    town.approve(&code).await;
    town.until_shown(&session, "status", "SUCCESS").await;
    town.told.paid(&session.id);
    code.0
}

/// Pays, and gets a part back, which the shop asks for twice at once.
async fn is_refunded(town: &Town) {
    let order = pays(town).await;
    let own = format!("r-{order}");
    let wish = json!({ "order_id": order, "amount": "9000", "refund_trans_id": own });
    let asked = || town.florin.call(Method::POST, "/v1/refunds", KEY, Some(&wish));
    let (first, second) = join(asked(), asked()).await;
    for answer in [first, second].into_iter().flatten().filter(|answer| answer.status == 200) {
        town.told.refund(&own, answer.body["data"]["refund_id"].as_str().unwrap());
    }
    town.until("the refund is done", async || town.refund_status(&own).await == "SUCCESS").await;
}

/// Cancels as soon as the code is there, so that the copy of "pay" comes after "cancel".
async fn cancels(town: &Town) {
    let session = town.session().await;
    let (id, code) = town.code(&session).await;
    let path = format!("/v1/checkout/{}/transactions/{id}/cancel", session.id);
    _ = town.florin.call(Method::POST, &path, &session.token, None).await;
    town.until_shown(&session, "payment_status", "CANCELLED").await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    // Whoever still has the picture of the code tries it.
    tries(town, &code).await;
}

/// Pays a code that may be closed.
async fn tries(town: &Town, code: &str) {
    let act = json!({ "code": code, "action": "approve" });
    let wallet = format!("{}/wallet", town.world.sandbox);
    town.world.http.post(wallet).json(&act).send().await.unwrap();
}

/// Chooses another method, and both codes are paid: one counts, the other goes back if it could be paid.
async fn pays_both(town: &Town) {
    let session = town.session().await;
    let (first, second) = (town.code(&session).await, town.code_by(&session, "MAYA").await);
    join(tries(town, &first.1), tries(town, &second.1)).await;
    town.until_shown(&session, "status", "SUCCESS").await;
    town.told.paid(&session.id);
}

/// No order counts two payments; at least so many are paid. What the channel holds beside them, `compare` has found.
async fn nobody_is_charged_twice(town: &Town, least: usize) {
    let store = Store::connect_read_only(&town.world.database).await.unwrap();
    let sql = "select count(distinct trans_id), count(*) from payment where role = 'ACCEPTED'";
    let counted: Option<(i64, i64)> = store.read().await.unwrap().sql(sql).one().await.unwrap();
    store.close().await;
    let (orders, payments) = counted.unwrap();
    assert_eq!(orders, payments, "an order is paid twice");
    assert!(usize::try_from(orders).unwrap() >= least, "only {orders} of {least} are paid");
}

async fn crossed(db: Db, weather: Weather) -> String {
    let town = Town::new(db).await;
    town.there.set(weather);
    town.back.set(weather);
    let paying = join_all((0..EACH).map(|_| pays(&town)));
    let refunded = join_all((0..EACH).map(|_| is_refunded(&town)));
    let cancelling = join_all((0..EACH).map(|_| cancels(&town)));
    let both = join_all((0..EACH).map(|_| pays_both(&town)));
    tokio::join!(paying, refunded, cancelling, both);
    // The last copies are on their way.
    tokio::time::sleep(Duration::from_secs(3)).await;
    town.there.set(Weather::Fair);
    town.back.set(Weather::Fair);
    town.world.check(true).await;
    let found = town.compare().await;
    assert_eq!(found.wrong, Vec::<String>::new(), "{weather:?}: {}", found.told);
    nobody_is_charged_twice(&town, 3 * EACH).await;
    let happened = |road: &Chaos| road.doubled() + road.overtaken();
    let (there, back) = (happened(&town.there), happened(&town.back));
    assert!(there > 5 && back > 0, "{weather:?}: {there} requests and {back} messages: too few");
    format!("{weather:?}: {there} requests and {back} messages crossed: {}", found.told)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_that_come_twice_or_cross_charge_nobody_twice_on_sqlite() {
    println!("{}", all(Db::Sqlite).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_that_come_twice_or_cross_charge_nobody_twice_on_postgres() {
    println!("{}", all(Db::Postgres).await);
}

async fn all(db: Db) -> String {
    join_all(CROSSED.map(|weather| crossed(db, weather))).await.join("\n")
}
