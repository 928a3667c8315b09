//! Secret keys: made, listed, deleted. A key is shown once, in the answer that made it.

use florin_shared::Code;
use florin_shared::merchant::KeyView;

use crate::app::App;
use crate::clock::{Millis, Random, day, rfc3339};
use crate::store::keys::{self, Deleted, Holder, KeyRow, Last, MOST, NewKey, Owner};
use crate::store::{StoreError, Tx};
use crate::{Error, Result, hex};

/// With what a key begins, so that one glance tells what it opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A merchant's, real money.
    Live,
    /// A merchant's, no real money.
    Test,
    /// An organisation's.
    Organisation,
}

impl Kind {
    /// A merchant's, by its mode.
    pub fn of_merchant(livemode: bool) -> Kind {
        if livemode { Kind::Live } else { Kind::Test }
    }

    /// A key that nobody has yet: 256 random bits behind its beginning.
    pub fn draw(self, random: &Random) -> String {
        let beginning = match self {
            Kind::Live => "sk_live_",
            Kind::Test => "sk_test_",
            Kind::Organisation => keys::ORGANISATION,
        };
        format!("{beginning}{}", hex(&random.bytes::<32>()))
    }
}

/// Every key, oldest first; none of them can be read here.
pub async fn list(app: &App, holder: &Holder) -> Result<Vec<KeyView>> {
    let rows = keys::of(&mut app.store.read().await?, holder).await?;
    Ok(rows.iter().map(|row| view(row, None)).collect())
}

/// Makes a key. `made_by` names the idempotent request that asks, so that asking again leaves one key and not two.
///
/// # Errors
/// `LIMIT_REACHED` when the holder has [`MOST`] already.
pub async fn create(
    app: &App,
    holder: Holder,
    kind: Kind,
    made_by: Option<String>,
) -> Result<KeyView> {
    let secret = kind.draw(&app.random);
    let (kept, now) = (secret.clone(), app.now());
    let is_added = app
        .store
        .write(async move |tx: &mut Tx| {
            let made_by = made_by.as_deref().unwrap_or_default();
            let key = NewKey { secret: &kept, made_by, at: now };
            keys::add(tx, &holder, key).await.map_err(|error: StoreError| Error::from(error))
        })
        .await;
    // It may have taken the place of one whose answer was never given.
    app.keys.forget();
    if !is_added? {
        return Err(Error::refused(
            Code::LimitReached,
            format!("there are {MOST} keys already; delete one that is no longer needed"),
        ));
    }
    let row = KeyRow {
        key_digest: keys::digest_of(&secret),
        prefix: keys::shown(&secret).to_owned(),
        last_used_day: 0,
        created_ms: now,
    };
    Ok(view(&row, Some(secret)))
}

/// Deletes a key: from this moment it opens nothing. The last one stays.
pub async fn delete(app: &App, holder: Holder, id: String) -> Result<()> {
    let deleted = app
        .store
        .write(async move |tx: &mut Tx| {
            keys::delete(tx, &holder, &id, Last::Keep)
                .await
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
