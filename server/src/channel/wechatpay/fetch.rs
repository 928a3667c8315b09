//! The platform certificates are fetched: at the first need, again twice a day, and when something is signed by one that is not held
//! (`protocols/wechatpay-v3.md` 3). One fetch at a time, and each cause has its own pause, so that a stranger with forged messages neither
//! makes us ask more than once a minute nor keeps us from asking when we need to. A fetch runs aside, to its end, whoever gives up on it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::time::{Instant, timeout};

use super::certificate::Certificate;
use super::line::{Line, Said};
use super::list;
use crate::channel::transport::{By, Reply, no_answer};
use crate::channel::{ChannelError, patience};

/// WeChat Pay wants the list asked for at intervals below twelve hours.
const LIFE: Duration = Duration::from_secs(11 * 60 * 60);

const MINUTE: Duration = Duration::from_secs(60);

/// From the end of a try to the next while nothing can be done without: each shopper asks, and WeChat Pay may be back. From its beginning it
/// would be over when one that hung ends, and whoever came next would hang as long.
const SOON: Duration = Duration::from_secs(5);

/// How long anybody waits for the list. "Nothing was sent" must be known sooner than six seconds after a payment was written down, when it is
/// asked about and may go out again (`flow/ask.rs`, `CALLING`). Of these a call that waited here still needs its own turn and its connection
/// (`transport.rs`): 0.3 s and 3 s, so 2.7 s are the most. The fetch itself has a question's patience: a list that comes in the fifth second is
/// there for the next.
const WAIT: Duration = Duration::from_secs(2);

const NOT_HAD: &str = "WeChat Pay's platform certificates cannot be had";

const LATE: &str = "WeChat Pay has not sent them within two seconds";

/// So WeChat Pay answers for whoever became its merchant since there are public keys.
const NONE: &str =
    "it has none for this merchant (HTTP 404): name its public key, public_key_id and public_key";

/// Why the list is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cause {
    /// Nothing is held that is believed now.
    Need,
    /// What is held is old.
    Age,
    /// An answer to our own question is signed by one that is not held.
    Answer,
    /// So is a message, which anybody may have sent.
    Message,
}

/// When each cause asked last, and what came of the fetches.
#[derive(Default)]
pub(super) struct Pace {
    asked: [Option<Instant>; 4],
    fetched: Option<Instant>,
    /// How many have ended, well or not.
    ended: u64,
    /// Why the last of them brought nothing.
    why_not: Option<String>,
}

impl Pace {
    /// Whether this cause may ask now, which it then has.
    fn may(&mut self, cause: Cause, pause: Duration, now: Instant) -> bool {
        let asked = &mut self.asked[cause as usize];
        if asked.is_some_and(|asked| now < asked + pause) {
            return false;
        }
        *asked = Some(now);
        true
    }

    /// A fetch for this cause is over; its pause begins.
    fn end(&mut self, cause: Cause, done: &Result<(), String>, now: Instant) {
        self.asked[cause as usize] = Some(now);
        self.ended += 1;
        self.why_not = done.as_ref().err().cloned();
        if done.is_ok() {
            self.fetched = Some(now);
        }
    }

    /// What came of what was waited for since so many had ended. Without a fetch since then it is the last one's word.
    fn outcome(&self, before: u64) -> Result<(), String> {
        match &self.why_not {
            Some(why) => Err(why.clone()),
            None if self.ended > before => Ok(()),
            None => Err(format!("{NOT_HAD}: they were asked for a moment ago")),
        }
    }

    fn is_old(&self, now: Instant) -> bool {
        self.fetched.is_none_or(|fetched| now >= fetched + LIFE)
    }
}

/// What a fetch needs beside the line.
#[derive(Default)]
pub(super) struct Fetching {
    pace: Mutex<Pace>,
    flight: Arc<tokio::sync::Mutex<()>>,
}

impl Line {
    /// Before something is asked: by what the answer will be proved is held, else it is fetched. The sentence says why it cannot be; then
    /// nothing may be sent, since nobody could read what comes back.
    pub(super) async fn ready(self: &Arc<Self>) -> Result<(), String> {
        if !self.keys.fetches() {
            return Ok(());
        }
        if self.keys.holds_one(self.clock.now()) {
            self.renew();
            return Ok(());
        }
        match self.fetch_once(Cause::Need).await {
            Err(_) if self.keys.knows_one_by_hand() => Ok(()),
            // One that ended between the two looks has brought it.
            Err(_) if self.keys.holds_one(self.clock.now()) => Ok(()),
            done => done,
        }
    }

    /// The first fetch, before anybody needs it.
    pub(super) fn begin(self: &Arc<Self>) {
        if self.keys.fetches() && !self.keys.holds_one(self.clock.now()) {
            self.fetch_aside(Cause::Need);
        }
    }

    /// The list again, if that is due; whoever asks does not wait for it.
    pub(super) fn renew(self: &Arc<Self>) {
        if self.keys.fetches() && self.pace(|pace| pace.is_old(Instant::now())) {
            self.fetch_aside(Cause::Age);
        }
    }

    /// Fetches, if this cause may, and nobody waits for it.
    pub(super) fn fetch_aside(self: &Arc<Self>, cause: Cause) {
        // Readers of messages are also called where nothing runs aside.
        let Ok(handle) = Handle::try_current() else { return };
        let Ok(flight) = self.fetching.flight.clone().try_lock_owned() else { return };
        if self.may(cause) {
            let line = self.clone();
            handle.spawn(async move {
                line.fetch(cause).await;
                drop(flight);
            });
        }
    }

    /// Fetches for somebody who waits for it, but no longer than `WAIT`. Who comes while another fetch is under way has what comes of that one,
    /// also if it is nothing: a queue in which each tries for itself would grow for as long as WeChat Pay is silent.
    pub(super) async fn fetch_once(self: &Arc<Self>, cause: Cause) -> Result<(), String> {
        let before = self.pace(|pace| pace.ended);
        self.fetch_aside(cause);
        match timeout(WAIT, self.fetching.flight.lock()).await {
            Ok(_ended) => self.pace(|pace| pace.outcome(before)),
            Err(_) => Err(format!("{NOT_HAD}: {LATE}")),
        }
    }

    fn may(&self, cause: Cause) -> bool {
        let is_urgent = cause == Cause::Need && !self.keys.knows_one_by_hand();
        let pause = if is_urgent { SOON } else { MINUTE };
        self.pace(|pace| pace.may(cause, pause, Instant::now()))
    }

    async fn fetch(&self, cause: Cause) {
        let (target, patience) = (list::TARGET, patience::QUERY);
        let read = |reply: &Reply| self.listed(&Said::of(reply));
        let asked = self.call("certificates", By::Get, target, patience, String::new(), read);
        let done = asked.await.map_err(words).map(|certificates| {
            let serials: Vec<_> = certificates.iter().map(|one| one.serial.as_str()).collect();
            tracing::info!(?serials, "WeChat Pay's platform certificates were fetched");
            self.keys.hold(certificates);
        });
        if let Err(why) = &done {
            tracing::warn!(why);
        }
        self.pace(|pace| pace.end(cause, &done, Instant::now()));
    }

    /// The certificates of this answer. The very first is believed since each certificate opens by the APIv3 key, and since one of them, valid
    /// now, has signed the whole, a moment ago; later ones no less. What WeChat Pay lists no longer is believed no longer.
    fn listed(&self, said: &Said) -> Result<Vec<Certificate>, ChannelError> {
        said.to_us()?;
        match said.status {
            200 => {}
            404 => return Err(no_answer(NONE)),
            status => return Err(no_answer(format!("HTTP {status}"))),
        }
        let list = list::opened(&self.seal, &said.body).map_err(no_answer)?;
        self.keys.verify_by(&list, &said.signed(), self.clock.now()).map_err(no_answer)?;
        Ok(list)
    }

    fn pace<T>(&self, of: impl FnOnce(&mut Pace) -> T) -> T {
        of(&mut self.fetching.pace.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn words(error: ChannelError) -> String {
    match error {
        ChannelError::NotSent(why) | ChannelError::NoAnswer(why) => format!("{NOT_HAD}: {why}"),
        ChannelError::Refused { code } => format!("{NOT_HAD}: {code}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channel::transport::Limits;
    use crate::channel::wechatpay::tests::certificates::{found, settled, world, world_within};
    use crate::channel::wechatpay::tests::silence::three_are_not_sent;
    use crate::domain::payment::Said::NotFound;

    #[tokio::test]
    async fn an_old_list_is_fetched_again_and_nobody_waits_for_it() {
        let (wechatpay, world) = world(|_| ()).await;
        assert_eq!(found(&wechatpay).await, Ok(NotFound));
        wechatpay.line.pace(|pace| pace.fetched = None);
        for _ in 0..3 {
            assert_eq!(found(&wechatpay).await, Ok(NotFound));
            settled().await;
            assert_eq!(world.fetched(), 2);
        }
    }

    #[tokio::test]
    async fn whoever_waited_has_what_came_of_the_fetch_and_after_the_silence_the_next_succeeds() {
        let limits = Limits { total: Duration::from_secs(1), ..Limits::default() };
        let (wechatpay, world) = world_within(limits, |_| ()).await;
        let later = |by| {
            wechatpay.line.pace(|pace| {
                pace.asked.iter_mut().flatten().for_each(|asked| *asked -= by);
            });
        };
        world.hang(true);
        three_are_not_sent(&wechatpay, "time-out", Duration::from_millis(1900)).await;
        world.hang(false);
        later(Duration::from_millis(4200));
        three_are_not_sent(&wechatpay, "time-out", Duration::from_millis(500)).await;
        assert_eq!(world.fetched(), 1, "five seconds after it began, four after it ended");
        later(Duration::from_secs(1));
        assert_eq!(found(&wechatpay).await, Ok(NotFound));
        assert_eq!(world.fetched(), 2);
    }

    #[test]
    fn a_pause_begins_when_a_fetch_ends_and_every_end_counts() {
        let (mut pace, begun) = (Pace::default(), Instant::now());
        let after = |seconds| begun + Duration::from_secs(seconds);
        assert!(pace.may(Cause::Need, SOON, begun));
        pace.end(Cause::Need, &Err("time-out".into()), after(5));
        assert_eq!(pace.outcome(0), Err("time-out".into()));
        for (seconds, may) in [(5, false), (9, false), (10, true)] {
            assert_eq!(pace.may(Cause::Need, SOON, after(seconds)), may, "at {seconds}");
        }
        pace.end(Cause::Need, &Ok(()), after(11));
        assert_eq!(pace.outcome(1), Ok(()));
        assert!(pace.outcome(2).is_err(), "nothing has ended since");
    }

    #[test]
    fn nothing_was_sent_is_known_before_the_payment_may_go_out_again() {
        let Limits { turn, connect, .. } = Limits::default();
        assert!(WAIT + turn + connect < Duration::from_secs(6));
    }

    #[test]
    fn each_cause_has_its_own_pause_and_the_list_grows_old() {
        let (mut pace, begun) = (Pace::default(), Instant::now());
        let after = |seconds| begun + Duration::from_secs(seconds);
        for (cause, seconds, may) in [
            (Cause::Message, 0, true),
            (Cause::Message, 59, false),
            (Cause::Answer, 1, true),
            (Cause::Answer, 60, false),
            (Cause::Need, 1, true),
            (Cause::Age, 1, true),
            (Cause::Message, 60, true),
            (Cause::Message, 119, false),
            (Cause::Answer, 61, true),
        ] {
            assert_eq!(pace.may(cause, MINUTE, after(seconds)), may, "{cause:?} at {seconds}");
        }
        assert!(pace.is_old(begun), "nothing was ever fetched");
        pace.end(Cause::Age, &Ok(()), begun);
        assert!(!pace.is_old(after(11 * 3600 - 1)) && pace.is_old(after(11 * 3600)));
    }
}
