//! Secret keys: made, listed, deleted. A key is shown once, in the answer that made it.

use florin_shared::merchant::KeyView;
use florin_shared::{Code, MerchantId};

use crate::app::App;
use crate::clock::{Millis, day, rfc3339};
use crate::store::keys::{self, Deleted, KeyRow, NewKey, Owner};
use crate::store::{StoreError, Tx};
use crate::{Error, Result, hex};

/// Whose keys: a merchant's, or an organisation's.
#[derive(Clone, Debug)]
pub enum Holder {
    /// The mode is part of the key's text.
    Merchant(MerchantId, bool),
    /// Its id.
    Organisation(String),
}

/// Every key, oldest first; none of them can be read here.
pub async fn list(app: &App, holder: &Holder) -> Result<Vec<KeyView>> {
    let mut tx = app.store.read().await?;
    let rows = match holder {
        Holder::Merchant(id, _) => keys::of_merchant(&mut tx, id).await?,
        Holder::Organisation(id) => keys::of_organisation(&mut tx, id).await?,
    };
    Ok(rows.iter().map(|row| view(row, None)).collect())
}

/// Makes a key. `made_by` names the idempotent request that asks, so that asking again leaves one key and not two.
pub async fn create(app: &App, holder: Holder, made_by: Option<String>) -> Result<KeyView> {
    let random = hex(&app.random.bytes::<32>());
    let secret = format!("{}{random}", beginning(&holder));
    let (kept, now) = (secret.clone(), app.now());
    let added = app
        .store
        .write(async move |tx: &mut Tx| {
            let made_by = made_by.as_deref().unwrap_or_default();
            let key = NewKey { secret: &kept, made_by, at: now };
            match &holder {
                Holder::Merchant(id, _) => keys::add(tx, id, key).await,
                Holder::Organisation(id) => keys::add_to_organisation(tx, id, key).await,
            }
            .map_err(|error: StoreError| Error::from(error))
        })
        .await;
    // It may have taken the place of one whose answer was never given.
    app.keys.forget();
    added?;
    let row = KeyRow {
        key_digest: keys::digest_of(&secret),
        prefix: keys::shown(&secret).to_owned(),
        last_used_day: 0,
        created_ms: now,
    };
    Ok(view(&row, Some(secret)))
}

fn beginning(holder: &Holder) -> &'static str {
    match holder {
        Holder::Merchant(_, true) => "sk_live_",
        Holder::Merchant(_, false) => "sk_test_",
        Holder::Organisation(_) => keys::ORGANISATION,
    }
}

/// Deletes a key: from this moment it opens nothing. The last one stays.
pub async fn delete(app: &App, holder: Holder, id: String) -> Result<()> {
    let deleted = app
        .store
        .write(async move |tx: &mut Tx| {
            match &holder {
                Holder::Merchant(owner, _) => keys::delete(tx, owner, &id).await,
                Holder::Organisation(owner) => keys::delete_of_organisation(tx, owner, &id).await,
            }
            .map_err(|error: StoreError| Error::from(error))
        })
        .await;
    // Also when the commit's outcome is not known.
    app.keys.forget();
    match deleted? {
        Deleted::Gone => Ok(()),
        Deleted::Unknown => Err(Error::no_such("key")),
        Deleted::IsLast => Err(Error::refused(
            Code::LastKey,
            "this is the last key, and nobody could come back in; make another one first",
        )),
    }
}

/// Notes that a key is in use, once a day; nobody waits for it.
pub fn note_use<T>(app: &App, key: &str, owner: &Owner<T>) {
    let today = day(app.now());
    if owner.last_used_day >= today {
        return;
    }
    let (app, key) = (app.clone(), key.to_owned());
    tokio::spawn(async move {
        let noted: std::result::Result<(), StoreError> =
            app.store.write(async move |tx: &mut Tx| keys::used(tx, &key, today).await).await;
        if let Err(error) = noted {
            tracing::warn!(?error, "the use of a key was not noted");
        }
    });
}

fn view(row: &KeyRow, secret: Option<String>) -> KeyView {
    KeyView {
        key_id: row.id(),
        prefix: row.prefix.clone(),
        created: rfc3339(row.created_ms),
        last_used: (row.last_used_day > 0).then(|| date(row.last_used_day)),
        secret,
    }
}

fn date(day: i64) -> String {
    const DAY: Millis = 24 * 60 * 60 * 1000;
    rfc3339(day * DAY).split('T').next().unwrap_or_default().to_owned()
}
