//! Every id of one merchant, tried with another's key at every address that takes one (S21, D14): answered as one that nobody has, and nothing is done.
//!
//! What to try is read from the OpenAPI document: an address that is added to it is tried too, and an id of a new kind fails here until
//! [`Ids::of`] knows one of the demo merchant's.

mod ids;

use reqwest::Method;
use serde_json::{Value, json};

use self::ids::{Ids, nobodys};
use super::ask::{Reply, ask, get, post};
use super::settings::{GROUP_KEY, group};
use crate::openapi::calls;
use crate::openapi::form::properties;
use crate::support::{KEY, OTHER_KEY, OTHER_MERCHANT, TestApp, on_both};

/// What names something of one's own that is made by this call, or nothing of ours at all: nobody else's is looked up by it.
const OWN: [(&str, &str); 6] = [
    ("create_session", "trans_id"),
    ("initiate_transaction", "trans_id"),
    ("initiate_transaction", "recurring_agreement_id"),
    ("initiate_transaction", "device_id"),
    ("create_refund", "refund_trans_id"),
    // Whom an organisation acts for: `tenants` has it.
    ("", "merchant_id"),
];

/// What a call must say besides the id.
fn besides(call: &str) -> Value {
    match call {
        "change_session" => json!({ "amount": "1" }),
        "create_refund" => json!({ "refund_trans_id": "of-another" }),
        "resolve_reversal" => json!({ "outcome": "KEPT", "note": "of another" }),
        "change_webhook_endpoint" => json!({ "description": "of another" }),
        "change_channel" => json!({ "label": "of another", "settings": {} }),
        "open_transaction" => json!({ "method": "GCASH", "version": 1 }),
        "say_who_pays" => json!({ "code": "of another" }),
        _ => json!({}),
    }
}

/// A call that takes an id, by one of those that it takes.
struct Taking {
    call: String,
    method: Method,
    path: String,
    /// Where the id stands: in the address, in its query or in the body.
    at: At,
    name: String,
    is_list: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum At {
    Path,
    Query,
    Body,
}

impl Taking {
    /// The request with these ids in it.
    fn with(&self, id: impl Fn(&str) -> String) -> (String, Value) {
        let (mut path, mut body) = (self.path.clone(), besides(&self.call));
        while let Some((before, rest)) = path.clone().split_once('{') {
            let (name, after) = rest.split_once('}').unwrap();
            path = format!("{before}{}{after}", id(name));
        }
        match self.at {
            At::Path => {}
            At::Query => path = format!("{path}?{}={}", self.name, id(&self.name)),
            At::Body => body[&self.name] = json!(id(&self.name)),
        }
        (path, body)
    }

    async fn send(&self, app: &TestApp, key: &str, (path, body): (String, Value)) -> Reply {
        let asked = ask(app, self.method.clone(), &path).by(key);
        match body.as_object().is_some_and(|fields| !fields.is_empty()) {
            true => asked.json(&body).send().await,
            false => asked.send().await,
        }
    }
}

/// Every call that is proved by this kind of key, once for each id that it takes.
fn taking(key: &str) -> Vec<Taking> {
    let mut all = Vec::new();
    for (method, path, call) in calls() {
        if call.pointer(&format!("/security/0/{key}")).is_none() {
            continue;
        }
        let name = call["operationId"].as_str().unwrap().to_owned();
        let is_id = |id: &String| {
            let is_own =
                OWN.iter().any(|(call, own)| own == id && (call.is_empty() || *call == name));
            (id.ends_with("_id") || id == "cursor") && !is_own
        };
        let given = call["parameters"].as_array().cloned().unwrap_or_default();
        let named = |place: &str| -> Vec<String> {
            let there = given.iter().filter(|one| one["in"] == place);
            there.map(|one| one["name"].as_str().unwrap().to_owned()).collect()
        };
        let fields = properties(&call["requestBody"]["content"]["application/json"]["schema"]);
        let mut add = |at, id: String| {
            let (call, method, path) = (name.clone(), method.clone(), path.clone());
            all.push(Taking {
                is_list: name.starts_with("list_"),
                call,
                method,
                path,
                at,
                name: id,
            });
        };
        if let Some(last) = named("path").pop() {
            add(At::Path, last);
            continue;
        }
        named("query").into_iter().filter(&is_id).for_each(|id| add(At::Query, id));
        fields.into_iter().map(|(id, _)| id).filter(&is_id).for_each(|id| add(At::Body, id));
    }
    all
}

/// What the owner keeps that no row counted tells of: its settings, keys, endpoints, accounts and codes.
async fn things(app: &TestApp) -> Vec<String> {
    let mut found = Vec::new();
    for path in
        ["/v1/merchant", "/v1/merchant/keys", "/v1/webhook_endpoints", "/v1/channels", "/v1/codes"]
    {
        let answer = app.call(Method::GET, path, Some(KEY), &[], None).await;
        assert_eq!(answer.status, 200, "{path}");
        found.push(answer.body["data"].to_string());
    }
    found
}

on_both! {
    async fn a_foreign_id_is_answered_as_one_that_nobody_has_at_every_address(app: TestApp) {
        app.has_no_merchants_book("its endpoints get other secrets and are deleted, as every call with an id is made");
        group(app).await;
        let ids = Ids::of(app).await;
        let all = taking("secret_key");
        assert!(all.len() > 45, "{}", all.len());
        let rows = app.rows().await;
        let things = things(app).await;
        let mut unknown = Vec::new();
        for taking in &all {
            let is_organisations = taking.path.starts_with("/v1/organisation");
            let key = if is_organisations { GROUP_KEY } else { OTHER_KEY };
            let request = taking.with(|name| ids.of_call(&taking.call, name));
            let foreign = taking.send(app, key, request).await;
            let nobody = taking.with(|name| nobodys(&ids.of_call(&taking.call, name)));
            let nobody = taking.send(app, key, nobody).await;
            let what = format!("{} by {}: {}", taking.call, taking.name, foreign.text());
            assert_eq!(foreign.status, if taking.is_list { 200 } else { 404 }, "{what}");
            assert_eq!((foreign.status, foreign.text()), (nobody.status, nobody.text()), "{what}");
            unknown.push(nobody.text());
        }
        assert_eq!(app.rows().await, rows, "something was done");
        assert_eq!(self::things(app).await, things, "something was changed");
        // To whom it belongs each is something: nothing was shown by ids that nobody has. What ends them comes last.
        let mut own: Vec<_> = all.iter().zip(unknown).collect();
        own.sort_by_key(|(taking, _)| taking.method == Method::DELETE);
        for (taking, unknown) in own {
            if taking.name == "cursor" || taking.path.starts_with("/v1/organisation") {
                continue;
            }
            let request = taking.with(|name| ids.of_call(&taking.call, name));
            let answer = taking.send(app, KEY, request).await;
            assert_ne!(answer.text(), unknown, "{} by {}", taking.call, taking.name);
            assert_ne!(answer.status, 404, "{} by {}: {}", taking.call, taking.name, answer.text());
        }
    }

    async fn a_shoppers_token_opens_one_session_and_what_is_in_it(app: TestApp) {
        let ids = Ids::of(app).await;
        let request = app.request("PHP", "25000");
        let mut request = request.as_object().unwrap().clone();
        request.remove("merchant_id");
        let made = post(app, "/v1/sessions").by(OTHER_KEY).json(&request.into()).send().await.data();
        let (own, token) = (made["session_id"].as_str().unwrap(), made["client_token"].as_str().unwrap());
        let all = taking("client_token");
        assert!(all.len() >= 6, "{}", all.len());
        for taking in all {
            let foreign = taking.with(|name| ids.of_call(&taking.call, name));
            let nobody = taking.with(|name| nobodys(&ids.of_call(&taking.call, name)));
            let answers = [taking.send(app, token, foreign).await, taking.send(app, token, nobody).await];
            assert_eq!((answers[0].status, answers[0].code().as_str()), (401, "WRONG_KEY"), "{}", taking.call);
            assert_eq!(answers[0].text(), answers[1].text(), "{}", taking.call);
            // A payment of somebody else's under one's own session.
            if taking.name == "order_id" {
                let mixed = |order: &str| taking.with(|name| if name == "session_id" { own.to_owned() } else { order.to_owned() });
                let order = ids.of_call(&taking.call, "order_id");
                let answers = [taking.send(app, token, mixed(&order)).await, taking.send(app, token, mixed(&nobodys(&order))).await];
                assert_eq!(answers[0].status, 404, "{}: {}", taking.call, answers[0].text());
                assert_eq!(answers[0].text(), answers[1].text(), "{}", taking.call);
            }
        }
    }

    async fn whoever_asks_for_their_own_is_told_nothing_of_others(app: TestApp) {
        Ids::of(app).await;
        for (path, none) in [
            ("/v1/codes", json!({ "codes": [] })), ("/v1/reversals", json!({ "reversals": [] })),
            ("/v1/deliveries", json!({ "deliveries": [] })), ("/v1/channels", json!({ "channels": [] })),
            ("/v1/webhook_endpoints", json!({ "endpoints": [] })),
        ] {
            let told = get(app, path).by(OTHER_KEY).send().await.data();
            let name = none.as_object().unwrap().keys().next().unwrap();
            assert_eq!(told[name], none[name], "{path}: {told}");
        }
        assert_eq!(get(app, "/v1/merchant").by(OTHER_KEY).send().await.data()["merchant_id"], OTHER_MERCHANT);
        assert_eq!(get(app, "/v1/merchant/keys").by(OTHER_KEY).send().await.data().as_array().unwrap().len(), 1);
    }
}
