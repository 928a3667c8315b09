//! Writes down what came of tries, many in one commit.

use std::collections::BTreeMap;

use florin_shared::{EndpointId, MerchantId};
use tokio::sync::mpsc::UnboundedReceiver;

use crate::clock::Millis;
use crate::courier::lanes::Place;
use crate::flow::webhook_endpoints;
use crate::store::outbox::{self, Tried};
use crate::store::{Tx, endpoints};
use crate::{App, Error, Result};

/// How many tries one commit may carry.
const MOST: usize = 256;

/// What came of a try.
pub(super) struct Report {
    pub(super) tried: Tried,
    /// The endpoint wants to hear no more.
    pub(super) gone: Option<Gone>,
    /// The endpoint fails from now on, or no longer.
    pub(super) health: Option<(EndpointId, Health)>,
    /// Kept until it is written down, so that a lane is never ahead of the book.
    pub(super) place: Place,
}

/// An endpoint that wants to hear no more at this address.
pub(super) struct Gone {
    pub(super) merchant: MerchantId,
    pub(super) endpoint: EndpointId,
    pub(super) url: String,
}

/// How an endpoint is.
#[derive(Clone, Copy)]
pub(super) struct Health {
    pub(super) at: Millis,
    pub(super) is_well: bool,
}

/// Until nobody can report any more.
pub(super) async fn record_all(app: App, mut inbox: UnboundedReceiver<Report>) {
    let mut batch = Vec::with_capacity(MOST);
    while inbox.recv_many(&mut batch, MOST).await > 0 {
        let (mut tries, mut gone, mut places) = (Vec::new(), Vec::new(), Vec::new());
        // In the order of their ids, so that two processes never wait for each other.
        let mut news = BTreeMap::new();
        for report in batch.drain(..) {
            tries.push(report.tried);
            gone.extend(report.gone);
            places.push(report.place);
            news.extend(report.health);
        }
        record(&app, tries).await;
        if !news.is_empty() {
            note(&app, news).await;
        }
        for gone in gone {
            end(&app, gone).await;
        }
        drop(places);
        app.wake.outbox.notify_one();
    }
}

/// One commit for all; if it fails, one for each, so that a bad one spoils no other. What cannot be written down is sent
/// again.
async fn record(app: &App, tries: Vec<Tried>) {
    let Err(error) = write(app, tries.clone()).await else { return };
    tracing::warn!(?error, "tries could not be recorded together");
    for tried in tries {
        let delivery = tried.delivery.clone();
        if let Err(error) = write(app, vec![tried]).await {
            tracing::warn!(
                delivery_id = delivery,
                ?error,
                "a try could not be recorded; it will be sent again"
            );
        }
    }
}

async fn write(app: &App, tries: Vec<Tried>) -> Result<()> {
    app.store
        .write(async move |tx: &mut Tx| outbox::record(tx, &tries).await.map_err(Error::from))
        .await
}

/// Who cannot be noted now is at the next try.
async fn note(app: &App, news: BTreeMap<EndpointId, Health>) {
    let noted: Result<()> = app
        .store
        .write(async move |tx: &mut Tx| {
            for (id, health) in &news {
                match health.is_well {
                    true => endpoints::is_well(tx, id, health.at).await?,
                    false => endpoints::fails(tx, id, health.at).await?,
                }
            }
            Ok(())
        })
        .await;
    if let Err(error) = noted {
        tracing::warn!(?error, "how endpoints are could not be written down");
    }
}

async fn end(app: &App, gone: Gone) {
    let (id, now) = (gone.endpoint.clone(), app.now());
    let ended = app
        .store
        .write(async move |tx: &mut Tx| {
            webhook_endpoints::gone(tx, (&gone.merchant, &gone.endpoint), &gone.url, now).await
        })
        .await;
    match ended {
        Ok(true) => tracing::warn!(endpoint_id = %id, "an endpoint answered 410 and is disabled"),
        Ok(false) => {}
        Err(error) => {
            tracing::warn!(endpoint_id = %id, ?error, "an endpoint answered 410 and could not be disabled")
        }
    }
}
