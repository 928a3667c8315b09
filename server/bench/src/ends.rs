//! How every load ends: nothing is under way, `florin check` finds nothing, and the three books tell the same.

use std::fmt;
use std::time::Duration;

use florin_proof::merchant::Heard;
use florin_proof::{Found, compare_at};

use crate::server::Server;

/// How long what is under way may take until the books agree, in seconds.
const PATIENCE: u64 = 60;

/// How many differences are told.
const TOLD: usize = 20;

/// What was found.
pub(crate) struct Ends {
    is_clean: bool,
    found: Found,
}

impl Ends {
    /// Looks at the database, at the sandbox's book, and at what each of these addresses of the merchant heard. `heard` is asked
    /// again while something may be under way.
    pub(crate) async fn of(
        server: &Server,
        heard: impl Fn() -> Vec<Heard>,
    ) -> anyhow::Result<Ends> {
        let is_clean = server.check().await?;
        let sandbox = format!("http://{}", server.sandbox);
        let mut found = compare_at(&server.database, &sandbox, &heard()).await?;
        for _ in 0..PATIENCE {
            if found.wrong.is_empty() {
                break;
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
            found = compare_at(&server.database, &sandbox, &heard()).await?;
        }
        found.wrong.iter().take(TOLD).for_each(|sentence| println!("  {sentence}"));
        Ok(Ends { is_clean, found })
    }

    pub(crate) fn is_well(&self) -> bool {
        self.is_clean && self.found.wrong.is_empty()
    }
}

impl fmt::Display for Ends {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let clean = if self.is_clean { "clean" } else { "NOT clean" };
        write!(f, "florin check --at-rest: {clean}; the three books: {}", self.found.told)
    }
}
