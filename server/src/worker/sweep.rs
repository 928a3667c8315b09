//! Forgets idempotent answers that are too old to be asked for.

use super::Progress;
use crate::store::{StoreError, Tx, idempotency};
use crate::{App, Result};

pub(super) async fn run_once(app: App) -> Result<Progress> {
    let now = app.now();
    if !idempotency::is_dusty(&mut app.store.read().await?, now).await? {
        return Ok(Progress::NothingToDo);
    }
    let swept: std::result::Result<u64, StoreError> =
        app.store.write(async move |tx: &mut Tx| idempotency::sweep(tx, now).await).await;
    tracing::debug!(swept = swept?, "old idempotent answers were forgotten");
    Ok(Progress::NothingToDo)
}
