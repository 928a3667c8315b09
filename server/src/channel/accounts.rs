//! Which accounts this server has: those that the settings name, else the sandbox's of every channel. To add a channel, add
//! its row.

use std::sync::Arc;

use anyhow::{Context, ensure};

use super::alipay::{self, Alipay};
use super::antom::{self, Antom};
use super::emvco::{self, Emvco};
use super::lakala::{self, Lakala};
use super::transfer::{self, Transfer};
use super::unionpay::{self, Unionpay};
use super::wechatpay::{self, Wechatpay};
use super::{Channel, Channels};
use crate::config::{File, TransferSettings};

type Made = anyhow::Result<Arc<dyn Channel>>;

/// How a channel is made: of its table in the settings, and for the sandbox at an address.
struct Kind {
    section: &'static str,
    own: fn(&File) -> Option<Made>,
    sandbox: fn(&str) -> Made,
}

/// Every channel, in order of preference where several carry one method.
const KINDS: &[Kind] = &[
    Kind {
        section: "antom",
        own: |file| file.antom.as_ref().map(|account| shared(Antom::new(account))),
        sandbox: |host| shared(Antom::new(&antom::sandbox(host))),
    },
    Kind {
        section: "wechatpay",
        own: |file| file.wechatpay.as_ref().map(|account| shared(Wechatpay::new(account))),
        sandbox: |host| shared(Wechatpay::new(&wechatpay::sandbox(host))),
    },
    Kind {
        section: "vietqr",
        own: |file| file.vietqr.as_ref().map(|account| shared(Emvco::new("vietqr", account))),
        sandbox: |host| shared(Emvco::new("vietqr", &emvco::sandbox("vietqr", host))),
    },
    Kind {
        section: "paynow",
        own: |file| file.paynow.as_ref().map(|account| shared(Emvco::new("paynow", account))),
        sandbox: |host| shared(Emvco::new("paynow", &emvco::sandbox("paynow", host))),
    },
    Kind {
        section: "promptpay",
        own: |file| file.promptpay.as_ref().map(|account| shared(Emvco::new("promptpay", account))),
        sandbox: |host| shared(Emvco::new("promptpay", &emvco::sandbox("promptpay", host))),
    },
    Kind {
        section: "qrph",
        own: |file| file.qrph.as_ref().map(|account| shared(Emvco::new("qrph", account))),
        sandbox: |host| shared(Emvco::new("qrph", &emvco::sandbox("qrph", host))),
    },
    Kind {
        section: "fps",
        own: |file| file.fps.as_ref().map(|account| shared(Emvco::new("fps", account))),
        sandbox: |host| shared(Emvco::new("fps", &emvco::sandbox("fps", host))),
    },
    Kind {
        section: "qris",
        own: |file| file.qris.as_ref().map(|account| shared(Emvco::new("qris", account))),
        sandbox: |host| shared(Emvco::new("qris", &emvco::sandbox("qris", host))),
    },
    Kind {
        section: "transfer.eur",
        // The settings have one for each currency.
        own: |_| None,
        sandbox: |host| shared(Transfer::new("eur", &transfer::sandbox(host))),
    },
    Kind {
        section: "alipay",
        own: |file| file.alipay.as_ref().map(|account| shared(Alipay::new(account))),
        sandbox: |host| shared(Alipay::new(&alipay::sandbox(host))),
    },
    Kind {
        section: "lakala",
        own: |file| file.lakala.as_ref().map(|account| shared(Lakala::new(account))),
        sandbox: |host| shared(Lakala::new(&lakala::sandbox(host))),
    },
    Kind {
        section: "unionpay",
        own: |file| file.unionpay.as_ref().map(|account| shared(Unionpay::new(account))),
        sandbox: |host| shared(Unionpay::new(&unionpay::sandbox(host))),
    },
];

fn shared<C: Channel + 'static>(made: anyhow::Result<C>) -> Made {
    made.map(|channel| Arc::new(channel) as Arc<dyn Channel>)
}

/// An account, or why it cannot be used.
pub struct Account {
    /// Its table in the settings, which is also its channel's name.
    pub section: &'static str,
    /// The channel.
    pub channel: Made,
}

/// Those that the settings name. Where there is one, the sandbox has no part.
pub fn own(file: &File) -> Vec<Account> {
    let named = KINDS
        .iter()
        .filter_map(|kind| Some(Account { section: kind.section, channel: (kind.own)(file)? }));
    named.chain(file.transfer.iter().map(transfers)).collect()
}

fn transfers((currency, account): (&String, &TransferSettings)) -> Account {
    let channel = shared(Transfer::new(currency, account));
    Account { section: transfer::name(currency), channel }
}

/// The sandbox's account of every channel; its keys are public.
pub fn of_sandbox(host: &str) -> Vec<Account> {
    let made = |kind: &Kind| Account { section: kind.section, channel: (kind.sandbox)(host) };
    KINDS.iter().map(made).collect()
}

/// The channels of these accounts. Test and live never meet in one server (D14).
pub fn open(accounts: Vec<Account>) -> anyhow::Result<Channels> {
    ensure!(
        !accounts.is_empty(),
        "no channel: name an account in the TOML file, or let the sandbox run"
    );
    let opened = accounts.into_iter().map(|account| {
        account.channel.with_context(|| format!("[{}] cannot be used", account.section))
    });
    let channels = opened.collect::<anyhow::Result<Vec<_>>>()?;
    let live = channels.iter().filter(|channel| channel.is_live()).count();
    ensure!(
        live == 0 || live == channels.len(),
        "one account is live and another is not: test and real money never meet in one server"
    );
    Ok(Channels::new(channels))
}

#[cfg(test)]
mod tests {
    use florin_shared::Method;

    use super::*;

    #[test]
    fn the_sandbox_sells_every_method_and_each_product_names_its_channel() {
        let channels = open(of_sandbox("http://127.0.0.1:8081")).unwrap();
        for channel in channels.all() {
            for product in channel.products() {
                assert_eq!(product.channel, channel.name(), "{product:?}");
            }
        }
        for method in Method::ALL {
            let sold = channels.products().iter().any(|product| product.method == method);
            assert!(sold, "{method:?}");
        }
    }

    #[test]
    fn a_server_without_an_account_and_without_a_sandbox_has_no_channel() {
        assert!(own(&File::default()).is_empty());
        assert!(open(own(&File::default())).is_err());
    }
}
