//! The `florin` program.

mod cli;
mod demo;
mod serve;

use clap::Parser;

#[tokio::main]
async fn main() -> std::process::ExitCode {
    cli::run(cli::Program::parse()).await
}

/// Prints for a person, beside what the command answers.
#[allow(clippy::print_stderr)]
fn say(text: &str) {
    eprintln!("{text}");
}
