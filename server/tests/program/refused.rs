//! What the program does not do at all: start where the demo's key would open a public server, or where real money would move
//! over plain HTTP.

use std::time::Duration;

use crate::commands::ids;
use crate::support::{Db, KEY, MERCHANT, World};

/// Starts a server that must not start, and gives its last words.
async fn refuses(world: &World, settings: &[(&str, &str)]) -> String {
    let mut program = world.program();
    program.arg("serve").env("FLORIN_ADMIN_LISTEN", "off").env("FLORIN_LISTEN", "127.0.0.1:0");
    let ended = program.envs(settings.iter().copied()).output();
    let ended = tokio::time::timeout(Duration::from_secs(20), ended).await;
    let ended = ended.expect("it serves").unwrap();
    assert_eq!(ended.status.code(), Some(3));
    String::from_utf8(ended.stderr).unwrap()
}

/// A file with an account of one's own: the sandbox's keys, under another client id.
fn account(world: &World, client_id: &str) -> String {
    let sandbox = florin_server::channel::antom::sandbox(&world.sandbox);
    let text = format!(
        "[antom]\nhost = \"{}\"\nclient_id = \"{client_id}\"\nkey_version = 1\nprivate_key = \"\"\"\n{}\"\"\"\npublic_key = \"\"\"\n{}\"\"\"\n",
        sandbox.host, sandbox.private_key, sandbox.public_key,
    );
    let file = world.folder.join(format!("{client_id}.toml"));
    std::fs::write(&file, text).unwrap();
    file.display().to_string()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_demos_key_opens_no_public_server() {
    let world = World::new(Db::Sqlite).await;
    for public in [
        ("FLORIN_LISTEN", "0.0.0.0:0"),
        ("FLORIN_LISTEN", "[::]:0"),
        ("FLORIN_PUBLIC_URL", "https://pay.example"),
        ("FLORIN_PUBLIC_URL", "http://203.0.113.7"),
    ] {
        let why = refuses(&world, &[public]).await;
        assert!(why.contains(KEY) && why.contains("--lan"), "{public:?}: {why}");
    }
    // The demo is over, and its merchant is still in the database.
    drop(world.serve(&[]).await);
    let file = account(&world, "SANDBOX_5Y00000000000000");
    let config = ("FLORIN_CONFIG", file.as_str());
    let why = refuses(&world, &[config, ("FLORIN_LISTEN", "0.0.0.0:0")]).await;
    assert!(why.contains(KEY) && why.contains("florin keys revoke"), "{why}");
    let (_, keys) = world.json(&["keys", "list", "--merchant", MERCHANT]).await;
    let gone = ["keys", "revoke", &ids(&keys)[0], "--merchant", MERCHANT, "--even-the-last"];
    assert_eq!(world.run(&gone).await.0, 0);
    world.serve(&[config, ("FLORIN_PUBLIC_URL", "https://pay.example")]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn real_money_never_moves_over_plain_http() {
    let world = World::new(Db::Sqlite).await;
    let file = account(&world, "5Y00000000000000");
    for public in [None, Some(("FLORIN_PUBLIC_URL", "http://pay.example"))] {
        let settings: Vec<_> =
            [("FLORIN_CONFIG", file.as_str())].into_iter().chain(public).collect();
        let why = refuses(&world, &settings).await;
        assert!(why.contains("FLORIN_PUBLIC_URL") && why.contains("https"), "{why}");
    }
}
