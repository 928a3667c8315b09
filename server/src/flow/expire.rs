//! The time of a session is up: it begins to close. A timer only proposes; the channel's word ends it (rule R5).

use florin_shared::SessionId;

use super::close::end;
use super::view;
use crate::Result;
use crate::app::App;
use crate::domain::session::SessionState;
use crate::store::sessions;

/// Sessions whose time is up, some at a time.
pub async fn due(app: &App) -> Result<Vec<SessionId>> {
    Ok(sessions::due(&mut app.store.read().await?, app.now(), 100).await?)
}

/// Begins to close one of them.
pub async fn expire(app: &App, id: &SessionId) -> Result<()> {
    let session = view::session(app, id).await?;
    if session.state == SessionState::Open && session.expires <= app.now() {
        end(app, session, SessionState::Expired).await?;
    }
    Ok(())
}
