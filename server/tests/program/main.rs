//! The real program, as an operator meets it: commands, logs, figures, an end without loss, overload, replicas, backups.

// A test that cannot get what it needs fails by panicking.
#![allow(missing_docs, unreachable_pub, clippy::unwrap_used)]

mod backups;
mod commands;
mod database;
mod demo;
mod figures;
mod logs;
mod overload;
mod partition;
mod points;
#[path = "../it/support/postgres.rs"]
mod postgres;
mod replicas;
#[path = "../it/support/sink.rs"]
mod sink;
mod slow;
mod starting;
mod stopping;
mod support;
