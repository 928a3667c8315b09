//! Takes what is due: from every lane as much as it has room for, in one commit.

use florin_shared::{EndpointId, MerchantId};

use crate::clock::Millis;
use crate::courier::Letter;
use crate::courier::lanes::Place;
use crate::domain::address::Reach;
use crate::domain::webhook::EndpointState;
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
    pub(super) letter: Letter,
    pub(super) place: Place,
}

/// An endpoint as it is now: a corrected address and a new secret count for old messages too.
struct Target {
    id: EndpointId,
    url: String,
    secrets: Vec<String>,
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
        pack(app, claimed, &mut parcels).await?;
    }
    Ok(parcels)
}

async fn claim_lane(
    tx: &mut Tx,
    lane: String,
    room: usize,
    now: Millis,
) -> Result<Option<Claimed>> {
    let most = i64::try_from(room).unwrap_or(1);
    let dues = outbox::claim(tx, &lane, (now, now + LEASE), most).await?;
    if dues.is_empty() {
        return Ok(None);
    }
    let Ok(id) = lane.parse::<EndpointId>() else {
        return Ok(Some(Claimed { lane, target: None, dues }));
    };
    let Some(target) = target(tx, id, now).await? else { return Ok(None) };
    Ok(Some(Claimed { lane, target: Some(target), dues }))
}

/// An event that happened while the endpoint was being disabled or deleted goes the way of the others.
async fn target(tx: &mut Tx, id: EndpointId, now: Millis) -> Result<Option<Target>> {
    let endpoint = endpoints::get(tx, &id).await?;
    match endpoint {
        Some(endpoint) if endpoint.state == EndpointState::Enabled => {
            let secrets = endpoints::secrets(tx, &id, now).await?;
            Ok(Some(Target { id, url: endpoint.url, secrets }))
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

async fn pack(app: &App, claimed: Claimed, parcels: &mut Vec<Parcel>) -> Result<()> {
    for due in claimed.dues {
        let id: MerchantId = due.merchant_id.parse()?;
        let merchant = app.merchant(&id).await?;
        let (url, secrets, endpoint) = match &claimed.target {
            Some(target) => (&target.url, target.secrets.clone(), Some(target.id.clone())),
            None => (&due.url, vec![merchant.webhook_secret.clone()], None),
        };
        let letter = Letter {
            url: url.clone(),
            id: due.message_id.clone(),
            body: due.body.clone(),
            secrets,
            reach: Reach::of(merchant.livemode),
        };
        let place = app.courier.lanes.begin(&claimed.lane);
        parcels.push(Parcel { due, merchant: id, endpoint, letter, place });
    }
    Ok(())
}
