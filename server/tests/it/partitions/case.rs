//! One case: a payment up to its moment, the channel away, the channel back, and what the books say then.

use std::collections::BTreeMap;
use std::time::Duration;

use florin_server::clock::Millis;
use florin_server::domain::payment::{Payment, PaymentState, Role};
use florin_server::domain::reversal::{Reversal, ReversalState};
use florin_server::flow::{cancel, view};
use florin_server::store::checks::{self, When};
use florin_server::store::{payments, reversals};
use florin_server::worker;
use florin_shared::SessionId;
use florin_shared::session::SessionStatus;
use florin_shared::shopper::{PaymentStatus, StatusView};

use super::road::{Call, Cut, Far, NAME, Row};
use super::time::Process;
use super::{Length, MINUTE, Moment, SECOND};
use crate::sequences::lane::Lane;
use crate::support::MERCHANT;

mod people;

pub use people::session;

const AMOUNT: i64 = 25_000;

/// G3.
const SETTLED: Millis = 10 * SECOND;

/// How long after the beginning, and before the end, the workers look as often as they really do.
const EDGE: Millis = 12 * SECOND;
/// How often that is when nobody rings.
const LOOK: Millis = 500;

/// How long a message to the merchant takes at most, in real time.
const PATIENCE: Duration = Duration::from_secs(60);

/// What a case has shown.
pub struct Told {
    /// How long after the channel was back everything was settled; nothing when nothing was unknown.
    pub settled: Option<Millis>,
    pub wrong: Vec<String>,
    /// The channel's book.
    pub rows: BTreeMap<String, Row>,
}

pub struct Case<'l> {
    cut: Cut,
    length: Length,
    moment: Moment,
    process: Process<'l>,
    trans_id: String,
    session: SessionId,
    wrong: Vec<String>,
}

pub fn name((cut, Length(length, _), moment): (Cut, Length, Moment)) -> String {
    let moment = match moment {
        Moment::BeforePay => "before_pay",
        Moment::PaySent => "pay_sent",
        Moment::CodeShown => "code_shown",
        Moment::ShopperPaid => "shopper_paid",
        Moment::CancelSent => "cancel_sent",
        Moment::RefundSent => "refund_sent",
    };
    format!("{}/{length}/{moment}", cut.name())
}

/// What is stored of the order.
struct Stored {
    payments: Vec<Payment>,
    reversals: Vec<Reversal>,
    shown: StatusView,
}

impl Stored {
    fn last(&self) -> Option<&Payment> {
        self.payments.last()
    }

    fn is_over(&self) -> bool {
        self.payments.iter().all(|payment| payment.state.is_final())
            && self.shown.status != SessionStatus::Processing
    }
}

impl<'l> Case<'l> {
    pub async fn tell(lane: &'l Lane, all: (Cut, Length, Moment)) -> Told {
        let (cut, length, moment) = all;
        let far = Far::new(lane.clock.clone());
        let trans_id = name(all);
        let seed =
            trans_id.bytes().fold(7, |sum: u64, byte| sum * 31 % 1_000_003 + u64::from(byte));
        let process = Process::begin(lane, &far, seed << 24).await;
        let session = session(&process.app, &lane.hook, &trans_id, 30 * MINUTE).await;
        let mut case = Case { cut, length, moment, process, trans_id, session, wrong: Vec::new() };
        case.goes_away().await;
        case.is_away().await;
        let settled = case.is_back().await;
        case.comes_to_rest().await;
        let wrong = case.wrong.iter().map(|what| format!("{}: {what}", case.trans_id)).collect();
        Told { settled, wrong, rows: case.process.far.rows() }
    }

    /// Up to the moment at which the road breaks.
    async fn goes_away(&mut self) {
        match self.moment {
            Moment::BeforePay => {
                self.process.far.breaks(self.cut);
                self.pays().await;
            }
            Moment::PaySent => {
                self.process.far.breaks_at(Call::Pay, self.cut);
                self.pays().await;
            }
            Moment::CodeShown => {
                self.pays().await;
                self.process.far.breaks(self.cut);
            }
            Moment::ShopperPaid => {
                self.pays().await;
                self.process.far.breaks(self.cut);
                self.waits(300).await;
                self.approves().await;
            }
            Moment::CancelSent => {
                self.pays().await;
                self.process.far.breaks_at(Call::Cancel, self.cut);
                let (app, session) = (self.process.app.clone(), self.session.clone());
                let id = self.stored().await.last().unwrap().id.clone();
                self.process.does(async move { cancel::cancel(&app, &session, &id).await }).await;
            }
            Moment::RefundSent => {
                self.pays().await;
                self.approves().await;
                self.hears().await;
                self.process.far.breaks_at(Call::Refund, self.cut);
                self.refunds().await;
            }
        }
        self.must(self.process.far.is_broken(), "the road never broke");
    }

    /// The workers go on, and the shopper looks now and then. In the middle of a long night they look more seldom: what they
    /// do is the same again and again, but for one thing: the process is killed, and begins again.
    async fn is_away(&mut self) {
        let begun = self.process.now();
        let end = begun + self.length.1;
        let mut was_killed = false;
        while self.process.now() < end {
            let (since, left) = (self.process.now() - begun, end - self.process.now());
            let step = match () {
                () if since < EDGE || left <= EDGE => LOOK,
                () if since < 40 * MINUTE => MINUTE,
                () => 60 * MINUTE,
            };
            if since > 35 * MINUTE && !was_killed {
                was_killed = true;
                self.process.restart().await;
            }
            let soonest = if left > EDGE { left - EDGE } else { left };
            self.waits(step.min(soonest)).await;
            self.nothing_unknown_is_called_over().await;
        }
        self.keeps_the_rules(When::Always).await;
    }

    /// Gives how long it takes until nothing is unknown.
    async fn is_back(&mut self) -> Option<Millis> {
        self.process.far.heals();
        let (begun, calls) = (self.process.now(), self.process.far.calls().len());
        let was_unknown = !self.is_settled().await;
        // What waits for its payer only is paid now, and told: the road is whole.
        if self.moment == Moment::CodeShown && self.length.1 < 14 * MINUTE {
            self.approves().await;
            self.hears().await;
        }
        while !self.is_settled().await && self.process.now() - begun <= SETTLED {
            self.waits(LOOK).await;
            self.nothing_unknown_is_called_over().await;
        }
        let took = self.process.now() - begun;
        let is_settled = self.is_settled().await;
        self.must(is_settled && took <= SETTLED, &format!("not settled after {took} ms"));
        let first = self.process.far.calls().get(calls).copied();
        let is_question = first.is_none_or(|(_, call)| call.is_question());
        self.must(is_question, &format!("the first call is {first:?}"));
        was_unknown.then_some(took)
    }

    /// Whoever can still pay does; then time passes until nothing is left to do, and the books are compared.
    async fn comes_to_rest(&mut self) {
        if self.can_pay_again().await {
            self.pays().await;
        }
        self.approves().await;
        self.hears().await;
        for _ in 0..60 {
            self.waits(MINUTE).await;
            self.tells().await;
            if self.is_at_rest().await {
                break;
            }
        }
        self.must(self.is_at_rest().await, "it never comes to rest");
        self.waits(2 * MINUTE).await;
        self.keeps_the_rules(When::AtRest).await;
        self.books_agree().await;
    }

    /// The merchant is told what waits for it. Its answers come in real time.
    async fn tells(&self) {
        let app = &self.process.app;
        worker::run_all_once(app).await.unwrap();
        let sent = async {
            while app.courier.lanes.under_way() > 0 {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        tokio::time::timeout(PATIENCE, sent).await.expect("the merchant's messages arrive");
    }

    async fn waits(&mut self, time: Millis) {
        self.process.wait_until(self.process.now() + time).await;
    }

    // What must be so.

    fn must(&mut self, is_so: bool, what: &str) {
        if !is_so {
            self.wrong.push(what.to_owned());
        }
    }

    async fn stored(&self) -> Stored {
        let mut tx = self.process.app.store.read().await.unwrap();
        let payments = payments::of_order(&mut tx, MERCHANT, &self.trans_id).await.unwrap();
        let mut all = Vec::new();
        for payment in &payments {
            all.extend(reversals::of_payment(&mut tx, &payment.id).await.unwrap());
        }
        drop(tx);
        let shown = view::status(&self.process.app, &self.session).await.unwrap();
        Stored { payments, reversals: all, shown }
    }

    /// Nothing was sent, and we know it.
    fn is_known_to_be_unsent(&self) -> bool {
        self.moment == Moment::BeforePay && self.cut.is_noticed()
    }

    async fn nothing_unknown_is_called_over(&mut self) {
        let stored = self.stored().await;
        let rows = self.process.far.rows();
        let now = self.process.now();
        let row = stored.last().and_then(|payment| rows.get(&payment.request_id));
        let is_nothing =
            row.is_none_or(|row| row.paid.is_none() && (row.is_closed || row.expires <= now));
        // A slow road tells the truth, late; a broken one tells nothing.
        let is_told = !self.process.far.is_broken() || (self.cut == Cut::Slow && row.is_some());
        let may_be_over = (is_nothing && is_told) || self.is_known_to_be_unsent();
        let shown = &stored.shown;
        let is_over =
            matches!(shown.payment_status, Some(PaymentStatus::Fail | PaymentStatus::Cancelled));
        let is_lost = stored.reversals.iter().any(|reversal| reversal.state == ReversalState::Fail);
        let told = format!("shown {shown:?}, stored {:?}", stored.last());
        self.must((!is_over || may_be_over) && !is_lost, &told);
    }

    async fn is_settled(&mut self) -> bool {
        let stored = self.stored().await;
        let Some(last) = stored.last() else { return false };
        let is_past = self.length.1 > 30 * MINUTE;
        match self.moment {
            Moment::RefundSent => {
                stored.reversals.iter().any(|reversal| reversal.state == ReversalState::Success)
            }
            Moment::ShopperPaid => last.role == Role::Accepted,
            Moment::CancelSent => {
                last.state == PaymentState::Cancelled && (!is_past || stored.is_over())
            }
            _ if is_past => stored.is_over(),
            Moment::CodeShown => last.role == Role::Accepted,
            Moment::BeforePay if self.is_known_to_be_unsent() => last.state == PaymentState::Fail,
            Moment::BeforePay | Moment::PaySent => {
                last.state == PaymentState::Processing && !last.action.is_empty()
            }
        }
    }

    async fn can_pay_again(&self) -> bool {
        let stored = self.stored().await;
        let is_final = stored.payments.iter().all(|payment| payment.state.is_final());
        is_final && stored.shown.status == SessionStatus::Processing
    }

    async fn is_at_rest(&self) -> bool {
        let mut tx = self.process.app.store.read().await.unwrap();
        let open = payments::waiting(&mut tx, NAME, 0, 1).await.unwrap();
        let back = reversals::waiting(&mut tx, NAME, 0, 1).await.unwrap();
        let untold: Vec<(i64,)> = tx
            .sql("select seq from outbox where trans_id = $1 and state = 'PENDING'")
            .bind(self.trans_id.clone())
            .all()
            .await
            .unwrap();
        drop(tx);
        let shown = self.stored().await.shown;
        let is_over = shown.status != SessionStatus::Processing;
        open.is_empty() && back.is_empty() && untold.is_empty() && is_over
    }

    async fn keeps_the_rules(&mut self, when: When) {
        let mut tx = self.process.app.store.read().await.unwrap();
        let broken = checks::run(&mut tx, when, self.process.now()).await.unwrap();
        drop(tx);
        self.must(broken.is_empty(), &format!("{broken:?}"));
    }

    /// The channel holds what is accepted and not given back, for one payment at most, and knows of nothing that we do not.
    async fn books_agree(&mut self) {
        let (stored, rows) = (self.stored().await, self.process.far.rows());
        let paid = rows.values().filter(|row| row.paid.is_some()).count();
        self.must(paid <= 1, &format!("charged {paid} times"));
        let is_kept = self.moment != Moment::RefundSent
            && stored.payments.iter().any(|payment| payment.role == Role::Accepted);
        let held: i64 = rows.values().map(Row::held).sum();
        let should = if is_kept { AMOUNT } else { 0 };
        self.must(held == should, &format!("the channel holds {held} of {should}"));
        for request in rows.keys() {
            let is_ours = stored.payments.iter().any(|ours| ours.request_id == *request);
            self.must(is_ours, "the channel knows of a payment that we do not");
        }
        let is_paid = stored.shown.status == SessionStatus::Success;
        let is_right = is_paid == (paid == 1);
        self.must(
            is_right,
            &format!("paid {paid} times, and the session is {:?}", stored.shown.status),
        );
        let is_long = self.length.1 > 30 * MINUTE;
        let pays = matches!(self.moment, Moment::ShopperPaid | Moment::RefundSent);
        self.must(
            is_paid == (pays || !is_long),
            "the shopper's payment did not come to its right end",
        );
    }
}
