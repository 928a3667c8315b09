//! What merchants are told, written in the commit that made it true.

use florin_shared::webhook::{RefundData, Webhook, WebhookData};

use super::Desk;
use crate::clock::rfc3339;
use crate::domain::payment::Payment;
use crate::domain::reversal::Reversal;
use crate::domain::session::Session;
use crate::flow::query;
use crate::flow::tell::{News, tell};
use crate::status::status_of;
use crate::store::orders::Event;
use crate::store::{StoreError, Tx};
use crate::{Error, Result};

impl Desk {
    /// Logs a payment's result and writes its message beside it.
    pub(super) async fn tell_merchant(
        &mut self,
        tx: &mut Tx,
        payment: &Payment,
        kind: &'static str,
    ) -> Result<()> {
        self.tell(tx, payment, kind, None).await
    }

    /// The same for money that goes back; a refund's own address comes first.
    pub(super) async fn tell_of_return(
        &mut self,
        tx: &mut Tx,
        payment: &Payment,
        kind: &'static str,
        reversal: &Reversal,
    ) -> Result<()> {
        self.tell(tx, payment, kind, Some(reversal)).await
    }

    async fn tell(
        &mut self,
        tx: &mut Tx,
        payment: &Payment,
        kind: &'static str,
        reversal: Option<&Reversal>,
    ) -> Result<()> {
        let session = self.session(&payment.session)?.clone();
        let event = Event {
            session: &session.id,
            payment: Some(&payment.id),
            kind: "RESULT",
            from: "",
            to: kind,
            at: self.now(),
        };
        let seq = self.order.log(tx, event).await?;
        let own = reversal.map_or("", |reversal| reversal.wish.notify_url.as_str());
        let news = News {
            session: &session,
            own: if own.is_empty() { &session.notify_url } else { own },
            payment: &payment.id,
            kind,
            seq,
            body: self.body(payment, &session, kind, seq, reversal)?,
        };
        tell(tx, &self.order, news, &self.context.random, self.now()).await
    }

    fn body(
        &self,
        payment: &Payment,
        session: &Session,
        kind: &str,
        seq: i64,
        reversal: Option<&Reversal>,
    ) -> Result<String> {
        let (code, sentence) =
            reversal.map_or_else(|| query::outcome(payment), crate::flow::refund::outcome);
        let session_status = serde_json::to_value(status_of(session.state)).map_err(unwritable)?;
        let webhook = Webhook {
            kind: kind.to_owned(),
            timestamp: rfc3339(self.now()),
            data: WebhookData {
                merchant_id: payment.merchant.to_string(),
                trans_id: payment.trans_id.clone(),
                session_id: session.id.to_string(),
                order_id: payment.id.to_string(),
                status: query::status(payment).to_owned(),
                session_status: session_status.as_str().unwrap_or_default().to_owned(),
                error_code: code,
                error_description: sentence,
                amount: payment.amount.minor().to_string(),
                currency: payment.amount.currency().to_string(),
                pay_finish_time: payment.paid.map(rfc3339),
                seq: seq.unsigned_abs(),
                livemode: self.context.merchant.livemode,
                refund: reversal.map(refund_data),
            },
        };
        serde_json::to_string(&webhook).map_err(unwritable)
    }
}

fn refund_data(reversal: &Reversal) -> RefundData {
    let own = &reversal.wish.refund_trans_id;
    RefundData {
        refund_id: reversal.id.to_string(),
        refund_trans_id: (!own.is_empty()).then(|| own.clone()),
        refund_amount: reversal.amount.minor().to_string(),
        refund_status: crate::flow::refund::status(reversal.state).to_owned(),
        kind: reversal.reason.as_str().to_owned(),
    }
}

fn unwritable(error: serde_json::Error) -> Error {
    Error::Store(StoreError::Unreadable(error.to_string(), "a message"))
}
