//! From a basket to an order. The browser says what and how many; what it costs is decided here.

use serde::Deserialize;

use crate::answer::Refused;
use crate::catalogue::Good;
use crate::locale::Locale;
use crate::money::Currency;

/// More of one tea than this is a conversation, not a basket.
const MOST_OF_ONE: u32 = 20;

/// What the page sends. There is no field for an amount, and one that is sent is refused.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    basket: Vec<AskedLine>,
    currency: String,
    #[serde(default)]
    locale: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AskedLine {
    id: String,
    quantity: u32,
}

/// An order that the shop can stand by: known teas, sensible quantities, its own prices.
#[derive(Clone, Debug)]
pub(crate) struct NewOrder {
    pub(crate) lines: Vec<Line>,
    pub(crate) currency: Currency,
    pub(crate) locale: Locale,
}

/// So many of one tea.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) good: &'static Good,
    pub(crate) quantity: u32,
}

impl NewOrder {
    pub(crate) fn parse(body: &[u8]) -> Result<NewOrder, Refused> {
        let asked: Asked = serde_json::from_slice(body).map_err(|error| {
            Refused::request("MALFORMED_ORDER", format!("The order cannot be read: {error}."))
        })?;
        let currency = Currency::of_code(&asked.currency).ok_or_else(|| {
            Refused::request("UNKNOWN_CURRENCY", "The shop sells in CNY, HKD, PHP and VND.")
        })?;
        let locale = asked.locale.as_deref().and_then(Locale::of_tag).unwrap_or_default();
        Ok(NewOrder { lines: lines(asked.basket)?, currency, locale })
    }

    /// What the shopper owes, in smallest units.
    pub(crate) fn amount(&self) -> u64 {
        self.lines.iter().map(|line| line.amount(self.currency)).sum()
    }
}

impl Line {
    pub(crate) fn amount(&self, currency: Currency) -> u64 {
        // At most 20 of something under 2^20: far from overflowing.
        self.good.price(currency) * u64::from(self.quantity)
    }
}

fn lines(basket: Vec<AskedLine>) -> Result<Vec<Line>, Refused> {
    if basket.is_empty() {
        return Err(Refused::request("EMPTY_BASKET", "The basket is empty."));
    }
    let mut lines: Vec<Line> = Vec::new();
    for asked in basket {
        let line = line(asked)?;
        if lines.iter().any(|other| other.good.id == line.good.id) {
            return Err(Refused::request("TWICE_IN_BASKET", "A tea stands in the basket twice."));
        }
        lines.push(line);
    }
    Ok(lines)
}

fn line(asked: AskedLine) -> Result<Line, Refused> {
    let good = Good::of_id(&asked.id).ok_or_else(|| {
        Refused::request("UNKNOWN_TEA", "The shop does not sell one of these teas.")
    })?;
    if !(1..=MOST_OF_ONE).contains(&asked.quantity) {
        let sentence = format!("The shop sells from 1 to {MOST_OF_ONE} of one tea at a time.");
        return Err(Refused::request("WRONG_QUANTITY", sentence));
    }
    Ok(Line { good, quantity: asked.quantity })
}
