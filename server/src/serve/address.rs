//! All processes on one database tell shoppers and channels the same address, or what one answers is not what another repeats.

use florin_server::App;
use florin_server::store::{StoreError, Tx, operate};

/// Leaves word of this process's public address, and warns when the one before had another.
pub(super) async fn leave_word(app: &App) -> anyhow::Result<()> {
    let own = app.public_url.clone();
    let before: Result<Option<String>, StoreError> =
        app.store.write(async move |tx: &mut Tx| operate::keep_public_url(tx, own).await).await;
    if let Some(before) = before?.filter(|before| *before != app.public_url) {
        tracing::warn!(
            here = app.public_url,
            before,
            "the process that started before on this database has another FLORIN_PUBLIC_URL; if it still runs, give all of \
             them the same, or a request that another one repeats is answered differently"
        );
    }
    Ok(())
}
