//! How PostgreSQL is spoken to: what need not be answered at once travels with what must be.
//!
//! Most of what a payment costs on PostgreSQL are ways to the server and back. So a unit's changes wait in its [`Wire`]
//! until something is asked, or until the end, and go out together: the server carries them out one after another, each
//! with a snapshot of its own, and answers each. The commit goes out alone, after every answer before it was good.
//! `sqlx` cannot do this; it keeps the migrations.

use std::collections::HashMap;
use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use futures_util::TryStreamExt;
use futures_util::future::BoxFuture;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_postgres::{Client, Config, NoTls, Statement};

use super::StoreError;
use crate::clock::Stopwatch;
use crate::metrics::COMMIT_SECONDS;

mod config;
mod pool;
mod values;

pub(super) use config::{config, connect_options};
pub(super) use pool::Lent;
pub(super) use pool::Pool;
use values::told;
pub(super) use values::{Heard, Param};

/// A statement with its values.
#[derive(Debug)]
pub struct Request {
    text: &'static str,
    values: Vec<Param>,
    /// Exactly one row must be touched, else the database does not hold what this row is said to be.
    only: Option<(String, &'static str)>,
}

impl Request {
    pub(super) fn new(text: &'static str) -> Request {
        Request { text, values: Vec::new(), only: None }
    }

    pub(super) fn bind(&mut self, value: Param) {
        self.values.push(value);
    }

    pub(super) fn only(self, row: String, what: &'static str) -> Request {
        Request { only: Some((row, what)), ..self }
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
    prepared: HashMap<&'static str, Statement>,
    waiting: Vec<Request>,
    unit: Unit,
    /// The server can no longer use what was prepared: a migration has changed a table.
    is_stale: bool,
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

const BEGIN: &str = "begin";
const COMMIT: &str = "commit";
const ROLLBACK: &str = "rollback";

/// "cached plan must not change result type", and a statement that the server does not know.
const STALE: [&str; 2] = ["0A000", "26000"];

impl Wire {
    async fn connect(config: &Config) -> sqlx::Result<Wire> {
        let (client, connection) = config.connect(NoTls).await.map_err(told)?;
        let carrying = tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection to PostgreSQL has ended");
            }
        });
        let (prepared, waiting) = (HashMap::new(), Vec::new());
        Ok(Wire { client, carrying, prepared, waiting, unit: Unit::Outside, is_stale: false })
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

    /// To be carried out before whatever is asked next, at the latest before the commit.
    pub(super) async fn later(&mut self, request: Request) -> Result<(), StoreError> {
        self.waiting.push(request);
        if self.unit == Unit::Outside { self.send().await.map(drop) } else { Ok(()) }
    }

    /// Carries out what waits, then this, and gives its answer.
    pub(super) async fn ask(&mut self, request: Request) -> Result<Answer, StoreError> {
        let [answer] = self.ask_all([request]).await?;
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

    /// Every answer was good, so the server has all of it. Without an answer to this nobody knows (rule R13).
    async fn commit(&mut self) -> Result<(), StoreError> {
        let watch = Stopwatch::start();
        self.waiting.push(Request::new(COMMIT));
        self.send().await.map_err(|error| match error {
            StoreError::Sql(error) => StoreError::Unconfirmed(error),
            other => other,
        })?;
        self.unit = Unit::Outside;
        metrics::histogram!(COMMIT_SECONDS).record(watch.seconds());
        Ok(())
    }

    /// A connection that cannot even do this is not used again, and the server undoes the unit when it ends.
    async fn roll_back(&mut self) {
        let is_unsaid = self.waiting.first().is_some_and(|first| first.text == BEGIN);
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
        self.prepare(&requests).await?;
        let mut sent = Vec::with_capacity(requests.len());
        for request in &requests {
            let mut answer = answer(&self.client, &self.prepared, request);
            // The first look puts it onto the wire, behind those before it.
            let first = poll_fn(|context| Poll::Ready(answer.as_mut().poll(context))).await;
            sent.push((answer, first));
        }
        let mut answers = Vec::with_capacity(sent.len());
        for (answer, first) in sent {
            answers.push(match first {
                Poll::Ready(answer) => answer?,
                Poll::Pending => answer.await?,
            });
        }
        Ok(answers)
    }

    /// Each statement is prepared once on each connection.
    async fn prepare(&mut self, requests: &[Request]) -> Result<(), StoreError> {
        for request in requests {
            if !self.prepared.contains_key(request.text) {
                let kinds: Vec<_> = request.values.iter().map(Param::kind).collect();
                let made = self.client.prepare_typed(request.text, &kinds).await.map_err(told)?;
                self.prepared.insert(request.text, made);
            }
        }
        Ok(())
    }
}

impl Lent {
    /// Ends a unit whose work came to `outcome`: commits it, or undoes it.
    pub(super) async fn end<T, E: From<StoreError>>(
        mut self,
        outcome: Result<T, E>,
    ) -> Result<T, E> {
        let said = match outcome {
            Ok(value) => self.send().await.map(|_| value).map_err(E::from),
            Err(error) => Err(error),
        };
        match said {
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
    prepared: &'w HashMap<&'static str, Statement>,
    request: &'w Request,
) -> BoxFuture<'w, Result<Answer, StoreError>> {
    Box::pin(async move {
        let statement = prepared.get(request.text).ok_or(sqlx::Error::WorkerCrashed)?;
        let mut stream = pin!(client.query_raw(statement, &request.values).await.map_err(told)?);
        let mut rows = Vec::new();
        while let Some(row) = stream.try_next().await.map_err(told)? {
            rows.push(row);
        }
        let touched = stream.rows_affected().unwrap_or(0);
        match &request.only {
            Some((row, what)) if touched != 1 => Err(StoreError::Unreadable(row.clone(), what)),
            _ => Ok(Answer { rows, touched }),
        }
    })
}

fn is_stale(error: &StoreError) -> bool {
    match error {
        StoreError::Sql(sqlx::Error::Database(error)) => {
            error.code().is_some_and(|code| STALE.contains(&code.as_ref()))
        }
        _ => false,
    }
}
