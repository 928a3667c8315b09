//! A pretend outside world: the channel, the payer's wallet, and everything that can go wrong.
//!
//! It speaks Antom's real protocol over real HTTP (`protocols/antom.md`) and shares no code with
//! the server, so that a misreading on one side is not repeated on the other. Four parts:
//!
//! - `antom` answers the channel's calls, signed, and sends its notifications;
//! - the wallet (`/wallet`) is the payer, for people and for programs;
//! - the book (`/book`) is an append-only, fsynced record of who paid what: the tests' oracle;
//! - the fault panel (`/faults`) makes all of it misbehave, deterministically.
//!
//! Nothing is answered before it stands in the book, and the book is read again at the next start.

mod antom;
mod book;
mod clock;
mod connection;
mod fault_panel;
mod faults;
mod ledger;
mod money;
mod notify;
mod page;
mod serve;
mod wallet;
mod world;

pub use serve::{Settings, serve};
