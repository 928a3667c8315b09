//! The guides: which files of this repository are pages, under which names, and what stands around their text.

use std::fmt::Write as _;
use std::sync::LazyLock;

use super::markdown::{Guide, Heading, render};
use crate::http::openapi::catalogue;
use crate::http::template::{escape, fill};

/// A file of the repository that is a page.
pub(super) struct Page {
    /// Its address is `/docs/NAME`.
    pub(super) name: &'static str,
    /// What the navigation calls it.
    pub(super) title: &'static str,
    /// Where it lies in the repository: its links start there.
    pub(super) file: &'static str,
    text: &'static str,
}

macro_rules! pages {
    ($($group:literal { $($name:literal $title:literal $file:literal;)* })*) => {
        /// In the order of the navigation, group by group.
        pub(super) const GROUPS: &[(&str, &[Page])] = &[$(($group, &[$(Page {
            name: $name,
            title: $title,
            file: $file,
            text: include_str!(concat!("../../../../", $file)),
        }),*])),*];
    };
}

pages! {
    "Begin" {
        "start" "Start" "docs/start.md";
        "modes" "Three ways" "docs/modes.md";
        "methods" "Methods" "docs/methods.md";
        "test-values" "Test values" "docs/test-values.md";
        "going-live" "Going live" "docs/going-live.md";
    }
    "Your page" {
        "appearance" "Looks" "docs/appearance.md";
        "events" "Events and attributes" "docs/events.md";
        "components" "Parts" "docs/components.md";
        "printed" "Printed by your server" "docs/printed.md";
        "languages" "Languages" "docs/languages.md";
        "csp" "Content security policy" "docs/csp.md";
        "package" "npm package" "widget/npm/README.md";
        "examples" "Examples" "examples/README.md";
    }
    "Your server" {
        "webhooks" "Webhooks" "docs/webhooks.md";
        "payment-codes" "Payment codes" "docs/payment-codes.md";
        "wechatpay" "WeChat Pay" "docs/wechatpay.md";
        "bank-credits" "Codes between banks" "docs/bank-credits.md";
        "transfers" "Transfers by hand" "docs/transfers.md";
        "errors" "Refusals" "docs/errors.md";
    }
    "Channels" {
        "antom" "Antom" "docs/antom.md";
        "alipay" "Alipay" "docs/alipay.md";
        "lakala" "Lakala" "docs/lakala.md";
        "unionpay" "UnionPay" "docs/unionpay.md";
        "acquirer-protocol" "Our own protocol" "docs/acquirer-protocol.md";
        "own-channels" "A merchant's own channels" "docs/own-channels.md";
    }
    "Running Florin" {
        "operations" "Operations" "docs/operations.md";
        "sandbox" "Sandbox" "server/sandbox/README.md";
        "threats" "Threats" "docs/threats.md";
    }
}

const TEMPLATE: &str = include_str!("guide.html");
const NOWHERE: &str = "<h1>No such page</h1><p>There is no page of this name in Florin's docs. It may have moved: \
                       look for it in the list of pages, or begin at the <a href=\"/docs/start\">start</a>.</p>";

/// Every page, made once.
static MADE: LazyLock<Vec<(&str, String)>> = LazyLock::new(|| {
    let all: Vec<&Page> = all().collect();
    let near = |at: Option<usize>| at.and_then(|at| all.get(at)).copied();
    let made = |(at, page): (usize, &&'static Page)| {
        let beside = [near(at.checked_sub(1)), near(Some(at + 1))];
        (page.name, whole(page, beside))
    };
    all.iter().enumerate().map(made).collect()
});

/// The page of this name as HTML.
pub(super) fn html(name: &str) -> Option<&'static str> {
    MADE.iter().find(|(one, _)| *one == name).map(|(_, html)| html.as_str())
}

/// What is said where there is none.
pub(super) fn nowhere() -> String {
    let values = [("title", "No such page"), ("text", NOWHERE), ("pages", &navigation(""))];
    fill(TEMPLATE, &values)
}

/// The page of this name as it was written.
pub(super) fn markdown(name: &str) -> Option<String> {
    all().find(|page| page.name == name).map(source)
}

/// The page that this file of the repository is.
pub(super) fn of_file(file: &str) -> Option<&'static Page> {
    all().find(|page| page.file == file)
}

fn all() -> impl Iterator<Item = &'static Page> {
    GROUPS.iter().flat_map(|(_, pages)| *pages)
}

/// The catalogue of refusals is made of the code, and its file of the same.
fn source(page: &Page) -> String {
    if page.name == "errors" { catalogue::markdown() } else { page.text.to_owned() }
}

fn whole(page: &Page, beside: [Option<&Page>; 2]) -> String {
    let Guide { title, about, html, headings } = render(page.file, &source(page));
    let contents = contents(&headings);
    // Right below the title: a narrow screen shows it there, a wide one beside the text.
    let text = html.replacen("</h1>", &format!("</h1>{contents}"), 1);
    let values = [
        ("title", escape(&title)),
        ("about", escape(&about)),
        ("text", text),
        ("beside", links_beside(beside)),
        ("pages", navigation(page.name)),
    ];
    fill(TEMPLATE, &values.each_ref().map(|(name, value)| (*name, value.as_str())))
}

fn contents(headings: &[Heading]) -> String {
    let link = |heading: &Heading| {
        let class = if heading.level > 2 { r#" class="sub""# } else { "" };
        let text = escape(&heading.text);
        format!(r##"<li{class}><a href="#{}">{text}</a></li>"##, heading.id)
    };
    let links: String = headings.iter().filter(|heading| heading.level > 1).map(link).collect();
    if links.is_empty() {
        return links;
    }
    format!(
        r#"<nav class="toc" aria-label="On this page"><b>On this page</b><ul>{links}</ul></nav>"#
    )
}

fn navigation(current: &str) -> String {
    let mut list = String::new();
    for (group, pages) in GROUPS {
        let _ = write!(list, "<b>{group}</b><ul>");
        for Page { name, title, .. } in *pages {
            let here = if *name == current { r#" aria-current="page""# } else { "" };
            let _ = write!(list, r#"<li><a href="/docs/{name}"{here}>{title}</a></li>"#);
        }
        list += "</ul>";
    }
    list
}

fn links_beside([before, after]: [Option<&Page>; 2]) -> String {
    let link = |page: Option<&Page>, class: &str, word: &str| match page {
        Some(Page { name, title, .. }) => {
            format!(r#"<a class="{class}" href="/docs/{name}"><small>{word}</small> {title}</a>"#)
        }
        None => String::new(),
    };
    link(before, "before", "Before this") + &link(after, "after", "Next")
}
