//! A shopper comes back from a channel's own login, or a mini-program brings what its wallet's login has given it: the payment is opened for
//! whoever that was (JSAPI).
//!
//! The way there is a payment's next action, made before the channel knows of any order. So nothing is written down here: who
//! the shopper is lies in no table, and coming back once more is the same request once more. What the channel's bridge needs is
//! given only to whoever came back, and only while the payment may be paid.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use florin_shared::shopper::{NextAction, OpenTransaction};
use florin_shared::{Code, PaymentId, SessionId};

use super::ask::{channel_of, look, read, refused};
use super::cancel::stop;
use super::pay::{answer, asking};
use super::settle::{Heard, settle};
use crate::app::App;
use crate::channel::{Asking, Channel, ChannelError, Login, Opened};
use crate::clock::Millis;
use crate::domain::payment::{Evidence, Payment, Said, Source, Statement};
use crate::{Error, Result};

/// What becomes of a shopper who has come back.
#[derive(Debug)]
pub struct Returned {
    /// Their session.
    pub session: SessionId,
    /// What the wallet's bridge is asked for, as JSON; without it they go on in the checkout, which knows how it stands.
    pub request: Option<String>,
}

/// The way through the login of this payment's channel.
pub(super) fn way(app: &App, payment: &Payment) -> Login {
    let back = format!("{}/login/{}", app.public_url, payment.channel);
    Login { back, state: format!("{}{}", payment.id, seal(app, &payment.id)), code: None }
}

/// Only we can have said it: whoever brings it has seen this payment's next action.
fn seal(app: &App, id: &PaymentId) -> String {
    app.seal_of(&format!("login {id}"))
}

/// Whose way this is.
pub(super) fn payment_of(app: &App, state: &str) -> Option<PaymentId> {
    let (id, told) = state.split_at_checked(state.len().checked_sub(64)?)?;
    let id: PaymentId = id.parse().ok()?;
    verify_slices_are_equal(told.as_bytes(), seal(app, &id).as_bytes()).ok().map(|()| id)
}

/// Somebody comes back with this.
///
/// # Errors
/// Not found, when the way did not begin here.
pub async fn returned(app: &App, channel: &str, state: &str, code: &str) -> Result<Returned> {
    let id = payment_of(app, state).ok_or_else(|| Error::no_such("transaction"))?;
    let payment = read(app, &id).await?;
    if payment.channel != channel {
        return Err(Error::no_such("transaction"));
    }
    let session = payment.session.clone();
    // Somebody who is too late, or says no to the login, learns in the checkout how it stands.
    if code.is_empty() || !may_be_opened(app, &payment, SHORTEST) {
        return Ok(Returned { session, request: None });
    }
    let mut asking = asking(app, &payment, None).await?;
    asking.login.code = Some(code.to_owned());
    Ok(Returned { session, request: open(app, &payment, &asking).await? })
}

/// A mini-program brings what its wallet's login has given it, and gets what it hands to the wallet. What was handed out once is handed out
/// again without asking anybody: the same request once more spends no code and opens nothing.
///
/// # Errors
/// Not found, when this is no payment of a mini-program's in this session. Not taken, when nobody has said who pays: it may bring another code.
pub async fn brought(
    app: &App,
    session: &SessionId,
    id: &PaymentId,
    code: &str,
) -> Result<OpenTransaction> {
    let payment = read(app, id).await?;
    if payment.session != *session {
        return Err(Error::no_such("transaction"));
    }
    match action_of(&payment).as_deref() {
        Some("login") if may_be_opened(app, &payment, SHORTEST) => {}
        // It has been handed out, it is too late, or the first call is still under way.
        Some("login" | "mini_program_params") | None => return answer(app, &payment).await,
        Some(_) => return Err(Error::no_such("login of this transaction")),
    }
    let mut asking = asking(app, &payment, None).await?;
    asking.login.code = Some(code.to_owned());
    open(app, &payment, &asking).await?;
    let payment = read(app, id).await?;
    let is_waiting = action_of(&payment).as_deref() == Some("login");
    if is_waiting && may_be_opened(app, &payment, 0) {
        let sentence = "the wallet has not said who pays; ask it for another code";
        return Err(Error::refused(Code::LoginNotTaken, sentence));
    }
    answer(app, &payment).await
}

/// What kind of thing the shopper has to do; nothing while the channel has not answered.
fn action_of(payment: &Payment) -> Option<String> {
    serde_json::from_str::<NextAction>(&payment.action).ok().map(|action| action.kind)
}

/// The end of an order that is made now must be so far ahead: channels refuse an earlier one
/// (`protocols/wechatpay-v3.md` 4).
const SHORTEST: Millis = 60_000;

fn may_be_opened(app: &App, payment: &Payment, rest: Millis) -> bool {
    payment.state.is_live() && !payment.confirming && app.now() + rest < payment.expires
}

/// Opens it at the channel; gives the request only if the payment is still to be paid when the channel has answered: what was
/// cancelled meanwhile is paid by nobody.
async fn open(app: &App, payment: &Payment, asking: &Asking) -> Result<Option<String>> {
    let channel = channel_of(app, payment).await?;
    let (heard, request) = match channel.pay(payment, asking).await {
        Ok(Opened { evidence, .. }) if evidence.said == Said::Failed => {
            (no(app, channel.as_ref(), payment, evidence).await?, None)
        }
        Ok(Opened { evidence, action }) => {
            let said = Statement {
                evidence,
                source: Source::Reply,
                after_cancel: None,
                after_confirming: false,
            };
            // What a reload of the page finds is still the way to the login; a mini-program keeps what it has been given.
            let kept = action.clone().filter(|action| action.kind != "invoke").map(Box::new);
            (Heard::Said(said, kept), action.and_then(|action| action.text))
        }
        Err(ChannelError::Refused { code }) => {
            let evidence = Evidence { said: Said::Failed, reason: code };
            (no(app, channel.as_ref(), payment, evidence).await?, None)
        }
        Err(ChannelError::NotSent(why)) => {
            tracing::warn!(order_id = %payment.id, why, "a payment was not opened after a login");
            return Ok(None);
        }
        Err(ChannelError::NoAnswer(why)) => {
            tracing::warn!(order_id = %payment.id, why, "a payment got no readable answer after a login");
            (Heard::NoAnswer, None)
        }
    };
    let payment = settle(app, payment, heard).await?;
    Ok(request.filter(|_| may_be_opened(app, &payment, 0)))
}

/// "No" is the last word only where the channel knows of no order under this number: an earlier visit may have made one.
/// Then it is the last word, and nobody is sent through the login again and again.
async fn no(
    app: &App,
    channel: &dyn Channel,
    payment: &Payment,
    evidence: Evidence,
) -> Result<Heard> {
    match look(app, channel, payment).await? {
        // It is closed rather than failed at once: an order of an earlier visit may still be on its way to the channel.
        Some(Said::NotFound) => {
            tracing::warn!(order_id = %payment.id, reason = evidence.reason, "refused after a login");
            stop(app, payment).await?;
            Ok(Heard::Said(refused(evidence.reason), None))
        }
        Some(
            Said::Pending | Said::Confirming | Said::Failed | Said::Cancelled | Said::Paid { .. },
        )
        | None => Ok(Heard::NoAnswer),
    }
}
