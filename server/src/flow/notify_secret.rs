//! A new secret for what goes to sessions' own addresses; the one before signs beside it for a while.

use florin_shared::{Code, MerchantId};

use super::webhook_endpoints::MOST_SECRETS;
use crate::app::App;
use crate::clock::Millis;
use crate::courier::sign;
use crate::store::endpoints::NewSecret;
use crate::store::merchants::{self, Merchant};
use crate::store::{Tx, notify_secrets};
use crate::{Error, Result};

/// A new secret, shown this once, and until when the one before signs too. A request that runs again after a crash comes
/// with the same `seed`, and replaces the secret that its first run left: that one was never shown.
pub async fn rotate(
    app: &App,
    merchant: &MerchantId,
    (overlap, seed): (Millis, Option<String>),
) -> Result<(String, Millis)> {
    let now = app.now();
    let secret = sign::secret(app.random.bytes::<32>());
    let fresh = NewSecret {
        secret: secret.clone(),
        made_by: seed.unwrap_or_default(),
        at: now,
        previous_until: now + overlap,
    };
    let id = merchant.clone();
    let until = app.store.write(async move |tx: &mut Tx| turn(tx, &id, fresh).await).await?;
    app.renew_merchant(merchant).await?;
    Ok((secret, until))
}

/// The decision, under the merchant's lock. Gives the end of the secret before.
pub async fn turn(tx: &mut Tx, merchant: &MerchantId, fresh: NewSecret) -> Result<Millis> {
    let missing = || Error::no_such("merchant");
    if !notify_secrets::lock(tx, merchant, fresh.at).await? {
        return Err(missing());
    }
    if let Some(until) = notify_secrets::replace(tx, merchant, &fresh).await? {
        return Ok(until);
    }
    let found: Merchant = merchants::own(tx, merchant).await?.ok_or_else(missing)?;
    if found.secrets(fresh.at).len() >= MOST_SECRETS {
        return Err(Error::refused(
            Code::LimitReached,
            format!(
                "{MOST_SECRETS} webhook secrets of this merchant sign already; wait until one has ended"
            ),
        ));
    }
    let until = fresh.previous_until;
    notify_secrets::rotate(tx, merchant, fresh).await?;
    Ok(until)
}
