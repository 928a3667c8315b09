//! The same promises, asked of every channel against the sandbox: one that breaks one of them has no place in the table.
//!
//! To add a channel, add its line to [`promises!`]; to add an account at a bank, which opens nothing and sends nothing back, its line in
//! [`banks`]. What only one channel has is tested beside its own code.

use std::sync::atomic::Ordering;
use std::time::Duration;

use florin_server::store::checks::When;
use reqwest::Method;
use serde_json::{Value, json};

use crate::refunds::stored;
use crate::support::onward::{PHONE, sent_on};
use crate::support::{Answer, Session, TestApp, code, on_both, order_id};

mod banks;

/// What a channel is called, and one thing that it sells.
struct Told {
    name: &'static str,
    method: &'static str,
    currency: &'static str,
    /// How the shopper's browser calls itself; a computer's says nothing here.
    agent: &'static str,
}

const ANTOM: Told = Told { name: "antom", method: "GCASH", currency: "PHP", agent: "" };

const WECHATPAY: Told = Told { name: "wechatpay", method: "WECHATPAY", currency: "CNY", agent: "" };

const ALIPAY: Told = Told { name: "alipay", method: "ALIPAY", currency: "CNY", agent: "" };

const LAKALA: Told = Told { name: "lakala", method: "LAKALA", currency: "CNY", agent: "" };

const UNIONPAY: Told = Told { name: "unionpay", method: "UNIONPAY", currency: "CNY", agent: "" };

/// By UnionPay's own page, to which a phone's browser goes with a form.
const UNIONPAY_PAGE: Told = Told { agent: PHONE, ..UNIONPAY };

/// By a bank's own page, which UnionPay leads to.
const ONLINE_BANKING: Told = Told { method: "ONLINE_BANKING", ..UNIONPAY };

const ECNY: Told = Told { name: "ecny", method: "ECNY", currency: "CNY", agent: "" };

const POS: Told = Told { name: "pos", method: "POS_ORDER", currency: "CNY", agent: "" };

const AMOUNT: &str = "25000";
const MINOR: i64 = 25_000;

impl Told {
    async fn opened(&self, app: &TestApp) -> (Session, Answer) {
        let session = app.session(self.currency, AMOUNT).await;
        let opened = app.pay_as(&session, self.method, self.agent).await;
        (session, opened)
    }

    async fn paid(&self, app: &TestApp) -> (Session, String) {
        let (session, opened) = self.opened(app).await;
        app.wallet(&payable(app, &opened).await, "approve").await.is_paid();
        app.until_status(&session, "SUCCESS").await;
        (session, order_id(&opened))
    }

    /// A fault of this channel's.
    async fn fault(&self, app: &TestApp, mut rule: Value) {
        rule["channel"] = json!(self.name);
        app.fault(rule).await;
    }
}

/// Tells each promise to each channel, on both databases.
macro_rules! promises {
    ($($(#[$doc:meta])* async fn $name:ident($app:ident: &TestApp, $of:ident: &Told) $body:block)*) => {
        $(
            mod $name {
                use super::*;

                $(#[$doc])*
                async fn promise($app: &TestApp, $of: &Told) $body

                on_both! {
                    async fn antom(app: TestApp) {
                        promise(app, &ANTOM).await;
                    }

                    async fn wechatpay(app: TestApp) {
                        promise(app, &WECHATPAY).await;
                    }

                    async fn alipay(app: TestApp) {
                        promise(app, &ALIPAY).await;
                    }

                    async fn lakala(app: TestApp) {
                        promise(app, &LAKALA).await;
                    }

                    async fn unionpay(app: TestApp) {
                        promise(app, &UNIONPAY).await;
                    }

                    async fn unionpay_page(app: TestApp) {
                        promise(app, &UNIONPAY_PAGE).await;
                    }

                    async fn online_banking(app: TestApp) {
                        promise(app, &ONLINE_BANKING).await;
                    }

                    async fn ecny(app: TestApp) {
                        promise(app, &ECNY).await;
                    }

                    async fn pos(app: TestApp) {
                        promise(app, &POS).await;
                    }
                }
            }
        )*
    };
}

promises! {
    async fn it_opens_and_is_paid_by_its_notification(app: &TestApp, of: &Told) {
        // Nobody looks, and no worker asks before the code's life is half over: only the message can tell.
        let (session, opened) = of.opened(app).await;
        let payment = stored(app, &order_id(&opened)).await;
        assert_eq!((payment.channel.as_str(), payment.method.as_str()), (of.name, of.method));
        app.wallet(&payable(app, &opened).await, "approve").await.is_paid();
        app.until("the merchant is told", async || app.sink.kinds(&session.trans_id) == ["PAYMENT.SUCCESS"]).await;
        assert_eq!(app.held(&payment.request_id).await, MINOR);
        assert!(app.app.counters.forged.load(Ordering::Relaxed) == 0, "its messages prove who speaks");
        app.check(When::AtRest).await;
    }

    async fn the_channel_knows_it_by_a_number_and_in_units_of_its_own(app: &TestApp, of: &Told) {
        let (_, opened) = of.opened(app).await;
        payable(app, &opened).await;
        let payment = stored(app, &order_id(&opened)).await;
        let book = app.book().await;
        let row = book.iter().find(|row| row["paymentRequestId"] == payment.request_id.as_str()).unwrap();
        assert_eq!((row["currency"].as_str(), row["amount"].as_i64()), (Some(of.currency), Some(MINOR)), "{row}");
        assert_eq!(book.len(), 1, "one payment, one order");
    }

    /// What goes out is in the channel's own units, and what comes back is compared with what was sent: an amount that lost a digit on either way
    /// would not count as paid (S08).
    async fn odd_amounts_come_back_as_they_were_sent(app: &TestApp, of: &Told) {
        for amount in ["1", "10", "99", "101", "8005", "1234567"] {
            let session = app.session(of.currency, amount).await;
            let opened = app.pay_as(&session, of.method, of.agent).await;
            app.wallet(&payable(app, &opened).await, "approve").await.is_paid();
            app.until_status(&session, "SUCCESS").await;
            assert_eq!(app.held(&order_id(&opened)).await.to_string(), amount);
        }
        app.until("nothing hangs", async || app.is_clean(When::AtRest).await).await;
    }

    async fn a_lost_notification_is_made_up_for_by_asking(app: &TestApp, of: &Told) {
        of.fault(app, json!({ "fault": "silent", "times": 99 })).await;
        let (session, opened) = of.opened(app).await;
        app.wallet(&payable(app, &opened).await, "approve").await.is_paid();
        app.until_status(&session, "SUCCESS").await;
        assert_eq!(app.held(&order_id(&opened)).await, MINOR);
    }

    async fn a_lost_answer_is_asked_about_and_the_code_still_comes(app: &TestApp, of: &Told) {
        of.fault(app, json!({ "fault": "lost_reply", "call": "pay", "times": 1 })).await;
        let (session, opened) = of.opened(app).await;
        let code = code_in_view(app, of, &session).await;
        assert_eq!(app.book().await.len(), 1);
        app.wallet(&code, "approve").await.is_paid();
        app.until_status(&session, "SUCCESS").await;
        assert_eq!(app.held(&order_id(&opened)).await, MINOR);
    }

    async fn an_answer_that_proves_nothing_is_none(app: &TestApp, of: &Told) {
        of.fault(app, json!({ "fault": "bad_signature", "call": "pay", "times": 1 })).await;
        of.fault(app, json!({ "fault": "bad_signature", "call": "query", "times": 1 })).await;
        let (session, opened) = of.opened(app).await;
        let code = code_in_view(app, of, &session).await;
        app.wallet(&code, "approve").await.is_paid();
        app.until_status(&session, "SUCCESS").await;
        assert_eq!(app.held(&order_id(&opened)).await, MINOR);
    }

    async fn a_message_told_five_times_counts_once(app: &TestApp, of: &Told) {
        of.fault(app, json!({ "fault": "duplicate", "copies": 5, "reordered": true, "times": 9 })).await;
        let (session, order) = of.paid(app).await;
        app.until("the merchant is told", async || !app.sink.kinds(&session.trans_id).is_empty()).await;
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert_eq!(app.sink.kinds(&session.trans_id), ["PAYMENT.SUCCESS"]);
        assert_eq!(app.held(&order).await, MINOR);
    }

    async fn a_forged_message_is_refused_and_counted(app: &TestApp, of: &Told) {
        of.fault(app, json!({ "fault": "bad_signature", "call": "notification", "times": 1 })).await;
        let (_, opened) = of.opened(app).await;
        app.wallet(&payable(app, &opened).await, "approve").await.is_paid();
        app.until("it is counted", async || app.app.counters.forged.load(Ordering::Relaxed) == 1).await;
        let nonsense = app.raw(&format!("/notify/{}", of.name), "", "application/json", "{}").await;
        assert_eq!((nonsense.status, nonsense.code()), (401, "WRONG_KEY"));
    }

    async fn another_amount_in_a_query_goes_back(app: &TestApp, of: &Told) {
        app.has_no_channels_book("the channel tells another amount than it has taken");
        of.fault(app, json!({ "fault": "silent", "times": 99 })).await;
        of.fault(app, json!({ "fault": "wrong_amount", "call": "query", "value": 20000, "times": 99 })).await;
        let (session, opened) = of.opened(app).await;
        app.wallet(&payable(app, &opened).await, "approve").await.is_paid();
        app.status(&session).await;
        app.until("it is told as reversed", async || app.sink.kinds(&session.trans_id) == ["PAYMENT.REVERSED"]).await;
        assert_ne!(app.session_status(&session).await, "SUCCESS");
    }

    async fn a_cancel_that_comes_after_the_money_shows_the_success(app: &TestApp, of: &Told) {
        of.fault(app, json!({ "fault": "silent", "times": 9 })).await;
        let (session, opened) = of.opened(app).await;
        app.wallet(&payable(app, &opened).await, "approve").await.is_paid();
        let status = app.cancel(&session, &order_id(&opened)).await;
        assert_eq!(status.data()["payment_status"], "SUCCESS", "{}", status.body);
        assert_eq!(app.held(&order_id(&opened)).await, MINOR);
    }

    async fn a_payment_after_expiry_goes_back(app: &TestApp, of: &Told) {
        of.fault(app, json!({ "fault": "paid_after_cancel", "times": 1 })).await;
        let (session, opened) = of.opened(app).await;
        let code = payable(app, &opened).await;
        app.pass(Duration::from_secs(31 * 60));
        app.until("the session is expired", async || app.session_status(&session).await == "EXPIRED").await;
        app.wallet(&code, "approve").await.is_paid();
        app.until("it is given back", async || app.held(&order_id(&opened)).await == 0).await;
        app.until("the merchant is told", async || app.sink.kinds(&session.trans_id) == ["PAYMENT.REVERSED"]).await;
        app.until("nothing hangs", async || app.is_clean(When::AtRest).await).await;
    }

    async fn a_refund_in_parts_gives_back_what_was_asked_for(app: &TestApp, of: &Told) {
        let (session, order) = of.paid(app).await;
        for (own, body, held) in [
            ("r1", json!({ "order_id": order, "amount": "10000", "refund_trans_id": "r1", "reason": "broken cup" }), 15_000),
            ("r2", json!({ "order_id": order, "refund_trans_id": "r2" }), 0),
        ] {
            let asked = app.merchant(Method::POST, "/v1/refunds", Some(body)).await;
            assert_eq!(asked.status, 200, "{}", asked.body);
            until_refunded(app, own).await;
            assert_eq!(app.held(&order).await, held);
        }
        assert_eq!(app.transaction(&session).await.data()["refunded_amount"], AMOUNT);
        app.until("nothing hangs", async || app.is_clean(When::AtRest).await).await;
    }

    async fn a_refund_whose_answer_is_lost_is_asked_about_and_made_once(app: &TestApp, of: &Told) {
        of.fault(app, json!({ "fault": "lost_reply", "call": "refund", "times": 1 })).await;
        let (_, order) = of.paid(app).await;
        let body = json!({ "order_id": order, "refund_trans_id": "r1" });
        app.merchant(Method::POST, "/v1/refunds", Some(body)).await;
        until_refunded(app, "r1").await;
        let book = app.book().await;
        assert_eq!(book[0]["refunded"], MINOR, "once, not twice: {}", book[0]);
    }
}

async fn a_cancelled_code_takes_no_money(app: &TestApp, of: &Told) {
    let (session, opened) = of.opened(app).await;
    let status = app.cancel(&session, &order_id(&opened)).await;
    assert_eq!(status.data()["payment_status"], "CANCELLED", "{}", status.body);
    assert_ne!(app.wallet(&code(&opened), "approve").await.body["status"], "PAID");
    let again = app.pay(&session, of.method).await;
    assert_ne!(order_id(&again), order_id(&opened));
    app.wallet(&code(&again), "approve").await.is_paid();
    app.until_status(&session, "SUCCESS").await;
    assert_eq!((app.held(&order_id(&opened)).await, app.held(&order_id(&again)).await), (0, MINOR));
}

on_both! {
    // Alipay knows of no trade until its code is scanned, and so closes none: `alipay.rs` has what is true there.
    async fn a_cancelled_code_takes_no_money_at_antom(app: TestApp) {
        a_cancelled_code_takes_no_money(app, &ANTOM).await;
    }

    async fn a_cancelled_code_takes_no_money_at_wechat_pay(app: TestApp) {
        a_cancelled_code_takes_no_money(app, &WECHATPAY).await;
    }

    async fn a_cancelled_order_takes_no_money_at_lakala(app: TestApp) {
        a_cancelled_code_takes_no_money(app, &LAKALA).await;
    }

    async fn a_cancelled_code_takes_no_money_in_digital_rmb(app: TestApp) {
        a_cancelled_code_takes_no_money(app, &ECNY).await;
    }

    async fn a_cancelled_order_takes_no_money_at_a_terminal(app: TestApp) {
        a_cancelled_code_takes_no_money(app, &POS).await;
    }

    async fn on_a_phone_wechat_pays_by_its_own_page_and_a_computers_code_is_closed(app: TestApp) {
        let (session, code) = WECHATPAY.opened(app).await;
        let phone = [
            ("user-agent", "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/604.1"),
            ("x-forwarded-for", "6.6.6.6, 203.0.113.7"),
        ];
        let path = format!("/v1/checkout/{}/transactions", session.id);
        let body = json!({ "method": "WECHATPAY", "version": 1 });
        let opened = app.call(Method::POST, &path, Some(&session.token), &phone, Some(body)).await;
        let action = &opened.data()["next_action"];
        assert_eq!(action["type"], "redirect", "{}", opened.body);
        let url = action["url"].as_str().unwrap();
        assert!(url.contains("redirect_url=http%3A%2F%2F127.0.0.1"), "{url}");
        let payment = stored(app, &order_id(&opened)).await;
        assert_eq!((payment.product.as_str(), payment.payer_ip.as_str()), ("H5", "203.0.113.7"));
        assert_eq!(stored(app, &order_id(&code)).await.payer_ip, "", "nobody needs to keep it");
        app.until("the code is closed", async || app.book_says(&order_id(&code)).await == "CANCELLED").await;
        app.wallet(url, "approve").await.is_paid();
        app.until_status(&session, "SUCCESS").await;
        assert_eq!(app.held(&order_id(&opened)).await, MINOR);
    }
}

/// The code, as soon as the page has it: a channel may not know at once what it was asked for.
async fn code_in_view(app: &TestApp, of: &Told, session: &Session) -> String {
    let path = format!("/v1/checkout/{}", session.id);
    let agent = [("user-agent", of.agent)];
    let view = async || app.call(Method::GET, &path, Some(&session.token), &agent, None).await;
    app.until("its code comes", async || view().await.data()["open"]["next_action"].is_object())
        .await;
    let view = view().await;
    let action = &view.data()["open"]["next_action"];
    reached(app, action["text"].as_str().or(action["url"].as_str()).unwrap()).await
}

/// What the payer pays by.
async fn payable(app: &TestApp, opened: &Answer) -> String {
    reached(app, &code(opened)).await
}

/// The same, at the channel: where a page of ours has a form for it, the browser goes on.
async fn reached(app: &TestApp, code: &str) -> String {
    match code.starts_with(&format!("{}/to/", app.base)) {
        true => sent_on(code).await,
        false => code.to_owned(),
    }
}

async fn until_refunded(app: &TestApp, own: &str) {
    let path = format!("/v1/refunds?refund_trans_id={own}");
    app.until(&format!("{own} is done"), async || {
        let found = app.merchant(Method::GET, &path, None).await;
        if found.data()["status"] == "SUCCESS" {
            return true;
        }
        // A channel that is still at it is asked again after a while.
        app.pass(Duration::from_secs(5));
        false
    })
    .await;
}
