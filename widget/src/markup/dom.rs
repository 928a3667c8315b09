//! The second backend of the views: the calls of the browser's one (`src/dom.rs`), and markup comes out.
//!
//! Whatever a view puts in is escaped here and nowhere else: [`escape`] is the only way into the string.

use super::till::{Sent, Till};
use crate::link::is_address;
use crate::state::{Checkout, Event};

/// An element, written when it is put into another one.
pub(crate) struct El {
    tag: String,
    attributes: Vec<(String, String)>,
    inside: String,
    till: Till,
}

impl Till {
    /// Makes an HTML element.
    pub(crate) fn el(self, tag: &str, class: &str) -> El {
        let el = El { tag: tag.into(), attributes: Vec::new(), inside: String::new(), till: self };
        if class.is_empty() { el } else { el.attr("class", class) }
    }

    /// Makes an SVG element; a parser knows it by where it stands.
    pub(crate) fn svg(self, tag: &str, class: &str) -> El {
        self.el(tag, class)
    }
}

impl El {
    /// Sets an attribute for good.
    pub(crate) fn attr(mut self, name: &str, value: &str) -> El {
        self.attributes.retain(|(known, _)| known != name);
        self.attributes.push((name.into(), value.into()));
        self
    }

    /// Puts words inside.
    pub(crate) fn text(mut self, words: &str) -> El {
        escape(words, &mut self.inside);
        self
    }

    /// Puts an element inside.
    pub(crate) fn with(mut self, child: El) -> El {
        child.write(&mut self.inside);
        self
    }

    /// Puts an element inside, if there is one.
    pub(crate) fn maybe(self, child: Option<El>) -> El {
        match child {
            Some(child) => self.with(child),
            None => self,
        }
    }

    /// Puts several elements inside.
    pub(crate) fn all(self, children: Vec<El>) -> El {
        children.into_iter().fold(self, El::with)
    }

    /// An attribute by the state.
    pub(crate) fn attr_by(self, name: &'static str, value: fn(Till) -> Option<String>) -> El {
        match value(self.till) {
            Some(value) => self.attr(name, &value),
            None => self,
        }
    }

    /// An attribute without a value, if something holds.
    pub(crate) fn attr_if(self, name: &'static str, holds: fn(Till) -> bool) -> El {
        if holds(self.till) { self.attr(name, "") } else { self }
    }

    /// The class by the state.
    pub(crate) fn class_by(self, class: fn(Till) -> &'static str) -> El {
        let class = class(self.till);
        self.attr("class", class)
    }

    /// The words inside by the state.
    pub(crate) fn say(self, words: fn(Till) -> String) -> El {
        let words = words(self.till);
        self.text(&words)
    }

    /// Whether a radio is marked, by the state.
    pub(crate) fn checked_by(self, holds: Box<dyn Fn() -> bool>) -> El {
        if holds() { self.attr("checked", "") } else { self }
    }

    /// Told by the program, once it is there; on a page without one by its form. The way back to the shop is a link wherever
    /// there may be no program.
    pub(crate) fn tells(self, event: Event) -> El {
        match (event, self.till.sent()) {
            (_, Sent::Program) => self,
            (Event::WentOn, Sent::Form(_) | Sent::Page) => self.leads_back(),
            (_, Sent::Form(_)) => self,
            (event, Sent::Page) => {
                self.attr("type", "submit").attr("name", "do").attr("value", word(&event))
            }
        }
    }

    fn leads_back(mut self) -> El {
        let state = self.till.state();
        let back = state.checkout().and_then(Checkout::return_url);
        self.tag = "a".into();
        self.attributes.retain(|(name, _)| name != "type");
        self.attr("href", back.filter(|url| is_address(url)).unwrap_or_default())
    }

    /// Told by the program, once it is there; a page without one needs no telling.
    pub(crate) fn tells_on(self, _: &str, _: Event) -> El {
        self
    }

    /// Told by the program, or by the loader before it; where there may be neither yet, sent by the form itself. A page
    /// without a program is one form as a whole.
    pub(crate) fn submits(mut self, _: Event) -> El {
        match self.till.sent() {
            Sent::Program => self,
            Sent::Page => {
                self.tag = "div".into();
                self
            }
            Sent::Form(post) => {
                let till = self.till;
                let field = |(name, value): &(&'static str, String)| {
                    let field = till.el("input", "").attr("type", "hidden");
                    field.attr("name", name).attr("value", value)
                };
                let fields = post.fields.iter().map(field).collect();
                let form = self.attr("method", "post").attr("action", &post.action).all(fields);
                if post.leaves_frame { form.attr("target", "_top") } else { form }
            }
        }
    }

    pub(super) fn write(&self, into: &mut String) {
        into.push('<');
        into.push_str(&self.tag);
        for (name, value) in &self.attributes {
            into.push(' ');
            into.push_str(name);
            into.push_str("=\"");
            escape(value, into);
            into.push('"');
        }
        into.push('>');
        if self.tag != "input" {
            into.push_str(&self.inside);
            into.push_str("</");
            into.push_str(&self.tag);
            into.push('>');
        }
    }
}

/// What a form says when a button is pressed.
fn word(event: &Event) -> &'static str {
    match event {
        Event::AskedNow => "check",
        Event::Renewed => "renew",
        Event::Left => "leave",
        _ => "look",
    }
}

/// Text as text of an element or of an attribute in double quotes.
fn escape(text: &str, into: &mut String) {
    for char in text.chars() {
        match char {
            '&' => into.push_str("&amp;"),
            '<' => into.push_str("&lt;"),
            '>' => into.push_str("&gt;"),
            '"' => into.push_str("&quot;"),
            _ => into.push(char),
        }
    }
}
