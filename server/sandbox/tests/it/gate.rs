//! Who is let in, and that everyone gets a signed answer.

use serde_json::{Value, json};

use crate::support::{Merchant, World};

const PAY: &str = "/ams/sandbox/api/v1/payments/pay";
const CLIENT: &str = "SANDBOX_5X00000000000000";
const BODY: &str = include_str!("../vectors/request_body.json");
const SIGNATURE: &str = include_str!("../vectors/request_signature.txt");

#[track_caller]
fn code(answer: &Value) -> &str {
    answer["result"]["resultCode"].as_str().unwrap()
}

async fn sent(world: &World, path: &str, client: &str, signature: &str, body: &str) -> Value {
    let request = world.merchant.send(path, client, signature, body.to_owned());
    let answer = request.send().await.unwrap();
    assert!(answer.headers().contains_key("signature"), "refusals are signed too");
    answer.json().await.unwrap()
}

#[tokio::test]
async fn the_vector_passes_the_gate_and_is_only_too_old() {
    let world = World::start().await;
    let answer = sent(&world, PAY, CLIENT, SIGNATURE, BODY).await;
    assert_eq!(code(&answer), "PARAM_ILLEGAL");
    assert_eq!(answer["result"]["resultMessage"], "paymentExpiryTime is not a time to come");
}

#[tokio::test]
async fn what_was_changed_or_signed_for_another_is_refused() {
    let world = World::start().await;
    let changed = BODY.replace("Blue mug", "Blue mugs");
    assert_eq!(code(&sent(&world, PAY, CLIENT, SIGNATURE, &changed).await), "INVALID_SIGNATURE");
    assert_eq!(code(&sent(&world, PAY, CLIENT, "", BODY).await), "INVALID_SIGNATURE");
    assert_eq!(code(&sent(&world, PAY, "SANDBOX_OTHER", SIGNATURE, BODY).await), "INVALID_CLIENT");

    let newer = SIGNATURE.replace("keyVersion=1", "keyVersion=7");
    assert_eq!(code(&sent(&world, PAY, CLIENT, &newer, BODY).await), "KEY_NOT_FOUND");

    let live = world.merchant.sign("/ams/api/v1/payments/pay", "1685599933871", BODY);
    assert_eq!(code(&sent(&world, PAY, CLIENT, &live, BODY).await), "INVALID_SIGNATURE");
    let live_path = "/ams/api/v1/payments/pay";
    assert_eq!(code(&sent(&world, live_path, CLIENT, &live, BODY).await), "NO_INTERFACE_DEF");
    assert_eq!(world.entry("pay_20261118_000001").await, Value::Null, "nothing was stored");
}

#[tokio::test]
async fn only_signed_json_posts_are_calls() {
    let world = World::start().await;
    let got = world.http.get(format!("{}{PAY}", world.url)).send().await.unwrap();
    assert_eq!(code(&got.json().await.unwrap()), "METHOD_NOT_SUPPORTED");
    let text = world.http.post(format!("{}{PAY}", world.url)).body("hello").send().await.unwrap();
    assert_eq!(code(&text.json().await.unwrap()), "MEDIA_TYPE_NOT_ACCEPTABLE");
    world.merchant.call("capture", &json!({})).await.expect("NO_INTERFACE_DEF");
}

#[tokio::test]
async fn a_field_that_is_missing_is_named() {
    let world = World::start().await;
    let mut body = Merchant::pay_body("p1");
    body.as_object_mut().unwrap().remove("order");
    let answer = world.merchant.call("pay", &body).await;
    answer.expect("PARAM_ILLEGAL");
    assert!(answer.body["result"]["resultMessage"].as_str().unwrap().contains("`order`"));
}
