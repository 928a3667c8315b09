//! Somebody opens the one code (`channel/one_code.rs`): a wallet's own browser pays there and then, any other finds the checkout.
//!
//! What a wallet opens is an ordinary choice of its method (`pay.rs`), so the code is called back in the commit that makes the payment
//! (D7), and the page that shows it hears of the payment by its polls. A code opens one wallet's payment: another one that scans
//! it meanwhile, or too late, closes nothing that somebody may be paying; whoever holds that phone decides in the checkout. The same
//! wallet once more is the same payment.

use std::net::IpAddr;

use florin_shared::session::SessionStatus;
use florin_shared::{Method, PaymentId};

use super::ask::read;
use super::pay::{self, Choice};
use super::view;
use crate::app::App;
use crate::channel::one_code::wallet_in;
use crate::domain::payment::Payment;
use crate::domain::scene::Scene;
use crate::{Error, Result};

/// Who scans.
#[derive(Clone, Copy, Debug)]
pub struct Scanner {
    /// Where.
    pub scene: Scene,
    /// The device, in channels' words.
    pub terminal: &'static str,
    /// The address that the browser comes from, as far as it is known.
    pub payer_ip: Option<IpAddr>,
}

/// Where the browser goes that has opened a code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Way {
    /// There: to the wallet's login, or into the checkout.
    To(String),
    /// Nothing can be paid in this browser.
    Nowhere,
}

/// Somebody opens the code of this payment.
///
/// # Errors
/// Not found, when there is no such code; whatever is ours.
pub async fn scanned(app: &App, id: &PaymentId, scanner: Scanner) -> Result<Way> {
    let code = read(app, id).await?;
    if code.method != Method::OneCode {
        return Err(Error::no_such("code"));
    }
    if let Some(method) = wallet_in(scanner.scene)
        && let Some(way) = paid_by(app, &code, method, scanner).await?
    {
        return Ok(Way::To(way));
    }
    let shown = view::view(app, &code.session, scanner.scene).await?;
    let is_payable = shown.methods.iter().any(|offer| offer.unavailable.is_none());
    let has_more = shown.status != SessionStatus::Processing || shown.open.is_some();
    Ok(if is_payable || has_more { Way::To(app.session_url(&code.session)) } else { Way::Nowhere })
}

/// The way to the wallet's login, or to its page. None when it cannot be paid, or not like that: the checkout says why.
async fn paid_by(
    app: &App,
    code: &Payment,
    method: Method,
    scanner: Scanner,
) -> Result<Option<String>> {
    let Scanner { scene, terminal, payer_ip } = scanner;
    let choice = Choice {
        method,
        seen: 0,
        terminal,
        scene,
        payer_ip,
        code: Some(code.id.clone()),
        bank: None,
    };
    match pay::pay(app, &code.session, choice).await {
        Ok(open) => {
            let action = open.next_action.filter(|action| action.kind == "redirect");
            Ok(action.and_then(|action| action.url))
        }
        Err(error @ Error::Refused(..)) => {
            tracing::info!(order_id = %code.id, %error, "a scanned code opened nothing");
            Ok(None)
        }
        Err(error) => Err(error),
    }
}
