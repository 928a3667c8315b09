//! The same JSON, read by serde and by hand.

use serde_json::{Value, json};

use super::*;

impl Reader for Value {
    fn field(&self, name: &str) -> Option<Value> {
        self.get(name).filter(|value| !value.is_null()).cloned()
    }

    fn text(&self) -> Option<String> {
        self.as_str().map(str::to_owned)
    }

    fn whole(&self) -> Option<u64> {
        self.as_u64()
    }

    fn flag(&self) -> Option<bool> {
        self.as_bool()
    }

    fn items(&self) -> Option<Vec<Value>> {
        self.as_array().cloned()
    }
}

fn status_json() -> Value {
    json!({
        "seq": 7, "status": "PROCESSING", "order_id": "GW1", "method": "GCASH", "payment_status": "FAIL",
        "phase": "CONFIRMING", "reason": "DECLINED", "expires_in_ms": 870_000, "code_expires_in_ms": 170_000,
        "poll_after_ms": 2000, "looks": 77, "return_url": "https://shop.example/thanks", "notice": "SURPLUS_RETURNED",
        "notice_method": "MAYA"
    })
}

fn open_json() -> Value {
    json!({
        "order_id": "GW1", "method": "GCASH", "code_expires_in_ms": 170_000, "state": status_json(),
        "next_action": {
            "type": "show_code", "text": "000201", "code_kind": "qr", "app_link": "gcash://pay", "url": "https://a.example"
        }
    })
}

fn view_json() -> Value {
    json!({
        "session_id": "CS1", "version": 3, "status": "PROCESSING", "payee": "Northwind Tea", "trans_id": "M324",
        "amount": "12800", "currency": "HKD", "exponent": 2,
        "goods": [{ "name": "Oolong", "quantity": 2, "unit_amount": "6400" }, { "name": "Bag", "quantity": 1 }],
        "methods": [
            { "method": "GCASH", "kind": "scan", "unavailable": { "reason": "CURRENCY", "needs": ["PHP", "USD"] } },
            { "method": "MAYA", "kind": "scan", "unavailable": { "reason": "DOWN" } },
            { "method": "BANK_TRANSFER", "kind": "passcode" }
        ],
        "expires_in_ms": 870_000, "lifetime_ms": 1_800_000, "return_url": "https://shop.example/thanks",
        "session_url": "https://pay.example/pay/CS1", "display_locale": "zh-Hans",
        "appearance": {
            "css": "--l-brand:#1f5eff;", "go_after_ms": 5000,
            "texts": ["", "Thanks", "Soon", "fr", "Merci", ""]
        },
        "auto_query": true, "livemode": false, "open": open_json(), "state": status_json()
    })
}

/// Reads both ways, as it stands and without each of its fields in turn; they must agree on all of it.
#[track_caller]
fn agree<T: serde::de::DeserializeOwned + PartialEq + std::fmt::Debug>(
    json: &Value,
    read: fn(&Value) -> Option<T>,
) {
    assert!(read(json).is_some());
    let without = json.as_object().unwrap().keys().map(|name| {
        let mut less = json.clone();
        less.as_object_mut().unwrap().remove(name);
        (name.as_str(), less)
    });
    for (name, json) in [("nothing", json.clone())].into_iter().chain(without) {
        let by_serde = serde_json::from_value::<T>(json.clone()).ok();
        assert_eq!(read(&json), by_serde, "without {name}");
    }
}

#[test]
fn serde_and_the_reader_read_the_same() {
    agree(&status_json(), status);
    agree(&open_json(), open);
    agree(&open_json()["next_action"], next_action);
    agree(&view_json()["goods"][0], good);
    agree(&view_json()["methods"][0], offer);
    agree(&view_json()["appearance"], |from| Some(looks(from)));
}

#[test]
fn a_view_reads_the_same_but_for_appearance_which_the_reader_does_without() {
    let mut json = view_json();
    agree(
        &{
            json.as_object_mut().unwrap().remove("open");
            json
        },
        |from| {
            from.field("appearance")?;
            view(from)
        },
    );
    assert_eq!(view(&view_json()), serde_json::from_value(view_json()).ok());
}

#[test]
fn every_word_of_the_wire_is_known_and_any_other_is_kept_apart() {
    let same = |word: &str| {
        let serde: (SessionStatus, PaymentStatus, Phase) =
            serde_json::from_value(json!([word, word, word])).unwrap();
        assert_eq!((session_status(word), payment_status(word), phase(word)), serde, "{word}");
    };
    for word in ["PROCESSING", "SUCCESS", "FAIL", "CANCELLED", "EXPIRED", "PENDING", ""] {
        same(word);
    }
    for word in ["OPENING", "WAITING", "CONFIRMING", "CLOSING", "OVER", "over"] {
        same(word);
    }
}

#[test]
fn a_broken_open_transaction_breaks_the_view() {
    let mut json = view_json();
    json["open"]["order_id"] = json!(5);
    assert_eq!(view(&json), None);
}
