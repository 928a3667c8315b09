//! The demo merchant: the one of document 004, open to everyone who can reach this server.

use florin_server::domain::order::LateSuccess;
use florin_server::store::merchants::{self, Merchant};
use florin_server::store::{StoreError, Tx};
use florin_server::{App, Error};
use qrcode::QrCode;
use qrcode::render::unicode::Dense1x2;

/// Its id.
pub(crate) const MERCHANT: &str = "18356675194960";
/// Its key.
pub(crate) const KEY: &str = "sk_test_florin_demo";
/// With which its webhooks are signed.
pub(crate) const WEBHOOK_SECRET: &str = "whsec_Zmxvcmluc2FuZGJveGRlbW9zZWNyZXQwMDAx";

/// Writes it down, unless it is there.
pub(crate) async fn merchant(app: &App) -> anyhow::Result<()> {
    let merchant = Merchant {
        id: MERCHANT.parse()?,
        name: "Northwind Tea".into(),
        livemode: false,
        late_success: LateSuccess::Reverse,
        auto_query: true,
        appearance: Default::default(),
        webhook_secret: WEBHOOK_SECRET.into(),
        earlier_secrets: Vec::new(),
        origins: Vec::new(),
    };
    let now = app.now();
    app.store
        .write(async move |tx: &mut Tx| {
            merchants::add(tx, &merchant, KEY, now)
                .await
                .map_err(|error: StoreError| Error::from(error))
        })
        .await?;
    Ok(())
}

/// A code for a terminal, to be scanned from the screen.
pub(crate) fn code(text: &str) -> String {
    let draw = |code: QrCode| {
        code.render::<Dense1x2>().dark_color(Dense1x2::Light).light_color(Dense1x2::Dark).build()
    };
    QrCode::new(text).map(draw).unwrap_or_default()
}
