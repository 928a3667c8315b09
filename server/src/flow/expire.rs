//! The time of a session is up: it begins to close. A timer only proposes; the channel's word ends it (rule R5).

use florin_shared::SessionId;

use super::close::end;
use super::view;
use crate::Result;
use crate::app::App;
use crate::domain::session::SessionState;
use crate::store::sessions::{self, Place};

/// Sessions whose time is up, so many at a time, from behind that place on.
pub async fn due(app: &App, after: &Place, most: i64) -> Result<Vec<Place>> {
    Ok(sessions::due(&mut app.store.read().await?, app.now(), after, most).await?)
}

/// Begins to close one of them.
pub async fn expire(app: &App, id: &SessionId) -> Result<()> {
    let session = view::session(app, id).await?;
    if session.state == SessionState::Open && session.expires <= app.now() {
        end(app, session, SessionState::Expired).await?;
    }
    Ok(())
}
