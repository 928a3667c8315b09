//! How many connections each client holds.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use metrics::counter;

use super::Each;
use crate::http::peer::is_near;
use crate::metrics::CONNECTIONS_REFUSED;

/// All clients that hold one.
#[derive(Clone, Debug)]
pub(super) struct Clients {
    each: Each,
    held: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

/// A client's connection, until it is dropped.
#[derive(Debug)]
pub(super) struct Held(Option<(Clients, IpAddr)>);

impl Clients {
    pub(super) fn of(each: Each) -> Clients {
        Clients { each, held: Arc::default() }
    }

    /// Counts one more, if this client may have it.
    pub(super) fn admit(&self, ip: IpAddr) -> Option<Held> {
        let ip = ip.to_canonical();
        let most = match self.each {
            Each::FromOutside(_) if is_near(ip) => return Some(Held(None)),
            Each::FromOutside(most) | Each::All(most) => most,
        };
        let client = client(ip);
        let mut all = self.all();
        let held = all.get(&client).copied().unwrap_or(0);
        if held >= most {
            counter!(CONNECTIONS_REFUSED).increment(1);
            return None;
        }
        all.insert(client, held + 1);
        Some(Held(Some((self.clone(), client))))
    }

    fn all(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let Some((clients, client)) = &self.0 else { return };
        let mut all = clients.all();
        match all.get_mut(client) {
            Some(held) if *held > 1 => *held -= 1,
            _ => _ = all.remove(client),
        }
    }
}

/// An IPv6 host usually has a whole /64, and may come from another address each time.
fn client(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V4(_) => ip,
        IpAddr::V6(ip) => Ipv6Addr::from_bits(ip.to_bits() >> 64 << 64).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn each_client_has_its_own_number_and_gets_back_what_it_gives_back() {
        let clients = Clients::of(Each::All(2));
        let held: Vec<Held> = (0..2).map(|_| clients.admit(ip("203.0.113.7")).unwrap()).collect();
        assert!(clients.admit(ip("203.0.113.7")).is_none());
        assert!(clients.admit(ip("::ffff:203.0.113.7")).is_none(), "the same by another writing");
        assert!(clients.admit(ip("203.0.113.8")).is_some());
        drop(held);
        assert!(clients.all().is_empty(), "nothing is kept of who has gone");
        assert!(clients.admit(ip("203.0.113.7")).is_some());
    }

    #[test]
    fn a_host_has_all_the_addresses_of_its_network() {
        let clients = Clients::of(Each::All(1));
        let _held = clients.admit(ip("2001:db8:1:2::1")).unwrap();
        assert!(clients.admit(ip("2001:db8:1:2:ffff::9")).is_none());
        assert!(clients.admit(ip("2001:db8:1:3::1")).is_some());
    }

    #[test]
    fn a_proxy_of_our_own_is_everybody() {
        let clients = Clients::of(Each::FromOutside(1));
        for near in ["127.0.0.1", "10.0.0.2", "::1", "fd00::1"] {
            let all: Vec<Option<Held>> = (0..3).map(|_| clients.admit(ip(near))).collect();
            assert!(all.iter().all(Option::is_some), "{near}");
        }
        let _held = clients.admit(ip("203.0.113.7")).unwrap();
        assert!(clients.admit(ip("203.0.113.7")).is_none());
    }
}
