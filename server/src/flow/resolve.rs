//! A person says what became of money that a channel would not return (D5).

use florin_shared::refund::ReversalView;
use florin_shared::{Code, ReversalId};

use super::desk::{Context, Desk};
use super::refund::{self, RefundKey};
use super::{ask, reverse};
use crate::app::App;
use crate::domain::reversal::{Outcome, Reason, Reversal, ReversalState};
use crate::store::Tx;
use crate::store::merchants::Merchant;
use crate::{Error, Result};

/// What a person says of a reversal.
#[derive(Clone, Debug)]
pub struct Words {
    /// What became of the money.
    pub outcome: Outcome,
    /// How they know, for those who come later.
    pub note: String,
    /// The channel cannot be asked any more: its silence holds nothing up. What it answers all the same counts.
    pub channel_is_gone: bool,
}

/// Books what the person says, after the channel has been asked once more: what it has returned meanwhile is never
/// booked twice. The same words again change nothing.
pub async fn resolve(
    app: &App,
    merchant: &Merchant,
    id: &ReversalId,
    words: &Words,
) -> Result<Reversal> {
    let key = RefundKey::Refund(id.clone());
    let before = refund::query(app, &merchant.id, &key).await?;
    if has_said(&before, words) {
        return Ok(before);
    }
    // Only the merchant's own refunds fail without money having gone back.
    if (before.reason, before.state) == (Reason::Merchant, ReversalState::Fail) {
        is_manual(&before)?;
    }
    is_still_here(&before)?;
    let payment = ask::read(app, &before.payment).await?;
    let asked = match reverse::ask_first(app, &payment, &before).await? {
        Some(asked) => asked,
        None if words.channel_is_gone => before,
        None => return Err(unasked()),
    };
    if has_said(&asked, words) {
        return Ok(asked);
    }
    is_still_here(&asked)?;
    book(app, &asked, words).await
}

fn unasked() -> Error {
    Error::refused(
        Code::ChannelUnavailable,
        "the channel does not answer, and nothing is booked before it has been asked: try again, or say channel_is_gone",
    )
}

/// Somebody has said just this already.
fn has_said(reversal: &Reversal, words: &Words) -> bool {
    reversal.outcome == words.outcome && reversal.note == words.note
}

fn is_manual(reversal: &Reversal) -> Result<()> {
    match reversal.state {
        ReversalState::Manual => Ok(()),
        _ => Err(Error::refused(Code::NotManual, "this reversal does not wait for a person")),
    }
}

/// What the person must know before they give money by another road.
fn is_still_here(reversal: &Reversal) -> Result<()> {
    match reversal.state {
        // Somebody else was quicker.
        _ if reversal.outcome != Outcome::None => is_manual(reversal),
        ReversalState::Manual => Ok(()),
        ReversalState::Success | ReversalState::Fail => Err(Error::refused(
            Code::AlreadyReturned,
            "the channel has returned it, or a part of it, meanwhile: nothing was booked",
        )),
        ReversalState::Intent | ReversalState::Sent | ReversalState::Unknown => {
            Err(Error::refused(
                Code::AlreadyReturned,
                "the channel is returning it just now: nothing was booked",
            ))
        }
        ReversalState::Kept => is_manual(reversal),
    }
}

async fn book(app: &App, asked: &Reversal, words: &Words) -> Result<Reversal> {
    let context = Context::of(app, &asked.merchant, &asked.trans_id).await?;
    let (id, words) = (asked.id.clone(), words.clone());
    let outcome = words.outcome;
    let (reversal, finished) = app
        .store
        .write(async move |tx: &mut Tx| {
            let mut desk = Desk::open(tx, context).await?;
            let (now_is, _) = desk.reversal(tx, &id).await?;
            if has_said(&now_is, &words) {
                return Ok((now_is, desk.finish(tx).await?));
            }
            is_manual(&now_is)?;
            let reversal = desk.resolve(tx, &id, words.outcome, &words.note).await?;
            Ok::<_, Error>((reversal, desk.finish(tx).await?))
        })
        .await?;
    tracing::warn!(refund_id = %reversal.id, outcome = outcome.as_str(), "a person has seen to it");
    finished.tell(app);
    Ok(reversal)
}

/// A reversal on the wire.
pub fn view(reversal: &Reversal, livemode: bool) -> ReversalView {
    let said = reversal.outcome != Outcome::None;
    ReversalView {
        refund: refund::view(reversal, livemode),
        outcome: said.then(|| reversal.outcome.as_str().to_owned()),
        note: said.then(|| reversal.note.clone()),
    }
}
