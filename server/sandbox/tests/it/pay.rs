//! pay, inquiryPayment, cancel and consult, as `protocols/antom.md` has them.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Merchant, Sink, World, code_of};

#[tokio::test]
async fn a_payment_is_opened_approved_told_queried_and_refunded() {
    let world = World::start().await;
    let sink = Sink::start().await;
    let code = world.open_told("p1", &sink).await;
    assert_eq!(world.inquire("p1").await["paymentStatus"], "PROCESSING");

    let (status, told) = world.wallet(&code, "approve").await;
    assert_eq!((status, &told["status"]), (200, &json!("PAID")));
    assert_eq!(told["paymentRequestId"], "p1");
    assert_eq!(told["amount"], json!({ "currency": "PHP", "value": "25000" }));

    let note = sink.wait_for(1).await.remove(0);
    assert!(note.is_signed);
    assert_eq!(note.gist(), "PAYMENT_RESULT S");
    assert_eq!(note.body["paymentAmount"], told["amount"]);

    let paid = world.inquire("p1").await;
    assert_eq!(paid["paymentStatus"], "SUCCESS");
    assert_eq!(paid["paymentId"], note.body["paymentId"]);
    assert!(paid["paymentTime"].as_str().unwrap().ends_with("+08:00"));

    let refund = json!({
        "refundRequestId": "r1",
        "paymentId": paid["paymentId"],
        "refundAmount": { "currency": "PHP", "value": "10000" },
        "refundNotifyUrl": sink.url,
    });
    world.merchant.call("refund", &refund).await.expect("SUCCESS");
    let note = sink.wait_for(2).await.remove(1);
    assert!(note.is_signed && note.body["refundRequestId"] == "r1");

    let after = world.inquire("p1").await;
    assert_eq!(after["paymentStatus"], "SUCCESS", "it stays SUCCESS after refunds");
    assert_eq!(after["transactions"][0]["transactionType"], "REFUND");
    let entry = world.entry("p1").await;
    assert_eq!((&entry["captured"], &entry["refunded"]), (&json!(25000), &json!(10000)));
    assert!(entry["arrived_ms"].as_i64().unwrap() > 1_700_000_000_000);
}

#[tokio::test]
async fn the_same_request_has_the_same_answer_and_another_is_refused() {
    let world = World::start().await;
    let first = world.merchant.pay("p1").await;
    let second = world.merchant.pay("p1").await;
    assert_eq!(first.body, second.body);

    let mut dearer = Merchant::pay_body("p1");
    dearer["paymentAmount"]["value"] = "25001".into();
    world.merchant.call("pay", &dearer).await.expect("REPEAT_REQ_INCONSISTENT");

    world.approve(&code_of(&first.body)).await;
    let third = world.merchant.pay("p1").await;
    third.expect("SUCCESS");
    assert_eq!(third.body["paymentId"], first.body["paymentId"]);
    assert_eq!(world.entry("p1").await["arrivals_ms"].as_array().unwrap().len(), 4);
}

#[tokio::test]
async fn a_repeated_request_hears_of_the_end_it_came_to() {
    let world = World::start().await;
    let declined = world.open("declined").await;
    world.wallet(&declined, "decline").await;
    world.merchant.pay("declined").await.expect("USER_PAYMENT_VERIFICATION_FAILED");

    world.open("cancelled").await;
    cancel(&world, "cancelled").await;
    world.merchant.pay("cancelled").await.expect("ORDER_IS_CANCELED");
}

#[tokio::test]
async fn a_code_runs_out() {
    let world = World::start().await;
    let soon = jiff::Timestamp::now() + Duration::from_millis(1500);
    let mut body = Merchant::pay_body("p1");
    body["paymentExpiryTime"] = soon.to_string().into();
    let opened = world.merchant.call("pay", &body).await;
    opened.expect("PAYMENT_IN_PROCESS");
    tokio::time::sleep(Duration::from_millis(1600)).await;

    let told = world.inquire("p1").await;
    assert_eq!(told["paymentStatus"], "FAIL");
    assert_eq!(told["paymentResultCode"], "ORDER_IS_CLOSED");
    let (status, sorry) = world.wallet(&code_of(&opened.body), "approve").await;
    assert_eq!(
        (status, &sorry["error"]),
        (409, &json!("This code has run out. Nothing was taken."))
    );
    world.merchant.call("pay", &body).await.expect("ORDER_IS_CLOSED");
    cancel(&world, "p1").await;
    assert_eq!(world.inquire("p1").await["paymentStatus"], "FAIL", "a cancel leaves it FAIL");
}

#[tokio::test]
async fn a_cancel_closes_and_gives_paid_money_back() {
    let world = World::start().await;
    let code = world.open("open").await;
    cancel(&world, "open").await;
    assert_eq!(world.inquire("open").await["paymentStatus"], "CANCELLED");
    assert_eq!(world.wallet(&code, "approve").await.0, 409);

    let code = world.open("paid").await;
    world.approve(&code).await;
    cancel(&world, "paid").await;
    cancel(&world, "paid").await;
    assert_eq!(world.inquire("paid").await["paymentStatus"], "CANCELLED");
    let entry = world.entry("paid").await;
    assert_eq!(entry["captured"], 25000);
    assert_eq!(entry["cancelled_after_capture"], 25000, "given back once");
    assert_eq!(world.wallet(&code, "approve").await.0, 409, "and never paid again");
}

#[tokio::test]
async fn a_cancel_is_refused_where_antom_refuses_it() {
    let world = World::start().await;
    let unknown = json!({ "paymentRequestId": "nobody" });
    world.merchant.call("cancel", &unknown).await.expect("ORDER_NOT_EXIST");

    open_as(&world, "ovo", "OVO", "IDR").await.expect("PAYMENT_IN_PROCESS");
    let body = json!({ "paymentRequestId": "ovo" });
    world.merchant.call("cancel", &body).await.expect("BUSINESS_NOT_SUPPORT");

    let opened = open_as(&world, "thai", "PROMPTPAY", "THB").await;
    world.approve(&code_of(&opened.body)).await;
    let body = json!({ "paymentRequestId": "thai" });
    world.merchant.call("cancel", &body).await.expect("ORDER_STATUS_INVALID");
}

#[tokio::test]
async fn each_method_gives_what_the_payer_needs() {
    let world = World::start().await;
    let scanned = code_of(&open_as(&world, "1", "ZALOPAY", "VND").await.body);
    assert!(scanned.starts_with(&format!("{}/wallet?code=", world.url)));
    assert!(scanned.len() < 62, "it fits a small code: {scanned}");

    for (request, method, currency) in [("2", "BPI", "PHP"), ("3", "BANKTRANSFER_SCB", "THB")] {
        let passcode = code_of(&open_as(&world, request, method, currency).await.body);
        let groups: Vec<usize> = passcode.split(' ').map(str::len).collect();
        assert_eq!(groups, [4, 4, 2], "{passcode}");
        world.approve(&passcode.replace(' ', "")).await;
    }
    let page_only = open_as(&world, "4", "IDEAL", "EUR").await;
    page_only.expect("PAYMENT_IN_PROCESS");
    assert_eq!(page_only.body["orderCodeForm"], Value::Null);
    assert!(page_only.body["normalUrl"].is_string());
}

#[tokio::test]
async fn on_a_phone_there_is_an_address_for_the_app() {
    let world = World::start().await;
    let mut body = Merchant::pay_body("p1");
    body["env"] = json!({ "terminalType": "WAP" });
    world.merchant.call("pay", &body).await.expect("PARAM_ILLEGAL");
    body["env"]["osType"] = "ANDROID".into();
    let opened = world.merchant.call("pay", &body).await;
    for key in ["schemeUrl", "applinkUrl", "normalUrl"] {
        let url = opened.body[key].as_str().unwrap();
        assert_eq!(world.http.get(url).send().await.unwrap().status(), 200, "{key}");
    }
    assert_eq!(world.merchant.pay("desktop").await.body["schemeUrl"], Value::Null);
}

#[tokio::test]
async fn what_a_method_cannot_carry_is_refused() {
    let world = World::start().await;
    open_as(&world, "1", "GCASH", "HKD").await.expect("CURRENCY_NOT_SUPPORT");
    open_as(&world, "2", "GCASH", "XYZ").await.expect("CURRENCY_NOT_SUPPORT");
    open_as(&world, "3", "NOSUCHPAY", "PHP").await.expect("PARAM_ILLEGAL");
    for (request, value) in [("4", "0"), ("5", "-5"), ("6", "2.5"), ("7", "")] {
        let mut body = Merchant::pay_body(request);
        body["paymentAmount"]["value"] = value.into();
        world.merchant.call("pay", &body).await.expect("PARAM_ILLEGAL");
    }
    let mut small = Merchant::pay_body("8");
    small["paymentMethod"]["paymentMethodType"] = "ALIPAY_HK".into();
    small["paymentAmount"] = json!({ "currency": "HKD", "value": 5_000_001 });
    world.merchant.call("pay", &small).await.expect("PAYMENT_AMOUNT_EXCEED_LIMIT");
    assert_eq!(world.entry("1").await["status"], "REFUSED", "the arrival is in the book");
}

#[tokio::test]
async fn consult_says_what_can_be_used_and_why_not_the_rest() {
    let world = World::start().await;
    let ask = json!({
        "productCode": "CASHIER_PAYMENT",
        "paymentAmount": { "currency": "HKD", "value": "5000001" },
        "allowedPaymentMethods": ["ALIPAY_HK", "GCASH", "CARD"],
        "env": { "terminalType": "WEB" },
    });
    let answer = world.merchant.call("consult", &ask).await;
    answer.expect("SUCCESS");
    let options = answer.body["paymentOptions"].as_array().unwrap();
    let told = |name: &str| {
        let option = options.iter().find(|option| option["paymentMethodType"] == name).unwrap();
        (option["enabled"].as_bool().unwrap(), option["disableReason"].as_str().map(str::to_owned))
    };
    assert_eq!(options.len(), 3);
    assert_eq!(told("CARD"), (true, None));
    assert_eq!(told("GCASH"), (false, Some("CHANNEL_NOT_SUPPORT_CURRENCY".into())));
    assert_eq!(told("ALIPAY_HK"), (false, Some("EXCEED_CHANNEL_LIMIT_RULE".into())));
}

#[tokio::test]
async fn of_a_hundred_payers_of_one_code_one_pays() {
    let world = World::start().await;
    let code = world.open("p1").await;
    let payers = (0..100).map(|_| world.wallet(&code, "approve"));
    let answers = futures_util::future::join_all(payers).await;
    let paid = answers.iter().filter(|(status, _)| *status == 200).count();
    assert_eq!(paid, 1);
    assert_eq!(world.entry("p1").await["captured"], 25000);
}

async fn cancel(world: &World, request: &str) {
    let body = json!({ "paymentRequestId": request });
    world.merchant.call("cancel", &body).await.expect("SUCCESS");
}

async fn open_as(
    world: &World,
    request: &str,
    method: &str,
    currency: &str,
) -> crate::support::Answer {
    let mut body = Merchant::pay_body(request);
    body["paymentMethod"]["paymentMethodType"] = method.into();
    body["paymentAmount"]["currency"] = currency.into();
    world.merchant.call("pay", &body).await
}
