//! Connections that are used again, as a merchant's server keeps them.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use crate::client::{Answer, Client};

/// The server closes what is idle for 30 s: whoever comes just then would be refused.
const STALE: Duration = Duration::from_secs(15);

/// Open connections to one address.
pub(crate) struct Pool {
    host: String,
    idle: Mutex<Vec<(Instant, Client)>>,
}

impl Pool {
    pub(crate) fn new(host: &str) -> Pool {
        Pool { host: host.to_owned(), idle: Mutex::default() }
    }

    /// One that is free, or a new one.
    pub(crate) async fn take(&self) -> anyhow::Result<Client> {
        let found = self.idle.lock().unwrap().pop();
        match found {
            Some((since, client)) if since.elapsed() < STALE => Ok(client),
            _ => Client::connect_from(0, &self.host).await,
        }
    }

    /// For the next one. Whatever broke is not given back.
    pub(crate) fn give_back(&self, client: Client) {
        self.idle.lock().unwrap().push((Instant::now(), client));
    }

    /// Sends bytes that are a request already.
    pub(crate) async fn send(&self, request: &[u8]) -> anyhow::Result<Answer> {
        let mut client = self.take().await?;
        let answer = client.send(request).await?;
        self.give_back(client);
        Ok(answer)
    }
}
