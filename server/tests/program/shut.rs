//! The database is there and of no use: its file may only be read, somebody holds it for longer than we wait, it lets no more
//! of us in. And when it is back it is not run over (T07, G5).

use std::process::Stdio;
use std::time::Duration;

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::json;
use sqlx::{Connection, Executor, PgConnection, SqliteConnection};
use tokio::io::AsyncReadExt;
use tokio::process::{Child, Command};

use crate::database::shopper;
use crate::restarts::{away, is_honest, is_whole_again};
use crate::support::{Db, Florin, KEY, Session, World};

/// The program where its data lies on a file system that may only be read, as after an error of the disk. Needs the right
/// to mount in a namespace of its own, which root has and others get.
fn program_that_may_only_read(world: &World) -> Command {
    let of_program = world.program();
    let mut command = Command::new("unshare");
    if !rustix::process::getuid().is_root() {
        command.arg("--map-root-user");
    }
    let script = "mount --bind -o ro \"$1\" \"$1\" && shift && exec \"$@\"";
    let envs = of_program.as_std().get_envs();
    command
        .args(["--mount", "sh", "-c", script, "sh"])
        .arg(&world.folder)
        .args([env!("CARGO_BIN_EXE_florin"), "serve"])
        .envs(envs.filter_map(|(name, value)| Some((name, value?))))
        .env("FLORIN_LISTEN", florin_proof::free_address().to_string())
        .env("FLORIN_ADMIN_LISTEN", florin_proof::free_address().to_string())
        .stdin(Stdio::null())
        .kill_on_drop(true);
    command
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_may_only_be_read_is_said_so_and_left_as_it_is() {
    let world = World::new(Db::Sqlite).await;
    let mut florin = world.serve(&[]).await;
    let (paid, open) = (florin.pay(&world).await, florin.session(world.order()).await);
    let code = florin.open(&open, "GCASH").await["next_action"]["text"].clone();
    florin.signal(rustix::process::Signal::TERM);
    florin.ended(Duration::from_secs(30)).await;
    let ended = program_that_may_only_read(&world).output();
    let ended = tokio::time::timeout(Duration::from_secs(20), ended).await;
    let ended = ended.expect("it runs on where it cannot keep anything").unwrap();
    let told = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert!(!ended.status.success(), "{told}");
    assert!(told.contains("readonly") || told.contains("read-only"), "why is not said: {told}");
    // Writable again, it goes on where it was.
    let florin = world.serve(&[]).await;
    assert_eq!(florin.status(&paid).await["status"], "SUCCESS");
    world.wallet(code.as_str().unwrap(), "approve").await;
    florin.until_paid(&open).await;
    world.agrees(2).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_sqlite_file_that_is_held_for_longer_than_we_wait_loses_nobody() {
    let world = World::new(Db::Sqlite).await;
    let florin = world.serve(&[]).await;
    let known = florin.pay(&world).await;
    let held = async {
        let mut somebody = SqliteConnection::connect(&world.database).await.unwrap();
        somebody.execute("begin immediate").await.unwrap();
        // Each refusal comes when our patience of five seconds has ended.
        for _ in 0..2 {
            is_honest(&world, &florin, &known).await;
        }
        let ready = florin.get(format!("{}/readyz", florin.base)).await;
        assert_eq!(ready.status, 503, "{}", ready.body);
        somebody.execute("rollback").await.unwrap();
        is_whole_again(&world, &florin, "let go").await;
    };
    tokio::join!(held, join_all((0..4).map(|_| shopper(&world, &florin))));
    world.agrees(6).await;
}

/// Somebody else's process that has begun to write, so much that it lies in the log beside the file already, and never ends.
const HOLDER: &str = "
import sqlite3, sys, time
file = sqlite3.connect(sys.argv[1], isolation_level=None)
file.execute('pragma cache_size = 1')
file.execute('begin immediate')
file.execute('create table unfinished (x)')
file.execute('with recursive n(i) as (select 1 union all select i + 1 from n where i < 500) insert into unfinished select randomblob(4000) from n')
print('held', flush=True)
time.sleep(600)
";

async fn holder(world: &World) -> Child {
    let file = world.database.strip_prefix("sqlite:").unwrap();
    let mut holder = Command::new("python3")
        .args(["-c", HOLDER, file])
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut said = [0; 4];
    holder.stdout.as_mut().unwrap().read_exact(&mut said).await.unwrap();
    assert_eq!(&said, b"held");
    holder
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_sqlite_file_whose_holder_is_killed_goes_on_without_what_it_had_begun() {
    let world = World::new(Db::Sqlite).await;
    let florin = world.serve(&[]).await;
    let known = florin.pay(&world).await;
    let log = || std::fs::metadata(world.folder.join("florin.db-wal")).map_or(0, |log| log.len());
    let before = log();
    let mut holder = holder(&world).await;
    assert!(log() > before + 1_000_000, "nothing of it lies in the log: nothing is proved");
    let held = async {
        is_honest(&world, &florin, &known).await;
        holder.kill().await.unwrap();
        is_whole_again(&world, &florin, "its holder was killed").await;
    };
    tokio::join!(held, join_all((0..4).map(|_| shopper(&world, &florin))));
    let mut file = SqliteConnection::connect(&world.database).await.unwrap();
    let left = "select count(*) from sqlite_master where name = 'unfinished'";
    let (left,): (i64,) = sqlx::query_as(left).fetch_one(&mut file).await.unwrap();
    assert_eq!(left, 0, "what nobody committed is there");
    file.close().await.unwrap();
    world.agrees(6).await;
}

/// Somebody at PostgreSQL, outside of the database itself.
struct Operator {
    connection: PgConnection,
    database: String,
}

impl Operator {
    async fn of(world: &World) -> Operator {
        let (server, name) = world.database.rsplit_once('/').unwrap();
        let connection = PgConnection::connect(&format!("{server}/postgres")).await.unwrap();
        Operator { connection, database: name.to_owned() }
    }

    async fn say(&mut self, text: String) {
        self.connection.execute(sqlx::AssertSqlSafe(text)).await.unwrap();
    }

    async fn everybody_out(&mut self) {
        let name = self.database.clone();
        let all = "select pg_terminate_backend(pid) from pg_stat_activity";
        self.say(format!("{all} where datname = '{name}'")).await;
    }

    /// How many transactions the database has seen.
    async fn transactions(&mut self) -> i64 {
        let sql = "select xact_commit + xact_rollback from pg_stat_database where datname = $1";
        let counted = sqlx::query_as::<_, (i64,)>(sql).bind(&self.database);
        counted.fetch_one(&mut self.connection).await.unwrap().0
    }
}

/// From now on the server comes as somebody who may hold only so many connections; superusers are never refused.
async fn as_a_guest(world: &mut World) -> (Operator, String) {
    let mut operator = Operator::of(world).await;
    let role = format!("guest_{}", operator.database);
    operator.say(format!("create role {role} login")).await;
    operator.say(format!("alter database {} owner to {role}", operator.database)).await;
    world.database = world.database.replace("florin@", &format!("{role}@"));
    (operator, role)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_postgres_that_has_too_many_connections_is_waited_for() {
    let mut world = World::new(Db::Postgres).await;
    let (mut operator, role) = as_a_guest(&mut world).await;
    let florin = world.serve(&[]).await;
    let known = florin.pay(&world).await;
    operator.say(format!("alter role {role} connection limit 0")).await;
    operator.everybody_out().await;
    let refused = PgConnection::connect(&world.database).await.unwrap_err();
    let code = refused.as_database_error().and_then(|error| error.code().map(|code| code.into()));
    assert_eq!(code, Some("53300".to_owned()), "too many connections: {refused}");
    for _ in 0..5 {
        is_honest(&world, &florin, &known).await;
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    // Three are fewer than it would like to have: slow, and nobody is refused for any other reason than that.
    operator.say(format!("alter role {role} connection limit 3")).await;
    let refused_honestly = async {
        for _ in 0..40 {
            let told = florin.call(Method::POST, "/v1/sessions", KEY, Some(&world.order())).await;
            let told = told.unwrap();
            let is_right = match told.status {
                200 => true,
                503 => told.body["ret_code"] == json!("BUSY"),
                _ => false,
            };
            assert!(is_right, "{}", told.body);
        }
    };
    tokio::join!(refused_honestly, join_all((0..6).map(|_| shopper(&world, &florin))));
    operator.say(format!("alter role {role} connection limit -1")).await;
    is_whole_again(&world, &florin, "let in").await;
    world.agrees(8).await;
}

/// How many wait for their payer while the database goes and comes back.
const WAITING: usize = 24;

/// For how long everything is counted, each time.
const COUNTED: Duration = Duration::from_secs(6);

/// What happens while everybody looks at their page: questions to the channel, transactions of the database.
async fn counted(florin: &Florin, operator: &mut Operator, all: &[Session]) -> (u64, i64) {
    let before = (questions(florin).await, operator.transactions().await);
    looked(florin, all, COUNTED).await;
    (questions(florin).await - before.0, operator.transactions().await - before.1)
}

/// Everybody looks at their page for so long.
async fn looked(florin: &Florin, all: &[Session], time: Duration) {
    let begun = florin_server::clock::Stopwatch::start();
    while begun.time() < time {
        join_all(all.iter().map(|session| florin.status(session))).await;
        tokio::time::sleep(Duration::from_millis(400)).await;
    }
}

/// How many calls the channel has had.
async fn questions(florin: &Florin) -> u64 {
    let told = florin.get(format!("{}/metrics", florin.admin)).await.body;
    let lines = told.as_str().unwrap().lines();
    let calls = lines.filter(|line| line.starts_with("florin_channel_calls_total{"));
    calls.filter_map(|line| line.rsplit(' ').next()?.parse::<u64>().ok()).sum()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_comes_back_is_not_run_over_and_neither_is_the_channel() {
    let world = World::new(Db::Postgres).await;
    let florin = world.serve(&[]).await;
    let mut operator = Operator::of(&world).await;
    let (mut all, mut codes) = (Vec::new(), Vec::new());
    for _ in 0..WAITING {
        let session = florin.session(world.order()).await;
        let opened = florin.open(&session, "GCASH").await;
        codes.push(opened["next_action"]["text"].as_str().unwrap().to_owned());
        all.push(session);
    }
    let usual = counted(&florin, &mut operator, &all).await;
    operator.say(format!("alter database {} allow_connections false", operator.database)).await;
    operator.everybody_out().await;
    looked(&florin, &all, COUNTED.max(away())).await;
    operator.say(format!("alter database {} allow_connections true", operator.database)).await;
    let back = counted(&florin, &mut operator, &all).await;
    println!(
        "{WAITING} wait: (questions, transactions) {usual:?} on any day, {back:?} after it was back"
    );
    assert!(usual.0 > 20 && usual.1 > 50, "{usual:?}: nothing is proved");
    assert!(back.0 > 0 && back.1 > 0, "it never came back: {back:?}");
    assert!(back.0 <= 3 * usual.0 && back.1 <= 3 * usual.1, "{back:?} after {usual:?}");
    for code in &codes {
        world.wallet(code, "approve").await;
    }
    join_all(all.iter().map(|session| florin.until_paid(session))).await;
    world.agrees(WAITING).await;
}
