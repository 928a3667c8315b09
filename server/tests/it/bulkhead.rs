//! One channel hangs, and what was paid at another is found out no later for it (G7).

use std::time::Duration;

use florin_server::app::ASKS;
use futures_util::stream::{self, StreamExt};
use serde_json::json;

use crate::support::{TestApp, code, on_both, order_id};

on_both! {
    async fn questions_that_hang_leave_places_for_other_channels(app: TestApp) {
        let others = stream::iter(0..ASKS + 8).for_each_concurrent(8, |_| async {
            let session = app.session("PHP", "25000").await;
            app.pay(&session, "GCASH").await.data();
        });
        others.await;
        let session = app.session("CNY", "25000").await;
        let opened = app.pay(&session, "WECHATPAY").await;
        app.fault(json!({ "fault": "silent", "channel": "wechatpay", "times": 99 })).await;
        app.wallet(&code(&opened), "approve").await.is_paid();
        app.fault(json!({ "fault": "late", "call": "query", "channel": "antom", "ms": 60_000, "times": 9_999 })).await;
        // All of them are due at once, and the one that can be answered is the last.
        app.pass(Duration::from_secs(11));
        app.until_status(&session, "SUCCESS").await;
        let free = app.app.slots.asks.available_permits();
        assert!(free <= ASKS / 4, "all others still hang, but {free} places are free");
        assert_eq!(app.held(&order_id(&opened)).await, 25_000);
    }
}
