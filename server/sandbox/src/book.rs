//! The book: an append-only file of JSON lines, and the only memory that outlives the program.
//!
//! One thread writes. It takes every line that is waiting, syncs them together, and only then
//! tells those who wait; so a thousand payments a second cost a few dozen syncs.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, BufRead, BufReader, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc;
use std::thread;

use anyhow::{Context, bail};
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::sync::{oneshot, watch};

use crate::clock;
use crate::ledger::{Arrival, Ledger, Line, Payment};
use crate::page;
use crate::world::World;

/// Writes into the book. Lines are written in the order in which they are handed over.
pub(crate) struct Pen {
    lines: mpsc::Sender<Vec<u8>>,
    handed_over: u64,
}

/// Tells how far the book is safely on the disk.
#[derive(Clone)]
pub(crate) struct Ink(watch::Receiver<u64>);

/// The writing thread, for those who want to see it end.
pub(crate) struct Scribe(oneshot::Receiver<()>);

/// The book could not be written. Nothing may be acknowledged any more.
#[derive(Debug)]
pub(crate) struct Unwritten;

impl Pen {
    pub(crate) fn write(&mut self, line: &Line) {
        let mut text = serde_json::to_vec(line).unwrap_or_default();
        text.push(b'\n');
        self.handed_over += 1;
        // If the thread has ended, `Ink` says so to everyone who waits.
        self.lines.send(text).ok();
    }

    /// How many lines have been handed over so far.
    pub(crate) fn mark(&self) -> u64 {
        self.handed_over
    }
}

impl Ink {
    /// Waits until the first `mark` lines are on the disk.
    pub(crate) async fn dry(&self, mark: u64) -> Result<(), Unwritten> {
        let mut written = self.0.clone();
        written.wait_for(|written| *written >= mark).await.map_err(|_| Unwritten)?;
        Ok(())
    }
}

impl Scribe {
    pub(crate) async fn finished(self) {
        self.0.await.ok();
    }
}

/// Opens the book, reads what stands in it, and starts the writing thread.
pub(crate) fn open(path: &Path) -> anyhow::Result<(Ledger, Pen, Ink, Scribe)> {
    let mut file = open_alone(path)?;
    let ledger = read(&mut file).with_context(|| format!("reading {}", path.display()))?;

    let (lines, waiting) = mpsc::channel();
    let (written, ink) = watch::channel(0);
    let (gone, scribe) = oneshot::channel();
    thread::Builder::new().name("book".into()).spawn(move || {
        if let Err(error) = write_all(&mut file, &waiting, &written) {
            tracing::error!(%error, "the book cannot be written");
        }
        drop((file, written, gone));
    })?;
    Ok((ledger, Pen { lines, handed_over: 0 }, Ink(ink), Scribe(scribe)))
}

/// Two writers would not know of each other's payments.
fn open_alone(path: &Path) -> anyhow::Result<File> {
    let said = || format!("opening the book {}", path.display());
    let file =
        OpenOptions::new().read(true).append(true).create(true).open(path).with_context(said)?;
    match file.try_lock() {
        Ok(()) => {
            keep_name(path);
            Ok(file)
        }
        Err(TryLockError::WouldBlock) => bail!("another sandbox writes to {}", path.display()),
        Err(TryLockError::Error(error)) => Err(error).with_context(said),
    }
}

/// A new file's name is safe only when its folder is synced. Not every system lets one do that.
fn keep_name(path: &Path) {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    if let Ok(folder) = File::open(folder.unwrap_or(Path::new("."))) {
        folder.sync_all().ok();
    }
}

/// Reads every whole line. Half a line at the end was never acknowledged and is cut off.
fn read(file: &mut File) -> anyhow::Result<Ledger> {
    let mut ledger = Ledger::default();
    let mut whole = 0;
    let mut reader = BufReader::new(&mut *file);
    let mut text = Vec::new();
    while reader.read_until(b'\n', &mut text)? > 0 && text.ends_with(b"\n") {
        let line = serde_json::from_slice(&text).with_context(|| format!("at byte {whole}"))?;
        ledger.apply(line);
        whole += text.len() as u64;
        text.clear();
    }
    file.set_len(whole)?;
    file.seek(SeekFrom::End(0))?;
    file.sync_all()?;
    Ok(ledger)
}

fn write_all(
    file: &mut File,
    waiting: &mpsc::Receiver<Vec<u8>>,
    written: &watch::Sender<u64>,
) -> io::Result<()> {
    let mut count = 0;
    while let Ok(mut text) = waiting.recv() {
        count += 1;
        for more in waiting.try_iter() {
            text.extend(more);
            count += 1;
        }
        file.write_all(&text)?;
        file.sync_data()?;
        written.send_replace(count);
    }
    Ok(())
}

pub(crate) fn routes() -> Router<Arc<World>> {
    Router::new().route("/book", get(show))
}

/// `GET /book`: what was really taken and given back, for tests to compare with.
async fn show(State(world): State<Arc<World>>) -> Result<Json<Value>, Response> {
    let now = clock::now();
    let told =
        world.decide(|desk| desk.ledger.all().map(|row| entry(row, now)).collect::<Vec<_>>());
    let payments = told.await.map_err(page::unwritten)?;
    Ok(Json(json!({ "payments": payments })))
}

fn entry((arrival, payment): (&Arrival, Option<&Payment>), now: i64) -> Value {
    let mut entry = json!({
        "channel": arrival.key.channel,
        "paymentRequestId": arrival.key.request,
        "arrived_ms": arrival.at_ms.first(),
        "arrivals_ms": arrival.at_ms,
        "status": payment.map_or("REFUSED", |payment| payment.status(now).word()),
        "currency": payment.map(|payment| &payment.amount().currency),
        "amount": payment.map_or(0, |payment| payment.amount().value),
        "captured": payment.map_or(0, Payment::captured_value),
        "refunded": payment.map_or(0, Payment::refunded_value),
        "cancelled_after_capture": payment.map_or(0, |payment| payment.returned_by_cancel),
    });
    if let Some(payment) = payment {
        entry["code"] = payment.opened.code.clone().into();
        entry["paymentId"] = payment.opened.payment_id.clone().into();
        entry["method"] = payment.opened.method.clone().into();
        entry["captured_ms"] = payment.captured.map(|capture| capture.at_ms).into();
    }
    entry
}
