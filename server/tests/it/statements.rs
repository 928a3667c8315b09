//! What a payment costs PostgreSQL, counted: a statement more is seen here, before anybody measures time.

use crate::support::{Db, TestApp, code};

/// Create: the order's lock, one statement of changes. Pay, and its answer: the lock and two questions, one of changes
/// each. The notification: whose it is, the lock and two questions, two more, one of changes. Four units begin and end.
const STATEMENTS: u64 = 25;

/// Those with something to decide in between: two for a unit, two more for the notification, and whose that is.
const WAYS: u64 = 11;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_payment_costs_postgres_no_more_statements_than_it_did() {
    let mut app = TestApp::start(Db::Postgres).await;
    app.rest().await;
    let mut spent = Vec::new();
    // What is looked up once in a while is no part of a payment: the cheapest of several has none of it.
    for _ in 0..6 {
        spent.push(one_payment(&app).await);
    }
    let (statements, ways) = spent.into_iter().min().unwrap();
    assert_eq!(
        (statements, ways),
        (STATEMENTS, WAYS),
        "statements, and times that somebody waited"
    );
    app.ends().await;
}

async fn one_payment(app: &TestApp) -> (u64, u64) {
    let before = app.app.store.said().unwrap();
    let session = app.session("PHP", "25000").await;
    let opened = app.pay(&session, "GCASH").await;
    app.wallet(&code(&opened), "approve").await.is_paid();
    app.until_status(&session, "SUCCESS").await;
    let after = app.app.store.said().unwrap();
    (after.0 - before.0, after.1 - before.1)
}
