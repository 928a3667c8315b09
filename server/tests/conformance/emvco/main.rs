//! Codes as other people's programs write and read them: `vietnam-qr-pay`, `paynowqr`, `promptpay-qr`, `promptparse`. What is
//! not installed fails: `scripts/setup.sh test` installs it.

#![allow(missing_docs, clippy::unwrap_used)]

use std::io::Write;
use std::process::{Command, Stdio};

use florin_server::channel::emvco::{Account, Bill, Objects, open, text};
use florin_server::config::EmvcoSettings;
use florin_shared::Money;
use serde_json::{Value, json};

/// What the others answer.
fn others(asked: &[Value]) -> Vec<Value> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/conformance/emvco");
    let mut node = Command::new("node")
        .arg("oracle.mjs")
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("node runs");
    let question = serde_json::to_vec(asked).unwrap();
    node.stdin.take().unwrap().write_all(&question).unwrap();
    let said = node.wait_with_output().unwrap();
    assert!(said.status.success(), "is it installed? npm ci --prefix {folder}");
    let answers: Vec<Value> = serde_json::from_slice(&said.stdout).unwrap();
    assert_eq!(answers.len(), asked.len());
    answers
}

/// Amounts in smallest units, small and large, with every ending.
fn amounts(most: i64) -> Vec<i64> {
    let step = |at: i64| (at * at * at * 7_919 + at * 131 + 1) % most + 1;
    [1, 9, 10, 99, 100, 101, 999, 1000, most].into_iter().chain((1..90).map(step)).collect()
}

/// Different for each place, of capitals and digits.
fn reference(at: usize) -> String {
    let digits = b"0123456789ABCDEFGHIJKLMNOPQRSTUV";
    let all = (0..20).map(|place| char::from(digits[(at * 31 + place * place * 7) % 32]));
    all.take(1 + at % 20).collect()
}

fn code(scheme: &str, settings: &EmvcoSettings, amount: Money, reference: &str) -> String {
    let account = Account::of(scheme, settings).unwrap();
    // Noon of the last day of 2026 in Singapore.
    let expires = Some(1_798_689_600_000);
    text(&account, &Bill { amount: Some(amount), reference: Some(reference), expires }).unwrap()
}

fn money(minor: i64, currency: &str) -> Money {
    Money::parse(&minor.to_string(), currency).unwrap()
}

/// `88.88` of 8888; `500` of 50000.
fn decimal(minor: i64) -> Value {
    serde_json::from_str(&format!("{}.{:02}", minor / 100, minor % 100)).unwrap()
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[test]
fn vietqr_agrees_with_vietnam_qr_pay_both_ways() {
    let services = ["QRIBFTTA", "QRIBFTTC"];
    let (mut asked, mut ours) = (Vec::new(), Vec::new());
    for (at, minor) in amounts(499_999_999).into_iter().enumerate() {
        let (bank, account) = (format!("9704{:02}", at), format!("00110{}", minor * 13));
        let (service, purpose) = (services[at % 2], reference(at));
        let settings = EmvcoSettings {
            bank: some(&bank),
            account: some(&account),
            service: some(service),
            ..EmvcoSettings::default()
        };
        let text = code("vietqr", &settings, money(minor, "VND"), &purpose);
        asked.push(json!(["vietqr", {
            "bank": bank, "account": account, "service": service, "amount": minor.to_string(), "purpose": purpose,
        }]));
        ours.push(json!(text));
        asked.push(json!(["read_vietqr", { "text": text }]));
        ours.push(json!({
            "valid": true, "bank": bank, "account": account, "amount": minor.to_string(), "purpose": purpose,
            "currency": "704", "country": "VN",
        }));
    }
    assert_eq!(others(&asked), ours);
}

#[test]
fn paynow_agrees_with_paynowqr() {
    let settings = EmvcoSettings {
        account: some("201403121W"),
        name: some("ACME Pte Ltd."),
        ..EmvcoSettings::default()
    };
    let (mut asked, mut ours) = (Vec::new(), Vec::new());
    for (at, minor) in amounts(20_000_000).into_iter().enumerate() {
        let number = reference(at);
        ours.push(code("paynow", &settings, money(minor, "SGD"), &number));
        // It writes an amount as JavaScript does: 88.8, where we and the banks write 88.80.
        asked.push(json!(["paynow", {
            "uen": "201403121W", "amount": decimal(minor), "expiry": "20261231", "refNumber": number,
            "company": "ACME Pte Ltd.",
        }]));
    }
    let mut equal = 0;
    for (ours, theirs) in ours.iter().zip(others(&asked)) {
        let theirs = theirs.as_str().unwrap();
        let (mine, other) = (open(ours).unwrap(), open(theirs).unwrap());
        for id in [0, 1, 26, 52, 53, 58, 59, 60, 62] {
            assert_eq!(mine.get(id), other.get(id), "{id}: {ours} {theirs}");
        }
        let number = |objects: &Objects| objects.get(54).unwrap().parse::<f64>().unwrap();
        assert_eq!(number(&mine).to_bits(), number(&other).to_bits(), "{ours} {theirs}");
        equal += usize::from(ours == theirs);
    }
    assert!(equal > ours.len() / 2, "{equal} of {} are the same text", ours.len());
}

#[test]
fn promptpays_bill_payment_agrees_with_promptparse_both_ways() {
    let settings = EmvcoSettings {
        account: some("0112233445566"),
        second_reference: some("INV001"),
        ..EmvcoSettings::default()
    };
    let (mut asked, mut ours) = (Vec::new(), Vec::new());
    for (at, minor) in amounts(200_000_000).into_iter().enumerate() {
        let number = reference(at);
        let text = code("promptpay", &settings, money(minor, "THB"), &number);
        let bill = json!({
            "billerId": "0112233445566", "amount": decimal(minor), "ref1": number, "ref2": "INV001",
        });
        asked.push(json!(["bill", bill]));
        ours.push(json!(text));
        asked.push(json!(["read_bill", { "text": text }]));
        ours.push(bill);
    }
    let are_same = |(one, other): (&Value, &Value)| match (one.as_str(), other.as_str()) {
        (None, None) => {
            one["ref1"] == other["ref1"]
                && one["billerId"] == other["billerId"]
                && one["amount"].as_f64() == other["amount"].as_f64()
        }
        (one, other) => one == other,
    };
    let theirs = others(&asked);
    for (one, other) in theirs.iter().zip(&ours) {
        assert!(are_same((one, other)), "{one} {other}");
    }
}

#[test]
fn what_promptpay_qr_writes_is_read() {
    let (mut asked, mut expected) = (Vec::new(), Vec::new());
    for minor in amounts(200_000_000) {
        let mobile = format!("08{:08}", minor % 100_000_000);
        asked.push(json!(["promptpay", { "target": mobile, "amount": decimal(minor) }]));
        expected
            .push((format!("0066{}", &mobile[1..]), format!("{}.{:02}", minor / 100, minor % 100)));
    }
    for (theirs, (mobile, amount)) in others(&asked).iter().zip(expected) {
        let read = open(theirs.as_str().unwrap()).unwrap();
        let account = Objects::read(read.get(29).unwrap()).unwrap();
        assert_eq!((account.get(1), read.get(54)), (Some(mobile.as_str()), Some(amount.as_str())));
    }
}
