//! What Alipay tells the merchant unasked: a form, signed over its decoded fields (`protocols/alipay.md` 5).

use url::form_urlencoded::{self, Serializer};

use super::login::SOMEBODY;
use super::signature::{Fields, Keys, joined};
use super::speak::signed_text;
use super::{APP_ID, SELLER_ID, wire};
use crate::channel::{Signed, Told};
use crate::clock;
use crate::ledger::{Payment, Refund};
use crate::money::Money;
use crate::numbers::random_digits;

/// Alipay tries eight times in 25 hours: at once, then after 4 min, 10 min, 10 min, 1 h, 2 h, 6 h and 15 h. These stand for
/// them.
pub(super) const PAUSES_MS: [u64; 7] = [2_000, 5_000, 15_000, 60_000, 120_000, 300_000, 600_000];

/// Of a payment it tells that it was paid; that somebody said no, it tells nobody. "Closed" is the word for what contradicts.
pub(super) fn payment(payment: &Payment, amount: &Money, told: Told, now: i64) -> Option<String> {
    let mut fields = fields(payment, amount, now);
    let mut put = |name: &str, value: String| fields.insert(name.into(), value);
    match told {
        Told::Pending => return None,
        Told::Failed => {
            put("trade_status", "TRADE_CLOSED".into());
            put("gmt_close", wire::time(now));
        }
        Told::Paid => {
            let paid_ms = payment.captured.map_or(now, |capture| capture.at_ms);
            put("trade_status", "TRADE_SUCCESS".into());
            put("gmt_payment", wire::time(paid_ms));
        }
    }
    Some(form(&fields))
}

/// `refund_fee` counts every refund so far. Of one that fails nothing is said but that the trade is paid.
pub(super) fn refund(payment: &Payment, made: &Refund, now: i64) -> String {
    let mut fields = fields(payment, payment.amount(), now);
    let back = payment.refunded_by(made.settles_ms);
    let status = if back >= payment.amount().value { "TRADE_CLOSED" } else { "TRADE_SUCCESS" };
    let paid_ms = payment.captured.map_or(made.at_ms, |capture| capture.at_ms);
    for (name, value) in [
        ("trade_status", status.to_owned()),
        ("gmt_payment", wire::time(paid_ms)),
        ("out_biz_no", made.refund_request.clone()),
        ("refund_fee", wire::yuan(back)),
        ("gmt_refund", format!("{}.000", wire::time(made.settles_ms))),
    ] {
        fields.insert(name.into(), value);
    }
    form(&fields)
}

fn fields(payment: &Payment, amount: &Money, now: i64) -> Fields {
    let opened = &payment.opened;
    let total = wire::yuan(amount.value);
    let fields = [
        ("notify_time", wire::time(now)),
        ("notify_type", "trade_status_sync".into()),
        ("notify_id", format!("{}{}", clock::day(now), random_digits(26))),
        ("app_id", APP_ID.into()),
        ("auth_app_id", APP_ID.into()),
        ("charset", "utf-8".into()),
        ("version", "1.0".into()),
        ("trade_no", opened.payment_id.clone()),
        ("out_trade_no", opened.key.request.clone()),
        ("buyer_id", SOMEBODY.into()),
        ("seller_id", SELLER_ID.into()),
        ("total_amount", total.clone()),
        ("receipt_amount", total.clone()),
        ("buyer_pay_amount", total.clone()),
        ("invoice_amount", total.clone()),
        ("point_amount", "0.00".into()),
        ("subject", opened.description.clone()),
        ("gmt_create", wire::time(opened.at_ms)),
        ("fund_bill_list", format!(r#"[{{"amount":"{total}","fundChannel":"ALIPAYACCOUNT"}}]"#)),
    ];
    fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn form(fields: &Fields) -> String {
    Serializer::new(String::new()).extend_pairs(fields).finish()
}

/// The form with its signature, which is not of its type and itself.
pub(super) fn signed(keys: &Keys, body: &str, signed: Signed) -> String {
    let fields: Fields = form_urlencoded::parse(body.as_bytes()).into_owned().collect();
    let signature = keys.sign(&signed_text(&joined(fields.iter()), signed));
    let mut form = Serializer::new(body.to_owned());
    form.append_pair("sign_type", "RSA2").append_pair("sign", &signature).finish()
}
