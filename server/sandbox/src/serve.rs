//! Start-up: open the book, put the parts together, listen until told to stop.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::response::Redirect;
use axum::routing::get;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::connection::{Cord, Door};
use crate::world::World;
use crate::{acknowledged, book, clock_panel, fault_panel, page, wallet};

/// How long open requests may take to end after `stop`.
const GRACE: Duration = Duration::from_secs(2);

/// What a sandbox has to be told.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where a phone or a browser reaches this sandbox, without a slash at the end.
    pub public_url: String,
    /// The file of the book. It is made if it is missing, and read again if it is there.
    pub book: PathBuf,
}

/// Serves the sandbox on `listener` until `stop` is cancelled.
pub async fn serve(
    listener: TcpListener,
    settings: Settings,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let (world, scribe) = World::open(settings, stop.clone())?;
    let app = router(Arc::new(world)).into_make_service_with_connect_info::<Cord>();
    let serving =
        axum::serve(Door(listener), app).with_graceful_shutdown(stop.clone().cancelled_owned());

    tokio::select! {
        done = serving.into_future() => done?,
        () = patience(stop) => (),
    }
    tokio::time::timeout(GRACE, scribe.finished()).await.ok();
    Ok(())
}

async fn patience(stop: CancellationToken) {
    stop.cancelled().await;
    tokio::time::sleep(GRACE).await;
}

fn router(world: Arc<World>) -> Router {
    let channels = world.channels.clone();
    let routes = channels.all().fold(Router::new(), |all, channel| all.merge(channel.routes()));
    routes
        .merge(wallet::routes())
        .merge(fault_panel::routes())
        .merge(book::routes())
        .merge(clock_panel::routes())
        .merge(acknowledged::routes())
        .merge(page::routes())
        .route("/", get(async || Redirect::to("/wallet")))
        .route("/healthz", get(async || "ok"))
        .with_state(world)
}
