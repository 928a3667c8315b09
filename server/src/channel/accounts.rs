//! Which accounts this server has: those that the settings name, else the sandbox's of every channel. To add a channel, add
//! its row.

use std::sync::Arc;

use anyhow::{Context, ensure};

use super::acquirer::{self, Acquirer};
use super::alipay::{self, Alipay};
use super::antom::{self, Antom};
use super::emvco::{self, Emvco};
use super::lakala::{self, Lakala};
use super::one_code::OneCode;
use super::renamed::Renamed;
use super::transfer::{self, Transfer};
use super::unionpay::{self, Unionpay};
use super::wechatpay::{self, Wechatpay};
use super::{Channel, Channels};
use crate::config::given::{self, Given};
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
    Kind {
        section: "ecny",
        own: |file| file.ecny.as_ref().map(|account| shared(Acquirer::new("ecny", account))),
        sandbox: |host| shared(Acquirer::new("ecny", &acquirer::sandbox("ecny", host))),
    },
    Kind {
        section: "pos",
        own: |file| file.pos.as_ref().map(|account| shared(Acquirer::new("pos", account))),
        sandbox: |host| shared(Acquirer::new("pos", &acquirer::sandbox("pos", host))),
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

/// Accounts that are transferred to by hand: the settings have one for each currency.
fn transfers((currency, account): (&String, &TransferSettings)) -> Account {
    let channel = shared(Transfer::new(currency, account));
    Account { section: transfer::name(currency), channel }
}

/// The sandbox's account of every channel; its keys are public.
pub fn of_sandbox(host: &str) -> Vec<Account> {
    let made = |kind: &Kind| Account { section: kind.section, channel: (kind.sandbox)(host) };
    let in_euro = ("eur".to_owned(), transfer::sandbox(host));
    let by_hand = transfers((&in_euro.0, &in_euro.1));
    KINDS.iter().map(made).chain([by_hand]).collect()
}

/// Whether a merchant may have an account of its own at this channel.
pub fn is_for_merchants(section: &str) -> bool {
    KINDS.iter().any(|kind| kind.section == section) || transfer::currency_of(section).is_some()
}

/// At which channels that is, for people.
pub fn for_merchants() -> String {
    let all: Vec<&str> = KINDS.iter().map(|kind| kind.section).collect();
    format!("{}, or transfer. and a currency, such as transfer.eur", all.join(", "))
}

/// The channel of a merchant's own account with these settings, under the account's name.
///
/// # Errors
/// There is no such channel, or the settings are none of its: a key that cannot be read, a host that is none.
pub fn of_merchant(section: &str, given: &Given, name: &str) -> Made {
    ensure!(is_for_merchants(section), "there is no channel {section}");
    // Of a file with one account in it there is one channel.
    let made = own(&given::file(section, given)?).pop();
    let channel = made.with_context(|| format!("{section} has no settings"))?.channel?;
    Ok(Arc::new(Renamed::new(name, channel)))
}

/// Whether this host is the channel's own, which a merchant's account there may name without anybody's leave. It is nobody else's: an
/// account that speaks to a host of another channel would never be answered, and believe whoever has its keys.
pub fn is_own_host(section: &str, host: &str) -> bool {
    HOSTS.iter().any(|(of, hosts)| *of == section && hosts.contains(&host))
}

/// The hosts of the channels themselves. Banks, operators and acquirers have each their own.
const HOSTS: &[(&str, &[&str])] = &[
    (
        "antom",
        &[
            "https://open-na-global.alipay.com",
            "https://open-sea-global.alipay.com",
            "https://open-de-global.alipay.com",
        ],
    ),
    ("wechatpay", &["https://api.mch.weixin.qq.com", "https://api2.mch.weixin.qq.com"]),
    ("alipay", &["https://openapi.alipay.com", "https://openapi-sandbox.dl.alipaydev.com"]),
    ("lakala", &["https://s2.lakala.com", "https://test.wsmsd.cn/sit"]),
    ("unionpay", &["https://gateway.95516.com", "https://gateway.test.95516.com"]),
];

/// The channels of these accounts. Test and live never meet in one server (D14).
pub fn open(accounts: Vec<Account>) -> anyhow::Result<Channels> {
    ensure!(
        !accounts.is_empty(),
        "no channel: name an account in the TOML file, or let the sandbox run"
    );
    let opened = accounts.into_iter().map(|account| {
        account.channel.with_context(|| format!("[{}] cannot be used", account.section))
    });
    let mut channels = opened.collect::<anyhow::Result<Vec<_>>>()?;
    let live = channels.iter().filter(|channel| channel.is_live()).count();
    ensure!(
        live == 0 || live == channels.len(),
        "one account is live and another is not: test and real money never meet in one server"
    );
    // Whom it is sold to is found for each merchant (`flow/sellers.rs`); what is shown of it lives on with whichever accounts there are.
    channels.push(Arc::new(OneCode::shown(live > 0)));
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
