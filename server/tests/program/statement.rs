//! Statement files: the bank's last word about its account, however often it is said; and a person's about what names nobody.

use reqwest::Method;
use serde_json::{Value, json};
use sqlx::{Connection, Executor, PgConnection};

use crate::support::{Book, Db, Florin, KEY, Session, World, on_both};

/// What a file tells of never was in the sandbox's bank.
fn by_file(world: &World) {
    world.has_no_book(Book::Channel, "the money came by the bank's file alone");
}

/// A session that waits for a transfer, its transaction and its reference.
async fn awaited(world: &World, florin: &Florin) -> (Session, String, String) {
    let mut order = world.order();
    order["currency"] = json!("EUR");
    order["amount"] = json!("1234567");
    let session = florin.session(order).await;
    let opened = florin.open(&session, "BANK_TRANSFER").await;
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let reference = text(&opened["next_action"]["transfer"]["reference"]);
    (session, text(&opened["order_id"]), reference)
}

fn line(id: &str, amount: &str, written: &str) -> String {
    format!(
        r#"<Ntry><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-11-18</Dt></BookgDt>
<AcctSvcrRef>{id}</AcctSvcrRef><NtryDtls><TxDtls><RmtInf><Ustrd>{written}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"#
    )
}

fn file(world: &World, name: &str, lines: &[String]) -> String {
    let file = world.folder.join(name);
    let text = format!(
        r#"<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt><Stmt><Acct><Id><IBAN>DE75512108001245126199</IBAN></Id></Acct>
{}</Stmt></BkToCstmrStmt></Document>"#,
        lines.concat()
    );
    std::fs::write(&file, text).unwrap();
    file.to_str().unwrap().to_owned()
}

fn counts(told: &Value) -> [i64; 4] {
    assert_eq!(told["waiting"], 0, "{told}");
    ["matched", "known", "unmatched", "refused"].map(|name| told[name].as_i64().unwrap_or(-1))
}

/// What came of a file with these lines: matched, known, unmatched, refused.
async fn imported(world: &World, lines: &[String]) -> (i32, [i64; 4]) {
    let file = file(world, "statement.xml", lines);
    let (code, told) = world.json(&["credits", "import", &file, "--by", "Ada"]).await;
    (code, counts(&told))
}

/// What a person is to send back, when there is so much of it.
async fn to_be_sent_back(florin: &Florin, how_many: usize) -> Vec<(String, String)> {
    for _ in 0..100 {
        let path = "/v1/reversals?status=MANUAL";
        let answer = florin.call(Method::GET, path, KEY, None).await.unwrap();
        let all = answer.body["data"]["reversals"].as_array().cloned().unwrap_or_default();
        let text = |row: &Value, name: &str| row[name].as_str().unwrap_or_default().to_owned();
        let kind = |row: &Value| (text(row, "refund_kind"), text(row, "refund_amount"));
        let mut found: Vec<_> = all.iter().map(kind).collect();
        found.sort();
        if found.len() >= how_many {
            return found;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("nobody is asked to send back {how_many}")
}

fn kinds(all: &[(&str, &str)]) -> Vec<(String, String)> {
    all.iter().map(|(kind, amount)| ((*kind).to_owned(), (*amount).to_owned())).collect()
}

on_both! {
    async fn a_file_pays_what_it_tells_of_and_twice_the_same_file_changes_nothing(world: &World) {
        by_file(world);
        let florin = world.serve(&[]).await;
        let (right, order, first) = awaited(world, &florin).await;
        let (short, _, second) = awaited(world, &florin).await;
        let lines = [
            line("FT1", "12345.67", &format!("Order 7 {}", first.to_ascii_lowercase())),
            line("FT2", "12345.60", &second),
            line("FT3", "12345.67", "thanks"),
            line("FT4", "0.00", &first),
            line("FT6", "12345.67", &format!("{first} {second}")),
        ];
        // Looked at first, and nothing comes of it.
        let dry = file(world, "dry.xml", &lines);
        let (code, told) = world.json(&["credits", "import", &dry, "--dry-run"]).await;
        assert_eq!((code, counts(&told)), (1, [2, 0, 2, 1]), "{told}");
        let why = |at: usize| told["lines"][at]["why"].as_str().unwrap().to_owned();
        assert!(why(0).contains(&order) && why(4).contains("neither"), "{told}");
        assert_eq!(told["lines"][0]["line"], 2);
        assert_eq!(world.json(&["credits", "list", "--all"]).await.1["credits"], json!([]));

        assert_eq!(imported(world, &lines).await, (1, [2, 0, 2, 1]));
        florin.until_paid(&right).await;
        assert_eq!(imported(world, &lines).await, (1, [0, 4, 0, 1]));
        // Files overlap: one line is known, the other is a second transfer.
        let overlapping = [lines[0].clone(), line("FT5", "12345.67", &first)];
        assert_eq!(imported(world, &overlapping).await, (0, [1, 1, 0, 0]));
        let changed = [line("FT1", "1.00", &first)];
        assert_eq!(imported(world, &changed).await, (1, [0, 0, 0, 1]));
        // The connector knows of none of them, and was asked before they went back.
        let back = to_be_sent_back(&florin, 2).await;
        assert_eq!(back, kinds(&[("MISMATCH", "1234560"), ("SURPLUS", "1234567")]));
        assert_eq!(florin.status(&short).await["status"], "PROCESSING");
        let (_, shown) = world.json(&["credits", "show", "transfer.eur", "FT1"]).await;
        assert_eq!(shown["words"].as_array().unwrap().len(), 1, "{shown}");
        let word = &shown["words"][0];
        assert_eq!((&word["kind"], &word["who"]), (&json!("STATEMENT"), &json!("Ada")));
        assert!(word["note"].as_str().unwrap().ends_with("statement.xml:2"), "{word}");
        world.check(false).await;
    }

    async fn a_person_says_what_a_stray_credit_is(world: &World) {
        by_file(world);
        let florin = world.serve(&[]).await;
        let (session, order, reference) = awaited(world, &florin).await;
        let last = if reference.ends_with('7') { "8" } else { "7" };
        let wrong = format!("{}{last}", &reference[..15]);
        let lines = [
            line("FT1", "12345.67", &wrong), line("FT2", "99.00", "rent"), line("FT3", "12345.67", "again"),
        ];
        assert_eq!(imported(world, &lines).await, (0, [0, 0, 3, 0]));
        let assign = |credit| ["credits", "assign", "transfer.eur", credit, "--to", &order, "--note", "by phone", "--by", "Ada"];
        let refused = async |credit, why: &str| {
            let (code, told) = world.json(&assign(credit)).await;
            assert!(code == 3 && told["error"].as_str().unwrap().contains(why), "{why}: {told}");
        };
        refused("FT2", "foreign").await;
        refused("FT9", "no credit FT9").await;
        // A wallet's transaction is another account's.
        let wallets = florin.session(world.order()).await;
        let other = florin.open(&wallets, "GCASH").await["order_id"].as_str().unwrap().to_owned();
        let (code, told) = world.json(&["credits", "assign", "transfer.eur", "FT1", "--to", &other]).await;
        assert!(code == 3 && told["error"].as_str().unwrap().contains("is paid by antom"), "{told}");
        let (code, told) = world.json(&assign("FT1")).await;
        assert_eq!(code, 0, "{told}");
        florin.until_paid(&session).await;
        refused("FT1", "is the payment").await;
        refused("FT3", "one too many").await;
        let foreign = ["credits", "foreign", "transfer.eur", "FT2", "--note", "sent back", "--by", "Bob"];
        assert_eq!(world.json(&foreign).await.0, 0);
        refused("FT2", "foreign").await;
        let (code, again) = world.json(&foreign).await;
        assert!(code == 3 && again["error"].as_str().unwrap().contains("FOREIGN"), "{again}");
        let said = async |credit| {
            let (_, shown) = world.json(&["credits", "show", "transfer.eur", credit]).await;
            let words = shown["words"].as_array().unwrap().clone();
            let text = |word: &Value, name: &str| word[name].as_str().unwrap().to_owned();
            let last = words.last().unwrap().clone();
            (words.len(), text(&last, "kind"), text(&last, "who"), text(&last, "note"))
        };
        assert_eq!(said("FT1").await, (2, "ASSIGNED".into(), "Ada".into(), format!("{order} by phone")));
        assert_eq!(said("FT2").await, (2, "FOREIGN".into(), "Bob".into(), "sent back".into()));
        // The file once more: everything is known.
        assert_eq!(imported(world, &lines).await, (0, [0, 3, 0, 0]));
        world.check(false).await;
    }

    async fn what_is_no_statement_of_this_account_is_refused(world: &World) {
        let florin = world.serve(&[]).await;
        let statement = file(world, "right.xml", &[line("FT1", "1.00", "x")]);
        let table = world.folder.join("other.xml");
        std::fs::write(&table, "date;amount\n").unwrap();
        let table = table.to_str().unwrap();
        for (file, more, why) in [
            (table, &["--channel", "transfer.eur"][..], "no camt.053"),
            (&statement, &["--channel", "vietqr"], "--account"),
            (&statement, &["--channel", "vietqr", "--account", "0011"], "no statement of 0011"),
            (&statement, &["--channel", "transfer.usd"], "no account [transfer.usd]"),
            (&statement, &["--channel", "antom"], "told of its payments by its channel"),
            (&statement, &["--account", "GB82WEST12345698765432"], "GB82WEST12345698765432"),
            (&statement, &["--channel", "transfer.eur", "--account", "GB82WEST12345698765432"], "not GB82"),
        ] {
            let arguments = [&["credits", "import", file][..], more].concat();
            let (code, told) = world.json(&arguments).await;
            assert!(code == 3 && told["error"].as_str().unwrap().contains(why), "{more:?}: {told}");
        }
        assert_eq!(world.json(&["credits", "list", "--all"]).await.1["credits"], json!([]));
        drop(florin);
    }

    async fn without_a_server_a_file_waits_and_is_taken_in_when_there_is_one(world: &World) {
        by_file(world);
        let florin = world.serve(&[]).await;
        let (session, _, reference) = awaited(world, &florin).await;
        drop(florin);
        let statement = file(world, "early.xml", &[line("FT1", "12345.67", &reference)]);
        let import = ["credits", "import", &statement, "--wait-seconds", "0", "--by", " "];
        let (code, told) = world.json(&import).await;
        assert_eq!((code, &told["waiting"]), (1, &json!(1)), "{told}");
        let florin = world.serve(&[]).await;
        florin.until_paid(&session).await;
        world.check(false).await;
    }
}

/// A merchant's own account is in no settings of the server's: its name says which one a file is of.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_of_a_merchants_own_account_is_taken_in_by_its_name() {
    let world = World::new(Db::Sqlite).await;
    by_file(&world);
    let florin = world.serve(&[]).await;
    let known = florin_server::channel::transfer::sandbox(&world.sandbox);
    let settings = json!({
        "host": known.host, "client_id": known.client_id, "secret": known.secret, "name": "Own Tea GmbH", "bank": "Own Bank",
        "account": known.account,
    });
    let body = json!({ "channel": "transfer.eur", "settings": settings });
    let made = florin.call(Method::POST, "/v1/channels", KEY, Some(&body)).await.unwrap();
    let name = made.body["data"]["name"].as_str().unwrap_or_default().to_owned();
    assert!(name.starts_with("transfer.eur-CA"), "{}", made.body);
    let (session, _, reference) = awaited(&world, &florin).await;
    let file = file(&world, "own.xml", &[line("FT1", "12345.67", &reference)]);
    // The server's account has the same number here, and is another one.
    let import = |channel| ["credits", "import", &file, "--channel", channel, "--by", "Ada"];
    let nobodys = "transfer.eur-CA00000000000000000000000000";
    let (code, told) = world.json(&import(nobodys)).await;
    assert!(code == 3 && told["error"].as_str().unwrap().contains(nobodys), "{code} {told}");
    let (code, told) = world.json(&import(&name)).await;
    assert_eq!((code, counts(&told)), (0, [1, 0, 0, 0]), "{told}");
    florin.until_paid(&session).await;
    world.check(false).await;
}

/// A question about one credit may hold it and want another, while a file's lines are written down in the order of their numbers.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_that_stands_in_anothers_way_is_done_again_on_postgres() {
    let world = World::new(Db::Postgres).await;
    by_file(&world);
    let florin = world.serve(&[]).await;
    let (session, _, reference) = awaited(&world, &florin).await;
    let lines = [line("FT1", "1.00", "rent"), line("FT2", "2.00", "rent")];
    assert_eq!(imported(&world, &lines).await, (0, [0, 0, 2, 0]));

    let mut other = PgConnection::connect(&world.database).await.unwrap();
    let hold = async |connection: &mut PgConnection, id: &str| {
        let text = "update credit set changed_ms = changed_ms where bank_id = $1";
        sqlx::query(text).bind(id).execute(connection).await.unwrap();
    };
    // Whoever has waited for a second looks whether they stand in each other's way. That is to be the import.
    other.execute("set deadlock_timeout = '60s'").await.unwrap();
    other.execute("begin").await.unwrap();
    hold(&mut other, "FT2").await;
    let all = [lines[0].clone(), lines[1].clone(), line("FT3", "12345.67", &reference)];
    let import = imported(&world, &all);
    let stands_in_its_way = async {
        somebody_waits(&world).await;
        hold(&mut other, "FT1").await;
        other.execute("commit").await.unwrap();
    };
    let (told, ()) = tokio::join!(import, stands_in_its_way);
    assert_eq!(told, (0, [1, 2, 0, 0]));
    undone(&mut other).await;
    florin.until_paid(&session).await;
    world.check(false).await;
}

/// Until a unit of the world's database waits for another's row: less than a second, after which it would be undone itself.
async fn somebody_waits(world: &World) {
    let mut connection = PgConnection::connect(&world.database).await.unwrap();
    let text = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
    for _ in 0..2000 {
        let (count,): (i64,) = sqlx::query_as(text).fetch_one(&mut connection).await.unwrap();
        if count > 0 {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("the import waits for nobody");
}

/// PostgreSQL has undone a unit of this database for another's sake; it counts that a little later.
async fn undone(connection: &mut PgConnection) {
    for _ in 0..100 {
        let text = "select deadlocks from pg_stat_database where datname = current_database()";
        let (count,): (i64,) = sqlx::query_as(text).fetch_one(&mut *connection).await.unwrap();
        if count > 0 {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("nobody stood in anybody's way");
}
