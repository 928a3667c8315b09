//! Why each method is offered, disabled or hidden: the very decision that the shopper's list and `pay` take, told with
//! its reasons.

use florin_shared::explain::{ChannelExplained, Choice, ExplainView, Explained, Verdict};
use florin_shared::shopper::Unavailable;
use florin_shared::{Method, Money};

use super::{looks, sellers};

use crate::app::App;
use crate::channel::Channel;
use crate::clock::Millis;
use crate::domain::offer::{self, Passed, Product, Wanted};
use crate::domain::scene::Seen;
use crate::domain::session::{Session, home_of};
use crate::own::Sellers;
use crate::store::merchants::Merchant;

/// What is asked about.
#[derive(Clone, Debug)]
pub struct About {
    /// The session, if one was named.
    pub session: Option<Session>,
    /// How much.
    pub amount: Money,
    /// ISO 3166 alpha-2, or empty.
    pub country: String,
    /// Milliseconds until the session ends.
    pub rest: Millis,
    /// Where the shopper is.
    pub seen: Seen,
}

impl About {
    /// About this session, as it stands now.
    pub fn session(session: Session, now: Millis, seen: Seen) -> About {
        About {
            amount: session.amount,
            country: session.home().to_owned(),
            rest: session.rest(now),
            session: Some(session),
            seen,
        }
    }

    /// About an amount, in a session of this length.
    pub fn amount(amount: Money, country: String, rest: Millis, seen: Seen) -> About {
        let country =
            if country.is_empty() { home_of(amount.currency()).to_owned() } else { country };
        About { session: None, amount, country, rest, seen }
    }

    fn wanted<'a>(&'a self, down: &'a [&'static str], sellers: &'a Sellers) -> Wanted<'a> {
        Wanted {
            amount: self.amount,
            country: &self.country,
            rest: self.rest,
            scene: self.seen.scene,
            down,
            sellers: sellers.terms(),
        }
    }
}

/// Explains every method that Florin knows.
pub async fn explain(
    app: &App,
    merchant: &Merchant,
    about: &About,
    now: Millis,
) -> crate::Result<ExplainView> {
    let sellers = sellers::of_merchant(app, &merchant.id).await?;
    let looks = about.session.as_ref().and_then(|session| looks::in_force(merchant, session).ok());
    let looks = looks.as_ref().unwrap_or(&merchant.appearance);
    let enabled = offer::enabled(looks.methods.as_deref());
    let over = about
        .session
        .as_ref()
        .is_some_and(|session| session.may_be_paid(now, session.shown).is_err());
    let (products, down) = (sellers.products(), app.reach.down());
    let wanted = about.wanted(&down, &sellers);
    let listed = offer::list(products, looks.methods.as_deref(), wanted);
    let mut methods: Vec<Explained> = listed
        .iter()
        .filter_map(|offer| offer.method.parse().ok())
        .map(|method| {
            let found = offer::choose(products, method, wanted);
            let page = if over { session_over() } else { of(&found) };
            explained(&sellers, (method, true), wanted, page)
        })
        .collect();
    for method in Method::ALL {
        if !listed.iter().any(|offer| offer.method == method.as_str()) {
            let is_enabled = enabled.contains(&method);
            let why = match offer::choose(products, method, wanted) {
                _ if !is_enabled => not_enabled(),
                // Other currencies than this, and the merchant has not asked for it by name; or the one code, which is not shown
                // greyed out.
                Err(why) if !why.needs.is_empty() || is_unsuited_code(method, &why) => {
                    Verdict { state: "HIDDEN".to_owned(), ..of(&Err(why)) }
                }
                Ok(_) | Err(_) if method == Method::OneCode => no_wallets(),
                Ok(_) | Err(_) => not_sold(),
            };
            methods.push(explained(&sellers, (method, is_enabled), wanted, why));
        }
    }
    Ok(ExplainView {
        session_id: about.session.as_ref().map(|session| session.id.to_string()),
        amount: about.amount.minor().to_string(),
        currency: about.amount.currency().to_string(),
        country: about.country.clone(),
        scene: about.seen.scene.as_str().to_owned(),
        scene_because: about.seen.because.to_owned(),
        methods,
    })
}

fn explained(
    sellers: &Sellers,
    (method, is_enabled): (Method, bool),
    wanted: Wanted<'_>,
    verdict: Verdict,
) -> Explained {
    let by_code = by_code(sellers.products(), method, wanted);
    let payment_code = if is_enabled { by_code } else { not_enabled() };
    let taken = offer::choose(sellers.products(), method, wanted).ok();
    let channels = sellers
        .all()
        .map(|channel| {
            let told = channel_explained(channel.as_ref(), method, wanted);
            ChannelExplained { choice: choice(&told, taken.as_ref(), wanted), ..told }
        })
        .collect();
    Explained { method: method.as_str().to_owned(), verdict, payment_code, channels }
}

/// Whether the payment codes of this method can be charged (K4).
fn by_code(products: &[Product], method: Method, wanted: Wanted<'_>) -> Verdict {
    if offer::of_codes(products, method).next().is_none() {
        return verdict("HIDDEN", "NOT_SOLD", "no channel charges payment codes of this method");
    }
    match offer::charge(products, method, wanted) {
        Ok(_) => verdict("OFFERED", "SUITS", "a payment code of it can be charged"),
        refused => of(&refused),
    }
}

/// Whether this channel carries the method out, and why it or another one.
fn choice(told: &ChannelExplained, taken: Option<&Product>, wanted: Wanted<'_>) -> Choice {
    let said = |reason: &str, message: String| Choice {
        taken: false,
        reason: reason.to_owned(),
        message,
        fee: wanted.fee_of(&told.channel).map(|fee| fee.to_string()),
    };
    let Some(taken) = taken.filter(|_| told.verdict.state == "OFFERED") else {
        return said("UNFIT", "it does not suit, or does not answer".to_owned());
    };
    let by = taken.channel;
    if by == told.channel {
        let first = "it is the first of those that suit and answer: own accounts before the server's, then by fee, then in order";
        return Choice { taken: true, ..said("TAKEN", first.to_owned()) };
    }
    match offer::passed(wanted, by, &told.channel) {
        Passed::NotOwn => said(
            "NOT_OWN",
            format!("{by} is the merchant's own account, and goes before the server's"),
        ),
        Passed::FeeUnsaid => {
            said("FEE_UNSAID", format!("nobody has said what it costs, and of {by} somebody has"))
        }
        Passed::Dearer => said("DEARER", format!("{by} costs less for this amount")),
        Passed::Behind => said("BEHIND", format!("it costs the same as {by}, which comes first")),
    }
}

fn channel_explained(
    channel: &dyn Channel,
    method: Method,
    wanted: Wanted<'_>,
) -> ChannelExplained {
    let sells = offer::of_pages(channel.products(), method).next().is_some();
    let found = offer::choose(channel.products(), method, wanted);
    ChannelExplained {
        channel: channel.name().to_owned(),
        verdict: if sells { of(&found) } else { not_sold() },
        product: found.ok().map(|product| product.name.to_owned()),
        payment_code: by_code(channel.products(), method, wanted),
        choice: Choice::default(),
    }
}

fn of(found: &Result<Product, Unavailable>) -> Verdict {
    match found {
        Ok(_) => verdict(
            "OFFERED",
            "SUITS",
            "it suits the amount, the country, the scene and the time left",
        ),
        Err(why) => Verdict {
            message: sentence(why),
            needs: why.needs.clone(),
            ..verdict("DISABLED", &why.reason, "")
        },
    }
}

fn sentence(why: &Unavailable) -> String {
    let needs = why.needs.join(", ");
    match why.reason.as_str() {
        "CURRENCY" => format!("it takes other currencies only: {needs}"),
        "COUNTRY" => format!("it is for shoppers in other countries only: {needs}"),
        "SCENE" => format!("it does not work where the shopper is, only in: {needs}"),
        "AMOUNT_TOO_LOW" => format!("the least it takes is {needs}, in smallest units"),
        "AMOUNT_TOO_HIGH" => format!("the most it takes is {needs}, in smallest units"),
        "AMOUNT_STEP" => format!("it takes only multiples of {needs} smallest units"),
        "TIME_TOO_SHORT" => "the session ends before its shortest code would".to_owned(),
        "DOWN" => "its channel does not answer just now; it is tried every two seconds, and offered again when it answers".to_owned(),
        reason => format!("the channel does not offer it now: {reason}"),
    }
}

fn not_enabled() -> Verdict {
    verdict("HIDDEN", "NOT_ENABLED", "it is not in the methods that this merchant offers")
}

fn not_sold() -> Verdict {
    verdict("HIDDEN", "NOT_SOLD", "no channel of this server carries it out")
}

fn is_unsuited_code(method: Method, why: &Unavailable) -> bool {
    method == Method::OneCode && why.reason != "CURRENCY"
}

/// Of the one code, which is sold of what others sell.
fn no_wallets() -> Verdict {
    let why = "it needs WeChat Pay and Alipay in their own browsers: app_secret of [wechatpay], and JSAPI_PAY or QUICK_WAP_WAY of [alipay]";
    verdict("HIDDEN", "NOT_SOLD", why)
}

fn session_over() -> Verdict {
    verdict("DISABLED", "SESSION_OVER", "the session is paid, expired or closed")
}

fn verdict(state: &str, reason: &str, message: &str) -> Verdict {
    Verdict {
        state: state.to_owned(),
        reason: reason.to_owned(),
        message: message.to_owned(),
        needs: Vec::new(),
    }
}
