//! A shopper picks the bank at whose page they pay, on a page of ours (`http/onward.rs`), before anybody else hears of the payment.
//!
//! The bank stands in the payment's next action, which is the address of that page, and stays there: what is signed under a number must
//! say the same every time. So whoever wants another bank opens another payment, as by any other choice (D7), and the first is called
//! back; a bank that takes its money all the same is one of two, and one of two goes back.

use std::net::IpAddr;

use florin_shared::PaymentId;
use florin_shared::shopper::NextAction;

use super::ask::{channel_of, read};
use super::desk::{Context, Desk, Finished};
use super::onward::{may_go_on, payment_of};
use super::pay::{self, Choice};
use super::{login, to_the_end};
use crate::app::App;
use crate::channel::{Bank, action};
use crate::domain::payment::Payment;
use crate::domain::scene::Scene;
use crate::store::Tx;
use crate::{Error, Result};

/// The word for a bank that is not in the list: the channel's own page has more.
pub const ANOTHER: &str = "OTHER";

/// Whose browser it is.
#[derive(Clone, Copy, Debug)]
pub struct Picker {
    /// The device, in channels' words.
    pub terminal: &'static str,
    /// The address that it comes from, as far as it is known.
    pub payer_ip: Option<IpAddr>,
}

/// Somebody picks a bank by its code, or [`ANOTHER`]: where they go on.
///
/// # Errors
/// Not found, when the way did not begin here, or there is no such bank on it.
pub async fn pick(app: &App, state: &str, bank: &str, picker: Picker) -> Result<String> {
    let payment = payment_of(app, state).await?;
    if !is_offered(channel_of(app, &payment).await?.banks(&payment), bank) {
        return Err(Error::no_such("bank"));
    }
    let (flow, bank) = (app.clone(), bank.to_owned());
    to_the_end(async move { picked(&flow, &payment, &bank, picker).await }).await
}

/// The code of the bank that was picked for this payment.
pub(super) fn picked_for(payment: &Payment) -> Option<String> {
    let action: NextAction = serde_json::from_str(&payment.action).ok()?;
    let url = action.url?;
    // Other channels' addresses are theirs to choose.
    let (way, code) = url.split_once(BANK)?;
    way.contains(&format!("/to/{}", payment.id)).then(|| code.to_owned())
}

/// Whether somebody who picks this bank has picked another one for this payment.
pub(super) fn is_another(bank: Option<&str>, payment: &Payment) -> bool {
    bank.is_some_and(|bank| picked_for(payment).is_some_and(|own| own != bank))
}

/// In an address, before the code.
const BANK: &str = "?bank=";

fn is_offered(banks: &[Bank], code: &str) -> bool {
    !banks.is_empty() && (code == ANOTHER || banks.iter().any(|bank| bank.code == code))
}

/// Two who pick at once have one payment before them, and the second must have another.
async fn picked(app: &App, payment: &Payment, bank: &str, picker: Picker) -> Result<String> {
    for _ in 0..2 {
        let choice = Choice {
            method: payment.method,
            seen: 0,
            terminal: picker.terminal,
            // Whoever came there had such a method before them, however narrow their window is.
            scene: Scene::Pc,
            payer_ip: picker.payer_ip,
            code: Some(payment.id.clone()),
            bank: Some(bank.to_owned()),
        };
        match pay::pay(app, &payment.session, choice).await {
            Ok(open) => {
                let id: PaymentId = open.order_id.parse().map_err(Error::from)?;
                if let Some(address) = kept(app, &id, bank).await? {
                    return Ok(address);
                }
            }
            Err(error @ Error::Refused(..)) => {
                tracing::info!(order_id = %payment.id, %error, "a bank was picked too late");
                break;
            }
            Err(error) => return Err(error),
        }
    }
    Ok(app.session_url(&payment.session))
}

/// Writes the bank down, once: the address of the page with its form. None when there is another one already, or none is needed any more.
async fn kept(app: &App, id: &PaymentId, bank: &str) -> Result<Option<String>> {
    let payment = read(app, id).await?;
    let Some(way) = login::way(app, &payment).onward() else { return Ok(None) };
    if !is_offered(channel_of(app, &payment).await?.banks(&payment), bank) {
        // Another account carries it out by now, with banks of its own.
        return Ok(Some(way));
    }
    let address = format!("{way}{BANK}{bank}");
    let text = serde_json::to_string(&action::redirect(address.clone()));
    let text = text.map_err(|error| Error::Internal(error.to_string()))?;
    let context = Context::of(app, &payment.merchant, &payment.trans_id).await?;
    let id = id.clone();
    let (payment, finished): (Payment, Finished) = app
        .store
        .write(async move |tx: &mut Tx| {
            let mut desk = Desk::open(tx, context).await?;
            let now = desk.now();
            let payment = desk
                .change(tx, &id, |payment| {
                    let is_shown = !payment.action.is_empty() && may_go_on(payment, now);
                    if is_shown && picked_for(payment).is_none() {
                        payment.action = text;
                    }
                })
                .await?;
            Ok::<_, Error>((payment, desk.finish(tx).await?))
        })
        .await?;
    finished.tell(app);
    Ok(Some(address).filter(|_| picked_for(&payment).as_deref() == Some(bank)))
}
