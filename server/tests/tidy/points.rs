//! Whoever commits or sends has a pair of points (`src/point.rs`), so that T03 kills the program there too.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::{quoted_of, rust_files};

const LIST: &str = "src/point/armed/list.rs";

/// Lines of code, without comments and without the tests at a file's end.
fn code(file: &Path) -> Vec<String> {
    let text = fs::read_to_string(file).unwrap();
    let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
    let is_code = |line: &&str| !line.trim_start().starts_with("//");
    code.lines().filter(is_code).map(str::to_owned).collect()
}

/// `src/flow/pay.rs` is `flow::pay`.
fn module(file: &Path) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let path = file.strip_prefix(root).unwrap().with_extension("");
    let parts = path.iter().map(|part| part.to_str().unwrap()).filter(|part| *part != "mod");
    parts.collect::<Vec<_>>().join("::")
}

/// The name behind `fn` in a line.
fn function(line: &str) -> Option<&str> {
    let name = line.split_once("fn ")?.1;
    name.split(|sign: char| !sign.is_alphanumeric() && sign != '_').next()
}

/// Every unit of work, by the function that it is written in.
fn units() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    // The store's own two hand units on.
    let own = ["src/store/mod.rs", "src/store/writer.rs"];
    for file in rust_files("src").iter().filter(|file| !own.iter().any(|own| file.ends_with(own))) {
        let mut within = String::new();
        for line in code(file) {
            within = function(&line).map_or(within, str::to_owned);
            if line.contains(".write(") && !line.contains(".write()") {
                let is_plain = line.contains(".write(async move |tx: &mut ");
                assert!(
                    is_plain,
                    "{}: say `.write(async move |tx: &mut Tx|`: {line}",
                    file.display()
                );
                found.insert(format!("{}::{within}", module(file)));
            }
        }
    }
    found
}

#[test]
fn every_unit_of_work_is_in_the_list_of_points() {
    let listed: BTreeSet<String> =
        quoted_of(LIST).into_iter().filter(|name| name.contains("::")).collect();
    let units = units();
    assert!(units.len() > 40, "{units:?}");
    assert_eq!(units, listed, "left: what commits; right: COMMITS in {LIST}");
}

#[test]
fn whoever_commits_or_sends_by_itself_has_a_pair_of_points() {
    let sends =
        [".commit()", ".end(outcome)", "; commit\"", ".send()", ".apply(TABLE", ".merchants.keep("];
    let mut seen = BTreeSet::new();
    // Commands speak as anybody's client does, and PostgreSQL's commits are the store's.
    let others = ["cli::", "store::postgres"];
    let ours = |file: &&PathBuf| !others.iter().any(|other| module(file).starts_with(other));
    for file in rust_files("src").iter().filter(ours) {
        let text = code(file).join("\n");
        if sends.iter().any(|word| text.contains(word)) {
            seen.insert(module(file));
            for end in ["/before\"", "/after\""] {
                let has = text.lines().any(|line| line.contains("point!(") && line.contains(end));
                assert!(has, "{} commits or sends, and has no point {end}", file.display());
            }
        }
    }
    let all = [
        "app",
        "channel::diagnose",
        "channel::transport",
        "courier",
        "store",
        "store::migrate",
        "store::writer",
    ];
    assert_eq!(seen, all.map(str::to_owned).into());
}

/// However a channel wraps its calls, a call's name is the first word in quotes behind one of these.
const HEADS: [&str; 4] = ["self.call(", "self.post(", "self.ask(", "asked("];

/// Who hands calls to the road: each takes a call's name from its caller, who says it behind one of [`HEADS`].
const SENDERS: [&str; 8] = [
    "channel::acquirer::call",
    "channel::alipay::send_to",
    "channel::antom::call",
    "channel::bank::call",
    "channel::lakala::call",
    "channel::unionpay::call",
    "channel::wechatpay::line::call",
    "channel::wechatpay::login::ask",
];

/// Every call to a channel, such as `alipay/query`: by the folder that it is written in, and by the name that it gives itself in
/// the figures. Codes between banks and transfers ask the bank in one program, and the acquirers in another; the stories pay by one of each. A login is a road of its own.
fn calls() -> impl Iterator<Item = String> {
    channels().into_iter().flat_map(|file| {
        let of = module(&file).split("::").nth(1).unwrap_or_default().to_owned();
        let roads = match of.as_str() {
            "acquirer" => vec!["ecny".to_owned()],
            "bank" => vec!["transfer.eur".to_owned(), "vietqr".to_owned()],
            _ if file.ends_with("login.rs") => vec![format!("{of}_login")],
            _ => vec![of],
        };
        let text = code(&file).join(" ");
        let named = HEADS.iter().flat_map(|head| text.split(head).skip(1).filter_map(name));
        let on = |name: &str| roads.iter().map(|road| format!("{road}/{name}")).collect::<Vec<_>>();
        named.flat_map(on).collect::<Vec<_>>()
    })
}

/// The channels' files, without their tests.
fn channels() -> Vec<PathBuf> {
    let is_test = |file: &PathBuf| module(file).split("::").any(|part| part == "tests");
    rust_files("src/channel").into_iter().filter(|file| !is_test(file)).collect()
}

/// The name of a call: a word in quotes, straight behind the bracket.
fn name(rest: &str) -> Option<&str> {
    rest.trim_start().strip_prefix('"')?.split('"').next()
}

#[test]
fn every_listed_point_is_somewhere_and_every_call_to_a_channel_is_listed() {
    let others: Vec<String> =
        quoted_of(LIST).into_iter().filter(|name| !name.contains("::")).collect();
    let all: Vec<String> = rust_files("src").iter().flat_map(|file| code(file)).collect();
    let is_said = |point: &str| {
        all.iter().any(|line| line.contains("point!(") && line.contains(&format!("\"{point}\"")))
            || all.iter().any(|line| line.contains(&format!("soon \"{point}\"")))
    };
    let whole: Vec<&String> = others.iter().filter(|name| !name.starts_with("channel/")).collect();
    assert!(whole.len() > 4, "{others:?}");
    for name in whole.into_iter().filter(|name| *name != "reply/other") {
        assert!(is_said(&format!("{name}/before")) && is_said(&format!("{name}/after")), "{name}");
    }
    let calls: BTreeSet<String> = calls().map(|call| format!("channel/{call}")).collect();
    let listed: BTreeSet<String> =
        others.into_iter().filter(|name| name.starts_with("channel/")).collect();
    assert_eq!(calls, listed, "left: what is called; right: OTHERS in {LIST}");
}

#[test]
fn nobody_else_hands_calls_to_the_road() {
    let mut senders = BTreeSet::new();
    for file in channels() {
        let mut within = String::new();
        for line in code(&file) {
            within = function(&line).map_or(within, str::to_owned);
            if line.contains("transport.call(") {
                senders.insert(format!("{}::{within}", module(&file)));
            }
        }
    }
    let known = "left: who sends; right: SENDERS, whose callers `calls` finds";
    assert_eq!(senders, SENDERS.map(str::to_owned).into(), "{known}");
}
