//! One kill, and what comes after it.

use std::sync::Arc;
use std::time::Duration;

use florin_server::clock::Clock;
use florin_server::store::Store;
use florin_server::store::checks::{self, When};

use crate::client::Client;
use crate::program::Server;
use crate::world::{Ground, World, furnish};
use crate::{merchants, people};

pub struct Case {
    pub point: String,
    pub hit: u64,
    /// It is killed once more while it recovers.
    pub again: bool,
}

pub struct Outcome {
    /// From the start after the kill to the first right answer, at most. What may not grow is held by
    /// `tests/program/starting.rs`.
    pub up: Duration,
    /// Later hits need not come.
    pub was_reached: bool,
}

/// What is forgotten after three days, and after ninety, is forgotten now.
const DAYS: i64 = 91 * 24 * 60 * 60 * 1000;

/// The second kill, in the life after the first.
const AGAIN: &str = "commit/flow::settle::settle/before";

impl Case {
    pub async fn run(self, ground: Arc<Ground>) -> Outcome {
        // A command is a process of its own, and dear: only where one is to be killed.
        let of_commands = ["cli::", "ask_again", "credits::end"];
        let is_commands = of_commands.iter().any(|part| self.point.contains(part));
        let is_step = self.point.starts_with("migration/");
        let world = Arc::new(World::new(&ground, is_step).await);
        let again = self.again.then(|| AGAIN.to_owned());
        let arms = again.into_iter().chain([format!("{}@{}", self.point, self.hit)]).collect();
        let server = Arc::new(Server::new(world.clone(), arms));
        if is_step {
            assert!(server.run(&["migrate"]).await.status.success());
            furnish(&world.database).await;
        }
        let client = Client::new(server.clone(), world.clone());
        server
            .serve(async {
                people::day(&client).await;
                if is_commands {
                    merchants::operator(&client).await;
                }
                rest(&client).await;
            })
            .await;
        if server.kills() == 0 && self.hit == 1 {
            server
                .serve(async {
                    people::comes_back(&client).await;
                    rest(&client).await;
                })
                .await;
        }
        if server.kills() == 0 && self.hit == 1 {
            server.leap(DAYS);
            server.serve(days_later(&client)).await;
        }
        assert!(server.kills() > 0 || self.hit > 1, "this point was never reached");
        let done = server.run(&["check", "--at-rest"]).await;
        let said = [done.stdout, done.stderr].concat();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&said));
        assert_eq!(world.compare().await.wrong, Vec::<String>::new());
        Outcome { up: server.slowest(), was_reached: server.kills() > 0 }
    }
}

async fn days_later(client: &Client) {
    for _ in 0..100 {
        if client.server.kills() > 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    client.get("/v1/merchant").await.data();
    rest(client).await;
}

/// Until nothing is under way, no message waits, no invariant is broken and the three books tell the same.
async fn rest(client: &Client) {
    let mut told = String::new();
    for _ in 0..400 {
        told = broken(client).await;
        if told.is_empty() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("it never comes to rest: {told} {}", client.server.logged());
}

async fn broken(client: &Client) -> String {
    let waiting = client.world.waiting().await;
    if waiting > 0 {
        return format!("{waiting} messages wait");
    }
    let store = Store::connect_read_only(&client.world.database).await.unwrap();
    let now = Clock::System.now() + client.server.ahead();
    let mut reader = store.read().await.unwrap();
    let broken = checks::run(&mut reader, When::AtRest, now).await.unwrap();
    drop(reader);
    store.close().await;
    if !broken.is_empty() {
        return broken.iter().map(|one| format!("{one:?} ")).collect();
    }
    // A notice of the channel's that found nobody comes again after seconds.
    client.world.compare().await.wrong.join(", ")
}
