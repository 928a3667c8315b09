//! What merchants are told, written in the commit that made it true.

use super::Desk;
use crate::clock::rfc3339;
use crate::domain::payment::Payment;
use crate::domain::session::Session;
use crate::status::status_of;
use crate::store::orders::Event;
use crate::store::outbox::Message;
use crate::store::{StoreError, Tx, outbox};
use crate::{Error, Result};

impl Desk {
    /// Logs a result and writes its message beside it.
    pub(super) async fn tell_merchant(
        &mut self,
        tx: &mut Tx,
        payment: &Payment,
        kind: &'static str,
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
        if session.notify_url.is_empty() {
            return Ok(());
        }
        let message = Message {
            seq,
            endpoint: "notify_url",
            id: format!("msg_{}_{seq}", payment.id),
            url: &session.notify_url,
            body: self.body(payment, &session, kind, seq)?,
        };
        Ok(outbox::add(tx, &self.order, message, self.now()).await?)
    }

    fn body(&self, payment: &Payment, session: &Session, kind: &str, seq: i64) -> Result<String> {
        use florin_shared::webhook::{Webhook, WebhookData};

        let (code, sentence) = crate::flow::query::outcome(payment);
        let session_status = serde_json::to_value(status_of(session.state)).map_err(unwritable)?;
        let webhook = Webhook {
            kind: kind.to_owned(),
            timestamp: rfc3339(self.now()),
            data: WebhookData {
                merchant_id: payment.merchant.to_string(),
                trans_id: payment.trans_id.clone(),
                session_id: session.id.to_string(),
                order_id: payment.id.to_string(),
                status: crate::flow::query::status(payment).to_owned(),
                session_status: session_status.as_str().unwrap_or_default().to_owned(),
                error_code: code,
                error_description: sentence,
                amount: payment.amount.minor().to_string(),
                currency: payment.amount.currency().to_string(),
                pay_finish_time: payment.paid.map(rfc3339),
                seq: seq.unsigned_abs(),
                livemode: self.context.merchant.livemode,
            },
        };
        serde_json::to_string(&webhook).map_err(unwritable)
    }
}

fn unwritable(error: serde_json::Error) -> Error {
    Error::Store(StoreError::Unreadable(error.to_string(), "a message"))
}
