//! What a file of the bank's and a person say of credits is the last word, whatever the connector tells.

use std::time::Duration;

use florin_server::domain::credit::{Credit, CreditState, Stated};
use florin_server::store::checks::When;
use florin_server::store::credits;
use florin_server::store::statements::{self, Line, Word};
use florin_server::store::{StoreError, Tx};
use florin_shared::Money;
use reqwest::Method;
use serde_json::json;

use super::{AMOUNT, MINOR, bank_id, introduced, kept, opened, reference, told, told_as_the_first};
use crate::support::by_hand::one;
use crate::support::{TestApp, code, on_both, order_id};

fn word(app: &TestApp) -> Word {
    Word { who: "Ada".into(), note: "statement.xml:2".into(), at: app.app.now() }
}

fn credit(app: &TestApp, id: &str, minor: i64, (reference, number): (&str, u32)) -> Credit {
    Credit {
        id: id.to_owned(),
        reference: reference.to_owned(),
        number,
        amount: Money::new(minor, "EUR".parse().unwrap()).unwrap(),
        at: app.app.now(),
        returned: 0,
        payer: String::new(),
    }
}

fn line(app: &TestApp, id: &str, minor: i64, named: &[&str]) -> Line {
    let credit = credit(app, id, minor, (&named.join(" and "), 0));
    Line { credit, named: named.iter().map(|one| (*one).to_owned()).collect(), place: 1 }
}

/// A line of a file of the bank's about a credit of this number, as `florin credits import` writes it down beside the server.
async fn stated(app: &TestApp, id: &str, minor: i64, named: &[&str]) -> Option<Stated> {
    let (line, word) = (line(app, id, minor, named), word(app));
    let unit = async move |tx: &mut Tx| statements::state(tx, "transfer.eur", &line, &word).await;
    app.app.store.write(unit).await.unwrap()
}

on_both! {
    async fn what_a_file_has_told_stands_although_the_connector_knows_of_nothing(app: TestApp) {
        app.has_no_channels_book("what a file or a person says of the account, its connector does not know");
        let (session, opened) = opened(app).await;
        assert_eq!(stated(app, "FT1", MINOR, &[&reference(&opened)]).await, None);
        app.until_status(&session, "SUCCESS").await;
        app.pass(Duration::from_secs(60));
        // The connector lists nothing, now and before a second one goes back.
        let now = app.check_now(&session, &order_id(&opened)).await;
        assert_eq!(now.data()["payment_status"], "SUCCESS", "{}", now.body);
        assert_eq!(stated(app, "FT2", MINOR, &[&reference(&opened)]).await, None);
        assert_eq!(app.to_be_sent_back(1).await, one("SURPLUS", AMOUNT));
        // Told by a message too, as the first under its reference: nothing new.
        for id in ["FT1", "FT2"] {
            assert_eq!(told_as_the_first(app, id, &reference(&opened)).await, 200);
        }
        assert_eq!(stated(app, "FT1", MINOR, &[&reference(&opened)]).await, Some(Stated::Same));
        assert_eq!(kept(app, CreditState::Matched).await.len(), 2);
        assert_eq!(app.to_be_sent_back(1).await, one("SURPLUS", AMOUNT));
        app.until("the merchant is told", async || app.sink.kinds(&session.trans_id).contains(&"PAYMENT.SUCCESS".into())).await;
        app.check(When::Always).await;
    }

    async fn a_file_decides_where_a_message_was_not_enough(app: TestApp) {
        introduced(app).await;
        app.fault(json!({ "fault": "wrong_amount", "call": "notification", "value": 999, "times": 1 })).await;
        app.fault(json!({ "fault": "server_error", "call": "statement", "times": 999 })).await;
        let (session, opened) = opened(app).await;
        let ours = reference(&opened);
        app.wallet(&code(&opened), "approve").await.is_paid();
        app.until("it is told", async || kept(app, CreditState::Named).await.len() == 1).await;
        let id = kept(app, CreditState::Named).await[0].credit.id.clone();
        // Whose it is, a message has said already.
        let (_, other) = super::opened(app).await;
        for named in [&[][..], &[reference(&other).as_str()], &[&ours, &reference(&other)]] {
            assert_eq!(stated(app, &id, MINOR, named).await, Some(Stated::OtherPayment));
        }
        assert_eq!(app.session_status(&session).await, "PROCESSING");
        assert_eq!(stated(app, &id, MINOR, &[&ours]).await, Some(Stated::Anew));
        app.until_status(&session, "SUCCESS").await;
        assert_eq!(stated(app, &id, MINOR - 1, &[&ours]).await, Some(Stated::OtherAmount));
        assert_eq!(stated(app, &id, MINOR, &[&ours]).await, Some(Stated::Same));
        let matched = kept(app, CreditState::Matched).await;
        assert_eq!((matched.len(), matched[0].credit.amount.minor()), (1, MINOR));
        app.check(When::Always).await;
    }

    async fn a_file_may_say_that_another_amount_came_in(app: TestApp) {
        app.has_no_channels_book("what a file or a person says of the account, its connector does not know");
        let (session, opened) = opened(app).await;
        assert_eq!(stated(app, "FT1", 7, &[&reference(&opened)]).await, None);
        assert_eq!(app.to_be_sent_back(1).await, one("MISMATCH", "7"));
        assert_eq!(app.session_status(&session).await, "PROCESSING");
        assert_eq!(kept(app, CreditState::Matched).await.len(), 1);
        app.check(When::Always).await;
    }

    async fn what_a_file_says_of_two_transactions_pays_neither_whatever_the_connector_makes_of_it(app: TestApp) {
        app.has_no_channels_book("what a file or a person says of the account, its connector does not know");
        app.fault(json!({ "fault": "silent", "times": 99 })).await;
        // Nor does the connector tell it before the file does.
        app.fault(json!({ "fault": "server_error", "call": "statement", "times": 999 })).await;
        let (session, opened) = opened(app).await;
        let (_, other) = super::opened(app).await;
        app.wallet(&code(&opened), "approve").await.is_paid();
        let id = bank_id(app, &reference(&opened)).await;
        assert_eq!(stated(app, &id, MINOR, &[&reference(&opened), &reference(&other)]).await, None);
        app.until("a person is asked", async || kept(app, CreditState::Stray).await.len() == 1).await;
        let sandbox = &app.sandbox;
        assert_eq!(app.call_at(sandbox, Method::DELETE, "/faults", None, &[], None).await.status, 200);
        // These are used up by the connector's answers about this very reference.
        app.fault(json!({ "fault": "late", "call": "statement", "ms": 1, "times": 2, "request": reference(&opened) })).await;
        app.pass(Duration::from_secs(60));
        app.until("the connector has told of it", async || {
            let now = app.check_now(&session, &order_id(&opened)).await;
            assert_eq!(now.data()["payment_status"], "PROCESSING", "{}", now.body);
            app.call_at(sandbox, Method::GET, "/faults", None, &[("accept", "application/json")], None).await.body["faults"] == json!([])
        }).await;
        // A person says which.
        let (meant, word) = (reference(&opened), word(app));
        let unit = async move |tx: &mut Tx| {
            let first = statements::assign(tx, ("transfer.eur", &id), &meant, &word).await?;
            Ok::<_, StoreError>((first, statements::assign(tx, ("transfer.eur", &id), &meant, &word).await?))
        };
        assert_eq!(app.app.store.write(unit).await.unwrap(), (true, false));
        app.until_status(&session, "SUCCESS").await;
        app.check(When::Always).await;
    }

    async fn what_a_person_assigns_pays_the_transaction_that_they_name_however_the_connector_counted_it(app: TestApp) {
        app.has_no_channels_book("what a file or a person says of the account, its connector does not know");
        introduced(app).await;
        let (session, opened) = opened(app).await;
        assert_eq!(told(app, "FT1", ("thanks", 2)).await, 200);
        app.until("a person is asked", async || kept(app, CreditState::Stray).await.len() == 1).await;
        let (meant, word) = (reference(&opened), word(app));
        let unit = async move |tx: &mut Tx| statements::assign(tx, ("transfer.eur", "FT1"), &meant, &word).await;
        assert!(app.app.store.write(unit).await.unwrap());
        app.until_status(&session, "SUCCESS").await;
        assert_eq!(app.status(&session).await["order_id"], order_id(&opened));
        assert_eq!(kept(app, CreditState::Matched).await[0].request_id, reference(&opened));
        app.check(When::Always).await;
    }

    async fn under_the_reference_that_a_file_names_the_connectors_count_of_another_is_nothing(app: TestApp) {
        app.has_no_channels_book("what a file or a person says of the account, its connector does not know");
        let (session, opened) = opened(app).await;
        // Told by a message that nobody has taken in, and then by a file.
        let told = credit(app, "FT1", MINOR, ("thanks", 2));
        let (line, word) = (line(app, "FT1", MINOR, &[&reference(&opened)]), word(app));
        let unit = async move |tx: &mut Tx| {
            credits::keep(tx, "transfer.eur", &told, word.at).await?;
            statements::state(tx, "transfer.eur", &line, &word).await
        };
        assert_eq!(app.app.store.write(unit).await.unwrap(), Some(Stated::Anew));
        app.until_status(&session, "SUCCESS").await;
        assert_eq!(app.status(&session).await["order_id"], order_id(&opened));
        app.check(When::Always).await;
    }

    async fn a_file_that_contradicts_whose_a_payment_is_changes_nothing(app: TestApp) {
        introduced(app).await;
        let (session, opened) = opened(app).await;
        let (_, other) = super::opened(app).await;
        let (ours, other) = (reference(&opened), reference(&other));
        app.wallet(&code(&opened), "approve").await.is_paid();
        app.until_status(&session, "SUCCESS").await;
        let before = kept(app, CreditState::Matched).await;
        let id = before[0].credit.id.clone();
        for named in [&[][..], &[other.as_str()], &[&ours, &other]] {
            assert_eq!(stated(app, &id, MINOR, named).await, Some(Stated::OtherPayment));
        }
        assert_eq!(kept(app, CreditState::Matched).await, before);
        assert_eq!(stated(app, &id, MINOR, &[&ours]).await, Some(Stated::Confirmed));
        // A file has said whose it is: another file is no better.
        assert_eq!(stated(app, &id, MINOR, &[&other]).await, Some(Stated::OtherPayment));
        app.check(When::Always).await;
    }

    async fn who_has_read_a_credit_before_makes_no_stray_of_what_a_person_or_a_file_has_said_since(app: TestApp) {
        app.has_no_channels_book("what a file or a person says of the account, its connector does not know");
        for how in ["FT-assigned", "FT-file"] {
            let (session, opened) = opened(app).await;
            let (told, meant) = (credit(app, how, MINOR, ("thanks", 1)), reference(&opened));
            let (line, word) = (line(app, how, MINOR, &[&meant]), word(app));
            let unit = async move |tx: &mut Tx| {
                let id = ("transfer.eur", how);
                credits::keep(tx, id.0, &told, word.at).await?;
                let read = credits::get(tx, id.0, id.1).await?.unwrap();
                if how == "FT-file" {
                    statements::state(tx, id.0, &line, &word).await?;
                } else {
                    credits::stray(tx, &read, word.at).await?;
                    assert!(statements::assign(tx, id, &meant, &word).await?);
                }
                credits::stray(tx, &read, word.at).await?;
                Ok::<_, StoreError>(credits::get(tx, id.0, id.1).await?.unwrap().state)
            };
            assert_eq!(app.app.store.write(unit).await.unwrap(), CreditState::New, "{how}");
            app.until_status(&session, "SUCCESS").await;
        }
        app.check(When::Always).await;
    }

    async fn what_cannot_be_taken_in_stands_in_nobodys_way(app: TestApp) {
        app.has_no_channels_book("what a file or a person says of the account, its connector does not know");
        let (session, opened) = opened(app).await;
        // An account that the settings have no more: three turns of it, and older.
        let left: Vec<Credit> = (0..150).map(|one| credit(app, &format!("FU{one}"), 1, ("rent", 1))).collect();
        let heard = app.app.now() - 1_000;
        let unit = async move |tx: &mut Tx| {
            for credit in &left {
                credits::keep(tx, "transfer.usd", credit, heard).await?;
            }
            Ok::<_, StoreError>(())
        };
        app.app.store.write(unit).await.unwrap();
        assert_eq!(stated(app, "FT1", MINOR, &[&reference(&opened)]).await, None);
        app.until_status(&session, "SUCCESS").await;
        let new = credits::list(&mut app.app.store.read().await.unwrap(), "NEW", 999).await.unwrap();
        assert_eq!(new.len(), 150);
    }
}
