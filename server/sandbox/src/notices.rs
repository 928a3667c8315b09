//! What a merchant is told unasked, and how the faults bend it. The channel writes the words.

use crate::channel::{Channel, Signed, Told};
use crate::faults::{self, Call, Fault, Hit, Kind, Moment};
use crate::ledger::{Key, Opened, Payment, Refund};
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
    /// The payer said no, and may still say yes: nobody is told.
    NotYet,
    /// A terminal has taken it up, or has let it go.
    Moved,
}

/// The payment's amount, unless a fault tells another one in this call.
pub(crate) fn amount_told(world: &World, opened: &Opened, call: &'static Call) -> Money {
    let moment = Moment::of(Fault::WrongAmount, &opened.key).at(call);
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
    if faults::magic(payment.amount().value) == Some(Fault::Silent) || news == News::NotYet {
        return;
    }
    let channel = world.channels.of(payment.opened.key.channel);
    let call = notification(channel);
    let teller =
        Teller { world, channel, payment, amount: amount_told(world, &payment.opened, call) };
    let mut story = teller.story(news);
    let may_be_contradicted = news != News::Moved;
    if may_be_contradicted
        && world.strikes(&Moment::of(Fault::Contradiction, &payment.opened.key)).is_some()
    {
        story.extend(teller.told(opposite(news), 0));
    }
    Sending { world, channel, key: &payment.opened.key, url }.send(story, teller.stale());
}

/// Sends the merchant news about a refund, when it is done.
pub(crate) fn tell_refund(world: &World, payment: &Payment, made: &Refund, url: &str) {
    let key = &payment.opened.key;
    let channel = world.channels.of(key.channel);
    let Some(body) = channel.refund_notice(payment, made, made.settles_ms) else { return };
    let wait = (made.settles_ms - made.at_ms).max(0) as u64;
    Sending { world, channel, key, url }.send(vec![(body.clone(), wait)], Some(body));
}

/// Bodies in the order in which they are sent, each with how long it waits first.
type Story = Vec<(String, u64)>;

struct Teller<'a> {
    world: &'a World,
    channel: &'a dyn Channel,
    payment: &'a Payment,
    amount: Money,
}

impl Teller<'_> {
    fn story(&self, news: News) -> Story {
        let parts = match news {
            News::PaidAfter(ms) => vec![self.told(Told::Pending, 0), self.told(Told::Paid, ms)],
            News::Paid => vec![self.told(Told::Paid, 0)],
            News::Failed => vec![self.told(Told::Failed, 0)],
            News::Moved => vec![self.told(Told::Pending, 0)],
            News::NotYet => Vec::new(),
        };
        parts.into_iter().flatten().collect()
    }

    fn told(&self, told: Told, wait: u64) -> Option<(String, u64)> {
        Some((self.body(told)?, wait))
    }

    /// An older notice, for those that arrive in the wrong order.
    fn stale(&self) -> Option<String> {
        self.body(Told::Pending)
    }

    fn body(&self, told: Told) -> Option<String> {
        self.channel.notice(self.payment, &self.amount, told, self.world.clock.now())
    }
}

fn opposite(news: News) -> Told {
    match news {
        News::Paid | News::PaidAfter(_) => Told::Failed,
        News::Failed | News::NotYet | News::Moved => Told::Paid,
    }
}

/// The channel's name for what it sends unasked.
fn notification(channel: &dyn Channel) -> &'static Call {
    let mut calls = channel.calls().iter();
    calls.find(|call| call.kind == Kind::Notification).unwrap_or(&channel.calls()[0])
}

struct Sending<'a> {
    world: &'a World,
    channel: &'a dyn Channel,
    key: &'a Key,
    url: &'a str,
}

impl Sending<'_> {
    /// Hands the notices over to the postman, as far as the faults let them through.
    fn send(&self, story: Story, stale: Option<String>) {
        if self.strikes(Fault::Silent).is_some() {
            return;
        }
        let late = self.struck(Fault::Late).map_or(0, |hit| hit.ms);
        let forged = self.struck(Fault::BadSignature).is_some();
        let copies = self.strikes(Fault::Duplicate);
        let story = repeated(story, copies.as_ref(), stale);
        let signed = if forged { Signed::Wrongly } else { Signed::Well };
        let probe = self.probe(&story);
        let notices = story.into_iter().map(|(body, wait)| self.notice(body, wait + late, signed));
        self.world.postman.send(probe.into_iter().chain(notices).collect());
    }

    /// A probe goes ahead of the first notice, in its words.
    fn probe(&self, story: &Story) -> Option<Notice> {
        let (body, _) = story.first()?;
        self.struck(Fault::SignTest).map(|_| self.notice(body.clone(), 0, Signed::AsProbe))
    }

    fn notice(&self, body: String, wait_ms: u64, signed: Signed) -> Notice {
        Notice { channel: self.key.channel, url: self.url.to_owned(), body, wait_ms, signed }
    }

    fn strikes(&self, fault: Fault) -> Option<Hit> {
        self.world.strikes(&Moment::of(fault, self.key))
    }

    /// The same, for what is bound to the notification.
    fn struck(&self, fault: Fault) -> Option<Hit> {
        self.world.strikes(&Moment::of(fault, self.key).at(notification(self.channel)))
    }
}

/// Each notice as often as asked; reordered, an older one comes before the last copy.
fn repeated(story: Story, copies: Option<&Hit>, stale: Option<String>) -> Story {
    let Some(hit) = copies else { return story };
    let mut more = Story::new();
    for (body, wait) in story {
        more.push((body.clone(), wait));
        more.extend((1..hit.copies).map(|_| (body.clone(), 0)));
    }
    if let Some(stale) = stale.filter(|_| hit.reordered) {
        more.insert(more.len().saturating_sub(1).max(1).min(more.len()), (stale, 0));
    }
    more
}
