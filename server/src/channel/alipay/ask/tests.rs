//! What goes out, against the vectors.

use super::*;
use crate::channel::alipay::sandbox;

const AT: Millis = 1_794_974_400_000;
const PRECREATE: &str = r#"{"out_trade_no":"ORDER20261118000001","total_amount":"88.88","subject":"蓝色马克杯","timeout_express":"10m"}"#;
const PAGE: &str = r#"{"out_trade_no":"ORDER20261118000002","total_amount":"0.01","subject":"test","product_code":"FAST_INSTANT_TRADE_PAY"}"#;

fn keys() -> Keys {
    Keys::of(&sandbox("http://127.0.0.1:8081")).unwrap()
}

fn request<'a>(method: &'a str, content: &'a str, return_url: &'a str) -> Request<'a> {
    Request {
        app_id: "2021000000000001",
        method,
        at: AT,
        notify_url: "https://shop.example/notify/alipay",
        return_url,
        content,
        code: "",
    }
}

#[test]
fn the_form_is_the_vectors() {
    let form = request("alipay.trade.precreate", PRECREATE, "").form(&keys()).unwrap();
    assert_eq!(form, include_str!("../vectors/request_form.txt"));
}

#[test]
fn the_link_is_the_vectors() {
    let request = request("alipay.trade.page.pay", PAGE, "https://shop.example/return");
    let link = request.link("https://openapi.alipay.com/gateway.do", &keys()).unwrap();
    assert_eq!(link, include_str!("../vectors/page_link.txt"));
}

#[test]
fn what_the_payer_reads_ends_no_parameter_and_is_not_too_long() {
    assert_eq!(subject("Mugs & More / Shop=1\n蓝色"), "Mugs   More   Shop 1 蓝色");
    assert_eq!(subject(&"蓝".repeat(300)).chars().count(), 256);
}
