//! What we ask of WeChat Pay. A request depends on nothing but its arguments, so that repeating it repeats every byte:
//! another text under the same number would be refused (`protocols/wechatpay-v3.md` 4).

use jiff::Timestamp;
use jiff::tz::Offset;

use super::Account;
use super::wire::{
    CodeOrder, Counter, H5Info, Holder, Order, Part, Payer, Refund, SceneInfo, Store, Total,
};
use crate::channel::Asking;
use crate::clock::Millis;
use crate::domain::payment::Payment;
use crate::domain::reversal::Reversal;
use crate::domain::scanned::Scanned;

/// An order, as a code (`NATIVE`), for the wallet on the same phone (`H5`), for this payer inside WeChat (`JSAPI`) or in the
/// mini-program, or for the merchant's own app (`APP`).
pub(super) fn order<'a>(
    account: &'a Account,
    payment: &'a Payment,
    asking: &'a Asking,
    openid: Option<&'a str>,
) -> Order<'a> {
    Order {
        appid: account.appid_of(payment),
        mchid: &account.mchid,
        description: cut(&asking.payee, 127),
        out_trade_no: &payment.request_id,
        time_expire: in_china(payment.expires),
        notify_url: &asking.notify_url,
        amount: Total { total: payment.amount.minor(), currency: "CNY" },
        scene_info: (payment.product == "H5").then(|| scene(payment)),
        payer: openid.map(|openid| Payer { openid }),
    }
}

/// An order by the code that the merchant scanned.
pub(super) fn code_order<'a>(
    account: &'a Account,
    payment: &'a Payment,
    asking: &Asking,
    scanned: &'a Scanned,
) -> CodeOrder<'a> {
    CodeOrder {
        appid: &account.appid,
        mchid: &account.mchid,
        description: cut(&asking.payee, 127),
        out_trade_no: &payment.request_id,
        amount: Total { total: payment.amount.minor(), currency: "CNY" },
        payer: Holder { auth_code: scanned.code() },
        scene_info: Counter {
            device_id: scanned.device().filter(|device| device.len() <= 32),
            store_info: Store { out_id: payment.merchant.as_str() },
        },
    }
}

fn scene(payment: &Payment) -> SceneInfo<'_> {
    let kind = match payment.terminal.as_str() {
        "WAP_IOS" => "iOS",
        "WAP_ANDROID" => "Android",
        _ => "Wap",
    };
    SceneInfo { payer_client_ip: &payment.payer_ip, h5_info: H5Info { kind } }
}

/// Money back, of this order's total.
pub(super) fn refund<'a>(
    payment: &'a Payment,
    reversal: &'a Reversal,
    notify_url: &'a str,
) -> Refund<'a> {
    let total = payment.got.unwrap_or(payment.amount).minor();
    Refund {
        out_trade_no: &payment.request_id,
        out_refund_no: &reversal.request_id,
        reason: cut(&reversal.wish.reason, 80),
        notify_url,
        amount: Part { refund: reversal.amount.minor(), total, currency: "CNY" },
    }
}

/// So many bytes at most: WeChat Pay counts bytes where it says characters.
fn cut(text: &str, most: usize) -> String {
    text[..text.floor_char_boundary(most)].to_owned()
}

/// WeChat Pay's form of a time, in Beijing's; whole seconds, so that their code never outlives ours.
fn in_china(at: Millis) -> String {
    Timestamp::from_second(at.div_euclid(1000)).map_or_else(
        |_| String::new(),
        |at| Offset::constant(8).to_datetime(at).strftime("%Y-%m-%dT%H:%M:%S+08:00").to_string(),
    )
}
