//! A merchant gives money back: the whole, or a part, as often as something is left.

use std::time::Duration;

use florin_shared::refund::RefundView;
use florin_shared::{Code, MerchantId, Money, ReversalId};

use super::desk::{Context, Desk};
use super::query::{Key, payment_of};
use super::{reverse, to_the_end};
use crate::app::App;
use crate::clock::{Millis, rfc3339};
use crate::domain::payment::Payment;
use crate::domain::reversal::{NotRefundable, Reversal, ReversalState, Wish, refundable};
use crate::store::merchants::Merchant;
use crate::store::{StoreError, Tx, reversals};
use crate::{Error, Result};

/// What a merchant wants back.
#[derive(Clone, Debug)]
pub struct NewRefund {
    /// Of which transaction.
    pub key: Key,
    /// How much; all that is left when nothing is said.
    pub amount: Option<String>,
    /// For the merchant to be sure of; the transaction's when nothing is said.
    pub currency: Option<String>,
    /// In the merchant's words.
    pub wish: Wish,
}

/// How long the merchant's request waits for the channel; the worker goes on afterwards.
const PATIENCE: Duration = Duration::from_secs(8);

/// As long as nobody else takes it up: longer than the calls of one turn with their deadlines.
const LEASE: Millis = 60_000;

/// Writes the refund down, tries it, and says how it stands. The same request again is the same refund.
pub async fn refund(app: &App, merchant: &Merchant, wanted: NewRefund) -> Result<RefundView> {
    if let Some(known) = known(app, merchant, &wanted.wish).await? {
        return Ok(view(&known, merchant.livemode));
    }
    let payment = payment_of(app, &merchant.id, &wanted.key).await?;
    let refund = match write(app, &payment, &wanted).await {
        // Somebody else was quicker with this number, for another order.
        Err(Error::Store(StoreError::Sql(error))) => {
            match known(app, merchant, &wanted.wish).await? {
                Some(known) => return Ok(view(&known, merchant.livemode)),
                None => return Err(error.into()),
            }
        }
        written => written?,
    };
    attempt(app, &refund.id).await;
    let now_is = reverse::get(app, &refund.id).await?;
    Ok(view(&now_is, merchant.livemode))
}

/// The refund that this number is already taken by, if it is the same one.
async fn known(app: &App, merchant: &Merchant, wish: &Wish) -> Result<Option<Reversal>> {
    let mut tx = app.store.read().await?;
    let found = reversals::by_own_number(&mut tx, &merchant.id, &wish.refund_trans_id).await?;
    found.map(|found| same(found, wish)).transpose()
}

fn same(found: Reversal, wish: &Wish) -> Result<Reversal> {
    if found.wish.fingerprint == wish.fingerprint {
        return Ok(found);
    }
    Err(Error::field(
        Code::RefundTransIdUsed,
        "refund_trans_id",
        "this refund_trans_id was used for another refund; a new refund needs a new one",
    ))
}

/// One commit, under the order's lock: nobody else can spend what is left meanwhile.
async fn write(app: &App, payment: &Payment, wanted: &NewRefund) -> Result<Reversal> {
    let context = Context::of(app, &payment.merchant, &payment.trans_id).await?;
    let (id, wanted) = (payment.id.clone(), wanted.clone());
    let (refund, finished) = app
        .store
        .write(async move |tx: &mut Tx| {
            let mut desk = Desk::open(tx, context).await?;
            let payment = desk.payment(&id)?.clone();
            let own = &wanted.wish.refund_trans_id;
            if let Some(found) = reversals::by_own_number(tx, &payment.merchant, own).await? {
                return Ok((same(found, &wanted.wish)?, desk.finish(tx).await?));
            }
            let amount = amount(&payment, &wanted)?;
            let all = reversals::of_payment(tx, &id).await?;
            let amount = refundable(&payment, &all, amount).map_err(refused)?;
            let refund = desk.add_refund(tx, &payment, amount, wanted.wish, LEASE).await?;
            Ok::<_, Error>((refund, desk.finish(tx).await?))
        })
        .await?;
    finished.tell(app);
    Ok(refund)
}

fn amount(payment: &Payment, wanted: &NewRefund) -> Result<Option<Money>> {
    let own = payment.amount.currency().to_string();
    let currency = wanted.currency.as_ref().unwrap_or(&own);
    if *currency != own {
        return Err(refused(NotRefundable::OtherCurrency));
    }
    Ok(wanted.amount.as_ref().map(|amount| Money::parse(amount, currency)).transpose()?)
}

fn refused(why: NotRefundable) -> Error {
    match why {
        NotRefundable::NotPaid => {
            Error::refused(Code::NotRefundable, "this transaction is not paid: cancel it instead")
        }
        NotRefundable::GoesBackAnyway => Error::refused(
            Code::NotRefundable,
            "this transaction was not kept: its money goes back by itself",
        ),
        NotRefundable::NothingLeft => Error::field(
            Code::RefundAmountExceed,
            "amount",
            "everything has gone back, or is on its way",
        ),
        NotRefundable::TooMuch(left) => Error::field(
            Code::RefundAmountExceed,
            "amount",
            format!("at most {} is left of this transaction", left.minor()),
        ),
        NotRefundable::OtherCurrency => Error::field(
            Code::InvalidAmount,
            "currency",
            "a refund is in the currency of its transaction",
        ),
    }
}

/// Tries it for as long as a merchant's request will wait. The try itself goes on to its end.
async fn attempt(app: &App, id: &ReversalId) {
    let (flow, refund) = (app.clone(), id.clone());
    let trying = to_the_end(async move { reverse::reverse(&flow, &refund).await });
    match tokio::time::timeout(PATIENCE, trying).await {
        Ok(Ok(_)) => {}
        Ok(Err(error)) => {
            tracing::warn!(refund_id = %id, ?error, "a refund failed; the worker tries it again");
        }
        Err(_) => {
            tracing::debug!(refund_id = %id, "the channel takes its time; the worker goes on")
        }
    }
}

/// By what a refund is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RefundKey {
    /// `RF…`.
    Refund(ReversalId),
    /// The merchant's own number.
    Own(String),
}

/// The refund of this merchant that the key means.
pub async fn query(app: &App, merchant: &MerchantId, key: &RefundKey) -> Result<Reversal> {
    let mut tx = app.store.read().await?;
    let found = match key {
        RefundKey::Refund(id) => reversals::get(&mut tx, id).await?,
        RefundKey::Own(own) => reversals::by_own_number(&mut tx, merchant, own).await?,
    };
    found.filter(|refund| refund.merchant == *merchant).ok_or_else(|| Error::no_such("refund"))
}

/// A refund on the wire.
pub fn view(refund: &Reversal, livemode: bool) -> RefundView {
    let (error_code, error_description) = outcome(refund);
    let given = |text: &String| (!text.is_empty()).then(|| text.clone());
    RefundView {
        merchant_id: refund.merchant.to_string(),
        refund_id: refund.id.to_string(),
        refund_trans_id: given(&refund.wish.refund_trans_id),
        order_id: refund.payment.to_string(),
        trans_id: refund.trans_id.clone(),
        kind: refund.reason.as_str().to_owned(),
        status: status(refund.state).to_owned(),
        error_code,
        error_description,
        refund_amount: refund.amount.minor().to_string(),
        currency: refund.amount.currency().to_string(),
        reason: given(&refund.wish.reason),
        create_time: rfc3339(refund.created),
        // One that waits for a person is not finished.
        refund_finish_time: (refund.state.is_over() && refund.state != ReversalState::Manual)
            .then(|| rfc3339(refund.changed)),
        livemode,
    }
}

/// A refund's status on the wire.
pub fn status(state: ReversalState) -> &'static str {
    match state {
        ReversalState::Intent | ReversalState::Sent | ReversalState::Unknown => "PROCESSING",
        ReversalState::Success => "SUCCESS",
        ReversalState::Fail => "FAIL",
        ReversalState::Manual => "MANUAL",
        ReversalState::Kept => "KEPT",
    }
}

/// `error_code` and `error_description` of a refund.
pub fn outcome(refund: &Reversal) -> (String, String) {
    let why = if refund.failure.is_empty() { "FAIL" } else { &refund.failure };
    match refund.state {
        ReversalState::Fail => {
            (why.to_owned(), "nothing was returned; it may be asked for again".into())
        }
        ReversalState::Manual => {
            (why.to_owned(), "the channel will not return it: a person must see to it".into())
        }
        _ => ("0000".into(), "request success".into()),
    }
}
