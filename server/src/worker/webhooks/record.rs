//! Writes down what came of tries, many in one commit.

use florin_shared::{EndpointId, MerchantId};
use tokio::sync::mpsc::UnboundedReceiver;

use crate::courier::lanes::Place;
use crate::flow::webhook_endpoints;
use crate::store::Tx;
use crate::store::outbox::{self, Tried};
use crate::{App, Error, Result};

/// How many tries one commit may carry.
const MOST: usize = 256;

/// What came of a try.
pub(super) struct Report {
    pub(super) tried: Tried,
    /// The endpoint wants to hear no more.
    pub(super) gone: Option<(MerchantId, EndpointId)>,
    /// Kept until it is written down, so that a lane is never ahead of the book.
    pub(super) place: Place,
}

/// An endpoint that wants to hear no more.
type Gone = (MerchantId, EndpointId);

/// Until nobody can report any more.
pub(super) async fn record_all(app: App, mut inbox: UnboundedReceiver<Report>) {
    let mut batch = Vec::with_capacity(MOST);
    while inbox.recv_many(&mut batch, MOST).await > 0 {
        let (mut tries, mut gone, mut places) = (Vec::new(), Vec::new(), Vec::new());
        for report in batch.drain(..) {
            tries.push(report.tried);
            gone.extend(report.gone);
            places.push(report.place);
        }
        if let Err(error) = record(&app, tries, gone).await {
            tracing::warn!(?error, "tries could not be recorded; they will be sent again");
        }
        drop(places);
        app.wake.outbox.notify_one();
    }
}

/// One commit for all; if it fails, one for each, so that a bad one spoils no other.
async fn record(app: &App, tries: Vec<Tried>, gone: Vec<Gone>) -> Result<()> {
    if write(app, tries.clone()).await.is_err() {
        for tried in tries {
            write(app, vec![tried]).await?;
        }
    }
    for (merchant, endpoint) in gone {
        tracing::warn!(endpoint_id = %endpoint, "an endpoint answered 410 and is disabled");
        let now = app.now();
        app.store
            .write(async move |tx: &mut Tx| {
                webhook_endpoints::gone(tx, &merchant, &endpoint, now).await
            })
            .await?;
    }
    Ok(())
}

async fn write(app: &App, tries: Vec<Tried>) -> Result<()> {
    app.store
        .write(async move |tx: &mut Tx| outbox::record(tx, &tries).await.map_err(Error::from))
        .await
}
