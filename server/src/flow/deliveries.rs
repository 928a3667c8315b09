//! What merchants were told, try by try, and telling them again.

use florin_shared::{Code, DeliveryId, EndpointId};

use crate::app::App;
use crate::domain::webhook::{EndpointState, NOTIFY_URL};
use crate::store::deliveries::{self, DeliveryRow, Page, TryRow};
use crate::store::merchants::Merchant;
use crate::store::{Tx, endpoints, outbox};
use crate::{Error, Result};

/// A delivery with its tries.
pub type Told = (DeliveryRow, Vec<TryRow>);

/// A page, newest first; whether there is more.
pub async fn list(app: &App, merchant: &Merchant, page: Page) -> Result<(Vec<Told>, bool)> {
    let most = usize::try_from(page.most).unwrap_or(0);
    let mut tx = app.store.read().await?;
    let one_more = Page { most: page.most + 1, ..page };
    let mut rows = deliveries::page(&mut tx, &merchant.id, one_more).await?;
    let has_more = rows.len() > most;
    rows.truncate(most);
    let mut told = Vec::with_capacity(rows.len());
    for row in rows {
        let tries = deliveries::tries(&mut tx, &row.delivery_id).await?;
        told.push((row, tries));
    }
    Ok((told, has_more))
}

/// One of them.
pub async fn get(app: &App, merchant: &Merchant, id: &DeliveryId) -> Result<Told> {
    read(&mut app.store.read().await?, merchant, id).await
}

async fn read(tx: &mut Tx, merchant: &Merchant, id: &DeliveryId) -> Result<Told> {
    let row = deliveries::get(tx, &merchant.id, id).await?;
    let row = row.ok_or_else(|| Error::no_such("delivery"))?;
    let tries = deliveries::tries(tx, &row.delivery_id).await?;
    Ok((row, tries))
}

/// Sends a message once more, with the same id and thirty days of tries before it.
pub async fn replay(app: &App, merchant: &Merchant, id: DeliveryId) -> Result<Told> {
    let (now, merchant) = (app.now(), merchant.clone());
    let told = app
        .store
        .write(async move |tx: &mut Tx| {
            let (row, _) = read(tx, &merchant, &id).await?;
            refuse_unless_enabled(tx, &row).await?;
            outbox::replay(tx, id.as_str(), now).await?;
            read(tx, &merchant, &id).await
        })
        .await?;
    app.wake.outbox.notify_one();
    Ok(told)
}

async fn refuse_unless_enabled(tx: &mut Tx, row: &DeliveryRow) -> Result<()> {
    if row.endpoint_id == NOTIFY_URL {
        return Ok(());
    }
    let id: EndpointId = row.endpoint_id.parse()?;
    let endpoint = endpoints::get(tx, &id).await?;
    if endpoint.is_some_and(|endpoint| endpoint.state == EndpointState::Enabled) {
        return Ok(());
    }
    Err(Error::refused(
        Code::EndpointDisabled,
        "the endpoint of this delivery is disabled or deleted; enable it first",
    ))
}
