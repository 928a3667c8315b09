//! What the shop sells, and for how much. The page shows these prices; orders are computed from them.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::http::header::ACCEPT_LANGUAGE;
use axum::routing::get;
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::Shop;
use crate::locale::{Locale, Words};
use crate::money::Currency;

/// A tea. Its prices are in smallest units, set by hand: a price is not an exchange rate.
#[derive(Debug)]
pub(crate) struct Good {
    pub(crate) id: &'static str,
    pub(crate) name: Words,
    description: Words,
    size: Words,
    cny: u64,
    hkd: u64,
    php: u64,
    vnd: u64,
}

impl Good {
    pub(crate) fn of_id(id: &str) -> Option<&'static Good> {
        GOODS.iter().find(|good| good.id == id)
    }

    /// The price of one.
    pub(crate) fn price(&self, currency: Currency) -> u64 {
        match currency {
            Currency::Cny => self.cny,
            Currency::Hkd => self.hkd,
            Currency::Php => self.php,
            Currency::Vnd => self.vnd,
        }
    }
}

const GOODS: [Good; 4] = [
    Good {
        id: "alpine-oolong",
        name: Words { en: "Alpine Oolong", zh: "高山乌龙" },
        description: Words {
            en: "Rolled by hand at 1,600 metres. Orchid, warm milk, a long sweet finish.",
            zh: "海拔 1,600 米手工揉捻，兰香、奶香，回甘悠长。",
        },
        size: Words { en: "100 g tin", zh: "100 克罐装" },
        cny: 11_800,
        hkd: 12_800,
        php: 94_000,
        vnd: 415_000,
    },
    Good {
        id: "jasmine-pearls",
        name: Words { en: "Jasmine Pearls", zh: "茉莉龙珠" },
        description: Words {
            en: "Young buds scented seven nights in a row with fresh jasmine.",
            zh: "嫩芽与鲜茉莉同窨七夜，粒粒成珠。",
        },
        size: Words { en: "80 g tin", zh: "80 克罐装" },
        cny: 8_900,
        hkd: 9_800,
        php: 72_000,
        vnd: 318_000,
    },
    Good {
        id: "mountain-mist",
        name: Words { en: "Mountain Mist", zh: "云雾绿茶" },
        description: Words {
            en: "First spring green, picked before the fog lifts. Chestnut and snow pea.",
            zh: "明前绿茶，晨雾未散时采摘，栗香清鲜。",
        },
        size: Words { en: "100 g pouch", zh: "100 克袋装" },
        cny: 6_200,
        hkd: 6_800,
        php: 49_900,
        vnd: 220_000,
    },
    Good {
        id: "old-grove-black",
        name: Words { en: "Old Grove Black", zh: "古树红茶" },
        description: Words {
            en: "Leaves from two-hundred-year-old trees. Malt, honey, a little smoke.",
            zh: "两百年古树鲜叶制成，麦芽与蜜香，微带松烟。",
        },
        size: Words { en: "125 g tin", zh: "125 克罐装" },
        cny: 7_900,
        hkd: 8_800,
        php: 64_500,
        vnd: 285_000,
    },
];

pub(crate) fn routes() -> Router<Arc<Shop>> {
    Router::new().route("/shop/catalogue", get(catalogue))
}

#[derive(Deserialize)]
struct Asked {
    locale: Option<String>,
}

async fn catalogue(
    State(shop): State<Arc<Shop>>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Json<Value> {
    let wanted = asked.locale.as_deref().and_then(Locale::of_tag);
    let locale = wanted.unwrap_or_else(|| accepted(&headers));
    Json(json!({
        "locale": locale.tag(),
        "wallet_url": shop.settings.wallet_url,
        "currencies": Currency::ALL.map(currency_json),
        "goods": GOODS.each_ref().map(|good| good_json(good, locale)),
    }))
}

/// The language that the browser asks for.
pub(crate) fn accepted(headers: &HeaderMap) -> Locale {
    let header = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    Locale::of_header(header.unwrap_or_default())
}

fn currency_json(currency: Currency) -> Value {
    json!({ "code": currency.code(), "exponent": currency.exponent(), "country": currency.country() })
}

fn good_json(good: &Good, locale: Locale) -> Value {
    let prices: Map<String, Value> = Currency::ALL
        .iter()
        .map(|&currency| (currency.code().into(), good.price(currency).to_string().into()))
        .collect();
    json!({
        "id": good.id,
        "name": good.name.in_locale(locale),
        "description": good.description.in_locale(locale),
        "size": good.size.in_locale(locale),
        "image": format!("/shop/{}.svg", good.id),
        "prices": prices,
    })
}
