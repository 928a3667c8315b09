//! The rules by which the sandbox misbehaves.
//!
//! A rule names a fault, a request (or `*`), and how many times it strikes. Rules are asked in
//! the order in which they were made and the first that fits is used up by one: the same rules and
//! the same calls give the same faults, every time.

use serde::{Deserialize, Serialize};

use crate::channel::{Channel, Channels, Name};
use crate::ledger::Key;

/// What can go wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Fault {
    Late,
    Silent,
    LostReply,
    WrongAmount,
    Contradiction,
    Duplicate,
    PaidAfterCancel,
    CancelReturnsMoney,
    ServerError,
    HalfBody,
    BadSignature,
    Unknown,
    Decline,
    Pending,
    RefundPending,
    RefundRefused,
    RefundFails,
    SignTest,
    PaidAgain,
    PayRefused,
}

impl Fault {
    /// Whether it can happen in this call; what happens at the payer's happens in none.
    fn happens_in(self, call: &Call) -> bool {
        match self {
            Fault::Late | Fault::BadSignature | Fault::SignTest => true,
            Fault::LostReply | Fault::ServerError | Fault::HalfBody | Fault::Unknown => {
                call.kind != Kind::Notification
            }
            Fault::WrongAmount => call.tells_amount,
            Fault::Silent
            | Fault::Contradiction
            | Fault::Duplicate
            | Fault::PaidAfterCancel
            | Fault::CancelReturnsMoney
            | Fault::Decline
            | Fault::Pending
            | Fault::RefundPending
            | Fault::RefundRefused
            | Fault::RefundFails
            | Fault::PaidAgain
            | Fault::PayRefused => false,
        }
    }

    /// Whether only some channels know it.
    fn is_special(self) -> bool {
        matches!(self, Fault::SignTest | Fault::PaidAgain | Fault::PayRefused)
    }
}

/// How long a delay is if a rule does not say.
pub(crate) const USUAL_MS: u64 = 3_000;
/// The longest delay.
const LONGEST_MS: u64 = 120_000;

/// What a call is for, whatever the channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Pay,
    Query,
    Cancel,
    Refund,
    RefundQuery,
    Notification,
    Other,
}

impl Kind {
    pub(crate) const ALL: [Kind; 7] = [
        Kind::Pay,
        Kind::Query,
        Kind::Cancel,
        Kind::Refund,
        Kind::RefundQuery,
        Kind::Notification,
        Kind::Other,
    ];

    /// The word by which a rule means this call at every channel.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Kind::Pay => "pay",
            Kind::Query => "query",
            Kind::Cancel => "cancel",
            Kind::Refund => "refund",
            Kind::RefundQuery => "refundQuery",
            Kind::Notification => "notification",
            Kind::Other => "other",
        }
    }
}

/// A call of a channel, or the notification that it sends.
#[derive(Debug)]
pub(crate) struct Call {
    /// The channel's own word for it.
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    /// Whether its answer says how much the payment is.
    pub(crate) tells_amount: bool,
}

impl Call {
    pub(crate) const fn new(name: &'static str, kind: Kind) -> Call {
        Call { name, kind, tells_amount: false }
    }

    pub(crate) const fn with_amount(name: &'static str, kind: Kind) -> Call {
        Call { name, kind, tells_amount: true }
    }

    /// Whether a rule that says `word` is about this call.
    fn is_called(&self, word: &str) -> bool {
        self.name == word || self.kind.word() == word
    }
}

/// Before or after the call has had its effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum When {
    Before,
    After,
}

/// How a fault is asked for, as it comes over the wire.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rule {
    pub(crate) fault: Fault,
    /// Whose calls; without it, every channel's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) channel: Option<Name>,
    /// The payment's number as its merchant gave it, or `*` for whichever comes next.
    #[serde(default = "anyone")]
    pub(crate) request: String,
    /// How many times it strikes.
    #[serde(default = "once")]
    pub(crate) times: u32,
    /// Which call, by the channel's own name or by the word of its [`Kind`]; without it, the fault's own usual one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) call: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) when: Option<When>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) ms: Option<u64>,
    /// `wrong_amount`: the amount that is told, in the smallest unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) value: Option<i64>,
    /// `wrong_amount`: the currency that is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) currency: Option<String>,
    /// `duplicate`: how often each notification is sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) copies: Option<u32>,
    /// `duplicate`: an older notice arrives after the newer one, where the channel has one.
    #[serde(default)]
    pub(crate) reordered: bool,
}

fn anyone() -> String {
    "*".into()
}

fn once() -> u32 {
    1
}

/// What is happening just now, for the rules to compare with.
#[derive(Clone, Copy)]
pub(crate) struct Moment<'a> {
    pub(crate) fault: Fault,
    pub(crate) call: Option<&'static Call>,
    pub(crate) when: Option<When>,
    pub(crate) key: &'a Key,
}

impl<'a> Moment<'a> {
    /// A moment that belongs to no call, such as the payer's approval.
    pub(crate) fn of(fault: Fault, key: &'a Key) -> Moment<'a> {
        Moment { fault, call: None, when: None, key }
    }

    pub(crate) fn at(self, call: &'static Call) -> Moment<'a> {
        Moment { call: Some(call), ..self }
    }

    pub(crate) fn when(self, when: When) -> Moment<'a> {
        Moment { when: Some(when), ..self }
    }
}

/// A rule that strikes, with what it leaves open filled in.
#[derive(Clone, Debug)]
pub(crate) struct Hit {
    pub(crate) ms: u64,
    pub(crate) value: Option<i64>,
    pub(crate) currency: Option<String>,
    pub(crate) copies: u32,
    pub(crate) reordered: bool,
}

#[derive(Default)]
pub(crate) struct Faults {
    rules: Vec<Rule>,
}

impl Faults {
    pub(crate) fn add(&mut self, rule: Rule) {
        self.rules.push(rule);
    }

    pub(crate) fn clear(&mut self) {
        self.rules.clear();
    }

    /// The rules that may still strike.
    pub(crate) fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// Whether a rule fits the moment, without using it up.
    pub(crate) fn would_strike(&self, moment: &Moment<'_>) -> bool {
        self.rules.iter().any(|rule| rule.fits(moment))
    }

    /// Uses up the first rule that fits the moment.
    pub(crate) fn strikes(&mut self, moment: &Moment<'_>) -> Option<Hit> {
        let at = self.rules.iter().position(|rule| rule.fits(moment))?;
        let hit = self.rules[at].hit();
        self.rules[at].times = self.rules[at].times.saturating_sub(1);
        self.rules.retain(|rule| rule.times > 0);
        Some(hit)
    }
}

impl Rule {
    /// Refuses a rule that could never strike, or would last for ever.
    pub(crate) fn check(&self, channels: &Channels) -> Result<(), String> {
        if self.times == 0 {
            return Err("times is 1 or more".into());
        }
        if self.ms.is_some_and(|ms| ms > LONGEST_MS) {
            return Err(format!("ms is at most {LONGEST_MS}"));
        }
        let knows = |channel: &dyn Channel| channel.own_faults().contains(&self.fault);
        if self.fault.is_special() && !channels.named(self.channel).any(knows) {
            return Err("this channel does not have this fault".into());
        }
        self.check_call(channels)
    }

    fn check_call(&self, channels: &Channels) -> Result<(), String> {
        let Some(word) = &self.call else { return Ok(()) };
        let calls = channels.named(self.channel).flat_map(Channel::calls);
        let meant: Vec<&Call> = calls.filter(|call| call.is_called(word)).collect();
        match meant.iter().any(|call| self.fault.happens_in(call)) {
            true => Ok(()),
            false if meant.is_empty() => Err(format!("there is no call {word}")),
            false => Err("this fault does not happen in that call".into()),
        }
    }

    fn fits(&self, moment: &Moment<'_>) -> bool {
        self.fault == moment.fault
            && self.channel.is_none_or(|channel| channel == moment.key.channel)
            && (self.request == "*" || self.request == moment.key.request)
            && moment.call.is_none_or(|call| self.is_about(call))
            && moment.when.is_none_or(|when| when == self.when())
    }

    fn is_about(&self, call: &Call) -> bool {
        let usual = match self.fault {
            Fault::WrongAmount | Fault::SignTest => Kind::Notification,
            _ => Kind::Pay,
        };
        self.call.as_deref().map_or(call.kind == usual, |word| call.is_called(word))
    }

    fn when(&self) -> When {
        self.when.unwrap_or(match self.fault {
            Fault::ServerError => When::Before,
            _ => When::After,
        })
    }

    fn hit(&self) -> Hit {
        Hit {
            ms: self.ms.unwrap_or(USUAL_MS),
            value: self.value,
            currency: self.currency.clone(),
            copies: self.copies.unwrap_or(3),
            reordered: self.reordered,
        }
    }
}

/// What the panel tells about a fault.
pub(crate) struct Guide {
    pub(crate) fault: Fault,
    pub(crate) effect: &'static str,
    pub(crate) settings: &'static str,
}

const fn guide(fault: Fault, effect: &'static str, settings: &'static str) -> Guide {
    Guide { fault, effect, settings }
}

#[rustfmt::skip]
pub(crate) const GUIDE: &[Guide] = &[
    guide(Fault::Late, "Waits before it acts (when: before) or, having acted, before it answers (when: after, the usual). With call notification, the notification is late.", "call, when, ms (3000)"),
    guide(Fault::Silent, "Sends no notification for this event.", ""),
    guide(Fault::LostReply, "Acts, then drops the connection without an answer. With when: before it drops it without acting.", "call (pay), when (after)"),
    guide(Fault::WrongAmount, "Tells another amount, by one unit if none is given.", "call (notification; or query, or pay where its answer tells an amount), value, currency"),
    guide(Fault::Contradiction, "After the notification of success sends one of failure, and after one of failure one of success. The inquiry tells the truth.", ""),
    guide(Fault::Duplicate, "Sends each notification several times. Reordered, an older notice arrives before the last copy, where the channel has one (Antom: PAYMENT_PENDING).", "copies (3), reordered"),
    guide(Fault::PaidAfterCancel, "The wallet can still pay a code that was cancelled, declined or has run out.", ""),
    guide(Fault::CancelReturnsMoney, "The payer pays while the cancel is under way; the cancel gives the money back, and a late notification of success is still sent.", ""),
    guide(Fault::ServerError, "Answers 500 without acting. With when: after it acts first.", "call (pay), when (before)"),
    guide(Fault::HalfBody, "Acts, and the answer breaks off in the middle.", "call (pay)"),
    guide(Fault::BadSignature, "Acts, and signs its answer wrongly. With call notification, every try of the notification.", "call (pay)"),
    guide(Fault::Unknown, "Acts, and answers that it does not know (Antom: U / UNKNOWN_EXCEPTION; WeChat Pay: 500 SYSTEM_ERROR). With when: before it does not act.", "call (pay), when (after)"),
    guide(Fault::Decline, "The wallet declines although the payer approves: the balance is too low. Where the channel lets the payer try again, the payment stays open.", ""),
    guide(Fault::Pending, "The payer pays, and the bank confirms it only after a while. Until then the payment is PENDING (WeChat Pay: USERPAYING).", "ms (3000)"),
    guide(Fault::RefundPending, "The refund answers that it is under way (Antom: U / REFUND_IN_PROCESS; WeChat Pay: PROCESSING) and is done after a while.", "ms (3000)"),
    guide(Fault::RefundRefused, "The refund is refused for good (Antom: F / REFUND_WINDOW_EXCEED; WeChat Pay: 400 INVALID_REQUEST); nothing is written down.", ""),
    guide(Fault::RefundFails, "The refund answers that it is under way and turns out after a while to have failed (Antom: FAIL; WeChat Pay: ABNORMAL): no money goes back.", "ms (3000)"),
    guide(Fault::PaidAgain, "The bank only: the wallet lets a code be paid that was paid already; a second credit comes under its reference.", ""),
    guide(Fault::PayRefused, "WeChat Pay, Lakala and the acquirers of our own protocol: an order is refused for good, as for an account without the product (WeChat Pay: 403 NO_AUTH); nothing is written down.", ""),
    guide(Fault::SignTest, "WeChat Pay only: a probe goes out before the notification, whose signature begins with WECHATPAY/SIGNTEST/ and must be refused. With another call, the answer is signed so.", "call (notification)"),
];

/// Amounts that cause a fault by themselves: handy where nobody can reach the fault panel.
pub(crate) const MAGIC_AMOUNTS: &[(i64, Fault)] =
    &[(4001, Fault::Decline), (4002, Fault::Silent), (4003, Fault::Pending)];

/// The fault that an amount's last four digits cause.
pub(crate) fn magic(value: i64) -> Option<Fault> {
    MAGIC_AMOUNTS.iter().find(|(ending, _)| value % 10_000 == *ending).map(|(_, fault)| *fault)
}
