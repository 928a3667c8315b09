//! Names into addresses, each of which is checked. What passes is what is connected to: there is no second lookup.

use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use async_trait::async_trait;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::domain::address::Reach;

/// Who knows where a name leads.
#[async_trait]
pub trait Lookup: Send + Sync {
    /// Every address of a name.
    async fn lookup(&self, name: &str) -> io::Result<Vec<IpAddr>>;
}

/// The machine's own resolver.
pub struct System;

#[async_trait]
impl Lookup for System {
    async fn lookup(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        Ok(tokio::net::lookup_host((name, 0)).await?.map(|address| address.ip()).collect())
    }
}

/// A name led where nobody is called.
#[derive(Debug)]
pub struct Refused(pub String);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the address {}", self.0)
    }
}

impl std::error::Error for Refused {}

/// Gives a name's addresses when every one of them may be called.
pub(super) struct Guard {
    reach: Reach,
    lookup: Arc<dyn Lookup>,
}

impl Guard {
    pub(super) fn new(reach: Reach, lookup: Arc<dyn Lookup>) -> Guard {
        Guard { reach, lookup }
    }
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let (reach, lookup) = (self.reach, self.lookup.clone());
        Box::pin(async move {
            let found = lookup.lookup(name.as_str()).await?;
            // One bad address among good ones is enough: nobody honest mixes them.
            if let Some(ip) = found.iter().find(|ip| !reach.may_call(**ip)) {
                return Err(Refused(reach.refusal(*ip)).into());
            }
            // Port 0: reqwest puts the address's own in.
            Ok(Box::new(found.into_iter().map(|ip| SocketAddr::new(ip, 0))) as Addrs)
        })
    }
}
