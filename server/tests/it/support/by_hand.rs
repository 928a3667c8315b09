//! What a person is to send back: between banks nothing goes back by itself.

use reqwest::Method;
use serde_json::{Value, json};

use super::{Answer, TestApp};

impl TestApp {
    /// Every return that waits for a person.
    pub async fn waits_for_people(&self) -> Vec<Value> {
        let answer = self.merchant(Method::GET, "/v1/reversals?status=MANUAL", None).await;
        answer.data()["reversals"].as_array().cloned().unwrap_or_default()
    }

    /// The same as soon as there are so many: of which kinds, and how much.
    pub async fn to_be_sent_back(&self, how_many: usize) -> Vec<(String, String)> {
        self.until("a person is asked", async || self.waits_for_people().await.len() == how_many)
            .await;
        let text = |row: &Value, name: &str| row[name].as_str().unwrap_or_default().to_owned();
        let found = self.waits_for_people().await;
        found.iter().map(|row| (text(row, "refund_kind"), text(row, "refund_amount"))).collect()
    }

    /// A person has sent the only one back.
    pub async fn a_person_sends_it_back(&self) -> Answer {
        let found = self.waits_for_people().await;
        let path = format!("/v1/reversals/{}/resolve", found[0]["refund_id"].as_str().unwrap());
        let said = json!({ "outcome": "RETURNED", "note": "by hand" });
        self.merchant(Method::POST, &path, Some(said)).await
    }
}

/// What [`TestApp::to_be_sent_back`] tells of a single one.
pub fn one(kind: &str, amount: &str) -> Vec<(String, String)> {
    vec![(kind.to_owned(), amount.to_owned())]
}
