//! `florin check` finds what it promises to find: for each invariant a row is written that breaks it and nothing else,
//! and taken back.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use florin_server::clock::Millis;
use florin_server::store::checks::{self, Broken, When};
use florin_server::store::{StoreError, Tx};
use reqwest::Method;
use serde_json::json;

use crate::support::{TestApp, code, on_both, order_id};

/// What an invariant's name begins with, where it is looked at, and what breaks it.
struct Plant(&'static str, When, &'static [&'static str]);

/// The books of [`books`]: one payment is accepted, one went back, one was cancelled.
const PLANTS: &[Plant] = &[
    Plant("I1 ", When::Always, &[
        "drop index one_accepted",
        "update payment set role = 'ACCEPTED' where role = 'SURPLUS'",
    ]),
    Plant("I2 a role", When::Always, &["update payment set role = 'SURPLUS' where state = 'CANCELLED'"]),
    Plant("I2 nothing ends", When::Always, &["update payment set cancels_sent = cancels_answered + 1 where state = 'CANCELLED'"]),
    Plant("I3 ", When::Always, &["update pay_order set amount = amount - 1"]),
    Plant("I4 ", When::Always, &["update reversal set amount = amount - 1 where reason <> 'MERCHANT'", OWED_TO_THE_PAYER, OWED_BY_NOBODY]),
    Plant("I5 ", When::Always, &[
        "insert into reversal (reversal_id, payment_id, merchant_id, trans_id, reason, request_id, amount, currency, state, tries,
           created_ms, changed_ms, refund_trans_id)
         select 'RFplant', payment_id, merchant_id, trans_id, 'MERCHANT', 'RFplant', 20001, currency, 'PROCESSING', 0,
           created_ms, changed_ms, 'planted' from payment where role = 'ACCEPTED'",
    ]),
    Plant("I6 ", When::Always, &[
        "update event set to_state = 'SUCCESS' where kind = 'ATTEMPT' and to_state = 'CANCELLING'
            and payment_id = (select payment_id from payment where state = 'CANCELLED')",
        "update event set from_state = 'SUCCESS' where kind = 'ATTEMPT' and to_state = 'CANCELLED'
            and payment_id = (select payment_id from payment where state = 'CANCELLED')",
    ]),
    Plant("I7 ", When::Always, &[
        "update session set state = 'PAID' where state = 'CANCELLED'",
        "update event set to_state = 'PAID' where kind = 'SESSION' and to_state = 'CANCELLED'",
    ]),
    Plant("I8 ", When::Always, &[STEPS_OF_AN_OPEN_ONE, LOG_OF_AN_OPEN_ONE, OPEN_AGAIN]),
    Plant("I9 a session", When::Always, &["update session set expire_ms = created_ms + 86400001"]),
    Plant("I9 no payment", When::Always, &[
        "update payment set created_ms = (select max(s.expire_ms) from session s) where state = 'CANCELLED'",
    ]),
    Plant("I10 ", When::Always, &[
        "delete from evidence where status = 'SUCCESS' and payment_id = (select payment_id from payment where role = 'ACCEPTED')",
    ]),
    Plant("I11 the log and the row", When::Always, &["update payment set state = 'FAIL' where state = 'CANCELLED'"]),
    Plant("I11 the log and the session", When::Always, &["update session set state = 'EXPIRED' where state = 'CANCELLED'"]),
    Plant("I11 each step", When::Always, &[
        "update event set from_state = 'SENT' where kind = 'ATTEMPT' and to_state = 'CANCELLED'
            and payment_id = (select payment_id from payment where state = 'CANCELLED')",
    ]),
    Plant("I11 the log has no holes", When::Always, &[
        "insert into event (merchant_id, trans_id, seq, session_id, kind, from_state, to_state, at_ms)
         select merchant_id, trans_id, max(seq) + 2, min(session_id), 'CONFLICT', '', '', max(at_ms) from event group by merchant_id, trans_id",
    ]),
    Plant("I11 the log and the reversal", When::Always, &["update event set to_state = 'UNKNOWN' where kind = 'REVERSAL' and to_state = 'SUCCESS'"]),
    Plant("I12 every result has its message, for a session", When::Always, &[
        "delete from outbox where endpoint_id = 'notify_url' and kind = 'PAYMENT.SUCCESS'",
    ]),
    Plant("I12 every result has its message, for every endpoint", When::Always, &[
        "delete from outbox where endpoint_id <> 'notify_url' and kind = 'PAYMENT.SUCCESS'",
    ]),
    Plant("I12 what counts as delivered", When::Always, &["update delivery_try set status = 500"]),
    Plant("I12 no message waits", When::Always, &[
        "update outbox set state = 'HELD' where endpoint_id <> 'notify_url' and kind = 'PAYMENT.SUCCESS'",
    ]),
    Plant("I13 the books balance", When::Always, &["update ledger set debit = debit + 1 where debit > 0 and account = 'channel:antom'"]),
    Plant("I13 a line", When::Always, &[
        "insert into ledger (txn_id, line, account, currency, debit, credit, payment_id, reversal_id)
         values ('planted', 1, 'planted', 'PHP', 0, 0, '', '')",
    ]),
    Plant("I14 the clearing account", When::Always, &[OWED_TO_THE_PAYER, OWED_BY_NOBODY]),
    Plant("I14 what is owed to the merchant", When::Always, &[
        "insert into ledger (txn_id, line, account, currency, debit, credit, payment_id, reversal_id)
         select 'planted', 1, 'merchant_payable', 'PHP', 0, 1, payment_id, '' from payment where role = 'ACCEPTED'",
        OWED_BY_NOBODY,
    ]),
    Plant("I15 a refund", When::Always, &["update reversal set currency = 'HKD' where reason = 'MERCHANT'"]),
    Plant("I15 only what", When::Always, &["update reversal set outcome = 'RETURNED' where reason <> 'MERCHANT'"]),
    Plant("I16 a credit", When::Always, &[
        "insert into credit (channel, bank_id, reference, number, amount, currency, at_ms, returned, payer, state, request_id,
           note, heard_ms, changed_ms)
         select 'transfer.eur', 'FTplant', '', 1, got_amount - 1, got_currency, paid_ms, 0, '', 'MATCHED', request_id, '', 0, 0
           from payment where role = 'ACCEPTED'",
    ]),
    Plant("I16 no two", When::Always, &["drop index credit_is_payment", A_CREDIT_OF_NO_PAYMENT, ANOTHER_LIKE_IT]),
    Plant("I16 what was paid", When::Always, &[
        "insert into credit (channel, bank_id, reference, number, amount, currency, at_ms, returned, payer, state, request_id,
           note, heard_ms, changed_ms)
         select channel, 'FTplant', '', 1, got_amount, got_currency, paid_ms, 0, '', 'NAMED', request_id, '', 0, 0
           from payment where role = 'ACCEPTED'",
    ]),
    Plant("I16 what a person", When::Always, &[A_CREDIT_OF_NO_PAYMENT, "update credit set meant = 'plant'"]),
    Plant("I16 whose word", When::Always, &[
        A_CREDIT_OF_NO_PAYMENT,
        "update credit set source = 'PERSON', meant = 'planted'",
        "insert into credit_word (channel, bank_id, seq, kind, who, note, at_ms)
         select channel, bank_id, 1, 'STATEMENT', 'somebody', 'a.xml:1', 0 from credit",
    ]),
    Plant("L1 ", When::AtRest, &[
        "update session set state = 'OPEN' where state = 'CANCELLED'",
        LOG_OF_AN_OPEN_SESSION,
        STEPS_OF_AN_OPEN_ONE,
        LOG_OF_AN_OPEN_ONE,
        OPEN_AGAIN,
    ]),
    Plant("L2 every surplus", When::AtRest, &[
        "update reversal set state = 'PROCESSING' where reason <> 'MERCHANT'",
        "update event set to_state = 'PROCESSING' where kind = 'REVERSAL' and to_state = 'SUCCESS'
            and reversal_id = (select reversal_id from reversal where reason <> 'MERCHANT')",
        "insert into ledger (txn_id, line, account, currency, debit, credit, payment_id, reversal_id)
         select 'planted', 1, 'surplus_payable', 'PHP', 0, 25000, payment_id, '' from payment where role = 'SURPLUS'",
        "insert into ledger (txn_id, line, account, currency, debit, credit, payment_id, reversal_id)
         values ('planted', 2, 'planted', 'PHP', 25000, 0, '', '')",
    ]),
    Plant("L2 every refund", When::AtRest, &[
        "insert into reversal (reversal_id, payment_id, merchant_id, trans_id, reason, request_id, amount, currency, state, tries,
           created_ms, changed_ms, refund_trans_id)
         select 'RFplant', payment_id, merchant_id, trans_id, 'MERCHANT', 'RFplant', 1, currency, 'UNKNOWN', 0,
           created_ms, changed_ms, 'planted' from payment where role = 'ACCEPTED'",
    ]),
    Plant("L3 ", When::AtRest, &[
        "update session set state = 'OPEN', expire_ms = (select max(p.created_ms) + 1 from payment p
            where p.session_id = session.session_id) where state = 'CANCELLED'",
        LOG_OF_AN_OPEN_SESSION,
    ]),
    Plant("L4 ", When::AtRest, &["update outbox set state = 'PENDING', next_ms = 0, leased_until_ms = 0 where kind = 'PAYMENT.SUCCESS'"]),
];

const A_CREDIT_OF_NO_PAYMENT: &str =
    "insert into credit (channel, bank_id, reference, number, amount, currency, at_ms, returned, payer, state, request_id,
       note, heard_ms, changed_ms)
     values ('transfer.eur', 'FTplant', '', 1, 1, 'EUR', 0, 0, '', 'NAMED', 'planted', '', 0, 0)";
const ANOTHER_LIKE_IT: &str =
    "insert into credit (channel, bank_id, reference, number, amount, currency, at_ms, returned, payer, state, request_id,
       note, heard_ms, changed_ms)
     select channel, 'FTother', reference, 2, amount, currency, at_ms, returned, payer, state, request_id, note, heard_ms,
       changed_ms from credit";

/// One cent more is owed for what went back, and one less by nobody in particular: the books balance.
const OWED_TO_THE_PAYER: &str =
    "insert into ledger (txn_id, line, account, currency, debit, credit, payment_id, reversal_id)
     select 'planted', 1, 'surplus_payable', 'PHP', 0, 1, payment_id, '' from payment where role = 'SURPLUS'";
const OWED_BY_NOBODY: &str =
    "insert into ledger (txn_id, line, account, currency, debit, credit, payment_id, reversal_id)
     values ('planted', 2, 'planted', 'PHP', 1, 0, '', '')";

/// The closed session is open, and so says its log.
const LOG_OF_AN_OPEN_SESSION: &str =
    "update event set to_state = 'OPEN' where kind = 'SESSION' and to_state = 'CANCELLED'";

/// The cancelled payment is open, and so says its log.
const STEPS_OF_AN_OPEN_ONE: &str =
    "update event set from_state = 'INTENT', to_state = 'INTENT' where kind = 'ATTEMPT' and from_state <> ''
        and to_state <> 'CANCELLED' and payment_id = (select payment_id from payment where state = 'CANCELLED')";
const LOG_OF_AN_OPEN_ONE: &str =
    "update event set from_state = 'INTENT', to_state = 'UNKNOWN' where kind = 'ATTEMPT' and to_state = 'CANCELLED'
        and payment_id = (select payment_id from payment where state = 'CANCELLED')";
const OPEN_AGAIN: &str = "update payment set state = 'UNKNOWN' where state = 'CANCELLED'";

/// A unit of work that is taken back whatever comes of it.
enum Back {
    Found(Vec<Broken>),
    Failed(StoreError),
}

impl From<StoreError> for Back {
    fn from(error: StoreError) -> Back {
        Back::Failed(error)
    }
}

async fn planted(tx: &mut Tx, plant: &Plant, now: Millis) -> Result<Vec<Broken>, StoreError> {
    for text in plant.2 {
        let touched = tx.sql(text).execute().await?;
        assert!(touched > 0 || text.starts_with("drop"), "{} touches nothing: {text}", plant.0);
    }
    checks::run(tx, plant.1, now).await
}

/// The names of what is broken while the plant stands.
async fn found(app: &TestApp, plant: &'static Plant) -> BTreeSet<&'static str> {
    let now = app.app.now();
    let unit = async move |tx: &mut Tx| Err::<(), _>(Back::Found(planted(tx, plant, now).await?));
    match app.app.store.write(unit).await {
        Err(Back::Found(found)) => found.into_iter().map(|broken| broken.invariant).collect(),
        Err(Back::Failed(error)) => panic!("{}: {error}", plant.0),
        Ok(()) => panic!("it is taken back"),
    }
}

/// A payment that counts, with a part refunded; one too many, given back; a closed session; every message delivered.
async fn books(app: &TestApp) {
    let endpoint = json!({ "url": app.sink.url, "sessions": "ALL" });
    app.merchant(Method::POST, "/v1/webhook_endpoints", Some(endpoint)).await.data();
    app.pass(Duration::from_secs(120));
    app.fault(json!({ "fault": "paid_after_cancel", "times": 1 })).await;
    let session = app.session("PHP", "25000").await;
    let (first, second) = app.paid_after_another(&session).await;
    app.wallet(&code(&first), "approve").await.is_paid();
    app.until("the first is given back", async || app.held(&order_id(&first)).await == 0).await;
    let part =
        json!({ "order_id": order_id(&second), "amount": "5000", "refund_trans_id": "part" });
    app.merchant(Method::POST, "/v1/refunds", Some(part)).await.data();
    let closed = app.session("PHP", "25000").await;
    app.pay(&closed, "GCASH").await.data();
    let close = format!("/v1/sessions/{}/close", closed.id);
    app.merchant(Method::POST, &close, None).await.data();
    app.until("everything is at rest", async || {
        app.is_clean(When::AtRest).await && waiting(app).await == 0
    })
    .await;
    app.pass(Duration::from_secs(120));
}

async fn waiting(app: &TestApp) -> i64 {
    let mut tx = app.app.store.read().await.unwrap();
    let text = "select count(*) from outbox where state = 'PENDING'";
    tx.sql(text).one::<(i64,)>().await.unwrap().unwrap().0
}

on_both! {
    async fn every_invariant_finds_the_row_that_breaks_it_and_no_other_does(app: TestApp) {
        books(app).await;
        app.check(When::AtRest).await;
        for plant in PLANTS {
            let found = found(app, plant).await;
            let is_it = found.len() == 1 && found.iter().all(|name| name.starts_with(plant.0));
            assert!(is_it, "{} was planted, and found is {found:?}", plant.0);
        }
        app.check(When::AtRest).await;
    }
}

#[test]
fn no_invariant_is_left_out() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store/checks.rs");
    let text = std::fs::read_to_string(path).unwrap();
    let names: Vec<&str> =
        text.split("name: \"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert!(names.len() > 25, "{names:?}");
    for name in names {
        let plants = PLANTS.iter().filter(|plant| name.starts_with(plant.0)).count();
        assert_eq!(plants, 1, "{name}");
    }
}
