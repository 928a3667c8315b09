//! The merchant closes a session: nothing of it may take money unnoticed afterwards.

use super::desk::{Context, Desk, Finished};
use crate::app::App;
use crate::domain::session::{Session, SessionState};
use crate::store::Tx;
use crate::{Error, Result};

/// Closes an open session. One that is over stays as it is.
pub async fn close(app: &App, session: Session) -> Result<Session> {
    end(app, session, SessionState::Cancelled).await
}

/// Sends a session on its way to `state`, and gives it as it is then.
pub async fn end(app: &App, session: Session, state: SessionState) -> Result<Session> {
    let context = Context::of(app, &session.merchant, &session.trans_id).await?;
    let (session, finished): (Session, Finished) = app
        .store
        .write(async move |tx: &mut Tx| {
            let mut desk = Desk::open(tx, context).await?;
            if !desk.session(&session.id)?.state.is_over() {
                desk.close(tx, &session.id, state).await?;
            }
            let now_is = desk.session(&session.id)?.clone();
            Ok::<_, Error>((now_is, desk.finish(tx).await?))
        })
        .await?;
    finished.tell(app);
    Ok(session)
}
