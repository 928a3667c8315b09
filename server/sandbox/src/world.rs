//! Everything one running sandbox has, and the one way to decide something.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio_util::sync::CancellationToken;

use crate::book::{self, Ink, Pen, Scribe, Unwritten};
use crate::channel::Channels;
use crate::faults::{Faults, Hit, Moment};
use crate::ledger::{Ledger, Line};
use crate::notify::Postman;
use crate::serve::Settings;

pub(crate) struct World {
    pub(crate) public_url: String,
    pub(crate) channels: Channels,
    pub(crate) postman: Postman,
    desk: Mutex<Desk>,
    ink: Ink,
    faults: Mutex<Faults>,
}

/// The ledger and the pen: what a decision reads, and how it is written down.
pub(crate) struct Desk {
    pub(crate) ledger: Ledger,
    pen: Pen,
}

impl Desk {
    /// Lets something happen.
    pub(crate) fn write(&mut self, line: Line) {
        self.pen.write(&line);
        self.ledger.apply(line);
    }
}

impl World {
    pub(crate) fn open(
        settings: Settings,
        stop: CancellationToken,
    ) -> anyhow::Result<(World, Scribe)> {
        let (ledger, pen, ink, scribe) = book::open(&settings.book)?;
        let channels = Channels::load()?;
        let world = World {
            public_url: settings.public_url.trim_end_matches('/').to_owned(),
            postman: Postman::new(channels.clone(), stop)?,
            channels,
            desk: Mutex::new(Desk { ledger, pen }),
            ink,
            faults: Mutex::default(),
        };
        Ok((world, scribe))
    }

    /// Decides with nobody else at the desk, and answers when all that was decided so far is safe
    /// on the disk: nobody is told what a power cut could still take back.
    pub(crate) async fn decide<T>(
        &self,
        decision: impl FnOnce(&mut Desk) -> T,
    ) -> Result<T, Unwritten> {
        let (answer, mark) = {
            let mut desk = self.desk();
            let answer = decision(&mut desk);
            (answer, desk.pen.mark())
        };
        self.ink.dry(mark).await?;
        Ok(answer)
    }

    /// Writes something down that nobody waits for. Whatever is decided later waits for it too.
    pub(crate) fn note(&self, line: Line) {
        self.desk().write(line);
    }

    /// Looks something up that is not told to anybody.
    pub(crate) fn glance<T>(&self, look: impl FnOnce(&Ledger) -> T) -> T {
        look(&self.desk().ledger)
    }

    /// Whether to misbehave at this moment, and how exactly.
    pub(crate) fn strikes(&self, moment: &Moment<'_>) -> Option<Hit> {
        self.faults().strikes(moment)
    }

    pub(crate) fn faults(&self) -> MutexGuard<'_, Faults> {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
