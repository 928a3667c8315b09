//! The order's lock and its append-only log.

use florin_shared::{MerchantId, Money, PaymentId, ReversalId, SessionId};

use super::payments::{self, PaymentRow};
use super::sessions::{self, SessionRow};
use super::{StoreError, Tx};
use crate::clock::Millis;
use crate::domain::payment::Payment;
use crate::domain::session::Session;

/// An order under its lock. Its log's number rises with every event that is added through it.
pub struct Locked {
    /// Who sells.
    pub merchant: MerchantId,
    /// The merchant's own number of the order.
    pub trans_id: String,
    /// What the merchant wants.
    pub amount: Money,
    /// The number of the last event.
    pub seq: i64,
    /// Rises with every lock: whoever holds a higher one has seen more.
    pub version: i64,
    /// What the lines of this unit speak of.
    pub spoke_of: SpokeOf,
    written: i64,
}

/// Which workers a unit's lines concern.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SpokeOf {
    /// A result, which merchants are told.
    pub results: bool,
    /// Money on its way back.
    pub reversals: bool,
}

/// One line of the log.
pub struct Event<'a> {
    /// The session it belongs to.
    pub session: &'a SessionId,
    /// The payment it is about.
    pub payment: Option<&'a PaymentId>,
    /// `SESSION`, `CHANGE`, `ATTEMPT`, `RESULT`, `REVERSAL` or `CONFLICT`.
    pub kind: &'static str,
    /// Empty for a beginning.
    pub from: &'a str,
    /// Where it went.
    pub to: &'a str,
    /// When.
    pub at: Millis,
}

/// Makes the order if it is new, with this amount, and locks it.
pub async fn open(
    tx: &mut Tx,
    merchant: &MerchantId,
    trans_id: &str,
    amount: Money,
) -> Result<Locked, StoreError> {
    let row: Option<LockRow> = tx
        .sql(
            "insert into pay_order (merchant_id, trans_id, amount, currency, seq, version) values ($1, $2, $3, $4, 0, 1)
             on conflict (merchant_id, trans_id) do update set version = pay_order.version + 1
             returning amount, currency, seq, version",
        )
        .bind(merchant.as_str())
        .bind(trans_id)
        .bind(amount.minor())
        .bind(amount.currency().to_string())
        .one()
        .await?;
    let row =
        row.ok_or_else(|| StoreError::Unreadable(trans_id.to_owned(), "an order just made"))?;
    locked(merchant, trans_id, row)
}

/// What a lock gives: amount, currency, number of the last line, version.
type LockRow = (i64, String, i64, i64);

const LOCK: &str =
    "update pay_order set version = version + 1 where merchant_id = $1 and trans_id = $2
   returning amount, currency, seq, version";

/// An order with everything about it.
pub struct Whole {
    /// The lock.
    pub order: Locked,
    /// Oldest first.
    pub sessions: Vec<Session>,
    /// Oldest first.
    pub payments: Vec<Payment>,
}

/// Locks an order and reads everything about it: the first statement of every unit that touches one is the lock (rule
/// R1). On PostgreSQL it waits for the row, and what is read afterwards is what the other committed.
pub async fn whole(
    tx: &mut Tx,
    merchant: &MerchantId,
    trans_id: &str,
) -> Result<Option<Whole>, StoreError> {
    let texts = [LOCK, sessions::OF_ORDER, payments::OF_ORDER];
    let (rows, sessions, payments): (Vec<LockRow>, Vec<SessionRow>, Vec<PaymentRow>) =
        tx.three(texts, &[merchant.as_str(), trans_id]).await?;
    let Some(row) = rows.into_iter().next() else { return Ok(None) };
    Ok(Some(Whole {
        order: locked(merchant, trans_id, row)?,
        sessions: sessions.into_iter().map(Session::try_from).collect::<Result<_, _>>()?,
        payments: payments.into_iter().map(Payment::try_from).collect::<Result<_, _>>()?,
    }))
}

fn locked(
    merchant: &MerchantId,
    trans_id: &str,
    (amount, currency, seq, version): LockRow,
) -> Result<Locked, StoreError> {
    Ok(Locked {
        merchant: merchant.clone(),
        trans_id: trans_id.to_owned(),
        amount: money(amount, &currency)?,
        seq,
        version,
        spoke_of: SpokeOf::default(),
        written: seq,
    })
}

/// Sessions whose order's log has grown since then, with the number of its last line.
pub async fn changed(tx: &mut Tx, since: Millis) -> Result<Vec<(String, i64)>, StoreError> {
    tx.sql("select session_id, max(seq) from event where at_ms >= $1 group by session_id")
        .bind(since)
        .all()
        .await
}

impl Locked {
    /// Whether this very unit has made it: it has no session and no payment yet.
    pub fn is_new(&self) -> bool {
        self.version == 1
    }

    /// Adds a line to the log, and gives its number. When the unit's lines are all there, [`Locked::keep_number`] writes
    /// the last one beside the lock; a unit that forgot it would be refused at the order's next line.
    pub async fn log(&mut self, tx: &mut Tx, event: Event<'_>) -> Result<i64, StoreError> {
        self.log_of(tx, event, None).await
    }

    /// The same for a line about a reversal.
    pub async fn log_of(
        &mut self,
        tx: &mut Tx,
        event: Event<'_>,
        reversal: Option<&ReversalId>,
    ) -> Result<i64, StoreError> {
        self.seq += 1;
        tx.sql(
            "insert into event (merchant_id, trans_id, seq, session_id, payment_id, kind, from_state, to_state, at_ms,
               reversal_id)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        )
        .bind(self.merchant.as_str())
        .bind(&self.trans_id)
        .bind(self.seq)
        .bind(event.session.as_str())
        .bind(event.payment.map(PaymentId::as_str))
        .bind(event.kind)
        .bind(event.from)
        .bind(event.to)
        .bind(event.at)
        .bind(reversal.map(ReversalId::as_str))
        .later()
        .await?;
        self.spoke_of.results |= event.kind == "RESULT";
        self.spoke_of.reversals |= event.kind == "REVERSAL";
        Ok(self.seq)
    }

    /// Writes down the number of the log's last line, once for the whole unit.
    pub async fn keep_number(&mut self, tx: &mut Tx) -> Result<(), StoreError> {
        if self.written == self.seq {
            return Ok(());
        }
        tx.sql("update pay_order set seq = $3 where merchant_id = $1 and trans_id = $2")
            .bind(self.merchant.as_str())
            .bind(&self.trans_id)
            .bind(self.seq)
            .later()
            .await?;
        self.written = self.seq;
        Ok(())
    }

    /// Gives a new session's amount to an order that has nothing accepted.
    pub async fn reprice(&mut self, tx: &mut Tx, amount: Money) -> Result<(), StoreError> {
        self.amount = amount;
        tx.sql("update pay_order set amount = $3, currency = $4 where merchant_id = $1 and trans_id = $2")
            .bind(self.merchant.as_str())
            .bind(&self.trans_id)
            .bind(amount.minor())
            .bind(amount.currency().to_string())
            .later()
            .await?;
        Ok(())
    }
}

/// Stored money back into the type.
pub(super) fn money(minor: i64, currency: &str) -> Result<Money, StoreError> {
    let currency =
        currency.parse().map_err(|_| StoreError::Unreadable(currency.to_owned(), "a currency"))?;
    Money::new(minor, currency).map_err(|_| StoreError::Unreadable(minor.to_string(), "an amount"))
}

/// A stored word back into its type.
pub(super) fn word<T: std::str::FromStr>(text: &str, what: &'static str) -> Result<T, StoreError> {
    text.parse().map_err(|_| StoreError::Unreadable(text.to_owned(), what))
}
