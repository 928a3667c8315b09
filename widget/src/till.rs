//! What every view is handed: the state to read, and [`Till::tell`] to say what happened.

use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use crate::element;
use crate::errands::Errands;
use crate::money;
use crate::options::Options;
use crate::state::{Checkout, Effect, Event, News, State};
use crate::texts::Texts;
use crate::timer;

/// One mounted checkout. Copied freely; what it points to ends with the mount.
#[derive(Clone, Copy)]
pub(crate) struct Till {
    /// What is on the screen. Views read it; only [`Till::tell`] writes it.
    pub(crate) state: RwSignal<State>,
    /// The monotonic time, twice a second, for the clocks.
    pub(crate) now: RwSignal<u64>,
    words: StoredValue<Texts>,
    kept: StoredValue<Errands, LocalStorage>,
}

impl Till {
    /// Begins with the view that the loader brought.
    pub(crate) fn open(options: Options) -> Till {
        let mut state = State::Loading;
        let effects = state.on(Event::Viewed(options.view.clone()), options.viewed_at);
        let till = Till {
            state: RwSignal::new(state),
            now: RwSignal::new(timer::now()),
            words: StoredValue::new(options.texts.clone()),
            kept: StoredValue::new_local(Errands::of(options)),
        };
        timer::start(till);
        till.carry_out(effects);
        till
    }

    /// Puts an event to the state and does what follows.
    pub(crate) fn tell(self, event: Event) {
        let Some(before) = self.state.try_get_untracked() else { return }; // Unmounted.
        let mut after = before.clone();
        let effects = after.on(event, timer::now());
        // Setting an equal state would wake every view.
        if after != before {
            self.state.set(after);
        }
        self.carry_out(effects);
    }

    fn carry_out(self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Tell(news) => self.tell_page(news),
                Effect::Go(url) => go(&url),
                errand => self.errands(|errands| errands.run(self, errand)).unwrap_or_default(),
            }
        }
        timer::pace(self);
    }

    /// Tells the page, once what is shown stands there.
    fn tell_page(self, news: News) {
        let Some(session) = self.errands(|errands| errands.session.clone()) else { return };
        spawn_local(async move {
            let emit = self.errands(|errands| errands.emit.clone()).flatten();
            let goes_on = emit.is_none_or(|emit| element::emit(&emit, &session, &news));
            match news {
                News::Action { url: Some(url), .. } if goes_on => go(&url),
                News::Success { .. } if !goes_on => self.tell(Event::Stayed),
                _ => {}
            }
        });
    }

    /// `None` once unmounted.
    pub(crate) fn errands<T>(self, use_them: impl FnOnce(&Errands) -> T) -> Option<T> {
        self.kept.try_with_value(use_them)
    }

    /// The words in the shopper's language.
    pub(crate) fn texts<T: Default>(self, say: impl FnOnce(&Texts) -> T) -> T {
        self.words.try_with_value(say).unwrap_or_default()
    }

    /// Reads the checkout, and wakes the caller when it changes; `None` while there is none.
    pub(crate) fn checkout<T>(self, read: impl FnOnce(&Checkout) -> T) -> Option<T> {
        self.state.with(|state| match state {
            State::Ready(checkout) => Some(read(checkout)),
            State::Loading | State::Failed(_) => None,
        })
    }

    /// The amount as the shopper writes it.
    pub(crate) fn amount(self) -> String {
        let amount = self.checkout(|checkout| checkout.view.amount.clone());
        amount.map(|amount| self.texts(|texts| money::written(&amount, &texts.locale))).unwrap_or_default()
    }

    /// Who is paid.
    pub(crate) fn payee(self) -> String {
        self.checkout(|checkout| checkout.view.payee.clone()).unwrap_or_default()
    }
}

/// Leaves for an address, unless it is a script in disguise.
fn go(url: &str) {
    if let Some(window) = web_sys::window().filter(|_| is_address(url)) {
        let _the_page_may_forbid_it = window.location().assign(url);
    }
}

/// Whether a link may be followed: anything but the schemes that run in this page.
pub(crate) fn is_address(url: &str) -> bool {
    let scheme: String = url.chars().take_while(|char| *char != ':').filter(|char| *char > ' ').collect();
    !["javascript", "data", "vbscript", "blob"].iter().any(|bad| scheme.eq_ignore_ascii_case(bad))
}

#[cfg(test)]
mod tests {
    use super::is_address;

    #[test]
    fn a_script_is_not_an_address() {
        for url in ["javascript:alert(1)", " JavaScript:alert(1)", "java\nscript:alert(1)", "data:text/html,x"] {
            assert!(!is_address(url), "{url}");
        }
        for url in ["https://shop.example/thanks?a=1", "gcash://pay?x=javascript:", "/thanks"] {
            assert!(is_address(url), "{url}");
        }
    }
}
