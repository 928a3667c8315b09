//! How much may be under way at once, by who asks (G14). What is too much is refused at once, with nothing done.
//!
//! Each class has a number of its own, so that a merchant's program that runs wild takes no place from a shopper, and
//! neither from a channel that brings the news of a payment.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

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
            _ if ["/pay/", "/c/", "/q/"].iter().any(|page| path.starts_with(page)) => {
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
            Gate { inside: AtomicUsize::new(0), most: AtomicUsize::new(most) }
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
        let place = Place { gates: self.clone(), class };
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
}

impl Drop for Place {
    fn drop(&mut self) {
        self.gates.gate(self.class).inside.fetch_sub(1, Ordering::Relaxed);
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
