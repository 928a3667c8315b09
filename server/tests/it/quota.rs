//! One merchant's program that runs wild takes half of the places and no more (threat S30).

use florin_server::gates::Class;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, KEY, OTHER_KEY, TestApp, on_both};

/// A charge that keeps its place until the channel has answered.
async fn charge(app: &TestApp) -> Answer {
    let order = app.request("PHP", "25000");
    let body = json!({
        "trans_id": order["trans_id"], "currency": "PHP", "amount": "25000", "goods": order["goods"],
        "payment": { "payment_method": "ALIPAY_PLUS", "payment_code": "281000000000000001" },
    });
    app.merchant(Method::POST, "/v1/transactions", Some(body)).await
}

async fn look(app: &TestApp, key: &str, path: &str) -> Answer {
    app.call(Method::GET, path, Some(key), &[], None::<Value>).await
}

on_both! {
    async fn a_wild_program_leaves_half_of_the_places_to_the_other_merchants(app: TestApp) {
        app.has_no_merchants_book("a scanned code's merchant has no address here");
        for key in [KEY, OTHER_KEY] {
            assert_eq!(look(app, key, "/v1/merchant").await.status, 200);
        }
        app.app.gates.allow(Class::Merchant, 4);
        app.fault(json!({ "fault": "late", "call": "pay", "ms": 2500, "times": 2 })).await;
        let (one, two, ()) = tokio::join!(charge(app), charge(app), async {
            app.until("both are under way", async || {
                let book = app.book().await;
                book.len() == 2 && app.app.gates.inside(Class::Merchant) == 2
            }).await;
            let refused = look(app, KEY, "/v1/merchant").await;
            assert_eq!((refused.status, refused.code()), (503, "BUSY"), "{}", refused.body);
            assert!(refused.body["ret_msg"].as_str().unwrap().starts_with("half of all places"), "{}", refused.body);
            assert_eq!(look(app, OTHER_KEY, "/v1/merchant").await.status, 200, "the others have theirs");
            assert_eq!(look(app, KEY, "/v1/refunds?refund_trans_id=none").await.status, 404, "another class");
        });
        assert_eq!((one.status, two.status), (200, 200), "{} {}", one.body, two.body);
        assert_eq!(look(app, KEY, "/v1/merchant").await.status, 200);
        assert_eq!(app.app.gates.inside(Class::Merchant), 0);
    }
}
