//! Closes what ran out of time, and forgets what has been over for long.

use super::Progress;
use crate::flow::expire;
use crate::{App, Result};

pub(super) async fn run_once(app: App) -> Result<Progress> {
    app.board.forget(app.now());
    let due = expire::due(&app).await?;
    let mut failed = false;
    for id in &due {
        if let Err(error) = expire::expire(&app, id).await {
            tracing::warn!(session_id = %id, ?error, "a session could not be closed; it will be tried again");
            failed = true;
        }
    }
    // Each of them has left OPEN, so the next look finds others.
    Ok(if due.is_empty() || failed { Progress::NothingToDo } else { Progress::DidSome })
}
