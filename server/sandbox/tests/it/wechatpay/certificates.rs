//! Platform certificates: the list, who signs, and how it is turned.

use serde_json::{Value, json};

use crate::support::World;
use crate::support::wechatpay::{Ear, FIRST, SECOND, Shop, plain};

const LIST: &str = "/v3/certificates";
const FIRST_PEM: &str = include_str!("../../../keys/wechatpay_certificate_first.pem");
const SECOND_PEM: &str = include_str!("../../../keys/wechatpay_certificate_second.pem");

async fn turn(world: &World, shown: &Value) -> (u16, Value) {
    let address = format!("{}/wechatpay/certificates", world.url);
    let answer = world.http.post(address).json(shown).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

fn certificates(list: &Value) -> Vec<(String, String)> {
    let data = list["data"].as_array().unwrap();
    let one = |listed: &Value| {
        let pem = String::from_utf8(plain(&listed["encrypt_certificate"])).unwrap();
        (listed["serial_no"].as_str().unwrap().to_owned(), pem)
    };
    data.iter().map(one).collect()
}

#[tokio::test]
async fn the_list_opens_by_the_api_v3_key_and_is_signed_by_one_of_its_certificates() {
    let world = World::start().await;
    let mut shop = Shop::of(&world);
    shop.trusts = "";
    let heard = shop.get(LIST).await;
    heard.expect(200, "");
    assert_eq!(heard.headers["wechatpay-serial"], FIRST);
    assert_eq!(certificates(&heard.body), [(FIRST.to_owned(), FIRST_PEM.to_owned())]);
    let both = json!({ "speaks": "certificates", "signs": "second", "lists": ["first", "second"] });
    let (status, told) = turn(&world, &both).await;
    assert_eq!((status, &told["asked"]), (200, &json!(1)));
    let heard = shop.get(LIST).await;
    heard.expect(200, "");
    assert_eq!(heard.headers["wechatpay-serial"], SECOND);
    let expected = [(FIRST, FIRST_PEM), (SECOND, SECOND_PEM)];
    assert_eq!(
        certificates(&heard.body),
        expected.map(|(one, pem)| (one.to_owned(), pem.to_owned()))
    );
}

#[tokio::test]
async fn answers_are_signed_by_what_the_merchant_trusts_and_messages_as_it_was_turned() {
    let world = World::start().await;
    let ear = Ear::start().await;
    let mut shop = Shop::of(&world);
    shop.trusts = FIRST;
    let code = shop.open_told("ORDER1", &ear).await;
    assert_eq!(shop.query("ORDER1").await.headers["wechatpay-serial"], FIRST);
    shop.trusts = SECOND;
    assert_eq!(shop.query("ORDER1").await.body["code"], "INVALID_REQUEST", "it is in no list");
    let second = json!({ "speaks": "certificates", "signs": "second", "lists": ["second"] });
    turn(&world, &second).await;
    assert_eq!(shop.query("ORDER1").await.headers["wechatpay-serial"], SECOND);
    let wallet = json!({ "code": code, "action": "approve" });
    world.http.post(format!("{}/wallet", world.url)).json(&wallet).send().await.unwrap();
    assert!(ear.wait_for(1).await[0].is_signed);
    let (status, told) = turn(&world, &json!({ "signs": "third" })).await;
    assert_eq!(status, 400, "{told}");
}
