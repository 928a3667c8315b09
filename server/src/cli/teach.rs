//! Help that teaches: a command's help shows the examples that its family has of it.

use clap::error::ErrorKind;
use clap::{Command, CommandFactory, FromArgMatches};

use super::{Program, print_error};

/// Reads the command line, or prints help, or says what is wrong with it, and ends.
pub(crate) fn program() -> Program {
    let matches = taught(Program::command()).try_get_matches();
    let read = matches.and_then(|matches| Program::from_arg_matches(&matches));
    read.unwrap_or_else(|error| end(&error))
}

/// Help is for people, whoever asks. What is wrong is said to a program as every other error is: its command line was not read, so the word
/// itself is looked for.
fn end(error: &clap::Error) -> ! {
    if error.use_stderr() && std::env::args_os().any(|word| word == "--json") {
        print_error(&in_a_word(error));
        std::process::exit(error.exit_code());
    }
    error.exit()
}

/// What is wrong, and what was probably meant; without the help.
fn in_a_word(error: &clap::Error) -> String {
    let told = error.render().to_string();
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        let usage = told.lines().find_map(|line| line.trim_start().strip_prefix("Usage: "));
        return format!(
            "the command is not whole: {}, see --help",
            usage.unwrap_or("florin <COMMAND>")
        );
    }
    let (what, _usage) = told.split_once("\n\nUsage:").unwrap_or((&told, ""));
    what.trim_start_matches("error: ").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Every command that is one of several (`keys new`) gets the examples of it that stand at the whole family's.
fn taught(program: Command) -> Command {
    program.mut_subcommands(|family| {
        let told = family.get_after_help().map(ToString::to_string).unwrap_or_default();
        let name = family.get_name().to_owned();
        family.mut_subcommands(|member| {
            let examples = examples(&told, &format!("florin {name} {}", member.get_name()));
            member.after_help(format!("EXAMPLES\n{examples}"))
        })
    })
}

/// The lines of it that call this command.
fn examples(told: &str, call: &str) -> String {
    let lines = told.lines().filter(|line| line.trim_start().starts_with(call));
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every command that does something, by the words that call it.
    fn commands(command: &Command, called: &str) -> Vec<(String, Command)> {
        let members = command.get_subcommands().filter(|member| member.get_name() != "help");
        let below: Vec<_> = members
            .flat_map(|member| commands(member, &format!("{called} {}", member.get_name())))
            .collect();
        if below.is_empty() { vec![(called.to_owned(), command.clone())] } else { below }
    }

    #[test]
    fn every_command_has_an_example_of_itself() {
        let all = commands(&taught(Program::command()), "florin");
        assert!(all.len() > 15, "{}", all.len());
        for (called, command) in all {
            let told = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            let (_, taught) = told.split_once("EXAMPLES").unwrap_or_default();
            assert!(!examples(taught, &called).is_empty(), "{called} --help shows no `{called} …`");
        }
    }
}
