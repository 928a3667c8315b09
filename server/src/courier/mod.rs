//! Carries signed messages to merchants' addresses: Standard Webhooks 1.0 over HTTP.
//!
//! An address is checked before every try, and again when its name is resolved: the connection is made to the address
//! that was checked, so a name that changes its answer gains nothing. Redirects are not followed, proxies of the
//! environment are not used, an answer is read to a bound.

mod answer;
pub mod lanes;
pub mod resolve;
pub mod sign;

use std::sync::Arc;
use std::time::Duration;

use reqwest::Client;

pub use answer::Answer;
use answer::{heard, unheard};
use lanes::Lanes;
use resolve::{Guard, Lookup, System};

use crate::clock::Millis;
use crate::domain::address::Reach;
use crate::point;

/// Longest wait for a whole answer.
pub const PATIENCE: Duration = Duration::from_secs(15);

/// The way to merchants' addresses.
pub struct Courier {
    public: Client,
    with_private: Client,
    lookup: Arc<dyn Lookup>,
    /// How much is under way to whom.
    pub lanes: Lanes,
}

/// A message for one address.
#[derive(Clone, Debug)]
pub struct Letter {
    /// Where to.
    pub url: String,
    /// The receiver's idempotency key.
    pub id: String,
    /// JSON text; the signature is over exactly these bytes.
    pub body: String,
    /// `whsec_…`, each signs.
    pub secrets: Vec<String>,
    /// How far it may go.
    pub reach: Reach,
}

impl Courier {
    /// With the machine's own resolver.
    pub fn new() -> reqwest::Result<Courier> {
        Courier::with(Arc::new(System))
    }

    /// With another resolver, for tests of what names may do.
    pub fn with(lookup: Arc<dyn Lookup>) -> reqwest::Result<Courier> {
        Ok(Courier {
            public: client(Reach::Public, lookup.clone())?,
            with_private: client(Reach::WithPrivate, lookup.clone())?,
            lookup,
            lanes: Lanes::default(),
        })
    }

    /// Refuses, in one sentence, an address that may not be called, or whose name leads to one. A name that leads nowhere
    /// at this moment passes: every try looks again.
    pub async fn check(&self, url: &str, reach: Reach) -> Result<(), String> {
        let url = reach.read(url)?;
        let Some(url::Host::Domain(name)) = url.host() else { return Ok(()) };
        let found = tokio::time::timeout(Duration::from_secs(3), self.lookup.lookup(name)).await;
        let Ok(Ok(found)) = found else { return Ok(()) };
        match found.into_iter().find(|ip| !reach.may_call(*ip)) {
            Some(ip) => Err(reach.refusal(ip)),
            None => Ok(()),
        }
    }

    /// One try, at this time. It never fails otherwise than by its answer.
    pub async fn carry(&self, letter: &Letter, now: Millis) -> Answer {
        if let Err(sentence) = letter.reach.read(&letter.url) {
            return Answer::refused(format!("the address {sentence}"));
        }
        let seconds = now / 1000;
        let Some(signature) = sign::header(&letter.secrets, &letter.id, seconds, &letter.body)
        else {
            return Answer::refused("the secret is not whsec_ and base64".into());
        };
        point!("courier/before");
        let sent = self
            .client(letter.reach)
            .post(&letter.url)
            .header("content-type", "application/json")
            .header("webhook-id", &letter.id)
            .header("webhook-timestamp", seconds.to_string())
            .header("webhook-signature", signature)
            .body(letter.body.clone())
            .send()
            .await;
        point!("courier/after");
        match sent {
            Ok(response) => heard(response, now).await,
            Err(error) => unheard(&error),
        }
    }

    fn client(&self, reach: Reach) -> &Client {
        match reach {
            Reach::Public => &self.public,
            Reach::WithPrivate => &self.with_private,
        }
    }
}

fn client(reach: Reach, lookup: Arc<dyn Lookup>) -> reqwest::Result<Client> {
    Client::builder()
        .dns_resolver(Guard::new(reach, lookup))
        .https_only(reach == Reach::Public)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .connect_timeout(Duration::from_secs(5))
        .timeout(PATIENCE)
        // A kept connection leads where its name led when it was made; not for long.
        .pool_idle_timeout(Duration::from_secs(15))
        .user_agent("Florin-Webhooks/1")
        .build()
}
