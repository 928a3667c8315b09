//! What the hard tests share (`reliability/` 2.2): the comparison of three books, a merchant who remembers,
//! a network that breaks.
//!
//! The three books are the server's database, the sandbox's own book, and what the merchant's endpoint received. Nothing here
//! is used by the server. `florin-proof` is the same as a program.

pub mod books;
pub mod chaos;
pub mod compare;
pub mod merchant;
pub mod promises;

pub use compare::{Found, compare};
