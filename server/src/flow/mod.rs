//! What can be asked of us, one file each. A flow decides, writes it down, then speaks to the outside.
//!
//! Nothing outside `desk` and `settle` changes a payment's outcome. No row is locked while we wait on the network.

pub mod again;
pub mod ask;
pub mod bank;
pub mod cancel;
pub mod change_session;
pub mod channels;
pub mod charge;
mod claim;
pub mod close;
pub mod codes;
pub mod create_session;
pub mod credits;
pub mod deliveries;
pub mod desk;
pub mod expire;
pub mod explain;
pub mod keys;
pub mod login;
pub mod looks;
pub mod notify_secret;
pub mod onward;
pub mod pay;
pub mod query;
pub mod refund;
pub mod resolve;
pub mod reverse;
pub mod scan;
pub mod sellers;
pub mod settings;
pub mod settle;
pub mod tell;
pub mod view;
pub mod webhook_endpoints;

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tracing::Instrument;

use crate::gates::{self, Place};
use crate::{Error, Result};

static UNDER_WAY: AtomicUsize = AtomicUsize::new(0);

/// How many flows run to their end right now, whether or not their callers are still there.
pub fn under_way() -> usize {
    UNDER_WAY.load(Ordering::Relaxed)
}

/// One that is counted, here and in the place of the request that began it.
struct Counted {
    _place: Option<Arc<Place>>,
}

impl Drop for Counted {
    fn drop(&mut self) {
        UNDER_WAY.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Runs what moves money to its end even when the caller goes away: a browser that hangs up must not stop a payment
/// half way.
pub async fn to_the_end<T: Send + 'static>(
    flow: impl Future<Output = Result<T>> + Send + 'static,
) -> Result<T> {
    UNDER_WAY.fetch_add(1, Ordering::Relaxed);
    let counted = Counted { _place: gates::held() };
    let whole = async move {
        let _counted = counted;
        flow.await
    };
    tokio::spawn(whole.in_current_span())
        .await
        .unwrap_or_else(|gone| Err(Error::Internal(format!("a flow ended early: {gone}"))))
}
