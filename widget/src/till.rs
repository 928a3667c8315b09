//! What every view is handed: the state to read, and [`Till::tell`] to say what happened.

mod placed;

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;

use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::spawn_local;
use web_sys::{CssStyleDeclaration, Element, HtmlElement};

use crate::element;
use crate::errands::Errands;
use crate::link::is_address;
use crate::money;
use crate::options::Options;
use crate::state::{Effect, Event, News, Stage, State};
use crate::texts::Texts;
use crate::timer;
use placed::Part;

/// One mounted checkout. Copied freely; what it points to ends with the mount.
#[derive(Clone, Copy)]
pub(crate) struct Till {
    state: RwSignal<Arc<State>>,
    now: RwSignal<u64>,
    /// Moves when a part of it is placed or taken away.
    placed: RwSignal<u64>,
    number: u32,
    /// The part of it that is drawn; 0 where the checkout itself stands.
    part: u32,
}

thread_local! {
    /// What each mount holds, by its number. Leptos's arena would take it as well, in a wrapper that watches over threads:
    /// with that, std's threads and their allocator come into the page, 4 KB for nothing.
    static MOUNTS: RefCell<Vec<(u32, Rc<Kept>)>> = const { RefCell::new(Vec::new()) };
    /// No number is given twice: an answer may arrive for a mount that has gone.
    static NEXT: Cell<u32> = const { Cell::new(0) };
}

/// Whatever must live as long as something shown.
pub(crate) type Keep = Vec<Box<dyn Any>>;

/// What a mount holds and no view changes.
pub(crate) struct Kept {
    keep: RefCell<Keep>,
    pub(crate) errands: Errands,
    pub(crate) timer: timer::Timer,
    words: Arc<Texts>,
    options: Options,
    parts: RefCell<Vec<Part>>,
    last_part: Cell<u32>,
}

impl Till {
    /// Begins with the view that the loader brought.
    pub(crate) fn open(mut options: Options) -> Till {
        let mut state = State::Loading;
        let effects = state.on(Event::Viewed(options.view()), options.viewed_at);
        if let Some((method, code)) = options.refused.take() {
            state.was_refused(method, code, options.viewed_at);
        }
        let (chosen, pressed) = (options.chosen.take(), options.pressed);
        let kept = Kept {
            keep: RefCell::default(),
            errands: Errands::of(options.api.clone()),
            timer: timer::Timer::default(),
            words: Arc::new(options.texts.clone()),
            options,
            parts: RefCell::default(),
            last_part: Cell::new(0),
        };
        let till = Till {
            state: RwSignal::new(Arc::new(state)),
            now: RwSignal::new(timer::now()),
            placed: RwSignal::new(0),
            number: enter(Rc::new(kept)),
            part: 0,
        };
        timer::start(till);
        till.carry_out(effects);
        // What the shopper did in the list that the server had drawn. That list may be older than the view.
        if let Some(method) = chosen {
            till.tell(Event::Chose(method.clone()));
            if pressed && till.has_chosen(&method) {
                till.tell(Event::Confirmed);
            }
        }
        till
    }

    fn has_chosen(self, method: &str) -> bool {
        let state = self.state_now();
        let checkout = state.as_ref().and_then(|state| state.checkout());
        checkout.is_some_and(|checkout| checkout.chosen.as_deref() == Some(method))
    }

    /// Puts an event to the state and does what follows.
    pub(crate) fn tell(self, event: Event) {
        let Some(before) = self.state_now() else { return }; // Unmounted.
        // A list of some methods does not confirm what was chosen in another one.
        let chosen = before.checkout().and_then(|checkout| checkout.chosen.as_deref());
        if matches!(event, Event::Confirmed) && !self.wants(chosen.unwrap_or_default()) {
            return;
        }
        // "Pay another way" below the list goes away as it is pressed: the keyboard goes on at the button beside it.
        let stage = before.checkout().map(|checkout| &checkout.stage);
        if let (Event::Left, Some(Stage::Opening { over: false, .. })) = (&event, stage) {
            self.focus(".primary");
        }
        let mut after = (*before).clone();
        let ticked = matches!(event, Event::Ticked);
        let effects = after.on(event, timer::now());
        // A tick that changes nothing would wake every view, twice a second.
        if !ticked || !effects.is_empty() || after.by_clock() != before.by_clock() {
            self.state.set(Arc::new(after));
        }
        self.carry_out(effects);
    }

    fn carry_out(self, effects: Vec<Effect>) {
        let Some(kept) = self.kept() else { return };
        for effect in effects {
            match effect {
                Effect::Tell(news) => self.tell_page(news),
                Effect::Go(url) => self.go(&url),
                errand => kept.errands.run(self, errand),
            }
        }
        timer::pace(self);
    }

    /// Tells the page, once what is shown stands there.
    fn tell_page(self, news: News) {
        spawn(Box::pin(async move {
            let Some(kept) = self.kept() else { return };
            let goes_on = element::emit(&kept.options, &news);
            match news {
                News::Action { url: Some(url), .. } if goes_on => self.go(&url),
                News::Success { .. } if !goes_on => self.tell(Event::Stayed),
                _ => {}
            }
        }));
    }

    /// Leaves for an address, unless it is a script in disguise.
    fn go(self, url: &str) {
        if let Some(kept) = self.kept().filter(|_| is_address(url)) {
            let _the_page_may_forbid_it = kept.options.go.call1(&JsValue::UNDEFINED, &url.into());
        }
    }

    /// What is on the screen. Whoever reads it here is woken when it changes.
    pub(crate) fn state(self) -> Arc<State> {
        self.state.get()
    }

    /// The same, for a look in passing; `None` once unmounted.
    pub(crate) fn state_now(self) -> Option<Arc<State>> {
        self.state.try_get_untracked()
    }

    /// The monotonic time, twice a second.
    pub(crate) fn now(self) -> u64 {
        self.now.get()
    }

    /// Sets the clocks.
    pub(crate) fn set_now(self, now: u64) {
        let _unmounted = self.now.try_set(now);
    }

    /// `None` once unmounted.
    pub(crate) fn kept(self) -> Option<Rc<Kept>> {
        MOUNTS.with_borrow(|mounts| {
            let (_, kept) = mounts.iter().find(|(number, _)| *number == self.number)?;
            Some(kept.clone())
        })
    }

    /// Keeps something alive for as long as what is being built stands.
    pub(crate) fn keep(self, thing: Box<dyn Any>) {
        if let Some(kept) = self.kept() {
            kept.keep.borrow_mut().push(thing);
        }
    }

    /// Builds something that ends before the mount does, with all that it keeps.
    pub(crate) fn apart<T>(self, build: impl FnOnce() -> T) -> (T, Keep) {
        let Some(kept) = self.kept() else { return (build(), Keep::new()) };
        let around = kept.keep.take();
        let built = build();
        (built, kept.keep.replace(around))
    }

    /// The words in the shopper's language.
    pub(crate) fn words(self) -> Arc<Texts> {
        self.kept().map(|kept| kept.words.clone()).unwrap_or_default()
    }

    /// The amount as the shopper writes it.
    pub(crate) fn amount(self) -> String {
        let state = self.state();
        let amount = state.checkout().map(|checkout| &checkout.view.amount);
        amount.map(|amount| money::written(amount, &self.words().locale)).unwrap_or_default()
    }

    /// The hosted page, which always works; empty where we stand on it.
    pub(crate) fn hosted(self) -> String {
        self.kept().map(|kept| kept.options.hosted.clone()).unwrap_or_default()
    }

    /// Where everything is mounted, or this part.
    pub(crate) fn root(self) -> Option<HtmlElement> {
        let kept = self.kept()?;
        let parts = kept.parts.borrow();
        let part = parts.iter().find(|part| part.number == self.part);
        Some(part.map_or(&kept.options.root, |part| &part.root).clone())
    }

    /// Something that stands there.
    pub(crate) fn find(self, selector: &str) -> Option<Element> {
        self.root()?.query_selector(selector).ok().flatten()
    }

    /// Gives something that stands there the focus. At a heading a screen reader begins, and the keyboard just before the first
    /// control behind it.
    pub(crate) fn focus(self, selector: &str) {
        if let Some(element) = self.find(selector) {
            let _focusable = element.unchecked_ref::<HtmlElement>().focus();
        }
    }

    /// The style rule of the host.
    pub(crate) fn rule(self) -> Option<CssStyleDeclaration> {
        self.kept()?.options.rule.clone()
    }
}

/// Takes a mount in until its owner ends.
fn enter(kept: Rc<Kept>) -> u32 {
    let number = NEXT.get();
    NEXT.set(number.wrapping_add(1));
    MOUNTS.with_borrow_mut(|mounts| mounts.push((number, kept)));
    on_cleanup(move || leave(number));
    number
}

fn leave(number: u32) {
    let left = MOUNTS.with_borrow_mut(|mounts| {
        let at = mounts.iter().position(|(other, _)| *other == number)?;
        Some(mounts.remove(at))
    });
    // Not before the list is free again: what ends here may look into it.
    drop(left);
}

/// Lets a future run. Boxed, so that the machinery is compiled once.
pub(crate) fn spawn(future: Pin<Box<dyn Future<Output = ()>>>) {
    spawn_local(future);
}
