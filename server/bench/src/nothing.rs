//! What the polls are compared with.

use axum::Router;
use axum::routing::get;
use tokio::net::TcpListener;

/// Serves a handler that does nothing.
pub(crate) async fn serve(listen: &str) -> anyhow::Result<()> {
    let router = Router::new().route("/", get(async || {}));
    Ok(axum::serve(TcpListener::bind(listen).await?, router).await?)
}
