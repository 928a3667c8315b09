//! The server as others meet it: over HTTP, against the sandbox over HTTP, on both databases.

#![allow(missing_docs, unreachable_pub)]

mod support;

mod bad_input;
mod hard_moments;
mod merchant;
mod sequences;
mod shopper;
mod store;
mod webhooks;
