//! What a process has used and what it holds, as the kernel counts it (proc(5)).

use std::fs;
use std::time::Duration;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// The kernel's tick for user space is a hundredth of a second on every architecture of Linux.
const TICK: Duration = Duration::from_millis(10);

/// Processor time of a process, and of its children that have ended.
pub(crate) fn spent(id: u32) -> Duration {
    stat(id).map_or(Duration::ZERO, |fields| fields.time())
}

/// Processor time of a process and all its children.
pub(crate) fn spent_by_family(id: u32) -> Duration {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let ids = processes.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let children = ids.filter_map(stat).filter(|fields| fields.parent == id);
    spent(id) + children.map(|fields| fields.time()).sum::<Duration>()
}

/// The postmaster of our own PostgreSQL, if there is one.
pub(crate) fn postmaster() -> Option<u32> {
    let folder = format!("florin-postgres-{}", std::process::id());
    let text = fs::read_to_string(std::env::temp_dir().join(folder).join("postmaster.pid")).ok()?;
    text.lines().next()?.parse().ok()
}

/// Memory that it holds in RAM, in KiB.
pub(crate) fn resident_kib(id: u32) -> u64 {
    let text = fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or_default()
}

/// As many open files as this machine allows us.
pub(crate) fn raise_open_files() {
    let most = getrlimit(Resource::Nofile).maximum;
    _ = setrlimit(Resource::Nofile, Rlimit { current: most, maximum: most });
}

struct Fields {
    parent: u32,
    ticks: u32,
}

impl Fields {
    fn time(&self) -> Duration {
        TICK * self.ticks
    }
}

/// `/proc/ID/stat`; the name in brackets may hold anything, so it is read from the last bracket on.
fn stat(id: u32) -> Option<Fields> {
    let text = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
    let number = |at: usize| fields.get(at)?.parse::<u32>().ok();
    // utime, stime, and the same of children that were waited for.
    let ticks = (11..15).filter_map(number).sum();
    Some(Fields { parent: number(1)?, ticks })
}
