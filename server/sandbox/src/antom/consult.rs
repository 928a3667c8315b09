//! `consult`: which methods can be used, and why not the others (`protocols/antom.md` 5).

use serde_json::{Value, json};

use super::methods::{Kind, Method};
use super::verdict::Verdict;
use super::wire;
use crate::money::Money;

pub(super) fn consult(body: &[u8]) -> Value {
    let ask: wire::Consult = match wire::read(body) {
        Ok(ask) => ask,
        Err(verdict) => return verdict.alone(),
    };
    match ask.payment_amount.check() {
        Ok(amount) => options(&ask, &amount),
        Err(verdict) => verdict.alone(),
    }
}

fn options(ask: &wire::Consult, amount: &Money) -> Value {
    let asked = Method::all().filter(|method| is_asked_for(ask, method));
    let options: Vec<Value> = asked.map(|method| option(method, amount)).collect();
    json!({ "result": Verdict::success().to_wire(), "paymentOptions": options })
}

fn is_asked_for(ask: &wire::Consult, method: &Method) -> bool {
    let has = |list: &[String], word: &str| list.iter().any(|entry| entry == word);
    let regions = &ask.allowed_payment_method_regions;
    let allowed = &ask.allowed_payment_methods;
    (regions.is_empty() || has(regions, method.region) || method.region == "GLOBAL")
        && (allowed.is_empty() || has(allowed, method.name))
        && !has(&ask.blocked_payment_methods, method.name)
}

fn option(method: &Method, amount: &Money) -> Value {
    let mut option = json!({
        "paymentMethodType": method.name,
        "paymentMethodCategory": method.category,
        "paymentMethodRegion": [method.region],
        "enabled": true,
        "logo": { "logoName": method.title },
        "paymentOptionDetail": { "interactionTypes": interaction(method) },
    });
    if method.currency != "*" {
        option["supportedCurrencies"] = json!([method.currency]);
    }
    if let Some((least, most)) = method.limits() {
        let limit = json!({ "minAmount": least.to_string(), "maxAmount": most.to_string() });
        option["amountLimitInfoMap"] = json!({ method.currency: { "singleLimit": limit } });
    }
    if let Some(reason) = obstacle(method, amount) {
        option["enabled"] = false.into();
        option["disableReason"] = reason.into();
    }
    option
}

fn obstacle(method: &Method, amount: &Money) -> Option<&'static str> {
    let (least, most) = method.limits().unwrap_or((1, i64::MAX));
    match method.takes(&amount.currency) {
        false => Some("CHANNEL_NOT_SUPPORT_CURRENCY"),
        true if !(least..=most).contains(&amount.value) => Some("EXCEED_CHANNEL_LIMIT_RULE"),
        true => None,
    }
}

fn interaction(method: &Method) -> &'static [&'static str] {
    match method.kind() {
        Kind::Code => &["QR", "REDIRECT"],
        Kind::Passcode | Kind::Page => &["REDIRECT"],
    }
}
