//! Measures the real program, release build, over loopback only, bounded in count and time.
//!
//! `florin-bench polls`, `florin-bench payments --database sqlite|postgres`, `florin-bench webhooks --database
//! sqlite|postgres`, `florin-bench seen`, `florin-bench load|overload|endpoints|hanging --database sqlite|postgres`, `florin-bench shoppers|slow`. Each
//! starts the `florin` that lies beside it and prints one line for each figure.

// What is not there cannot be measured: the program ends by panicking.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::disallowed_methods)]

use std::time::Duration;

use clap::{Parser, Subcommand, ValueEnum};

mod arrivals;
mod client;
mod cpu;
mod endpoints;
mod ends;
mod hanging;
mod load;
mod nothing;
mod overload;
mod payments;
mod polls;
mod pool;
// The tests' own PostgreSQL: started once, ended by the kernel when we end.
#[allow(unreachable_pub, missing_docs)]
#[path = "../../tests/it/support/postgres.rs"]
mod postgres;
mod process;
mod seen;
mod server;
mod shop;
mod shoppers;
mod sink;
mod slow;
mod times;
mod webhooks;

/// The server's own: what it is compared with shall not be slower by its allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Measures Florin.
#[derive(Parser)]
struct Program {
    #[command(subcommand)]
    measure: Measure,
}

#[derive(Subcommand)]
enum Measure {
    /// Authenticated status polls a second, beside an axum handler that does nothing.
    Polls {
        /// Over how many sessions.
        #[arg(long, default_value_t = 10_000)]
        sessions: usize,
        /// How long each of the ten turns takes.
        #[arg(long, default_value_t = 3)]
        seconds: u64,
        /// How many connections.
        #[arg(long, default_value_t = 64)]
        connections: usize,
    },
    /// Complete payments a second: create, pay, approve, poll until success, notification, webhook.
    Payments {
        /// On which database.
        #[arg(long, value_enum)]
        database: Database,
        /// For how long.
        #[arg(long, default_value_t = 20)]
        seconds: u64,
        /// How many shoppers at once.
        #[arg(long, default_value_t = 64)]
        shoppers: usize,
    },
    /// Webhook deliveries a second, beside endpoints that hang.
    Webhooks {
        /// On which database.
        #[arg(long, value_enum)]
        database: Database,
        /// How many messages in all, to ten endpoints.
        #[arg(long, default_value_t = 30_000)]
        messages: usize,
    },
    /// From the wallet's approval to the page's success, with notifications and without.
    Seen {
        /// How many shoppers.
        #[arg(long, default_value_t = 40)]
        shoppers: usize,
    },
    /// Shoppers who come at a fixed rate, whether the server keeps up or not (G10).
    Load(load::Plan),
    /// Shoppers who wait, each with a connection, polling every two seconds (G11).
    Shoppers(shoppers::Plan),
    /// How soon good endpoints hear of a payment, alone and beside bad ones (G12).
    Endpoints(endpoints::Plan),
    /// Shoppers of one channel, alone and beside those of another that never answers (G7).
    Hanging(hanging::Plan),
    /// Shoppers, alone and beside thousands of clients who send a byte a second (S23).
    Slow(slow::Plan),
    /// Three times as many shoppers as can be served, and then few again (G14).
    Overload(overload::Plan),
    /// An axum handler that does nothing, to compare with.
    #[command(hide = true)]
    Nothing { listen: String },
}

/// Where the server keeps its data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Database {
    /// One file.
    Sqlite,
    /// A server of our own, started for this.
    Postgres,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    match Program::parse().measure {
        Measure::Polls { sessions, seconds, connections } => {
            polls::measure(sessions, Duration::from_secs(seconds), connections).await
        }
        Measure::Payments { database, seconds, shoppers } => {
            payments::measure(database, Duration::from_secs(seconds), shoppers).await
        }
        Measure::Webhooks { database, messages } => webhooks::measure(database, messages).await,
        Measure::Seen { shoppers } => seen::measure(shoppers).await,
        Measure::Load(plan) => load::measure(&plan).await,
        Measure::Shoppers(plan) => shoppers::measure(&plan).await,
        Measure::Endpoints(plan) => endpoints::measure(&plan).await,
        Measure::Hanging(plan) => hanging::measure(&plan).await,
        Measure::Slow(plan) => slow::measure(&plan).await,
        Measure::Overload(plan) => overload::measure(&plan).await,
        Measure::Nothing { listen } => nothing::serve(&listen).await,
    }
}
