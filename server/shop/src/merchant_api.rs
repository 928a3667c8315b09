//! Florin's merchant API, as any merchant calls it: HTTP, JSON and a secret key.
//!
//! A word the shop does not know is `Unknown` and never read as paid.

use std::time::Duration;

use reqwest::{Client, Method, RequestBuilder};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// One cashier page.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Session {
    pub(crate) session_id: String,
    pub(crate) trans_id: String,
    pub(crate) status: SessionStatus,
    pub(crate) amount: String,
    pub(crate) currency: String,
    pub(crate) session_url: String,
    pub(crate) client_token: Option<String>,
}

/// Where a session stands. Only `Success` means: ship.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum SessionStatus {
    Processing,
    Success,
    Cancelled,
    Expired,
    #[serde(other)]
    Unknown,
}

/// One attempt to pay.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Transaction {
    pub(crate) order_id: String,
    pub(crate) status: TransactionStatus,
    /// Whether this is the payment that counts; a second success is given back.
    #[serde(default)]
    pub(crate) accepted: bool,
    #[serde(default)]
    pub(crate) payment_method: String,
    #[serde(default)]
    pub(crate) refunded_amount: String,
    pub(crate) pay_finish_time: Option<String>,
}

/// How an attempt stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum TransactionStatus {
    Processing,
    Authorized,
    Success,
    Fail,
    Cancelled,
    #[serde(other)]
    Unknown,
}

/// The body of Create Session.
#[derive(Debug, Serialize)]
pub(crate) struct CreateSession {
    pub(crate) merchant_id: String,
    pub(crate) payment_type: &'static str,
    pub(crate) authorisation_type: &'static str,
    pub(crate) capture_method: &'static str,
    pub(crate) session_mode: &'static str,
    pub(crate) trans_id: String,
    pub(crate) expire_time: String,
    pub(crate) display_locale: &'static str,
    pub(crate) currency: &'static str,
    pub(crate) amount: String,
    pub(crate) goods: Vec<Good>,
    pub(crate) bill: Bill,
    pub(crate) return_url: String,
    pub(crate) notify_url: String,
}

/// A line of the basket, as Florin shows it.
#[derive(Debug, Serialize)]
pub(crate) struct Good {
    pub(crate) name: &'static str,
    pub(crate) quantity: u32,
    pub(crate) unit_amount: String,
}

/// Where the buyer lives; some methods are offered by country.
#[derive(Debug, Serialize)]
pub(crate) struct Bill {
    pub(crate) country: &'static str,
}

/// Why the API gave no answer that helps. Each is a sentence for a person.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ApiError {
    /// Nothing is known: it may have been done.
    #[error("The checkout does not answer. Please try again in a moment.")]
    NoAnswer,
    #[error("The checkout refused: {sentence} ({code})")]
    Refused { status: u16, code: String, sentence: String },
    #[error("The checkout's answer cannot be read.")]
    Unreadable,
}

#[derive(Deserialize)]
struct Envelope<T> {
    ret_code: String,
    ret_msg: String,
    data: Option<T>,
}

/// The way to the API.
pub(crate) struct MerchantApi {
    http: Client,
    base: String,
    key: String,
}

impl MerchantApi {
    pub(crate) fn new(base: &str, key: &str) -> MerchantApi {
        let http = Client::builder()
            .connect_timeout(Duration::from_secs(3))
            .timeout(Duration::from_secs(10))
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .expect("a client without certificates of its own can always be made");
        MerchantApi { http, base: base.trim_end_matches('/').into(), key: key.into() }
    }

    /// Creates a session. Asks a second time when no answer came: the same key and body make the same session.
    pub(crate) async fn create_session(&self, order: &CreateSession) -> Result<Session, ApiError> {
        let key = format!("\"{}\"", order.trans_id);
        let request =
            || self.call(Method::POST, "/v1/sessions").header("idempotency-key", &key).json(order);
        match answer(request()).await {
            Err(ApiError::NoAnswer) => answer(request()).await,
            answered => answered,
        }
    }

    pub(crate) async fn session(&self, session_id: &str) -> Result<Session, ApiError> {
        answer(self.call(Method::GET, &format!("/v1/sessions?session_id={session_id}"))).await
    }

    /// Closes a session: nothing new is opened. While a code was open its status stays `PROCESSING` until the channel has said
    /// what became of it; a payment that was approved before is kept. Only another status is the end.
    pub(crate) async fn close(&self, session_id: &str) -> Result<Session, ApiError> {
        answer(self.call(Method::POST, &format!("/v1/sessions/{session_id}/close"))).await
    }

    /// The transaction that counts, or the newest one; `None` if the shopper never tried to pay.
    pub(crate) async fn transaction(
        &self,
        session_id: &str,
    ) -> Result<Option<Transaction>, ApiError> {
        let path = format!("/v1/transactions?session_id={session_id}");
        match answer(self.call(Method::GET, &path)).await {
            Ok(transaction) => Ok(Some(transaction)),
            Err(ApiError::Refused { status: 404, .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn call(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.base)).bearer_auth(&self.key)
    }
}

async fn answer<T: DeserializeOwned>(request: RequestBuilder) -> Result<T, ApiError> {
    let response = request.send().await.map_err(no_answer)?;
    let status = response.status();
    let body = response.bytes().await.map_err(no_answer)?;
    if status.is_server_error() {
        // A gateway's page or a server in trouble: what was asked may have been done.
        tracing::warn!(%status, "the checkout is in trouble");
        return Err(ApiError::NoAnswer);
    }
    let envelope: Envelope<T> = serde_json::from_slice(&body).map_err(unreadable)?;
    match envelope.data {
        Some(data) if status.is_success() => Ok(data),
        _ => Err(ApiError::Refused {
            status: status.as_u16(),
            code: envelope.ret_code,
            sentence: envelope.ret_msg,
        }),
    }
}

fn no_answer(error: reqwest::Error) -> ApiError {
    tracing::warn!(%error, "the checkout does not answer");
    ApiError::NoAnswer
}

fn unreadable(error: serde_json::Error) -> ApiError {
    tracing::warn!(%error, "the checkout's answer cannot be read");
    ApiError::Unreadable
}
