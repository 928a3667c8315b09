//! What the channel tells the merchant unasked (`protocols/antom.md` 8), and how faults bend it.

use serde_json::{Value, json};

use super::refund;
use super::verdict::Verdict;
use crate::clock;
use crate::faults::{self, Call, Fault, Hit, Moment};
use crate::ledger::{Opened, Payment, Refund};
use crate::money::Money;
use crate::notify::Notice;
use crate::world::World;

/// What happened to a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum News {
    Paid,
    /// Paid, and confirmed only after this many milliseconds.
    PaidAfter(u64),
    Failed,
}

/// The payment's amount, unless a fault tells another one in this call.
pub(super) fn amount_told(world: &World, opened: &Opened, call: Call) -> Money {
    let moment = Moment::of(Fault::WrongAmount, &opened.request).at(call);
    match world.strikes(&moment) {
        None => opened.amount.clone(),
        Some(hit) => Money {
            currency: hit.currency.unwrap_or_else(|| opened.amount.currency.clone()),
            value: hit.value.unwrap_or(opened.amount.value + 1),
        },
    }
}

/// Sends the merchant news about a payment.
pub(crate) fn tell(world: &World, payment: &Payment, news: News) {
    let Some(url) = &payment.opened.notify_url else { return };
    if faults::magic(payment.amount().value) == Some(Fault::Silent) {
        return;
    }
    let teller = Teller { world, payment, amount: told_amount(world, payment) };
    let mut story = teller.story(news);
    if teller.strikes(Fault::Contradiction).is_some() {
        story.push((teller.result(opposite(news)), 0));
    }
    send(world, &payment.opened.request, url, story, &teller.pending());
}

/// Sends the merchant news about a refund, when it is done.
pub(super) fn tell_refund(world: &World, payment: &Payment, made: &Refund, url: &str) {
    let mut body = refund::body(payment, made);
    body["notifyType"] = "REFUND_RESULT".into();
    body["refundStatus"] = made.word(made.settles_ms).into();
    body["paymentId"] = payment.opened.payment_id.clone().into();
    body["result"] = match made.fails {
        true => Verdict::refused("PROCESS_FAIL", "the refund has failed").to_wire(),
        false => Verdict::success().to_wire(),
    };
    let wait = (made.settles_ms - made.at_ms).max(0) as u64;
    send(world, &payment.opened.request, url, vec![(body.clone(), wait)], &body);
}

/// Bodies in the order in which they are sent, each with how long it waits first.
type Story = Vec<(Value, u64)>;

struct Teller<'a> {
    world: &'a World,
    payment: &'a Payment,
    amount: Money,
}

impl Teller<'_> {
    fn story(&self, news: News) -> Story {
        match news {
            News::PaidAfter(ms) => vec![(self.pending(), 0), (self.result(News::Paid), ms)],
            News::Paid | News::Failed => vec![(self.result(news), 0)],
        }
    }

    fn result(&self, news: News) -> Value {
        let mut body = self.body("PAYMENT_RESULT");
        if news == News::Failed {
            let why = "the payment was refused";
            body["result"] = Verdict::refused(self.payment.reason(), why).to_wire();
        } else {
            let paid_ms = self.payment.captured.map_or_else(clock::now, |capture| capture.at_ms);
            body["paymentTime"] = clock::iso(paid_ms).into();
        }
        body
    }

    fn pending(&self) -> Value {
        self.body("PAYMENT_PENDING")
    }

    fn body(&self, kind: &str) -> Value {
        let opened = &self.payment.opened;
        json!({
            "notifyType": kind,
            "result": Verdict::success().to_wire(),
            "paymentRequestId": opened.request,
            "paymentId": opened.payment_id,
            "paymentAmount": self.amount.to_wire(),
            "paymentCreateTime": clock::iso(opened.at_ms),
        })
    }

    fn strikes(&self, fault: Fault) -> Option<Hit> {
        self.world.strikes(&Moment::of(fault, &self.payment.opened.request))
    }
}

fn told_amount(world: &World, payment: &Payment) -> Money {
    amount_told(world, &payment.opened, Call::Notification)
}

fn opposite(news: News) -> News {
    match news {
        News::Paid | News::PaidAfter(_) => News::Failed,
        News::Failed => News::Paid,
    }
}

/// Hands the notices over to the postman, as far as the faults let them through.
fn send(world: &World, request: &str, url: &str, story: Story, stale: &Value) {
    if world.strikes(&Moment::of(Fault::Silent, request)).is_some() {
        return;
    }
    let told = |fault| world.strikes(&Moment::of(fault, request).at(Call::Notification));
    let late = told(Fault::Late).map_or(0, |hit| hit.ms);
    let forged = told(Fault::BadSignature).is_some();
    let copies = world.strikes(&Moment::of(Fault::Duplicate, request));
    let story = repeated(story, copies.as_ref(), stale);
    let notice = |(body, wait): (Value, u64)| Notice {
        url: url.to_owned(),
        body: body.to_string(),
        wait_ms: wait + late,
        forged,
    };
    world.postman.send(story.into_iter().map(notice).collect());
}

/// Each notice as often as asked; reordered, an older one comes before the last copy.
fn repeated(story: Story, copies: Option<&Hit>, stale: &Value) -> Story {
    let Some(hit) = copies else { return story };
    let mut more = Story::new();
    for (body, wait) in story {
        more.push((body.clone(), wait));
        more.extend((1..hit.copies).map(|_| (body.clone(), 0)));
    }
    if hit.reordered {
        more.insert(more.len().saturating_sub(1).max(1), (stale.clone(), 0));
    }
    more
}
