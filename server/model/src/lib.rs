//! Model checking of the races (T02): one order, everybody who may touch it at once, and every order in which they may.
//!
//! The people: two tabs, a payer, the session's timer, the merchant who closes, the channel's messages
//! (doubled, late, in any order), two workers who ask and cancel, one who gives back; each may be cut off in the midst of a call,
//! whose request goes on travelling. Every state that they can bring about is visited, and every promise is asked of it.
//!
//! Messages come and people are cut off as often as it takes, not a number of times: that is more than any number, and far fewer states, since no
//! state remembers how many are left.
//!
//! What is decided is decided by the server's own `domain`: `Order::on_statement`, `may_decide`, the methods of `Payment`
//! and `Session`, `on_reversal_said`, `correct`. The database is what it promises to be: one unit after the other under the order's
//! lock. What `flow` does around them is told again in `book.rs` and `does.rs` and must be kept like it; `tests/it/sequences` runs the
//! real one.
//!
//! # What is assumed
//! A cancel takes effect within its lease of 30 s or never (`Act::LeaseEnds`), also one whose answer was waited for in vain; a call that began before a code's end has ended
//! two minutes after it (`Act::Tick`); a refund's request does not outlive its call, and is refused without being meant once. There
//! is no bank that confirms (D11), no second session (D8), no refund that the merchant asks for; `Bounds` has the rest.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Mutex, PoisonError};

use florin_server::clock::Millis;
use florin_server::domain::order::LateSuccess;
use stateright::{Model, Property};

mod book;
mod channel;
mod does;
mod may;
mod promises;
mod rows;
mod settled;
mod world;

pub use world::{Act, World};

/// The three times of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Time {
    /// Before the end of the session and of its codes.
    Early,
    /// After it.
    Over,
    /// Long after it: what the channel took by then it knows of.
    Late,
}

impl Time {
    fn millis(self) -> Millis {
        match self {
            Time::Early => 1_000,
            Time::Over => 100_000,
            Time::Late => 300_000,
        }
    }
}

/// What is taken out, to see that it is missed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sabotage {
    /// Nothing.
    Nothing,
    /// D1: any success is believed, whatever became of our cancel.
    BelieveAfterCancel,
    /// D1: nobody asks again after more than one cancel, the first of which was lost.
    ForgetLostCancels,
    /// I4: what may not be kept gets no reversal.
    KeepTheSurplus,
    /// I4: the reversal is written in a second commit, before which whoever writes it may be gone.
    ReverseLater,
    /// R1: what is written was decided on what was read some time before.
    NoLock,
}

/// How much may happen. Whatever is bounded here, every order of it is tried.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Tabs that choose a method, and so payments: 1 or 2.
    pub tabs: usize,
    /// Who may ask and cancel at once: 1 or 2.
    pub askers: usize,
    /// The channel's messages arrive, each as often and as late as it likes.
    pub notices: bool,
    /// Who may be cut off, as often as it comes: who opens, who asks, who gives back.
    pub crashes: [bool; 3],
    /// A cancel whose answer was waited for in vain may still land.
    pub strays: bool,
    /// The shopper cancels.
    pub stops: bool,
    /// The merchant closes the session.
    pub closes: bool,
    /// Another amount may come.
    pub wrong_amounts: bool,
    /// A payer's first try may be declined.
    pub declines: bool,
}

/// The races for one order.
pub struct Races {
    bounds: Bounds,
    sabotage: Sabotage,
    late_success: LateSuccess,
    /// States that are known to come to rest.
    settled: Mutex<HashSet<u64>>,
}

impl Races {
    /// Everybody, within these bounds.
    pub fn new(bounds: Bounds, sabotage: Sabotage, late_success: LateSuccess) -> Races {
        Races { bounds, sabotage, late_success, settled: Mutex::default() }
    }

    fn after(&self, world: &World, act: Act) -> World {
        let (sabotage, late_success) = (self.sabotage, self.late_success);
        world.after(act, book::Unit { now: world.now, sabotage, late_success })
    }

    fn has_settled(&self, world: &World) -> bool {
        let settled = self.settled.lock().unwrap_or_else(PoisonError::into_inner);
        settled.contains(&mark(world))
    }

    fn remember(&self, worlds: Vec<World>) {
        let mut settled = self.settled.lock().unwrap_or_else(PoisonError::into_inner);
        settled.extend(worlds.iter().map(mark));
    }
}

fn mark(world: &World) -> u64 {
    let mut hasher = DefaultHasher::new();
    world.hash(&mut hasher);
    hasher.finish()
}

impl Model for Races {
    type State = World;
    type Action = Act;

    fn init_states(&self) -> Vec<World> {
        vec![World::new()]
    }

    fn actions(&self, world: &World, acts: &mut Vec<Act>) {
        acts.extend(world.acts(self.bounds));
    }

    fn next_state(&self, world: &World, act: Act) -> Option<World> {
        Some(self.after(world, act)).filter(|next| next != world)
    }

    fn properties(&self) -> Vec<Property<Races>> {
        promises::all()
    }
}
