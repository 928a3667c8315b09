//! WeChat's SDK in a merchant's app (`protocols/wechatpay-v3.md` 5): WeChat opens for what it is handed only if the merchant has signed it.

use serde::Deserialize;

use super::account::{MCHID, MOBILE_APPID};
use super::numbers;
use crate::keys::Pair;

/// What the app hands over.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Handed {
    appid: String,
    partnerid: String,
    prepayid: String,
    package: String,
    noncestr: String,
    timestamp: String,
    sign: String,
}

/// None, when it is not what an app hands over; in it the order's code, or none when WeChat would not open.
pub(super) fn read(keys: &Pair, text: &str) -> Option<Option<String>> {
    let handed: Handed = serde_json::from_str(text).ok()?;
    let Handed { appid, partnerid, prepayid, package, noncestr, timestamp, sign } = &handed;
    let signed = format!("{appid}\n{timestamp}\n{noncestr}\n{prepayid}\n");
    let is_ours = appid == MOBILE_APPID && partnerid == MCHID && package == "Sign=WXPay";
    let opens = is_ours && keys.verifies(signed.as_bytes(), sign);
    Some(numbers::read_code(&format!("prepay_id={prepayid}")).filter(|_| opens))
}
