//! What WeChat Pay's answers say of a payment (`protocols/wechatpay-v3.md` 4 and 9). Whatever is not certain is no answer,
//! and a query decides.

use florin_shared::shopper::NextAction;
use jiff::Timestamp;
use url::Url;

use super::Account;
use super::codes::{self, CONFIGURATION, Verdict};
use super::table::{IN_APP, IN_MINI_PROGRAM, IN_WECHAT};
use super::wire::Answer;
use crate::channel::transport::no_answer;
use crate::channel::{Asking, ChannelError, Opened, action};
use crate::clock::Millis;
use crate::domain::payment::{Evidence, Payment, Role, Said};

/// The answer to an order.
pub(super) fn opened(
    payment: &Payment,
    asking: &Asking,
    answer: &Answer,
) -> Result<Opened, ChannelError> {
    match codes::verdict(answer) {
        Verdict::Done => {
            let action = action(payment, asking, answer);
            Ok(Opened { evidence: saying(Said::Pending), action })
        }
        Verdict::Refused(reason) => Ok(refused(reason)),
        Verdict::Misasked => Ok(refused(CONFIGURATION)),
        Verdict::Waits | Verdict::Unsure | Verdict::Exists | Verdict::Absent => {
            Err(unclear(answer))
        }
    }
}

/// The answer to a payment code: it is paid at once, or waits for the payer's password.
pub(super) fn scanned(
    account: &Account,
    payment: &Payment,
    answer: &Answer,
) -> Result<Opened, ChannelError> {
    let evidence = match codes::verdict(answer) {
        Verdict::Done => queried(account, payment, answer)?,
        Verdict::Waits => saying(Said::Pending),
        Verdict::Refused(reason) => return Ok(refused(reason)),
        Verdict::Misasked => return Ok(refused(CONFIGURATION)),
        Verdict::Unsure | Verdict::Exists | Verdict::Absent => return Err(unclear(answer)),
    };
    Ok(Opened { evidence, action: None })
}

/// An order that was refused at once.
pub(super) fn refused(reason: &str) -> Opened {
    let evidence = Evidence { said: Said::Failed, reason: reason.to_owned() };
    Opened { evidence, action: None }
}

/// What the shopper has to do: scan the code, or go to WeChat Pay's page, which opens the wallet and leads back here.
fn action(payment: &Payment, asking: &Asking, answer: &Answer) -> Option<NextAction> {
    if [IN_WECHAT, IN_APP, IN_MINI_PROGRAM].contains(&payment.product.as_str()) {
        // It is signed and handed out by whoever asked (`jsapi.rs`, `app.rs`, `mini.rs`).
        return None;
    }
    if payment.product == "H5" {
        let mut url: Url = answer.h5_url.as_deref()?.parse().ok()?;
        url.query_pairs_mut().append_pair("redirect_url", &asking.return_url);
        return Some(action::redirect(url.into()));
    }
    let text = answer.code_url.clone().filter(|text| !text.is_empty() && text.len() <= 2048)?;
    Some(action::qr(text))
}

/// The answer to a query.
pub(super) fn queried(
    account: &Account,
    payment: &Payment,
    answer: &Answer,
) -> Result<Evidence, ChannelError> {
    match codes::verdict(answer) {
        Verdict::Done if answer.out_trade_no.as_deref() != Some(payment.request_id.as_str()) => {
            Err(no_answer("about another payment"))
        }
        Verdict::Done if !account.is_ours(answer) => Err(no_answer("about another merchant")),
        Verdict::Done if has_gone_back(answer) => gone_back(payment, answer).map(saying),
        Verdict::Done => state(answer).ok_or_else(|| no_answer("a state we do not know")),
        Verdict::Absent => Ok(saying(Said::NotFound)),
        Verdict::Waits
        | Verdict::Unsure
        | Verdict::Misasked
        | Verdict::Refused(_)
        | Verdict::Exists => Err(unclear(answer)),
    }
}

/// What an order's state says, apart from refunds. Nothing when it cannot be read.
pub(super) fn state(answer: &Answer) -> Option<Evidence> {
    let said = match answer.trade_state.as_deref()? {
        "NOTPAY" | "USERPAYING" | "ACCEPT" => Said::Pending,
        "SUCCESS" => paid(answer)?,
        "CLOSED" | "REVOKED" => Said::Cancelled,
        "PAYERROR" => {
            return Some(Evidence { said: Said::Failed, reason: "DECLINED".to_owned() });
        }
        _ => return None,
    };
    Some(saying(said))
}

fn has_gone_back(answer: &Answer) -> bool {
    answer.trade_state.as_deref() == Some("REFUND")
}

/// It was paid and at least one refund exists, and nobody tells how much (D2): the refunds that we have asked for are each
/// asked about by their own numbers. Of a payment that has not counted here we asked for none: somebody refunded it in WeChat
/// Pay's portal, wholly perhaps, and what may have gone back is not accepted.
fn gone_back(payment: &Payment, answer: &Answer) -> Result<Said, ChannelError> {
    // Our own reversal gives back what was paid at the last moment, all of it (D1).
    if payment.is_by_code() && payment.cancels_answered > 0 && payment.role == Role::None {
        return Ok(Said::Cancelled);
    }
    if payment.role == Role::None {
        tracing::error!(order_id = %payment.id,
            "WeChat Pay says that it was paid and refunded before we knew; a person must look in the portal how much");
        return Err(no_answer("it was paid, and refunded elsewhere"));
    }
    paid(answer).ok_or_else(|| no_answer("paid, but not how much"))
}

/// The order's total, never what the payer paid after discounts (D3).
fn paid(answer: &Answer) -> Option<Said> {
    let amount = answer.amount.as_ref()?.total()?;
    Some(Said::Paid { amount, at: answer.success_time.as_deref().and_then(millis), returned: 0 })
}

/// The answer to `close`: whatever WeChat Pay makes of it, a query may decide now. `ORDER_CLOSED` is closed already,
/// `TRADE_ERROR` and `INVALID_REQUEST` usually paid. Only where it does not know itself is there no answer.
pub(super) fn closed(answer: &Answer) -> Result<(), ChannelError> {
    match codes::verdict(answer) {
        Verdict::Done | Verdict::Refused(_) | Verdict::Exists | Verdict::Absent => Ok(()),
        Verdict::Waits | Verdict::Misasked | Verdict::Unsure => Err(unclear(answer)),
    }
}

/// A word without a reason.
pub(super) fn saying(said: Said) -> Evidence {
    Evidence { said, reason: String::new() }
}

/// It was answered, and the answer decides nothing.
pub(super) fn unclear(answer: &Answer) -> ChannelError {
    no_answer(format!("HTTP {} {}", answer.status, answer.code))
}

fn millis(text: &str) -> Option<Millis> {
    text.parse::<Timestamp>().ok().map(Timestamp::as_millisecond)
}
