//! What every request and every worker needs: the store, the channels, the clock, the poll board.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use florin_shared::{MerchantId, SessionId};
use tokio::sync::{Notify, Semaphore};

use crate::admission::Admission;
use crate::channel::Channels;
use crate::clock::{Clock, Millis, Random};
use crate::courier::Courier;
use crate::gates::Gates;
use crate::known_keys::KnownKeys;
use crate::known_merchants::KnownMerchants;
use crate::life::Life;
use crate::own::Own;
use crate::reach::Reach;
use crate::status::Board;
use crate::store::Store;
use crate::store::merchants::{self, Merchant};
use crate::{Error, Result, hex, point};

/// Shared by everything; cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Parts>);

/// The parts of an [`App`].
pub struct Parts {
    /// The database.
    pub store: Store,
    /// Who carries payments out for merchants without an account of their own there (`flow/sellers.rs`).
    pub channels: Channels,
    /// The time.
    pub clock: Clock,
    /// Randomness.
    pub random: Random,
    /// What polls are answered from.
    pub board: Board,
    /// Where shoppers and channels reach us, without a slash at its end.
    pub public_url: String,
    /// The longest life of a code, when it is to be shorter than the channel's own.
    pub code_life: Option<Millis>,
    /// The way to merchants' addresses.
    pub courier: Courier,
    /// Wakes the workers when there is something to do.
    pub wake: Wake,
    /// How much may be under way at once.
    pub slots: Slots,
    /// What `/metrics` tells.
    pub counters: Counters,
    /// How many requests may be under way at once.
    pub gates: Gates,
    /// How many new orders are let in.
    pub admission: Admission,
    /// Whether this process is well.
    pub life: Life,
    /// Which channels answer.
    pub reach: Reach,
    /// How long what was told is kept.
    pub retention: Retention,
    /// Merchants' own accounts at channels.
    pub own: Own,
    tokens: hmac::Key,
    merchants: KnownMerchants,
    /// Whose key is whose.
    pub keys: KnownKeys,
}

/// One bell for each worker.
#[derive(Default)]
pub struct Wake {
    /// A payment is to be asked about.
    pub asks: Notify,
    /// Money is to go back.
    pub reversals: Notify,
    /// A merchant is to be told.
    pub outbox: Notify,
}

/// How many payments are asked about at once.
pub const ASKS: usize = 32;

/// How much money is sent back at once.
pub const RETURNS: usize = 16;

/// How much may be under way at once; what hangs takes a place and nothing else.
pub struct Slots {
    /// Questions to channels.
    pub asks: Arc<Semaphore>,
    /// Money that is sent back.
    pub returns: Arc<Semaphore>,
}

impl Slots {
    /// Waits until nothing is under way any more.
    pub async fn all_free(&self) {
        for (slots, all) in [(&self.asks, ASKS), (&self.returns, RETURNS)] {
            _ = slots.acquire_many(u32::try_from(all).unwrap_or(u32::MAX)).await;
        }
    }

    /// How many are taken.
    pub fn taken(&self) -> usize {
        ASKS + RETURNS - self.asks.available_permits() - self.returns.available_permits()
    }
}

impl Default for Slots {
    fn default() -> Slots {
        Slots { asks: Arc::new(Semaphore::new(ASKS)), returns: Arc::new(Semaphore::new(RETURNS)) }
    }
}

/// How long what was told is kept; what is about money is kept for ever.
pub struct Retention {
    deliveries: AtomicI64,
}

impl Retention {
    /// How long messages are kept after they were delivered or given up, in milliseconds.
    pub fn deliveries(&self) -> Millis {
        self.deliveries.load(Ordering::Relaxed)
    }

    /// Keeps messages for that many days.
    pub fn keep_deliveries(&self, days: u16) {
        self.deliveries.store(i64::from(days) * DAY, Ordering::Relaxed);
    }
}

impl Default for Retention {
    fn default() -> Retention {
        Retention { deliveries: AtomicI64::new(90 * DAY) }
    }
}

const DAY: Millis = 24 * 60 * 60 * 1000;

/// Counted by an atomic each, read out by `/metrics`.
#[derive(Default)]
pub struct Counters {
    /// Answered status polls.
    pub polls: AtomicU64,
    /// Notifications that did not prove who speaks.
    pub forged: AtomicU64,
    /// Statements that contradict us or themselves.
    pub conflicts: AtomicU64,
    /// Reversals that a person must see to.
    pub manual: AtomicU64,
    /// Webhooks that were given up after thirty days, or because the endpoint is gone.
    pub dead_deliveries: AtomicU64,
}

impl std::ops::Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl App {
    /// Puts the parts together. The key of the page tokens is drawn once for an installation and kept in its database.
    pub async fn new(
        store: Store,
        channels: Channels,
        clock: Clock,
        random: Random,
        public_url: &str,
        code_life: Option<Millis>,
    ) -> anyhow::Result<App> {
        let fresh = hex(&random.bytes::<32>());
        let secret: std::result::Result<String, crate::store::StoreError> = store
            .write(async move |tx: &mut crate::store::Tx| {
                merchants::setting(tx, "token_key", fresh).await
            })
            .await;
        let public_url = public_url.trim_end_matches('/');
        for channel in channels.all() {
            channel.listens_at(&format!("{public_url}/notify/{}", channel.name()));
        }
        let reach = Reach::new(channels.all().map(|channel| channel.name()));
        Ok(App(Arc::new(Parts {
            store,
            channels,
            clock,
            random,
            board: Board::default(),
            public_url: public_url.to_owned(),
            code_life,
            courier: Courier::new()?,
            wake: Wake::default(),
            slots: Slots::default(),
            counters: Counters::default(),
            gates: Gates::default(),
            admission: Admission::default(),
            life: Life::default(),
            reach,
            retention: Retention::default(),
            own: Own::default(),
            tokens: hmac::Key::new(hmac::HMAC_SHA256, secret?.as_bytes()),
            merchants: KnownMerchants::default(),
            keys: KnownKeys::default(),
        })))
    }

    /// Now, by the clock that all processes on this store share.
    pub fn now(&self) -> Millis {
        self.clock.now()
    }

    /// The token that opens one session to its shopper: a MAC of the id, so that nothing has to be stored and an equal
    /// request can be answered with the same token.
    pub fn client_token(&self, session: &SessionId) -> String {
        let mac = hmac::sign(&self.tokens, session.as_str().as_bytes());
        format!("ct_{}", URL_SAFE_NO_PAD.encode(mac.as_ref()))
    }

    /// By which we know these words again when they come back to us; 64 letters and digits.
    pub fn seal_of(&self, words: &str) -> String {
        hex(hmac::sign(&self.tokens, words.as_bytes()).as_ref())
    }

    /// What is kept of it in memory and compared.
    pub fn token_digest(&self, session: &SessionId) -> [u8; 32] {
        digest_of(&self.client_token(session))
    }

    /// The hosted page of a session.
    pub fn session_url(&self, session: &SessionId) -> String {
        format!("{}/pay/{session}", self.public_url)
    }

    /// The merchant of that id, at most two seconds old.
    pub async fn merchant(&self, id: &MerchantId) -> Result<Arc<Merchant>> {
        let miss = match self.merchants.find(id, self.now()) {
            Ok(merchant) => return Ok(merchant),
            Err(miss) => miss,
        };
        let found = merchants::get(&mut self.store.read().await?, id).await?;
        let merchant = Arc::new(found.ok_or_else(|| Error::no_such("merchant"))?);
        point!("merchants/before");
        self.merchants.keep(&miss, &merchant);
        point!("merchants/after");
        Ok(merchant)
    }

    /// The merchant as it was last read, however long ago: for polls, which never read the database.
    pub fn merchant_at_hand(&self, id: &MerchantId) -> Option<Arc<Merchant>> {
        self.merchants.at_hand(id)
    }

    /// Whether this process has met more than one merchant.
    pub fn serves_several(&self) -> bool {
        self.merchants.count() > 1
    }

    /// The mark of a merchant's looks, from memory: another one when they have changed.
    pub fn looks_of(&self, id: &MerchantId) -> u64 {
        self.merchants.looks(id)
    }

    /// Reads a merchant again that another process has changed, if it is in memory.
    pub async fn follow_merchant(&self, id: &MerchantId) -> Result<()> {
        match self.merchant_at_hand(id) {
            Some(_) => self.renew_merchant(id).await,
            None => Ok(()),
        }
    }

    /// Reads a merchant again that was just changed. Other processes follow within two seconds of their next look.
    pub async fn renew_merchant(&self, id: &MerchantId) -> Result<()> {
        self.merchants.is_changed(id);
        self.merchant(id).await.map(|_| ())
    }
}

/// SHA-256 of a token.
pub fn digest_of(token: &str) -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes.copy_from_slice(digest(&SHA256, token.as_bytes()).as_ref());
    bytes
}
