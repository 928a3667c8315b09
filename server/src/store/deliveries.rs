//! Deliveries as the merchant sees them: pages, newest first, with every try.

use florin_shared::{DeliveryId, EndpointId, MerchantId, PaymentId, SessionId};

use super::sql::row;
use super::{StoreError, Tx};
use crate::domain::webhook::DeliveryState;

row! {
    /// A delivery's columns.
    pub struct DeliveryRow {
        pub delivery_id: String, pub message_id: String, pub endpoint_id: String, pub url: String,
        pub kind: String, pub trans_id: String, pub session_id: String, pub order_id: String, pub seq: i64,
        pub state: String, pub tries: i64, pub next_ms: i64, pub created_ms: i64, pub done_ms: Option<i64>,
        pub body: String,
    }
}

row! {
    /// A try's columns.
    pub struct TryRow {
        pub number: i64, pub at_ms: i64, pub took_ms: i64, pub status: Option<i64>, pub error: String,
        pub excerpt: String, pub next_ms: Option<i64>,
    }
}

/// Which deliveries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Of {
    /// All of the merchant's.
    Merchant,
    /// One endpoint's.
    Endpoint(EndpointId),
    /// One order's.
    Order(String),
    /// One session's.
    Session(SessionId),
    /// One transaction's.
    Payment(PaymentId),
}

/// Which page of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Which.
    pub of: Of,
    /// Only these, if said.
    pub state: Option<DeliveryState>,
    /// Only older ones than this, if said.
    pub before: Option<DeliveryId>,
    /// How many.
    pub most: i64,
}

/// Written once: what is asked for, what narrows it, and the page.
macro_rules! page {
    ($which:literal) => {
        concat!(
            "select delivery_id, message_id, endpoint_id, url, kind, trans_id, session_id, order_id, seq, state, tries,
                    next_ms, created_ms, done_ms, body
               from outbox where merchant_id = $1 and ",
            $which,
            " and ($3 = '' or state = $3) and delivery_id < $4 order by delivery_id desc limit $5"
        )
    };
}

/// A page, newest first.
pub async fn page(
    tx: &mut Tx,
    merchant: &MerchantId,
    page: Page,
) -> Result<Vec<DeliveryRow>, StoreError> {
    let (text, which) = match page.of {
        Of::Merchant => (page!("$2 = ''"), String::new()),
        Of::Endpoint(id) => {
            (page!("endpoint_id = $2 and endpoint_id <> 'notify_url'"), id.to_string())
        }
        Of::Order(trans_id) => (page!("trans_id = $2"), trans_id),
        Of::Session(id) => (
            page!(
                "trans_id = (select s.trans_id from session s where s.session_id = $2) and session_id = $2"
            ),
            id.to_string(),
        ),
        Of::Payment(id) => (
            page!(
                "trans_id = (select p.trans_id from payment p where p.payment_id = $2) and order_id = $2"
            ),
            id.to_string(),
        ),
    };
    tx.sql(text)
        .bind(merchant.as_str())
        .bind(which)
        .bind(page.state.map_or("", DeliveryState::as_str))
        // Every id is smaller: its digits end before the z.
        .bind(page.before.map_or_else(|| "WDz".to_owned(), |id| id.to_string()))
        .bind(page.most)
        .all()
        .await
}

/// A merchant's delivery.
pub async fn get(
    tx: &mut Tx,
    merchant: &MerchantId,
    id: &DeliveryId,
) -> Result<Option<DeliveryRow>, StoreError> {
    tx
        .sql(
            "select delivery_id, message_id, endpoint_id, url, kind, trans_id, session_id, order_id, seq, state, tries,
                    next_ms, created_ms, done_ms, body
               from outbox where delivery_id = $1 and merchant_id = $2",
        )
        .bind(id.as_str())
        .bind(merchant.as_str())
        .one()
        .await
}

/// Every try of a delivery, oldest first.
pub async fn tries(tx: &mut Tx, delivery: &str) -> Result<Vec<TryRow>, StoreError> {
    tx.sql(
        "select number, at_ms, took_ms, status, error, excerpt, next_ms from delivery_try
              where delivery_id = $1 order by number",
    )
    .bind(delivery.to_owned())
    .all()
    .await
}
