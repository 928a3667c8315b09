//! More than can be done (G14): what is too much is refused at once and whole, and what matters most is refused last.

use std::time::{Duration, Instant};

use florin_server::gates::Class;
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::json;

use crate::support::{Answer, Db, Florin, KEY, Session, World, on_both};

/// How many merchants' programs run wild at once, each as fast as it can.
const WILD: usize = 32;

/// How many shoppers pay meanwhile.
const PAYING: usize = 6;

const LASTS: Duration = Duration::from_secs(4);

#[derive(Default)]
struct Told {
    good: u64,
    shed: Vec<Duration>,
    /// The orders that were refused.
    refused: Vec<String>,
    wrong: Vec<String>,
}

#[allow(clippy::disallowed_methods)]
async fn wild(world: &World, florin: &Florin) -> Told {
    let (begun, mut told) = (Instant::now(), Told::default());
    while begun.elapsed() < LASTS {
        let (asked, order) = (Instant::now(), world.order());
        match florin.call(Method::POST, "/v1/sessions", KEY, Some(&order)).await {
            Ok(answer) if answer.status == 200 => told.good += 1,
            Ok(answer) if is_shed(&answer) => {
                told.shed.push(asked.elapsed());
                told.refused.push(order["trans_id"].as_str().unwrap().to_owned());
            }
            Ok(answer) => told.wrong.push(format!("{answer:?}")),
            Err(error) => told.wrong.push(format!("{error:?}")),
        }
    }
    told
}

fn is_shed(answer: &Answer) -> bool {
    answer.status == 503
        && answer.retry_after.as_deref() == Some("1")
        && answer.body["ret_code"] == "BUSY"
}

/// The shop gives money back while its other program runs wild: at the first try.
async fn refund(florin: &Florin, paid: &Session) {
    let own = format!("r-{}", paid.trans_id);
    let wish = json!({ "session_id": paid.id, "refund_trans_id": own });
    tokio::time::sleep(LASTS / 2).await;
    let told = florin.call(Method::POST, "/v1/refunds", KEY, Some(&wish)).await.unwrap();
    assert_eq!(told.status, 200, "{}", told.body);
}

/// Of whoever was refused nothing is known, and the same order may come again and is made.
async fn refused_and_nothing_done(florin: &Florin, world: &World, refused: &[String]) {
    for order in refused.iter().take(20) {
        let path = format!("/v1/transactions?trans_id={order}");
        let asked = florin.call(Method::GET, &path, KEY, None).await.unwrap();
        assert_eq!(asked.status, 404, "{order}: {}", asked.body);
    }
    let mut again = world.order();
    again["trans_id"] = refused[0].as_str().into();
    florin.session(again).await;
}

/// The merchant hears of a payment, and once only.
async fn until_told(world: &World, order: &str) {
    for _ in 0..400 {
        if !world.sink.kinds(order).is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(world.sink.kinds(order), ["PAYMENT.SUCCESS"], "{order}");
}

/// Polls and a payment with its notification, while the others run wild.
#[allow(clippy::disallowed_methods)]
async fn shopper(world: &World, florin: &Florin, session: &Session) -> u64 {
    let (begun, mut polls) = (Instant::now(), 0);
    let opened = florin.open(session, "GCASH").await;
    world.wallet(opened["next_action"]["text"].as_str().unwrap(), "approve").await;
    while begun.elapsed() < LASTS {
        florin.status(session).await;
        polls += 1;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    florin.until_paid(session).await;
    polls
}

/// The goal is 50 ms for 99 of 100 refusals (G14), which a quiet machine keeps (`bench`). Here the wild programs share two
/// cores with a debug build: ten times the goal catches a refusal that waits in line first.
#[allow(clippy::print_stdout)] // What has been shown.
fn is_refused_soon(shed: &[Duration]) {
    let (median, p99) = (shed[shed.len() / 2], shed[shed.len() * 99 / 100]);
    println!("{} refusals: {median:.1?} in the median, p99 {p99:.1?}", shed.len());
    assert!(median < Duration::from_millis(250), "a refusal takes {median:?}");
    assert!(p99 < Duration::from_millis(500), "one refusal in a hundred takes {p99:?}");
}

/// Shops run wild against every place that there is, not two.
const FLOOD: usize = 96;

/// What has been begun is finished, however many new orders come: all of a shopper's own requests are served.
async fn begun(world: &World, florin: &Florin, session: &Session) {
    tokio::time::sleep(LASTS / 2).await;
    let opened = florin.open(session, "GCASH").await;
    world.wallet(opened["next_action"]["text"].as_str().unwrap(), "approve").await;
    florin.until_paid(session).await;
}

on_both! {
    async fn of_too_many_new_orders_some_are_let_in_and_the_begun_ones_are_finished(world: &World) {
        let florin = world.serve(&[]).await;
        let mut sessions = Vec::new();
        for _ in 0..PAYING {
            sessions.push(florin.session(world.order()).await);
        }
        let flood = join_all((0..FLOOD).map(|_| wild(world, &florin)));
        let paying = join_all(sessions.iter().map(|session| begun(world, &florin, session)));
        let (told, _) = tokio::join!(flood, paying);
        let wrong: Vec<_> = told.iter().flat_map(|told| told.wrong.clone()).collect();
        assert_eq!(wrong, Vec::<String>::new());
        let good: u64 = told.iter().map(|told| told.good).sum();
        let shed: usize = told.iter().map(|told| told.shed.len()).sum();
        assert!(good > 50 && shed > 50, "{good} done, {shed} refused");
        // The flood is over: within seconds everybody is let in again.
        tokio::time::sleep(Duration::from_secs(5)).await;
        let figures = florin.get(format!("{}/metrics", florin.admin)).await.body;
        let everybody = "florin_new_orders_admitted_permille 1000";
        assert!(figures.as_str().unwrap().contains(everybody), "{figures}");
        let refused: Vec<_> = told.iter().flat_map(|told| told.refused.clone()).collect();
        refused_and_nothing_done(&florin, world, &refused).await;
        world.agrees(PAYING).await;
    }
}

on_both! {
    async fn too_much_is_refused_at_once_and_the_shopper_feels_nothing(world: &World) {
        let file = world.folder.join("florin.toml");
        std::fs::write(&file, "[limits]\nmerchant = 2\n").unwrap();
        let florin = world.serve(&[("FLORIN_CONFIG", file.to_str().unwrap())]).await;
        let paid = florin.pay(world).await;
        let mut sessions = Vec::new();
        for _ in 0..PAYING {
            sessions.push(florin.session(world.order()).await);
        }
        let wilds = join_all((0..WILD).map(|_| wild(world, &florin)));
        let paying = join_all(sessions.iter().map(|session| shopper(world, &florin, session)));
        let (told, polls, ()) = tokio::join!(wilds, paying, refund(&florin, &paid));
        let wrong: Vec<_> = told.iter().flat_map(|told| told.wrong.clone()).collect();
        assert_eq!(wrong, Vec::<String>::new());
        let mut shed: Vec<_> = told.iter().flat_map(|told| told.shed.clone()).collect();
        let good: u64 = told.iter().map(|told| told.good).sum();
        shed.sort();
        assert!(good > 50 && shed.len() > 50, "{good} done, {} refused", shed.len());
        is_refused_soon(&shed);
        assert!(polls.iter().all(|polls| *polls > 20), "{polls:?}");
        let figures = florin.get(format!("{}/metrics", florin.admin)).await.body;
        let line = format!("florin_http_shed_total{{class=\"merchant\"}} {}", shed.len());
        assert!(figures.as_str().unwrap().contains(&line), "{line} is missing");
        // Afterwards everything is as before: no place has been lost, and nobody is refused.
        let refused: Vec<_> = told.iter().flat_map(|told| told.refused.clone()).collect();
        refused_and_nothing_done(&florin, world, &refused).await;
        florin.pay(world).await;
        for session in &sessions {
            until_told(world, &session.trans_id).await;
        }
        world.agrees(PAYING + 2).await;
    }
}

#[test]
fn what_carries_the_truth_is_refused_last() {
    let gates = florin_server::gates::Gates::default();
    let most = |class| {
        let mut places = Vec::new();
        while places.len() < 100_000
            && let Some(place) = gates.enter(class)
        {
            places.push(place);
        }
        places.len()
    };
    let merchant = most(Class::Merchant);
    assert!(merchant < most(Class::Shopper), "a merchant's program tries again by itself");
    assert!(merchant < most(Class::Refund), "money on its way back comes before new sessions");
    assert!(most(Class::Shopper) < most(Class::Notice));
    assert!(most(Class::Notice) < most(Class::Poll));
    assert_eq!(most(Class::Health), 100_000, "whether we are well is always told");
}
