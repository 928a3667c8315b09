//! Statement files: the bank's last word about its account, however often it is said, and a person's about what it does not tell.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Db, Florin, KEY, Session, World, on_both};

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

/// The answer to a file with these lines: matched, known, unmatched, refused.
async fn imported(world: &World, lines: &[String]) -> (i32, [i64; 4]) {
    let file = world.folder.join("statement.xml");
    let text = format!(
        r#"<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt><Stmt><Acct><Id><IBAN>DE75512108001245126199</IBAN></Id></Acct>{}</Stmt></BkToCstmrStmt></Document>"#,
        lines.concat()
    );
    std::fs::write(&file, text).unwrap();
    let account = "DE75 5121 0800 1245 1261 99";
    let file = file.to_str().unwrap();
    let arguments =
        ["statement", "import", file, "--channel", "transfer.eur", "--account", account];
    let (code, told) = world.json(&arguments).await;
    let count = |name: &str| told[name].as_i64().unwrap_or(-1);
    let refused = told["refused"].as_array().map_or(-1, |all| i64::try_from(all.len()).unwrap());
    assert_eq!(told["waiting"], 0, "{told}");
    (code, [count("matched"), count("known"), count("unmatched"), refused])
}

async fn to_be_sent_back(florin: &Florin) -> Vec<(String, String)> {
    let path = "/v1/reversals?status=MANUAL";
    let answer = florin.call(Method::GET, path, KEY, None).await.unwrap();
    let all = answer.body["data"]["reversals"].as_array().cloned().unwrap_or_default();
    let text = |row: &Value, name: &str| row[name].as_str().unwrap_or_default().to_owned();
    let mut found: Vec<_> =
        all.iter().map(|row| (text(row, "refund_kind"), text(row, "refund_amount"))).collect();
    found.sort();
    found
}

on_both! {
    async fn a_file_pays_what_it_tells_of_and_twice_the_same_file_changes_nothing(world: &World) {
        let florin = world.serve(&[]).await;
        let (right, _, first) = awaited(world, &florin).await;
        let (short, _, second) = awaited(world, &florin).await;
        let lines = [
            line("FT1", "12345.67", &format!("Order 7 {}", first.to_ascii_lowercase())),
            line("FT2", "12345.60", &second),
            line("FT3", "12345.67", "thanks"),
            line("FT4", "0.00", &first),
        ];
        assert_eq!(imported(world, &lines).await, (1, [2, 0, 1, 1]));
        florin.until_paid(&right).await;
        assert_eq!(imported(world, &lines).await, (1, [0, 3, 0, 1]));
        // Files overlap: one line is known, the other is a second transfer.
        let overlapping = [lines[0].clone(), line("FT5", "12345.67", &first)];
        assert_eq!(imported(world, &overlapping).await, (0, [1, 1, 0, 0]));
        let changed = [line("FT1", "1.00", &first)];
        assert_eq!(imported(world, &changed).await, (1, [0, 0, 0, 1]));
        for _ in 0..100 {
            if to_be_sent_back(&florin).await.len() == 2 {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        let kinds = [("MISMATCH", "1234560"), ("SURPLUS", "1234567")];
        let kinds = kinds.map(|(kind, amount)| (kind.to_owned(), amount.to_owned()));
        assert_eq!(to_be_sent_back(&florin).await, kinds);
        assert_eq!(florin.status(&short).await["status"], "PROCESSING");
        world.check(false).await;
    }

    async fn a_file_repeats_what_a_message_has_told(world: &World) {
        let florin = world.serve(&[]).await;
        let mut order = world.order();
        order["currency"] = json!("EUR");
        let session = florin.session(order).await;
        let opened = florin.open(&session, "BANK_TRANSFER").await;
        world.wallet(opened["next_action"]["text"].as_str().unwrap(), "approve").await;
        florin.until_paid(&session).await;
        // From the first question on the bank knows where to tell.
        let second = florin.session({
            let mut order = world.order();
            order["currency"] = json!("EUR");
            order
        }).await;
        let opened = florin.open(&second, "BANK_TRANSFER").await;
        world.wallet(opened["next_action"]["text"].as_str().unwrap(), "approve").await;
        florin.until_paid(&second).await;
        let mut told = None;
        for _ in 0..100 {
            let (_, listed) = world.json(&["credits", "list", "--all"]).await;
            let all = listed["credits"].as_array().cloned().unwrap_or_default();
            let reference = &opened["next_action"]["transfer"]["reference"];
            told = all.into_iter().find(|one| &one["number"] == reference && one["state"] == "MATCHED");
            if told.is_some() {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        let told = told.unwrap();
        let reference = opened["next_action"]["transfer"]["reference"].as_str().unwrap();
        let line = line(told["credit"].as_str().unwrap(), "250.00", reference);
        assert_eq!(imported(world, &[line]).await, (0, [0, 1, 0, 0]));
        assert_eq!(to_be_sent_back(&florin).await, []);
        world.check(true).await;
    }

    async fn a_person_says_what_a_stray_credit_is(world: &World) {
        let florin = world.serve(&[]).await;
        let (session, order, reference) = awaited(world, &florin).await;
        let last = if reference.ends_with('7') { "8" } else { "7" };
        let wrong = format!("{}{last}", &reference[..15]);
        let lines = [line("FT1", "12345.67", &wrong), line("FT2", "99.00", "rent")];
        assert_eq!(imported(world, &lines).await, (0, [0, 0, 2, 0]));
        let (_, listed) = world.json(&["credits", "list"]).await;
        assert_eq!(listed["credits"].as_array().unwrap().len(), 2, "{listed}");
        let assign = |credit| ["credits", "assign", "transfer.eur", credit, &order, "--note", "by phone"];
        let (code, refused) = world.json(&assign("FT2")).await;
        assert!(code == 3 && refused["error"].as_str().unwrap().contains("send it back"), "{refused}");
        let (code, nowhere) = world.json(&assign("FT9")).await;
        assert!(code == 3 && nowhere["error"].as_str().unwrap().contains("no credit FT9"), "{nowhere}");
        assert_eq!(world.json(&assign("FT1")).await.0, 0);
        florin.until_paid(&session).await;
        let foreign = ["credits", "foreign", "transfer.eur", "FT2", "--note", "sent back"];
        assert_eq!(world.json(&foreign).await.0, 0);
        let (code, again) = world.json(&foreign).await;
        assert!(code == 3 && again["error"].as_str().unwrap().contains("FOREIGN"), "{again}");
        let (_, none) = world.json(&["credits", "list"]).await;
        assert_eq!(none["credits"], json!([]));
        assert_eq!(to_be_sent_back(&florin).await, []);
        world.check(false).await;
    }

    async fn what_is_no_statement_of_this_account_is_refused(world: &World) {
        let florin = world.serve(&[]).await;
        let file = world.folder.join("other.xml");
        std::fs::write(&file, "date;amount\n").unwrap();
        let file = file.to_str().unwrap();
        for (channel, account, why) in [
            ("transfer.eur", Some("DE75512108001245126199"), "no camt.053"),
            ("transfer.eur", None, "--account"),
            ("transfer.usd", None, "no account [transfer.usd]"),
            ("antom", None, "told of its payments by its channel"),
        ] {
            let mut arguments = vec!["statement", "import", file, "--channel", channel];
            arguments.extend(account.iter().flat_map(|account| ["--account", account]));
            let (code, told) = world.json(&arguments).await;
            assert!(code == 3 && told["error"].as_str().unwrap().contains(why), "{channel}: {told}");
        }
        drop(florin);
    }
}
