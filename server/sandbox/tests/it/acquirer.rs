//! Florin's own protocol over real HTTP, asked from its page (`docs/acquirer-protocol.md`) and not by the sandbox's code.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, UnparsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::support::World;

const PAY: &str = "/florin/v1/payments";
const QUERY: &str = "/florin/v1/payments/query";
const CLOSE: &str = "/florin/v1/payments/close";
const REFUND: &str = "/florin/v1/refunds";
const REFUND_QUERY: &str = "/florin/v1/refunds/query";

fn der(pem: &str) -> Vec<u8> {
    let lines = pem.lines().filter(|line| !line.starts_with("-----"));
    STANDARD.decode(lines.collect::<String>()).unwrap()
}

#[expect(clippy::disallowed_methods, reason = "a merchant's clock is the machine's")]
fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

fn lines(what: &str, path: &str, [key, time, id]: [&str; 3], body: &str) -> String {
    let hash = digest(&SHA256, body.as_bytes());
    let hash: String = hash.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    ["florin-1", what, path, key, time, id, &hash].join("\n")
}

fn signature(text: &str) -> String {
    let key = der(include_str!("../keys/acquirer_merchant_private.pem"));
    STANDARD.encode(Ed25519KeyPair::from_pkcs8(&key).unwrap().sign(text.as_bytes()))
}

/// A question's own id.
fn fresh() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("0123456789abcdef{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

/// As the merchant of this short name; `late` seconds ago; with another body than was signed, if there is one.
async fn send(
    world: &World,
    name: &str,
    (path, body): (&str, &str),
    late: u64,
    instead: Option<&str>,
) -> (reqwest::Response, String) {
    let (key, time, id) = (format!("{name}-merchant-1"), (now() - late).to_string(), fresh());
    let signature = signature(&lines("POST", path, [&key, &time, &id], body));
    let request = world
        .http
        .post(format!("{}{path}", world.url))
        .header("florin-key", key)
        .header("florin-time", time)
        .header("florin-id", &id)
        .header("florin-signature", signature)
        .body(instead.unwrap_or(body).to_owned());
    (request.send().await.unwrap(), id)
}

/// Status and words of an answer that is signed for its question.
async fn ask(world: &World, name: &str, path: &str, mut data: Value) -> (u16, Value) {
    data["merchant"] = format!("SANDBOX_{}", name.to_uppercase()).into();
    let (answer, id) = send(world, name, (path, &data.to_string()), 0, None).await;
    let status = answer.status().as_u16();
    let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
    let [key, time, told, signature] =
        ["florin-key", "florin-time", "florin-id", "florin-signature"].map(header);
    assert_eq!((key.as_str(), &told), (format!("{name}-gateway-1").as_str(), &id));
    let body = answer.text().await.unwrap();
    let text = lines(&status.to_string(), path, [&key, &time, &id], &body);
    let gateway = der(include_str!("../keys/acquirer_gateway_public.pem"));
    let gateway = UnparsedPublicKey::new(&ED25519, gateway);
    assert!(
        gateway.verify(text.as_bytes(), &STANDARD.decode(signature).unwrap()).is_ok(),
        "{body}"
    );
    (status, serde_json::from_str(&body).unwrap())
}

fn order(number: &str, method: &str) -> Value {
    json!({ "number": number, "method": method, "amount": "8888", "currency": "CNY",
            "subject": "Blue mug", "expires_at": "2099-11-18T04:30:00Z",
            "notify_url": "http://127.0.0.1:9/notify", "return_url": "https://shop.example" })
}

fn of(number: &str) -> Value {
    json!({ "number": number })
}

async fn state(world: &World, name: &str, number: &str) -> Value {
    ask(world, name, QUERY, of(number)).await.1["payment"]["state"].clone()
}

fn error((status, body): (u16, Value)) -> (u16, String, bool) {
    let error = &body["error"];
    let code = error["code"].as_str().unwrap_or_else(|| panic!("{body}")).to_owned();
    (status, code, error["known"].as_bool().unwrap())
}

#[tokio::test]
async fn the_same_order_is_the_same_payment_and_another_one_is_refused() {
    let world = World::start().await;
    let (status, first) = ask(&world, "ecny", PAY, order("P1", "ECNY")).await;
    assert_eq!((status, &first["payment"]["state"]), (200, &json!("PENDING")), "{first}");
    assert_eq!(ask(&world, "ecny", PAY, order("P1", "ECNY")).await, (200, first.clone()));
    let mut other = order("P1", "ECNY");
    other["amount"] = "8889".into();
    let used = (409, "NUMBER_USED".to_owned(), true);
    assert_eq!(error(ask(&world, "ecny", PAY, other).await), used);
    world.approve(first["payment"]["code"].as_str().unwrap()).await;
    let (_, paid) = ask(&world, "ecny", PAY, order("P1", "ECNY")).await;
    assert_eq!(
        (&paid["payment"]["state"], &paid["payment"]["code"]),
        (&json!("PAID"), &Value::Null)
    );
    assert_eq!(error(ask(&world, "ecny", CLOSE, of("P1")).await), (409, "PAID".into(), true));
    // The other gateway's merchant has numbers of its own.
    let absent = (404, "NO_SUCH_PAYMENT".to_owned(), false);
    assert_eq!(error(ask(&world, "pos", QUERY, of("P1")).await), absent);
}

#[tokio::test]
async fn a_close_of_what_never_came_in_bars_it() {
    let world = World::start().await;
    let (status, closed) = ask(&world, "pos", CLOSE, of("P2")).await;
    assert_eq!((status, &closed["payment"]["state"]), (200, &json!("CLOSED")), "{closed}");
    let (status, late) = ask(&world, "pos", PAY, order("P2", "POS_ORDER")).await;
    assert_eq!((status, &late["payment"]["state"]), (200, &json!("CLOSED")), "{late}");
    let world = world.restart().await;
    assert_eq!(state(&world, "pos", "P2").await, "CLOSED", "the book knows it too");
}

#[tokio::test]
async fn what_is_not_signed_or_old_or_for_somebody_else_is_refused() {
    let world = World::start().await;
    let mut order = order("P3", "ECNY");
    order["merchant"] = "SANDBOX_ECNY".into();
    let body = order.to_string();
    let changed = body.replace("8888", "1");
    for (name, late, instead) in
        [("nobody", 0, None), ("ecny", 310, None), ("ecny", 0, Some(&*changed))]
    {
        let (answer, _) = send(&world, name, (PAY, &body), late, instead).await;
        assert_eq!(answer.status(), 401, "{name} {late}");
    }
    let (answer, _) = send(&world, "pos", (PAY, &body), 0, None).await;
    assert_eq!(answer.status(), 422, "another merchant's key");
    let absent = (404, "NO_SUCH_PAYMENT".to_owned(), false);
    assert_eq!(error(ask(&world, "ecny", QUERY, of("P3")).await), absent);
    for (field, value) in
        [("number", "P-3"), ("amount", "88.88"), ("expires_at", "2020-01-01T00:00:00Z")]
    {
        let mut wrong = order.clone();
        wrong[field] = value.into();
        assert_eq!(error(ask(&world, "ecny", PAY, wrong).await).0, 400, "{field}");
    }
    order["method"] = "POS_ORDER".into();
    let none = (422, "NO_SUCH_METHOD".to_owned(), false);
    assert_eq!(error(ask(&world, "ecny", PAY, order).await), none);
}

#[tokio::test]
async fn money_goes_back_once_under_one_number_and_never_more_than_was_paid() {
    let world = World::start().await;
    let (_, opened) = ask(&world, "ecny", PAY, order("P4", "ECNY")).await;
    let back = |refund: &str, amount: &str| {
        json!({ "number": "P4", "refund": refund, "amount": amount, "currency": "CNY",
                "notify_url": "http://127.0.0.1:9/notify" })
    };
    let unpaid = (422, "NOT_PAID".to_owned(), false);
    assert_eq!(error(ask(&world, "ecny", REFUND, back("R1", "800")).await), unpaid);
    world.approve(opened["payment"]["code"].as_str().unwrap()).await;
    for _ in 0..2 {
        let (status, done) = ask(&world, "ecny", REFUND, back("R1", "800")).await;
        assert_eq!((status, &done["refund"]["state"]), (200, &json!("DONE")), "{done}");
    }
    assert_eq!(error(ask(&world, "ecny", REFUND, back("R1", "801")).await).1, "NUMBER_USED");
    assert_eq!(error(ask(&world, "ecny", REFUND, back("R2", "8089")).await).1, "TOO_MUCH");
    let (_, known) = ask(&world, "ecny", QUERY, of("P4")).await;
    assert_eq!(known["payment"]["returned"], "800", "{known}");
    let asked = |refund: &str| json!({ "number": "P4", "refund": refund });
    let (_, known) = ask(&world, "ecny", REFUND_QUERY, asked("R1")).await;
    assert_eq!(
        (&known["refund"]["amount"], &known["refund"]["state"]),
        (&json!("800"), &json!("DONE"))
    );
    let absent = (404, "NO_SUCH_REFUND".to_owned(), false);
    assert_eq!(error(ask(&world, "ecny", REFUND_QUERY, asked("R2")).await), absent);
}

#[tokio::test]
async fn a_card_that_is_refused_ends_nothing_and_another_terminal_may_follow() {
    let world = World::start().await;
    let (_, opened) = ask(&world, "pos", PAY, order("P5", "POS_ORDER")).await;
    let code = opened["payment"]["code"].as_str().unwrap().to_owned();
    let at = async |call: &str, terminal: &str, action: &str| {
        let asked = json!({ "code": code, "terminal": terminal, "action": action });
        let url = format!("{}/pos/{call}", world.url);
        world.http.post(url).json(&asked).send().await.unwrap().status().as_u16()
    };
    assert_eq!(at("claim", "T1", "").await, 200);
    assert_eq!(at("claim", "T1", "").await, 200, "the same terminal again");
    assert_eq!(at("pay", "T1", "decline").await, 200);
    assert_eq!(state(&world, "pos", "P5").await, "AT_TERMINAL");
    assert_eq!((at("claim", "T2", "").await, at("release", "T1", "").await), (409, 200));
    assert_eq!(state(&world, "pos", "P5").await, "PENDING");
    assert_eq!((at("claim", "T2", "").await, at("pay", "T2", "approve").await), (200, 200));
    assert_eq!(state(&world, "pos", "P5").await, "PAID");
    assert_eq!((at("claim", "T2", "").await, at("pay", "T2", "approve").await), (409, 409));
    // The same for a person.
    let page = world.http.get(format!("{}/pos?code={code}", world.url)).send().await.unwrap();
    let page = page.text().await.unwrap();
    assert!(page.contains("<dd>PAID</dd>") && page.contains("<dd>P5</dd>"), "{page}");
}
