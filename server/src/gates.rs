//! How much may be under way at once, by who asks (G14). What is too much is refused at once, with nothing done.
//!
//! Each class has a number of its own, so that a merchant's program that runs wild takes no place from a shopper, and
//! neither from a channel that brings the news of a payment. Nor does it take more than half of its class's places from
//! other merchants.

use std::collections::HashMap;
use std::future::Future;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// A merchant's server.
    Merchant,
    /// A merchant's server, about money on its way back: its other requests take no place from these.
    Refund,
    /// A shopper's act, and the hosted page.
    Shopper,
    /// A channel's notification: among the last to be refused, since it carries the truth about money.
    Notice,
    /// A status poll: answered from memory, and the other of the last to be refused.
    Poll,
    /// The widget's files and everything else.
    Asset,
    /// Whether we are well: never refused.
    Health,
}

impl Class {
    /// Every class.
    pub const ALL: [Class; 7] = [
        Class::Merchant,
        Class::Refund,
        Class::Shopper,
        Class::Notice,
        Class::Poll,
        Class::Asset,
        Class::Health,
    ];

    /// Its name in figures and settings.
    pub fn as_str(self) -> &'static str {
        match self {
            Class::Merchant => "merchant",
            Class::Refund => "refund",
            Class::Shopper => "shopper",
            Class::Notice => "notice",
            Class::Poll => "poll",
            Class::Asset => "asset",
            Class::Health => "health",
        }
    }

    /// Who asks, by the path.
    pub fn of(path: &str) -> Class {
        match path {
            "/healthz" | "/readyz" => Class::Health,
            _ if path.starts_with("/notify/") => Class::Notice,
            _ if path.starts_with("/v1/checkout/") && path.ends_with("/status") => Class::Poll,
            _ if path.starts_with("/v1/checkout/") => Class::Shopper,
            _ if ["/v1/refunds", "/v1/reversals"].iter().any(|back| path.starts_with(back)) => {
                Class::Refund
            }
            _ if path.starts_with("/v1/") => Class::Merchant,
            _ if ["/pay/", "/c/", "/q/", "/to/", "/login/"]
                .iter()
                .any(|page| path.starts_with(page)) =>
            {
                Class::Shopper
            }
            _ => Class::Asset,
        }
    }
}

/// The places of every class.
#[derive(Clone, Debug)]
pub struct Gates(Arc<[Gate; Class::ALL.len()]>);

#[derive(Debug)]
struct Gate {
    inside: AtomicUsize,
    most: AtomicUsize,
    /// How many places each holder has, of those that are known to have one.
    by: Mutex<HashMap<Arc<str>, usize>>,
}

impl Default for Gates {
    /// More than two cores can work on, and few enough that the last one is answered in time. A shopper's act may wait
    /// for its channel, so it has more places than it needs of the processor.
    fn default() -> Gates {
        let gates = Class::ALL.map(|class| {
            let most = match class {
                Class::Merchant => 128,
                Class::Refund | Class::Shopper | Class::Asset => 256,
                Class::Notice => 512,
                Class::Poll => 4_096,
                Class::Health => usize::MAX,
            };
            let (inside, by) = (AtomicUsize::new(0), Mutex::default());
            Gate { inside, most: AtomicUsize::new(most), by }
        });
        Gates(Arc::new(gates))
    }
}

impl Gates {
    /// Sets how many of this class may be under way at once.
    pub fn allow(&self, class: Class, most: usize) {
        self.gate(class).most.store(most, Ordering::Relaxed);
    }

    /// A place, until it is dropped; nothing when there is none.
    pub fn enter(&self, class: Class) -> Option<Place> {
        let gate = self.gate(class);
        // Counted first, so that two who come at once cannot both take the last place.
        let before = gate.inside.fetch_add(1, Ordering::Relaxed);
        let place = Place { gates: self.clone(), class, holder: OnceLock::new() };
        (before < gate.most.load(Ordering::Relaxed)).then_some(place)
    }

    /// How many of this class are under way.
    pub fn inside(&self, class: Class) -> usize {
        self.gate(class).inside.load(Ordering::Relaxed)
    }

    fn gate(&self, class: Class) -> &Gate {
        &self.0[class as usize]
    }
}

/// A place, given back when it is dropped.
#[derive(Debug)]
pub struct Place {
    gates: Gates,
    class: Class,
    /// Whose it is: known only when the request's key has been read.
    holder: OnceLock<Arc<str>>,
}

impl Place {
    /// Its class.
    pub fn class(&self) -> Class {
        self.class
    }

    /// Gives the place to whoever asks in it, a merchant or an organisation. False when that one has half of the class's
    /// places already and is `one_of_several`: then it is nobody's, and its request is to be refused. A place that has
    /// been given stays so.
    pub fn is_held_by(&self, holder: &str, one_of_several: bool) -> bool {
        if self.holder.get().is_some() {
            return true;
        }
        let gate = self.gates.gate(self.class);
        let half = gate.most.load(Ordering::Relaxed).div_ceil(2);
        let mut by = gate.by.lock().unwrap_or_else(PoisonError::into_inner);
        if one_of_several && by.get(holder).is_some_and(|places| *places >= half) {
            return false;
        }
        let known = by.get_key_value(holder).map(|(known, _)| known.clone());
        let holder = known.unwrap_or_else(|| holder.into());
        if self.holder.set(holder.clone()).is_ok() {
            *by.entry(holder).or_default() += 1;
        }
        true
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let gate = self.gates.gate(self.class);
        if let Some(holder) = self.holder.take() {
            let mut by = gate.by.lock().unwrap_or_else(PoisonError::into_inner);
            match by.get_mut(&holder) {
                Some(places) if *places > 1 => *places -= 1,
                _ => _ = by.remove(&holder),
            }
        }
        gate.inside.fetch_sub(1, Ordering::Relaxed);
    }
}

tokio::task_local! {
    static HELD: Arc<Place>;
}

/// Does some work in a place. It stays taken until the work has ended, and whatever of it runs on by itself
/// ([`held`]): a client that hangs up makes no room for the next one.
pub async fn holding<T>(place: Place, work: impl Future<Output = T>) -> T {
    HELD.scope(Arc::new(place), work).await
}

/// The place of the request that is being answered here, if any.
pub fn held() -> Option<Arc<Place>> {
    HELD.try_with(Arc::clone).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_says_who_asks() {
        for (path, class) in [
            ("/v1/sessions", Class::Merchant),
            ("/v1/transactions", Class::Merchant),
            ("/v1/refunds", Class::Refund),
            ("/v1/refunds/query", Class::Refund),
            ("/v1/reversals/RFx/resolve", Class::Refund),
            ("/v1/checkout/CSx", Class::Shopper),
            ("/v1/checkout/CSx/transactions/GWx/check", Class::Shopper),
            ("/v1/checkout/CSx/status", Class::Poll),
            ("/pay/CSx", Class::Shopper),
            ("/login/wechatpay", Class::Shopper),
            ("/to/GW1", Class::Shopper),
            ("/notify/antom", Class::Notice),
            ("/florin.js", Class::Asset),
            ("/", Class::Asset),
            ("/readyz", Class::Health),
        ] {
            assert_eq!(Class::of(path), class, "{path}");
        }
    }

    #[test]
    fn a_full_class_refuses_and_its_neighbour_does_not() {
        let gates = Gates::default();
        gates.allow(Class::Merchant, 2);
        let (one, two) = (gates.enter(Class::Merchant), gates.enter(Class::Merchant));
        assert!(one.is_some() && two.is_some());
        assert!(gates.enter(Class::Merchant).is_none());
        assert!(gates.enter(Class::Notice).is_some());
        drop(one);
        assert!(gates.enter(Class::Merchant).is_some(), "a place given back is a place");
        drop(two);
        assert_eq!(gates.inside(Class::Merchant), 0);
    }

    #[test]
    fn one_merchant_of_several_takes_half_of_the_places_and_one_alone_all() {
        let gates = Gates::default();
        gates.allow(Class::Merchant, 5);
        let enter = |who: &str, one_of_several| {
            let place = gates.enter(Class::Merchant).unwrap();
            place.is_held_by(who, one_of_several).then_some(place)
        };
        let wild: Vec<_> = (0..3).map(|_| enter("1", true).unwrap()).collect();
        assert!(enter("1", true).is_none(), "half of five, rounded up, is three");
        assert_eq!(gates.inside(Class::Merchant), 3, "what was refused holds no place");
        assert!(wild[0].is_held_by("1", true), "asked again, it is one place still");
        let (other, refund) = (enter("2", true), gates.enter(Class::Refund).unwrap());
        assert!(other.is_some() && refund.is_held_by("1", true), "each class for itself");
        drop(wild);
        let alone: Vec<_> = (0..4).map(|_| enter("1", false)).collect();
        assert!(alone.iter().all(Option::is_some));
        drop((alone, other, refund));
        let gate = gates.gate(Class::Merchant);
        assert!(gate.by.lock().unwrap().is_empty(), "nobody is remembered who holds nothing");
    }

    #[tokio::test]
    async fn a_flow_whose_client_hung_up_keeps_its_place_to_its_end() {
        let gates = Gates::default();
        gates.allow(Class::Merchant, 1);
        let (finish, finished) = tokio::sync::oneshot::channel::<()>();
        let flow = crate::flow::to_the_end(async move { Ok(finished.await) });
        let request = tokio::spawn(holding(gates.enter(Class::Merchant).unwrap(), flow));
        tokio::task::yield_now().await;
        request.abort();
        assert!(request.await.unwrap_err().is_cancelled());
        assert!(gates.enter(Class::Merchant).is_none(), "the flow runs on");
        finish.send(()).unwrap();
        while gates.enter(Class::Merchant).is_none() {
            tokio::task::yield_now().await;
        }
    }
}
