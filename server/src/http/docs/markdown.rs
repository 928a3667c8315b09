//! Markdown of ours as HTML: with anchors, with links that hold on a server, and with tables and code that a narrow
//! screen can scroll. It is our own text, compiled in, and still no markup of it is let through.

use std::collections::HashMap;

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};

use super::pages;
use crate::http::template::escape;

/// A page's text, and what its surroundings need to know of it.
pub(super) struct Guide {
    /// Its first heading.
    pub(super) title: String,
    /// Its first paragraph.
    pub(super) about: String,
    pub(super) html: String,
    pub(super) headings: Vec<Heading>,
}

/// A heading, and the anchor that code hosts give it too.
pub(super) struct Heading {
    pub(super) level: usize,
    pub(super) id: String,
    pub(super) text: String,
}

/// Where the live checkout stands: a comment, which code hosts do not show.
const DEMO: &str = "<!-- demo -->";
const DEMO_HTML: &str = include_str!("demo.html");

/// The page of a file of the repository.
pub(super) fn render(file: &str, text: &str) -> Guide {
    let events: Vec<Event<'_>> =
        Parser::new_ext(text, Options::ENABLE_TABLES | Options::ENABLE_TASKLISTS).collect();
    let headings = headings(&events);
    let mut writer = Writer { file, ids: headings.iter(), ..Writer::default() };
    let shown = events.iter().enumerate().flat_map(|(at, event)| writer.take(event, &events[at..]));
    let mut html = String::with_capacity(text.len() * 2);
    html::push_html(&mut html, shown);
    let title = headings.first().map_or_else(String::new, |heading| heading.text.clone());
    Guide { title, about: about(&events), html, headings }
}

fn headings(events: &[Event<'_>]) -> Vec<Heading> {
    let mut seen: HashMap<String, usize> = HashMap::new();
    let mut found = Vec::new();
    for (at, event) in events.iter().enumerate() {
        let Event::Start(Tag::Heading { level, .. }) = event else { continue };
        let text = plain(&events[at..], |end| matches!(end, TagEnd::Heading(_)));
        let slug = slug(&text);
        let times = seen.entry(slug.clone()).or_default();
        let id = if *times == 0 { slug } else { format!("{slug}-{times}") };
        *times += 1;
        found.push(Heading { level: *level as usize, id, text });
    }
    found
}

fn about(events: &[Event<'_>]) -> String {
    let first = events.iter().position(|event| matches!(event, Event::Start(Tag::Paragraph)));
    first.map_or_else(String::new, |at| plain(&events[at..], |end| end == TagEnd::Paragraph))
}

/// The words up to an end, without their markup.
fn plain(events: &[Event<'_>], is_end: impl Fn(TagEnd) -> bool) -> String {
    let inside =
        events.iter().take_while(|event| !matches!(event, Event::End(end) if is_end(*end)));
    inside
        .filter_map(|event| match event {
            Event::Text(text) | Event::Code(text) => Some(&**text),
            Event::SoftBreak => Some(" "),
            _ => None,
        })
        .collect()
}

/// The anchor that code hosts make of a heading: small letters, hyphens for spaces, no punctuation.
fn slug(text: &str) -> String {
    let keep = |letter: &char| letter.is_alphanumeric() || matches!(letter, ' ' | '-' | '_');
    text.to_lowercase().chars().filter(keep).map(|one| if one == ' ' { '-' } else { one }).collect()
}

/// Goes through the events in order and says each as HTML of ours, or as it is.
#[derive(Default)]
struct Writer<'a> {
    file: &'a str,
    ids: std::slice::Iter<'a, Heading>,
    in_head: bool,
    is_task: bool,
    tasks: usize,
}

impl<'a> Writer<'a> {
    /// `rest` begins with the event.
    fn take(&mut self, event: &Event<'a>, rest: &[Event<'a>]) -> Vec<Event<'a>> {
        let html = match event {
            Event::Start(Tag::Heading { level, .. }) => self.heading(*level as usize),
            Event::End(TagEnd::Heading(HeadingLevel::H1)) => "</h1>\n".into(),
            Event::End(TagEnd::Heading(level)) => format!("</a></{level}>\n"),
            Event::Start(Tag::CodeBlock(kind)) => code(kind),
            Event::End(TagEnd::CodeBlock) => "</code></pre></figure>\n".into(),
            Event::Start(Tag::Link { dest_url, title, link_type, id }) => {
                return vec![Event::Start(Tag::Link {
                    link_type: *link_type,
                    dest_url: address(self.file, dest_url).into(),
                    title: title.clone(),
                    id: id.clone(),
                })];
            }
            Event::TaskListMarker(_) => self.task(),
            Event::End(TagEnd::Item) if std::mem::take(&mut self.is_task) => {
                "</span></li>\n".into()
            }
            Event::Html(text) if text.trim() == DEMO => DEMO_HTML.into(),
            // No markup of the text's own.
            Event::Html(text) | Event::InlineHtml(text) => return vec![Event::Text(text.clone())],
            Event::Start(Tag::HtmlBlock) | Event::End(TagEnd::HtmlBlock) => return Vec::new(),
            event => match self.table(event, rest) {
                Some(html) => html,
                None => return vec![event.clone()],
            },
        };
        vec![Event::Html(html.into())]
    }

    fn heading(&mut self, level: usize) -> String {
        let id = self.ids.next().map_or("", |heading| heading.id.as_str());
        // The title leads to the top, where everybody is.
        let link = if level == 1 { String::new() } else { format!(r##"<a href="#{id}">"##) };
        format!(r#"<h{level} id="{id}">{link}"#)
    }

    /// A box that can be ticked; the page's script remembers it.
    fn task(&mut self) -> String {
        self.is_task = true;
        self.tasks += 1;
        let number = self.tasks;
        format!(
            r#"<input type="checkbox" aria-labelledby="task-{number}"><span id="task-{number}">"#
        )
    }

    /// Our tables scroll, and an empty cell at the head is none that names a column.
    fn table(&mut self, event: &Event<'a>, rest: &[Event<'a>]) -> Option<String> {
        let is_empty = |end: TagEnd| plain(rest, |one| one == end).trim().is_empty();
        let html = match event {
            Event::Start(Tag::Table(_)) => {
                r#"<div class="table" role="group" aria-label="Table" tabindex="0"><table>"#
            }
            Event::End(TagEnd::Table) => "</tbody></table></div>\n",
            Event::Start(Tag::TableHead) => {
                self.in_head = true;
                if is_empty(TagEnd::TableHead) { "<thead hidden><tr>" } else { "<thead><tr>" }
            }
            Event::End(TagEnd::TableHead) => {
                self.in_head = false;
                "</tr></thead><tbody>\n"
            }
            Event::Start(Tag::TableRow) => "<tr>",
            Event::End(TagEnd::TableRow) => "</tr>\n",
            Event::Start(Tag::TableCell) if self.in_head && !is_empty(TagEnd::TableCell) => {
                r#"<th scope="col">"#
            }
            Event::Start(Tag::TableCell) => "<td>",
            Event::End(TagEnd::TableCell) => "</td>",
            _ => return None,
        };
        Some(html.to_owned())
    }
}

fn code(kind: &CodeBlockKind<'_>) -> String {
    let language = match kind {
        CodeBlockKind::Fenced(language) => escape(language),
        CodeBlockKind::Indented => String::new(),
    };
    format!(r#"<figure class="code" data-language="{language}"><pre tabindex="0"><code>"#)
}

/// A link of a file of the repository, as a page of the server can follow it: to a page, or to the code host.
fn address(file: &str, link: &str) -> String {
    if link.starts_with('#') || link.contains("://") {
        return link.to_owned();
    }
    let (path, anchor) = link.split_once('#').map_or((link, ""), |(path, anchor)| (path, anchor));
    let path = joined(file, path);
    let to = match (pages::of_file(&path), path.as_str()) {
        (Some(page), _) => format!("/docs/{}", page.name),
        (None, "docs/openapi.json") => "/openapi.json".to_owned(),
        (None, path) => format!("{}/blob/main/{path}", env!("CARGO_PKG_REPOSITORY")),
    };
    if anchor.is_empty() { to } else { format!("{to}#{anchor}") }
}

/// The path in the repository that a link in this file means.
fn joined(file: &str, link: &str) -> String {
    let mut parts: Vec<&str> = file.split('/').collect();
    parts.pop();
    for part in link.split('/') {
        match part {
            ".." => drop(parts.pop()),
            "." => {}
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anchors_are_those_of_code_hosts() {
        for (text, anchor) in [
            ("Why is it not in my list?", "why-is-it-not-in-my-list"),
            ("1. Your server makes a session", "1-your-server-makes-a-session"),
            ("`payment_code`, and Node.js", "payment_code-and-nodejs"),
        ] {
            let [made] =
                render("docs/x.md", &format!("## {text}")).headings.try_into().ok().unwrap();
            assert_eq!(made.id, anchor, "{text}");
        }
        let twice = render("docs/x.md", "## The same\n\n## The same").html;
        assert!(
            twice.contains(r##"<h2 id="the-same-1"><a href="#the-same-1">The same</a></h2>"##),
            "{twice}"
        );
    }

    #[test]
    fn links_lead_to_pages_or_to_the_code_host() {
        let host = env!("CARGO_PKG_REPOSITORY");
        for (link, to) in [
            ("webhooks.md#python", "/docs/webhooks#python".to_owned()),
            ("#here", "#here".to_owned()),
            ("https://example.org/a.md", "https://example.org/a.md".to_owned()),
            ("openapi.json", "/openapi.json".to_owned()),
            ("../server/sandbox/README.md#faults", "/docs/sandbox#faults".to_owned()),
            ("../README.md#settings", format!("{host}/blob/main/README.md#settings")),
        ] {
            assert_eq!(address("docs/start.md", link), to, "{link}");
        }
        assert_eq!(address("widget/npm/README.md", "../../docs/csp.md"), "/docs/csp");
    }

    #[test]
    fn markup_in_the_text_is_text() {
        let Guide { html, .. } =
            render("docs/x.md", "a <b onclick=x>\n\n<script>alert(1)</script>\n\n```<i>\n<u>\n```");
        for tag in ["<b", "<script", "<i", "<u"] {
            assert!(!html.contains(tag), "{html}");
        }
    }

    #[test]
    fn an_empty_head_names_no_column() {
        let Guide { html, .. } = render("docs/x.md", "| | |\n|---|---|\n| a | b |");
        assert!(html.contains("<thead hidden>") && !html.contains("<th "), "{html}");
    }
}
