//! Which addresses a merchant may have us call (threat S16): never our own network, the machine itself, or a cloud's
//! metadata. Test mode allows loopback and private hosts, since that is where shops are built.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

/// How far a message may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Live: https to public addresses, on the ports of the web.
    Public,
    /// Test: also http, and loopback and private hosts on any port.
    WithPrivate,
}

/// Ports that https is spoken on (threat S16).
const PORTS: [u16; 2] = [443, 8443];

/// Whether everybody reads this address alike: what a lenient reader would repair, somebody else would read otherwise.
pub fn is_plain(text: &str, url: &Url) -> bool {
    let is_graphic = text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    let has_user = !url.username().is_empty() || url.password().is_some();
    let names_a_host = text.split_once("://").is_some_and(|(_, rest)| !rest.starts_with('/'));
    is_graphic && !has_user && names_a_host
}

impl Reach {
    /// Of a merchant in this mode.
    pub fn of(livemode: bool) -> Reach {
        if livemode { Reach::Public } else { Reach::WithPrivate }
    }

    /// Reads an address and refuses, in one sentence, what may not be called. A name says nothing yet about where it
    /// leads: that is looked at when it is resolved.
    pub fn read(self, text: &str) -> Result<Url, String> {
        let url = Url::parse(text).map_err(|_| "is not an address".to_owned())?;
        if !is_plain(text, &url) || url.fragment().is_some() {
            return Err(
                "is not a plain address: no spaces, backslashes, user names or fragments".into()
            );
        }
        self.scheme(&url)?;
        self.host(&url)?;
        Ok(url)
    }

    fn scheme(self, url: &Url) -> Result<(), String> {
        let port = url.port_or_known_default().unwrap_or(0);
        match (self, url.scheme()) {
            (Reach::Public, "https") if PORTS.contains(&port) => Ok(()),
            (Reach::Public, "https") => {
                Err(format!("has port {port}; only 443 and 8443 are called"))
            }
            (Reach::WithPrivate, "https" | "http") if port != 0 => Ok(()),
            (Reach::WithPrivate, _) => Err("must be https or, in test mode, http".into()),
            (Reach::Public, _) => Err("must be https".into()),
        }
    }

    fn host(self, url: &Url) -> Result<(), String> {
        let ip = match url.host() {
            None => return Err("has no host".into()),
            Some(Host::Domain(name)) => return self.name(name),
            Some(Host::Ipv4(ip)) => IpAddr::V4(ip),
            Some(Host::Ipv6(ip)) => IpAddr::V6(ip),
        };
        if self.may_call(ip) { Ok(()) } else { Err(self.refusal(ip)) }
    }

    fn name(self, name: &str) -> Result<(), String> {
        let name = name.trim_end_matches('.');
        let inside = [".localhost", ".local", ".internal", ".home.arpa"];
        let is_inside = !name.contains('.') || inside.iter().any(|end| name.ends_with(end));
        if self == Reach::Public && is_inside {
            return Err(format!("names {name}, which is not a public host"));
        }
        Ok(())
    }

    /// Why an address is not called.
    pub fn refusal(self, ip: IpAddr) -> String {
        let suffix = if self == Reach::Public {
            "not a public address"
        } else {
            "an address that is never called"
        };
        format!("leads to {ip}, {suffix}")
    }

    /// Whether this address may be called. Every form that hides an IPv4 address in an IPv6 one is seen through.
    pub fn may_call(self, ip: IpAddr) -> bool {
        match (ip.to_canonical(), self) {
            (IpAddr::V4(ip), Reach::Public) => is_public(ip),
            (IpAddr::V4(ip), Reach::WithPrivate) => {
                is_public(ip) || ip.is_loopback() || ip.is_private()
            }
            (IpAddr::V6(ip), Reach::Public) => is_public_v6(ip),
            (IpAddr::V6(ip), Reach::WithPrivate) => is_public_v6(ip) || is_private_v6(ip),
        }
    }
}

/// The IPv4 blocks that are not the public network (IANA's special-purpose registry), as base and prefix length, and one
/// address that a cloud keeps for itself.
const SPECIAL: &[(Ipv4Addr, u32)] = &[
    (Ipv4Addr::new(0, 0, 0, 0), 8),
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(100, 64, 0, 0), 10), // carriers' NAT; Alibaba's metadata
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    (Ipv4Addr::new(168, 63, 129, 16), 32), // Azure's platform
    (Ipv4Addr::new(169, 254, 0, 0), 16),   // link-local; metadata nearly everywhere
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 0, 0, 0), 24), // Oracle's metadata
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    (Ipv4Addr::new(192, 31, 196, 0), 24),
    (Ipv4Addr::new(192, 52, 193, 0), 24),
    (Ipv4Addr::new(192, 88, 99, 0), 24), // 6to4 relays
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(192, 175, 48, 0), 24),
    (Ipv4Addr::new(198, 18, 0, 0), 15), // benchmarks
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    (Ipv4Addr::new(224, 0, 0, 0), 4), // multicast
    (Ipv4Addr::new(240, 0, 0, 0), 4), // reserved, and broadcast
];

fn is_public(ip: Ipv4Addr) -> bool {
    let within = |(base, bits): &(Ipv4Addr, u32)| {
        (ip.to_bits() ^ base.to_bits()).checked_shr(32 - bits).unwrap_or(0) == 0
    };
    !SPECIAL.iter().any(within)
}

/// Global unicast is 2000::/3; within it some blocks are not, and some carry an IPv4 address along.
fn is_public_v6(ip: Ipv6Addr) -> bool {
    let [a, b, c, ..] = ip.segments();
    match (a, b, c) {
        // NAT64: what counts is the address inside.
        (0x64, 0xff9b, 0) if ip.segments()[3..6] == [0, 0, 0] => is_public(inner(ip)),
        (0x2001, 0..=0x1ff, _) => false, // Teredo, benchmarks, protocols
        (0x2001, 0xdb8, _) => false,     // documentation
        (0x2002, ..) => false,           // 6to4
        (0x3fff, 0..=0xfff, _) => false, // documentation
        (0x2000..=0x3fff, ..) => true,
        _ => false,
    }
}

fn inner(ip: Ipv6Addr) -> Ipv4Addr {
    let [.., a, b, c, d] = ip.octets();
    Ipv4Addr::new(a, b, c, d)
}

/// Loopback and unique-local, but for the metadata address that lies there.
fn is_private_v6(ip: Ipv6Addr) -> bool {
    const METADATA: Ipv6Addr = Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254);
    ip.is_loopback() || (ip.is_unique_local() && ip != METADATA)
}

#[cfg(test)]
mod tests;
