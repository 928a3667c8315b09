//! Failpoints: places at which a test lets the program kill itself, as a power cut would, to see that nothing is lost and
//! nothing is doubled (`reliability/` T03).
//!
//! They exist only with the feature `failpoints`; without it `point!` is nothing at all, and no name reaches the binary
//! (`tests/program/points.rs` looks). `FLORIN_POINT=name` arms one, `FLORIN_POINT=name@3` its third hit, `FLORIN_POINT=list`
//! prints all of them. Each stands before and after what can be half done: a commit, a call to a channel or to a merchant,
//! an answer, a change of what is kept in memory, a step of the schema. `tests/tidy.rs` finds every place that commits or
//! sends and fails when [`list`] lacks its pair.

/// A place where a test may kill this process. `soon` is a moment later, when an answer has been written out.
#[macro_export]
macro_rules! point {
    (soon $($name:tt)*) => {{
        #[cfg(feature = "failpoints")]
        $crate::point::soon(format!($($name)*));
    }};
    ($($name:tt)*) => {{
        #[cfg(feature = "failpoints")]
        $crate::point::hit(&format!($($name)*));
    }};
}

#[cfg(feature = "failpoints")]
pub use armed::*;

#[cfg(feature = "failpoints")]
mod armed {
    use std::collections::BTreeSet;
    use std::sync::LazyLock;
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::time::Duration;

    use axum::http::Method;
    use rustix::process::{Signal, getpid, kill_process};

    use crate::clock::Millis;
    use crate::store::migrate;

    pub mod list;

    /// Which point kills, and at which hit.
    static ARMED: LazyLock<Option<(String, u64)>> = LazyLock::new(|| {
        let said = std::env::var("FLORIN_POINT").ok()?;
        let (name, hit) = said.split_once('@').unwrap_or((&said, "1"));
        Some((name.to_owned(), hit.parse().unwrap_or(1)))
    });

    static HITS: AtomicU64 = AtomicU64::new(0);

    static NAMES: LazyLock<BTreeSet<String>> = LazyLock::new(all);

    /// Every point: each of [`list`] before and after.
    fn all() -> BTreeSet<String> {
        let fixed = list::COMMITS.iter().map(|unit| format!("commit/{unit}"));
        let fixed = fixed.chain(list::OTHERS.iter().map(|&name| name.to_owned()));
        let steps = migrate::known().into_iter().map(|step| format!("migration/{}", step.version));
        let pairs = fixed.chain(steps).chain(replies());
        pairs.flat_map(|name| [format!("{name}/before"), format!("{name}/after")]).collect()
    }

    /// Every call of the API that changes something, as the document has them.
    fn replies() -> Vec<String> {
        let paths = crate::http::openapi::DOCUMENT["paths"].as_object();
        let each = paths.into_iter().flatten().flat_map(|(path, calls)| {
            let methods = calls.as_object().into_iter().flat_map(|calls| calls.keys());
            methods.map(move |method| format!("reply/{} {path}", method.to_uppercase()))
        });
        each.filter(|name| !name.starts_with("reply/GET")).collect()
    }

    /// Every point, one a line, if that was asked for.
    pub fn is_list_asked_for() -> Option<String> {
        let (name, _) = ARMED.as_ref()?;
        (name == "list").then(|| NAMES.iter().map(|name| format!("{name}\n")).collect())
    }

    /// The program is here.
    pub fn hit(name: &str) {
        let Some((armed, at)) = ARMED.as_ref() else { return };
        if !NAMES.contains(name) {
            tracing::error!(name, "a point is not in the list");
            std::process::abort();
        }
        if armed == name && HITS.fetch_add(1, Ordering::SeqCst) + 1 == *at {
            let _it_is_ours = kill_process(getpid(), Signal::KILL);
            loop {
                std::thread::park();
            }
        }
    }

    /// The program will be here in a moment.
    pub fn soon(name: String) {
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(3)).await;
            hit(&name);
        });
    }

    /// A unit of work, by the function that it was written in: `flow::pay::intend`.
    pub fn unit<F>() -> String {
        let whole = std::any::type_name::<F>();
        let plain = whole.split(['<', '{']).next().unwrap_or(whole);
        let is_module = |part: &&str| part.starts_with(|first: char| first.is_ascii_lowercase());
        let parts: Vec<&str> = plain.split("::").skip(1).filter(is_module).collect();
        parts.join("::")
    }

    /// An answer, by its route; those that only tell something are one.
    pub fn reply(method: &Method, route: &str) -> String {
        if ARMED.is_none() {
            return String::new();
        }
        let name = format!("reply/{method} {route}");
        let is_known = NAMES.contains(&format!("{name}/before"));
        if is_known { name } else { "reply/other".to_owned() }
    }

    /// By how much the clocks are set forward: what a test would have to wait for has happened.
    pub fn ahead() -> Millis {
        static AHEAD: LazyLock<Millis> = LazyLock::new(|| {
            let said = std::env::var("FLORIN_POINT_AHEAD_MS").ok();
            said.and_then(|text| text.parse().ok()).unwrap_or(0)
        });
        *AHEAD
    }
}
