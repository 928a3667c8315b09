//! Which methods suit a session, and why the others do not (A4).

use florin_shared::shopper::{Offer, Unavailable};
use florin_shared::{Method, Money};

use super::fee::Fee;
use super::numbers::Numbers;
use super::scene::Scene;
use crate::clock::Millis;

/// What a channel sells for a method in one currency: a row of the channel's table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Product {
    /// What the shopper chooses.
    pub method: Method,
    /// Who sells it.
    pub channel: &'static str,
    /// The channel's own name for it.
    pub name: &'static str,
    /// ISO 4217.
    pub currency: &'static str,
    /// ISO 3166 alpha-2 of the shopper; empty for everywhere.
    pub country: &'static str,
    /// Smallest units.
    pub least: i64,
    /// Smallest units.
    pub most: i64,
    /// The amount must be a multiple of this: 100 for IDR, whose last two digits are always 00.
    pub step: i64,
    /// What the shopper does with the code.
    pub kind: Kind,
    /// Where the shopper can do it.
    pub scenes: &'static [Scene],
    /// Whether the channel can cancel it (D6).
    pub cancellable: bool,
    /// The shortest life a code may have.
    pub shortest: Millis,
    /// The longest life a code may have.
    pub longest: Millis,
    /// How long after the code's end something can still arrive (D6).
    pub settles_in: Millis,
    /// Which order numbers the channel takes (D6).
    pub numbers: Numbers,
}

/// What the shopper does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Scans a code.
    Scan,
    /// Copies a passcode into the bank's app.
    Passcode,
    /// Shows a code, which the merchant scans (B-scan-C).
    PaymentCode,
    /// Goes to a page of the channel's, which opens the wallet on the same phone, and comes back by hand (L6).
    Redirect,
    /// Transfers by hand, at the bank's own site or counter: reads payee, account and reference here.
    Transfer,
    /// Is in the merchant's own app, which hands what it is given to the wallet's SDK (L14, M6).
    App,
    /// Is in a mini-program, which says who the payer is and hands what it is given to its wallet (L10, M8).
    MiniProgram,
}

impl Kind {
    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Scan => "scan",
            Kind::Passcode => "passcode",
            Kind::PaymentCode => "payment_code",
            Kind::Redirect => "redirect",
            Kind::Transfer => "transfer",
            Kind::App => "app",
            Kind::MiniProgram => "mini_program",
        }
    }

    /// Whether the shopper pays by it on a page. A payment code is charged without one.
    pub fn is_for_pages(self) -> bool {
        match self {
            Kind::Scan
            | Kind::Passcode
            | Kind::Redirect
            | Kind::App
            | Kind::MiniProgram
            | Kind::Transfer => true,
            Kind::PaymentCode => false,
        }
    }
}

/// What is known of who sells, besides what they sell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seller {
    /// The channel's name.
    pub channel: &'static str,
    /// Whether it is the merchant's own account, and not the server's.
    pub is_own: bool,
    /// What it takes, if somebody has said.
    pub fee: Option<Fee>,
}

/// What a session offers and asks of a product.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// How much.
    pub amount: Money,
    /// ISO 3166 alpha-2, or empty.
    pub country: &'a str,
    /// Milliseconds until the session ends.
    pub rest: Millis,
    /// Where the shopper is.
    pub scene: Scene,
    /// The channels that do not answer just now: another one is taken, where there is one.
    pub down: &'a [&'static str],
    /// Whose the channels are and what they cost; one that is not among them is the server's, and nobody has said its fee.
    pub sellers: &'a [Seller],
}

impl Wanted<'_> {
    /// The same for somebody who has asked for it: a channel that seemed dead is tried before anybody is sent away.
    pub fn at_any_rate(self) -> Self {
        Wanted { down: &[], ..self }
    }

    /// The same for a payment that is there already: the time that is left, and whether its channel answers, change nothing about it.
    pub fn all_the_same(self) -> Self {
        Wanted { rest: Millis::MAX, ..self.at_any_rate() }
    }

    /// What this channel takes for the amount, in whole smallest units, rounded up; nothing where nobody has said.
    pub fn fee_of(&self, channel: &str) -> Option<i128> {
        let fee = self.sellers.iter().find(|seller| seller.channel == channel)?.fee?;
        Some((fee.of(self.amount.minor()) + 999_999).div_euclid(1_000_000))
    }

    /// Whose account it is and what it takes for this amount; the lowest goes first.
    fn rank(&self, channel: &str) -> Rank {
        let known = self.sellers.iter().find(|seller| seller.channel == channel);
        let fee = known.and_then(|seller| seller.fee).map(|fee| fee.of(self.amount.minor()));
        Rank {
            is_servers: known.is_none_or(|seller| !seller.is_own),
            is_unsaid: fee.is_none(),
            fee: fee.unwrap_or(0),
        }
    }
}

/// By what one channel goes before another, where both suit and answer: the merchant's own before the server's, whose fee is known
/// before whose is not, and the cheaper one. What is the same in all of them stays in order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    is_servers: bool,
    is_unsaid: bool,
    fee: i128,
}

/// Why a channel that suits and answers was passed over for another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passed {
    /// The other is the merchant's own account, and this is the server's.
    NotOwn,
    /// Nobody has said what it costs, and of the other somebody has.
    FeeUnsaid,
    /// It takes more for this amount.
    Dearer,
    /// It costs the same, and stands behind the other: in the order of the accounts, or because the other's product is for the shopper's
    /// own country.
    Behind,
}

/// Why `taken` goes before `other`, where both suit.
pub fn passed(wanted: Wanted<'_>, taken: &str, other: &str) -> Passed {
    let (taken, other) = (wanted.rank(taken), wanted.rank(other));
    if taken.is_servers != other.is_servers {
        Passed::NotOwn
    } else if taken.is_unsaid != other.is_unsaid {
        Passed::FeeUnsaid
    } else if taken.fee != other.fee {
        Passed::Dearer
    } else {
        Passed::Behind
    }
}

/// Whether a payment by the product of this name is what its own channel would be asked for again: then somebody who chooses the method again
/// gets that payment, whichever channel goes first by now (D7). Where the shopper has gone on elsewhere it is another product: a code
/// cannot be scanned by the phone that shows it.
pub fn is_same_again(
    of_channel: &[Product],
    method: Method,
    name: &str,
    wanted: Wanted<'_>,
) -> bool {
    let found = choose(of_channel, method, wanted.all_the_same());
    found.is_ok_and(|product| product.name == name)
}

/// The product to carry `method` out on a page, or why there is none.
pub fn choose(
    products: &[Product],
    method: Method,
    wanted: Wanted<'_>,
) -> Result<Product, Unavailable> {
    best(of_pages(products, method), wanted)
}

/// The product to charge a payment code of `method` by, or why there is none. At the counter the shopper has all the time
/// that the product gives.
pub fn charge(
    products: &[Product],
    method: Method,
    wanted: Wanted<'_>,
) -> Result<Product, Unavailable> {
    let wanted = Wanted { rest: Millis::MAX, scene: Scene::InStore, ..wanted };
    best(of_codes(products, method), wanted)
}

/// What is sold of a method on pages.
pub fn of_pages(products: &[Product], method: Method) -> impl Iterator<Item = &Product> + Clone {
    products.iter().filter(move |product| product.method == method && product.kind.is_for_pages())
}

/// What is sold of a method by payment code.
pub fn of_codes(products: &[Product], method: Method) -> impl Iterator<Item = &Product> + Clone {
    products.iter().filter(move |product| product.method == method && !product.kind.is_for_pages())
}

/// Several products may suit, of one channel or of several. Of the channels that answer the first by [`Rank`] is taken; where
/// that is the same, what is for the shopper's own country, in the order in which the channels and their tables name them.
fn best<'a>(
    of_method: impl Iterator<Item = &'a Product> + Clone,
    wanted: Wanted<'_>,
) -> Result<Product, Unavailable> {
    let in_currency =
        of_method.clone().filter(|product| product.currency == wanted.amount.currency().code());
    if in_currency.clone().next().is_none() {
        return Err(because("CURRENCY", sorted(of_method.map(|product| product.currency))));
    }
    let is_own =
        |product: &&Product| wanted.country.is_empty() || product.country == wanted.country;
    let own = in_currency.clone().filter(is_own);
    let anywhere =
        in_currency.clone().filter(|product| !is_own(product) && product.country.is_empty());
    let in_country = own.chain(anywhere);
    if in_country.clone().next().is_none() {
        return Err(because("COUNTRY", sorted(in_currency.map(|product| product.country))));
    }
    let mut in_scene =
        in_country.clone().filter(|product| product.scenes.contains(&wanted.scene)).peekable();
    let Some(first) = in_scene.peek().copied() else {
        return Err(because("SCENE", scenes(in_country)));
    };
    let mut fitting = in_scene.filter(|product| fits(product, wanted).is_ok()).peekable();
    if fitting.peek().is_none() {
        return fits(first, wanted).map(|()| *first);
    }
    let answering = fitting.filter(|product| !wanted.down.contains(&product.channel));
    // Of several that are equal it is the first.
    let chosen = answering.min_by_key(|product| wanted.rank(product.channel));
    chosen.copied().ok_or_else(|| because("DOWN", vec![]))
}

fn fits(product: &Product, wanted: Wanted<'_>) -> Result<(), Unavailable> {
    let amount = wanted.amount.minor();
    if amount < product.least {
        return Err(because("AMOUNT_TOO_LOW", vec![product.least.to_string()]));
    }
    if amount > product.most {
        return Err(because("AMOUNT_TOO_HIGH", vec![product.most.to_string()]));
    }
    if amount % product.step != 0 {
        return Err(because("AMOUNT_STEP", vec![product.step.to_string()]));
    }
    if wanted.rest < product.shortest {
        return Err(because("TIME_TOO_SHORT", vec![]));
    }
    Ok(())
}

/// Where any of these can be paid.
fn scenes<'a>(products: impl Iterator<Item = &'a Product> + Clone) -> Vec<String> {
    let is_served = |scene: &&Scene| products.clone().any(|product| product.scenes.contains(scene));
    Scene::ALL.iter().filter(is_served).map(|scene| scene.as_str().to_owned()).collect()
}

/// The methods that a merchant offers, in its order; all of them, in Florin's, when it chose none.
pub fn enabled(chosen: Option<&[String]>) -> Vec<Method> {
    match chosen {
        None => Method::ALL.to_vec(),
        Some(chosen) => chosen.iter().filter_map(|word| word.parse().ok()).collect(),
    }
}

/// The list that the shopper sees: the methods that the merchant chose, in their order, those that suit first. Where it
/// chose none, methods of other currencies are left out: of all the world's, most are. An empty list would tell less still.
pub fn list(products: &[Product], chosen: Option<&[String]>, wanted: Wanted<'_>) -> Vec<Offer> {
    let mut offers: Vec<Offer> = enabled(chosen)
        .into_iter()
        .filter_map(|method| {
            let any = of_pages(products, method).next()?;
            let chosen = choose(products, method, wanted);
            // The wallets stand in the list themselves, with what they want: greyed out it would tell nobody anything.
            if method == Method::OneCode && chosen.is_err() {
                return None;
            }
            let kind = chosen.as_ref().map_or(any.kind, |product| product.kind).as_str().to_owned();
            Some(Offer { method: method.as_str().to_owned(), kind, unavailable: chosen.err() })
        })
        .collect();
    offers.sort_by_key(|offer| offer.unavailable.is_some());
    let takes_it =
        |offer: &Offer| offer.unavailable.as_ref().is_none_or(|why| why.reason != "CURRENCY");
    if chosen.is_none() && offers.iter().any(takes_it) {
        offers.retain(takes_it);
    }
    offers
}

fn because(reason: &str, needs: Vec<String>) -> Unavailable {
    Unavailable { reason: reason.to_owned(), needs }
}

fn sorted(words: impl Iterator<Item = &'static str>) -> Vec<String> {
    let mut words: Vec<String> = words.map(str::to_owned).collect();
    words.sort();
    words.dedup();
    words
}

#[cfg(test)]
mod tests;
