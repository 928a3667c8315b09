//! Takes what is due: from every lane as much as it has room for, in one commit.

use florin_shared::{EndpointId, MerchantId};

use crate::clock::Millis;
use crate::courier::Letter;
use crate::courier::lanes::Place;
use crate::domain::address::Reach;
use crate::domain::webhook::EndpointState;
use crate::store::endpoints::Endpoint;
use crate::store::outbox::{self, Due};
use crate::store::{Tx, endpoints};
use crate::{App, Error, Result};

/// Longer than a try and its record may take; then somebody else sends it again.
const LEASE: Millis = 60_000;

/// A message with everything that sending it needs.
pub(super) struct Parcel {
    pub(super) due: Due,
    pub(super) merchant: MerchantId,
    /// Nothing for a session's own address.
    pub(super) endpoint: Option<EndpointId>,
    /// It was known to fail when this was taken.
    pub(super) was_failing: bool,
    pub(super) letter: Letter,
    pub(super) place: Place,
}

/// An endpoint as it is now: a corrected address and a new secret count for old messages too.
struct Target {
    id: EndpointId,
    url: String,
    secrets: Vec<String>,
    is_failing: bool,
}

struct Claimed {
    lane: String,
    target: Option<Target>,
    dues: Vec<Due>,
}

pub(super) async fn claim(app: &App) -> Result<Vec<Parcel>> {
    let now = app.now();
    let lanes = outbox::lanes_due(&mut app.store.read().await?, now).await?;
    let rooms = app.courier.lanes.room(lanes, now);
    if rooms.is_empty() {
        return Ok(Vec::new());
    }
    let claimed = app
        .store
        .write(async move |tx: &mut Tx| {
            let mut claimed = Vec::with_capacity(rooms.len());
            for (lane, room) in rooms {
                claimed.extend(claim_lane(tx, lane, room, now).await?);
            }
            Ok::<_, Error>(claimed)
        })
        .await?;
    let mut parcels = Vec::new();
    for claimed in claimed {
        pack(app, claimed, &mut parcels).await;
    }
    Ok(parcels)
}

/// The endpoint before its messages, as whoever changes one does.
async fn claim_lane(
    tx: &mut Tx,
    lane: String,
    room: usize,
    now: Millis,
) -> Result<Option<Claimed>> {
    let target = match lane.parse::<EndpointId>() {
        Err(_) => None,
        Ok(id) => match target(tx, id, now).await? {
            Some(target) => Some(target),
            None => return Ok(None),
        },
    };
    let most = i64::try_from(room).unwrap_or(1);
    let dues = outbox::claim(tx, &lane, (now, now + LEASE), most).await?;
    Ok((!dues.is_empty()).then_some(Claimed { lane, target, dues }))
}

/// An event that happened while the endpoint was being disabled or deleted goes the way of the others. That is decided
/// under the endpoint's lock: whoever enables it at this very moment releases what waits before or after, never between.
async fn target(tx: &mut Tx, id: EndpointId, now: Millis) -> Result<Option<Target>> {
    let is_enabled = |endpoint: &Endpoint| endpoint.state == EndpointState::Enabled;
    let found = match endpoints::get(tx, &id).await? {
        Some(endpoint) if is_enabled(&endpoint) => Some(endpoint),
        _ => endpoints::hold_still(tx, &id).await?,
    };
    match found {
        Some(endpoint) if is_enabled(&endpoint) => {
            let secrets = endpoints::secrets(tx, &id, now).await?;
            let is_failing = endpoint.failing_since.is_some();
            Ok(Some(Target { id, url: endpoint.url, secrets, is_failing }))
        }
        Some(endpoint) if endpoint.state != EndpointState::Deleted => {
            outbox::hold(tx, &id).await?;
            Ok(None)
        }
        _ => {
            outbox::give_up(tx, &id).await?;
            Ok(None)
        }
    }
}

/// What cannot be packed is tried again when its lease is over, and spoils no other.
async fn pack(app: &App, claimed: Claimed, parcels: &mut Vec<Parcel>) {
    for due in claimed.dues {
        let delivery = due.delivery_id.clone();
        match parcel(app, &claimed.lane, claimed.target.as_ref(), due).await {
            Ok(parcel) => parcels.push(parcel),
            Err(error) => {
                tracing::warn!(
                    delivery_id = delivery,
                    ?error,
                    "a message could not be prepared; it will be tried again"
                )
            }
        }
    }
}

async fn parcel(app: &App, lane: &str, target: Option<&Target>, due: Due) -> Result<Parcel> {
    let id: MerchantId = due.merchant_id.parse()?;
    let merchant = app.merchant(&id).await?;
    let (url, secrets, endpoint) = match target {
        Some(target) => (&target.url, target.secrets.clone(), Some(target.id.clone())),
        None => (&due.url, merchant.secrets(app.now()), None),
    };
    let letter = Letter {
        url: url.clone(),
        id: due.message_id.clone(),
        body: due.body.clone(),
        secrets,
        reach: Reach::of(merchant.livemode),
    };
    let place = app.courier.lanes.begin(lane);
    let was_failing = target.is_some_and(|target| target.is_failing);
    Ok(Parcel { due, merchant: id, endpoint, was_failing, letter, place })
}
