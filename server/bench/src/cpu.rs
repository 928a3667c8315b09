//! What each of our processes has used of the processors. It says more than a rate: two cores have so much and no more,
//! and what others do meanwhile changes it little.

use std::collections::{BTreeMap, HashMap};
use std::fs;

/// Linux counts in hundredths of a second, on every machine.
const TICK_MS: u64 = 10;

/// Milliseconds by name of the program, our own and everybody whom we have started.
pub(crate) struct Spent(BTreeMap<String, u64>);

struct Process {
    name: String,
    parent: u32,
    used: u64,
}

/// Until now. Empty where there is no `/proc`.
pub(crate) fn spent() -> Spent {
    let all = processes();
    let mut spent = BTreeMap::new();
    for (id, process) in &all {
        if is_ours(&all, *id) {
            *spent.entry(process.name.clone()).or_default() += process.used * TICK_MS;
        }
    }
    Spent(spent)
}

impl Spent {
    /// What was used since then for each of `many`, in words.
    pub(crate) fn each_since(&self, before: &Spent, many: usize) -> String {
        let many = u64::try_from(many).unwrap_or(1).max(1);
        let mut all = 0;
        let each = self.0.iter().map(|(name, used)| {
            let used = used.saturating_sub(before.0.get(name).copied().unwrap_or(0));
            all += used;
            format!("{name} {}", hundredths(used, many))
        });
        let each = each.collect::<Vec<_>>().join(", ");
        format!("{each}, together {} ms", hundredths(all, many))
    }
}

fn hundredths(ms: u64, many: u64) -> String {
    let hundredths = ms * 100 / many;
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

fn is_ours(all: &HashMap<u32, Process>, id: u32) -> bool {
    let above = |id: &u32| all.get(id).map(|process| process.parent);
    std::iter::successors(Some(id), above).take(8).any(|id| id == std::process::id())
}

fn processes() -> HashMap<u32, Process> {
    let Ok(folder) = fs::read_dir("/proc") else { return HashMap::new() };
    let ids = folder.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    ids.filter_map(|id: u32| {
        Some((id, read(&fs::read_to_string(format!("/proc/{id}/stat")).ok()?)?))
    })
    .collect()
}

/// `1 (name) S parent …`: the 14th field and those after it are the time in the program, in the kernel, and both of the
/// children that have ended.
fn read(stat: &str) -> Option<Process> {
    let (front, rest) = stat.rsplit_once(") ")?;
    let (_, name) = front.split_once('(')?;
    let fields: Vec<&str> = rest.split(' ').collect();
    let time = |at: usize| fields.get(at)?.parse::<u64>().ok();
    // PostgreSQL's processes come and go; whom else we have started before is no part of what is measured.
    let ended = if name == "postgres" { time(13)? + time(14)? } else { 0 };
    let parent = fields.get(1)?.parse().ok()?;
    Some(Process { name: name.to_owned(), parent, used: time(11)? + time(12)? + ended })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_the_kernels_is_read_whatever_the_program_is_called() {
        let stat = "7 (a) b) S 3 7 7 0 -1 4194560 1 2 3 4 250 50 9 9 20 0 1";
        let process = read(stat).unwrap();
        assert_eq!((process.name.as_str(), process.parent, process.used), ("a) b", 3, 300));
        assert_eq!(
            read("7 (postgres) S 3 7 7 0 -1 4194560 1 2 3 4 250 50 9 9 20").unwrap().used,
            318
        );
    }

    #[test]
    fn what_we_use_ourselves_is_counted() {
        assert!(cfg!(not(target_os = "linux")) || spent().0.values().count() > 0);
        let (before, after) =
            (Spent([("x".into(), 100)].into()), Spent([("x".into(), 610)].into()));
        assert_eq!(after.each_since(&before, 200), "x 2.55, together 2.55 ms");
    }
}
