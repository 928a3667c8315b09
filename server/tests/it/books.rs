//! A story ends with the comparison of the three books, and a lie in any of them ends it badly.

use axum::Json;
use axum::Router;
use axum::routing::get;
use florin_server::Error;
use florin_server::store::Tx;
use serde_json::json;
use tokio::net::TcpListener;

use crate::support::{Db, TestApp, code, tell};

async fn paid(app: &TestApp) {
    let session = app.session("PHP", "25000").await;
    let opened = app.pay(&session, "GCASH").await;
    app.wallet(&code(&opened), "approve").await.is_paid();
    app.until_status(&session, "SUCCESS").await;
    app.until("it is told", async || app.sink.kinds(&session.trans_id) == ["PAYMENT.SUCCESS"])
        .await;
    app.books_agree().await;
    app.gives_up_soon();
}

/// A payment under another number than the channel took it by: no invariant sees it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[should_panic(expected = "only the server knows GONE as paid")]
async fn a_lie_in_the_database_ends_a_story_badly() {
    tell(Db::Sqlite, async |app| {
        paid(app).await;
        let lie = async move |tx: &mut Tx| {
            tx.sql("update payment set request_id = 'GONE'").execute().await?;
            Ok::<_, Error>(())
        };
        app.app.store.write(lie).await.unwrap();
    })
    .await;
}

/// A channel that has taken money under a number of ours that we never had.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[should_panic(expected = "only the sandbox knows GHOST")]
async fn a_lie_in_the_channels_book_ends_a_story_badly() {
    tell(Db::Sqlite, async |app| {
        paid(app).await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        app.also_at(&format!("http://{}", listener.local_addr().unwrap()));
        let book = json!({ "payments": [{ "paymentRequestId": "GHOST", "captured": 1 }] });
        let router = Router::new().route("/book", get(async move || Json(book)));
        tokio::spawn(async move { axum::serve(listener, router).await });
    })
    .await;
}

/// The merchant is told by somebody else that an order is paid.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[should_panic(expected = "is not signed by anybody known")]
async fn a_lie_in_the_merchants_book_ends_a_story_badly() {
    tell(Db::Sqlite, async |app| {
        paid(app).await;
        let mut forged = app.sink.received().remove(0).body;
        forged["data"]["trans_id"] = json!("another");
        let told = reqwest::Client::new().post(&app.sink.url).json(&forged);
        assert_eq!(told.header("webhook-id", "forged").send().await.unwrap().status(), 200);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[should_panic(expected = "a story ends with `ends`")]
async fn a_story_that_does_not_end_there_fails() {
    drop(TestApp::start(Db::Sqlite).await);
}
