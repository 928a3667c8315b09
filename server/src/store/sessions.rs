//! Sessions.

use florin_shared::{MerchantId, Money, SessionId};

use super::orders::{Event, Locked, money, word};
use super::sql::row;
use super::{StoreError, Tx};
use crate::clock::Millis;
use crate::domain::session::{Session, SessionState};

row! {
    /// A session's columns.
    pub struct SessionRow {
        pub session_id: String, pub merchant_id: String, pub trans_id: String, pub state: String,
        pub closing_to: String, pub amount: i64, pub currency: String, pub mode: String, pub country: String,
        pub locale: String, pub return_url: String, pub notify_url: String, pub goods: String,
        pub fingerprint: String, pub expire_text: String, pub shown: i64, pub created_ms: i64, pub expire_ms: i64,
        pub ended_ms: Option<i64>, pub appearance: String, pub cancel_url: String,
    }
}

impl TryFrom<SessionRow> for Session {
    type Error = StoreError;

    fn try_from(row: SessionRow) -> Result<Session, StoreError> {
        Ok(Session {
            id: word(&row.session_id, "session_id")?,
            merchant: word(&row.merchant_id, "merchant_id")?,
            state: word(&row.state, "a session's state")?,
            closing_to: match row.closing_to.as_str() {
                "" => None,
                text => Some(word(text, "a session's state")?),
            },
            amount: money(row.amount, &row.currency)?,
            trans_id: row.trans_id,
            mode: row.mode,
            country: row.country,
            locale: row.locale,
            return_url: row.return_url,
            cancel_url: row.cancel_url,
            notify_url: row.notify_url,
            goods: row.goods,
            fingerprint: row.fingerprint,
            expire_text: row.expire_text,
            shown: row.shown,
            created: row.created_ms,
            expires: row.expire_ms,
            ended: row.ended_ms,
            appearance: row.appearance,
        })
    }
}

fn session(row: Option<SessionRow>) -> Result<Option<Session>, StoreError> {
    row.map(Session::try_from).transpose()
}

/// The session of that id.
pub async fn get(tx: &mut Tx, id: &SessionId) -> Result<Option<Session>, StoreError> {
    session(tx.sql("select * from session where session_id = $1").bind(id.as_str()).one().await?)
}

/// The session of that id, if it is this merchant's: a foreign one costs exactly what an unknown one does.
pub async fn of_merchant(
    tx: &mut Tx,
    merchant: &MerchantId,
    id: &SessionId,
) -> Result<Option<Session>, StoreError> {
    session(
        tx.sql("select * from session where session_id = $1 and merchant_id = $2")
            .bind(id.as_str())
            .bind(merchant.as_str())
            .one()
            .await?,
    )
}

/// The session that tells how an order stands: the paid one, else the one that is open, else the newest.
pub async fn telling(
    tx: &mut Tx,
    merchant: &MerchantId,
    trans_id: &str,
) -> Result<Option<Session>, StoreError> {
    session(
        tx.sql(
            "select * from session where merchant_id = $1 and trans_id = $2
              order by case state when 'PAID' then 0 when 'OPEN' then 1 when 'CLOSING' then 1 else 2 end,
                       created_ms desc, session_id desc limit 1",
        )
        .bind(merchant.as_str())
        .bind(trans_id)
        .one()
        .await?,
    )
}

/// Writes a new session down.
pub async fn add(tx: &mut Tx, order: &mut Locked, session: &Session) -> Result<(), StoreError> {
    tx.sql(
        "insert into session (session_id, merchant_id, trans_id, state, closing_to, amount, currency, mode, country,
           locale, return_url, notify_url, goods, fingerprint, expire_text, shown, created_ms, expire_ms,
           appearance, cancel_url)
         values ($1, $2, $3, $4, '', $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)",
    )
    .bind(session.id.as_str())
    .bind(session.merchant.as_str())
    .bind(&session.trans_id)
    .bind(session.state.as_str())
    .bind(session.amount.minor())
    .bind(session.amount.currency().to_string())
    .bind(&session.mode)
    .bind(&session.country)
    .bind(&session.locale)
    .bind(&session.return_url)
    .bind(&session.notify_url)
    .bind(&session.goods)
    .bind(&session.fingerprint)
    .bind(&session.expire_text)
    .bind(session.shown)
    .bind(session.created)
    .bind(session.expires)
    .bind(&session.appearance)
    .bind(&session.cancel_url)
    .later()
    .await?;
    let event = Event {
        session: &session.id,
        payment: None,
        kind: "SESSION",
        from: "",
        to: session.state.as_str(),
        at: session.created,
    };
    order.log(tx, event).await?;
    Ok(())
}

/// Moves a session on, with its line in the log.
pub async fn turn(
    tx: &mut Tx,
    order: &mut Locked,
    session: &mut Session,
    state: SessionState,
    closing_to: Option<SessionState>,
    at: Millis,
) -> Result<(), StoreError> {
    let from = session.state;
    let ended = state.is_over().then_some(at);
    tx.sql(
        "update session set state = $3, closing_to = $4, ended_ms = $5
          where session_id = $1 and state = $2",
    )
    .bind(session.id.as_str())
    .bind(from.as_str())
    .bind(state.as_str())
    .bind(closing_to.map_or("", SessionState::as_str))
    .bind(ended)
    .later_one(session.id.as_str(), "a session under its order's lock")
    .await?;
    session.state = state;
    session.closing_to = closing_to;
    session.ended = ended;
    let event = Event {
        session: &session.id,
        payment: None,
        kind: "SESSION",
        from: from.as_str(),
        to: state.as_str(),
        at,
    };
    order.log(tx, event).await?;
    Ok(())
}

/// Writes down what the merchant changed of an open session (D10), with its line in the log.
pub async fn change(
    tx: &mut Tx,
    order: &mut Locked,
    session: &Session,
    from: Money,
    at: Millis,
) -> Result<(), StoreError> {
    tx.sql("update session set amount = $2, goods = $3, shown = $4 where session_id = $1 and state = 'OPEN'")
        .bind(session.id.as_str())
        .bind(session.amount.minor())
        .bind(&session.goods)
        .bind(session.shown)
        .later()
        .await?;
    let (from, to) = (from.minor().to_string(), session.amount.minor().to_string());
    let event =
        Event { session: &session.id, payment: None, kind: "CHANGE", from: &from, to: &to, at };
    order.log(tx, event).await?;
    Ok(())
}

/// Where a session stands among those whose time is up.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// When its time was up.
    pub expires: Millis,
    /// `CS…`, or empty: before every session of that time.
    pub session: String,
}

/// Open sessions whose time is up, oldest first, from behind that place on.
pub async fn due(
    tx: &mut Tx,
    now: Millis,
    after: &Place,
    most: i64,
) -> Result<Vec<Place>, StoreError> {
    let rows: Vec<(i64, String)> = tx
        .sql(
            "select expire_ms, session_id from session where state = 'OPEN' and expire_ms <= $1
                and expire_ms >= $2 and (expire_ms > $2 or session_id > $3)
                and not exists (select 1 from payment p where p.session_id = session.session_id
                                   and p.confirming = 1 and p.state = 'PROCESSING')
              order by expire_ms, session_id limit $4",
        )
        .bind(now)
        .bind(after.expires)
        .bind(after.session.clone())
        .bind(most)
        .all()
        .await?;
    Ok(rows.into_iter().map(|(expires, session)| Place { expires, session }).collect())
}

/// Every session of an order, oldest first.
pub(super) const OF_ORDER: &str = "select * from session where merchant_id = $1 and trans_id = $2 order by created_ms, session_id";
