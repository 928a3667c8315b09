//! The vectors of `protocols/webhooks.md`, and what the shop makes of what it believes.

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::support::{MERCHANT, NOW, SECRET, SESSION, Town};

const SECRET_A: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const ID: &str = "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W";
const BODY: &str = r#"{"type":"payment.succeeded","timestamp":"2026-11-18T04:01:30Z","data":{"id":"pay_000001","amount":8888,"currency":"CNY","state":"SUCCESS"}}"#;
const BY_A: &str = "v1,NdwUkf6J2xl6tYkUGuag2JMCcs6ZdIZL9IBvURamjk4=";
const BY_B: &str = "v1,9yM2B+iq2vkEzGt2K5zwxXQyEVmbeZoXikg/NVnGh2M=";

/// One message on its way to the shop.
struct Message<'m> {
    secret: &'m str,
    now_s: i64,
    id: &'m str,
    timestamp: &'m str,
    signature: &'m str,
    body: &'m str,
}

/// Vector 2.3 with its second signature.
const GOOD: Message<'_> = Message {
    secret: SECRET,
    now_s: NOW,
    id: ID,
    timestamp: "1794974491",
    signature: BY_B,
    body: BODY,
};

impl Message<'_> {
    async fn verdict(&self) -> u16 {
        let town = Town::with_secret(self.secret, self.now_s).await;
        let headers = [
            ("webhook-id", self.id),
            ("webhook-timestamp", self.timestamp),
            ("webhook-signature", self.signature),
        ];
        town.post("/shop/webhook", self.body, &headers).await.status
    }

    async fn is_refused(&self, why: &str) {
        assert_eq!(self.verdict().await, 401, "{why}");
    }
}

#[tokio::test]
async fn the_published_vectors_are_believed() {
    let official = Message {
        secret: SECRET_A,
        now_s: 1_614_265_330,
        id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
        timestamp: "1614265330",
        signature: "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        body: r#"{"test": 2432232314}"#,
    };
    let not_ascii = Message {
        now_s: 1_700_000_000,
        id: "msg_utf8",
        timestamp: "1700000000",
        signature: "v1,WX+NP6ClQGy2v54BdblhwieCApzky0J+v1eo5WH812M=",
        body: r#"{"note":"支付成功 ✓"}"#,
        ..GOOD
    };
    for (name, message) in [("2.1", official), ("2.3", GOOD), ("2.4", not_ascii)] {
        assert_eq!(message.verdict().await, 204, "{name}");
    }
}

#[tokio::test]
async fn during_a_rotation_either_secret_opens() {
    let both = format!("{BY_A} {BY_B}");
    for secret in [SECRET_A, SECRET] {
        assert_eq!(Message { secret, signature: &both, ..GOOD }.verdict().await, 204);
    }
    Message { signature: BY_A, ..GOOD }.is_refused("only the other secret's signature").await;
}

#[tokio::test]
async fn signatures_of_other_versions_are_passed_over() {
    let ed25519 = "v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg==";
    let mixed = format!("{ed25519} v9,AAAA {BY_B}");
    assert_eq!(Message { signature: &mixed, ..GOOD }.verdict().await, 204);
    Message { signature: ed25519, ..GOOD }
        .is_refused("only a version that the shop does not know")
        .await;
}

#[tokio::test]
async fn a_secret_without_padding_is_the_same_secret() {
    assert_eq!(Message { secret: SECRET.trim_end_matches('='), ..GOOD }.verdict().await, 204);
}

#[tokio::test]
async fn five_minutes_either_way_are_allowed_and_a_second_more_is_not() {
    for now_s in [NOW - 300, NOW + 300] {
        assert_eq!(Message { now_s, ..GOOD }.verdict().await, 204, "{now_s}");
    }
    for now_s in [NOW - 301, NOW + 301] {
        Message { now_s, ..GOOD }.is_refused("301 seconds").await;
    }
}

#[tokio::test]
async fn whatever_was_altered_is_refused() {
    let dearer = BODY.replace("8888", "8889");
    let wrong_version = BY_B.replace("v1,", "v2,");
    Message { body: &dearer, ..GOOD }.is_refused("the body").await;
    Message { id: "msg_2KWPBgLlAfxdpx2AI54pPJ85f4X", ..GOOD }.is_refused("the id").await;
    Message { timestamp: "1794974492", ..GOOD }.is_refused("the timestamp").await;
    Message { timestamp: "01794974491", ..GOOD }.is_refused("the timestamp's text").await;
    Message { timestamp: "-1794974491", ..GOOD }.is_refused("a negative timestamp").await;
    Message { timestamp: "1794974491.0", ..GOOD }.is_refused("a fractional timestamp").await;
    Message { signature: &wrong_version, ..GOOD }.is_refused("the version").await;
    Message { signature: &BY_B[..BY_B.len() - 4], ..GOOD }
        .is_refused("a shortened signature")
        .await;
    Message { signature: &BY_B[..BY_B.len() - 1], ..GOOD }
        .is_refused("a signature without padding")
        .await;
    Message { signature: "v1,", ..GOOD }.is_refused("an empty signature").await;
    Message { signature: &BY_B["v1,".len()..], ..GOOD }
        .is_refused("a signature without version")
        .await;
}

#[tokio::test]
async fn every_header_is_needed() {
    let town = Town::new().await;
    let headers =
        [("webhook-id", ID), ("webhook-timestamp", "1794974491"), ("webhook-signature", BY_B)];
    for missing in 0..3 {
        let some: Vec<_> =
            headers.iter().copied().enumerate().filter(|(at, _)| *at != missing).collect();
        let some: Vec<_> = some.into_iter().map(|(_, header)| header).collect();
        assert_eq!(town.post("/shop/webhook", BODY, &some).await.status, 401);
    }
    Message { id: "", ..GOOD }.is_refused("an empty id").await;
}

#[tokio::test]
async fn a_shop_without_a_usable_secret_believes_nobody() {
    // What an HMAC with an empty key would be is easy to compute; it must not open anything.
    let by_nothing = sign(b"", ID, "1794974491", BODY);
    for secret in ["", "whsec_", "whsec_####", "whsec_c2hvcnQ="] {
        Message { secret, ..GOOD }.is_refused(secret).await;
        Message { secret, signature: &by_nothing, ..GOOD }.is_refused(secret).await;
    }
}

#[tokio::test]
async fn the_key_is_the_decoded_bytes_and_not_the_text() {
    let text = SECRET.trim_start_matches("whsec_").as_bytes();
    for key in [text, SECRET.as_bytes()] {
        Message { signature: &sign(key, ID, "1794974491", BODY), ..GOOD }
            .is_refused("text as key")
            .await;
    }
}

#[tokio::test]
async fn a_paid_order_is_known_as_paid() {
    let town = Town::new().await;
    let number = town.order_oolong().await;
    assert_eq!(standing(&town, &number).await, "WAITING");
    assert_eq!(tell(&town, "m1", &payment(&number, "SUCCESS", 3)).await, 204);
    assert_eq!(standing(&town, &number).await, "PAID");
}

#[tokio::test]
async fn the_highest_seq_wins_and_a_message_counts_once() {
    let town = Town::new().await;
    let number = town.order_oolong().await;
    tell(&town, "m5", &payment(&number, "SUCCESS", 5)).await;
    tell(&town, "m2", &payment(&number, "PROCESSING", 2)).await;
    tell(&town, "m5", &payment(&number, "SUCCESS", 5)).await;

    assert_eq!(standing(&town, &number).await, "PAID");
    assert_eq!(verdicts(&town).await, ["DUPLICATE", "OLDER", "RECORDED"]);
}

#[tokio::test]
async fn only_the_sessions_status_closes_an_order() {
    let town = Town::new().await;
    let number = town.order_oolong().await;
    let mut failed = payment(&number, "PROCESSING", 1);
    failed["type"] = json!("PAYMENT.FAILURE");
    failed["data"]["status"] = json!("SUCCESS");
    tell(&town, "m1", &failed).await;
    assert_eq!(standing(&town, &number).await, "WAITING");
}

#[tokio::test]
async fn another_amount_another_merchant_and_other_events_close_nothing() {
    let town = Town::new().await;
    let number = town.order_oolong().await;
    let with = |field: &str, value: Value| {
        let mut message = payment(&number, "SUCCESS", 9);
        message["data"][field] = value;
        message
    };
    tell(&town, "m1", &with("amount", json!("1"))).await;
    tell(&town, "m2", &with("currency", json!("VND"))).await;
    tell(&town, "m3", &with("merchant_id", json!("1"))).await;
    let mut refund = payment(&number, "SUCCESS", 9);
    refund["type"] = json!("REFUND.SUCCESS");
    tell(&town, "m4", &refund).await;

    assert_eq!(standing(&town, &number).await, "WAITING");
    assert_eq!(
        verdicts(&town).await,
        ["NOT_FOR_US", "OTHER_MERCHANT", "OTHER_AMOUNT", "OTHER_AMOUNT"]
    );
}

#[tokio::test]
async fn a_genuine_message_that_cannot_be_understood_is_not_acknowledged() {
    let town = Town::new().await;
    let number = town.order_oolong().await;
    let mut message = payment(&number, "SUCCESS", 1);
    message["data"]["seq"] = json!("first");
    assert_eq!(tell(&town, "m1", &message).await, 400);
    assert_eq!(verdicts(&town).await, ["UNREADABLE"]);
}

#[tokio::test]
async fn the_list_shows_the_last_fifty_with_what_became_of_them() {
    let town = Town::new().await;
    town.post("/shop/webhook", "{}", &[("webhook-id", "forged")]).await;
    let shown = town.get("/shop/webhooks").await.json();
    assert_eq!(shown["webhooks"][0]["verdict"], "REFUSED");
    assert_eq!(shown["webhooks"][0]["reason"], "The header webhook-timestamp is missing.");

    for number in 0..60 {
        tell(&town, &format!("m{number}"), &payment("NT1", "PROCESSING", number)).await;
    }
    let shown = town.get("/shop/webhooks").await.json();
    assert_eq!(shown["webhooks"].as_array().unwrap().len(), 50);
    assert_eq!(shown["webhooks"][0]["message_id"], "m59");
}

pub(crate) fn payment(trans_id: &str, session_status: &str, seq: u64) -> Value {
    json!({
        "type": "PAYMENT.SUCCESS", "timestamp": "2026-11-18T04:01:30Z",
        "data": {
            "merchant_id": MERCHANT, "trans_id": trans_id, "session_id": SESSION,
            "order_id": "GW0123456789abcdefghijklmnop", "status": "SUCCESS", "session_status": session_status,
            "error_code": "0000", "error_description": "", "amount": "12800", "currency": "HKD",
            "pay_finish_time": "2026-11-18T04:01:30Z", "seq": seq, "livemode": false,
        },
    })
}

/// Sends it as Florin would; the status of the answer.
pub(crate) async fn tell(town: &Town, id: &str, message: &Value) -> u16 {
    let key = STANDARD.decode(SECRET.trim_start_matches("whsec_")).unwrap();
    let (timestamp, body) = (NOW.to_string(), message.to_string());
    let signature = sign(&key, id, &timestamp, &body);
    let headers = [
        ("webhook-id", id),
        ("webhook-timestamp", &*timestamp),
        ("webhook-signature", &*signature),
    ];
    town.post("/shop/webhook", &body, &headers).await.status
}

fn sign(key: &[u8], id: &str, timestamp: &str, body: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key);
    let tag = hmac::sign(&key, format!("{id}.{timestamp}.{body}").as_bytes());
    format!("v1,{}", STANDARD.encode(tag))
}

async fn standing(town: &Town, number: &str) -> String {
    let order = town.get(&format!("/shop/orders/{number}")).await.json();
    order["standing"].as_str().unwrap().to_owned()
}

async fn verdicts(town: &Town) -> Vec<String> {
    let shown = town.get("/shop/webhooks").await.json();
    let notices = shown["webhooks"].as_array().unwrap();
    notices.iter().map(|notice| notice["verdict"].as_str().unwrap().to_owned()).collect()
}
