//! The commands, each as a person or a script meets it: what it answers, in which form, with which exit code.

use std::time::Duration;

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::Method;
use serde_json::{Value, json};

use crate::sink::Received;
use crate::support::{Book, Db, Florin, KEY, MERCHANT, World, on_both};

/// What the sandbox plays, as the doctor names it.
const CHANNELS: [&str; 14] = [
    "channel antom",
    "channel wechatpay",
    "channel vietqr",
    "channel paynow",
    "channel promptpay",
    "channel qrph",
    "channel fps",
    "channel qris",
    "channel alipay",
    "channel lakala",
    "channel unionpay",
    "channel ecny",
    "channel pos",
    "channel transfer.eur",
];

async fn opens(florin: &Florin, key: &str) -> u16 {
    let path = "/v1/sessions?trans_id=nobody";
    florin.call(Method::GET, path, key, None).await.unwrap().status
}

/// With the demo merchant's secret, as Standard Webhooks has it.
fn is_signed(message: &Received) -> bool {
    let secret = STANDARD.decode("Zmxvcmluc2FuZGJveGRlbW9zZWNyZXQwMDAx").unwrap();
    let signed = format!("{}.{}.{}", message.id, message.timestamp, message.raw);
    let mac = STANDARD.decode(message.signature.strip_prefix("v1,").unwrap()).unwrap();
    let key = hmac::Key::new(hmac::HMAC_SHA256, &secret);
    hmac::verify(&key, signed.as_bytes(), &mac).is_ok()
}

/// The ids of listed keys.
pub fn ids(keys: &Value) -> Vec<String> {
    let keys = keys["keys"].as_array().unwrap().iter();
    keys.map(|key| key["id"].as_str().unwrap().to_owned()).collect()
}

async fn until_told(world: &World, trans_id: &str) {
    for _ in 0..100 {
        if !world.sink.kinds(trans_id).is_empty() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{trans_id} was never told");
}

on_both! {
    async fn a_key_is_made_shown_once_and_revoked(world: &World) {
        let florin = world.serve(&[]).await;
        let (code, first) = world.json(&["keys", "list", "--merchant", MERCHANT]).await;
        assert_eq!((code, ids(&first).len()), (0, 1));
        let (code, made) = world.json(&["keys", "new", "--merchant", MERCHANT]).await;
        let key = made["key"].as_str().unwrap();
        assert!(code == 0 && key.starts_with("sk_test_") && key.len() >= 50, "{made}");
        assert_eq!(opens(&florin, key).await, 404, "it opens, and finds nothing");
        let (_, listed, _) = world.run(&["keys", "list", "--merchant", MERCHANT]).await;
        assert!(!listed.contains(key) && listed.contains(made["id"].as_str().unwrap()));
        let (code, gone) = world.json(&["keys", "revoke", made["id"].as_str().unwrap(), "--merchant", MERCHANT]).await;
        assert_eq!((code, &gone["revoked"]), (0, &made["id"]));
        assert_eq!(opens(&florin, key).await, 401);
        assert_eq!(opens(&florin, KEY).await, 404);
        let (code, why) = world.json(&["keys", "revoke", &ids(&first)[0], "--merchant", MERCHANT]).await;
        assert!(code == 3 && why["error"].as_str().unwrap().contains("last key"), "{why}");
    }

    async fn the_first_merchant_of_an_empty_database_gets_its_key_here(world: &World) {
        let new = ["merchants", "new", "--name", "Northwind Tea", "--origin", "http://192.168.1.4:3000"];
        let (code, early) = world.json(&new).await;
        assert!(code == 3 && early["error"].as_str().unwrap().contains("florin migrate"), "{early}");
        world.json(&["migrate"]).await;
        let (code, none) = world.json(&["keys", "new", "--merchant", MERCHANT]).await;
        assert!(code == 3 && none["error"].as_str().unwrap().contains("florin merchants new"), "{none}");
        let (code, made) = world.json(&new).await;
        let text = |name: &str| made[name].as_str().unwrap().to_owned();
        assert_eq!((code, made["livemode"].clone(), text("merchant_id").len()), (0, json!(false), 14), "{made}");
        assert_eq!(text("organisation_id"), text("merchant_id"));
        assert!(text("key").starts_with("sk_test_") && text("webhook_secret").starts_with("whsec_"));
        let florin = world.serve(&[]).await;
        let shown = florin.call(Method::GET, "/v1/merchant", &text("key"), None).await.unwrap();
        assert_eq!((shown.status, &shown.body["data"]["name"]), (200, &json!("Northwind Tea")), "{}", shown.body);
        assert_eq!(shown.body["data"]["origins"], json!(["http://192.168.1.4:3000"]));
        let (_, listed, _) = world.run(&["keys", "list", "--merchant", &text("merchant_id")]).await;
        assert!(listed.contains(&text("key_id")) && !listed.contains(&text("key")), "{listed}");

        // A second one in the same organisation, whose key then acts for both.
        let joins = ["merchants", "new", "--name", "Northwind Coffee", "--organisation", &text("merchant_id")];
        let (code, second) = world.json(&joins).await;
        assert_eq!((code, second["organisation_id"].as_str()), (0, made["organisation_id"].as_str()), "{second}");
        let (_, of_both) = world.json(&["keys", "new", "--organisation", &text("organisation_id")]).await;
        let key = of_both["key"].as_str().unwrap();
        assert!(key.starts_with("sk_org_"), "{of_both}");
        let group = florin.call(Method::GET, "/v1/organisation", key, None).await.unwrap();
        assert_eq!(group.body["data"]["merchants"].as_array().unwrap().len(), 2, "{}", group.body);
        let (_, all) = world.json(&["merchants", "list"]).await;
        assert_eq!(all["merchants"].as_array().unwrap().len(), 3, "the demo's is there too: {all}");
    }

    async fn a_merchant_that_cannot_be_made_is_refused_with_the_reason(world: &World) {
        world.json(&["migrate"]).await;
        let (code, live) = world.json(&["merchants", "new", "--name", "Tea", "--live", "--id", "77"]).await;
        assert!(code == 0 && live["key"].as_str().unwrap().starts_with("sk_live_"), "{live}");
        let cases: [(&[&str], &str); 6] = [
            (&["--name", "Tea", "--id", "77"], "there is a merchant 77 already"),
            (&["--name", "Tea", "--id", "7a"], "1 to 20 digits"),
            (&["--name", "Tea", "--organisation", "88"], "there is no organisation 88"),
            (&["--name", " "], "a name has 1 to 128 bytes"),
            (&["--name", "Tea", "--live", "--origin", "http://192.168.1.4"], "https beyond this network"),
            (&["--name", "Tea", "--origin", "https://tea.example/path"], "scheme, host and port"),
        ];
        for (arguments, why) in cases {
            let all: Vec<&str> = ["merchants", "new"].into_iter().chain(arguments.iter().copied()).collect();
            let (code, refused) = world.json(&all).await;
            let said = refused["error"].as_str().unwrap();
            assert!(code == 3 && said.contains(why), "{arguments:?}: {said}");
        }
        let (_, all) = world.json(&["merchants", "list"]).await;
        assert_eq!(all["merchants"].as_array().unwrap().len(), 1, "{all}");
    }

    async fn a_holder_has_at_most_twenty_keys(world: &World) {
        world.json(&["migrate"]).await;
        world.json(&["merchants", "new", "--name", "Tea", "--id", "77"]).await;
        for _ in 0..19 {
            assert_eq!(world.json(&["keys", "new", "--merchant", "77"]).await.0, 0);
        }
        let (code, full) = world.json(&["keys", "new", "--merchant", "77"]).await;
        assert!(code == 3 && full["error"].as_str().unwrap().contains("20 keys already"), "{full}");
        let (_, list) = world.json(&["keys", "list", "--merchant", "77"]).await;
        let id = list["keys"][3]["id"].as_str().unwrap();
        assert_eq!(world.json(&["keys", "revoke", id, "--merchant", "77"]).await.0, 0);
        assert_eq!(world.json(&["keys", "new", "--merchant", "77"]).await.0, 0);
    }

    async fn what_happened_to_an_order_is_shown_and_told_again(world: &World) {
        let florin = world.serve(&[]).await;
        let notify = world.sink.url.clone();
        let event = ["trigger", "payment.success", "--server", &florin.base, "--sandbox", &world.sandbox, "--notify-url", &notify];
        let (code, made) = world.json(&event).await;
        assert_eq!((code, &made["status"]), (0, &json!("SUCCESS")), "{made}");
        let (session, order) = (made["session_id"].as_str().unwrap(), made["order_ids"][0].as_str().unwrap());
        let (_, list) = world.json(&["sessions", "list", "--state", "PAID", "--merchant", MERCHANT]).await;
        assert_eq!(list["sessions"][0]["session_id"], session);
        for _ in 0..100 {
            if !world.sink.received().is_empty() { break }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        for number in [session, order] {
            let (code, shown) = world.json(&["sessions", "show", number]).await;
            assert_eq!((code, &shown["session"]["state"]), (0, &json!("PAID")), "{shown}");
            assert_eq!(shown["payments"][0]["role"], "ACCEPTED");
            assert_eq!(shown["messages"].as_array().unwrap().len(), 1, "{shown}");
            assert!(shown["log"].as_array().unwrap().len() >= 3);
        }
        let (code, queued) = world.json(&["events", "resend", session, "--undelivered"]).await;
        assert_eq!((code, &queued["queued"]), (1, &json!(0)), "it has been delivered");
        let (code, queued) = world.json(&["events", "resend", order]).await;
        assert_eq!((code, &queued["queued"]), (0, &json!(1)));
        for _ in 0..100 {
            if world.sink.received().len() == 2 { break }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let received = world.sink.received();
        assert_eq!(received.len(), 2);
        assert_eq!(received[0].id, received[1].id, "a repetition is the same message");
        world.check(true).await;
    }

    async fn what_nobody_has_taken_is_told_again_once_the_endpoint_is_mended(world: &World) {
        let florin = world.serve(&[]).await;
        world.sink.refuse(&[410]);
        let session = florin.pay(world).await;
        tokio::time::sleep(Duration::from_millis(1500)).await;
        assert!(world.sink.received().is_empty(), "the next try comes later than this");
        let (code, queued) = world.json(&["events", "resend", &session.id, "--undelivered"]).await;
        assert_eq!((code, &queued["queued"]), (0, &json!(1)));
        for _ in 0..100 {
            if !world.sink.received().is_empty() { break }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert_eq!(world.sink.kinds(&session.trans_id), ["PAYMENT.SUCCESS"]);
        world.check(true).await;
    }

    async fn a_row_that_breaks_an_invariant_is_shown_and_ends_with_one(world: &World) {
        let florin = world.serve(&[]).await;
        let session = florin.pay(world).await;
        world.check(true).await;
        let store = florin_server::store::Store::connect(&world.database).await.unwrap();
        let plant = async |tx: &mut florin_server::store::Tx| {
            tx.sql("update session set state = 'OPEN' where state = 'PAID'").execute().await?;
            let log = "update event set to_state = 'OPEN' where kind = 'SESSION' and to_state = 'PAID'";
            tx.sql(log).execute().await?;
            Ok::<_, florin_server::store::StoreError>(())
        };
        store.write(plant).await.unwrap();
        let (code, told, _) = world.run(&["check"]).await;
        let line = told.lines().find(|line| line.starts_with("I7 ")).unwrap_or_else(|| panic!("{told}"));
        assert_eq!(code, 1, "{told}");
        assert!(line.ends_with(&session.id) && told.ends_with("NOT clean\n"), "{told}");
        let (code, told) = world.json(&["check"]).await;
        assert_eq!((code, &told["clean"]), (1, &json!(false)), "{told}");
        assert_eq!((told["rows"].as_array().unwrap().len(), &told["rows"][0]["row"]), (1, &json!(session.id)));
    }

    async fn the_schema_is_brought_up_to_date_by_hand(world: &World) {
        let (code, missing) = world.json(&["migrate", "--list"]).await;
        assert!(code == 1 && missing["pending"].as_array().unwrap().len() >= 2, "{missing}");
        let (code, refused) = world.json(&["keys", "new", "--merchant", MERCHANT]).await;
        assert!(code == 3 && refused["error"].is_string(), "nothing migrates by the way: {refused}");
        let (code, done) = world.json(&["migrate"]).await;
        assert!(code == 0 && done["applied"].as_i64().unwrap() >= 2, "{done}");
        let (code, again) = world.json(&["migrate"]).await;
        assert_eq!((code, &again["applied"]), (0, &json!(0)));
        assert_eq!(world.json(&["migrate", "--list"]).await.0, 0);
        world.serve(&[]).await;
    }

    async fn the_doctor_finds_everything_well_or_says_what_is_not(world: &World) {
        let florin = world.serve(&[]).await;
        florin.pay(world).await;
        let (code, well) = world.json(&["doctor", "--public-url", &florin.base]).await;
        assert_eq!((code, &well["ok"]), (0, &json!(true)), "{well:#}");
        let names: Vec<_> = well["checks"].as_array().unwrap().iter().map(|row| row["check"].as_str().unwrap()).collect();
        assert_eq!(names[..7], ["database", "migrations", "clock", "one address for all", "data folder", "disk space", "public address"]);
        let (endpoint, channels) = names[7..].split_last().unwrap();
        assert_eq!(channels, CHANNELS);
        assert!(endpoint.starts_with("webhook endpoint http://127.0.0.1:"), "{names:?}");
        world.check(true).await;
        world.stop.cancel();
        tokio::time::sleep(Duration::from_millis(300)).await;
        let (code, ill) = world.json(&["doctor", "--public-url", "http://127.0.0.1:1"]).await;
        let failing: Vec<_> = ill["checks"].as_array().unwrap().iter().filter(|row| row["ok"] == false).map(|row| row["check"].as_str().unwrap()).collect();
        assert_eq!((code, &failing[..2]), (1, &["one address for all", "public address"][..]), "{ill:#}");
        assert_eq!(failing[2..2 + CHANNELS.len()], CHANNELS, "{ill:#}");
    }

    async fn the_secret_of_notify_url_is_rotated_under_a_running_server(world: &World) {
        let florin = world.serve(&[]).await;
        let before = florin.pay(world).await;
        until_told(world, &before.trans_id).await;
        let (code, made) = world.json(&["merchants", "rotate-webhook-secret", MERCHANT, "--overlap-seconds", "0"]).await;
        assert!(code == 0 && made["webhook_secret"].as_str().unwrap().starts_with("whsec_"), "{made}");
        // What a server that runs still holds in memory.
        tokio::time::sleep(Duration::from_millis(2100)).await;
        let session = florin.pay(world).await;
        until_told(world, &session.trans_id).await;
        let told = world.sink.received();
        assert!(is_signed(&told[0]) && !is_signed(told.last().unwrap()), "the old one signs nothing more");
        let (code, none) = world.json(&["merchants", "rotate-webhook-secret", "77"]).await;
        assert!(code == 3 && none["error"].as_str().unwrap().contains("no such merchant"), "{none}");
        world.check(true).await;
    }

    async fn what_merchants_are_told_is_forwarded_and_signed(world: &World) {
        let florin = world.serve(&[]).await;
        let there = crate::sink::Sink::start(&world.stop).await;
        let mut listen = world.program();
        listen.args(["listen", "--most", "1", "--json", "--forward-to", &there.url]);
        let listening = tokio::spawn(async move { listen.output().await.unwrap() });
        tokio::time::sleep(Duration::from_millis(1500)).await;
        let session = florin.pay(world).await;
        let done = tokio::time::timeout(Duration::from_secs(20), listening).await.unwrap().unwrap();
        let line: Value = serde_json::from_slice(&done.stdout).unwrap();
        assert_eq!((&line["type"], &line["status"]), (&json!("PAYMENT.SUCCESS"), &json!(200)), "{line}");
        let forwarded = &there.received()[0];
        assert_eq!(forwarded.body["data"]["trans_id"], session.trans_id);
        assert!(is_signed(forwarded), "{forwarded:?}");
        for _ in 0..100 {
            if !world.sink.received().is_empty() { break }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert_eq!(world.sink.received()[0].id, forwarded.id, "the real address has it too");
        world.check(true).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_event_can_be_triggered() {
    let world = World::new(Db::Sqlite).await;
    world.has_no_book(
        Book::Channel,
        "of one event it is the point that the channel keeps money and a person is asked",
    );
    let florin = world.serve(&[]).await;
    for (event, status, kind) in [
        ("payment.success", "SUCCESS", "PAYMENT.SUCCESS"),
        ("payment.failure", "FAIL", "PAYMENT.FAILURE"),
        ("payment.canceled", "CANCELLED", "PAYMENT.CANCELED"),
        ("payment.reversed", "SUCCESS", "PAYMENT.REVERSED"),
        ("refund.success", "SUCCESS", "REFUND.SUCCESS"),
        ("refund.failure", "FAIL", "REFUND.FAILURE"),
        ("reversal.manual", "MANUAL", "REVERSAL.MANUAL"),
        ("reversal.resolved", "KEPT", "REVERSAL.RESOLVED"),
    ] {
        let notify = world.sink.url.clone();
        let arguments = ["trigger", event, "--server", &florin.base, "--notify-url", &notify];
        let (code, made) = world.json(&arguments).await;
        assert_eq!((code, &made["status"]), (0, &json!(status)), "{made}");
        let order = made["trans_id"].as_str().unwrap();
        for _ in 0..200 {
            if world.sink.kinds(order).iter().any(|told| told == kind) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let told = world.sink.kinds(order);
        assert!(told.iter().any(|told| told == kind), "{event}: {told:?}");
    }
    world.check(true).await;
}

#[tokio::test]
async fn every_fault_of_the_settings_is_named_at_once() {
    let world = World::new(Db::Sqlite).await;
    let file = world.folder.join("florin.toml");
    std::fs::write(
        &file,
        "[limits]\nmerchants = 3\n\n[antom]\nhost = 1\nprivate_key = \"hunter2\"\n",
    )
    .unwrap();
    let done = world
        .program()
        .args(["check-config", "--json", "--config", file.to_str().unwrap()])
        .env("FLORIN_LISTEN", "nowhere")
        .env("FLORIN_LISTENS", "x")
        .output()
        .await
        .unwrap();
    let answer: Value = serde_json::from_slice(&done.stdout).unwrap();
    let faults = answer["faults"].as_array().unwrap();
    let told: Vec<_> = faults
        .iter()
        .map(|fault| (fault["place"].as_str().unwrap(), fault["line"].as_u64()))
        .collect();
    assert_eq!(done.status.code(), Some(1));
    assert_eq!(told[..2], [("FLORIN_LISTEN", None), ("FLORIN_LISTENS", None)]);
    let file = file.to_str().unwrap();
    assert_eq!(told[2], (file, Some(2)));
    assert!(told.contains(&(file, Some(5))), "{told:?}");
    assert!(faults.iter().all(|fault| !fault["remedy"].as_str().unwrap().is_empty()));
    assert!(!answer.to_string().contains("hunter2"));
    assert_eq!(world.run(&["check-config"]).await.0, 0);
}

#[tokio::test]
async fn what_cannot_be_done_ends_with_three_and_tells_no_password() {
    let mut world = World::new(Db::Sqlite).await;
    world.database = "postgres://florin:hunter2@127.0.0.1:1/florin".into();
    for command in [&["check"][..], &["sessions", "list"], &["migrate"], &["serve"]] {
        let (code, out, err) = world.run(command).await;
        assert_eq!(code, 3, "{command:?}: {out}{err}");
        assert!(!format!("{out}{err}").contains("hunter2"), "{command:?}: {out}{err}");
    }
    let (code, why) = world.json(&["sessions", "list"]).await;
    assert!(code == 3 && why["error"].as_str().unwrap().contains("cannot be opened"), "{why}");
    assert_eq!(world.run(&["sessions", "list", "--limit", "0"]).await.0, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_command_line_is_an_error_in_json_to_programs_and_a_text_to_people() {
    let world = World::new(Db::Sqlite).await;
    for wrong in
        [&["check", "--nonsense"][..], &["nonsense"], &["sessions", "show"], &["credits", "import"]]
    {
        let (code, told) = world.json(wrong).await;
        let error = told["error"].as_str().unwrap();
        assert!(
            code == 2 && !error.is_empty() && !error.starts_with("error:"),
            "{wrong:?}: {code} {told}"
        );
        let (code, out, err) = world.run(wrong).await;
        assert!(code == 2 && out.is_empty() && err.contains("Usage:"), "{wrong:?}: {out}{err}");
    }
    for (wrong, hint) in [(&["keys"][..], "subcommand"), (&["check", "--josn"], "'--json'")] {
        let (code, told) = world.json(wrong).await;
        assert!(code == 2 && told["error"].as_str().unwrap().contains(hint), "{told}");
    }
    let (code, out, _) = world.run(&["--json", "keys"]).await;
    let told: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert!(code == 2 && told["error"].as_str().unwrap().contains("florin keys"), "{out}");
    // Help is for people.
    let (code, out, _) = world.run(&["check", "--json", "--help"]).await;
    assert!(code == 0 && out.contains("EXAMPLES"), "{out}");
}
