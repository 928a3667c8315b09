//! What every view is handed when markup is drawn: a state that stands still.

use std::cell::RefCell;
use std::sync::Arc;

use super::dom::El;
use crate::money;
use crate::state::State;
use crate::texts::Texts;

thread_local! {
    /// What is being drawn on this thread. Views are plain functions of a [`Till`] that is copied freely, so it is kept here.
    static DRAWN: RefCell<Option<Drawn>> = const { RefCell::new(None) };
}

#[derive(Clone)]
struct Drawn {
    state: Arc<State>,
    texts: Arc<Texts>,
    sent: Sent,
}

/// How what is pressed gets away.
#[derive(Clone)]
pub(crate) enum Sent {
    /// By the program, or by the loader before it.
    Program,
    /// By the list's own form, until there is a program.
    Form(Post),
    /// By the one form that the whole page is: no program will ever come.
    Page,
}

/// A form that sends what is chosen in the list.
#[derive(Clone, Debug)]
pub struct Post {
    /// Where to.
    pub action: String,
    /// Whether the answer replaces the whole window, of which this page may be a part.
    pub leaves_frame: bool,
    /// What it says besides the method.
    pub fields: Vec<(&'static str, String)>,
}

/// The checkout that is being drawn. There is one only inside of [`draw`].
#[derive(Clone, Copy)]
pub(crate) struct Till(());

/// Draws what `views` makes of a state.
pub(crate) fn draw(
    state: State,
    texts: Arc<Texts>,
    sent: Sent,
    views: fn(Till) -> Vec<El>,
) -> String {
    DRAWN.set(Some(Drawn { state: Arc::new(state), texts, sent }));
    let mut html = String::with_capacity(4096);
    for el in views(Till(())) {
        el.write(&mut html);
    }
    DRAWN.set(None);
    html
}

impl Till {
    fn drawn<T>(read: fn(&Drawn) -> T) -> Option<T> {
        DRAWN.with_borrow(|drawn| drawn.as_ref().map(read))
    }

    /// What is to be shown.
    pub(crate) fn state(self) -> Arc<State> {
        self.state_now().unwrap_or_else(|| Arc::new(State::Loading))
    }

    /// The same, as the browser's one has it.
    pub(crate) fn state_now(self) -> Option<Arc<State>> {
        Till::drawn(|drawn| drawn.state.clone())
    }

    /// How what is pressed gets away.
    pub(crate) fn sent(self) -> Sent {
        Till::drawn(|drawn| drawn.sent.clone()).unwrap_or(Sent::Program)
    }

    /// The moment at which the view was read.
    pub(crate) fn now(self) -> u64 {
        0
    }

    /// The words in the shopper's language.
    pub(crate) fn words(self) -> Arc<Texts> {
        Till::drawn(|drawn| drawn.texts.clone()).unwrap_or_default()
    }

    /// The amount, between its marks.
    pub(crate) fn amount(self) -> String {
        let state = self.state();
        let amount = state.checkout().map(|checkout| &checkout.view.amount);
        amount.map(|amount| money::written(amount, &self.words().locale)).unwrap_or_default()
    }

    /// Whether what is drawn is about a method; here there is one list, with all of them.
    pub(crate) fn wants(self, _: &str) -> bool {
        true
    }

    /// This is the page that always works.
    pub(crate) fn hosted(self) -> String {
        String::new()
    }
}
