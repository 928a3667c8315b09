//! The demo shop "Northwind Tea": a merchant like any other.
//!
//! It knows the merchant API over HTTP and nothing else: no table, no type and no secret of the server. What it
//! does is what every merchant has to do, and it is written to be read as an example: compute the amount itself,
//! create a session with the secret key, verify webhooks, and ask the API before thanking anybody.
//!
//! It keeps its orders in memory and forgets the oldest; a real shop has a database here.

mod answer;
mod assets;
mod book;
mod catalogue;
mod clock;
mod html;
mod locale;
mod merchant_api;
mod money;
mod notices;
mod order;
mod orders;
mod thanks;
mod thanks_page;
mod thanks_words;
mod truth;
mod webhook;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::extract::DefaultBodyLimit;

pub use crate::clock::Clock;

use crate::book::Book;
use crate::merchant_api::MerchantApi;
use crate::notices::Notices;
use crate::webhook::Verifier;

/// What a merchant gets when it signs up, and where its pages stand.
#[derive(Clone)]
pub struct Settings {
    /// Where the merchant API answers, such as `http://127.0.0.1:8080`.
    pub api: String,
    /// Where shoppers reach the shop; `return_url` and `notify_url` begin with it.
    pub public_url: String,
    /// Where the sandbox's wallet page is, for the hint beside the checkout.
    pub wallet_url: String,
    /// The merchant's number.
    pub merchant_id: String,
    /// `sk_…`. It never leaves the shop's server.
    pub secret_key: String,
    /// `whsec_…`.
    pub webhook_secret: String,
}

/// Everything under `/shop/`.
pub fn router(settings: Settings) -> Router {
    router_at(settings, Clock::system())
}

/// The same with a clock of the caller's own: tests set the time.
pub fn router_at(settings: Settings, clock: Clock) -> Router {
    Router::new()
        .merge(assets::routes())
        .merge(catalogue::routes())
        .merge(orders::routes())
        .merge(notices::routes())
        .merge(thanks::routes())
        // Nothing that is sent to a shop is larger: an order is a few lines, a webhook about a kilobyte.
        .layer(DefaultBodyLimit::max(64 * 1024))
        .with_state(Arc::new(Shop::new(settings, clock)))
}

/// The shop: its settings, its way to the API, and what it remembers.
pub(crate) struct Shop {
    settings: Settings,
    clock: Clock,
    api: MerchantApi,
    verifier: Verifier,
    book: Mutex<Book>,
    notices: Mutex<Notices>,
}

impl Shop {
    fn new(settings: Settings, clock: Clock) -> Shop {
        Shop {
            api: MerchantApi::new(&settings.api, &settings.secret_key),
            verifier: Verifier::new(&settings.webhook_secret),
            settings,
            clock,
            book: Mutex::default(),
            notices: Mutex::default(),
        }
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn notices(&self) -> MutexGuard<'_, Notices> {
        self.notices.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An address of the shop, as others reach it.
    fn address(&self, path: &str) -> String {
        format!("{}{path}", self.settings.public_url.trim_end_matches('/'))
    }
}
