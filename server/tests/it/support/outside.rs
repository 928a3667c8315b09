//! The outside world: the payer's wallet, the channel's faults and its own book.

use serde_json::{Value, json};

use super::TestApp;
use super::answer::{Answer, answer};

impl TestApp {
    pub async fn wallet(&self, code: &str, action: &str) -> Answer {
        let request = self
            .http
            .post(format!("{}/wallet", self.sandbox))
            .json(&json!({ "code": code, "action": action }));
        answer(request).await
    }

    pub async fn fault(&self, rule: Value) {
        let made = answer(self.http.post(format!("{}/faults", self.sandbox)).json(&rule)).await;
        assert_eq!(made.status, 201, "{}", made.body);
    }

    /// What the sandbox's own book says of every payment.
    pub async fn book(&self) -> Vec<Value> {
        let answer = answer(self.http.get(format!("{}/book", self.sandbox))).await;
        answer.body["payments"].as_array().cloned().unwrap_or_default()
    }

    /// The channel's own word for one of our numbers.
    pub async fn book_says(&self, order_id: &str) -> String {
        let book = self.book().await;
        let row = book.iter().find(|row| row["paymentRequestId"] == order_id);
        row.and_then(|row| row["status"].as_str()).unwrap_or_default().to_owned()
    }

    /// Smallest units that the channel holds for one of our numbers.
    pub async fn held(&self, order_id: &str) -> i64 {
        let book = self.book().await;
        let Some(row) = book.iter().find(|row| row["paymentRequestId"] == order_id) else {
            return 0;
        };
        let number = |name: &str| row[name].as_i64().unwrap_or_default();
        number("captured") - number("refunded") - number("cancelled_after_capture")
    }
}
