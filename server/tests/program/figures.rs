//! `/metrics`, `/readyz` and `/healthz`: where they are, and that they mean it.

use reqwest::Method;
use serde_json::json;

use crate::support::{Db, KEY, World, on_both};

on_both! {
    async fn the_figures_tell_what_happened_with_few_labels(world: &World) {
        let florin = world.serve(&[]).await;
        florin.pay(world).await;
        for number in 0..50 {
            let path = format!("/nowhere/{number}");
            florin.call(Method::GET, &path, KEY, None).await.unwrap();
            florin.call(Method::GET, &format!("/v1/checkout/CS{number}/status"), KEY, None).await.unwrap();
        }
        let told = florin.get(format!("{}/metrics", florin.admin)).await.body;
        let told = told.as_str().unwrap();
        for line in [
            "florin_http_requests_total{route=\"/v1/sessions\",method=\"POST\",status=\"2xx\"} 1",
            "florin_http_requests_total{route=\"/{*file}\",method=\"GET\",status=\"4xx\"} 50",
            "florin_channel_calls_total{channel=\"antom\",call=\"pay\",outcome=\"answered\"} 1",
            "florin_channel_breaker_open{channel=\"antom\"} 0",
            "florin_settled_total{outcome=\"accepted\"} 1",
            "florin_outbox_dead 0",
            "florin_reversals{state=\"MANUAL\"} 0",
            "florin_poll_board_sessions 1",
            "florin_database_up 1",
            "florin_stopping 0",
            "florin_http_in_flight{class=\"merchant\"} 0",
        ] {
            assert!(told.lines().any(|told| told == line), "{line} is missing:\n{told}");
        }
        for name in [
            "florin_outbox_pending", "florin_outbox_oldest_seconds", "florin_writer_queue", "florin_commit_seconds_bucket",
            "florin_worker_turn_age_seconds{worker=\"reconcile\"}", "florin_http_request_seconds_bucket{class=\"poll\"",
            "florin_channel_call_seconds_bucket", "florin_payments_asked_about", "florin_forged_notifications_total",
        ] {
            assert!(told.contains(name), "{name} is missing:\n{told}");
        }
        assert!(!told.contains("/nowhere/"), "an address became a label");
        let outside = florin.get(format!("{}/metrics", florin.base)).await;
        assert_eq!(outside.status, 404, "the world sees no figures");
        world.check(true).await;
    }

    async fn a_forged_notification_is_a_figure(world: &World) {
        let florin = world.serve(&[]).await;
        for number in 1..=3 {
            let forged = florin.call(Method::POST, "/notify/antom", KEY, Some(&json!({ "notifyType": "PAYMENT_RESULT" }))).await.unwrap();
            assert_eq!(forged.status, 401);
            let told = florin.get(format!("{}/metrics", florin.admin)).await.body;
            let line = format!("florin_forged_notifications_total {number}");
            assert!(told.as_str().unwrap().lines().any(|told| told == line), "{line} is missing:\n{told}");
        }
    }

    async fn ready_means_that_it_can_work(world: &World) {
        let florin = world.serve(&[]).await;
        for base in [&florin.base, &florin.admin] {
            let well = florin.get(format!("{base}/readyz")).await;
            assert_eq!((well.status, &well.body), (200, &json!({
                "ready": true, "running": "ok", "database": "ok", "workers": "ok",
            })));
        }
        // A schema that lacks a step, as when somebody restored an old copy beneath a running server.
        let store = florin_server::store::Store::connect(&world.database).await.unwrap();
        store
            .write(async |tx: &mut florin_server::store::Tx| {
                tx.sql("delete from _sqlx_migrations where version = 5").execute().await?;
                Ok::<_, florin_server::Error>(())
            })
            .await
            .unwrap();
        tokio::time::sleep(std::time::Duration::from_millis(1200)).await;
        let ill = florin.get(format!("{}/readyz", florin.base)).await;
        assert_eq!((ill.status, &ill.body["database"]), (503, &json!("migrations are missing")), "{}", ill.body);
        assert_eq!(florin.get(format!("{}/healthz", florin.base)).await.status, 200, "alive all the same");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_taken_admin_address_is_an_error_only_if_it_was_asked_for() {
    let world = World::new(Db::Sqlite).await;
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let done = world
        .program()
        .arg("serve")
        .env("FLORIN_LISTEN", "127.0.0.1:0")
        .env("FLORIN_ADMIN_LISTEN", &address)
        .output()
        .await
        .unwrap();
    assert_eq!(done.status.code(), Some(3));
    assert!(String::from_utf8(done.stderr).unwrap().contains(&address));
}
