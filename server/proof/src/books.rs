//! Two of the three books: what the server has stored, and what the sandbox has written down.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context;
use florin_server::store::Store;
use florin_server::store::retention::FORGOTTEN;
use serde_json::Value;

/// A payment as the server stores it.
#[derive(Clone, Debug)]
pub struct Payment {
    /// By which merchants and shoppers know it.
    pub id: String,
    /// What the channel sees.
    pub request: String,
    /// The merchant's number of the order.
    pub order: String,
    /// `CS…`.
    pub session: String,
    /// NONE, ACCEPTED or SURPLUS.
    pub role: String,
    /// Of the channel's money, in the smallest unit.
    pub currency: String,
    /// What was taken, as the channel confirmed it.
    pub got: i64,
    /// What went back, as the channel confirmed it.
    pub returned: i64,
    /// What a person has returned by another road, or kept: the channel goes on holding it.
    pub by_hand: i64,
    /// What a person has yet to see to: the channel refused to give it back.
    pub left: i64,
}

/// The server's database.
#[derive(Clone, Debug, Default)]
pub struct Stored {
    /// By request id.
    pub payments: BTreeMap<String, Payment>,
    /// By id: order and state.
    pub sessions: BTreeMap<String, (String, String)>,
    /// Refunds and reversals by id: the merchant's own number, state.
    pub refunds: BTreeMap<String, (String, String)>,
    /// By message id: what became of it, for each address.
    pub messages: BTreeMap<String, Vec<String>>,
    /// Messages may have been forgotten, as old ones are.
    pub has_forgotten: bool,
    /// What came in and names no payment, in the smallest unit: a person sees to it, or has said which payment is meant.
    pub strays: Vec<i64>,
    /// The payments, by request id, that are such a credit: the bank does not know them by that.
    pub assigned: BTreeSet<String>,
}

impl Stored {
    /// Reads it; changes nothing.
    pub async fn read(store: &Store) -> anyhow::Result<Stored> {
        Ok(Stored {
            payments: payments(store).await?,
            sessions: pairs(store, "select session_id, trans_id, state from session").await?,
            refunds: pairs(store, "select reversal_id, refund_trans_id, state from reversal")
                .await?,
            messages: messages(store).await?,
            has_forgotten: has_forgotten(store).await?,
            strays: strays(store).await?,
            assigned: assigned(store).await?,
        })
    }

    /// The same for a story in which a return ends with a person on purpose. Elsewhere money that the channel holds and nobody counts is wrong,
    /// whoever is to see to it.
    #[must_use]
    pub fn left_to_people(mut self) -> Stored {
        for payment in self.payments.values_mut() {
            payment.by_hand += payment.left;
        }
        self
    }
}

async fn strays(store: &Store) -> anyhow::Result<Vec<i64>> {
    let sql = "select amount from credit where state in ('STRAY', 'NAMED', 'FOREIGN') or source = 'PERSON'";
    let rows: Vec<(i64,)> = store.read().await?.sql(sql).all().await?;
    Ok(rows.into_iter().map(|(amount,)| amount).collect())
}

async fn assigned(store: &Store) -> anyhow::Result<BTreeSet<String>> {
    let sql = "select request_id from credit where source = 'PERSON' and request_id <> ''";
    let rows: Vec<(String,)> = store.read().await?.sql(sql).all().await?;
    Ok(rows.into_iter().map(|(request_id,)| request_id).collect())
}

async fn payments(store: &Store) -> anyhow::Result<BTreeMap<String, Payment>> {
    type Row = (String, String, String, String, String, String, i64, i64, i64, i64);
    let rows: Vec<Row> = store
        .read()
        .await?
        .sql(
            "select p.payment_id, p.request_id, p.trans_id, p.session_id, p.role, p.currency, coalesce(p.got_amount, 0),
                    cast(coalesce(sum(case when r.state = 'SUCCESS' and r.outcome = '' then r.amount else 0 end), 0) as bigint),
                    cast(coalesce(sum(case when r.outcome <> '' then r.amount else 0 end), 0) as bigint),
                    cast(coalesce(sum(case when r.outcome = '' and r.state = 'MANUAL' then r.amount else 0 end), 0) as bigint)
               from payment p left join reversal r on r.payment_id = p.payment_id
              group by p.payment_id, p.request_id, p.trans_id, p.session_id, p.role, p.currency, p.got_amount",
        )
        .all()
        .await?;
    let named =
        |(id, request, order, session, role, currency, got, returned, by_hand, left): Row| {
            let payment = Payment {
                id,
                request,
                order,
                session,
                role,
                currency,
                got,
                returned,
                by_hand,
                left,
            };
            (payment.request.clone(), payment)
        };
    Ok(rows.into_iter().map(named).collect())
}

async fn pairs(
    store: &Store,
    sql: &'static str,
) -> anyhow::Result<BTreeMap<String, (String, String)>> {
    let rows: Vec<(String, String, String)> = store.read().await?.sql(sql).all().await?;
    Ok(rows.into_iter().map(|(id, first, second)| (id, (first, second))).collect())
}

async fn messages(store: &Store) -> anyhow::Result<BTreeMap<String, Vec<String>>> {
    let rows: Vec<(String, String)> =
        store.read().await?.sql("select message_id, state from outbox").all().await?;
    let mut found = BTreeMap::<String, Vec<String>>::new();
    for (id, state) in rows {
        found.entry(id).or_default().push(state);
    }
    Ok(found)
}

async fn has_forgotten(store: &Store) -> anyhow::Result<bool> {
    let sql = "select value from setting where name = $1";
    let mark: Option<(String,)> = store.read().await?.sql(sql).bind(FORGOTTEN).one().await?;
    Ok(mark.is_some())
}

/// Who may sign for whom, as merchants were told: their own secrets, and their endpoints'. A merchant's sink that knows its own secrets needs none of these.
pub async fn secrets(store: &Store) -> anyhow::Result<Vec<String>> {
    let sql = "select webhook_secret from merchant union select secret from webhook_secret union select secret from notify_secret";
    let rows: Vec<(String,)> = store.read().await?.sql(sql).all().await?;
    Ok(rows.into_iter().map(|(secret,)| secret).collect())
}

/// A payment as the sandbox knows it.
#[derive(Clone, Debug)]
pub struct Held {
    /// Our request id.
    pub request: String,
    /// The payer's money that came, in the smallest unit.
    pub captured: i64,
    /// What of it was given back, by whatever road of the channel's.
    pub returned: i64,
}

/// What the sandbox's own book says of every payment; `sandbox` is its address.
pub async fn sandbox(http: &reqwest::Client, sandbox: &str) -> anyhow::Result<Vec<Held>> {
    let answer = http.get(format!("{sandbox}/book")).send().await?;
    let body: Value = serde_json::from_str(&answer.text().await?)?;
    let rows = body["payments"].as_array().context("this is not a sandbox's book")?;
    let held = |row: &Value| {
        let number = |name: &str| row[name].as_i64().unwrap_or_default();
        Held {
            request: row["paymentRequestId"].as_str().unwrap_or_default().to_owned(),
            captured: number("captured"),
            returned: number("refunded") + number("cancelled_after_capture"),
        }
    };
    Ok(rows.iter().map(held).collect())
}
