//! Fixed receipt codes (M3, D13): printed once; each shopper who scans one enters an amount and gets a session.

use aws_lc_rs::digest::{SHA256, digest};
use florin_shared::code::CodeView;
use florin_shared::shopper::Good;
use florin_shared::{Code, CodeId, Currency, MerchantId, Money};

use super::create_session::{NewSession, create_session};
use crate::app::App;
use crate::clock::rfc3339;
use crate::domain::session::{Session, USUAL};
use crate::store::codes::{self, ReceiptCode};
use crate::store::{StoreError, Tx};
use crate::{Error, Result, hex};

/// A code that is wanted; every field has been read and checked.
#[derive(Clone, Debug)]
pub struct NewCode {
    /// What is sold, or empty.
    pub label: String,
    /// In which currency.
    pub currency: Currency,
    /// Smallest units.
    pub least: i64,
    /// Smallest units.
    pub most: i64,
    /// ISO 3166 alpha-2, or empty.
    pub country: String,
    /// Or empty.
    pub notify_url: String,
    /// How many sessions it may open in a minute.
    pub per_minute: i64,
}

/// Makes a code. `made_by` comes from the idempotent request that asks: the same request makes the same code.
pub async fn create(
    app: &App,
    merchant: &MerchantId,
    wanted: NewCode,
    made_by: Option<[u8; 16]>,
) -> Result<ReceiptCode> {
    let now = app.now();
    let code = ReceiptCode {
        id: CodeId::of(made_by.unwrap_or_else(|| app.random.bytes::<16>())),
        merchant: merchant.clone(),
        label: wanted.label,
        currency: wanted.currency,
        least: wanted.least,
        most: wanted.most,
        country: wanted.country,
        notify_url: wanted.notify_url,
        per_minute: wanted.per_minute,
        closed: false,
        created: now,
    };
    let id = code.id.clone();
    app.store
        .write(async move |tx: &mut Tx| {
            codes::add(tx, &code).await.map_err(|error: StoreError| Error::from(error))
        })
        .await?;
    one(app, merchant, &id).await
}

/// A code of this merchant's.
pub async fn one(app: &App, merchant: &MerchantId, id: &CodeId) -> Result<ReceiptCode> {
    let found = codes::of_merchant(&mut app.store.read().await?, merchant, id).await?;
    found.ok_or_else(|| Error::no_such("code"))
}

/// At most `most` codes of a merchant, newest first, from after `before` on; whether there are more.
pub async fn list(
    app: &App,
    merchant: &MerchantId,
    before: Option<&CodeId>,
    most: i64,
) -> Result<(Vec<ReceiptCode>, bool)> {
    let mut found = codes::list(&mut app.store.read().await?, merchant, before, most + 1).await?;
    let shown = usize::try_from(most).unwrap_or(0);
    let has_more = found.len() > shown;
    found.truncate(shown);
    Ok((found, has_more))
}

/// Closes a code for good: who scans it is told so.
pub async fn close(app: &App, merchant: &MerchantId, id: CodeId) -> Result<ReceiptCode> {
    let (whose, which) = (merchant.clone(), id.clone());
    let closed: bool = app
        .store
        .write(async move |tx: &mut Tx| {
            codes::close(tx, &whose, &which).await.map_err(|error: StoreError| Error::from(error))
        })
        .await?;
    if closed { one(app, merchant, &id).await } else { Err(Error::no_such("code")) }
}

/// The code that a shopper scanned, if it can be paid with here.
pub async fn scanned(app: &App, id: &CodeId) -> Result<ReceiptCode> {
    let gone = || Error::no_such("code");
    let code = codes::get(&mut app.store.read().await?, id).await?.ok_or_else(gone)?;
    let merchant = app.merchant(&code.merchant).await?;
    let here = !code.closed && merchant.livemode == app.channels.are_live();
    if here { Ok(code) } else { Err(gone()) }
}

/// The shopper entered an amount: a session with a `trans_id` of ours. `sheet` is the number of the form that was
/// filled in, so that sending it twice makes one session; another amount is another order.
pub async fn open(app: &App, code: ReceiptCode, amount: Money, sheet: &str) -> Result<Session> {
    let (counted, now) = (code.clone(), app.now());
    let may: bool = app
        .store
        .write(async move |tx: &mut Tx| {
            codes::used(tx, &counted, now).await.map_err(|error: StoreError| Error::from(error))
        })
        .await?;
    if !may {
        return Err(Error::refused(
            Code::TooMany,
            "this code was used too often just now; try again in a minute",
        ));
    }
    let merchant = app.merchant(&code.merchant).await?;
    create_session(app, &merchant, session(code, amount, sheet, now)?).await
}

fn session(code: ReceiptCode, amount: Money, sheet: &str, now: i64) -> Result<NewSession> {
    let trans_id = format!("{}-{sheet}-{}", code.id, amount.minor());
    let goods = match code.label.is_empty() {
        true => Vec::new(),
        false => vec![Good { name: code.label, quantity: 1, unit_amount: None }],
    };
    Ok(NewSession {
        amount,
        mode: "HOSTED".to_owned(),
        country: code.country,
        locale: String::new(),
        return_url: String::new(),
        cancel_url: String::new(),
        notify_url: code.notify_url,
        goods: serde_json::to_string(&goods).map_err(|error| Error::Internal(error.to_string()))?,
        fingerprint: hex(digest(&SHA256, trans_id.as_bytes()).as_ref()),
        trans_id,
        asked_by: String::new(),
        expire_text: String::new(),
        expires: now + USUAL,
        appearance: String::new(),
    })
}

/// The page that the printed code opens.
pub fn url(app: &App, id: &CodeId) -> String {
    format!("{}/c/{id}", app.public_url)
}

/// A code on the wire.
pub fn view(app: &App, code: &ReceiptCode, livemode: bool) -> CodeView {
    let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    CodeView {
        code_id: code.id.to_string(),
        merchant_id: code.merchant.to_string(),
        status: if code.closed { "CLOSED" } else { "ACTIVE" }.to_owned(),
        label: code.label.clone(),
        currency: code.currency.to_string(),
        min_amount: code.least.to_string(),
        max_amount: code.most.to_string(),
        country: some(&code.country),
        per_minute: u32::try_from(code.per_minute).unwrap_or(u32::MAX),
        url: url(app, &code.id),
        notify_url: some(&code.notify_url),
        created: rfc3339(code.created),
        livemode,
    }
}
