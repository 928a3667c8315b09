//! Merchants' webhook endpoints: their secrets, and who wanted to hear of what, when.

use florin_shared::{EndpointId, MerchantId};

use super::orders::word;
use super::sql::row;
use super::{StoreError, Tx};
use crate::clock::Millis;
use crate::domain::webhook::{EndpointState, Sessions, like};

row! {
    /// An endpoint's columns.
    pub struct EndpointRow {
        pub endpoint_id: String, pub merchant_id: String, pub url: String, pub description: String,
        pub types: String, pub sessions: String, pub state: String, pub created_ms: i64,
        pub failing_since_ms: Option<i64>, pub delivered_ms: Option<i64>,
    }
}

row! {
    /// An endpoint that is to hear of something.
    pub struct Listener {
        pub endpoint_id: String, pub url: String,
    }
}

/// An address of a merchant's that hears of events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// `WE…`.
    pub id: EndpointId,
    /// Whose.
    pub merchant: MerchantId,
    /// Where it is.
    pub url: String,
    /// The merchant's own words.
    pub description: String,
    /// Types, families such as `PAYMENT.*`, or `*`.
    pub types: Vec<String>,
    /// Of which sessions it hears.
    pub sessions: Sessions,
    /// Where it stands.
    pub state: EndpointState,
    /// When it was made.
    pub created: Millis,
    /// Since when every try has failed; nothing when it is well.
    pub failing_since: Option<Millis>,
    /// When it had taken a message last before it began to fail; [`with_last_delivery`] says it of one that is well.
    pub delivered: Option<Millis>,
}

impl TryFrom<EndpointRow> for Endpoint {
    type Error = StoreError;

    fn try_from(row: EndpointRow) -> Result<Endpoint, StoreError> {
        Ok(Endpoint {
            id: word(&row.endpoint_id, "endpoint_id")?,
            merchant: word(&row.merchant_id, "merchant_id")?,
            types: row.types.split(' ').map(str::to_owned).collect(),
            sessions: word(&row.sessions, "an endpoint's sessions")?,
            state: word(&row.state, "an endpoint's state")?,
            url: row.url,
            description: row.description,
            created: row.created_ms,
            failing_since: row.failing_since_ms,
            delivered: row.delivered_ms,
        })
    }
}

/// Writes a new endpoint down, with its secret.
pub async fn add(tx: &mut Tx, endpoint: &Endpoint, secret: String) -> Result<(), StoreError> {
    tx.sql(
        "insert into webhook_endpoint (endpoint_id, merchant_id, url, description, types, sessions, state, created_ms,
           changed_ms)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $8)",
    )
    .bind(endpoint.id.as_str())
    .bind(endpoint.merchant.as_str())
    .bind(&endpoint.url)
    .bind(&endpoint.description)
    .bind(endpoint.types.join(" "))
    .bind(endpoint.sessions.as_str())
    .bind(endpoint.state.as_str())
    .bind(endpoint.created)
    .execute()
    .await?;
    add_secret(tx, &endpoint.id, secret, String::new(), endpoint.created).await?;
    subscribe(tx, endpoint, endpoint.created).await
}

/// How many endpoints a merchant has.
pub async fn count(tx: &mut Tx, merchant: &MerchantId) -> Result<i64, StoreError> {
    let row: Option<(i64,)> = tx
        .sql("select count(*) from webhook_endpoint where merchant_id = $1 and state <> 'DELETED'")
        .bind(merchant.as_str())
        .one()
        .await?;
    Ok(row.map_or(0, |(count,)| count))
}

/// A merchant's endpoints, oldest first.
pub async fn of_merchant(tx: &mut Tx, merchant: &MerchantId) -> Result<Vec<Endpoint>, StoreError> {
    let rows: Vec<EndpointRow> = tx
        .sql(
            "select * from webhook_endpoint where merchant_id = $1 and state <> 'DELETED'
              order by created_ms, endpoint_id",
        )
        .bind(merchant.as_str())
        .all()
        .await?;
    rows.into_iter().map(Endpoint::try_from).collect()
}

/// The endpoint of that id, deleted or not.
pub async fn get(tx: &mut Tx, id: &EndpointId) -> Result<Option<Endpoint>, StoreError> {
    let row: Option<EndpointRow> = tx
        .sql("select * from webhook_endpoint where endpoint_id = $1")
        .bind(id.as_str())
        .one()
        .await?;
    row.map(Endpoint::try_from).transpose()
}

/// Locks a merchant's endpoint before it is changed. On PostgreSQL two changes at once would otherwise mix.
pub async fn lock(
    tx: &mut Tx,
    merchant: &MerchantId,
    id: &EndpointId,
    now: Millis,
) -> Result<Option<Endpoint>, StoreError> {
    let row: Option<EndpointRow> = tx
        .sql(
            "update webhook_endpoint set changed_ms = $3
              where endpoint_id = $1 and merchant_id = $2 and state <> 'DELETED' returning *",
        )
        .bind(id.as_str())
        .bind(merchant.as_str())
        .bind(now)
        .one()
        .await?;
    row.map(Endpoint::try_from).transpose()
}

/// The endpoint of that id, under its lock: whoever changes it now waits. Nothing of it is changed.
pub async fn hold_still(tx: &mut Tx, id: &EndpointId) -> Result<Option<Endpoint>, StoreError> {
    let row: Option<EndpointRow> = tx
        .sql("update webhook_endpoint set changed_ms = changed_ms where endpoint_id = $1 returning *")
        .bind(id.as_str())
        .one()
        .await?;
    row.map(Endpoint::try_from).transpose()
}

/// The newest message that it has taken. Quick while it is well, since then nothing newer waits for it.
macro_rules! newest_taken {
    () => {
        "(select o.done_ms from outbox o where o.endpoint_id = $1 and o.endpoint_id <> 'notify_url' and o.state = 'DONE'
           order by o.delivery_id desc limit 1)"
    };
}

/// The endpoint, and when it took a message last, as far back as deliveries are kept.
pub async fn with_last_delivery(tx: &mut Tx, endpoint: Endpoint) -> Result<Endpoint, StoreError> {
    if endpoint.failing_since.is_some() {
        return Ok(endpoint);
    }
    let row: Option<(Option<i64>,)> =
        tx.sql(concat!("select ", newest_taken!())).bind(endpoint.id.as_str()).one().await?;
    Ok(Endpoint { delivered: row.and_then(|(at,)| at), ..endpoint })
}

/// It has refused a message, or has not answered.
pub async fn fails(tx: &mut Tx, id: &EndpointId, since: Millis) -> Result<(), StoreError> {
    tx.sql(concat!(
        "update webhook_endpoint set failing_since_ms = $2, delivered_ms = ",
        newest_taken!(),
        " where endpoint_id = $1 and failing_since_ms is null"
    ))
    .bind(id.as_str())
    .bind(since)
    .execute()
    .await?;
    Ok(())
}

/// It has taken a message again.
pub async fn is_well(tx: &mut Tx, id: &EndpointId, at: Millis) -> Result<(), StoreError> {
    tx.sql(
        "update webhook_endpoint set failing_since_ms = null where endpoint_id = $1 and failing_since_ms <= $2",
    )
    .bind(id.as_str())
    .bind(at)
    .execute()
    .await?;
    Ok(())
}

/// Writes a changed endpoint back; when it wants something else from now on, that is a new subscription.
pub async fn save(
    tx: &mut Tx,
    before: &Endpoint,
    endpoint: &Endpoint,
    now: Millis,
) -> Result<(), StoreError> {
    tx.sql(
        "update webhook_endpoint set url = $2, description = $3, types = $4, sessions = $5, state = $6
          where endpoint_id = $1",
    )
    .bind(endpoint.id.as_str())
    .bind(&endpoint.url)
    .bind(&endpoint.description)
    .bind(endpoint.types.join(" "))
    .bind(endpoint.sessions.as_str())
    .bind(endpoint.state.as_str())
    .execute()
    .await?;
    let wants = |endpoint: &Endpoint| (endpoint.types.clone(), endpoint.sessions, endpoint.state);
    if wants(before) == wants(endpoint) {
        return Ok(());
    }
    tx.sql(
        "update webhook_subscription set until_ms = $2 where endpoint_id = $1 and until_ms is null",
    )
    .bind(endpoint.id.as_str())
    .bind(now)
    .execute()
    .await?;
    subscribe(tx, endpoint, now).await
}

async fn subscribe(tx: &mut Tx, endpoint: &Endpoint, now: Millis) -> Result<(), StoreError> {
    if endpoint.state != EndpointState::Enabled {
        return Ok(());
    }
    for pattern in &endpoint.types {
        tx.sql(
            "insert into webhook_subscription (merchant_id, endpoint_id, pattern, sessions, since_ms, until_ms)
             values ($1, $2, $3, $4, $5, null)",
        )
        .bind(endpoint.merchant.as_str())
        .bind(endpoint.id.as_str())
        .bind(like(pattern))
        .bind(endpoint.sessions.as_str())
        .bind(now)
        .execute()
        .await?;
    }
    Ok(())
}

/// Who is to hear of an event of this type, of a session with or without an address of its own.
pub async fn listening(
    tx: &mut Tx,
    merchant: &MerchantId,
    kind: &str,
    has_notify_url: bool,
) -> Result<Vec<Listener>, StoreError> {
    tx.sql(
        "select distinct e.endpoint_id, e.url from webhook_subscription w
               join webhook_endpoint e on e.endpoint_id = w.endpoint_id
              where w.merchant_id = $1 and w.until_ms is null and $2 like w.pattern
                and (w.sessions = 'ALL' or $3 = 0)
              order by e.endpoint_id",
    )
    .bind(merchant.as_str())
    .bind(kind.to_owned())
    .bind(i64::from(has_notify_url))
    .aside()
    .all()
    .await
}

/// A secret that is new.
pub struct NewSecret {
    /// `whsec_…`.
    pub secret: String,
    /// The idempotent request that made it, or empty.
    pub made_by: String,
    /// When.
    pub at: Millis,
    /// Until when the one before signs too.
    pub previous_until: Millis,
}

async fn add_secret(
    tx: &mut Tx,
    id: &EndpointId,
    secret: String,
    made_by: String,
    now: Millis,
) -> Result<(), StoreError> {
    tx.sql(
        "insert into webhook_secret (endpoint_id, secret, made_by, created_ms, until_ms) values ($1, $2, $3, $4, null)",
    )
    .bind(id.as_str())
    .bind(secret)
    .bind(made_by)
    .bind(now)
    .execute()
    .await?;
    Ok(())
}

/// A new secret. The one before signs too until then; earlier ones until they were promised to.
pub async fn rotate(tx: &mut Tx, id: &EndpointId, fresh: NewSecret) -> Result<(), StoreError> {
    tx.sql("delete from webhook_secret where endpoint_id = $1 and until_ms <= $2")
        .bind(id.as_str())
        .bind(fresh.at)
        .execute()
        .await?;
    tx.sql("update webhook_secret set until_ms = $2 where endpoint_id = $1 and until_ms is null")
        .bind(id.as_str())
        .bind(fresh.previous_until)
        .execute()
        .await?;
    add_secret(tx, id, fresh.secret, fresh.made_by, fresh.at).await
}

/// Puts another secret in the place of the one that the same idempotent request has made before: its answer was never
/// given. Says until when the one before that signs; nothing when there is none of this request.
pub async fn replace(
    tx: &mut Tx,
    id: &EndpointId,
    fresh: &NewSecret,
) -> Result<Option<Millis>, StoreError> {
    let replaced = tx
        .sql(
            "update webhook_secret set secret = $3
              where endpoint_id = $1 and made_by = $2 and made_by <> '' and until_ms is null",
        )
        .bind(id.as_str())
        .bind(fresh.made_by.clone())
        .bind(fresh.secret.clone())
        .execute()
        .await?;
    if replaced == 0 {
        return Ok(None);
    }
    let before: Option<(Option<i64>,)> = tx
        .sql(
            "select until_ms from webhook_secret where endpoint_id = $1 and until_ms is not null
              order by created_ms desc, until_ms desc limit 1",
        )
        .bind(id.as_str())
        .one()
        .await?;
    Ok(Some(before.and_then(|(until,)| until).unwrap_or(fresh.at)))
}

/// The secrets that sign now, the current one first.
pub async fn secrets(tx: &mut Tx, id: &EndpointId, now: Millis) -> Result<Vec<String>, StoreError> {
    let rows: Vec<(String,)> = tx
        .sql(
            "select secret from webhook_secret where endpoint_id = $1 and (until_ms is null or until_ms > $2)
              order by created_ms desc, until_ms is not null",
        )
        .bind(id.as_str())
        .bind(now)
        .all()
        .await?;
    Ok(rows.into_iter().map(|(secret,)| secret).collect())
}

/// A deleted endpoint signs nothing more.
pub async fn forget_secrets(tx: &mut Tx, id: &EndpointId) -> Result<(), StoreError> {
    tx.sql("delete from webhook_secret where endpoint_id = $1").bind(id.as_str()).execute().await?;
    Ok(())
}
