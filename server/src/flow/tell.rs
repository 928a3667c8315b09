//! Writes down who must be told of an event, in the commit that made it true (rule R9, invariant I12).

use florin_shared::{DeliveryId, PaymentId};

use crate::Result;
use crate::clock::{Millis, Random};
use crate::domain::session::Session;
use crate::domain::webhook::{NOTIFY_URL, lane};
use crate::store::endpoints::Listener;
use crate::store::orders::Locked;
use crate::store::outbox::Message;
use crate::store::{Tx, endpoints, outbox};

/// An event that is worth telling.
pub struct News<'a> {
    /// Of which session.
    pub session: &'a Session,
    /// The address that the request itself named, a refund's or the session's; or empty.
    pub own: &'a str,
    /// Of which payment.
    pub payment: &'a PaymentId,
    /// `PAYMENT.SUCCESS`, ….
    pub kind: &'static str,
    /// Its number in the order's log.
    pub seq: i64,
    /// JSON text.
    pub body: String,
}

/// One message for the session's own address, and one for each endpoint that wants this. All of them carry the same
/// `webhook-id`: a receiver behind two addresses knows it for one event.
pub async fn tell(
    tx: &mut Tx,
    order: &Locked,
    news: News<'_>,
    random: &Random,
    now: Millis,
) -> Result<()> {
    let own = news.own;
    let mut receivers = Vec::new();
    if !own.is_empty() {
        receivers.push((NOTIFY_URL.to_owned(), lane(&order.merchant, own), own.to_owned()));
    }
    // Whether the session has one of its own: what a refund names is beside that.
    let has_own = !news.session.notify_url.is_empty();
    let listening = endpoints::listening(tx, &order.merchant, news.kind, has_own).await?;
    let endpoint =
        |listener: Listener| (listener.endpoint_id.clone(), listener.endpoint_id, listener.url);
    receivers.extend(listening.into_iter().map(endpoint));
    let id = format!("msg_{}_{}", news.payment, news.seq);
    for (endpoint, lane, url) in receivers {
        let message = Message {
            delivery: DeliveryId::of(random.dated(now)).to_string(),
            seq: news.seq,
            endpoint: &endpoint,
            lane,
            session: &news.session.id,
            payment: news.payment,
            kind: news.kind,
            id: &id,
            url: &url,
            body: &news.body,
        };
        outbox::add(tx, order, message, now).await?;
    }
    Ok(())
}
