//! Money that merchants give back: whole and in parts, never twice, never more than was taken (K6).

use std::time::Duration;

use florin_server::channel::Channel;
use florin_server::channel::antom::{self, Antom};
use florin_server::domain::payment::{Evidence, Payment, Said, Source, Statement};
use florin_server::domain::reversal::{Reason, Reversal};
use florin_server::flow::settle::{Heard, settle};
use florin_server::store::checks::When;
use florin_server::store::payments;
use florin_shared::{Money, ReversalId};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, OTHER_KEY, Session, TestApp, code, on_both, order_id};

/// A paid session, and its transaction.
pub(crate) async fn paid(app: &TestApp, amount: &str) -> (Session, String) {
    let session = app.session("PHP", amount).await;
    let opened = app.pay(&session, "GCASH").await;
    app.wallet(&code(&opened), "approve").await.is_paid();
    app.until_status(&session, "SUCCESS").await;
    (session, order_id(&opened))
}

async fn refund(app: &TestApp, body: Value) -> Answer {
    app.merchant(Method::POST, "/v1/refunds", Some(body)).await
}

async fn status_of(app: &TestApp, own: &str) -> Value {
    let path = format!("/v1/refunds?refund_trans_id={own}");
    app.merchant(Method::GET, &path, None).await.data().clone()
}

async fn until_refund(app: &TestApp, own: &str, status: &str) -> Value {
    app.until(&format!("{own} is {status}"), async || {
        status_of(app, own).await["status"] == status
    })
    .await;
    status_of(app, own).await
}

pub(crate) async fn stored(app: &TestApp, order: &str) -> Payment {
    let mut tx = app.app.store.read().await.unwrap();
    payments::get(&mut tx, &order.parse().unwrap()).await.unwrap().unwrap()
}

/// Somebody gives money back at the channel, and nobody tells us.
pub(crate) async fn given_back_elsewhere(app: &TestApp, order: &str, minor: i64) {
    given_back_telling(app, order, minor, "http://127.0.0.1:9/notify/antom").await;
}

/// The same; the channel's message about it goes to this address.
async fn given_back_telling(app: &TestApp, order: &str, minor: i64, address: &str) {
    let payment = stored(app, order).await;
    let amount = Money::new(minor, payment.amount.currency()).unwrap();
    let id = ReversalId::of([9; 16]);
    let foreign = Reversal::fresh(id, &payment, amount, Reason::External, app.app.now());
    let antom = Antom::new(&antom::sandbox(&app.sandbox)).unwrap();
    antom.refund(&payment, &foreign, address).await.unwrap();
}

/// What anybody who asks the channel learns.
async fn asked(app: &TestApp, order: &str) {
    let payment = stored(app, order).await;
    let antom = Antom::new(&antom::sandbox(&app.sandbox)).unwrap();
    let evidence = antom.query(&payment).await.unwrap();
    let statement =
        Statement { evidence, source: Source::Query, after_cancel: None, after_confirming: false };
    settle(&app.app, &payment, Heard::Said(statement, None)).await.unwrap();
}

on_both! {
    async fn a_whole_refund_is_done_told_and_found_by_both_numbers(app: TestApp) {
        let (session, order) = paid(app, "25000").await;
        let answer = refund(app, json!({ "order_id": order, "refund_trans_id": "r1", "reason": "broken cup" })).await;
        let data = answer.data();
        assert_eq!((data["status"].as_str(), data["refund_amount"].as_str()), (Some("SUCCESS"), Some("25000")));
        assert_eq!((data["currency"].as_str(), data["reason"].as_str()), (Some("PHP"), Some("broken cup")));
        assert_eq!((data["order_id"].as_str(), data["trans_id"].as_str()), (Some(order.as_str()), Some(session.trans_id.as_str())));
        assert!(data["refund_finish_time"].is_string());
        assert_eq!(app.held(&order).await, 0);
        let id = data["refund_id"].as_str().unwrap();
        for key in [format!("refund_id={id}"), "refund_trans_id=r1".to_owned()] {
            let found = app.merchant(Method::GET, &format!("/v1/refunds?{key}"), None).await;
            assert_eq!(found.data(), data);
        }
        let body = json!({ "merchant_id": crate::support::MERCHANT, "refund_trans_id": "r1" });
        assert_eq!(app.merchant(Method::POST, "/v1/refunds/query", Some(body)).await.data(), data);
        let transaction = app.transaction(&session).await;
        assert_eq!((transaction.data()["status"].as_str(), transaction.data()["refunded_amount"].as_str()), (Some("SUCCESS"), Some("25000")));
        app.until("it is told", async || app.sink.kinds(&session.trans_id) == ["PAYMENT.SUCCESS", "REFUND.SUCCESS"]).await;
        let told = app.sink.received().pop().unwrap().body["data"].clone();
        assert_eq!((told["refund_id"].as_str(), told["refund_trans_id"].as_str()), (Some(id), Some("r1")));
        assert_eq!((told["refund_amount"].as_str(), told["refund_status"].as_str()), (Some("25000"), Some("SUCCESS")));
        assert_eq!(told["session_status"], "SUCCESS");
    }

    async fn parts_are_given_back_until_nothing_is_left(app: TestApp) {
        let (session, order) = paid(app, "25000").await;
        let by_trans_id = json!({ "trans_id": session.trans_id, "amount": "10000", "refund_trans_id": "r1" });
        assert_eq!(refund(app, by_trans_id).await.data()["status"], "SUCCESS");
        let by_session = json!({ "session_id": session.id, "refund_amount": "5000", "currency": "PHP", "refund_trans_id": "r2" });
        assert_eq!(refund(app, by_session).await.data()["status"], "SUCCESS");
        let too_much = refund(app, json!({ "order_id": order, "amount": "10001", "refund_trans_id": "r3" })).await;
        assert_eq!((too_much.status, too_much.code(), too_much.field()), (409, "REFUND_AMOUNT_EXCEED", "amount"));
        assert!(too_much.body["ret_msg"].as_str().unwrap().contains("10000"));
        let rest = refund(app, json!({ "ori_order_id": order, "refund_trans_id": "r3" })).await;
        assert_eq!(rest.data()["refund_amount"], "10000");
        let nothing = refund(app, json!({ "order_id": order, "amount": "1", "refund_trans_id": "r4" })).await;
        assert_eq!((nothing.status, nothing.code()), (409, "REFUND_AMOUNT_EXCEED"));
        assert_eq!(app.transaction(&session).await.data()["refunded_amount"], "25000");
        assert_eq!(app.held(&order).await, 0);
        app.until("at rest", async || app.is_clean(When::AtRest).await).await;
    }

    async fn the_same_refund_twice_is_one_and_another_one_is_refused(app: TestApp) {
        let (_, order) = paid(app, "25000").await;
        let body = json!({ "order_id": order, "amount": "10000", "refund_trans_id": "r1" });
        let first = refund(app, body.clone()).await;
        assert_eq!(refund(app, body.clone()).await.data(), first.data());
        let turned = json!({ "refund_trans_id": "r1", "amount": "10000", "order_id": order });
        assert_eq!(refund(app, turned).await.data(), first.data());
        let other = refund(app, json!({ "order_id": order, "amount": "10001", "refund_trans_id": "r1" })).await;
        assert_eq!((other.status, other.code(), other.field()), (409, "REFUND_TRANS_ID_USED", "refund_trans_id"));
        let (_, second) = paid(app, "25000").await;
        let elsewhere = refund(app, json!({ "order_id": second, "amount": "10000", "refund_trans_id": "r1" })).await;
        assert_eq!(elsewhere.code(), "REFUND_TRANS_ID_USED");
        assert_eq!((app.held(&order).await, app.held(&second).await), (15_000, 25_000));
    }

    async fn one_number_sent_at_once_for_two_orders_is_one_refund(app: TestApp) {
        let ((_, one), (_, two)) = (paid(app, "25000").await, paid(app, "25000").await);
        let bodies = [&one, &two, &one, &two].map(|order| json!({ "order_id": order, "refund_trans_id": "r1" }));
        let answers = futures_util::future::join_all(bodies.map(|body| refund(app, body))).await;
        let good = answers.iter().filter(|answer| answer.status == 200).count();
        assert_eq!((good, answers.iter().filter(|answer| answer.code() == "REFUND_TRANS_ID_USED").count()), (2, 2));
        until_refund(app, "r1", "SUCCESS").await;
        assert_eq!(app.held(&one).await + app.held(&two).await, 25_000);
    }

    async fn many_refunds_at_once_never_overdraw(app: TestApp) {
        // Fifty, any two of which are too many, and sixteen, six of which nearly fill it (S07).
        for (many, amount, fit) in [(50, "15000", 1), (16, "4000", 6)] {
            let (session, order) = paid(app, "25000").await;
            let asked = (0..many).map(async |number| {
                let body = json!({ "order_id": order, "amount": amount, "refund_trans_id": format!("{amount}-{number}") });
                // Half of the places are this merchant's: whoever finds none has done nothing, and comes again.
                for _ in 0..1_000 {
                    let answer = refund(app, body.clone()).await;
                    if answer.code() != "BUSY" {
                        return answer;
                    }
                    tokio::time::sleep(std::time::Duration::from_millis(20)).await;
                }
                panic!("there is never a place");
            });
            let answers = futures_util::future::join_all(asked).await;
            let taken = answers.iter().filter(|answer| answer.status == 200).count();
            let refused = answers.iter().filter(|answer| answer.code() == "REFUND_AMOUNT_EXCEED").count();
            assert_eq!((taken, refused), (fit, many - fit));
            let sum = i64::try_from(fit).unwrap() * amount.parse::<i64>().unwrap();
            let told = sum.to_string();
            app.until("all are done", async || app.transaction(&session).await.data()["refunded_amount"] == told).await;
            assert_eq!(app.held(&order).await, 25_000 - sum);
        }
        app.until("at rest", async || app.is_clean(When::AtRest).await).await;
    }

    async fn a_lost_answer_is_asked_about_and_nothing_goes_back_twice(app: TestApp) {
        for (number, fault) in ["lost_reply", "half_body", "unknown", "bad_signature"].into_iter().enumerate() {
            let (session, order) = paid(app, "25000").await;
            app.fault(json!({ "fault": fault, "call": "refund", "times": 1 })).await;
            let own = format!("r{number}");
            refund(app, json!({ "order_id": order, "amount": "10000", "refund_trans_id": own })).await.data();
            until_refund(app, &own, "SUCCESS").await;
            assert_eq!(app.held(&order).await, 15_000, "{fault}");
            assert_eq!(app.transaction(&session).await.data()["refunded_amount"], "10000");
        }
    }

    async fn what_never_arrived_is_sent_again_under_the_same_number(app: TestApp) {
        let (_, order) = paid(app, "25000").await;
        app.fault(json!({ "fault": "server_error", "call": "refund", "times": 2 })).await;
        refund(app, json!({ "order_id": order, "refund_trans_id": "r1" })).await.data();
        until_refund(app, "r1", "SUCCESS").await;
        assert_eq!(app.held(&order).await, 0);
    }

    async fn a_slow_refund_is_told_by_the_channel(app: TestApp) {
        let (session, order) = paid(app, "25000").await;
        app.fault(json!({ "fault": "refund_pending", "ms": 700, "times": 1 })).await;
        let answer = refund(app, json!({ "order_id": order, "refund_trans_id": "r1" })).await;
        assert_eq!(answer.data()["status"], "PROCESSING");
        assert!(answer.data()["refund_finish_time"].is_null());
        assert_eq!(app.transaction(&session).await.data()["refunded_amount"], "0");
        until_refund(app, "r1", "SUCCESS").await;
        app.until("it is told", async || app.sink.kinds(&session.trans_id) == ["PAYMENT.SUCCESS", "REFUND.SUCCESS"]).await;
    }

    async fn a_refused_refund_has_failed_and_its_money_may_be_asked_for_again(app: TestApp) {
        let (session, order) = paid(app, "25000").await;
        app.fault(json!({ "fault": "refund_refused", "times": 1 })).await;
        let refused = refund(app, json!({ "order_id": order, "refund_trans_id": "r1" })).await;
        let data = refused.data();
        assert_eq!((data["status"].as_str(), data["error_code"].as_str()), (Some("FAIL"), Some("REFUND_WINDOW_EXCEED")));
        assert_eq!((app.held(&order).await, app.transaction(&session).await.data()["refunded_amount"].as_str()), (25_000, Some("0")));
        app.until("it is told", async || app.sink.kinds(&session.trans_id) == ["PAYMENT.SUCCESS", "REFUND.FAILURE"]).await;
        let told = app.sink.received().pop().unwrap().body["data"].clone();
        assert_eq!((told["error_code"].as_str(), told["refund_status"].as_str()), (Some("REFUND_WINDOW_EXCEED"), Some("FAIL")));
        let again = refund(app, json!({ "order_id": order, "refund_trans_id": "r2" })).await;
        assert_eq!(again.data()["status"], "SUCCESS");
        assert_eq!(app.held(&order).await, 0);
    }

    async fn a_refund_that_turns_out_to_have_failed_is_told_as_failed(app: TestApp) {
        let (session, order) = paid(app, "25000").await;
        app.fault(json!({ "fault": "refund_fails", "ms": 500, "times": 1 })).await;
        let answer = refund(app, json!({ "order_id": order, "amount": "7000", "refund_trans_id": "r1" })).await;
        assert_eq!(answer.data()["status"], "PROCESSING");
        until_refund(app, "r1", "FAIL").await;
        app.until("it is told", async || app.sink.kinds(&session.trans_id) == ["PAYMENT.SUCCESS", "REFUND.FAILURE"]).await;
        assert_eq!(app.held(&order).await, 25_000);
        app.until("at rest", async || app.is_clean(When::AtRest).await).await;
    }

    async fn only_what_was_paid_and_kept_is_refunded(app: TestApp) {
        let session = app.session("PHP", "25000").await;
        let none = refund(app, json!({ "trans_id": session.trans_id, "refund_trans_id": "r1" })).await;
        assert_eq!((none.status, none.code()), (404, "ORDER_NOT_EXIST"));
        let opened = app.pay(&session, "GCASH").await;
        let unpaid = refund(app, json!({ "order_id": order_id(&opened), "refund_trans_id": "r1" })).await;
        assert_eq!((unpaid.status, unpaid.code()), (409, "NOT_REFUNDABLE"));
        let (_, order) = paid(app, "25000").await;
        let foreign = json!({ "order_id": order, "refund_trans_id": "r1" });
        let foreign = app.call(Method::POST, "/v1/refunds", Some(OTHER_KEY), &[], Some(foreign)).await;
        assert_eq!((foreign.status, foreign.code()), (404, "ORDER_NOT_EXIST"));
        refund(app, json!({ "order_id": order, "refund_trans_id": "r1" })).await.data();
        let path = "/v1/refunds?refund_trans_id=r1";
        let foreign = app.call(Method::GET, path, Some(OTHER_KEY), &[], None).await;
        let unknown = app.merchant(Method::GET, "/v1/refunds?refund_trans_id=r9", None).await;
        assert_eq!((foreign.status, &foreign.body), (404, &unknown.body));
    }

    async fn a_refund_that_makes_no_sense_is_refused_by_its_field(app: TestApp) {
        let (_, order) = paid(app, "25000").await;
        for (body, status, field) in [
            (json!({ "order_id": order }), 400, "refund_trans_id"),
            (json!({ "order_id": order, "refund_trans_id": "" }), 400, "refund_trans_id"),
            (json!({ "order_id": order, "refund_trans_id": "a b" }), 400, "refund_trans_id"),
            (json!({ "order_id": order, "refund_trans_id": "r\u{1}" }), 400, "refund_trans_id"),
            (json!({ "refund_trans_id": "r" }), 400, "order_id"),
            (json!({ "order_id": order, "refund_trans_id": "r", "amount": "0" }), 400, "amount"),
            (json!({ "order_id": order, "refund_trans_id": "r", "amount": "-1" }), 400, "amount"),
            (json!({ "order_id": order, "refund_trans_id": "r", "amount": "1.5" }), 400, "amount"),
            (json!({ "order_id": order, "refund_trans_id": "r", "amount": 100.5 }), 400, "amount"),
            (json!({ "order_id": order, "refund_trans_id": "r", "amount": "1", "refund_amount": "2" }), 400, "refund_amount"),
            (json!({ "order_id": order, "refund_trans_id": "r", "currency": "USD" }), 400, "currency"),
            (json!({ "order_id": order, "refund_trans_id": "r", "reason": "a\nb" }), 400, "reason"),
            (json!({ "order_id": order, "refund_trans_id": "r", "notify_url": "http://shop.example/x" }), 400, "notify_url"),
            (json!({ "order_id": order, "refund_trans_id": "r", "merchant_id": "1" }), 400, "merchant_id"),
            (json!({ "order_id": order, "refund_trans_id": "r", "whole": true }), 400, "whole"),
        ] {
            let answer = refund(app, body.clone()).await;
            assert_eq!((answer.status, answer.field()), (status, field), "{body} {}", answer.body);
        }
        assert_eq!(app.held(&order).await, 25_000);
        for path in ["/v1/refunds", "/v1/refunds?refund_id=RF1", "/v1/refunds?refund_trans_id=%00"] {
            let answer = app.merchant(Method::GET, path, None).await;
            assert!((400..500).contains(&answer.status), "{path} {}", answer.body);
        }
    }

    async fn a_refund_tells_its_own_address(app: TestApp) {
        app.has_no_merchants_book("its session has no address, and nobody hears of the payment");
        let mut request = app.request("PHP", "25000");
        request.as_object_mut().unwrap().remove("notify_url");
        let session = app.session_of(request).await;
        let opened = app.pay(&session, "GCASH").await;
        app.wallet(&code(&opened), "approve").await.is_paid();
        app.until_status(&session, "SUCCESS").await;
        refund(app, json!({ "order_id": order_id(&opened), "refund_trans_id": "r1", "notify_url": app.sink.url })).await.data();
        app.until("it is told", async || app.sink.kinds(&session.trans_id) == ["REFUND.SUCCESS"]).await;
    }

    async fn what_somebody_gave_back_at_the_channel_is_found_and_told(app: TestApp) {
        let (session, order) = paid(app, "25000").await;
        given_back_elsewhere(app, &order, 9_000).await;
        asked(app, &order).await;
        assert_eq!(app.transaction(&session).await.data()["refunded_amount"], "9000");
        app.until("it is told", async || app.sink.kinds(&session.trans_id) == ["PAYMENT.SUCCESS", "REFUND.SUCCESS"]).await;
        let told = app.sink.received().pop().unwrap().body["data"].clone();
        assert_eq!((told["refund_kind"].as_str(), told["refund_amount"].as_str()), (Some("EXTERNAL"), Some("9000")));
        assert!(told["refund_trans_id"].is_null());
        asked(app, &order).await;
        assert_eq!(app.transaction(&session).await.data()["refunded_amount"], "9000", "once");
        let path = format!("/v1/refunds?refund_id={}", told["refund_id"].as_str().unwrap());
        assert_eq!(app.merchant(Method::GET, &path, None).await.data()["refund_kind"], "EXTERNAL");
        let too_much = refund(app, json!({ "order_id": order, "amount": "16001", "refund_trans_id": "r1" })).await;
        assert_eq!(too_much.code(), "REFUND_AMOUNT_EXCEED");
        refund(app, json!({ "order_id": order, "refund_trans_id": "r1" })).await.data();
        assert_eq!(app.held(&order).await, 0);
    }

    async fn a_refund_made_in_the_channels_portal_is_found_by_its_notice(app: TestApp) {
        let (session, order) = paid(app, "25000").await;
        given_back_telling(app, &order, 9_000, &format!("{}/notify/antom", app.app.public_url)).await;
        app.until("it is told", async || app.sink.kinds(&session.trans_id) == ["PAYMENT.SUCCESS", "REFUND.SUCCESS"]).await;
        let told = app.sink.received().pop().unwrap().body["data"].clone();
        assert_eq!((told["refund_kind"].as_str(), told["refund_amount"].as_str()), (Some("EXTERNAL"), Some("9000")));
        assert_eq!(app.transaction(&session).await.data()["refunded_amount"], "9000");
        // What is left may go back, and no more; nothing is given back twice.
        let rest = refund(app, json!({ "order_id": order, "refund_trans_id": "r1" })).await;
        assert_eq!((rest.data()["refund_amount"].as_str(), app.held(&order).await), (Some("16000"), 0));
        app.until("both are told", async || app.sink.kinds(&session.trans_id).len() == 3).await;
        assert_eq!(app.transaction(&session).await.data()["refunded_amount"], "25000");
    }

    async fn a_refund_that_meets_another_return_gives_back_nothing_too_much(app: TestApp) {
        let (session, order) = paid(app, "25000").await;
        given_back_elsewhere(app, &order, 20_000).await;
        // We do not know of it yet: the channel is asked before anything is sent.
        let answer = refund(app, json!({ "order_id": order, "amount": "10000", "refund_trans_id": "r1" })).await;
        let data = answer.data();
        assert_eq!((data["status"].as_str(), data["error_code"].as_str()), (Some("FAIL"), Some("RETURNED_ELSEWHERE")));
        assert_eq!(app.transaction(&session).await.data()["refunded_amount"], "20000");
        assert_eq!(app.held(&order).await, 5_000);
        let rest = refund(app, json!({ "order_id": order, "refund_trans_id": "r2" })).await;
        assert_eq!((rest.data()["refund_amount"].as_str(), app.held(&order).await), (Some("5000"), 0));
        app.until("all is told", async || {
            let mut kinds = app.sink.kinds(&session.trans_id);
            kinds.sort();
            kinds == ["PAYMENT.SUCCESS", "REFUND.FAILURE", "REFUND.SUCCESS", "REFUND.SUCCESS"]
        }).await;
    }

    async fn a_refund_and_a_surplus_reversal_do_not_meet(app: TestApp) {
        app.fault(json!({ "fault": "paid_after_cancel", "times": 1 })).await;
        let session = app.session("PHP", "25000").await;
        let (first, second) = app.paid_after_another(&session).await;
        app.fault(json!({ "fault": "refund_pending", "ms": 400, "times": 2 })).await;
        app.wallet(&code(&first), "approve").await.is_paid();
        // The order's own number means the payment that counts; the other goes back by itself.
        let answer = refund(app, json!({ "trans_id": session.trans_id, "amount": "10000", "refund_trans_id": "r1" })).await;
        assert_eq!(answer.data()["order_id"], order_id(&second));
        until_refund(app, "r1", "SUCCESS").await;
        app.until("the surplus is back", async || app.held(&order_id(&first)).await == 0).await;
        let refused = refund(app, json!({ "order_id": order_id(&first), "refund_trans_id": "r2" })).await;
        assert_eq!((refused.status, refused.code()), (409, "NOT_REFUNDABLE"));
        assert_eq!(app.held(&order_id(&second)).await, 15_000);
        app.until("at rest", async || app.is_clean(When::AtRest).await).await;
    }

    async fn money_that_the_channel_does_not_know_of_is_not_sent_back(app: TestApp) {
        app.has_no_channels_book("what is paid is a message of the test's own");
        let session = app.session("PHP", "25000").await;
        let order = order_id(&app.pay(&session, "GCASH").await);
        // A message of success is believed, and the channel's own book knows nothing of it.
        let payment = stored(app, &order).await;
        let said = Said::Paid { amount: payment.amount, at: None, returned: 0 };
        let evidence = Evidence { said, reason: String::new() };
        let statement = Statement { evidence, source: Source::Notice, after_cancel: None, after_confirming: false };
        settle(&app.app, &payment, Heard::Said(statement, None)).await.unwrap();
        refund(app, json!({ "order_id": order, "refund_trans_id": "r1" })).await.data();
        app.until("it is given up", async || {
            app.pass(Duration::from_secs(11 * 60));
            status_of(app, "r1").await["status"] == "FAIL"
        }).await;
        assert_eq!(status_of(app, "r1").await["error_code"], "NOT_PAID");
        let mut tx = app.app.store.read().await.unwrap();
        let sends: Option<(i64,)> = tx.sql("select sends from reversal").one().await.unwrap();
        assert_eq!(sends, Some((0,)), "nothing was sent");
    }

    async fn a_refund_waits_for_a_channel_that_is_away(app: TestApp) {
        let (_, order) = paid(app, "25000").await;
        app.fault(json!({ "fault": "server_error", "call": "inquiryPayment", "times": 1 })).await;
        let answer = refund(app, json!({ "order_id": order, "refund_trans_id": "r1" })).await;
        assert_eq!(answer.data()["status"], "PROCESSING");
        app.pass(Duration::from_secs(30));
        until_refund(app, "r1", "SUCCESS").await;
        assert_eq!(app.held(&order).await, 0);
    }
}
