//! Closes what ran out of time, and forgets what has been over for long.

use super::Progress;
use crate::flow::expire;
use crate::{App, Result};

pub(super) async fn run_once(app: App) -> Result<Progress> {
    app.board.forget(app.now());
    let due = expire::due(&app).await?;
    for id in &due {
        expire::expire(&app, id).await?;
    }
    // Each of them has left OPEN, so the next look finds others.
    Ok(if due.is_empty() { Progress::NothingToDo } else { Progress::DidSome })
}
