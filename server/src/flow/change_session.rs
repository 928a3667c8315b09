//! The merchant changes what an open session asks for (D10).
//!
//! A payment that was opened with the old amount begins to close in the same commit, and the shopper's next choice is
//! refused until the page has shown the new amount. Money that arrives for the old one goes back.

use florin_shared::{Code, Money};

use super::desk::{Context, Desk, Finished};
use super::pay::{not_confirming, not_paid, refuse};
use crate::app::App;
use crate::domain::session::Session;
use crate::store::{Tx, sessions};
use crate::{Error, Result};

/// What is to be different; what is absent stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// In the session's currency.
    pub amount: Option<Money>,
    /// JSON text.
    pub goods: Option<String>,
}

/// Changes it, and gives the session as it is then. Changing it to what it is already does nothing.
///
/// Refused with `ALREADY_PAID`, `BEING_CONFIRMED`, `SESSION_EXPIRED` or `SESSION_CLOSED`.
pub async fn change_session(app: &App, session: Session, wanted: Change) -> Result<Session> {
    let context = Context::of(app, &session.merchant, &session.trans_id).await?;
    let (session, finished): (Session, Finished) = app
        .store
        .write(async move |tx: &mut Tx| {
            let mut desk = Desk::open(tx, context).await?;
            let before = desk.session(&session.id)?.clone();
            before.may_be_paid(desk.now(), before.shown).map_err(refuse)?;
            has_page(&before)?;
            not_paid(&desk)?;
            not_confirming(&desk)?;
            let after = changed(&before, wanted);
            if after != before {
                write(tx, &mut desk, &before, &after).await?;
            }
            Ok::<_, Error>((after, desk.finish(tx).await?))
        })
        .await?;
    finished.tell(app);
    Ok(session)
}

/// A charge without a page has gone out with its amount.
fn has_page(session: &Session) -> Result<()> {
    match session.has_page() {
        true => Ok(()),
        false => Err(Error::refused(
            Code::SessionClosed,
            "this session has no page, and its charge is under way: cancel the transaction instead",
        )),
    }
}

/// The shopper's version rises only with the amount: other goods at the same price take nobody by surprise.
fn changed(before: &Session, wanted: Change) -> Session {
    let amount = wanted.amount.unwrap_or(before.amount);
    Session {
        amount,
        goods: wanted.goods.unwrap_or_else(|| before.goods.clone()),
        shown: before.shown + i64::from(amount != before.amount),
        ..before.clone()
    }
}

async fn write(tx: &mut Tx, desk: &mut Desk, before: &Session, after: &Session) -> Result<()> {
    if after.amount != before.amount {
        desk.stop_live(tx).await?;
        desk.order.reprice(tx, after.amount).await?;
    }
    let now = desk.now();
    sessions::change(tx, &mut desk.order, after, before.amount, now).await?;
    for session in desk.sessions.iter_mut().filter(|session| session.id == after.id) {
        *session = after.clone();
    }
    Ok(())
}
