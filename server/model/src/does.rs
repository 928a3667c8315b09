//! What each act does to the world.

use florin_server::domain::payment::{PaymentState, Said, Source};
use florin_server::domain::reversal::{
    Reason, Refusal, ReversalSaid, ReversalState, Turn, on_reversal_said,
};
use florin_server::domain::session::SessionState;

use crate::book::{Heard, Unit};
use crate::channel::Held;
use crate::rows::{EXPIRES, Return};
use crate::world::{Act, Asker, Opening, Reply, Returner, Unlocked, World, statement};
use crate::{Sabotage, Time};

impl World {
    pub(crate) fn after(&self, act: Act, unit: Unit) -> World {
        let mut world = self.clone();
        world.does(act, unit);
        world.was_unpaid |= self.is_paid() && !world.is_paid();
        (0..world.book.payments.len()).for_each(|id| world.renumber(id));
        world
    }

    fn does(&mut self, act: Act, unit: Unit) {
        match act {
            Act::Choose(method) => self.choose(method, unit),
            Act::OpenArrives(id) => self.open_arrives(id),
            Act::OpenIn(id) => self.open_ends(id, Opening::Idle, Some(said(Said::Pending)), unit),
            Act::OpenLost(id, travels) => {
                self.open_ends(id, adrift(travels), Some(Heard::NoAnswer), unit)
            }
            Act::OpenNotSent(id) => self.open_ends(id, Opening::Idle, Some(Heard::NotSent), unit),
            Act::OpenVanishes(id) => self.opening[id] = Opening::Idle,
            Act::OpenCrashes(id) => {
                self.open_ends(id, adrift(self.opening[id] == Opening::Sent), None, unit);
            }
            Act::Pay(id, is_right) => {
                self.channel[id].held = Held::Paid;
                self.channel[id].is_wrong = !is_right;
            }
            Act::Decline(id) => self.channel[id].was_declined = true,
            Act::RunOut(id) => self.channel[id].held = Held::RanOut,
            Act::Notice(id, word) => self.notice(id, word, unit),
            Act::Write => self.write(unit),
            Act::Second(true) => self.book.returns.append(&mut self.book.unwritten),
            Act::Second(false) => self.book.unwritten.clear(),
            Act::Stop(id) => self.book.stop(id, unit),
            Act::Close => self.book.close(SessionState::Cancelled, unit),
            Act::Expire => self.book.close(SessionState::Expired, unit),
            Act::Tick => self.now = if self.now == Time::Early { Time::Over } else { Time::Late },
            Act::AdriftEnds(id, lands) => {
                self.cancel_adrift[id] = false;
                if lands {
                    self.channel[id].cancel();
                }
            }
            Act::LeaseEnds(id) => self.book.payments[id].is_leased = false,
            Act::Ask(who, _)
            | Act::QueryArrives(who)
            | Act::QueryLost(who)
            | Act::QueryIn(who)
            | Act::BeginCancel(who)
            | Act::CancelArrives(who, _)
            | Act::CancelLost(who, _)
            | Act::CancelIn(who)
            | Act::AskerCrashes(who) => {
                self.askers[who] = self.asks(act, self.askers[who], unit);
                // Whose replica it is makes no difference; the busy one first.
                self.askers.sort_unstable_by(|one, other| other.cmp(one));
            }
            Act::Return(_)
            | Act::LookArrives
            | Act::LookLost
            | Act::LookIn
            | Act::BeginReturn
            | Act::ReturnArrives(_)
            | Act::ReturnLost
            | Act::ReturnIn
            | Act::ReturnerCrashes => self.returner = self.gives_back(act, self.returner, unit),
        }
    }

    fn is_paid(&self) -> bool {
        self.book.session == SessionState::Paid
    }

    fn choose(&mut self, method: u8, unit: Unit) {
        self.chosen += 1;
        if let Some(id) = self.book.intend(method, unit) {
            self.opening[id] = Opening::Sent;
        }
        if self.chosen == self.channel.len() {
            // Nobody chooses any more: what it was makes no difference.
            self.book.payments.iter_mut().for_each(|row| row.method = 0);
        }
    }

    fn open_arrives(&mut self, id: usize) {
        self.channel[id].open();
        self.opening[id] = match self.opening[id] {
            Opening::Sent => Opening::Answered,
            Opening::Idle | Opening::Answered | Opening::Adrift => Opening::Idle,
        };
    }

    fn open_ends(&mut self, id: usize, after: Opening, heard: Option<Heard>, unit: Unit) {
        self.opening[id] = after;
        if let Some(heard) = heard {
            self.book.settle(id, heard, unit);
        }
    }

    fn notice(&mut self, id: usize, word: usize, unit: Unit) {
        if unit.sabotage == Sabotage::NoLock {
            let (answer, read) = (self.channel[id], self.book.clone());
            self.unlocked = Some(Box::new(Unlocked { id, answer, word, read }));
        } else if let Some(word) = self.channel[id].messages().nth(word) {
            self.book.settle(id, Heard::Said(statement(word, Source::Notice, None)), unit);
        }
    }

    /// Writes what was decided on what was read before, over whatever others have written since.
    fn write(&mut self, unit: Unit) {
        let Some(unlocked) = self.unlocked.take() else { return };
        let Unlocked { id, answer, word, read } = *unlocked;
        let Some(word) = answer.messages().nth(word) else { return };
        let mut decided = read.clone();
        decided.settle(id, Heard::Said(statement(word, Source::Notice, None)), unit);
        self.book.payments[id] = decided.payments[id];
        if decided.session != read.session {
            self.book.session = decided.session;
        }
        self.book.returns.extend(decided.returns.into_iter().skip(read.returns.len()));
    }

    fn asks(&mut self, act: Act, asker: Asker, unit: Unit) -> Asker {
        match (act, asker) {
            (Act::Ask(_, id), _) => self.turn(id, false, unit),
            (Act::QueryArrives(_), Asker::Asking { id, after, has_cancelled }) => {
                let answer = self.channel[id].answer();
                Asker::Answered { id, after, has_cancelled, answer }
            }
            (Act::QueryIn(_), Asker::Answered { id, after, has_cancelled, answer }) => {
                let said = statement(answer.said(), Source::Query, after);
                self.book.settle(id, Heard::Said(said), unit);
                if self.is_to_be_cancelled(id, unit) && !has_cancelled {
                    Asker::Begins { id }
                } else {
                    Asker::Idle
                }
            }
            (Act::QueryLost(_), Asker::Asking { id, .. }) => {
                self.book.settle(id, Heard::NoAnswer, unit);
                Asker::Idle
            }
            (Act::BeginCancel(_), Asker::Begins { id }) => match self.book.begin_cancel(id, unit) {
                Some(number) => Asker::Cancels { id, number },
                None => Asker::Idle,
            },
            (Act::CancelArrives(_, is_refused), Asker::Cancels { id, number }) => {
                if !is_refused {
                    self.channel[id].cancel();
                }
                Asker::Cancelled { id, number }
            }
            (
                Act::CancelLost(_, travels),
                Asker::Cancels { id, number } | Asker::Cancelled { id, number },
            ) => {
                self.cancel_adrift[id] |= travels;
                self.book.settle(id, Heard::CancelUnanswered(number), unit);
                Asker::Idle
            }
            (Act::CancelIn(_), Asker::Cancelled { id, number }) => {
                self.book.settle(id, Heard::CancelAnswered(number), unit);
                self.turn(id, true, unit)
            }
            (Act::AskerCrashes(_), gone) => {
                if let Asker::Cancels { id, .. } = gone {
                    self.cancel_adrift[id] = true;
                }
                Asker::Idle
            }
            (_, other) => other,
        }
    }

    /// The head of the loop of `flow::ask::ask`.
    fn turn(&self, id: usize, has_cancelled: bool, unit: Unit) -> Asker {
        let payment = self.book.payment(id, unit);
        match (payment.awaits_cancel(), has_cancelled) {
            (true, true) => Asker::Idle,
            (true, false) => Asker::Begins { id },
            (false, _) => Asker::Asking { id, after: payment.settled_cancel(), has_cancelled },
        }
    }

    /// `flow::ask::next`.
    fn is_to_be_cancelled(&self, id: usize, unit: Unit) -> bool {
        let row = self.book.payments[id];
        match row.state {
            PaymentState::Cancelling => true,
            state => state.is_live() && !row.confirming && unit.now.millis() >= EXPIRES,
        }
    }

    fn gives_back(&mut self, act: Act, returner: Returner, unit: Unit) -> Returner {
        match (act, returner) {
            (Act::Return(number), _) => self.take_up(number, unit),
            (Act::LookArrives, Returner::Looks { number, after }) => {
                let answer = self.channel[self.book.returns[number].payment].answer();
                Returner::Looked { number, after, answer }
            }
            (Act::LookIn, Returner::Looked { number, after, answer }) => {
                let said = statement(answer.said(), Source::Query, after);
                self.book.settle(self.book.returns[number].payment, Heard::Said(said), unit);
                match answer.said() {
                    Said::Paid { .. } | Said::Cancelled => Returner::Begins { number },
                    _ => Returner::Idle,
                }
            }
            (Act::LookLost, Returner::Looks { number, .. }) => {
                self.book.settle(self.book.returns[number].payment, Heard::NoAnswer, unit);
                Returner::Idle
            }
            (Act::BeginReturn, Returner::Begins { number }) => self.begin_return(number),
            (Act::ReturnArrives(is_refused), Returner::Calls { number, asks }) => {
                let reply = self.reply(number, asks, is_refused);
                Returner::Called { number, asks, reply }
            }
            (Act::ReturnIn, Returner::Called { number, asks, reply }) => {
                self.heard_of_return(number, asks, reply, unit)
            }
            (
                Act::ReturnLost,
                Returner::Calls { number, asks } | Returner::Called { number, asks, .. },
            ) => self.heard_of_return(number, asks, Reply::Silence, unit),
            (Act::ReturnerCrashes, _) => Returner::Idle,
            (_, other) => other,
        }
    }

    fn take_up(&self, number: usize, unit: Unit) -> Returner {
        let back = self.book.returns[number];
        if back.state != ReversalState::Intent || back.sends > 0 {
            return Returner::Begins { number };
        }
        let after = self.book.payment(back.payment, unit).settled_cancel();
        Returner::Looks { number, after }
    }

    /// `flow::reverse::begin`.
    fn begin_return(&mut self, number: usize) -> Returner {
        let back = &mut self.book.returns[number];
        match back.state {
            ReversalState::Intent => {
                back.state = ReversalState::Sent;
                // Whether it was sent more than once is all that anybody asks.
                back.sends = (back.sends + 1).min(2);
                back.refusal = Refusal::None;
                Returner::Calls { number, asks: false }
            }
            ReversalState::Sent | ReversalState::Unknown => Returner::Calls { number, asks: true },
            _ => Returner::Idle,
        }
    }

    fn reply(&mut self, number: usize, asks: bool, is_refused: bool) -> Reply {
        let channel = &mut self.channel[self.book.returns[number].payment];
        let said = match (asks, is_refused) {
            (true, _) => channel.what_of_refund(number),
            (false, false) => channel.refund(number),
            (false, true) => {
                self.has_refused = true;
                return Reply::Failed;
            }
        };
        match said {
            ReversalSaid::Done => Reply::Done,
            ReversalSaid::NotFound => Reply::NotFound,
            _ => Reply::Failed,
        }
    }

    /// `flow::reverse::write_down`: what it makes of the reversal, and whether it goes on at once.
    fn heard_of_return(&mut self, number: usize, asks: bool, reply: Reply, unit: Unit) -> Returner {
        let (now, id) = (unit.now.millis(), self.book.returns[number].payment);
        let all = self.book.returns_of(id, unit);
        let failed = all.iter().filter(|(_, one)| one.state == ReversalState::Fail).count();
        let Some((_, before)) = all.into_iter().find(|(one, _)| *one == number) else {
            return Returner::Idle;
        };
        let said = match reply {
            Reply::Done => ReversalSaid::Done,
            Reply::Failed => ReversalSaid::Failed(String::new()),
            Reply::NotFound => ReversalSaid::NotFound,
            Reply::Silence => {
                if !before.state.is_over() {
                    self.book.returns[number].state = ReversalState::Unknown;
                }
                return Returner::Idle;
            }
        };
        let turn = on_reversal_said(&before, &said, asks, failed, now);
        self.turn_return(number, &turn);
        match turn {
            Turn::Wait(_, at) | Turn::Refused(_, _, at) if at <= now => Returner::Begins { number },
            _ => Returner::Idle,
        }
    }

    /// `Desk::turn_reversal`.
    fn turn_return(&mut self, number: usize, turn: &Turn) {
        let before = self.book.returns[number];
        let back = &mut self.book.returns[number];
        match turn {
            Turn::Stay => {}
            Turn::Contradicted => self.book.payments[before.payment].asked = true,
            Turn::Wait(state, _) => back.state = *state,
            Turn::Refused(refusal, _, _) => {
                (back.state, back.refusal) = (ReversalState::Unknown, *refusal);
            }
            Turn::Done => self.book.end_return(number, ReversalState::Success),
            Turn::Fail(_) => self.book.end_return(number, ReversalState::Fail),
            Turn::Manual(_) => self.book.end_return(number, ReversalState::Manual),
            Turn::Renew(_) => {
                self.book.end_return(number, ReversalState::Fail);
                let fresh = Return::new(before.payment, before.amount, before.reason);
                self.book.returns.push(fresh);
            }
        }
        debug_assert!(before.reason != Reason::Merchant, "no merchant asks here");
    }
}

fn adrift(travels: bool) -> Opening {
    if travels { Opening::Adrift } else { Opening::Idle }
}

fn said(said: Said) -> Heard {
    Heard::Said(statement(said, Source::Reply, None))
}
