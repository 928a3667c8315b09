//! What became of each line of a bank's files, for people and for programs.

use serde_json::{Value, json};

use super::{Answer, plain};

/// What became of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// A transaction counts by it. With `--dry-run`: it names one.
    Matched,
    /// It names one that does not count by it.
    Named,
    /// It names nobody: it waits for a person.
    Unmatched,
    /// It was known, and says nothing new.
    Known,
    /// No server has taken it in yet.
    Waiting,
    /// It is nothing that anybody waits for.
    Skipped,
    /// It cannot be taken.
    Refused,
}

impl Outcome {
    const ALL: [Outcome; 7] = [
        Outcome::Matched,
        Outcome::Named,
        Outcome::Unmatched,
        Outcome::Known,
        Outcome::Waiting,
        Outcome::Skipped,
        Outcome::Refused,
    ];

    fn word(self) -> &'static str {
        match self {
            Outcome::Matched => "matched",
            Outcome::Named => "named",
            Outcome::Unmatched => "unmatched",
            Outcome::Known => "known",
            Outcome::Waiting => "waiting",
            Outcome::Skipped => "skipped",
            Outcome::Refused => "refused",
        }
    }
}

/// A line of a file.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) file: String,
    pub(super) line: usize,
    /// The bank's number of it, or the file's.
    pub(super) name: String,
    pub(super) outcome: Outcome,
    /// Why; or which transaction.
    pub(super) why: String,
}

/// More than a person reads; a program reads all.
const MOST_SKIPPED: usize = 20;

/// The answer. What was refused or waits is not well.
pub(super) fn answer(rows: &[Row], is_dry: bool) -> Answer {
    let count = |outcome| rows.iter().filter(|row| row.outcome == outcome).count();
    let counts = Outcome::ALL.map(|outcome| (outcome.word(), count(outcome)));
    let mut told: Vec<String> = vec![format!(
        "{} lines: {}",
        rows.len(),
        counts.map(|(word, count)| format!("{count} {word}")).join(", ")
    )];
    if is_dry {
        told.push("nothing was written: this is what would come of it".to_owned());
    }
    let (skipped, others): (Vec<&Row>, Vec<&Row>) = rows
        .iter()
        .filter(|row| !row.why.is_empty())
        .partition(|row| row.outcome == Outcome::Skipped);
    told.extend(others.into_iter().map(line));
    told.extend(skipped.iter().take(MOST_SKIPPED).copied().map(line));
    if skipped.len() > MOST_SKIPPED {
        told.push(format!(
            "and {} more that were skipped: --json has all",
            skipped.len() - MOST_SKIPPED
        ));
    }
    if count(Outcome::Unmatched) > 0 && !is_dry {
        told.push("what is unmatched waits for a person: florin credits list".to_owned());
    }
    if count(Outcome::Waiting) > 0 {
        told.push(
            "what waits is written down and not taken in yet: is a server running?".to_owned(),
        );
    }
    let mut json: serde_json::Map<String, Value> =
        counts.into_iter().map(|(word, count)| (word.to_owned(), json!(count))).collect();
    json.insert("dry_run".to_owned(), json!(is_dry));
    json.insert("lines".to_owned(), rows.iter().map(view).collect());
    let good = count(Outcome::Refused) == 0 && count(Outcome::Waiting) == 0;
    Answer { good, told: told.join("\n"), json: Value::Object(json) }
}

fn line(row: &Row) -> String {
    let Row { file, line, name, outcome, why } = row;
    plain(format!("{file}:{line}: {name}: {}: {why}", outcome.word()))
}

fn view(row: &Row) -> Value {
    json!({
        "file": row.file, "line": row.line, "credit": row.name, "outcome": row.outcome.word(), "why": row.why,
    })
}
