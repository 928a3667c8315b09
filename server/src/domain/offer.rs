//! Which methods suit a session, and why the others do not (A4).

use florin_shared::shopper::{Offer, Unavailable};
use florin_shared::{Method, Money};

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
        }
    }

    /// Whether the shopper pays by it on a page. A payment code is charged without one.
    pub fn is_for_pages(self) -> bool {
        match self {
            Kind::Scan | Kind::Passcode | Kind::Redirect | Kind::Transfer => true,
            Kind::PaymentCode => false,
        }
    }
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
}

impl Wanted<'_> {
    /// The same for somebody who has asked for it: a channel that seemed dead is tried before anybody is sent away.
    pub fn at_any_rate(self) -> Self {
        Wanted { down: &[], ..self }
    }
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

/// Several products may suit, of one channel or of several: first those for the shopper's own country, in the order in
/// which the channels and their tables name them.
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
    let answering = fitting.find(|product| !wanted.down.contains(&product.channel));
    answering.copied().ok_or_else(|| because("DOWN", vec![]))
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
