//! What must not be served: a key that everybody knows to everybody, and real money over plain http.

use florin_server::App;
use florin_server::config::Settings;
use florin_server::http::auth::is_private;
use florin_server::store::keys;
use url::Url;

use crate::demo;

/// Refuses to go on. `is_demo` when the demo's merchant is about to be written down.
pub(super) async fn check(
    app: &App,
    settings: &Settings,
    lan: bool,
    is_demo: bool,
) -> anyhow::Result<()> {
    let public = settings.public();
    if app.channels.are_live() {
        anyhow::ensure!(
            public.starts_with("https://"),
            "real money moves here, and shoppers would come to {public}: set FLORIN_PUBLIC_URL to https://…"
        );
        // There the demo's key opens nothing: test keys and real money never meet.
        return Ok(());
    }
    if is_among_us(settings, &public, lan) {
        return Ok(());
    }
    let known =
        is_demo || keys::merchant_of(&mut app.store.read().await?, demo::KEY).await?.is_some();
    anyhow::ensure!(
        !known,
        "everybody knows the demo's key {key}, and {listen} ({public}) can be reached from outside. Listen on loopback with a \
         private FLORIN_PUBLIC_URL, say --lan for the demo on your own network, use another data folder, or take the key away: \
         `florin keys list --merchant {merchant}` and `florin keys revoke`",
        key = demo::KEY,
        listen = settings.listen,
        merchant = demo::MERCHANT,
    );
    Ok(())
}

/// Whether only this machine reaches us, or with `--lan` its network.
fn is_among_us(settings: &Settings, public: &str, lan: bool) -> bool {
    let ip = settings.listen.ip();
    let host = Url::parse(public).ok().and_then(|url| url.host().map(|host| host.to_string()));
    let is_ours = lan && host.is_some_and(|host| host == ip.to_string());
    (lan || ip.is_loopback()) && (is_ours || is_private(public))
}
