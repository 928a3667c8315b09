//! The real program, as an operator meets it: commands, logs, figures, an end without loss, overload, replicas, backups.

// A test that cannot get what it needs fails by panicking.
#![allow(missing_docs, unreachable_pub, clippy::unwrap_used)]

mod agree;
mod backups;
mod clocks;
#[path = "../kill/cluster.rs"]
mod cluster;
mod commands;
mod crossed;
mod database;
mod demo;
mod figures;
#[path = "../kill/kept.rs"]
mod kept;
mod logs;
mod overload;
mod partition;
mod points;
#[path = "../it/support/postgres.rs"]
mod postgres;
mod refused;
mod replicas;
mod restarts;
mod retries;
mod shut;
#[path = "../it/support/sink.rs"]
mod sink;
mod slow;
mod starting;
mod statement;
mod stopping;
mod support;
mod unsure;
