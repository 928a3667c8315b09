//! A payment that nobody has made: asked about where only the channel itself is in question.

use florin_shared::{Money, PaymentId, SessionId};

use super::Channel;
use crate::clock::Millis;
use crate::domain::payment::{Payment, PaymentState, Terms};

/// One of the first thing that this channel sells, under a number that it has never seen. Nothing where it sells nothing.
pub fn nobodys(channel: &dyn Channel, id: PaymentId, now: Millis) -> Option<Payment> {
    let product = channel.products().first()?;
    let terms = Terms {
        id,
        session: SessionId::of([0; 20]),
        merchant: "1".parse().ok()?,
        trans_id: "nobodys".into(),
        terminal: "WEB".into(),
        payer_ip: String::new(),
        amount: Money::new(product.least, product.currency.parse().ok()?).ok()?,
        expires: now,
    };
    Some(Payment { state: PaymentState::Unknown, ..Payment::new(terms, product, now) })
}
