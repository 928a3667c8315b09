//! What the hard tests share (`reliability/` 2.2): the comparison of three books, a merchant who remembers,
//! a network that breaks.
//!
//! The three books are the server's database, the sandbox's own book, and what the merchant's endpoint received. Nothing here
//! is used by the server. `florin-proof` is the same as a program.

mod at_rest;
pub mod books;
pub mod chaos;
pub mod compare;
pub mod merchant;
pub mod notices;
pub mod promises;

pub use at_rest::compare_at;
pub use compare::{Found, compare, compare_those};

use std::net::{SocketAddr, TcpListener};
use std::sync::atomic::{AtomicU32, Ordering};

/// An address of this machine that nobody listens on, for a server that is started again and again. No connection that goes
/// out takes it meanwhile: it is below the kernel's range for those.
pub fn free_address() -> SocketAddr {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let begin = std::process::id().wrapping_mul(101);
    loop {
        let number = begin.wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed)) % 20_000;
        let port = u16::try_from(10_000 + number).unwrap_or(10_000);
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        if TcpListener::bind(address).is_ok() {
            return address;
        }
    }
}
