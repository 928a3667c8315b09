//! The equipment of the hard tests, for whoever runs them by hand against a test installation.
//!
//! ```sh
//! florin-proof merchant --listen 127.0.0.1:9090 --heard heard.jsonl
//! florin-proof compare --database sqlite:florin.db --sandbox http://127.0.0.1:8081 --heard heard.jsonl
//! ```

#![allow(clippy::print_stdout)]

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use florin_proof::merchant::{Heard, Merchant, SECRET};
use florin_proof::{books, compare_at};
use florin_server::store::Store;
use tokio_util::sync::CancellationToken;

/// The equipment of the hard tests.
#[derive(Parser)]
struct Program {
    #[command(subcommand)]
    act: Act,
}

#[derive(Subcommand)]
enum Act {
    /// Compares three books at rest: the database, the sandbox's book, what a merchant heard. Ends with 1 if they differ.
    Compare {
        /// `sqlite:path` or `postgres://…`.
        #[arg(long, env = "FLORIN_DATABASE_URL", hide_env_values = true)]
        database: String,
        /// The sandbox's address.
        #[arg(long, default_value = "http://127.0.0.1:8081")]
        sandbox: String,
        /// What `florin-proof merchant` wrote. Without it no merchant has listened, and the two others are compared.
        #[arg(long)]
        heard: Option<PathBuf>,
        /// Who may sign: `whsec_…`; may be said several times.
        #[arg(long, default_values_t = [SECRET.to_owned()])]
        secret: Vec<String>,
        /// Those that the database has now may sign too.
        #[arg(long)]
        stored_secrets: bool,
    },
    /// A merchant's endpoint: takes every message, and writes them all down when it is interrupted.
    Merchant {
        /// Where to listen.
        #[arg(long, default_value = "127.0.0.1:9090")]
        listen: std::net::SocketAddr,
        /// Where to.
        #[arg(long)]
        heard: PathBuf,
    },
}

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    match Program::parse().act {
        Act::Compare { database, sandbox, heard, mut secret, stored_secrets } => {
            if stored_secrets {
                secret.extend(stored_signers(&database).await?);
            }
            let heard = heard.map(|heard| Heard::read(&heard, secret)).transpose()?;
            compared(&database, &sandbox, heard.as_slice()).await
        }
        Act::Merchant { listen, heard } => {
            let merchant = Merchant::listen(listen, &CancellationToken::new()).await?;
            println!(
                "{} takes messages; Ctrl-C writes them to {}",
                merchant.hook(),
                heard.display()
            );
            tokio::signal::ctrl_c().await?;
            merchant.heard().write(&heard)?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

async fn stored_signers(database: &str) -> anyhow::Result<Vec<String>> {
    let store = Store::connect_read_only(database).await?;
    let secrets = books::secrets(&store).await;
    store.close().await;
    secrets
}

async fn compared(database: &str, sandbox: &str, heard: &[Heard]) -> anyhow::Result<ExitCode> {
    let found = compare_at(database, sandbox, heard).await?;
    found.wrong.iter().for_each(|sentence| println!("{sentence}"));
    println!("{}", found.told);
    Ok(if found.wrong.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
