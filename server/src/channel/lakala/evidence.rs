//! What Lakala's answers say of a payment (`protocols/lakala.md` 3 and 7). Whatever is not certain is no answer, and a query decides.

use florin_shared::Money;
use url::Url;

use super::Account;
use super::codes::{self, Verdict};
use super::text::millis;
use super::wire::{Answer, Data, Trade};
use crate::channel::transport::no_answer;
use crate::channel::{ChannelError, Opened, action};
use crate::domain::payment::{Evidence, Payment, Role, Said};

/// The longest address to which we send anybody.
const LONGEST: usize = 2048;

/// The answer to `special_create`, when it was carried out.
pub(super) fn opened(
    account: &Account,
    payment: &Payment,
    data: &Data,
) -> Result<Opened, ChannelError> {
    is_about(account, payment, data)?;
    if data.total_amount.is_some() && data.total() != Some(payment.amount) {
        return Err(no_answer("of another amount"));
    }
    let action = data.counter_url.as_deref().filter(|url| is_page(url));
    let action = action.map(|url| action::redirect(url.to_owned()));
    Ok(Opened { evidence: saying(Said::Pending), action })
}

/// An order that was refused at once.
pub(super) fn refused(reason: &str) -> Opened {
    let evidence = Evidence { said: Said::Failed, reason: reason.to_owned() };
    Opened { evidence, action: None }
}

/// The answer to `order/query`.
pub(super) fn queried(
    account: &Account,
    payment: &Payment,
    answer: &Answer,
) -> Result<Evidence, ChannelError> {
    match codes::verdict(answer) {
        Verdict::Done => {
            is_about(account, payment, &answer.data)?;
            status(payment, &answer.data).map(saying)
        }
        Verdict::Absent => Ok(saying(Said::NotFound)),
        Verdict::Waiting | Verdict::Unsure | Verdict::Refused => Err(unclear(answer)),
    }
}

/// The answer to `order/close`: whatever Lakala makes of it, a query may decide now. Only where it does not know itself is there
/// no answer.
pub(super) fn closed(answer: &Answer) -> Result<(), ChannelError> {
    match codes::verdict(answer) {
        Verdict::Done | Verdict::Refused | Verdict::Absent => Ok(()),
        Verdict::Waiting | Verdict::Unsure => Err(unclear(answer)),
    }
}

/// The trade by which the order was paid: refunds go by its number.
pub(super) fn paid_by<'a>(
    account: &Account,
    payment: &Payment,
    answer: &'a Answer,
) -> Result<&'a str, ChannelError> {
    if codes::verdict(answer) != Verdict::Done {
        return Err(unclear(answer));
    }
    is_about(account, payment, &answer.data)?;
    let mut paid = answer.data.trades().iter().filter(|trade| has_moved(trade, &["PAY"]));
    paid.find_map(|trade| trade.trade_no.as_deref().filter(|number| !number.is_empty()))
        .ok_or_else(|| no_answer("paid, but by no trade that has a number"))
}

/// A word without a reason.
pub(super) fn saying(said: Said) -> Evidence {
    Evidence { said, reason: String::new() }
}

/// It was answered, and the answer decides nothing.
pub(super) fn unclear(answer: &Answer) -> ChannelError {
    no_answer(format!("{} {}", answer.code, answer.msg))
}

/// When it was paid, as far as this trade tells.
pub(super) fn paid_at(trade: Option<&Trade>) -> Option<i64> {
    trade.and_then(|trade| trade.trade_time.as_deref()).and_then(millis)
}

/// Whether this answer speaks of our payment.
fn is_about(account: &Account, payment: &Payment, data: &Data) -> Result<(), ChannelError> {
    if data.out_order_no.as_ref() != Some(&payment.request_id) {
        return Err(no_answer("about another payment"));
    }
    match account.is_ours(data) {
        true => Ok(()),
        false => Err(no_answer("about another merchant")),
    }
}

fn status(payment: &Payment, data: &Data) -> Result<Said, ChannelError> {
    let status = data.status();
    match status.as_str() {
        "0" | "1" => Ok(Said::Pending),
        "2" => paid(data, 0),
        "6" => gone_back(payment, data),
        // Money was taken all the same, at the last moment. We ask for no refund of Lakala's own for that, so it is there.
        "3" | "4" | "5" | "7" if moved(data, &["PAY"])? > 0 => match is_going_back(data) {
            true => gone_back(payment, data),
            false => paid(data, 0),
        },
        "3" => Ok(Said::Failed),
        // Its time was over, or somebody closed it: nobody has paid (D2).
        "4" | "5" | "7" => Ok(Said::Cancelled),
        _ => Err(no_answer("a status we do not know")),
    }
}

/// The order's total, never what the payer paid after discounts (D3).
fn paid(data: &Data, returned: i64) -> Result<Said, ChannelError> {
    let amount = data.total().ok_or_else(|| no_answer("paid, but not how much"))?;
    let paid = data.trades().iter().find(|trade| has_moved(trade, &["PAY"]));
    Ok(Said::Paid { amount, at: paid_at(paid), returned })
}

/// `6` does not tell a part from all of it: the trades that gave money back are summed. What went back because the order was
/// paid twice is not of this payment. Where nothing is listed although something went back, nothing is accepted by it; a
/// payment that counts here already stays as it is, since each refund that we asked for is asked about by its own number.
fn gone_back(payment: &Payment, data: &Data) -> Result<Said, ChannelError> {
    let total = data.total().map_or(0, Money::minor);
    let twice = (moved(data, &["PAY"])? - total).max(0);
    let returned = (moved(data, &["REFUND", "CANCEL"])? - twice).clamp(0, total);
    if returned == 0 && payment.role == Role::None {
        return Err(no_answer("it was paid and given back, and not how much"));
    }
    paid(data, returned)
}

/// Whether anything of it was sent back, whatever became of that.
fn is_going_back(data: &Data) -> bool {
    data.trades().iter().any(|trade| is_of_kind(trade, &["REFUND", "CANCEL"]))
}

/// How much was moved by trades of these kinds.
fn moved(data: &Data, kinds: &[&str]) -> Result<i64, ChannelError> {
    let amounts = data.trades().iter().filter(|trade| has_moved(trade, kinds)).map(|trade| {
        let amount = trade.trade_amount.as_ref().and_then(|amount| amount.fen());
        amount.map(Money::minor).ok_or_else(|| no_answer("a trade of no amount"))
    });
    amounts.sum()
}

/// Whether this is a trade of one of these kinds, and done. `S` is said of cards, `SUCCESS` of codes.
pub(super) fn has_moved(trade: &Trade, kinds: &[&str]) -> bool {
    is_of_kind(trade, kinds) && matches!(trade.trade_status.as_deref(), Some("S" | "SUCCESS"))
}

fn is_of_kind(trade: &Trade, kinds: &[&str]) -> bool {
    trade.trade_type.as_deref().is_some_and(|kind| kinds.contains(&kind))
}

/// An address to which a browser may be sent.
fn is_page(text: &str) -> bool {
    let url = text.parse::<Url>();
    text.len() <= LONGEST && url.is_ok_and(|url| matches!(url.scheme(), "https" | "http"))
}
