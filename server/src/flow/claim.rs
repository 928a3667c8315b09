//! Which of the credits under a reference is a payment. One that it has claimed, by the bank's own number, is it for ever; else the
//! one that the bank counts as its own, if nobody has claimed that. Everything that the bank shows is written down: what is not this
//! payment is taken in as if a message had told of it.

use super::settle::Heard;
use crate::app::App;
use crate::clock::Millis;
use crate::domain::credit::{Credit, CreditState, Shown, place};
use crate::domain::payment::{Evidence, Payment, Said, Source, Statement};
use crate::store::credits::{self, Kept};
use crate::store::{Tx, payments};
use crate::{Error, Result};

/// What was heard as a statement about the payment, and the bank's number of the credit that it is by, if it is by one.
pub(super) async fn claimed(
    tx: &mut Tx,
    payment: &Payment,
    heard: Heard,
    now: Millis,
) -> Result<(Heard, Option<String>)> {
    let (said, source, id) = match heard {
        Heard::CameIn(shown) => match own(tx, payment, shown, now).await? {
            Some(credit) => (credit.said(), Source::Query, Some(credit.id)),
            None => (Said::Pending, Source::Query, None),
        },
        Heard::Told(credit) => told(tx, payment, credit).await?,
        other => return Ok((other, None)),
    };
    let evidence = Evidence { said, reason: String::new() };
    // Nothing is cancelled at a bank, and nothing waits for another's word.
    let statement = Statement { evidence, source, after_cancel: None, after_confirming: false };
    Ok((Heard::Said(statement, None), id))
}

/// The credit as it stands now, until this unit ends. A message decides nothing that is contradicted, and the bank is asked; a file of
/// the bank's, or a person, is the last word.
async fn told(
    tx: &mut Tx,
    payment: &Payment,
    credit: Credit,
) -> Result<(Said, Source, Option<String>)> {
    let held = credits::hold(tx, (&payment.channel, &credit.id)).await?;
    let Kept { credit, source, .. } =
        held.ok_or_else(|| Error::Internal("a credit that was told is not there".into()))?;
    let source = if source.is_last_word() { Source::Query } else { Source::Notice };
    Ok((credit.said(), source, Some(credit.id)))
}

/// Says in the same commit whether the payment counts by its credit.
pub(super) async fn judge(
    tx: &mut Tx,
    payment: &Payment,
    id: Option<&str>,
    now: Millis,
) -> Result<()> {
    let Some(id) = id else { return Ok(()) };
    match credits::judge(tx, (&payment.channel, id), payment.got, now).await? {
        true => Ok(()),
        // A person was quicker, and sends it back by hand: nothing comes of this unit.
        false => Err(Error::Internal("a credit is no payment any more".into())),
    }
}

/// What a bank's answer says of a payment, once it has been taken in.
pub(super) async fn shown_of(app: &App, payment: &Payment, shown: &[Credit]) -> Result<Said> {
    let mut reading = app.store.read().await?;
    let own = credits::of_payment(&mut reading, &payment.channel, &payment.request_id).await?;
    let own = own.and_then(|own| again(&own, shown));
    Ok(own.as_ref().map_or(Said::Pending, Credit::said))
}

async fn own(
    tx: &mut Tx,
    payment: &Payment,
    mut shown: Vec<Shown>,
    now: Millis,
) -> Result<Option<Credit>> {
    // Two units that meet take the rows in one order.
    shown.sort_by(|one, other| one.credit.id.cmp(&other.credit.id));
    for Shown { credit, .. } in &shown {
        credits::keep(tx, &payment.channel, credit, now).await?;
        credits::correct(tx, &payment.channel, credit).await?;
    }
    match credits::of_payment(tx, &payment.channel, &payment.request_id).await? {
        Some(own) => {
            let shown: Vec<Credit> = shown.into_iter().map(|shown| shown.credit).collect();
            Ok(again(&own, &shown))
        }
        None => claim(tx, payment, shown, now).await,
    }
}

/// The credit that it has been from the first, as the bank shows it now. What a file or a person has told of came in, whether or not
/// the connector knows of it.
fn again(own: &Kept, shown: &[Credit]) -> Option<Credit> {
    let found = shown.iter().find(|credit| credit.id == own.credit.id);
    let found = if own.source.is_last_word() { Some(&own.credit) } else { found };
    found.filter(|_| own.state != CreditState::Foreign).cloned()
}

async fn claim(
    tx: &mut Tx,
    payment: &Payment,
    shown: Vec<Shown>,
    now: Millis,
) -> Result<Option<Credit>> {
    let (_, number) = place(&payment.request_id);
    let found = shown.into_iter().find(|shown| shown.credit.number == number);
    let Some(Shown { credit, others }) = found else { return Ok(None) };
    for other in others {
        if payments::by_request(tx, &payment.channel, &other).await?.is_some() {
            return Ok(None);
        }
    }
    let id = (payment.channel.as_str(), credit.id.as_str());
    let kept = credits::get(tx, id.0, id.1).await?;
    // Whose it is, a file or a person has said: whoever takes that in claims it.
    if kept.is_some_and(|kept| kept.source.is_last_word()) {
        return Ok(None);
    }
    let is_ours = credits::claim(tx, id, &payment.request_id, now).await?;
    Ok(is_ours.then_some(credit))
}
