//! What somebody may do next, by the dice.

use florin_server::clock::Millis;
use florin_shared::Method;

use super::story::{MINUTE, SECOND, Story};

/// What somebody does.
#[derive(Clone, Debug)]
pub enum Act {
    NewSession {
        amount: i64,
        life: Millis,
    },
    Pay {
        session: usize,
        method: Method,
    },
    /// The merchant scans a payment code, or sends the same request again.
    Charge {
        number: usize,
    },
    Poll {
        session: usize,
    },
    Approve {
        payment: usize,
    },
    Decline {
        payment: usize,
    },
    Cancel {
        payment: usize,
    },
    Check {
        payment: usize,
    },
    Close {
        session: usize,
    },
    /// A message arrives; a copy of it may stay behind and come again.
    Notice {
        which: usize,
        keep: bool,
    },
    /// A message that has been told already, or not yet, arrives out of its turn.
    Repeat {
        which: usize,
    },
    Contradict {
        payment: usize,
    },
    GiveBack {
        payment: usize,
    },
    Release {
        which: usize,
    },
    Pass {
        time: Millis,
    },
    Work,
    /// The merchant gives money back: so many tenths of the order, or all that is left; under a new number or one that
    /// was used before.
    Refund {
        payment: usize,
        tenths: Option<i64>,
        again: bool,
    },
    /// A person says what became of what no channel would return.
    Resolve {
        which: usize,
        kept: bool,
    },
    Restart {
        store: bool,
    },
}

impl Story<'_> {
    pub fn method(&mut self) -> Method {
        self.dice.weighted(&[(5, Method::Gcash), (4, Method::Maya), (2, Method::BankTransfer)])
    }

    pub fn act(&mut self) -> Act {
        let session = self.session();
        let payment = self.payment();
        let which = self.dice.below(1 << 20);
        let kind = self.dice.weighted(&[
            (4, 0),
            (16, 1),
            (7, 2),
            (17, 3),
            (4, 4),
            (11, 5),
            (5, 6),
            (2, 7),
            (14, 8),
            (4, 9),
            (4, 10),
            (1, 11),
            (6, 12),
            (16, 13),
            (14, 14),
            (4, 15),
            (9, 16),
            (1, 17),
            (8, 18),
        ]);
        match kind {
            0 => Act::NewSession {
                amount: self.dice.weighted(&[(8, 25_000), (2, 31_000)]),
                life: self.dice.one_of(&[2 * MINUTE, 30 * MINUTE, 180 * MINUTE]),
            },
            1 => Act::Pay { session, method: self.method() },
            2 => Act::Poll { session },
            3 => Act::Approve { payment },
            4 => Act::Decline { payment },
            5 => Act::Cancel { payment },
            6 => Act::Check { payment },
            7 => Act::Close { session },
            8 => Act::Notice { which, keep: self.dice.is_under(30) },
            9 => Act::Repeat { which },
            10 => Act::Contradict { payment },
            11 => Act::GiveBack { payment },
            12 => Act::Release { which },
            13 => Act::Pass { time: self.time() },
            14 => Act::Work,
            16 => self.refund(payment),
            17 => Act::Resolve { which, kept: self.dice.is_under(50) },
            18 => self.charge(),
            _ => Act::Restart { store: self.dice.is_under(20) },
        }
    }

    /// Three codes for an order: whoever scans often sends one of them again.
    pub fn charge(&mut self) -> Act {
        Act::Charge { number: self.dice.below(3) }
    }

    fn refund(&mut self, payment: usize) -> Act {
        Act::Refund {
            payment,
            tenths: self.dice.one_of(&[None, Some(1), Some(2), Some(3), Some(5), Some(8)]),
            again: self.dice.is_under(20),
        }
    }

    /// What happens when it is all about money going back.
    pub fn act_of_return(&mut self) -> Act {
        let payment = self.payment();
        let which = self.dice.below(1 << 20);
        match self.dice.weighted(&[(10, 0), (3, 1), (3, 2), (3, 3), (2, 4), (2, 5), (1, 6)]) {
            0 => self.refund(payment),
            1 => Act::GiveBack { payment },
            2 => Act::Notice { which, keep: self.dice.is_under(30) },
            3 => Act::Pass { time: self.time() },
            4 => Act::Work,
            5 => Act::Release { which },
            _ => Act::Resolve { which, kept: self.dice.is_under(50) },
        }
    }

    fn time(&mut self) -> Millis {
        self.dice.weighted(&[
            (6, SECOND),
            (6, 4 * SECOND),
            (5, 21 * SECOND),
            (4, 61 * SECOND),
            (3, 6 * MINUTE),
            (2, 15 * MINUTE),
            (2, 31 * MINUTE),
            (1, 200 * MINUTE),
        ])
    }

    /// Mostly the newest.
    fn session(&mut self) -> usize {
        let count = self.sessions.lock().unwrap().len();
        self.mostly_last(count)
    }

    fn payment(&mut self) -> usize {
        let count = self.channel.requests().len();
        self.mostly_last(count)
    }

    fn mostly_last(&mut self, count: usize) -> usize {
        if self.dice.is_under(60) { count.saturating_sub(1) } else { self.dice.below(count) }
    }
}
