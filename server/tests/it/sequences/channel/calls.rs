//! The calls, as the server makes them.

use async_trait::async_trait;
use florin_server::channel::{
    Acknowledgement, Asking, Channel, ChannelError, Forged, Notice, Notification, Opened,
};
use florin_server::domain::offer::Product;
use florin_server::domain::payment::{Evidence, Payment, Role, Said};
use florin_server::domain::reversal::{Reversal, ReversalSaid};
use florin_shared::Money;
use florin_shared::shopper::NextAction;

use super::products::PRODUCTS;
use super::{Call, Hostile, NAME};
use crate::sequences::book::{At, Row};

#[async_trait]
impl Channel for Hostile {
    fn name(&self) -> &'static str {
        NAME
    }

    fn is_live(&self) -> bool {
        false
    }

    fn products(&self) -> &'static [Product] {
        &PRODUCTS
    }

    async fn pay(&self, payment: &Payment, asking: &Asking) -> Result<Opened, ChannelError> {
        if payment.is_by_code() != asking.scanned.is_some() {
            self.is_wrong(format!("{} has a payment code too few or too many", payment.id));
        }
        if let Some(None) = self.stored(payment).await {
            self.is_wrong(format!("{} reached the channel before it was written down", payment.id));
        }
        self.carry(Call::Pay, &payment.request_id, |world, dice, now| {
            world.open(payment, now, dice);
            if payment.is_by_code() {
                world.pay_at_once(&payment.request_id, now, dice);
            }
            let row = &world.rows[&payment.request_id];
            let said = row.said();
            let action = NextAction {
                kind: "show_code".into(),
                text: Some(payment.request_id.clone()),
                code_kind: Some("qr".into()),
                app_link: None,
                url: None,
                transfer: None,
            };
            let answer =
                |action| Ok(Opened { evidence: Evidence { said, reason: String::new() }, action });
            match row.at {
                At::Open if payment.is_by_code() || dice.is_under(4) => answer(None),
                At::Open => answer(Some(action)),
                At::Confirming(..) | At::Paid => answer(None),
                At::Nowhere => Err(ChannelError::Refused { code: "RISK_REJECT".into() }),
                At::Queued(_) => Err(ChannelError::NoAnswer("queued".into())),
                At::Declined | At::Closed => {
                    Err(ChannelError::Refused { code: "ORDER_IS_CLOSED".into() })
                }
            }
        })
        .await
    }

    async fn query(&self, payment: &Payment) -> Result<Evidence, ChannelError> {
        self.carry(Call::Query, &payment.request_id, |world, _, _| {
            let said = world.rows.get(&payment.request_id).map_or(Said::NotFound, Row::said);
            Ok(Evidence { said, reason: String::new() })
        })
        .await
    }

    async fn cancel(&self, payment: &Payment) -> Result<(), ChannelError> {
        if !payment.cancellable {
            self.is_wrong(format!("{} cannot be cancelled here", payment.id));
        }
        let accepted = |stored: &Payment| stored.role == Role::Accepted;
        if self.stored(payment).await.flatten().as_ref().is_some_and(accepted) {
            self.is_wrong(format!("{} is accepted, and a cancel is sent (D1)", payment.id));
        }
        self.carry(Call::Cancel, &payment.request_id, |world, dice, now| {
            world.cancel(&payment.request_id, now, dice)
        })
        .await
    }

    async fn refund(
        &self,
        payment: &Payment,
        reversal: &Reversal,
        _notify_url: &str,
    ) -> Result<ReversalSaid, ChannelError> {
        self.is_right(payment, reversal).await;
        let calm = self.is_calm();
        self.carry(Call::Refund, &payment.request_id, |world, dice, now| {
            let said = world.refund(reversal, &payment.request_id, now, calm, dice);
            if dice.is_under(40) && said == ReversalSaid::Done {
                world.tell_of_refund(reversal, said.clone(), reversal.amount);
            }
            // A message that the book contradicts: a refund that is none, or another amount.
            if dice.is_under(10) {
                let half = Money::new(1 + reversal.amount.minor() / 2, reversal.amount.currency());
                world.tell_of_refund(reversal, ReversalSaid::Failed("NO".into()), reversal.amount);
                world.tell_of_refund(reversal, ReversalSaid::Done, half.unwrap());
            }
            Ok(said)
        })
        .await
    }

    async fn query_refund(
        &self,
        payment: &Payment,
        reversal: &Reversal,
    ) -> Result<ReversalSaid, ChannelError> {
        self.carry(Call::QueryRefund, &payment.request_id, |world, _, _| {
            let row = world.rows.get(&payment.request_id);
            Ok(row.map_or(ReversalSaid::NotFound, |row| row.said_of(&reversal.request_id)))
        })
        .await
    }

    /// It knows a payment by our number alone.
    async fn request_of(&self, number: &str) -> Result<Option<String>, ChannelError> {
        Ok(Some(number.to_owned()))
    }

    fn read_notification(&self, notification: &Notification<'_>) -> Result<Notice, Forged> {
        let number =
            std::str::from_utf8(notification.body).ok().and_then(|text| text.parse::<usize>().ok());
        let world = self.world();
        number
            .and_then(|number| world.notices.get(number).cloned())
            .ok_or(Forged("no such message"))
    }

    fn acknowledgement(&self) -> Acknowledgement {
        Acknowledgement { status: 200, content_type: "text/plain", body: "ok" }
    }

    async fn probe(&self, _nobodys: &Payment) -> Result<String, String> {
        Ok("it is this very program".into())
    }
}
