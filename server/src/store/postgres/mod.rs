//! How PostgreSQL is spoken to: what need not be answered at once travels with what must be.
//!
//! Most of what a payment costs on PostgreSQL are ways to the server and back. So a unit's changes wait in its [`Wire`]
//! until something is asked, or until the end, and go out together, as few statements as they can be (`merge`): the server
//! carries them out one after another, each with a snapshot of its own, and answers each. The commit goes out right
//! behind the last of them: when one has failed, the server undoes the unit, and takes the commit for the end of that.
//! `sqlx` cannot do this; it keeps the plan of the migrations.

use std::collections::HashMap;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::Poll;
use std::time::Duration;

use futures_util::TryStreamExt;
use futures_util::future::BoxFuture;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_postgres::{Client, Statement};

use super::StoreError;
use crate::clock::Stopwatch;
use crate::metrics::COMMIT_SECONDS;

mod config;
mod merge;
mod pool;
mod request;
mod steps;
mod tls;
mod trust;
mod values;

pub(super) use config::{Address, connect_options};
pub(super) use pool::Lent;
pub(super) use pool::Pool;
pub(super) use request::Request;
pub(super) use steps::Steps;
pub(super) use tls::plainly;
use values::told;
pub(super) use values::{Heard, Param};

/// What has been said to the server so far, on all connections.
#[derive(Debug, Default)]
pub(super) struct Said {
    /// Statements, those that begin and end a unit included.
    pub(super) statements: AtomicU64,
    /// How often somebody waited for the answers.
    pub(super) ways: AtomicU64,
}

impl Said {
    fn count(&self, statements: usize) {
        self.statements.fetch_add(u64::try_from(statements).unwrap_or_default(), Ordering::Relaxed);
        self.ways.fetch_add(1, Ordering::Relaxed);
    }
}

/// What the server has answered to one statement.
pub(super) struct Answer {
    pub(super) rows: Vec<tokio_postgres::Row>,
    pub(super) touched: u64,
}

/// One connection, and what waits to be said over it.
pub struct Wire {
    client: Client,
    /// What carries the words; it ends when the client is gone.
    carrying: JoinHandle<()>,
    /// By the texts of the changes that each is made of.
    prepared: HashMap<Vec<&'static str>, Statement>,
    waiting: Vec<Request>,
    unit: Unit,
    /// The server can no longer use what was prepared: a migration has changed a table.
    is_stale: bool,
    said: Arc<Said>,
    /// What was sent last has failed before its end, by the server's own word, or was not sent at all.
    is_undone: bool,
}

/// Where a unit of work stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    /// There is none: each statement is a commit of its own.
    Outside,
    /// Something of it has been said or waits.
    Open,
    /// A statement has failed: the server undoes all of it, whatever is said next.
    Failed,
}

/// A server that does not answer may not hold a stop up.
const LEAVE: Duration = Duration::from_secs(2);

/// How many statements the server prepares for one connection, before it may forget them all: each is a plan in its memory.
const PREPARED: usize = 256;

const BEGIN: &str = "begin";
const COMMIT: &str = "commit";
const ROLLBACK: &str = "rollback";

/// A division by zero: a change that must touch one row has touched another number of them (`merge`).
const NOT_ONE: &str = "22012";

/// "cached plan must not change result type", and a statement that the server does not know.
const STALE: [&str; 2] = ["0A000", "26000"];

impl Wire {
    async fn connect(address: &Address, said: Arc<Said>) -> sqlx::Result<Wire> {
        let (client, carrying) = address.connect().await?;
        let (prepared, waiting) = (HashMap::new(), Vec::new());
        let (unit, is_stale, is_undone) = (Unit::Outside, false, false);
        Ok(Wire { client, carrying, prepared, waiting, unit, is_stale, is_undone, said })
    }

    /// Takes leave of the server, which has ended the session when this returns.
    async fn close(self) {
        drop(self.client);
        let _ended_or_cut = timeout(LEAVE, self.carrying).await;
    }

    /// Whether it may be lent to somebody else.
    fn is_at_rest(&self) -> bool {
        let is_idle = self.unit == Unit::Outside && self.waiting.is_empty();
        is_idle && !self.is_stale && !self.client.is_closed()
    }

    /// Begins a unit; the server hears of it with its first statement.
    pub(super) fn begin(&mut self) {
        self.unit = Unit::Open;
        self.waiting.push(Request::new(BEGIN));
    }

    /// To be carried out before whatever is asked next, at the latest with the commit.
    pub(super) async fn later(&mut self, request: Request) -> Result<(), StoreError> {
        self.waiting.push(request.quiet());
        if self.unit == Unit::Outside { self.send().await.map(drop) } else { Ok(()) }
    }

    /// Carries out what waits, then this, and gives its answer. When the answer is the same before and after, what waits
    /// goes on waiting.
    pub(super) async fn ask(&mut self, request: Request) -> Result<Answer, StoreError> {
        let is_past = request.is_aside && !self.is_unsaid();
        let waiting = if is_past { std::mem::take(&mut self.waiting) } else { Vec::new() };
        let [answer] = self.ask_all([request]).await?;
        self.waiting = waiting;
        Ok(answer)
    }

    /// The same for several on one way; the server answers one after another.
    pub(super) async fn ask_all<const N: usize>(
        &mut self,
        requests: [Request; N],
    ) -> Result<[Answer; N], StoreError> {
        self.waiting.extend(requests);
        let mut answers = self.send().await?;
        let last = answers.split_off(answers.len() - N);
        last.try_into().map_err(|_| StoreError::Sql(sqlx::Error::WorkerCrashed))
    }

    /// Sends what waits, and the commit behind it. If the server has refused any of it, it has undone the unit. If it was
    /// the commit that got no good answer, or nobody knows how far the words came, nobody knows what became of it (rule
    /// R13), and the connection is not used again.
    async fn commit(&mut self) -> Result<(), StoreError> {
        let watch = Stopwatch::start();
        self.waiting.push(Request::new(COMMIT));
        match self.send().await {
            Ok(_) => {
                self.unit = Unit::Outside;
                metrics::histogram!(COMMIT_SECONDS).record(watch.seconds());
                Ok(())
            }
            Err(StoreError::Sql(error)) if !self.is_undone => Err(StoreError::Unconfirmed(error)),
            Err(error) => {
                self.roll_back().await;
                Err(error)
            }
        }
    }

    /// Whether the server has not heard of the unit yet.
    fn is_unsaid(&self) -> bool {
        self.waiting.first().is_some_and(|first| first.text == BEGIN)
    }

    /// A connection that cannot even do this is not used again, and the server undoes the unit when it ends.
    async fn roll_back(&mut self) {
        let is_unsaid = self.is_unsaid();
        self.waiting.clear();
        if is_unsaid {
            self.unit = Unit::Outside;
            return;
        }
        self.unit = Unit::Open;
        self.waiting.push(Request::new(ROLLBACK));
        if self.send().await.is_ok() {
            self.unit = Unit::Outside;
        }
    }

    /// Sends everything that waits, and reads every answer. The first that is not good tells why; what came after it the
    /// server has refused.
    fn send(&mut self) -> BoxFuture<'_, Result<Vec<Answer>, StoreError>> {
        Box::pin(async move {
            // Until something has been sent, nothing of it can have been done.
            self.is_undone = true;
            if self.unit == Unit::Failed {
                let why = "this unit has failed before".to_owned();
                return Err(StoreError::Sql(sqlx::Error::Protocol(why)));
            }
            let requests = std::mem::take(&mut self.waiting);
            let answers = self.answers(requests).await;
            if let Err(error) = &answers {
                self.unit = if self.unit == Unit::Open { Unit::Failed } else { self.unit };
                self.is_stale |= is_stale(error);
            }
            answers
        })
    }

    async fn answers(&mut self, requests: Vec<Request>) -> Result<Vec<Answer>, StoreError> {
        let groups = merge::groups(&requests);
        let statements = self.prepare(&groups).await?;
        self.is_undone = false;
        self.said.count(groups.len());
        let mut sent = Vec::with_capacity(groups.len());
        for (group, statement) in groups.iter().zip(&statements) {
            let mut answer = answer(&self.client, statement, group);
            // The first look puts it onto the wire, behind those before it.
            let first = poll_fn(|context| Poll::Ready(answer.as_mut().poll(context))).await;
            sent.push((answer, first));
        }
        let (mut answers, all) = (Vec::with_capacity(sent.len()), sent.len());
        for (answer, first) in sent {
            let answer = match first {
                Poll::Ready(answer) => answer,
                Poll::Pending => answer.await,
            };
            self.is_undone = answer.as_ref().is_err_and(is_said) && answers.len() + 1 < all;
            answers.push(answer?);
        }
        Ok(answers)
    }

    /// Each statement is prepared once on each connection.
    async fn prepare(&mut self, groups: &[&[Request]]) -> Result<Vec<Statement>, StoreError> {
        if self.prepared.len() > PREPARED {
            self.prepared.clear();
        }
        let mut all = Vec::with_capacity(groups.len());
        for group in groups {
            let texts = merge::texts(group);
            if let Some(known) = self.prepared.get(&texts) {
                all.push(known.clone());
                continue;
            }
            let values = group.iter().flat_map(|request| &request.values);
            let kinds: Vec<_> = values.map(Param::kind).collect();
            let text = merge::text(group);
            let made = self.client.prepare_typed(&text, &kinds).await.map_err(told)?;
            self.prepared.insert(texts, made.clone());
            all.push(made);
        }
        Ok(all)
    }
}

impl Lent {
    /// Ends a unit whose work came to `outcome`: commits it, or undoes it.
    pub(super) async fn end<T, E: From<StoreError>>(
        mut self,
        outcome: Result<T, E>,
    ) -> Result<T, E> {
        match outcome {
            Ok(value) => self.commit().await.map(|()| value).map_err(E::from),
            Err(error) => {
                self.roll_back().await;
                Err(error)
            }
        }
    }
}

fn answer<'w>(
    client: &'w Client,
    statement: &'w Statement,
    group: &'w [Request],
) -> BoxFuture<'w, Result<Answer, StoreError>> {
    Box::pin(async move {
        let values: Vec<&Param> = group.iter().flat_map(|request| &request.values).collect();
        let only = group.iter().find_map(|request| request.only.as_ref());
        let refused = |error| not_one(only, told(error));
        let mut stream = pin!(client.query_raw(statement, values).await.map_err(refused)?);
        let mut rows = Vec::new();
        while let Some(row) = stream.try_next().await.map_err(refused)? {
            rows.push(row);
        }
        let touched = stream.rows_affected().unwrap_or(0);
        Ok(Answer { rows, touched })
    })
}

/// What the server says when a row was not as it had been read.
fn not_one(only: Option<&(String, &'static str)>, error: sqlx::Error) -> StoreError {
    let code = error.as_database_error().and_then(|error| error.code());
    match only {
        Some((row, what)) if code.as_deref() == Some(NOT_ONE) => {
            StoreError::Unreadable(row.clone(), what)
        }
        _ => StoreError::Sql(error),
    }
}

/// Whether the server itself has said it: the unit is then undone.
fn is_said(error: &StoreError) -> bool {
    matches!(error, StoreError::Unreadable(..) | StoreError::Sql(sqlx::Error::Database(_)))
}

fn is_stale(error: &StoreError) -> bool {
    match error {
        StoreError::Sql(sqlx::Error::Database(error)) => {
            error.code().is_some_and(|code| STALE.contains(&code.as_ref()))
        }
        _ => false,
    }
}
