//! A channel under the name of a merchant's own account. Health, payments, messages and books go by the name, so that two accounts
//! at one channel are two channels to everybody else.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;

use super::{
    Acknowledgement, Asking, Bank, Channel, ChannelError, Forged, Form, Notice, Notification,
    Opened,
};
use crate::domain::credit::Credit;
use crate::domain::offer::Product;
use crate::domain::payment::{Evidence, Payment};
use crate::domain::reversal::{Reversal, ReversalSaid};

/// Another channel under this name.
pub struct Renamed {
    name: &'static str,
    inner: Arc<dyn Channel>,
    products: Vec<Product>,
}

impl Renamed {
    /// `inner` as `name`.
    pub fn new(name: &str, inner: Arc<dyn Channel>) -> Renamed {
        let name = kept(name);
        let products = inner.products().iter();
        let products = products.map(|product| Product { channel: name, ..*product }).collect();
        Renamed { name, inner, products }
    }
}

/// The name for as long as this process lives: some fifty bytes for each account that it has ever used, and a merchant has a hundred at
/// most.
pub(super) fn kept(name: &str) -> &'static str {
    static NAMES: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let mut names = NAMES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = names.get(name) {
        return known;
    }
    let name: &'static str = Box::leak(name.to_owned().into_boxed_str());
    names.insert(name);
    name
}

#[async_trait]
impl Channel for Renamed {
    fn name(&self) -> &'static str {
        self.name
    }

    fn is_live(&self) -> bool {
        self.inner.is_live()
    }

    fn listens_at(&self, notify_url: &str) {
        self.inner.listens_at(notify_url);
    }

    fn products(&self) -> &[Product] {
        &self.products
    }

    async fn pay(&self, payment: &Payment, asking: &Asking) -> Result<Opened, ChannelError> {
        self.inner.pay(payment, asking).await
    }

    fn opens_alone(&self, payment: &Payment) -> bool {
        self.inner.opens_alone(payment)
    }

    fn form(
        &self,
        payment: &Payment,
        asking: &Asking,
        bank: Option<&Bank>,
    ) -> Result<Option<Form>, ChannelError> {
        self.inner.form(payment, asking, bank)
    }

    fn banks(&self, payment: &Payment) -> &'static [Bank] {
        self.inner.banks(payment)
    }

    async fn query(&self, payment: &Payment) -> Result<Evidence, ChannelError> {
        self.inner.query(payment).await
    }

    async fn came_in(&self, payment: &Payment) -> Option<Result<Vec<Credit>, ChannelError>> {
        self.inner.came_in(payment).await
    }

    async fn cancel(&self, payment: &Payment) -> Result<(), ChannelError> {
        self.inner.cancel(payment).await
    }

    async fn refund(
        &self,
        payment: &Payment,
        reversal: &Reversal,
        notify_url: &str,
    ) -> Result<ReversalSaid, ChannelError> {
        self.inner.refund(payment, reversal, notify_url).await
    }

    async fn query_refund(
        &self,
        payment: &Payment,
        reversal: &Reversal,
    ) -> Result<ReversalSaid, ChannelError> {
        self.inner.query_refund(payment, reversal).await
    }

    async fn request_of(&self, number: &str) -> Result<Option<String>, ChannelError> {
        self.inner.request_of(number).await
    }

    fn read_notification(&self, notification: &Notification<'_>) -> Result<Notice, Forged> {
        self.inner.read_notification(notification)
    }

    fn references_in(&self, text: &str) -> Vec<String> {
        self.inner.references_in(text)
    }

    fn acknowledgement(&self) -> Acknowledgement {
        self.inner.acknowledgement()
    }

    async fn probe(&self, nobodys: &Payment) -> Result<String, String> {
        self.inner.probe(nobodys).await
    }
}
