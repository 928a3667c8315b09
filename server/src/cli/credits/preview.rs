//! `florin credits import --dry-run`: what would come of each line, by what the books say now.

use anyhow::Result;
use florin_server::domain::credit::{Credit, Stated, place, stated};
use florin_server::domain::payment::Role;
use florin_server::flow::credits::ours_in;
use florin_server::store::credits::{self, Kept};
use florin_server::store::{Store, Tx, payments};

use super::account::Own;
use super::keep::{Entry, refused};
use super::report::Outcome;

/// Looks at every line, and writes nothing.
pub(super) async fn look(store: &Store, own: &Own, entries: &mut [Entry]) -> Result<()> {
    let mut reading = store.read().await?;
    for entry in entries {
        let Some(credit) = &entry.credit else { continue };
        (entry.row.outcome, entry.row.why) = of(&mut reading, own, credit).await?;
    }
    Ok(())
}

async fn of(reading: &mut Tx, own: &Own, credit: &Credit) -> Result<(Outcome, String)> {
    let named = ours_in(reading, own.channel.as_ref(), &credit.reference).await?;
    let kept = credits::get(reading, own.channel.name(), &credit.id).await?;
    let found = kept.as_ref().map(|kept| as_known(kept, credit, &named));
    match (found, kept) {
        (Some(Stated::Same | Stated::Confirmed), _) => Ok((Outcome::Known, String::new())),
        (Some(Stated::OtherAmount), _) => Ok(refused(Stated::OtherAmount)),
        (Some(Stated::OtherPayment), _) => Ok(refused(Stated::OtherPayment)),
        // A person has said whose it is.
        (Some(Stated::Anew), Some(kept)) if !kept.meant.is_empty() => {
            meant(reading, own, credit, &[kept.meant]).await
        }
        (Some(Stated::Anew), _) | (None, _) => meant(reading, own, credit, &named).await,
    }
}

fn as_known(kept: &Kept, credit: &Credit, named: &[String]) -> Stated {
    let is_its = kept.request_id.is_empty() || named == [place(&kept.request_id).0];
    stated(kept.state, kept.source, (kept.credit.amount == credit.amount, is_its))
}

async fn meant(
    reading: &mut Tx,
    own: &Own,
    credit: &Credit,
    named: &[String],
) -> Result<(Outcome, String)> {
    let [reference] = named else {
        let why = match named {
            [] => "it names none of yours: it would wait for a person".to_owned(),
            more => format!(
                "it names {}: it would pay neither, and wait for a person",
                more.join(" and ")
            ),
        };
        return Ok((Outcome::Unmatched, why));
    };
    let payment = payments::by_request(reading, own.channel.name(), reference).await?;
    let Some(payment) = payment else {
        return Ok((Outcome::Unmatched, "it names nobody".to_owned()));
    };
    let all = payments::of_order(reading, payment.merchant.as_str(), &payment.trans_id).await?;
    let why = if payment.amount != credit.amount {
        format!(
            "it names {}, which asks for {:?}: the whole of it would be to go back",
            payment.id, payment.amount
        )
    } else if all.iter().any(|other| other.role == Role::Accepted) {
        format!("it names {}, whose order is paid: it would be to go back", payment.id)
    } else {
        format!("it names {}, in amount too", payment.id)
    };
    Ok((Outcome::Matched, why))
}
