//! Who gets in, and for how long: test and live never meet (D14), and a page's token ends an hour after its session (D15).

use std::time::Duration;

use florin_server::Error;
use florin_server::store::Tx;
use reqwest::Method;

use crate::support::{KEY, OTHER_KEY, OTHER_MERCHANT, TestApp, on_both};

async fn goes_live(tx: &mut Tx) -> Result<(), Error> {
    let text = "update merchant set livemode = 1 where merchant_id = $1";
    tx.sql(text).bind(OTHER_MERCHANT).execute().await?;
    Ok(())
}

on_both! {
    async fn a_test_key_opens_nothing_where_real_money_moves_and_the_other_way_round(app: TestApp) {
        app.app.store.write(async |tx: &mut Tx| goes_live(tx).await).await.unwrap();
        let live = app.live().await;
        for (base, key, opens) in [(&app.base, KEY, true), (&live, KEY, false), (&app.base, OTHER_KEY, false), (&live, OTHER_KEY, true)] {
            for (method, path) in [(Method::GET, "/v1/sessions?trans_id=nobody"), (Method::GET, "/v1/transactions?trans_id=nobody"), (Method::POST, "/v1/sessions/CS0123456789abcdefghijklmnopqrstuv/close")] {
                let answer = app.call_at(base, method.clone(), path, Some(key), &[("idempotency-key", "one")], None).await;
                let is_wrong = (answer.status, answer.code()) == (401, "WRONG_KEY");
                assert_eq!(is_wrong, !opens, "{key} {method} {path}: {}", answer.body);
            }
        }
        let kept = app.app.store.read().await.unwrap().sql("select scope from idempotency").all::<(String,)>().await.unwrap();
        assert_eq!(kept.len(), 2, "one for each of those who may: {kept:?}");
    }

    async fn a_token_ends_an_hour_after_its_session(app: TestApp) {
        let (session, other) = (app.session("PHP", "25000").await, app.session("PHP", "25000").await);
        app.pass(Duration::from_secs(31 * 60));
        app.until("it is expired", async || app.session_status(&session).await == "EXPIRED").await;
        for (minutes, opens) in [(0, true), (58, true), (2, false)] {
            app.pass(Duration::from_secs(minutes * 60));
            for path in ["", "/status"] {
                let answer = app.shopper(Method::GET, &session, path, None).await;
                let expected = if opens { (200, "000000") } else { (401, "WRONG_KEY") };
                assert_eq!((answer.status, answer.code()), expected, "{path} after {minutes} min more");
            }
            let refused = app.pay(&session, "GCASH").await;
            let expected = if opens { (409, "SESSION_EXPIRED") } else { (401, "WRONG_KEY") };
            assert_eq!((refused.status, refused.code()), expected);
        }
        // However long it might have been open.
        let closed = app.session("PHP", "25000").await;
        let close = format!("/v1/sessions/{}/close", closed.id);
        app.merchant(Method::POST, &close, None).await.data();
        for (minutes, status) in [(59, 200), (2, 401)] {
            app.pass(Duration::from_secs(minutes * 60));
            let answer = app.shopper(Method::GET, &closed, "/status", None).await;
            assert_eq!(answer.status, status, "{}", answer.body);
        }
        // A process that has never heard of it says the same.
        let (_second, base) = app.another().await;
        for session in [&session, &other, &closed] {
            let path = format!("/v1/checkout/{}", session.id);
            let answer = app.call_at(&base, Method::GET, &path, Some(&session.token), &[], None).await;
            assert_eq!((answer.status, answer.code()), (401, "WRONG_KEY"), "{}", answer.body);
        }
    }
}
