//! Money that came into an account of the merchant's own. It is written down before anything is made of it; then the payment is
//! found that it names, and judged as any other word of a channel. What names none is not guessed: it waits for a person.
//!
//! A credit has the bank's own number. Whatever tells of it again, a message, an answer, a file that overlaps with another, is about the
//! same money. What a file or a person says of it is the last word (`claim.rs`).

use super::again::again;
use super::sellers;
use super::settle::{Heard, settle};
use crate::app::App;
use crate::channel::Channel;
use crate::domain::credit::{Credit, CreditState, MOST_UNDER_ONE, numbered};
use crate::domain::payment::Payment;
use crate::store::credits::{self, Kept};
use crate::store::{Tx, payments};
use crate::{Error, Result};

/// More references than anybody writes into one transfer are not looked for.
pub(super) const MOST_REFERENCES: usize = 20;

/// A bank's message, proved: kept, and taken in.
pub async fn hear(app: &App, channel: &dyn Channel, credit: Credit) -> Result<()> {
    let kept = keep(app, channel.name(), &credit).await?;
    if kept.credit.amount != credit.amount {
        tracing::error!(
            channel = kept.channel,
            credit = credit.id,
            "a credit was told with two amounts"
        );
    }
    take_in(app, &kept).await
}

async fn keep(app: &App, channel: &str, credit: &Credit) -> Result<Kept> {
    let (now, name, told) = (app.now(), channel.to_owned(), credit.clone());
    app.store
        .write(async move |tx: &mut Tx| {
            credits::keep(tx, &name, &told, now).await?;
            let kept = credits::get(tx, &name, &told.id).await?;
            kept.ok_or_else(|| Error::Internal("a credit that was kept is not there".into()))
        })
        .await
}

/// Makes of a credit what it is. May be done twice, and stopped anywhere: what it is, is written down first, and it is called a
/// payment in the commit in which that counts by it.
pub async fn take_in(app: &App, kept: &Kept) -> Result<()> {
    if matches!(kept.state, CreditState::Stray | CreditState::Foreign) {
        return Ok(());
    }
    let Some(request_id) = number_of(app, kept).await? else {
        tracing::error!(
            channel = kept.channel,
            credit = kept.credit.id,
            "a credit names no payment: `florin credits`"
        );
        return end(app, kept).await;
    };
    let payment = payment_of(app, &kept.channel, &request_id).await?;
    settle(app, &payment, Heard::Told(kept.credit.clone())).await.map(drop)
}

/// The number of the payment that this credit is, from now on for ever; none if it names nobody's.
async fn number_of(app: &App, kept: &Kept) -> Result<Option<String>> {
    if !kept.request_id.is_empty() {
        return Ok(Some(kept.request_id.clone()));
    }
    let Some(reference) = named(app, kept).await? else { return Ok(None) };
    // A connector has counted what it told, under the text that it told: of a reference that a file or a person names, it says nothing.
    let first = if kept.source.is_last_word() { 1 } else { kept.credit.number.max(1) };
    for number in first..=MOST_UNDER_ONE {
        let request_id = numbered(&reference, number);
        if claim(app, kept, request_id.clone()).await? {
            return Ok(Some(request_id));
        }
        let now =
            credits::get(&mut app.store.read().await?, &kept.channel, &kept.credit.id).await?;
        // Somebody else was quicker.
        let now = now.filter(|now| now.state != CreditState::New || !now.request_id.is_empty());
        if let Some(now) = now {
            return Ok(Some(now.request_id).filter(|claimed| !claimed.is_empty()));
        }
    }
    Err(Error::Internal("one reference has too many credits".into()))
}

/// The one reference of ours in what the payer wrote, or the one that a person says is meant. Two of ours are none: nobody can say
/// which was meant.
async fn named(app: &App, kept: &Kept) -> Result<Option<String>> {
    if !kept.meant.is_empty() {
        return Ok(Some(kept.meant.clone()));
    }
    // Another process may know what this one does not: then it takes the credit in.
    let channel = sellers::named(app, &kept.channel).await?;
    let channel = channel.ok_or_else(|| Error::Internal(format!("no {}", kept.channel)))?;
    let mut ours =
        ours_in(&mut app.store.read().await?, channel.as_ref(), &kept.credit.reference).await?;
    Ok(if ours.len() == 1 { ours.pop() } else { None })
}

/// Every reference of ours in what a payer wrote, each once.
pub async fn ours_in(
    reading: &mut Tx,
    channel: &dyn Channel,
    written: &str,
) -> Result<Vec<String>> {
    let mut ours: Vec<String> = Vec::new();
    for reference in channel.references_in(written).into_iter().take(MOST_REFERENCES) {
        let known = payments::by_request(reading, channel.name(), &reference).await?;
        if known.is_some() && !ours.contains(&reference) {
            ours.push(reference);
        }
    }
    Ok(ours)
}

async fn claim(app: &App, kept: &Kept, request_id: String) -> Result<bool> {
    let (now, channel, id) = (app.now(), kept.channel.clone(), kept.credit.id.clone());
    let read = (kept.credit.reference.clone(), kept.meant.clone());
    app.store
        .write(async move |tx: &mut Tx| {
            let held = credits::hold(tx, (&channel, &id)).await?;
            if held.is_some_and(|held| (held.credit.reference, held.meant) != read) {
                // It is found out anew whose it is.
                return Err(Error::Internal("a file has said more of this credit".into()));
            }
            Ok::<_, Error>(credits::claim(tx, (&channel, &id), &request_id, now).await?)
        })
        .await
}

/// The payment of that number. Money that came once more is one of its own.
async fn payment_of(app: &App, channel: &str, request_id: &str) -> Result<Payment> {
    let first = request_id.split('.').next().unwrap_or(request_id);
    again(app, channel, first, request_id).await
}

async fn end(app: &App, kept: &Kept) -> Result<()> {
    let (now, read) = (app.now(), kept.clone());
    app.store
        .write(async move |tx: &mut Tx| Ok::<_, Error>(credits::stray(tx, &read, now).await?))
        .await
}
