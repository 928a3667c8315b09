//! The guides as pages: every one is there, and every link in them leads somewhere, on the server and on the code host.

use std::collections::HashMap;
use std::path::Path;

use crate::support::{TestApp, on_both};

const HOST: &str = concat!(env!("CARGO_PKG_REPOSITORY"), "/blob/main/");

/// What stands in quotes behind each `name=` of a page, whose code may say the same and means nothing by it.
fn values(html: &str, name: &str) -> Vec<String> {
    let before = format!(" {name}=\"");
    let quoted = |rest: &str| rest.split('"').next().unwrap().to_owned();
    markup(html).split(before.as_str()).skip(1).map(quoted).collect()
}

/// The page without its code.
fn markup(html: &str) -> String {
    let mut parts = html.split("<code>");
    let first = parts.next().unwrap().to_owned();
    parts.fold(first, |page, part| page + part.split_once("</code>").unwrap().1)
}

/// Pages of the server, each fetched once.
struct Reader<'a> {
    base: &'a str,
    read: HashMap<String, String>,
}

impl Reader<'_> {
    async fn read(&mut self, path: &str) -> String {
        if let Some(known) = self.read.get(path) {
            return known.clone();
        }
        let answer = reqwest::get(format!("{}{path}", self.base)).await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        let text = answer.text().await.unwrap();
        self.read.insert(path.to_owned(), text.clone());
        text
    }

    /// Follows a link of this page.
    async fn follow(&mut self, page: &str, link: &str) {
        let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
        if let Some(file) = path.strip_prefix(HOST) {
            return is_in_the_repository(page, file, anchor);
        }
        if path.contains("://") {
            let is_demo = path.starts_with("http://127.0.0.1:808");
            return assert!(is_demo || path.starts_with("https://"), "{page}: {link}");
        }
        let html = self.read(if path.is_empty() { page } else { path }).await;
        let stands = anchor.is_empty() || values(&html, "id").iter().any(|id| id == anchor);
        assert!(stands, "{page}: {link} leads to no heading");
    }
}

#[track_caller]
fn is_in_the_repository(page: &str, file: &str, anchor: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(file);
    let text =
        std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{page}: {file}: {error}"));
    let headings = text.lines().filter(|line| line.starts_with('#'));
    let mut slugs =
        headings.map(|line| line.trim_start_matches('#').trim().to_lowercase().replace(' ', "-"));
    assert!(
        anchor.is_empty() || slugs.any(|slug| slug == anchor),
        "{page}: {file} has no {anchor}"
    );
}

on_both! {
    async fn every_guide_is_a_page_and_every_link_in_it_leads_somewhere(app: TestApp) {
        let mut reader = Reader { base: &app.base, read: HashMap::new() };
        let start = reader.read("/docs/start").await;
        let (_, navigation) = start.split_once(r#"<nav id="pages""#).unwrap();
        let mut pages = values(navigation, "href");
        pages.retain(|link| link.starts_with("/docs/"));
        for file in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs")).unwrap() {
            let name = file.unwrap().file_name().into_string().unwrap();
            let page = name.strip_suffix(".md").map(|name| format!("/docs/{name}"));
            assert!(page.is_none_or(|page| pages.contains(&page)), "{name} is in no navigation");
        }
        for page in &pages {
            let html = reader.read(page).await;
            assert_eq!(html.matches("<h1").count(), 1, "{page}");
            assert!(!html.contains("{{") && !markup(&html).contains(" style="), "{page}");
            let mut ids = values(&html, "id");
            ids.sort_unstable();
            assert!(ids.windows(2).all(|two| two[0] != two[1]), "{page}: {ids:?}");
            assert!(reader.read(&format!("{page}.md")).await.starts_with("# "), "{page}.md");
            for link in values(&html, "href").into_iter().filter(|link| *link != "data:,") {
                reader.follow(page, &link).await;
            }
            for source in values(&html, "src") {
                reader.read(&source).await;
            }
        }
    }

    async fn a_guide_is_held_to_the_strict_policy(app: TestApp) {
        let answer = reqwest::get(format!("{}/docs/start", app.base)).await.unwrap();
        let policy = answer.headers()["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe-inline"), "{policy}");
    }

    async fn where_there_is_no_guide_a_sentence_says_so(app: TestApp) {
        for path in ["/docs/nothing", "/docs/start.txt", "/docs/nothing.md"] {
            let answer = reqwest::get(format!("{}{path}", app.base)).await.unwrap();
            assert_eq!(answer.status(), 404, "{path}");
            assert_eq!(answer.headers()["content-type"], "text/html; charset=utf-8", "{path}");
            let html = answer.text().await.unwrap();
            assert!(html.contains("There is no page of this name") && html.contains("/docs/start"), "{html}");
        }
    }
}
