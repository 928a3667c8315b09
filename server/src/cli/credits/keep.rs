//! Writes the credits of a bank's files down, and waits until a running server has taken them in.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use florin_server::domain::credit::{Credit, CreditState, Stated};
use florin_server::flow::credits::ours_in;
use florin_server::store::credits;
use florin_server::store::statements::{self, Line, Word};
use florin_server::store::{Store, StoreError, Tx, operate};

use super::account::Own;
use super::report::{Outcome, Row};
use crate::cli::progress;

/// A line of a file, and the credit in it if there is one to take.
pub(super) struct Entry {
    pub(super) row: Row,
    pub(super) credit: Option<Credit>,
}

/// How many lines are written in one commit: a running server waits behind it.
const AT_ONCE: usize = 200;

/// How often a commit is tried that gives way to others.
const TRIES: u32 = 5;

/// Writes every credit down, in the order of the lines.
pub(super) async fn keep_all(
    store: &Store,
    own: &Own,
    who: &str,
    entries: &mut [Entry],
) -> Result<()> {
    let all = entries.len();
    for begin in (0..all).step_by(AT_ONCE) {
        let some = &mut entries[begin..all.min(begin + AT_ONCE)];
        let lines = lines(store, own, begin, some, who).await?;
        for (at, found) in keep_surely(store, own.channel.name(), &lines).await? {
            (some[at].row.outcome, some[at].row.why) = match found {
                None | Some(Stated::Anew) => (Outcome::Waiting, String::new()),
                Some(Stated::Same | Stated::Confirmed) => (Outcome::Known, String::new()),
                Some(other) => refused(other),
            };
        }
        if begin > 0 && begin % (AT_ONCE * 10) == 0 {
            progress(&format!("{begin} of {all} lines are written down"));
        }
    }
    Ok(())
}

/// Why a line is refused that contradicts what is known.
pub(super) fn refused(found: Stated) -> (Outcome, String) {
    let why = match found {
        Stated::OtherPayment => {
            "it was told as another transaction's than this line names: `florin credits show`"
        }
        Stated::OtherAmount | Stated::Same | Stated::Confirmed | Stated::Anew => {
            "it was told before with another amount: `florin credits show`"
        }
    };
    (Outcome::Refused, why.to_owned())
}

type Numbered = (usize, Line, Word);

async fn lines(
    store: &Store,
    own: &Own,
    begin: usize,
    some: &[Entry],
    who: &str,
) -> Result<Arc<[Numbered]>> {
    let now = operate::clock(store).await?;
    let mut reading = store.read().await?;
    let mut lines = Vec::new();
    for (at, entry) in some.iter().enumerate() {
        let Some(credit) = entry.credit.clone() else { continue };
        let named = ours_in(&mut reading, own.channel.as_ref(), &credit.reference).await?;
        let place = i64::try_from(begin + at + 1)?;
        let note = format!("{}:{}", entry.row.file, entry.row.line);
        let word = Word { who: who.to_owned(), note, at: now };
        lines.push((at, Line { credit, named, place }, word));
    }
    // Two units that meet take the rows in one order.
    lines.sort_by(|(_, one, _), (_, other, _)| one.credit.id.cmp(&other.credit.id));
    Ok(lines.into())
}

type Stateds = Vec<(usize, Option<Stated>)>;

/// A question about another credit may hold one line while it wants a second. Then the database undoes one of the two whole, and this one
/// can be done again.
async fn keep_surely(
    store: &Store,
    channel: &str,
    lines: &Arc<[Numbered]>,
) -> Result<Stateds, StoreError> {
    for _ in 1..TRIES {
        match keep(store, channel, lines.clone()).await {
            Err(error) if error.gave_way() => {}
            kept => return kept,
        }
    }
    keep(store, channel, lines.clone()).await
}

async fn keep(store: &Store, channel: &str, lines: Arc<[Numbered]>) -> Result<Stateds, StoreError> {
    let channel = channel.to_owned();
    store
        .write(async move |tx: &mut Tx| {
            let mut kept = Vec::new();
            for (at, line, word) in lines.iter() {
                kept.push((*at, statements::state(tx, &channel, line, word).await?));
            }
            Ok::<_, StoreError>(kept)
        })
        .await
}

/// Until a server has taken every line in, or nobody will; then says what became of each.
pub(super) async fn wait(
    store: &Store,
    own: &Own,
    seconds: u64,
    entries: &mut [Entry],
) -> Result<()> {
    let waits = |entry: &Entry| entry.row.outcome == Outcome::Waiting;
    let mut waiting: VecDeque<String> =
        entries.iter().filter(|entry| waits(entry)).map(|entry| entry.row.name.clone()).collect();
    for tenth in 0..=seconds * 10 {
        let mut reading = store.read().await?;
        while let Some(id) = waiting.front() {
            let kept = credits::get(&mut reading, own.channel.name(), id).await?;
            if kept.is_some_and(|kept| kept.state == CreditState::New) {
                break;
            }
            waiting.pop_front();
        }
        drop(reading);
        if waiting.is_empty() {
            break;
        }
        if tenth % 50 == 49 {
            progress(&format!("{} lines wait for a running server to take them in", waiting.len()));
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let mut reading = store.read().await?;
    for entry in entries.iter_mut().filter(|entry| waits(entry)) {
        let kept = credits::get(&mut reading, own.channel.name(), &entry.row.name).await?;
        entry.row.outcome = match kept.map(|kept| kept.state) {
            Some(CreditState::Matched) => Outcome::Matched,
            Some(CreditState::Named) => Outcome::Named,
            Some(CreditState::Stray | CreditState::Foreign) => Outcome::Unmatched,
            Some(CreditState::New) | None => Outcome::Waiting,
        };
    }
    Ok(())
}
