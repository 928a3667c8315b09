//! Rules about the code, as tests: which way the imports go, and what must not be said where.

#![allow(missing_docs, clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};

use florin_shared::webhook::KINDS;

#[path = "tidy/points.rs"]
mod points;

fn rust_files(folder: &str) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let (mut found, mut folders) = (Vec::new(), vec![root]);
    while let Some(next) = folders.pop() {
        for entry in
            fs::read_dir(&next).unwrap_or_else(|error| panic!("{}: {error}", next.display()))
        {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    assert!(!found.is_empty(), "{folder} holds no Rust");
    found
}

#[track_caller]
fn nobody_says(folder: &str, words: &[&str]) {
    for file in rust_files(folder) {
        let text = fs::read_to_string(&file).unwrap();
        let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        for line in code {
            for word in words {
                assert!(!line.contains(word), "{} speaks of `{word}`: {line}", file.display());
            }
        }
    }
}

#[test]
fn the_domain_does_no_input_or_output() {
    let words = [
        "async fn",
        ".await",
        "axum",
        "sqlx",
        "tokio",
        "reqwest",
        "crate::store",
        "crate::channel",
        "crate::flow",
        "crate::http",
    ];
    nobody_says("src/domain", &words);
}

#[test]
fn the_store_knows_neither_channels_nor_flows() {
    nobody_says(
        "src/store",
        &["crate::channel", "crate::flow", "crate::http", "crate::worker", "axum", "reqwest"],
    );
}

#[test]
fn channels_know_neither_the_store_nor_flows() {
    nobody_says(
        "src/channel",
        &["crate::store", "crate::flow", "crate::http", "crate::worker", "sqlx", "axum"],
    );
}

#[test]
fn the_courier_knows_neither_the_store_nor_flows() {
    nobody_says(
        "src/courier",
        &[
            "crate::store",
            "crate::flow",
            "crate::http",
            "crate::worker",
            "crate::channel",
            "sqlx",
            "axum",
        ],
    );
}

#[test]
fn every_type_of_event_can_be_asked_for() {
    let mut told = 0;
    for file in rust_files("src/flow") {
        let text = fs::read_to_string(&file).unwrap();
        for word in text.split('"').skip(1).step_by(2) {
            let is_kind = word.split_once('.').is_some_and(|(family, kind)| {
                let is_upper = |part: &str| {
                    !part.is_empty()
                        && part.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_')
                };
                is_upper(family) && is_upper(kind)
            });
            if is_kind {
                told += 1;
                assert!(KINDS.contains(&word), "{}: {word} is not in KINDS", file.display());
            }
        }
    }
    assert!(told >= 5, "{told}");
}

#[test]
fn flows_know_neither_http_nor_workers() {
    nobody_says("src/flow", &["crate::http", "crate::worker", "axum", "reqwest", "sqlx"]);
}

#[test]
fn http_and_workers_do_not_know_each_other() {
    nobody_says("src/http", &["crate::worker"]);
    nobody_says("src/worker", &["crate::http", "axum"]);
}

#[test]
fn the_sandbox_and_the_shop_share_no_code_with_the_server() {
    nobody_says("sandbox/src", &["florin_shared", "florin_server", "florin_shop"]);
    nobody_says("shop/src", &["florin_shared", "florin_server", "florin_sandbox"]);
}

#[test]
fn only_the_server_describes_the_wire_types() {
    let manifest = |crate_: &str| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(crate_).join("Cargo.toml");
        fs::read_to_string(path).unwrap()
    };
    assert!(manifest("server").contains("\"openapi\""));
    // It would make the widget larger: by its own wish, or by everybody's default.
    for name in ["widget", "."] {
        assert!(!manifest(name).contains("openapi"), "{name}");
    }
    assert!(!manifest("shared").contains("default ="));
}

#[test]
fn sql_is_written_in_the_store_and_counted_in_workers() {
    for folder in ["src/domain", "src/http/merchant", "src/channel", "src/cli", "src/serve"] {
        nobody_says(folder, &[".sql("]);
    }
}

#[test]
fn time_and_randomness_are_injected() {
    for folder in ["src/domain", "src/flow", "src/store", "src/http", "src/worker"] {
        nobody_says(
            folder,
            &["SystemTime", "Instant::now", "Timestamp::now", "SystemRandom", "thread_rng"],
        );
    }
}

/// Words of the code that begin with `prefix`, in quotes.
fn quoted(file: &str, prefix: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    let text = fs::read_to_string(path).unwrap();
    let words = text.split('"').filter(|word| word.starts_with(prefix));
    words.map(str::to_owned).collect()
}

/// Every word in quotes.
fn quoted_of(file: &str) -> Vec<String> {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap();
    text.split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn every_setting_and_every_figure_is_in_the_manual() {
    let manual = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/operations.md");
    let manual = fs::read_to_string(manual).unwrap();
    let mut words = quoted("src/metrics.rs", "florin_");
    words.extend(quoted("src/http/figures.rs", "florin_"));
    words.extend(quoted("src/config.rs", "FLORIN_"));
    assert!(words.len() > 25, "{words:?}");
    for word in words {
        assert!(manual.contains(&word), "docs/operations.md says nothing of {word}");
    }
}

#[test]
fn every_setting_is_checked_by_check_config() {
    let known = quoted("src/config/faults.rs", "FLORIN_");
    for word in quoted("src/config.rs", "FLORIN_") {
        assert!(known.contains(&word), "check-config does not know {word}");
    }
}

#[test]
fn every_address_for_programs_is_described_where_it_is_routed() {
    // Pages and pictures for people, and the document itself.
    let pages = [
        "page.rs",
        "login.rs",
        "onward.rs",
        "scan.rs",
        "receipt.rs",
        "logos.rs",
        "assets.rs",
        "figures.rs",
        "docs/mod.rs",
    ];
    for file in rust_files("src/http") {
        let is_page = pages.iter().any(|page| file.ends_with(Path::new("src/http").join(page)));
        let text = fs::read_to_string(&file).unwrap();
        assert!(is_page || !text.contains(".route("), "{}: use routes!", file.display());
    }
}

/// A name of a test in a page of ours: `file::name` or `module::tests::name`.
fn named_tests(page: &str) -> Vec<&str> {
    let quoted = page.split('`').skip(1).step_by(2);
    quoted
        .filter(|text| text.contains("::") && !text.contains(' ') && !text.contains('<'))
        .collect()
}

#[test]
fn every_test_that_the_list_of_threats_names_is_there() {
    let page = include_str!("../../docs/threats.md");
    let mut code = String::new();
    for file in ["src", "tests", "../shared/src"].into_iter().flat_map(rust_files) {
        code += &fs::read_to_string(file).unwrap();
    }
    let names = named_tests(page);
    assert!(names.len() > 25, "{names:?}");
    for name in names {
        let (_, last) = name.rsplit_once("::").unwrap();
        assert!(code.contains(&format!("fn {last}")), "{name} is no test");
    }
}
