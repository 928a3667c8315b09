//! The merchant wants an order paid: a session, one cashier page.

use florin_shared::{Code, Money, SessionId};

use super::desk::Context;
use crate::app::App;
use crate::clock::Millis;
use crate::domain::session::{Session, SessionState};
use crate::status::Snapshot;
use crate::store::merchants::Merchant;
use crate::store::orders::Locked;
use crate::store::{Tx, orders, sessions};
use crate::{Error, Result};

/// A session that is wanted; every field has been read and checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSession {
    /// The merchant's own number of the order.
    pub trans_id: String,
    /// How much.
    pub amount: Money,
    /// `HOSTED`, `DROP_IN`, `COMPONENT`, or `NONE` without a page.
    pub mode: String,
    /// ISO 3166 alpha-2, or empty.
    pub country: String,
    /// BCP 47, or empty.
    pub locale: String,
    /// Or empty.
    pub return_url: String,
    /// Or empty.
    pub cancel_url: String,
    /// Or empty.
    pub notify_url: String,
    /// JSON text.
    pub goods: String,
    /// SHA-256 of the request, hex.
    pub fingerprint: String,
    /// The idempotent request that asks, or empty.
    pub asked_by: String,
    /// As the merchant wrote it, or empty.
    pub expire_text: String,
    /// When its time is up.
    pub expires: Millis,
    /// Its own looks: JSON text, or empty.
    pub appearance: String,
}

/// Makes the session; an equal request for the same `trans_id` gets the same session again (D8).
pub async fn create_session(app: &App, merchant: &Merchant, wanted: NewSession) -> Result<Session> {
    let context = Context::of(app, &merchant.id, &wanted.trans_id).await?;
    let id = SessionId::of(app.random.bytes::<20>());
    let (session, snapshot) = app
        .store
        .write(async move |tx: &mut Tx| {
            if wanted.expires <= context.now {
                let sentence = "expire_time is over before the session begins";
                return Err(Error::field(Code::InvalidExpiry, "expire_time", sentence));
            }
            let mut order =
                orders::open(tx, &context.merchant.id, &wanted.trans_id, wanted.amount).await?;
            let earlier = earlier(tx, &order).await?;
            if let Some(earlier) = earlier {
                if wanted.is_again(&earlier) && earlier.state.may_replay() {
                    return Ok((earlier, None));
                }
                refuse_unless_over(&earlier)?;
                order.reprice(tx, wanted.amount).await?;
            }
            let session = new_session(id, &context, wanted);
            sessions::add(tx, &mut order, &session).await?;
            order.keep_number(tx).await?;
            let snapshot = Snapshot::of(&session, (order.seq, order.version), [].iter());
            Ok::<_, Error>((session, Some(snapshot)))
        })
        .await?;
    // A page asks within a moment: it finds the session in memory.
    if let Some(snapshot) = snapshot {
        let merchant = app.merchant(&session.merchant).await?;
        app.board.expect(snapshot, app.token_digest(&session.id), merchant, app.now());
    }
    Ok(session)
}

/// How the order has stood until now.
async fn earlier(tx: &mut Tx, order: &Locked) -> Result<Option<Session>> {
    if order.is_new() {
        return Ok(None);
    }
    Ok(sessions::telling(tx, &order.merchant, &order.trans_id).await?)
}

impl NewSession {
    /// What is kept of the request: its fingerprint, and which idempotent request it was.
    fn mark(&self) -> String {
        match self.asked_by.as_str() {
            "" => self.fingerprint.clone(),
            asked_by => format!("{}.{asked_by}", self.fingerprint),
        }
    }

    /// Whether this is the request that made `earlier`. Without an `Idempotency-Key` an equal body is enough (D8); with
    /// one, the body belongs to that key alone, and only a try of the same key, after a crash, means the same session.
    pub(super) fn is_again(&self, earlier: &Session) -> bool {
        let body = earlier.fingerprint.split('.').next();
        if self.asked_by.is_empty() {
            body == Some(self.fingerprint.as_str())
        } else {
            earlier.fingerprint == self.mark()
        }
    }
}

impl SessionState {
    /// Whether an equal request means this very session.
    fn may_replay(self) -> bool {
        match self {
            SessionState::Open | SessionState::Closing | SessionState::Paid => true,
            SessionState::Expired | SessionState::Cancelled => false,
        }
    }
}

/// A `trans_id` may be used again only when nothing of it is open or paid (D8).
pub(super) fn refuse_unless_over(earlier: &Session) -> Result<()> {
    let (code, sentence) = match earlier.state {
        SessionState::Expired | SessionState::Cancelled => return Ok(()),
        SessionState::Paid => (Code::TransIdPaid, "this trans_id is paid"),
        SessionState::Open => (
            Code::TransIdOpen,
            "this trans_id has an open session; close it, or use another trans_id",
        ),
        SessionState::Closing => (
            Code::TransIdOpen,
            "the session of this trans_id is being closed at the channel; try again in a moment",
        ),
    };
    Err(Error::field(code, "trans_id", sentence))
}

pub(super) fn new_session(id: SessionId, context: &Context, wanted: NewSession) -> Session {
    let fingerprint = wanted.mark();
    Session {
        id,
        merchant: context.merchant.id.clone(),
        trans_id: wanted.trans_id,
        state: SessionState::Open,
        closing_to: None,
        amount: wanted.amount,
        mode: wanted.mode,
        country: wanted.country,
        locale: wanted.locale,
        return_url: wanted.return_url,
        cancel_url: wanted.cancel_url,
        notify_url: wanted.notify_url,
        goods: wanted.goods,
        fingerprint,
        expire_text: wanted.expire_text,
        shown: 1,
        created: context.now,
        expires: wanted.expires,
        ended: None,
        appearance: wanted.appearance,
    }
}
