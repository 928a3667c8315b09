//! The thank-you page says what the merchant API says, and nothing that it does not.

use serde_json::{Value, json};

use crate::support::{Heard, SESSION, Town, get, not_found, ok, refused, session, transaction};
use crate::webhooks::{payment, tell};

type Answer = (u16, Value);

const UNCHARGED: &str = "You have not been charged";
const GOING_BACK: &str = "on its way back to you";

async fn page(session: Answer, transaction: Answer) -> Heard {
    let town = Town::new().await;
    town.answer(|answers| (answers.session, answers.transaction) = (session, transaction));
    town.get(&format!("/shop/thanks?session_id={SESSION}")).await
}

#[track_caller]
fn says(heard: &Heard, wanted: &[&str], unwanted: &[&str]) {
    for text in wanted {
        assert!(heard.text.contains(text), "{text:?} is not in {}", heard.text);
    }
    for text in unwanted {
        assert!(!heard.text.contains(text), "{text:?} is in {}", heard.text);
    }
}

fn refreshes(heard: &Heard) -> bool {
    heard.headers.contains_key("refresh")
}

#[tokio::test]
async fn a_paid_order_is_thanked_for_with_amount_number_and_method() {
    let heard = page(ok(session("SUCCESS")), ok(transaction("SUCCESS", true))).await;
    assert_eq!(heard.status, 200);
    says(
        &heard,
        &["Paid HK$128.00", "NT0TEST", "GCash", "2026-11-18 04:01 UTC", "GW0123"],
        &[UNCHARGED],
    );
    assert!(!refreshes(&heard));
}

#[tokio::test]
async fn a_paid_order_is_paid_even_if_the_details_do_not_answer() {
    let heard = page(ok(session("SUCCESS")), (500, json!({}))).await;
    says(&heard, &["Paid HK$128.00", "NT0TEST"], &["GCash"]);
}

#[tokio::test]
async fn money_that_went_back_since_is_spoken_of() {
    let mut refunded = transaction("SUCCESS", true);
    refunded["refunded_amount"] = json!("2800");
    let heard = page(ok(session("SUCCESS")), ok(refunded)).await;
    says(&heard, &["Paid HK$128.00", "Since then HK$28.00 has gone back to you."], &[]);
}

#[tokio::test]
async fn an_open_payment_is_being_confirmed_and_the_page_asks_again() {
    for status in ["PROCESSING", "AUTHORIZED", "A_WORD_OF_TOMORROW", "SUCCESS"] {
        let heard = page(ok(session("PROCESSING")), ok(transaction(status, false))).await;
        says(&heard, &["Still being confirmed", "/pay/CS"], &["Paid HK$", UNCHARGED]);
        assert!(refreshes(&heard), "{status}");
    }
}

#[tokio::test]
async fn without_a_word_about_the_payment_nothing_is_promised() {
    let heard = page(ok(session("PROCESSING")), (503, json!({}))).await;
    says(&heard, &["Still being confirmed"], &["Paid HK$", UNCHARGED]);

    let heard = page(ok(session("EXPIRED")), (503, json!({}))).await;
    says(&heard, &["Not paid"], &[UNCHARGED, GOING_BACK]);
}

#[tokio::test]
async fn a_status_of_tomorrow_is_never_read_as_paid() {
    let heard = page(ok(session("PAID_IN_PART")), ok(transaction("SUCCESS", true))).await;
    says(&heard, &["Still being confirmed"], &["Paid HK$"]);
}

#[tokio::test]
async fn an_open_order_leads_back_to_its_payment() {
    for attempt in
        [not_found(), ok(transaction("FAIL", false)), ok(transaction("CANCELLED", false))]
    {
        let heard = page(ok(session("PROCESSING")), attempt).await;
        let pay = format!("href=\"http://127.0.0.1:8080/pay/{SESSION}\"");
        says(&heard, &["Not paid yet", UNCHARGED, &pay], &["Paid HK$"]);
        assert!(!refreshes(&heard));
    }
}

#[tokio::test]
async fn an_order_that_ended_is_not_paid_and_leads_back_to_the_shop() {
    for status in ["EXPIRED", "CANCELLED"] {
        let heard = page(ok(session(status)), not_found()).await;
        says(&heard, &["Not paid", UNCHARGED, "href=\"/?lang=en\""], &["Paid HK$", "/pay/CS"]);
        assert!(!refreshes(&heard));
    }
}

#[tokio::test]
async fn a_payment_that_came_too_late_is_on_its_way_back() {
    let heard = page(ok(session("EXPIRED")), ok(transaction("SUCCESS", false))).await;
    says(&heard, &["Not paid", GOING_BACK], &[UNCHARGED, "Paid HK$"]);

    let mut returned = transaction("CANCELLED", false);
    returned["refunded_amount"] = json!("12800");
    let heard = page(ok(session("EXPIRED")), ok(returned)).await;
    says(&heard, &["Not paid", GOING_BACK], &[UNCHARGED]);
}

#[tokio::test]
async fn when_the_api_is_away_the_page_says_so_and_asks_again() {
    let shop = Town::alone();
    let heard = get(&shop, &format!("/shop/thanks?session_id={SESSION}")).await;
    assert_eq!(heard.status, 503);
    says(&heard, &["We cannot check just now"], &["Paid", "Not paid", UNCHARGED]);
    assert!(refreshes(&heard));
}

#[tokio::test]
async fn a_key_that_is_refused_says_nothing_about_the_order() {
    let heard = page(refused(401, "WRONG_KEY", "this key opens nothing"), not_found()).await;
    assert_eq!(heard.status, 503);
    says(&heard, &["We cannot check just now"], &["Not paid", UNCHARGED]);
}

#[tokio::test]
async fn a_result_in_the_address_is_worth_nothing() {
    let town = Town::new().await;
    let path = format!("/shop/thanks?session_id={SESSION}&status=SUCCESS&paid=true");
    says(&town.get(&path).await, &["Not paid yet"], &["Paid HK$"]);
}

#[tokio::test]
async fn what_is_no_session_of_ours_is_not_found() {
    let heard = page(refused(404, "NOT_FOUND", "there is no such session"), not_found()).await;
    assert_eq!(heard.status, 404);

    let town = Town::new().await;
    for odd in [
        "",
        "?session_id=",
        "?session_id=CS1%26trans_id%3DNT1",
        "?session_id=../v1",
        "?session_id=%3Cb%3E",
    ] {
        let heard = town.get(&format!("/shop/thanks{odd}")).await;
        assert_eq!(heard.status, 404, "{odd}");
        says(&heard, &["We cannot find this order"], &["<b>"]);
    }
    assert!(town.asked().is_empty(), "nothing odd is sent on");
}

#[tokio::test]
async fn what_comes_from_outside_stays_text() {
    let mut odd = session("PROCESSING");
    odd["trans_id"] = json!("<script>alert(1)</script>");
    odd["session_url"] = json!("javascript:alert(1)");
    let heard = page(ok(odd), not_found()).await;
    says(&heard, &["&lt;script&gt;alert(1)"], &["<script", "javascript:"]);
}

#[tokio::test]
async fn the_page_runs_no_script_and_tells_nobody_its_address() {
    let heard = page(ok(session("SUCCESS")), not_found()).await;
    assert!(
        heard.headers["content-security-policy"]
            .to_str()
            .unwrap()
            .starts_with("default-src 'none'")
    );
    assert_eq!(heard.headers["referrer-policy"], "no-referrer");
    assert_eq!(heard.headers["cache-control"], "no-store");
    says(&heard, &[], &["<script", "style=", "onclick"]);
}

#[tokio::test]
async fn it_asks_more_and_more_slowly_and_stops_in_the_end() {
    let town = Town::new().await;
    town.answer(|answers| answers.transaction = ok(transaction("PROCESSING", false)));
    let at =
        async |look: u32| town.get(&format!("/shop/thanks?session_id={SESSION}&look={look}")).await;
    let own = format!("/shop/thanks?session_id={SESSION}");
    assert_eq!(at(0).await.headers["refresh"], format!("2; url={own}&look=1"));
    assert_eq!(at(20).await.headers["refresh"], format!("7; url={own}&look=21"));
    assert!(!refreshes(&at(40).await));
}

#[tokio::test]
async fn a_shopper_who_ordered_in_chinese_is_thanked_in_chinese() {
    let town = Town::new().await;
    let body =
        r#"{"basket":[{"id":"alpine-oolong","quantity":1}],"currency":"HKD","locale":"zh-Hans"}"#;
    town.post("/shop/orders", body, &[]).await;
    town.answer(|answers| {
        answers.session = ok(session("SUCCESS"));
        answers.transaction = ok(transaction("SUCCESS", true));
    });
    let heard = town.get(&format!("/shop/thanks?session_id={SESSION}")).await;
    says(&heard, &["已支付 HK$128.00", "1 × 高山乌龙", "lang=\"zh-Hans\""], &["Paid"]);
}

#[tokio::test]
async fn a_webhook_has_already_said_it_when_the_api_is_away() {
    let town = Town::new().await;
    let number = town.order_oolong().await;
    tell(&town, "m1", &payment(&number, "SUCCESS", 1)).await;
    town.answer(|answers| answers.session = (503, json!({})));
    let heard = town.get(&format!("/shop/thanks?session_id={SESSION}")).await;
    assert_eq!(heard.status, 200);
    says(&heard, &["Paid HK$128.00", &number, "1 × Alpine Oolong"], &["We cannot check"]);
}
