//! A copy made under load, brought back, and then told by the channels what it has missed.

use std::path::Path;
use std::time::Duration;

use reqwest::Method;
use rustix::process::Signal;
use serde_json::json;
use tokio::process::Command;

use crate::support::{Db, Florin, KEY, Session, World};

/// Paid before the copy; open at the copy and paid after it; cancelled before.
struct Story {
    before: Session,
    between: Session,
    code: String,
}

async fn begin(world: &World, florin: &Florin) -> Story {
    let before = florin.pay(world).await;
    let between = florin.session(world.order()).await;
    let opened = florin.open(&between, "GCASH").await;
    let code = opened["next_action"]["text"].as_str().unwrap().to_owned();
    Story { before, between, code }
}

/// After the copy has been brought back the world knows more than we do; afterwards we know it too.
async fn end(world: &World, story: &Story) {
    let florin = world.serve(&[]).await;
    assert_eq!(florin.status(&story.before).await["status"], "SUCCESS");
    let (code, asked) = world.json(&["reconcile", "--hours", "1", "--wait-seconds", "60"]).await;
    assert_eq!((code, &asked["left"]), (0, &json!(0)), "{asked}");
    assert!(asked["payments"].as_u64().unwrap() >= 2, "{asked}");
    florin.until_paid(&story.between).await;
    world.check(true).await;
}

async fn load(world: &World, florin: &Florin) {
    for _ in 0..60 {
        florin.call(Method::POST, "/v1/sessions", KEY, Some(&world.order())).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sqlite_copy_made_under_load_is_whole_and_comes_back() {
    let world = World::new(Db::Sqlite).await;
    let mut florin = world.serve(&[]).await;
    let story = begin(&world, &florin).await;
    let copy = world.folder.join("copy.db");
    let copy = copy.to_str().unwrap();
    let arguments = ["backup", copy];
    let ((code, made), ()) = tokio::join!(world.json(&arguments), load(&world, &florin));
    assert_eq!((code, &made["clean"]), (0, &json!(true)), "{made}");
    let (code, again) = world.json(&["backup", copy]).await;
    assert!(code == 3 && again["error"].as_str().unwrap().contains("exists already"), "{again}");
    world.wallet(&story.code, "approve").await;
    florin.until_paid(&story.between).await;
    florin.signal(Signal::KILL);
    florin.ended(Duration::from_secs(5)).await;
    let database = world.folder.join("florin.db");
    for file in ["florin.db", "florin.db-wal", "florin.db-shm"] {
        _ = std::fs::remove_file(world.folder.join(file));
    }
    std::fs::copy(copy, &database).unwrap();
    end(&world, &story).await;
}

/// Runs one of PostgreSQL's own tools; a missing one fails the test.
async fn tool(name: &str, arguments: &[&str]) {
    let done = Command::new(name).args(arguments).output().await;
    let done = done.unwrap_or_else(|error| panic!("{name} is needed (`make setup`): {error}"));
    assert!(done.status.success(), "{name}: {}", String::from_utf8_lossy(&done.stderr));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_postgres_dump_made_under_load_is_whole_and_comes_back() {
    let mut world = World::new(Db::Postgres).await;
    let mut florin = world.serve(&[]).await;
    let story = begin(&world, &florin).await;
    let copy = world.folder.join("copy.dump");
    assert!(!Path::new(&copy).exists());
    let file = format!("--file={}", copy.display());
    let arguments = ["--format=custom", &file, &world.database];
    tokio::join!(tool("pg_dump", &arguments), load(&world, &florin));
    let (code, refused) = world.json(&["backup", "x.db"]).await;
    assert!(code == 3 && refused["error"].as_str().unwrap().contains("pg_dump"), "{refused}");
    world.wallet(&story.code, "approve").await;
    florin.until_paid(&story.between).await;
    florin.signal(Signal::KILL);
    florin.ended(Duration::from_secs(5)).await;
    let fresh = crate::postgres::fresh_database().await;
    let database = format!("--dbname={fresh}");
    tool("pg_restore", &["--exit-on-error", "--no-owner", &database, copy.to_str().unwrap()]).await;
    world.database = fresh;
    end(&world, &story).await;
}
