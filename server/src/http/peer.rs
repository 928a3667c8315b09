//! The address that a shopper's browser comes from, for the channels that compare it with the one which opens their page.
//!
//! It decides nothing here. Behind a proxy of our own network the connection is the proxy's; then it is the last entry of
//! `X-Forwarded-For`, which that proxy wrote itself: whatever stands before it anybody may have sent.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;

/// The other end of a connection, as the listener saw it.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);

/// Where the shopper's browser is, as far as it is known.
#[derive(Clone, Copy, Debug)]
pub struct Payer(pub Option<IpAddr>);

impl<S: Sync> FromRequestParts<S> for Payer {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Payer, Infallible> {
        Ok(Payer::of(parts.extensions.get::<Peer>().copied(), &parts.headers))
    }
}

impl Payer {
    /// Out of a connection and what its request says.
    pub fn of(peer: Option<Peer>, headers: &HeaderMap) -> Payer {
        let peer = peer.map(|peer| peer.0.ip().to_canonical());
        if peer.is_some_and(|ip| !is_near(ip)) {
            return Payer(peer);
        }
        let mut lines = headers.get_all("x-forwarded-for").iter();
        let last = lines.next_back().and_then(|line| line.to_str().ok()?.rsplit(',').next());
        let told = last.and_then(|ip| ip.trim().parse::<IpAddr>().ok());
        Payer(told.map(|ip| ip.to_canonical()).or(peer))
    }
}

/// Whether this is our own machine or network.
pub(super) fn is_near(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => ip.is_loopback() || ip.is_private() || ip.is_link_local(),
        IpAddr::V6(ip) => ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn payer(peer: &str, forwarded: &str) -> Option<String> {
        let peer = peer.parse().ok().map(|ip| Peer(SocketAddr::new(ip, 1)));
        let mut headers = HeaderMap::new();
        if !forwarded.is_empty() {
            headers.insert("x-forwarded-for", forwarded.parse().unwrap());
        }
        Payer::of(peer, &headers).0.map(|ip| ip.to_string())
    }

    #[test]
    fn only_a_proxy_of_our_own_is_believed_and_only_what_it_wrote_itself() {
        for (peer, forwarded, expected) in [
            ("203.0.113.7", "", Some("203.0.113.7")),
            ("203.0.113.7", "198.51.100.1", Some("203.0.113.7")),
            ("127.0.0.1", "198.51.100.1", Some("198.51.100.1")),
            ("10.0.0.2", "6.6.6.6, 198.51.100.1", Some("198.51.100.1")),
            ("::ffff:10.0.0.2", "2001:db8::1", Some("2001:db8::1")),
            ("::ffff:203.0.113.7", "6.6.6.6", Some("203.0.113.7")),
            ("10.0.0.2", "unknown", Some("10.0.0.2")),
            ("fd00::1", "", Some("fd00::1")),
            ("", "", None),
        ] {
            assert_eq!(payer(peer, forwarded).as_deref(), expected, "{peer} {forwarded}");
        }
    }
}
