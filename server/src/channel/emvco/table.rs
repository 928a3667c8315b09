//! What is sold: one row a scheme. Where a network limits what one transfer may be, that is the most.

use florin_shared::Method;

use crate::clock::Millis;
use crate::domain::numbers::{Letters, Numbers};
use crate::domain::offer::{Kind, Product};
use crate::domain::scene::Scene;

const MINUTE: Millis = 60 * 1000;
const HOUR: Millis = 60 * MINUTE;

/// The rows, by their channels.
pub(super) static PRODUCTS: [Product; 6] = [
    sold(Method::Vietqr, "vietqr", "VND", "VN", 1, 499_999_999),
    sold(Method::Paynow, "paynow", "SGD", "SG", 1, 20_000_000),
    sold(Method::Promptpay, "promptpay", "THB", "TH", 1, 200_000_000),
    sold(Method::Qrph, "qrph", "PHP", "PH", 1, 5_000_000),
    sold(Method::Fps, "fps", "HKD", "HK", 1, 100_000_000),
    // Whole rupiah, which have two decimals in ISO 4217.
    sold(Method::Qris, "qris", "IDR", "ID", 100, 1_000_000_000),
];

/// PromptPay's references are the shortest: 20 capitals and digits. Nobody can call a code back, and a transfer is instant
/// but where a bank is in trouble.
const fn sold(
    method: Method,
    channel: &'static str,
    currency: &'static str,
    country: &'static str,
    step: i64,
    most: i64,
) -> Product {
    Product {
        method,
        channel,
        name: channel,
        currency,
        country,
        least: step,
        most,
        step,
        kind: Kind::Scan,
        scenes: Scene::WHERE_CODES_MAY_BE_SHOWN,
        cancellable: false,
        shortest: MINUTE,
        longest: 24 * HOUR,
        settles_in: 2 * HOUR,
        numbers: Numbers { longest: 20, letters: Letters::Capitals },
    }
}
