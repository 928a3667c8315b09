//! The rules by which the sandbox misbehaves.
//!
//! A rule names a fault, a request (or `*`), and how many times it strikes. Rules are asked in
//! the order in which they were made and the first that fits is used up by one: the same rules and
//! the same calls give the same faults, every time.

use serde::{Deserialize, Serialize};

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
}

impl Fault {
    /// The calls in which it can happen; none for what happens at the payer's.
    fn calls(self) -> &'static [Call] {
        match self {
            Fault::Late | Fault::BadSignature => &Call::ALL,
            Fault::LostReply | Fault::ServerError | Fault::HalfBody | Fault::Unknown => {
                &Call::ALL[..6]
            }
            Fault::WrongAmount => &[Call::Pay, Call::InquiryPayment, Call::Notification],
            Fault::Silent
            | Fault::Contradiction
            | Fault::Duplicate
            | Fault::PaidAfterCancel
            | Fault::CancelReturnsMoney
            | Fault::Decline
            | Fault::Pending
            | Fault::RefundPending
            | Fault::RefundRefused
            | Fault::RefundFails => &[],
        }
    }
}

/// How long a delay is if a rule does not say.
pub(crate) const USUAL_MS: u64 = 3_000;
/// The longest delay.
const LONGEST_MS: u64 = 120_000;

/// The calls of the channel, and the notification it sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Call {
    Pay,
    InquiryPayment,
    Cancel,
    Refund,
    InquiryRefund,
    Consult,
    Notification,
}

impl Call {
    pub(crate) const ALL: [Call; 7] = [
        Call::Pay,
        Call::InquiryPayment,
        Call::Cancel,
        Call::Refund,
        Call::InquiryRefund,
        Call::Consult,
        Call::Notification,
    ];
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
    /// The `paymentRequestId`, or `*` for whichever comes next.
    #[serde(default = "anyone")]
    pub(crate) request: String,
    /// How many times it strikes.
    #[serde(default = "once")]
    pub(crate) times: u32,
    /// Which call; without it, the fault's own usual one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) call: Option<Call>,
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
    /// `duplicate`: an older notice (PAYMENT_PENDING) arrives after the newer one.
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
    pub(crate) call: Option<Call>,
    pub(crate) when: Option<When>,
    pub(crate) request: &'a str,
}

impl<'a> Moment<'a> {
    /// A moment that belongs to no call, such as the payer's approval.
    pub(crate) fn of(fault: Fault, request: &'a str) -> Moment<'a> {
        Moment { fault, call: None, when: None, request }
    }

    pub(crate) fn at(self, call: Call) -> Moment<'a> {
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
    pub(crate) fn check(&self) -> Result<(), String> {
        if self.times == 0 {
            return Err("times is 1 or more".into());
        }
        if self.ms.is_some_and(|ms| ms > LONGEST_MS) {
            return Err(format!("ms is at most {LONGEST_MS}"));
        }
        match self.call {
            Some(call) if !self.fault.calls().contains(&call) => {
                Err("this fault does not happen in that call".into())
            }
            _ => Ok(()),
        }
    }

    fn fits(&self, moment: &Moment<'_>) -> bool {
        self.fault == moment.fault
            && (self.request == "*" || self.request == moment.request)
            && moment.call.is_none_or(|call| call == self.call())
            && moment.when.is_none_or(|when| when == self.when())
    }

    fn call(&self) -> Call {
        self.call.unwrap_or(match self.fault {
            Fault::WrongAmount => Call::Notification,
            _ => Call::Pay,
        })
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
    guide(Fault::WrongAmount, "Tells another amount, by one unit if none is given.", "call (notification; or inquiryPayment, pay), value, currency"),
    guide(Fault::Contradiction, "After the notification of success sends one of failure, and after one of failure one of success. The inquiry tells the truth.", ""),
    guide(Fault::Duplicate, "Sends each notification several times. Reordered, an older notice (PAYMENT_PENDING) arrives before the last copy.", "copies (3), reordered"),
    guide(Fault::PaidAfterCancel, "The wallet can still pay a code that was cancelled, declined or has run out.", ""),
    guide(Fault::CancelReturnsMoney, "The payer pays while the cancel is under way; the cancel gives the money back, and a late notification of success is still sent.", ""),
    guide(Fault::ServerError, "Answers 500 without acting. With when: after it acts first.", "call (pay), when (before)"),
    guide(Fault::HalfBody, "Acts, and the answer breaks off in the middle.", "call (pay)"),
    guide(Fault::BadSignature, "Acts, and signs its answer wrongly. With call notification, every try of the notification.", "call (pay)"),
    guide(Fault::Unknown, "Acts, and answers U / UNKNOWN_EXCEPTION. With when: before it does not act.", "call (pay), when (after)"),
    guide(Fault::Decline, "The wallet declines although the payer approves: the balance is too low.", ""),
    guide(Fault::Pending, "The payer pays, and the bank confirms it only after a while. Until then the payment is PENDING.", "ms (3000)"),
    guide(Fault::RefundPending, "The refund answers U / REFUND_IN_PROCESS and is done after a while.", "ms (3000)"),
    guide(Fault::RefundRefused, "The refund is refused for good with F / REFUND_WINDOW_EXCEED; nothing is written down.", ""),
    guide(Fault::RefundFails, "The refund answers U / REFUND_IN_PROCESS and turns out after a while to have failed: no money goes back.", "ms (3000)"),
];

/// Amounts that cause a fault by themselves: handy where nobody can reach the fault panel.
pub(crate) const MAGIC_AMOUNTS: &[(i64, Fault)] =
    &[(4001, Fault::Decline), (4002, Fault::Silent), (4003, Fault::Pending)];

/// The fault that an amount's last four digits cause.
pub(crate) fn magic(value: i64) -> Option<Fault> {
    MAGIC_AMOUNTS.iter().find(|(ending, _)| value % 10_000 == *ending).map(|(_, fault)| *fault)
}
