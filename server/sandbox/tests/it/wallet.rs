//! The wallet, for programs and for people.

use serde_json::json;

use crate::support::{Merchant, World, code_of};

#[tokio::test]
async fn a_program_is_told_clearly_what_is_wrong() {
    let world = World::start().await;
    let (status, told) = world.wallet("nothing", "approve").await;
    assert_eq!((status, &told["error"]), (404, &json!("No payment has this code.")));
    let code = world.open("p1").await;
    world.approve(&code).await;
    let (status, told) = world.wallet(&code, "approve").await;
    assert_eq!((status, &told["error"]), (409, &json!("This code has been paid already.")));
    let (status, told) = world.wallet(&code, "steal").await;
    assert_eq!(status, 400);
    assert!(told["error"].as_str().unwrap().contains("approve"));
}

#[tokio::test]
async fn a_person_scans_sees_and_pays() {
    let world = World::start().await;
    let code = world.open("p1").await;
    let asked = page(&world, &code).await;
    for words in ["₱250.00", "Northwind Tea", "Blue mug", "GCash", "Approve", "no real money"] {
        assert!(asked.contains(words), "{words} is missing");
    }
    let short = code.rsplit('=').next().unwrap();
    let paid = press(&world, short, "approve", "page").await;
    assert!(paid.contains("Paid ₱250.00"));
    assert!(paid.contains("role=\"status\"") && paid.contains("https://shop.example/return"));
    assert!(page(&world, &code).await.contains("Paid ₱250.00"), "a reload does no harm");
    assert_eq!(world.entry("p1").await["captured"], 25000);
}

#[tokio::test]
async fn the_wallet_speaks_the_payers_language() {
    let world = World::start().await;
    let code = world.open("p1").await;
    let said = async |address: &str, language: &str| {
        let asked = world.http.get(address).header("accept-language", language).send().await;
        asked.unwrap().text().await.unwrap()
    };
    let chinese = said(&code, "zh-CN,zh;q=0.9,en;q=0.8").await;
    for words in
        ["lang=\"zh-Hans\"", "确认支付 ₱250.00", "收款方：Northwind Tea", "不会产生真实资金往来"]
    {
        assert!(chinese.contains(words), "{words} is missing: {chinese}");
    }
    assert!(!chinese.contains("Approve"), "{chinese}");
    assert!(said(&code, "en,zh;q=0.9").await.contains("Approve ₱250.00"));
    let unknown = format!("{}/wallet?code=nothing", world.url);
    assert!(said(&unknown, "zh").await.contains("没有与此码对应的付款"));
    world.approve(&code).await;
    assert!(said(&code, "zh").await.contains("已支付 ₱250.00"));
}

#[tokio::test]
async fn a_person_declines() {
    let world = World::start().await;
    let code = world.open("p1").await;
    let short = code.rsplit('=').next().unwrap();
    let declined = press(&world, short, "decline", "").await;
    assert!(declined.contains("You declined") && declined.contains("Nothing was taken"));
    assert!(!declined.contains("shop.example"), "who scanned stays in the wallet");
}

#[tokio::test]
async fn a_person_types_a_passcode() {
    let world = World::start().await;
    let empty = world.http.get(format!("{}/wallet", world.url)).send().await.unwrap();
    assert!(empty.text().await.unwrap().contains("<label for=\"code\">"));
    let unknown = world.http.get(format!("{}/wallet?code=123", world.url)).send().await.unwrap();
    assert_eq!(unknown.status(), 404);
    assert!(unknown.text().await.unwrap().contains("role=\"alert\""));

    let mut body = Merchant::pay_body("p1");
    body["paymentMethod"]["paymentMethodType"] = "BPI".into();
    let passcode = code_of(&world.merchant.call("pay", &body).await.body);
    let typed = format!("{}/wallet?code={}", world.url, passcode.replace(' ', "+"));
    assert!(page(&world, &typed).await.contains("₱250.00"));
}

#[tokio::test]
async fn what_a_merchant_writes_stays_text() {
    let world = World::start().await;
    let mut body = Merchant::pay_body("p1");
    body["order"]["orderDescription"] = "<script>alert(1)</script>".into();
    body["paymentRedirectUrl"] = "javascript:alert(1)".into();
    let opened = world.merchant.call("pay", &body).await;
    let code = code_of(&opened.body);
    let asked = page(&world, &code).await;
    assert!(asked.contains("&lt;script&gt;") && !asked.contains("<script"));
    let paid = press(&world, code.rsplit('=').next().unwrap(), "approve", "page").await;
    assert!(!paid.contains("javascript:"));
}

#[tokio::test]
async fn pages_load_nothing_from_elsewhere() {
    let world = World::start().await;
    for path in ["/wallet", "/faults"] {
        let answer = world.http.get(format!("{}{path}", world.url)).send().await.unwrap();
        let policy = answer.headers()["content-security-policy"].to_str().unwrap().to_owned();
        assert!(policy.starts_with("default-src 'none'"), "{policy}");
        assert!(!answer.text().await.unwrap().contains("//"), "{path} names another host");
    }
}

#[tokio::test]
async fn the_picture_is_a_code() {
    let world = World::start().await;
    let opened = world.merchant.pay("p1").await;
    let details = opened.body["orderCodeForm"]["codeDetails"].as_array().unwrap();
    let picture = details.iter().find(|detail| detail["displayType"] == "MIDDLEIMAGE").unwrap();
    let url = picture["codeValue"].as_str().unwrap();
    let answer = world.http.get(url).send().await.unwrap();
    assert_eq!(answer.headers()["content-type"], "image/svg+xml");
    assert!(answer.text().await.unwrap().starts_with("<svg"));
}

async fn page(world: &World, url: &str) -> String {
    let answer = world.http.get(url).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    answer.text().await.unwrap()
}

async fn press(world: &World, code: &str, action: &str, from: &str) -> String {
    let form = format!("code={code}&action={action}&from={from}");
    let request = world.http.post(format!("{}/wallet", world.url));
    let request = request.header("content-type", "application/x-www-form-urlencoded").body(form);
    request.send().await.unwrap().text().await.unwrap()
}
