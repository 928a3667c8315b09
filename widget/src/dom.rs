//! A small layer over Leptos: elements are built by plain calls, and what moves in them follows Leptos's signals.
//!
//! `view!` gives every element a type of its own and compiles the renderer once more for each: 137 KB of Brotli for this
//! widget, where 80 KB is all there is for everything. Here there is one element type, and what follows the state is a plain
//! function of the [`Till`]. Nothing is ever built from markup (`innerHTML`), which pages with Trusted Types refuse.

use std::cell::RefCell;
use std::rc::Rc;

use leptos::prelude::*;
use leptos::reactive::effect::RenderEffect;
use leptos::tachys::view::Render;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, UnwrapThrowExt};
use web_sys::{Element, HtmlElement, HtmlInputElement};

use crate::state::Event;
use crate::till::{Keep, Till, spawn};

const SVG: &str = "http://www.w3.org/2000/svg";

/// A text by the state; `None` for nothing.
type Value = Box<dyn Fn() -> Option<String>>;
/// Shows a value in an element.
type Show = Box<dyn Fn(&Element, Option<&str>)>;
/// Acts on the value before, if it is not the first, and the one now.
type Act = Box<dyn Fn(Option<&str>, Option<&str>)>;

/// An element of this checkout. It stands until it is mounted or dropped.
pub(crate) struct El {
    node: Element,
    till: Till,
}

impl Till {
    /// Makes an HTML element.
    pub(crate) fn el(self, tag: &str, class: &str) -> El {
        let node = document().create_element(tag).expect_throw("a known tag");
        El { node, till: self }.class(class)
    }

    /// Makes an SVG element.
    pub(crate) fn svg(self, tag: &str, class: &str) -> El {
        let node = document().create_element_ns(Some(SVG), tag).expect_throw("a known tag");
        El { node, till: self }.class(class)
    }
}

impl El {
    fn class(self, class: &str) -> El {
        if class.is_empty() { self } else { self.attr("class", class) }
    }

    /// Sets an attribute for good.
    pub(crate) fn attr(self, name: &str, value: &str) -> El {
        let _known_name = self.node.set_attribute(name, value);
        self
    }

    /// Puts words inside.
    pub(crate) fn text(self, words: &str) -> El {
        let _takes_children = self.node.append_with_str_1(words);
        self
    }

    /// Puts an element inside.
    pub(crate) fn with(self, child: El) -> El {
        let _takes_children = self.node.append_with_node_1(&child.node);
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

    /// An attribute that follows the state; `None` takes it away.
    pub(crate) fn attr_by(self, name: &'static str, value: fn(Till) -> Option<String>) -> El {
        let till = self.till;
        self.follow(
            Box::new(move || value(till)),
            Box::new(move |node, value| put(node, name, value)),
        )
    }

    /// An attribute without a value, while something holds.
    pub(crate) fn attr_if(self, name: &'static str, holds: fn(Till) -> bool) -> El {
        let till = self.till;
        let value = move || holds(till).then(String::new);
        self.follow(Box::new(value), Box::new(move |node, value| put(node, name, value)))
    }

    /// The class by the state.
    pub(crate) fn class_by(self, class: fn(Till) -> &'static str) -> El {
        let till = self.till;
        let value = move || Some(class(till).to_owned());
        self.follow(Box::new(value), Box::new(|node, value| put(node, "class", value)))
    }

    /// The words inside by the state.
    pub(crate) fn say(self, words: fn(Till) -> String) -> El {
        let till = self.till;
        let value = move || Some(words(till));
        self.follow(Box::new(value), Box::new(|node, value| node.set_text_content(value)))
    }

    /// Whether a radio is marked, by the state.
    pub(crate) fn checked_by(self, holds: Box<dyn Fn() -> bool>) -> El {
        let show = |node: &Element, value: Option<&str>| {
            node.unchecked_ref::<HtmlInputElement>().set_checked(value.is_some());
        };
        self.follow(Box::new(move || holds().then(String::new)), Box::new(show))
    }

    /// Follows a value: shows it now, and again whenever it has changed.
    fn follow(self, value: Value, show: Show) -> El {
        let node = self.node.clone();
        react(self.till, value, Box::new(move |_, now| show(&node, now)));
        self
    }

    /// What is inside is made anew when its key changes, and only then: the focus may be in there.
    pub(crate) fn swap(self, key: fn(Till) -> String, make: fn(Till) -> Vec<El>) -> El {
        let (node, till) = (self.node.clone(), self.till);
        // What the contents follow ends with them, and with the mount before anything else runs: whatever has been woken
        // by then would read a state that is gone.
        let inside = Rc::new(RefCell::new(Keep::new()));
        let contents = Rc::downgrade(&inside);
        till.keep(Box::new(inside));
        let show = move |_: Option<&str>, _: Option<&str>| {
            node.set_text_content(None);
            let (children, keep) = till.apart(|| make(till));
            for child in children {
                let _takes_children = node.append_with_node_1(&child.node);
            }
            if let Some(contents) = contents.upgrade() {
                contents.replace(keep);
            }
        };
        react(till, Box::new(move || Some(key(till))), Box::new(show));
        self
    }

    /// Tells an event when pressed.
    pub(crate) fn tells(self, event: Event) -> El {
        self.tells_on("click", event)
    }

    /// Tells an event when something else happens to it.
    pub(crate) fn tells_on(self, name: &str, event: Event) -> El {
        self.on(name, Box::new(move |till, _| till.tell(event.clone())))
    }

    /// Tells an event when this form is sent.
    pub(crate) fn submits(self, event: Event) -> El {
        let hear = move |till: Till, submitted: web_sys::Event| {
            submitted.prevent_default();
            // The radios are disabled while it opens: the focus waits on the button, which never is.
            if let Some(pay) = till.find(".pay") {
                let _stays_where_it_is = pay.unchecked_ref::<HtmlElement>().focus();
            }
            till.tell(event.clone());
        };
        self.on("submit", Box::new(hear))
    }

    /// Listens for as long as the element is there.
    pub(crate) fn on(self, name: &str, mut hear: Box<dyn FnMut(Till, web_sys::Event)>) -> El {
        let till = self.till;
        let hear: Box<dyn FnMut(web_sys::Event)> = Box::new(move |event| hear(till, event));
        let hear = Closure::wrap(hear);
        let _known_name =
            self.node.add_event_listener_with_callback(name, hear.as_ref().unchecked_ref());
        // It ends with the view that is being built; the element is then gone as well.
        till.keep(Box::new(hear));
        self
    }
}

/// Acts when a key changes; `act` hears the key before, which is `None` at first. Runs once the view is in the page.
pub(crate) fn watch(till: Till, key: fn(Till) -> String, act: fn(Till, Option<&str>, &str)) {
    let later = move |before: Option<&str>, now: Option<&str>| {
        let (before, now) = (before.map(str::to_owned), now.unwrap_or_default().to_owned());
        spawn(Box::pin(async move {
            if till.kept().is_some() {
                act(till, before.as_deref(), &now);
            }
        }));
    };
    react(till, Box::new(move || Some(key(till))), Box::new(later));
}

/// The one reaction there is: looks at a value now and whenever a signal in it moves, and acts when it is another one.
/// It ends with the view that is being built.
fn react(till: Till, value: Value, act: Act) {
    let following = RenderEffect::new(move |before: Option<Option<String>>| {
        let now = value();
        if before.as_ref() != Some(&now) {
            // What is read in passing does not count.
            untrack(|| act(before.as_ref().and_then(Option::as_deref), now.as_deref()));
        }
        now
    });
    till.keep(Box::new(following));
}

fn put(node: &Element, name: &str, value: Option<&str>) {
    let _known_name = match value {
        Some(value) => node.set_attribute(name, value),
        None => node.remove_attribute(name),
    };
}

/// How a part stands in the page.
impl El {
    /// Puts it into an element that is not ours; whoever gave that takes it out.
    pub(crate) fn stand_in(self, place: &Element) {
        let _takes_children = place.append_with_node_1(&self.node);
    }
}

/// How Leptos mounts the whole.
impl Render for El {
    type State = Element;

    fn build(self) -> Element {
        self.node
    }

    fn rebuild(self, state: &mut Element) {
        let _in_the_page = state.replace_with_with_node_1(&self.node);
        *state = self.node;
    }
}
