//! Takes in what came into the merchant's own accounts and was not taken in when it was told: the lines of a
//! statement file, what a person has assigned, and what a crash left.

use super::Progress;
use crate::flow::credits::take_in;
use crate::store::credits;
use crate::{App, Result};

/// How many at a turn.
const AT_ONCE: i64 = 64;

/// What fails stays where it is and is tried again; it stands in nobody's way but for its place among these.
pub(super) async fn run_once(app: App) -> Result<Progress> {
    let waiting = credits::to_take_in(&mut app.store.read().await?, AT_ONCE).await?;
    let mut taken = 0;
    for kept in &waiting {
        match take_in(&app, kept).await {
            Ok(()) => taken += 1,
            Err(error) => {
                tracing::warn!(
                    channel = kept.channel,
                    credit = kept.credit.id,
                    ?error,
                    "a credit was not taken in; it will be tried again"
                );
            }
        }
    }
    // One after the other, in the order of their booking: the first under a reference is the first.
    Ok(if taken > 0 { Progress::DidSome } else { Progress::NothingToDo })
}
