//! Writes down what came of tries, many in one commit.

use std::sync::Arc;

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

/// What the book needs of a report.
type Line = (Tried, Option<(MerchantId, EndpointId)>);

/// Until nobody can report any more.
pub(super) async fn record_all(app: App, mut inbox: UnboundedReceiver<Report>) {
    let mut batch = Vec::with_capacity(MOST);
    while inbox.recv_many(&mut batch, MOST).await > 0 {
        let (lines, places): (Vec<Line>, Vec<Place>) = batch
            .drain(..)
            .map(|report: Report| ((report.tried, report.gone), report.place))
            .unzip();
        if let Err(error) = record(&app, lines).await {
            tracing::warn!(?error, "tries could not be recorded; they will be sent again");
        }
        drop(places);
        app.wake.outbox.notify_one();
    }
}

/// One commit for all; if it fails, one for each, so that a bad line spoils no other.
async fn record(app: &App, lines: Vec<Line>) -> Result<()> {
    let lines = Arc::new(lines);
    let all = lines.clone();
    let now = app.now();
    let written = app
        .store
        .write(async move |tx: &mut Tx| {
            for line in all.iter() {
                write(tx, line, now).await?;
            }
            Ok::<_, Error>(())
        })
        .await;
    if written.is_ok() || lines.len() == 1 {
        return written;
    }
    for at in 0..lines.len() {
        let lines = lines.clone();
        app.store.write(async move |tx: &mut Tx| write(tx, &lines[at], now).await).await?;
    }
    Ok(())
}

async fn write(tx: &mut Tx, (tried, gone): &Line, now: i64) -> Result<()> {
    outbox::record(tx, tried).await?;
    if let Some((merchant, endpoint)) = gone {
        tracing::warn!(endpoint_id = %endpoint, "an endpoint answered 410 and is disabled");
        webhook_endpoints::gone(tx, merchant, endpoint, now).await?;
    }
    Ok(())
}
