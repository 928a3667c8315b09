//! The parts of a checkout that stand elsewhere in the page. Each is drawn by a [`Till`] of its own, which differs only in
//! where it looks for its elements.

use std::rc::Rc;

use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::HtmlElement;

use super::{Keep, Till};
use crate::dom::El;
use crate::options::texts;
use crate::parts::{Show, Teller, teller};
use crate::read::Reader;

/// A part that the page has placed.
pub(super) struct Part {
    pub(super) number: u32,
    show: Show,
    /// The methods that it is about; none means all.
    methods: Rc<Vec<String>>,
    pub(super) root: HtmlElement,
    keep: Keep,
}

impl Till {
    /// Puts a part into an element of the page; its number, or 0 for a part that nobody knows.
    pub(crate) fn place(self, wanted: &JsValue, draw: fn(Till, Show) -> El) -> u32 {
        self.try_place(wanted, draw).unwrap_or_default()
    }

    fn try_place(self, wanted: &JsValue, draw: fn(Till, Show) -> El) -> Option<u32> {
        let kept = self.kept()?;
        let show = Show::read(&wanted.field("show")?.text()?)?;
        let methods = Rc::new(texts(&wanted.field("methods")?)?);
        let root: HtmlElement = wanted.field("root")?.unchecked_into();
        let number = kept.last_part.get() + 1;
        kept.last_part.set(number);
        let place = root.clone();
        kept.parts.borrow_mut().push(Part { number, show, methods, root, keep: Keep::new() });
        let (drawn, keep) = self.apart(|| draw(Till { part: number, ..self }, show));
        drawn.stand_in(&place);
        if let Some(part) = kept.parts.borrow_mut().last_mut() {
            part.keep = keep;
        }
        self.placed.set(0);
        Some(number)
    }

    /// Takes a part away again.
    pub(crate) fn take(self, number: u32) {
        let Some(kept) = self.kept() else { return };
        let taken = {
            let mut parts = kept.parts.borrow_mut();
            let at = parts.iter().position(|part| part.number == number);
            at.map(|at| parts.remove(at))
        };
        // Not before the list is free again: what ends here may look into it.
        drop(taken);
        self.placed.set(0);
    }

    /// Whether there is a part that shows this and of which something holds; in the order in which they came.
    pub(crate) fn any(self, show: Show, holds: &dyn Fn(Till) -> bool) -> bool {
        let _woken_when_one_comes_or_goes = self.placed.try_get();
        let Some(kept) = self.kept() else { return false };
        let mut at = 0;
        loop {
            // Not a loop over the list: what is asked of a part may look into it.
            let next = kept.parts.borrow().get(at).map(|part| (part.show, part.number));
            match next {
                Some((shown, part)) if shown == show && holds(Till { part, ..self }) => {
                    return true;
                }
                Some(_) => at += 1,
                None => return false,
            }
        }
    }

    /// Whether there is a part that shows this.
    pub(crate) fn has(self, show: Show) -> bool {
        self.any(show, &|_| true)
    }

    /// Who tells the shopper what is under way.
    pub(crate) fn teller(self) -> Teller {
        let state = self.state.try_get();
        let checkout = state.as_ref().and_then(|state| state.checkout());
        checkout.map_or(Teller::Nobody, |checkout| teller(checkout, &|show| self.has(show)))
    }

    /// The methods that this part is about; none means all.
    pub(crate) fn methods(self) -> Rc<Vec<String>> {
        let Some(kept) = self.kept() else { return Rc::default() };
        let parts = kept.parts.borrow();
        let part = parts.iter().find(|part| part.number == self.part);
        part.map(|part| part.methods.clone()).unwrap_or_default()
    }

    /// Whether this part is about a method.
    pub(crate) fn wants(self, method: &str) -> bool {
        let methods = self.methods();
        methods.is_empty() || methods.iter().any(|ours| ours == method)
    }
}
