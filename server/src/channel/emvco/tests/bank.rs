//! What the bank says, and who says it.

use florin_shared::{Method, Money, ReversalId};
use serde_json::{Value, json};

use crate::channel::bank::credits::{self, Statement};
use crate::channel::bank::sign::{Secret, Signed, is_fresh};
use crate::channel::emvco::{Emvco, amount_of, sandbox, table};
use crate::channel::{Asking, Channel, ChannelError, Notice, Notification, json};
use crate::clock::Millis;
use crate::config::EmvcoSettings;
use crate::domain::credit::Credit;
use crate::domain::order::tests::payment as fresh;
use crate::domain::payment::{Payment, PaymentState, Said};
use crate::domain::reversal::{Reason, Reversal, ReversalSaid};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const NOW: Millis = 1_614_265_330_000;

fn secret() -> Secret {
    Secret::of(SECRET).unwrap()
}

#[track_caller]
fn verified(signature: &str, id: &str, time: &str, body: &str) -> bool {
    let (id, time, signature) = (Some(id), Some(time), Some(signature));
    secret().verify(&Signed { id, time, signature, body: body.as_bytes() }).is_ok()
}

#[test]
fn a_signature_is_that_of_standard_webhooks() {
    let (id, body) = ("msg_p5jXN8AQM9LWM0D4loKWxJek", r#"{"test": 2432232314}"#);
    let right = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
    let headers = secret().headers(id, NOW, body.as_bytes());
    assert!(headers.contains(&("webhook-signature", right.to_owned())), "{headers:?}");
    assert!(verified(right, id, "1614265330", body));
    assert!(verified(&format!("v1a,xx v1,yy {right}"), id, "1614265330", body));
    let truncated = &right[..right.len() - 4];
    let other_version = right.replace("v1,", "v2,");
    for (signature, id, time, body) in [
        (right, id, "1614265330", r#"{"test": 2432232315}"#),
        (right, "msg_other", "1614265330", body),
        (right, "", "1614265330", body),
        (right, id, "1614265331", body),
        (truncated, id, "1614265330", body),
        (other_version.as_str(), id, "1614265330", body),
        ("", id, "1614265330", body),
    ] {
        assert!(!verified(signature, id, time, body), "{signature} {id} {time} {body}");
    }
}

#[test]
fn only_a_message_of_now_is_fresh() {
    for (time, expected) in [
        ("1614265330", true),
        ("1614265630", true),
        ("1614265030", true),
        ("1614265631", false),
        ("1614265029", false),
        ("-1614265330", false),
        ("9223372036854775807", false),
        ("-9223372036854775808", false),
        ("now", false),
    ] {
        assert_eq!(is_fresh(Some(time), NOW), expected, "{time}");
    }
    assert!(!is_fresh(None, NOW));
}

#[test]
fn what_is_no_secret_opens_nothing() {
    for text in ["", "whsec_", "whsec_!", "whsec_AAAA", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"] {
        assert!(Secret::of(text).is_err(), "{text}");
    }
}

fn vietqr() -> Emvco {
    Emvco::new("vietqr", &sandbox("vietqr", "http://127.0.0.1:1")).unwrap()
}

fn payment(request_id: &str) -> Payment {
    Payment {
        request_id: request_id.to_owned(),
        product: "vietqr".into(),
        channel: "vietqr".into(),
        cancellable: false,
        amount: Money::parse("120000", "VND").unwrap(),
        merchant: "18356675194960".parse().unwrap(),
        trans_id: "order_000001".into(),
        method: Method::Vietqr,
        expires: NOW + 600_000,
        final_after: NOW + 7_800_000,
        created: NOW,
        changed: NOW,
        ..fresh(PaymentState::Intent)
    }
}

fn credit(number: u32, amount: &str) -> Value {
    json!({
        "id": format!("FT{number}"), "number": number, "reference": "K7", "amount": amount, "currency": "VND",
        "at": "2026-11-18T04:01:30Z", "payer_bank": "970407",
    })
}

#[track_caller]
fn asked(request_id: &str, statement: Value) -> Result<Said, ChannelError> {
    let statement: Statement = json::read(statement.to_string().as_bytes()).unwrap();
    let payment = payment(request_id);
    let credits = credits::under("BANK_1", &payment, statement)?;
    Ok(credits::by_number(&payment, &credits).said)
}

fn of(credits: &[Value]) -> Value {
    json!({ "account": "BANK_1", "reference": "K7", "credits": credits })
}

fn paid(amount: &str, returned: i64) -> Result<Said, ChannelError> {
    let amount = Money::parse(amount, "VND").unwrap();
    Ok(Said::Paid { amount, at: Some(1_794_974_490_000), returned })
}

#[test]
fn a_statement_tells_each_payment_of_its_own_credit() {
    assert_eq!(asked("K7", of(&[])), Ok(Said::Pending));
    assert_eq!(asked("K7", of(&[credit(1, "120000")])), paid("120000", 0));
    assert_eq!(asked("K7", of(&[credit(1, "60000"), credit(2, "120000")])), paid("60000", 0));
    assert_eq!(asked("K7.2", of(&[credit(1, "60000"), credit(2, "120000")])), paid("120000", 0));
    assert_eq!(asked("K7.3", of(&[credit(1, "60000"), credit(2, "120000")])), Ok(Said::Pending));
    assert_eq!(asked("K7.x", of(&[credit(1, "60000")])), Ok(Said::Pending));
    let mut back = credit(1, "120000");
    back["returned"] = "20000".into();
    assert_eq!(asked("K7", of(&[back])), paid("120000", 20_000));
}

#[test]
fn a_statement_that_is_about_something_else_or_unreadable_is_no_answer() {
    let mut wrong_currency = credit(1, "120000");
    wrong_currency["currency"] = "DONG".into();
    let mut no_time = credit(1, "120000");
    no_time["at"] = "yesterday".into();
    let mut nameless = credit(1, "120000");
    nameless["id"] = "".into();
    let mut twin = credit(2, "120000");
    twin["id"] = "FT1".into();
    let other = |key: &str| {
        let mut statement = of(&[credit(1, "120000")]);
        statement[key] = "other".into();
        statement
    };
    for statement in [
        other("account"),
        other("reference"),
        of(&[credit(1, "0")]),
        of(&[credit(1, "12.50")]),
        of(&[credit(1, "-1")]),
        of(&[wrong_currency]),
        of(&[no_time]),
        of(&[credit(1, "120000"), credit(1, "120000")]),
        of(&[credit(1, "120000"), twin]),
        of(&[nameless]),
        of(&[credit(1, "120000"), credit(0, "120000")]),
    ] {
        let said = asked("K7", statement.clone());
        assert!(matches!(said, Err(ChannelError::NoAnswer(_))), "{statement}: {said:?}");
    }
}

fn message(change: impl FnOnce(&mut Value)) -> Value {
    let mut data = credit(1, "120000");
    data["account"] = "SANDBOX_VIETQR".into();
    let mut message =
        json!({ "type": "credit.received", "timestamp": "2026-11-18T04:01:31Z", "data": data });
    change(&mut message);
    message
}

fn heard(message: &Value, now: Millis) -> Result<Notice, &'static str> {
    let settings = sandbox("vietqr", "http://127.0.0.1:1");
    let body = message.to_string();
    let headers = Secret::of(&settings.secret).unwrap().headers("m1", NOW, body.as_bytes());
    let header =
        |name: &str| headers.iter().find(|(of, _)| *of == name).map(|(_, value)| value.clone());
    let body = body.as_bytes();
    let notification = Notification { path: "/notify/vietqr", header: &header, body, now };
    vietqr().read_notification(&notification).map_err(|forged| forged.0)
}

#[test]
fn a_message_tells_of_a_credit_by_the_banks_own_number() {
    let second = message(|message| message["data"]["number"] = 2.into());
    for (message, number) in [(message(|_| ()), 1), (second, 2)] {
        let Ok(Notice::Credit(credit)) = heard(&message, NOW) else {
            panic!("it was not understood")
        };
        let amount = Money::parse("120000", "VND").unwrap();
        let expected = Credit {
            id: "FT1".into(),
            reference: "K7".into(),
            number,
            amount,
            at: 1_794_974_490_000,
            returned: 0,
            payer: "970407".into(),
        };
        assert_eq!(credit, expected);
    }
}

#[test]
fn the_reference_is_found_however_the_bank_writes_it() {
    let ours = "7NQ2V0C5K1D8M3H9T4GA";
    for (text, expected) in [
        (ours.to_owned(), vec![ours]),
        (ours.to_ascii_lowercase(), vec![ours]),
        (format!("MBVCB.123.{ours}.CT tu 0011"), vec![ours]),
        (format!("{ours}X"), vec![]),
        (format!("{ours}.2"), vec![ours]),
        (String::new(), vec![]),
    ] {
        assert_eq!(vietqr().references_in(&text), expected, "{text}");
    }
}

#[test]
fn a_message_that_proves_nothing_is_refused() {
    assert_eq!(heard(&message(|_| ()), NOW + 301_000), Err("its time is not now"));
    let said = |change: fn(&mut Value)| heard(&message(change), NOW).unwrap_err();
    assert_eq!(said(|m| m["type"] = "other".into()), "it is of a kind we do not know");
    assert_eq!(said(|m| m["data"]["account"] = "X".into()), "it is about another account");
    assert_eq!(said(|m| m["data"]["id"] = "".into()), "it does not say which credit it is");
    assert_eq!(
        said(|m| m["data"]["id"] = "7".repeat(65).into()),
        "it does not say which credit it is"
    );
    assert_eq!(said(|m| m["data"]["number"] = 0.into()), "it does not say which credit it is");
    assert_eq!(said(|m| m["data"]["amount"] = "1e3".into()), "its credit cannot be read");
    assert_eq!(said(|m| m["data"] = json!({})), "it cannot be read");
}

#[tokio::test]
async fn every_scheme_shows_a_code_with_the_amount_and_the_reference() {
    for product in &table::PRODUCTS {
        let settings = sandbox(product.channel, "http://127.0.0.1:1");
        let channel = Emvco::new(product.channel, &settings).unwrap();
        let amount = Money::parse("128000", product.currency).unwrap();
        let reference = "0123456789ABCDEFGHIJ";
        let payment = Payment { amount, ..payment(reference) };
        let asking = Asking {
            payee: "Northwind Tea".into(),
            return_url: String::new(),
            notify_url: String::new(),
            scanned: None,
            login: crate::channel::nobodys_login(),
        };
        let opened = channel.pay(&payment, &asking).await.unwrap();
        assert_eq!(opened.evidence.said, Said::Pending);
        let text = opened.action.and_then(|action| action.text).unwrap();
        assert_eq!(amount_of(&text), Some(amount), "{text}");
        assert!(text.contains(reference), "{text}");
        assert!(!channel.is_live() && channel.products() == [*product]);
    }
}

#[tokio::test]
async fn what_a_bank_cannot_do_is_refused_for_good() {
    let (channel, payment) = (vietqr(), payment("K7"));
    let refused = channel.cancel(&payment).await;
    assert!(matches!(refused, Err(ChannelError::Refused { .. })), "{refused:?}");
    let id = ReversalId::of([3; 16]);
    let reversal = Reversal::fresh(id, &payment, payment.amount, Reason::Surplus, NOW);
    let said = channel.refund(&payment, &reversal, "").await.unwrap();
    assert!(matches!(said, ReversalSaid::Never(_)), "{said:?}");
    assert_eq!(channel.query_refund(&payment, &reversal).await, Ok(ReversalSaid::NotFound));
}

#[test]
fn real_money_goes_over_tls_and_to_no_account_of_the_sandbox() {
    let live =
        EmvcoSettings { client_id: "shop-1".into(), ..sandbox("vietqr", "https://bank.example") };
    assert!(Emvco::new("vietqr", &live).unwrap().is_live());
    for wrong in [
        EmvcoSettings { host: "http://bank.example".into(), ..live.clone() },
        EmvcoSettings { host: "https://bank.example/api".into(), ..live.clone() },
        EmvcoSettings { secret: "s".into(), ..live.clone() },
        EmvcoSettings { client_id: String::new(), ..live.clone() },
    ] {
        assert!(Emvco::new("vietqr", &wrong).is_err(), "{wrong:?}");
    }
    assert!(!format!("{live:?}").contains("whsec_"));
}
