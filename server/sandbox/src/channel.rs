//! What a channel has to say for itself, and the table of those that are played.
//!
//! A new channel is a folder beside this file, a name in [`Name`] and a line in [`Channels::load`].
//! The book, the wallet, the faults and the postman know channels by this trait alone.

use std::sync::Arc;

use axum::Router;
use reqwest::StatusCode;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::acquirer::Acquirer;
use crate::alipay::Alipay;
use crate::antom::Antom;
use crate::bank::Bank;
use crate::faults::{Call, Fault};
use crate::lakala::Lakala;
use crate::ledger::{Opened, Payment, Refund};
use crate::money::Money;
use crate::unionpay::Unionpay;
use crate::wechatpay::WechatPay;
use crate::world::World;

/// A channel's name, as it stands in the book and in the rules of the fault panel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Name {
    /// Also where an old book names none: it was the only one.
    #[default]
    Antom,
    Wechatpay,
    /// The bank whose app scans the codes that the shop makes by itself.
    Bank,
    /// Mainland China's own Alipay, which is another protocol than Antom's.
    Alipay,
    /// Lakala's cashier.
    Lakala,
    /// UnionPay's gateway in mainland China.
    Unionpay,
    /// An operator of digital RMB, by Florin's own protocol.
    Ecny,
    /// An acquirer with terminals at counters, by the same.
    Pos,
}

/// What a notice says of a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    Pending,
    Paid,
    Failed,
}

/// How a message is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signed {
    Well,
    /// Well formed, and of another body.
    Wrongly,
    /// As the channel's own probes are, which a careful receiver refuses.
    AsProbe,
}

/// What remains of a payment whose payer says no.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// It has failed for good.
    Fails,
    /// It waits on, and the payer may change their mind.
    StaysOpen,
}

/// Headers of a message, the signature among them.
pub(crate) type Headers = Vec<(&'static str, String)>;

/// One channel's side of its protocol, as far as the shared parts have to know it.
pub(crate) trait Channel: Send + Sync {
    fn name(&self) -> Name;

    /// Its calls; what it sends unasked is one of them.
    fn calls(&self) -> &'static [Call];

    /// Faults that only this channel knows.
    fn own_faults(&self) -> &'static [Fault];

    fn routes(&self) -> Router<Arc<World>>;

    /// The code of the ledger within what was scanned or typed, if it has this channel's form.
    fn read_code(&self, text: &str) -> Option<String>;

    /// The payment of which nothing but this code tells, since nobody opened it: the how manieth under its reference. At
    /// most channels a payment is opened by its merchant.
    fn opens(&self, _text: &str, _number: usize, _now: i64) -> Option<Opened> {
        None
    }

    /// How the codes begin that this channel's payer shows at a counter: paid at once, or by password.
    fn payment_code(&self, at_once: bool) -> Option<&'static str>;

    /// How many digits such a code has.
    fn payment_code_digits(&self) -> usize {
        18
    }

    /// What people call the method of this payment.
    fn title(&self, payment: &Payment) -> &'static str;

    fn refused_by_payer(&self, payment: &Payment) -> Refused;

    /// The body of a notice; nothing where the channel has none of this kind. `amount` is the one to tell.
    fn notice(&self, payment: &Payment, amount: &Money, told: Told, now: i64) -> Option<String>;

    /// The body that tells how a refund ended.
    fn refund_notice(&self, payment: &Payment, refund: &Refund, now: i64) -> Option<String>;

    /// The headers with which a notice goes to `url` now.
    fn notice_headers(&self, url: &Url, body: &str, signed: Signed, now: i64) -> Headers;

    /// What is sent of `body`, for channels whose signature stands within it.
    fn notice_body(&self, body: &str, _: Signed) -> String {
        body.to_owned()
    }

    fn is_acknowledged(&self, status: StatusCode, body: &[u8]) -> bool;

    /// The pauses after a notice that was not acknowledged, in milliseconds; after the last it is given up.
    fn pauses_ms(&self) -> &'static [u64];
}

/// Every channel that is played.
#[derive(Clone)]
pub(crate) struct Channels(Arc<[Box<dyn Channel>]>);

impl Channels {
    /// The table.
    pub(crate) fn load() -> anyhow::Result<Channels> {
        let all: Vec<Box<dyn Channel>> = vec![
            Box::new(Antom::load()?),
            Box::new(WechatPay::load()?),
            Box::new(Alipay::load()?),
            Box::new(Lakala::load()?),
            Box::new(Bank::load()?),
            Box::new(Unionpay::load()?),
            Box::new(Acquirer::load(Name::Ecny)?),
            Box::new(Acquirer::load(Name::Pos)?),
        ];
        Ok(Channels(all.into()))
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &dyn Channel> {
        self.0.iter().map(|channel| &**channel)
    }

    /// The channel of this name; every name is in the table, or the first would answer.
    pub(crate) fn of(&self, name: Name) -> &dyn Channel {
        let found = self.all().find(|channel| channel.name() == name);
        found.unwrap_or(&*self.0[0])
    }

    /// The channels that a rule about `name`, or about any, may mean.
    pub(crate) fn named(&self, name: Option<Name>) -> impl Iterator<Item = &dyn Channel> {
        self.all().filter(move |channel| name.is_none_or(|name| name == channel.name()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::faults::Kind;

    #[test]
    fn every_channel_can_be_found_and_says_how_it_notifies() {
        let channels = Channels::load().unwrap();
        for channel in channels.all() {
            assert_eq!(channels.of(channel.name()).name(), channel.name());
            let kinds: Vec<Kind> = channel.calls().iter().map(|call| call.kind).collect();
            let both = [Kind::Query, Kind::Notification];
            let opened = [Kind::Pay, Kind::Cancel, Kind::Refund];
            // A bank is asked to open, to stop and to return nothing.
            let kinds_of = match channel.name() {
                Name::Bank => &[][..],
                // There is no call by which a code could be closed.
                Name::Unionpay => &[Kind::Pay, Kind::Refund][..],
                _ => &opened[..],
            };
            for kind in both.iter().chain(kinds_of) {
                assert!(kinds.contains(kind), "{:?} has no {kind:?}", channel.name());
            }
        }
    }
}
