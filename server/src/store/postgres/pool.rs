//! Connections to PostgreSQL: lent, and taken back without a word.
//!
//! A connection is taken back only when nothing of anybody's is under way on it; every other one is closed, and the
//! server undoes what it held. One whose server has gone says so by itself, so none is tried before it is lent.

use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::join_all;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::{Address, Said, Wire};
use crate::store::waits::Waits;

/// A request that waits longer than this for a connection is better told so.
const PATIENCE: Duration = Duration::from_secs(5);

/// Connections to one database.
#[derive(Clone)]
pub(in crate::store) struct Pool(Arc<Inner>);

struct Inner {
    address: Address,
    most: u32,
    places: Arc<Semaphore>,
    idle: Mutex<Vec<Wire>>,
    said: Arc<Said>,
    waits: Waits,
}

impl Pool {
    /// At most that many; one is made at once, so that a wrong address is told at once.
    pub(in crate::store) async fn connect(address: Address, most: u32) -> sqlx::Result<Pool> {
        let places = Arc::new(Semaphore::new(usize::try_from(most).unwrap_or(1)));
        let (idle, said, waits) = (Mutex::default(), Arc::default(), Waits::default());
        let pool = Pool(Arc::new(Inner { address, most, places, idle, said, waits }));
        drop(pool.lend().await?);
        Ok(pool)
    }

    /// Lends the one that was used last: its statements are prepared.
    pub(in crate::store) async fn lend(&self) -> sqlx::Result<Lent> {
        let waiting = self.0.waits.begin();
        let place = timeout(PATIENCE, self.0.places.clone().acquire_owned()).await;
        drop(waiting);
        let place = place.map_err(|_| sqlx::Error::PoolTimedOut)?;
        let place = place.map_err(|_| sqlx::Error::PoolClosed)?;
        let wire = match self.idle() {
            Some(wire) => wire,
            None => timeout(PATIENCE, Wire::connect(&self.0.address, self.0.said.clone()))
                .await
                .map_err(|_| sqlx::Error::PoolTimedOut)??,
        };
        Ok(Lent { wire: Some(wire), owner: self.0.clone(), _place: place })
    }

    fn idle(&self) -> Option<Wire> {
        let mut idle = self.0.idle.lock().unwrap_or_else(PoisonError::into_inner);
        std::iter::from_fn(|| idle.pop()).find(Wire::is_at_rest)
    }

    /// How many are in use.
    pub(in crate::store) fn lent(&self) -> usize {
        usize::try_from(self.0.most).unwrap_or(1).saturating_sub(self.0.places.available_permits())
    }

    /// How long those who came have waited for theirs.
    pub(in crate::store) fn waits(&self) -> &Waits {
        &self.0.waits
    }

    /// What has been said over all of them.
    pub(in crate::store) fn said(&self) -> &Said {
        &self.0.said
    }

    /// Closes all of them, after what is under way has ended.
    pub(in crate::store) async fn close(&self) {
        let _all = self.0.places.acquire_many(self.0.most).await;
        self.0.places.close();
        let idle = std::mem::take(&mut *self.0.idle.lock().unwrap_or_else(PoisonError::into_inner));
        join_all(idle.into_iter().map(Wire::close)).await;
    }
}

/// A connection that somebody uses.
pub struct Lent {
    wire: Option<Wire>,
    owner: Arc<Inner>,
    // Given back after the connection was.
    _place: OwnedSemaphorePermit,
}

impl Deref for Lent {
    type Target = Wire;

    fn deref(&self) -> &Wire {
        self.wire.as_ref().unwrap_or_else(|| unreachable!("only dropping takes it"))
    }
}

impl DerefMut for Lent {
    fn deref_mut(&mut self) -> &mut Wire {
        self.wire.as_mut().unwrap_or_else(|| unreachable!("only dropping takes it"))
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        let wire = self.wire.take().filter(Wire::is_at_rest);
        let mut idle = self.owner.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.extend(wire);
    }
}
