//! UnionPay's gateway over real HTTP, asked from the recipe and not by the sandbox's code.

use std::collections::BTreeMap;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, UnparsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use jiff::tz::Offset;

use crate::support::World;

type Fields = BTreeMap<String, String>;

fn der(pem: &str) -> Vec<u8> {
    let lines = pem.lines().filter(|line| !line.starts_with("-----"));
    STANDARD.decode(lines.collect::<String>()).unwrap()
}

/// The hexadecimal SHA-256 of everything but the signature.
fn hashed(fields: &Fields) -> String {
    let pairs = fields.iter().filter(|(name, _)| *name != "signature");
    let pairs: Vec<String> = pairs.map(|(name, value)| format!("{name}={value}")).collect();
    let hash = digest(&SHA256, pairs.join("&").as_bytes());
    hash.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Beijing's time, now.
#[allow(clippy::disallowed_methods, reason = "a merchant has a clock")]
fn now() -> String {
    Offset::constant(8).to_datetime(Timestamp::now()).strftime("%Y%m%d%H%M%S").to_string()
}

fn fields(pairs: &[(&str, &str)]) -> Fields {
    let common = [
        ("version", "5.1.0"),
        ("encoding", "UTF-8"),
        ("signMethod", "01"),
        ("certId", "68759663125"),
        ("bizType", "000000"),
        ("channelType", "08"),
        ("accessType", "0"),
        ("merId", "777290058110048"),
        ("currencyCode", "156"),
        ("backUrl", "http://127.0.0.1:9/none"),
    ];
    let all = common.iter().chain(pairs).filter(|(_, value)| !value.is_empty());
    all.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn signed(mut fields: Fields) -> Fields {
    let key = der(include_str!("../keys/unionpay_merchant_private.pem"));
    let key = KeyPair::from_pkcs8(&key).unwrap();
    let mut signature = vec![0; key.public_modulus_len()];
    let (random, text) = (SystemRandom::new(), hashed(&fields));
    key.sign(&RSA_PKCS1_SHA256, &random, text.as_bytes(), &mut signature).unwrap();
    fields.insert("signature".into(), STANDARD.encode(signature));
    fields
}

/// What is answered, when UnionPay signed it.
async fn send(world: &World, path: &str, fields: &Fields) -> Fields {
    let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let url = format!("{}/gateway/api/{path}.do", world.url);
    let request = world.http.post(url).body(form);
    let sent = request.header("content-type", "application/x-www-form-urlencoded").send();
    let text = sent.await.unwrap().text().await.unwrap();
    let pair = |pair: &str| pair.split_once('=').map(|(a, b)| (a.to_owned(), b.to_owned()));
    let told: Fields = text.split('&').filter_map(pair).collect();
    let key = der(include_str!("../keys/unionpay_platform_public.pem"));
    let key = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key);
    let signature = STANDARD.decode(&told["signature"]).unwrap();
    assert!(key.verify(hashed(&told).as_bytes(), &signature).is_ok(), "{text}");
    assert!(told["signPubKeyCert"].starts_with("-----BEGIN CERTIFICATE-----"));
    told
}

fn code(number: &str, time: &str) -> Fields {
    fields(&[
        ("txnType", "01"),
        ("txnSubType", "07"),
        ("orderId", number),
        ("txnTime", time),
        ("txnAmt", "8888"),
    ])
}

fn question(number: &str, time: &str) -> Fields {
    let kind = [("txnType", "00"), ("txnSubType", "00"), ("orderId", number), ("txnTime", time)];
    fields(&kind)
}

fn back(number: &str, time: &str, query_id: &str, amount: &str) -> Fields {
    fields(&[
        ("txnType", "04"),
        ("txnSubType", "00"),
        ("orderId", number),
        ("txnTime", time),
        ("txnAmt", amount),
        ("origQryId", query_id),
    ])
}

async fn apply(world: &World, fields: Fields) -> Fields {
    send(world, "backTransReq", &signed(fields)).await
}

async fn ask(world: &World, number: &str, time: &str) -> Fields {
    send(world, "queryTrans", &signed(question(number, time))).await
}

#[tokio::test]
async fn a_code_is_not_found_until_it_is_paid_and_is_known_by_number_and_time() {
    let (world, time) = (World::start().await, now());
    let made = apply(&world, code("order0001", &time)).await;
    assert_eq!(made["respCode"], "00");
    assert_eq!(ask(&world, "order0001", &time).await["respCode"], "34");
    // The same application is the same code; the same number with anything else is a duplicate.
    assert_eq!(apply(&world, code("order0001", &time)).await["qrCode"], made["qrCode"]);
    let mut other = code("order0001", &time);
    other.insert("txnAmt".into(), "8889".into());
    assert_eq!(apply(&world, other).await["respCode"], "12");

    world.approve(&made["qrCode"]).await;
    let known = ask(&world, "order0001", &time).await;
    let said = ["respCode", "origRespCode", "txnAmt", "currencyCode"].map(|name| &*known[name]);
    assert_eq!(said, ["00", "00", "8888", "156"]);
    assert_eq!(ask(&world, "order0001", "20260101000000").await["respCode"], "34");
    assert_eq!(apply(&world, code("order0001", &time)).await["respCode"], "12", "it is paid");
    assert_eq!(world.entry("order0001").await["captured"], 8888);
}

#[tokio::test]
async fn a_refund_number_counts_once_and_no_more_goes_back_than_was_paid() {
    let (world, time) = (World::start().await, now());
    let made = apply(&world, code("order0001", &time)).await;
    world.approve(&made["qrCode"]).await;
    let paid = ask(&world, "order0001", &time).await["queryId"].clone();
    let refund = async |number: &str, amount: &str| {
        let fields = back(number, &time, &paid, amount);
        apply(&world, fields).await["respCode"].clone()
    };
    assert_eq!(refund("refund001", "8000").await, "00");
    assert_eq!(refund("refund001", "8000").await, "12");
    assert_eq!(refund("refund002", "889").await, "62");
    assert_eq!(refund("refund003", "888").await, "00");
    let known = ask(&world, "refund003", &time).await;
    assert_eq!((&*known["origRespCode"], &*known["txnAmt"]), ("00", "888"));
    assert_eq!(world.entry("order0001").await["refunded"], 8888);
    let stranger = back("refund004", &time, "202611181200000000018", "1");
    assert_eq!(apply(&world, stranger).await["respCode"], "34");
}

#[tokio::test]
async fn a_payers_code_is_good_for_one_transaction() {
    let (world, time) = (World::start().await, now());
    let charge = async |number: &str, qr: &str| {
        let mut fields = code(number, &time);
        for (name, value) in [("txnSubType", "06"), ("qrNo", qr), ("termId", "49000002")] {
            fields.insert(name.into(), value.into());
        }
        apply(&world, fields).await["respCode"].clone()
    };
    assert_eq!(charge("order0001", "6200000000000000001").await, "00");
    assert_eq!(charge("order0002", "6200000000000000001").await, "60");
    assert_eq!(charge("order0003", "6210000000000000001").await, "05");
    assert_eq!(ask(&world, "order0003", &time).await["origRespCode"], "05");
    assert_eq!(charge("order0004", "6220000000000000001").await, "60");
    assert_eq!(charge("order0005", "10000000000000001").await, "13");
}

#[tokio::test]
async fn whoever_is_not_the_merchant_or_asks_amiss_is_told_by_which_code() {
    let (world, time) = (World::start().await, now());
    for (name, value, code_said) in [
        ("merId", "777290058110049", "11"),
        ("certId", "1", "11"),
        ("version", "5.0.0", "10"),
        ("signMethod", "11", "10"),
        ("txnSubType", "01", "13"),
        ("bizType", "000201", "13"),
        ("orderId", "short", "13"),
        ("orderId", "order-0001", "13"),
        ("txnTime", "20200101000000", "13"),
        ("txnTime", "yesterday", "13"),
        ("txnAmt", "88.88", "13"),
        ("currencyCode", "840", "13"),
        ("backUrl", "nowhere", "13"),
        ("payTimeout", "20200101000000", "13"),
    ] {
        let mut asked = code("order0001", &time);
        asked.insert(name.into(), value.into());
        assert_eq!(apply(&world, asked).await["respCode"], code_said, "{name} {value}");
    }
    let mut changed = signed(code("order0001", &time));
    changed.insert("txnAmt".into(), "1".into());
    assert_eq!(send(&world, "backTransReq", &changed).await["respCode"], "11");
    assert_eq!(
        send(&world, "queryTrans", &signed(code("order0001", &time))).await["respCode"],
        "13"
    );
}

/// A browser brings this form: a status, where it is sent on, and the words.
async fn bring(world: &World, url: &str, fields: &Fields) -> (u16, String, String) {
    let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let policy = reqwest::redirect::Policy::none();
    let browser = reqwest::Client::builder().redirect(policy).build().unwrap();
    let request = browser.post(format!("{}{url}", world.url)).body(form);
    let sent = request.header("content-type", "application/x-www-form-urlencoded").send();
    let answer = sent.await.unwrap();
    let to = answer.headers().get("location").map(|to| to.to_str().unwrap().to_owned());
    (answer.status().as_u16(), to.unwrap_or_default(), answer.text().await.unwrap())
}

const FRONT: &str = "/gateway/api/frontTransReq.do";

fn page(number: &str, time: &str) -> Fields {
    let mut fields = code(number, time);
    for (name, value) in
        [("txnSubType", "01"), ("bizType", "000201"), ("frontUrl", "http://127.0.0.1:9/to/x/back")]
    {
        fields.insert(name.into(), value.into());
    }
    fields
}

#[tokio::test]
async fn a_browser_comes_with_a_form_and_goes_back_with_one() {
    let (world, time) = (World::start().await, now());
    let form = signed(page("order0001", &time));
    let (status, cashier, _) = bring(&world, FRONT, &form).await;
    assert_eq!(status, 303);
    assert_eq!(ask(&world, "order0001", &time).await["respCode"], "34");
    assert_eq!(bring(&world, FRONT, &form).await.1, cashier, "the same form is the same page");
    let shown = async || {
        let url = format!("{}{cashier}", world.url);
        world.http.get(url).send().await.unwrap().text().await.unwrap()
    };
    // Whoever leaves brings back that it is open.
    let open = shown().await;
    assert!(open.contains(r#"action="http://127.0.0.1:9/to/x/back""#), "{open}");
    assert!(open.contains(r#"name="respCode" value="05""#) && open.contains("approve"), "{open}");

    let code = cashier.split_once("code=").unwrap().1;
    let press = Fields::from([("code".into(), code.into()), ("action".into(), "approve".into())]);
    assert_eq!(bring(&world, "/gateway/cashier", &press).await.1, cashier);
    assert_eq!(world.entry("order0001").await["captured"], 8888);
    let paid = shown().await;
    assert!(paid.contains(r#"name="respCode" value="00""#) && !paid.contains("approve"), "{paid}");
    let (status, _, words) = bring(&world, FRONT, &form).await;
    assert!(status == 200 && words.starts_with("respCode 12"), "it is paid: {words}");

    let known = ask(&world, "order0001", &time).await;
    assert_eq!(&*known["origRespCode"], "00");
    let mut refund = back("refund001", &time, &known["queryId"], "8888");
    assert_eq!(apply(&world, refund.clone()).await["respCode"], "13", "it is of a page");
    refund.insert("bizType".into(), "000201".into());
    assert_eq!(apply(&world, refund).await["respCode"], "00");
}

#[tokio::test]
async fn an_apps_sdk_is_given_a_number_once_for_each_transaction() {
    let (world, time) = (World::start().await, now());
    let mut asked = page("order0001", &time);
    asked.remove("frontUrl");
    let made = send(&world, "appTransReq", &signed(asked.clone())).await;
    assert!(made["respCode"] == "00" && !made["tn"].is_empty(), "{made:?}");
    let again = send(&world, "appTransReq", &signed(asked.clone())).await;
    assert_eq!(again["tn"], made["tn"]);
    assert_eq!(ask(&world, "order0001", &time).await["respCode"], "34");
    world.approve(&made["tn"]).await;
    let known = ask(&world, "order0001", &time).await;
    assert_eq!(known["origRespCode"], "00");
    asked.insert("bizType".into(), "000000".into());
    assert_eq!(send(&world, "appTransReq", &signed(asked)).await["respCode"], "13");
}

#[tokio::test]
async fn at_a_computer_the_page_is_that_of_a_bank() {
    let (world, time) = (World::start().await, now());
    let at = async |number: &str, bank: &str| {
        let mut form = page(number, &time);
        form.insert("channelType".into(), "07".into());
        form.extend((!bank.is_empty()).then(|| ("issInsCode".into(), bank.into())));
        bring(&world, FRONT, &signed(form)).await
    };
    let shown = async |cashier: &str| {
        let url = format!("{}{cashier}", world.url);
        world.http.get(url).send().await.unwrap().text().await.unwrap()
    };
    let (_, cashier, _) = at("order0001", "CCB").await;
    let page = shown(&cashier).await;
    assert!(page.contains("<dd>China Construction Bank</dd>") && !page.contains("<select"));
    assert!(at("order0001", "ICBC").await.2.starts_with("respCode 12"), "that is another form");
    let (_, cashier, _) = at("order0002", "").await;
    assert!(shown(&cashier).await.contains(r#"<option value="CMB">"#), "its own list");
    assert!(at("order0003", "NOBANK").await.2.starts_with("respCode 13"));
}

#[tokio::test]
async fn a_form_that_is_amiss_shows_no_page() {
    let (world, time) = (World::start().await, now());
    for (name, value, code_said) in [
        ("merId", "777290058110049", "11"),
        ("bizType", "000000", "13"),
        ("txnSubType", "07", "13"),
        ("frontUrl", "nowhere", "13"),
        ("backUrl", "nowhere", "13"),
        ("payTimeout", "20200101000000", "13"),
        ("issInsCode", "ICBC", "13"),
    ] {
        let mut asked = page("order0001", &time);
        asked.insert(name.into(), value.into());
        let (status, _, words) = bring(&world, FRONT, &signed(asked)).await;
        assert!(
            status == 200 && words.starts_with(&format!("respCode {code_said}")),
            "{name}: {words}"
        );
    }
    let mut changed = signed(page("order0001", &time));
    changed.insert("txnAmt".into(), "1".into());
    assert!(bring(&world, FRONT, &changed).await.2.starts_with("respCode 11"));
    bring(&world, FRONT, &signed(page("order0001", &time))).await;
    let mut other = page("order0001", &time);
    other.insert("txnAmt".into(), "8889".into());
    assert!(bring(&world, FRONT, &signed(other)).await.2.starts_with("respCode 12"));
    let stranger = format!("{}/gateway/cashier?code=nobodys", world.url);
    assert_eq!(world.http.get(stranger).send().await.unwrap().status(), 404);
}
