//! `florin credits assign`: a person says which transaction a stray credit was meant for. What becomes of it is decided where it is taken
//! in, under the order's lock; what is refused here is refused so that nobody assigns what would only have to go back.

use anyhow::{Context, ensure};
use florin_server::domain::credit::{CreditState, place};
use florin_server::domain::payment::Role;
use florin_server::store::credits::Kept;
use florin_server::store::{Store, Tx, operate, payments, statements};
use florin_shared::PaymentId;

use super::{Answer, By, Which, found, view};

/// The command's arguments.
#[derive(clap::Args)]
pub(super) struct Assign {
    #[command(flatten)]
    which: Which,
    /// The transaction, `GW…`: of the same account, of just this amount, of an order that is unpaid.
    #[arg(long, value_name = "ORDER")]
    to: PaymentId,
    /// How you know.
    #[arg(long, default_value = "")]
    note: String,
    #[command(flatten)]
    by: By,
}

/// What to do with what cannot be assigned.
const SEND_BACK: &str =
    "Say that it is foreign (`florin credits foreign`), and then send it back by hand";

pub(super) async fn run(wanted: Assign) -> anyhow::Result<Answer> {
    let store = wanted.which.at.open().await?;
    let kept = found(&store, &wanted.which).await?;
    waits(&kept)?;
    let reference = meant(&store, &kept, &wanted.to).await?;
    let note = format!("{} {}", wanted.to.as_str(), wanted.note);
    let word = wanted.by.word(note.trim_end().to_owned(), operate::clock(&store).await?);
    let said = assign(&store, &kept, reference, word).await?;
    ensure!(said, "somebody has just said what this credit is: `florin credits show`");
    let told = "it is assigned; a running server takes it in within a second";
    Ok(Answer::good(told, view(&found(&store, &wanted.which).await?)))
}

/// Only what names nobody can be somebody's word.
fn waits(kept: &Kept) -> anyhow::Result<()> {
    let why = match kept.state {
        CreditState::Stray => return Ok(()),
        CreditState::New => {
            "it is not taken in yet: a running server does so within a second".to_owned()
        }
        CreditState::Named => format!(
            "it names {}, and the bank is asked about that; if it never confirms it, say that it is foreign",
            kept.request_id
        ),
        CreditState::Matched => format!("it is the payment {} already", kept.request_id),
        CreditState::Foreign => {
            "somebody has said that it is foreign, and may have sent it back".to_owned()
        }
    };
    anyhow::bail!("this credit is {}: {why}", kept.state.as_str())
}

/// The reference of the transaction, if this credit can be it.
async fn meant(store: &Store, kept: &Kept, order: &PaymentId) -> anyhow::Result<String> {
    let mut reading = store.read().await?;
    let payment = payments::get(&mut reading, order).await?;
    let payment = payment.with_context(|| format!("there is no transaction {order}"))?;
    ensure!(
        payment.channel == kept.channel,
        "{order} is paid by {}, and this credit came in by {}. {SEND_BACK}",
        payment.channel,
        kept.channel
    );
    ensure!(
        payment.amount == kept.credit.amount,
        "{order} asks for {:?}, and this credit is {:?}. {SEND_BACK}",
        payment.amount,
        kept.credit.amount
    );
    ensure!(
        kept.credit.returned == 0,
        "the bank has given back {} of this credit already. {SEND_BACK} what is left",
        kept.credit.returned
    );
    let all =
        payments::of_order(&mut reading, payment.merchant.as_str(), &payment.trans_id).await?;
    if let Some(paid) = all.iter().find(|other| other.role == Role::Accepted) {
        anyhow::bail!(
            "its order is paid by {}: this credit would be one too many. {SEND_BACK}",
            paid.id
        );
    }
    Ok(place(&payment.request_id).0.to_owned())
}

async fn assign(
    store: &Store,
    kept: &Kept,
    reference: String,
    word: statements::Word,
) -> anyhow::Result<bool> {
    let (channel, id) = (kept.channel.clone(), kept.credit.id.clone());
    let said = store
        .write(async move |tx: &mut Tx| {
            statements::assign(tx, (&channel, &id), &reference, &word).await
        })
        .await?;
    Ok(said)
}
