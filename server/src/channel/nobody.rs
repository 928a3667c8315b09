//! A payment that nobody has made: asked about where only the channel itself is in question.

use florin_shared::{Money, PaymentId, SessionId};

use super::Channel;
use crate::clock::Millis;
use crate::domain::payment::{Payment, PaymentState, Role};

/// One of the first thing that this channel sells, under a number that it has never seen. Nothing where it sells nothing.
pub fn nobodys(channel: &dyn Channel, id: PaymentId, now: Millis) -> Option<Payment> {
    let product = channel.products().first()?;
    Some(Payment {
        request_id: product.numbers.of(&id),
        id,
        session: SessionId::of([0; 20]),
        merchant: "1".parse().ok()?,
        trans_id: "nobodys".into(),
        method: product.method,
        channel: channel.name().into(),
        product: product.name.into(),
        terminal: "WEB".into(),
        payer_ip: String::new(),
        cancellable: product.cancellable,
        amount: Money::new(product.least, product.currency.parse().ok()?).ok()?,
        state: PaymentState::Unknown,
        role: Role::None,
        confirming: false,
        reason: String::new(),
        got: None,
        paid: None,
        action: String::new(),
        expires: now,
        final_after: now,
        cancels_sent: 0,
        cancels_answered: 0,
        cancel_until: 0,
        asks: 0,
        next_ask: None,
        created: now,
        changed: now,
    })
}
