//! Everybody who may touch the order at once, and what each of them may do next.

use florin_server::domain::payment::{Evidence, PaymentState, Said, Source, Statement};

use crate::Time;
use crate::book::Book;
use crate::channel::{AtChannel, Held};

/// A call that opens a payment at the channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Opening {
    /// Nobody calls.
    Idle,
    /// The request is on its way, and somebody waits for the answer.
    Sent,
    /// The channel has it; the answer is on its way.
    Answered,
    /// The request is on its way, and nobody waits any more.
    Adrift,
}

/// Somebody who runs `flow::ask::ask`: a worker of either replica, the shopper's "I have paid", a cancel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Asker {
    Idle,
    /// The question is on its way; which answered cancel it comes after was fixed before (D1).
    Asking {
        id: usize,
        after: Option<i64>,
        has_cancelled: bool,
    },
    /// The answer is on its way.
    Answered {
        id: usize,
        after: Option<i64>,
        has_cancelled: bool,
        answer: AtChannel,
    },
    /// About to mark a cancel as sent.
    Begins {
        id: usize,
    },
    /// That cancel is on its way.
    Cancels {
        id: usize,
        number: i64,
    },
    /// Its answer is on its way.
    Cancelled {
        id: usize,
        number: i64,
    },
}

impl Asker {
    /// The payment that this one has put a question about.
    fn asks(self) -> Option<usize> {
        match self {
            Asker::Asking { id, .. } | Asker::Answered { id, .. } => Some(id),
            _ => None,
        }
    }

    /// The payment whose cancel this one waits for.
    pub(crate) fn cancels(self) -> Option<usize> {
        match self {
            Asker::Cancels { id, .. } | Asker::Cancelled { id, .. } => Some(id),
            Asker::Idle | Asker::Asking { .. } | Asker::Answered { .. } | Asker::Begins { .. } => {
                None
            }
        }
    }
}

impl Asker {
    /// The number of that payment's cancel that this one knows.
    fn number_of(self, about: usize) -> Option<i64> {
        match self {
            Asker::Asking { id, after, .. } | Asker::Answered { id, after, .. } if id == about => {
                after
            }
            Asker::Cancels { id, number } | Asker::Cancelled { id, number } if id == about => {
                Some(number)
            }
            _ => None,
        }
    }

    fn number_mut(&mut self, about: usize) -> Option<&mut i64> {
        match self {
            Asker::Asking { id, after, .. } | Asker::Answered { id, after, .. } if *id == about => {
                after.as_mut()
            }
            Asker::Cancels { id, number } | Asker::Cancelled { id, number } if *id == about => {
                Some(number)
            }
            _ => None,
        }
    }
}

/// What a call about a refund has brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Reply {
    Done,
    Failed,
    NotFound,
    Silence,
}

/// Whoever runs `flow::reverse::reverse`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Returner {
    Idle,
    /// The payment is asked about before anything is sent.
    Looks {
        number: usize,
        after: Option<i64>,
    },
    Looked {
        number: usize,
        after: Option<i64>,
        answer: AtChannel,
    },
    /// About to mark it as sent, or to ask.
    Begins {
        number: usize,
    },
    /// A refund, or a question about one, is on its way.
    Calls {
        number: usize,
        asks: bool,
    },
    /// The answer is on its way.
    Called {
        number: usize,
        asks: bool,
        reply: Reply,
    },
}

impl Returner {
    /// The payment that this one has put a question about.
    fn looks_at(self, book: &Book) -> Option<usize> {
        match self {
            Returner::Looks { number, .. } | Returner::Looked { number, .. } => {
                Some(book.returns[number].payment)
            }
            _ => None,
        }
    }

    fn number_of(self, about: usize, book: &Book) -> Option<i64> {
        match self {
            Returner::Looks { number, after } | Returner::Looked { number, after, .. } => {
                after.filter(|_| book.returns[number].payment == about)
            }
            _ => None,
        }
    }

    fn number_mut(&mut self) -> Option<&mut i64> {
        match self {
            Returner::Looks { after, .. } | Returner::Looked { after, .. } => after.as_mut(),
            _ => None,
        }
    }
}

/// A unit of work that read without the lock, and will write what it decided (only when the lock is taken out).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Unlocked {
    pub id: usize,
    pub answer: AtChannel,
    pub word: usize,
    pub read: Book,
}

/// Everything.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct World {
    pub(crate) now: Time,
    pub(crate) book: Book,
    pub(crate) channel: [AtChannel; 2],
    pub(crate) opening: [Opening; 2],
    pub(crate) askers: [Asker; 2],
    pub(crate) returner: Returner,
    /// A cancel whose sender is gone is still on its way.
    pub(crate) cancel_adrift: [bool; 2],
    pub(crate) unlocked: Option<Box<Unlocked>>,
    /// How many tabs have chosen. Which of them came first makes no difference, nor what the methods are called.
    pub(crate) chosen: usize,
    /// A refund has been refused without being meant.
    pub(crate) has_refused: bool,
    /// What was paid, and may have been shown as paid, is so no more.
    pub(crate) was_unpaid: bool,
}

/// What may happen next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Act {
    /// A tab chooses a method: the second may choose what the first has chosen.
    Choose(u8),
    /// The request to open reaches the channel.
    OpenArrives(usize),
    /// The answer to it is taken in.
    OpenIn(usize),
    /// There is no answer; whether the request goes on travelling.
    OpenLost(usize, bool),
    /// It never left.
    OpenNotSent(usize),
    /// Whoever called is gone.
    OpenCrashes(usize),
    /// A request that nobody waits for is lost after all.
    OpenVanishes(usize),
    /// The payer pays; whether the right amount.
    Pay(usize, bool),
    /// The payer's first try is declined.
    Decline(usize),
    /// The code ends at the channel.
    RunOut(usize),
    /// A message, one of those that may be on their way, is delivered.
    Notice(usize, usize),
    /// What was read without a lock is written.
    Write,
    /// The second commit writes the reversals that the first has left out; or never comes, since its process is gone.
    Second(bool),
    /// The shopper cancels.
    Stop(usize),
    /// The merchant closes the session.
    Close,
    /// The session's timer.
    Expire,
    /// Time passes: past the end of the code, then past the moment at which anything may arrive.
    Tick,
    /// Somebody begins to ask.
    Ask(usize, usize),
    /// The question reaches the channel.
    QueryArrives(usize),
    /// There is no answer to it.
    QueryLost(usize),
    /// The answer is taken in.
    QueryIn(usize),
    /// A cancel is marked as sent, and sent.
    BeginCancel(usize),
    /// It reaches the channel, which may refuse.
    CancelArrives(usize, bool),
    /// There is no answer to it; whether it goes on travelling.
    CancelLost(usize, bool),
    /// The answer is taken in.
    CancelIn(usize),
    /// Whoever asked is gone.
    AskerCrashes(usize),
    /// A cancel that nobody waits for takes effect, or is lost.
    AdriftEnds(usize, bool),
    /// A cancel's lease ends: by then it has taken effect or never will.
    LeaseEnds(usize),
    /// Somebody takes a reversal up.
    Return(usize),
    /// The look at its payment reaches the channel.
    LookArrives,
    /// There is no answer to it.
    LookLost,
    /// The answer is taken in.
    LookIn,
    /// It is marked as sent, or asked about.
    BeginReturn,
    /// The call reaches the channel, which may refuse without meaning it.
    ReturnArrives(bool),
    /// There is no answer to it.
    ReturnLost,
    /// The answer is taken in.
    ReturnIn,
    /// Whoever did it is gone.
    ReturnerCrashes,
}

pub(crate) fn statement(said: Said, source: Source, after_cancel: Option<i64>) -> Statement {
    let evidence = Evidence { said, reason: String::new() };
    Statement { evidence, source, after_cancel, after_confirming: false }
}

impl World {
    pub(crate) fn new() -> World {
        World {
            now: Time::Early,
            book: Book::new(),
            channel: [AtChannel::NEW; 2],
            opening: [Opening::Idle; 2],
            askers: [Asker::Idle; 2],
            returner: Returner::Idle,
            cancel_adrift: [false; 2],
            unlocked: None,
            chosen: 0,
            has_refused: false,
            was_unpaid: false,
        }
    }

    /// Nothing is on its way, so that minutes may pass.
    pub(crate) fn is_quiet(&self) -> bool {
        self.askers == [Asker::Idle; 2]
            && self.returner == Returner::Idle
            && self.opening == [Opening::Idle; 2]
            && self.cancel_adrift == [false; 2]
            && self.unlocked.is_none()
            && self.book.unwritten.is_empty()
    }

    /// A cancel's lease outlasts every cancel that is on its way; and what counts is watched for longer than a cancel's time and
    /// a question's together (`pace::LOST_CANCEL`), so that no question outlasts that which began before it.
    pub(crate) fn may_lose_lease(&self, id: usize) -> bool {
        let row = self.book.payments[id];
        let is_travelling = self.askers.iter().any(|asker| asker.cancels() == Some(id));
        let is_looked_at = self.askers.iter().any(|asker| asker.asks() == Some(id))
            || self.returner.looks_at(&self.book) == Some(id);
        let is_over = row.state != PaymentState::Success || !is_looked_at;
        row.is_leased && is_over && !is_travelling && !self.cancel_adrift[id]
    }

    /// Cancels are told apart by their numbers, and which is later; nothing else is asked of a number. So those that nobody
    /// knows any more are left out, and a cancel that is repeated for ever is one state and not many.
    pub(crate) fn renumber(&mut self, id: usize) {
        let row = self.book.payments[id];
        let back = self.returner.number_of(id, &self.book);
        let held = self.askers.iter().filter_map(|asker| asker.number_of(id)).chain(back);
        let mut known: Vec<i64> = held.chain([0, row.cancels_sent, row.cancels_answered]).collect();
        known.sort_unstable();
        known.dedup();
        let rank = |number: i64| (0..).zip(&known).find(|(_, one)| **one == number);
        let rank = |number: &mut i64| *number = rank(*number).map_or(0, |(rank, _)| rank);
        rank(&mut self.book.payments[id].cancels_sent);
        rank(&mut self.book.payments[id].cancels_answered);
        self.askers.iter_mut().filter_map(|asker| asker.number_mut(id)).for_each(rank);
        if let Some(number) = self.returner.number_mut().filter(|_| back.is_some()) {
            rank(number);
        }
    }

    pub(crate) fn is_open(&self, id: usize) -> bool {
        self.channel[id].held == Held::Open
    }
}
