//! The `florin` program.

use clap::{Parser, Subcommand};
use florin_server::config::Settings;
use florin_server::telemetry;

mod check;
mod demo;
mod serve;

/// Florin, an open checkout.
#[derive(Parser)]
#[command(version, about)]
struct Program {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Runs the server; with no arguments also the sandbox and the demo shop.
    Serve(serve::Serve),
    /// Checks the ledger's invariants. Prints each row that breaks one and ends with 1 if there is any.
    Check(check::Check),
}

#[tokio::main]
async fn main() -> std::process::ExitCode {
    let ended = match Program::parse().command {
        Command::Serve(serve) => {
            telemetry::start(serve.settings.log_json);
            serve::run(serve).await.map(|()| true)
        }
        Command::Check(check) => {
            telemetry::start(false);
            check::run(check).await
        }
    };
    match ended {
        Ok(true) => std::process::ExitCode::SUCCESS,
        Ok(false) => std::process::ExitCode::FAILURE,
        Err(error) => {
            say(&format!("florin: {error:#}"));
            std::process::ExitCode::FAILURE
        }
    }
}

/// Prints for a person.
#[allow(clippy::print_stderr)]
fn say(text: &str) {
    eprintln!("{text}");
}

/// What is needed of [`Settings`] by more than one command.
fn database(settings: &Settings) -> String {
    settings.database()
}
