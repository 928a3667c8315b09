//! A pretend outside world: the channel, the payer's wallet, and everything that can go wrong.
//!
//! It speaks the channels' real protocols over real HTTP (`protocols/`) and shares no code with
//! the server, so that a misreading on one side is not repeated on the other. Its parts:
//!
//! - each channel's folder answers that channel's calls, signed, and writes its notifications;
//! - `channel` is what the shared parts know of any of them, and the table of all;
//! - the wallet (`/wallet`) is the payer, for people and for programs;
//! - the book (`/book`) is an append-only, fsynced record of who paid what: the tests' oracle;
//! - the fault panel (`/faults`) makes all of it misbehave, deterministically.
//!
//! Nothing is answered before it stands in the book, and the book is read again at the next start.

mod acknowledged;
mod acquirer;
mod alipay;
mod antom;
mod bank;
mod book;
mod channel;
mod clock;
mod clock_panel;
mod connection;
mod fault_panel;
mod faults;
mod gate;
mod keys;
mod lakala;
mod ledger;
mod money;
mod notices;
mod notify;
mod numbers;
mod page;
mod serve;
mod unionpay;
mod wallet;
mod wechatpay;
mod world;

pub use serve::{Settings, serve};
