//! What comes back over HTTP.

use serde_json::Value;

/// An answer: HTTP status and the envelope.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub body: Value,
}

impl Answer {
    #[track_caller]
    pub fn data(&self) -> &Value {
        assert_eq!(self.status, 200, "{}", self.body);
        &self.body["data"]
    }

    pub fn code(&self) -> &str {
        self.body["ret_code"].as_str().unwrap_or_default()
    }

    pub fn field(&self) -> &str {
        self.body["field"].as_str().unwrap_or_default()
    }
}

pub async fn answer(request: reqwest::RequestBuilder) -> Answer {
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    let text = response.text().await.unwrap();
    Answer { status, body: serde_json::from_str(&text).unwrap_or(Value::String(text)) }
}

impl Answer {
    /// The sandbox's answer to a payer: it took the money.
    #[track_caller]
    pub fn is_paid(&self) {
        assert_eq!(
            (self.status, self.body["status"].as_str()),
            (200, Some("PAID")),
            "{}",
            self.body
        );
    }
}

/// The text in the code of an opened payment.
pub fn code(opened: &Answer) -> String {
    let action = &opened.data()["next_action"];
    let code = action["text"].as_str().or(action["url"].as_str());
    code.unwrap_or_else(|| panic!("no code: {}", opened.body)).to_owned()
}

/// The id of an opened payment.
pub fn order_id(opened: &Answer) -> String {
    opened.data()["order_id"].as_str().unwrap_or_default().to_owned()
}
