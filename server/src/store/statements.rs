//! What files of a bank's and people say of credits: the last word on them. Who said it, and when, is kept for ever.

use super::credits::hold;
use super::sql::row;
use super::{StoreError, Tx};
use crate::clock::Millis;
use crate::domain::credit::{Credit, CreditSource, Stated, place, stated};

/// Who says something, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// The operator.
    pub who: String,
    /// For people: the file and its line; the transaction, and how they know.
    pub note: String,
    /// When.
    pub at: Millis,
}

/// A line of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What came in.
    pub credit: Credit,
    /// The references of ours in what the payer wrote.
    pub named: Vec<String>,
    /// Where it stands in its file: lines are taken in in their order.
    pub place: i64,
}

row! {
    /// Something that was said of a credit.
    pub struct WordRow {
        pub seq: i64, pub kind: String, pub who: String, pub note: String, pub at_ms: i64,
    }
}

/// Takes a line of a bank's file for its last word. Nothing: it tells of a new credit.
pub async fn state(
    tx: &mut Tx,
    channel: &str,
    line: &Line,
    word: &Word,
) -> Result<Option<Stated>, StoreError> {
    let id = (channel, line.credit.id.as_str());
    if insert(tx, channel, line, word.at).await? {
        say(tx, id, "STATEMENT", word).await?;
        return Ok(None);
    }
    let kept = hold(tx, id).await?;
    let kept = kept.ok_or_else(|| StoreError::Unreadable(id.1.to_owned(), "a credit"))?;
    let is_its = kept.request_id.is_empty() || line.named == [place(&kept.request_id).0];
    let is_same = kept.credit.amount == line.credit.amount;
    let found = stated(kept.state, kept.source, (is_same, is_its));
    if matches!(found, Stated::Confirmed | Stated::Anew) {
        take_over(tx, channel, line, word.at).await?;
        say(tx, id, "STATEMENT", word).await?;
    }
    Ok(Some(found))
}

async fn insert(
    tx: &mut Tx,
    channel: &str,
    Line { credit, place, .. }: &Line,
    now: Millis,
) -> Result<bool, StoreError> {
    let written = tx
        .sql(
            "insert into credit (channel, bank_id, reference, number, amount, currency, at_ms, returned, payer, state,
               request_id, note, heard_ms, changed_ms, source, place)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'NEW', '', '', $10, $10, $11, $12)
             on conflict (channel, bank_id) do nothing",
        )
        .bind_credit(channel, credit, now)
        .bind(CreditSource::Statement.as_str())
        .bind(*place)
        .execute()
        .await?;
    Ok(written == 1)
}

/// The file's word stands. What counts by it stays counted; all else is taken in anew.
async fn take_over(
    tx: &mut Tx,
    channel: &str,
    Line { credit, place, .. }: &Line,
    now: Millis,
) -> Result<(), StoreError> {
    tx.sql(
        "update credit set source = 'STATEMENT', amount = $3, currency = $4, place = $6, changed_ms = $7,
           reference = case when request_id = '' then $5 else reference end,
           state = case when state = 'MATCHED' then state else 'NEW' end
          where channel = $1 and bank_id = $2",
    )
    .bind(channel.to_owned())
    .bind(credit.id.clone())
    .bind(credit.amount.minor())
    .bind(credit.amount.currency().to_string())
    .bind(credit.reference.clone())
    .bind(*place)
    .bind(now)
    .execute()
    .await?;
    Ok(())
}

/// A person says which reference a stray credit means: it is to be taken in. False when it does not wait for a person.
pub async fn assign(
    tx: &mut Tx,
    (channel, id): (&str, &str),
    meant: &str,
    word: &Word,
) -> Result<bool, StoreError> {
    let said = tx
        .sql(
            "update credit set state = 'NEW', source = 'PERSON', meant = $3, note = $4, changed_ms = $5
              where channel = $1 and bank_id = $2 and state = 'STRAY' and request_id = ''",
        )
        .bind(channel.to_owned())
        .bind(id.to_owned())
        .bind(meant.to_owned())
        .bind(word.note.clone())
        .bind(word.at)
        .execute()
        .await?;
    if said == 1 {
        say(tx, (channel, id), "ASSIGNED", word).await?;
    }
    Ok(said == 1)
}

/// Writes down that somebody has said something of this kind.
pub async fn say(
    tx: &mut Tx,
    (channel, id): (&str, &str),
    kind: &str,
    word: &Word,
) -> Result<(), StoreError> {
    tx.sql(
        "insert into credit_word (channel, bank_id, seq, kind, who, note, at_ms)
         values ($1, $2, (select coalesce(max(w.seq), 0) + 1 from credit_word w
                           where w.channel = $1 and w.bank_id = $2), $3, $4, $5, $6)",
    )
    .bind(channel.to_owned())
    .bind(id.to_owned())
    .bind(kind.to_owned())
    .bind(word.who.clone())
    .bind(word.note.clone())
    .bind(word.at)
    .execute()
    .await?;
    Ok(())
}

/// Everything that files and people have said of a credit, oldest first.
pub async fn words(tx: &mut Tx, (channel, id): (&str, &str)) -> Result<Vec<WordRow>, StoreError> {
    tx.sql(
        "select seq, kind, who, note, at_ms from credit_word where channel = $1 and bank_id = $2
          order by seq",
    )
    .bind(channel.to_owned())
    .bind(id.to_owned())
    .all()
    .await
}
