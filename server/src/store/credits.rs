//! What came into the merchant's own accounts. A row is written before anything is made of it, and nothing deletes one.

use florin_shared::Money;

use super::orders::{money, word};
use super::sql::row;
use super::{Sql, StoreError, Tx};
use crate::clock::Millis;
use crate::domain::credit::{Credit, CreditSource, CreditState};

row! {
    /// A credit's columns.
    pub struct CreditRow {
        pub channel: String, pub bank_id: String, pub reference: String, pub number: i64, pub amount: i64,
        pub currency: String, pub at_ms: i64, pub returned: i64, pub payer: String,
        pub state: String, pub request_id: String, pub note: String, pub heard_ms: i64, pub source: String,
        pub meant: String, pub place: i64,
    }
}

/// A credit as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Whose account.
    pub channel: String,
    /// What came in.
    pub credit: Credit,
    /// Who has the last word on it.
    pub source: CreditSource,
    /// Where it stands.
    pub state: CreditState,
    /// The reference that a person says is meant, or empty.
    pub meant: String,
    /// Our number of the payment that it is, or empty.
    pub request_id: String,
    /// A person's words, or empty.
    pub note: String,
    /// When it was first heard of.
    pub heard: Millis,
    /// Where it stands in its file, or 0.
    pub place: i64,
}

impl TryFrom<CreditRow> for Kept {
    type Error = StoreError;

    fn try_from(row: CreditRow) -> Result<Kept, StoreError> {
        let amount: Money = money(row.amount, &row.currency)?;
        Ok(Kept {
            credit: Credit {
                id: row.bank_id,
                reference: row.reference,
                number: u32::try_from(row.number).unwrap_or(0),
                amount,
                at: row.at_ms,
                returned: row.returned,
                payer: row.payer,
            },
            channel: row.channel,
            source: word(&row.source, "who tells of a credit")?,
            meant: row.meant,
            state: word(&row.state, "a credit's state")?,
            request_id: row.request_id,
            note: row.note,
            heard: row.heard_ms,
            place: row.place,
        })
    }
}

fn all(rows: Vec<CreditRow>) -> Result<Vec<Kept>, StoreError> {
    rows.into_iter().map(Kept::try_from).collect()
}

impl Sql<'_, '_> {
    /// Binds the next ten: a credit as its bank tells it, and when we heard of it.
    pub(super) fn bind_credit(self, channel: &str, credit: &Credit, now: Millis) -> Self {
        self.bind(channel.to_owned())
            .bind(credit.id.clone())
            .bind(credit.reference.clone())
            .bind(i64::from(credit.number))
            .bind(credit.amount.minor())
            .bind(credit.amount.currency().to_string())
            .bind(credit.at)
            .bind(credit.returned)
            .bind(credit.payer.clone())
            .bind(now)
    }
}

/// Writes a credit down, or, when the bank has told of it before, how much of it has gone back since.
pub async fn keep(
    tx: &mut Tx,
    channel: &str,
    credit: &Credit,
    now: Millis,
) -> Result<(), StoreError> {
    tx.sql(
        "insert into credit (channel, bank_id, reference, number, amount, currency, at_ms, returned, payer, state,
           request_id, note, heard_ms, changed_ms)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'NEW', '', '', $10, $10)
         on conflict (channel, bank_id) do update set returned = excluded.returned, changed_ms = excluded.changed_ms
           where excluded.returned > credit.returned",
    )
    .bind_credit(channel, credit, now)
    .execute()
    .await?;
    Ok(())
}

/// The credit of that number at its bank.
pub async fn get(tx: &mut Tx, channel: &str, id: &str) -> Result<Option<Kept>, StoreError> {
    let row: Option<CreditRow> = tx
        .sql("select * from credit where channel = $1 and bank_id = $2")
        .bind(channel.to_owned())
        .bind(id.to_owned())
        .one()
        .await?;
    row.map(Kept::try_from).transpose()
}

/// The same, and nobody else changes it before this unit ends.
pub async fn hold(tx: &mut Tx, (channel, id): (&str, &str)) -> Result<Option<Kept>, StoreError> {
    tx.sql("update credit set changed_ms = changed_ms where channel = $1 and bank_id = $2")
        .bind(channel.to_owned())
        .bind(id.to_owned())
        .execute()
        .await?;
    get(tx, channel, id).await
}

/// The credit is the payment of this number. False when it is one already, or another credit is.
pub async fn claim(
    tx: &mut Tx,
    (channel, id): (&str, &str),
    request_id: &str,
    now: Millis,
) -> Result<bool, StoreError> {
    let claimed = tx
        .sql(
            "update credit set request_id = $3, changed_ms = $4
              where channel = $1 and bank_id = $2 and request_id = '' and state = 'NEW'
                and not exists (select 1 from credit c where c.channel = $1 and c.request_id = $3 and c.request_id <> '')",
        )
        .bind(channel.to_owned())
        .bind(id.to_owned())
        .bind(request_id.to_owned())
        .bind(now)
        .execute()
        .await?;
    Ok(claimed == 1)
}

/// The credit that is the payment of this number, if one is.
pub async fn of_payment(
    tx: &mut Tx,
    channel: &str,
    request_id: &str,
) -> Result<Option<Kept>, StoreError> {
    let row: Option<CreditRow> = tx
        .sql("select * from credit where channel = $1 and request_id = $2 and request_id <> ''")
        .bind(channel.to_owned())
        .bind(request_id.to_owned())
        .one()
        .await?;
    row.map(Kept::try_from).transpose()
}

/// The bank's answer to a question is its last word on how much it was, as long as nothing counts by what was told before, and the
/// account's own statement has not said it.
pub async fn correct(tx: &mut Tx, channel: &str, credit: &Credit) -> Result<(), StoreError> {
    tx.sql(
        "update credit set amount = $3, currency = $4
          where channel = $1 and bank_id = $2 and state in ('NEW', 'NAMED') and source = 'CONNECTOR'
            and (amount <> $3 or currency <> $4)",
    )
    .bind(channel.to_owned())
    .bind(credit.id.clone())
    .bind(credit.amount.minor())
    .bind(credit.amount.currency().to_string())
    .execute()
    .await?;
    Ok(())
}

/// Says of a claimed credit whether its payment counts by it: whether `got` is what the payment took, and just what came in.
/// False when somebody has said meanwhile that it is no payment.
pub async fn judge(
    tx: &mut Tx,
    (channel, id): (&str, &str),
    got: Option<Money>,
    now: Millis,
) -> Result<bool, StoreError> {
    let judged = tx
        .sql(
            "update credit set changed_ms = $5, state = case
               when state = 'MATCHED' or (amount = $3 and currency = $4) then 'MATCHED' else 'NAMED' end
              where channel = $1 and bank_id = $2 and request_id <> '' and state in ('NEW', 'NAMED', 'MATCHED')",
        )
        .bind(channel.to_owned())
        .bind(id.to_owned())
        .bind(got.map_or(0, Money::minor))
        .bind(got.map(|got| got.currency().to_string()).unwrap_or_default())
        .bind(now)
        .execute()
        .await?;
    Ok(judged == 1)
}

/// What was to be taken in names nobody's payment, as it was read. What a file or a person has said of it since stays to be taken in.
pub async fn stray(tx: &mut Tx, read: &Kept, now: Millis) -> Result<(), StoreError> {
    tx.sql(
        "update credit set state = 'STRAY', changed_ms = $3
          where channel = $1 and bank_id = $2 and state = 'NEW' and request_id = '' and reference = $4 and meant = $5",
    )
    .bind(read.channel.clone())
    .bind(read.credit.id.clone())
    .bind(now)
    .bind(read.credit.reference.clone())
    .bind(read.meant.clone())
    .execute()
    .await?;
    Ok(())
}

/// A person says that one is no payment of ours. False when it does not wait for a person.
pub async fn foreign(
    tx: &mut Tx,
    (channel, id): (&str, &str),
    note: &str,
    now: Millis,
) -> Result<bool, StoreError> {
    let said = tx
        .sql(
            "update credit set state = 'FOREIGN', note = $3, changed_ms = $4
              where channel = $1 and bank_id = $2 and state in ('STRAY', 'NAMED')",
        )
        .bind(channel.to_owned())
        .bind(id.to_owned())
        .bind(note.to_owned())
        .bind(now)
        .execute()
        .await?;
    Ok(said == 1)
}

/// What is still to be taken in behind that one, oldest first: the lines of a file in their order, what a person has assigned, and what
/// a crash left.
pub async fn to_take_in(
    tx: &mut Tx,
    after: Option<&Kept>,
    most: i64,
) -> Result<Vec<Kept>, StoreError> {
    all(tx
        .sql(
            "select * from credit
              where state = 'NEW' and (heard_ms, place, at_ms, bank_id, channel) > ($1, $2, $3, $4, $5)
              order by heard_ms, place, at_ms, bank_id, channel limit $6",
        )
        .bind(after.map_or(i64::MIN, |after| after.heard))
        .bind(after.map_or(0, |after| after.place))
        .bind(after.map_or(0, |after| after.credit.at))
        .bind(after.map(|after| after.credit.id.clone()).unwrap_or_default())
        .bind(after.map(|after| after.channel.clone()).unwrap_or_default())
        .bind(most)
        .all()
        .await?)
}

/// What waits for a person, newest first: what names no payment, and what names one that does not count by it.
pub async fn waiting(tx: &mut Tx, most: i64) -> Result<Vec<Kept>, StoreError> {
    all(tx
        .sql(
            "select * from credit where state in ('STRAY', 'NAMED')
              order by heard_ms desc, channel, bank_id limit $1",
        )
        .bind(most)
        .all()
        .await?)
}

/// Credits in a list, newest first: those of this state, or all.
pub async fn list(tx: &mut Tx, state: &str, most: i64) -> Result<Vec<Kept>, StoreError> {
    all(tx
        .sql(
            "select * from credit where ($1 = '' or state = $1)
              order by heard_ms desc, channel, bank_id limit $2",
        )
        .bind(state.to_owned())
        .bind(most)
        .all()
        .await?)
}
