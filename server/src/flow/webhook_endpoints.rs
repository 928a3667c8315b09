//! A merchant's webhook endpoints: make, list, change, rotate, delete, try out.

use florin_shared::webhook::TEST_KIND;
use florin_shared::{Code, EndpointId, MerchantId};

use crate::app::App;
use crate::clock::{Millis, rfc3339};
use crate::courier::{Answer, Letter, sign};
use crate::domain::address::Reach;
use crate::domain::webhook::{EndpointState, MOST_ENDPOINTS, Sessions};
use crate::store::endpoints::{self, Endpoint, NewSecret};
use crate::store::merchants::Merchant;
use crate::store::{Tx, outbox};
use crate::{Error, Result, hex};

/// What is to be different; nothing stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// Where it is.
    pub url: Option<String>,
    /// The merchant's own words.
    pub description: Option<String>,
    /// Types, families, or `*`.
    pub types: Option<Vec<String>>,
    /// Of which sessions it hears.
    pub sessions: Option<Sessions>,
    /// Whether it hears of anything.
    pub enabled: Option<bool>,
}

impl Change {
    fn carry_out(self, endpoint: &mut Endpoint) {
        if let Some(url) = self.url {
            endpoint.url = url;
        }
        if let Some(description) = self.description {
            endpoint.description = description;
        }
        if let Some(types) = self.types {
            endpoint.types = types;
        }
        if let Some(sessions) = self.sessions {
            endpoint.sessions = sessions;
        }
        match self.enabled {
            Some(true) => endpoint.state = EndpointState::Enabled,
            Some(false) => endpoint.state = EndpointState::Disabled,
            None => {}
        }
    }
}

fn no_such() -> Error {
    Error::no_such("webhook endpoint")
}

/// Makes an endpoint, and gives the secret that is shown this once. `url` must be there. A request that runs again after a
/// crash comes with the same `seed`, and replaces what its first run left: that secret was never shown.
pub async fn create(
    app: &App,
    merchant: &Merchant,
    seed: Option<[u8; 16]>,
    wanted: Change,
) -> Result<(Endpoint, String)> {
    let now = app.now();
    let mut endpoint = Endpoint {
        id: EndpointId::of(seed.unwrap_or_else(|| app.random.dated(now))),
        merchant: merchant.id.clone(),
        url: String::new(),
        description: String::new(),
        types: vec!["*".into()],
        sessions: Sessions::WithoutNotifyUrl,
        state: EndpointState::Enabled,
        created: now,
        failing_since: None,
        delivered: None,
    };
    wanted.carry_out(&mut endpoint);
    check_url(app, merchant, &endpoint.url).await?;
    let secret = sign::secret(app.random.bytes::<32>());
    let made = (endpoint.clone(), secret.clone());
    app.store
        .write(async move |tx: &mut Tx| {
            if endpoints::lock(tx, &endpoint.merchant, &endpoint.id, now).await?.is_some() {
                let made_by = String::new();
                let fresh = NewSecret { secret, made_by, at: now, previous_until: now };
                return Ok(endpoints::rotate(tx, &endpoint.id, fresh).await?);
            }
            if endpoints::count(tx, &endpoint.merchant).await? >= MOST_ENDPOINTS {
                return Err(Error::refused(
                    Code::LimitReached,
                    format!("a merchant has at most {MOST_ENDPOINTS} webhook endpoints"),
                ));
            }
            Ok(endpoints::add(tx, &endpoint, secret).await?)
        })
        .await?;
    Ok(made)
}

/// Refuses an address that may not be called, or whose name leads to one.
async fn check_url(app: &App, merchant: &Merchant, url: &str) -> Result<()> {
    let refused =
        |sentence| Error::field(Code::InvalidWebhookUrl, "url", format!("url {sentence}"));
    app.courier.check(url, Reach::of(merchant.livemode)).await.map_err(refused)
}

/// A merchant's endpoints, oldest first.
pub async fn list(app: &App, merchant: &Merchant) -> Result<Vec<Endpoint>> {
    let mut tx = app.store.read().await?;
    let mut all = Vec::new();
    for endpoint in endpoints::of_merchant(&mut tx, &merchant.id).await? {
        all.push(endpoints::with_last_delivery(&mut tx, endpoint).await?);
    }
    Ok(all)
}

/// One of them.
pub async fn get(app: &App, merchant: &Merchant, id: &EndpointId) -> Result<Endpoint> {
    let mut tx = app.store.read().await?;
    let found = endpoints::get(&mut tx, id).await?;
    let is_theirs = |endpoint: &Endpoint| {
        endpoint.merchant == merchant.id && endpoint.state != EndpointState::Deleted
    };
    let endpoint = found.filter(is_theirs).ok_or_else(no_such)?;
    Ok(endpoints::with_last_delivery(&mut tx, endpoint).await?)
}

/// Changes one. What waits for a disabled endpoint is kept, and due when it is enabled again.
pub async fn change(
    app: &App,
    merchant: &Merchant,
    id: EndpointId,
    change: Change,
) -> Result<Endpoint> {
    if let Some(url) = &change.url {
        check_url(app, merchant, url).await?;
    }
    let (now, merchant) = (app.now(), merchant.id.clone());
    let endpoint = app
        .store
        .write(async move |tx: &mut Tx| {
            let mut endpoint =
                endpoints::lock(tx, &merchant, &id, now).await?.ok_or_else(no_such)?;
            let before = endpoint.clone();
            change.carry_out(&mut endpoint);
            endpoints::save(tx, &before, &endpoint, now).await?;
            match endpoint.state {
                EndpointState::Enabled => outbox::release(tx, &id, now).await?,
                _ => outbox::hold(tx, &id).await?,
            }
            Ok::<_, Error>(endpoints::with_last_delivery(tx, endpoint).await?)
        })
        .await?;
    app.wake.outbox.notify_one();
    Ok(endpoint)
}

/// Deletes one. What it has not been told is given up, and can still be read.
pub async fn delete(app: &App, merchant: &Merchant, id: EndpointId) -> Result<()> {
    let (now, merchant) = (app.now(), merchant.id.clone());
    app.store
        .write(async move |tx: &mut Tx| {
            let mut endpoint =
                endpoints::lock(tx, &merchant, &id, now).await?.ok_or_else(no_such)?;
            let before = endpoint.clone();
            endpoint.state = EndpointState::Deleted;
            endpoints::save(tx, &before, &endpoint, now).await?;
            endpoints::forget_secrets(tx, &id).await?;
            Ok(outbox::give_up(tx, &id).await?)
        })
        .await
}

/// An endpoint answered 410 at this address: it is told nothing more, and what it has not been told waits for it. False
/// when it has another address by now, or is not to be told anything anyway.
pub async fn gone(
    tx: &mut Tx,
    (merchant, id): (&MerchantId, &EndpointId),
    url: &str,
    now: Millis,
) -> Result<bool> {
    let Some(mut endpoint) = endpoints::lock(tx, merchant, id, now).await? else {
        return Ok(false);
    };
    if endpoint.url != url || endpoint.state != EndpointState::Enabled {
        return Ok(false);
    }
    let before = endpoint.clone();
    endpoint.state = EndpointState::Gone;
    endpoints::save(tx, &before, &endpoint, now).await?;
    outbox::hold(tx, id).await?;
    Ok(true)
}

/// For how long the old secret signs too, in seconds: a day, when nothing is said.
pub const OVERLAP_S: u64 = 24 * 60 * 60;

/// And a week at most.
pub const LONGEST_OVERLAP_S: u64 = 7 * OVERLAP_S;

/// How many secrets may sign one message: each makes every message's header longer.
pub(super) const MOST_SECRETS: usize = 5;

/// A new secret, shown this once; those before sign beside it, the last one for so long, earlier ones as they were
/// promised. A request that runs again after a crash comes with the same `seed`, and replaces the secret that its first
/// run left: that one was never shown.
pub async fn rotate(
    app: &App,
    merchant: &Merchant,
    id: EndpointId,
    (overlap, seed): (Millis, Option<String>),
) -> Result<(Endpoint, String, Millis)> {
    let (now, merchant) = (app.now(), merchant.id.clone());
    let secret = sign::secret(app.random.bytes::<32>());
    let fresh = NewSecret {
        secret: secret.clone(),
        made_by: seed.unwrap_or_default(),
        at: now,
        previous_until: now + overlap,
    };
    let (endpoint, until) = app
        .store
        .write(async move |tx: &mut Tx| {
            let endpoint = endpoints::lock(tx, &merchant, &id, now).await?.ok_or_else(no_such)?;
            let endpoint = endpoints::with_last_delivery(tx, endpoint).await?;
            if let Some(until) = endpoints::replace(tx, &id, &fresh).await? {
                return Ok((endpoint, until));
            }
            if endpoints::secrets(tx, &id, now).await?.len() >= MOST_SECRETS {
                return Err(Error::refused(
                    Code::LimitReached,
                    format!("{MOST_SECRETS} secrets of this endpoint sign already; wait until one has ended"),
                ));
            }
            let until = fresh.previous_until;
            endpoints::rotate(tx, &id, fresh).await?;
            Ok::<_, Error>((endpoint, until))
        })
        .await?;
    Ok((endpoint, secret, until))
}

/// What a test came to.
pub struct Tested {
    /// The `webhook-id`.
    pub message: String,
    /// When it began.
    pub at: Millis,
    /// How long it took.
    pub took: Millis,
    /// What came back.
    pub answer: Answer,
}

/// Sends a signed test event at once, disabled or not, and waits for the answer.
pub async fn test(app: &App, merchant: &Merchant, id: &EndpointId) -> Result<Tested> {
    let endpoint = get(app, merchant, id).await?;
    let at = app.now();
    let message = format!("msg_test_{}", hex(&app.random.bytes::<16>()));
    let secrets = endpoints::secrets(&mut app.store.read().await?, id, at).await?;
    let body = test_body(merchant, id, at);
    // One at a time to an endpoint, however often it is asked for (threat S30).
    let lane = format!("test {id}");
    if app.courier.lanes.is_busy(&lane) {
        return Err(Error::refused(
            Code::TooMany,
            "a test of this endpoint is under way; wait for its answer",
        ));
    }
    let _place = app.courier.lanes.begin(&lane);
    let reach = Reach::of(merchant.livemode);
    let letter = Letter { url: endpoint.url, id: message.clone(), body, secrets, reach };
    let answer = app.courier.carry(&letter, at).await;
    Ok(Tested { message, at, took: (app.now() - at).max(0), answer })
}

fn test_body(merchant: &Merchant, id: &EndpointId, at: Millis) -> String {
    serde_json::json!({
        "type": TEST_KIND,
        "timestamp": rfc3339(at),
        "data": {
            "merchant_id": merchant.id.as_str(),
            "endpoint_id": id.as_str(),
            "livemode": merchant.livemode,
        },
    })
    .to_string()
}
