//! The same promises where the channel is an account at a bank: six codes between banks, and transfers by hand. No call opens such a
//! payment and none sends money back, so what is to go back waits for a person at once, and the merchant is told.

use std::sync::atomic::Ordering;
use std::time::Duration;

use florin_server::store::checks::When;
use reqwest::Method;
use serde_json::json;

use crate::refunds::stored;
use crate::support::by_hand::one;
use crate::support::{Answer, Session, TestApp, code, on_both, order_id};

/// What is sold.
struct Told {
    method: &'static str,
    currency: &'static str,
    /// The usual amount, and odd ones.
    amounts: [&'static str; 3],
    /// After so long a credit is too late, and within so long it is seen all the same.
    late: (Duration, Duration),
}

const MINUTE: u64 = 60;
const DAY: u64 = 24 * 60 * MINUTE;

const VIETQR: Told = by_code("VIETQR", "VND", ["120000", "1", "1234567"]);
const PAYNOW: Told = by_code("PAYNOW", "SGD", ["8888", "1", "99"]);
const PROMPTPAY: Told = by_code("PROMPTPAY", "THB", ["8888", "1", "99"]);
const QRPH: Told = by_code("QRPH", "PHP", ["145831", "1", "99"]);
const FPS: Told = by_code("FPS", "HKD", ["8880", "1", "99"]);
const QRIS: Told = by_code("QRIS", "IDR", ["1500000", "100", "9900"]);
const TRANSFER: Told = Told {
    late: (Duration::from_secs(3 * DAY), Duration::from_secs(60 * MINUTE)),
    ..by_code("BANK_TRANSFER", "EUR", ["1234567", "1", "99"])
};

const fn by_code(method: &'static str, currency: &'static str, amounts: [&'static str; 3]) -> Told {
    let late = (Duration::from_secs(31 * MINUTE), Duration::from_secs(2 * MINUTE));
    Told { method, currency, amounts, late }
}

impl Told {
    fn usual(&self) -> &'static str {
        self.amounts[0]
    }

    async fn opened(&self, app: &TestApp) -> (Session, Answer) {
        let session = app.session(self.currency, self.usual()).await;
        let opened = app.pay(&session, self.method).await;
        (session, opened)
    }

    /// The bank has been asked once: from then on it knows where credits are told.
    async fn introduced(&self, app: &TestApp) {
        let (session, opened) = self.opened(app).await;
        app.check_now(&session, &order_id(&opened)).await.data();
    }

    async fn holds(&self, app: &TestApp, opened: &Answer) {
        let payment = stored(app, &order_id(opened)).await;
        assert_eq!(app.held(&payment.request_id).await.to_string(), self.usual());
    }
}

/// Tells each promise to each account, on both databases.
macro_rules! promises {
    ($(async fn $name:ident($app:ident: &TestApp, $of:ident: &Told) $body:block)*) => {
        $(
            mod $name {
                use super::*;

                async fn promise($app: &TestApp, $of: &Told) $body

                on_both! {
                    async fn vietqr(app: TestApp) {
                        promise(app, &VIETQR).await;
                    }

                    async fn paynow(app: TestApp) {
                        promise(app, &PAYNOW).await;
                    }

                    async fn promptpay(app: TestApp) {
                        promise(app, &PROMPTPAY).await;
                    }

                    async fn qrph(app: TestApp) {
                        promise(app, &QRPH).await;
                    }

                    async fn fps(app: TestApp) {
                        promise(app, &FPS).await;
                    }

                    async fn qris(app: TestApp) {
                        promise(app, &QRIS).await;
                    }

                    async fn transfer(app: TestApp) {
                        promise(app, &TRANSFER).await;
                    }
                }
            }
        )*
    };
}

promises! {
    async fn it_opens_and_is_paid_by_its_notification(app: &TestApp, of: &Told) {
        of.introduced(app).await;
        let (session, opened) = of.opened(app).await;
        app.wallet(&code(&opened), "approve").await.is_paid();
        app.until("the merchant is told", async || app.sink.kinds(&session.trans_id) == ["PAYMENT.SUCCESS"]).await;
        of.holds(app, &opened).await;
        assert_eq!(app.app.counters.forged.load(Ordering::Relaxed), 0, "its messages prove who speaks");
        app.check(When::AtRest).await;
    }

    async fn the_bank_knows_it_by_our_reference_and_odd_amounts_come_back_as_they_were_sent(app: &TestApp, of: &Told) {
        for amount in of.amounts {
            let session = app.session(of.currency, amount).await;
            let opened = app.pay(&session, of.method).await;
            let paid = app.wallet(&code(&opened), "approve").await;
            paid.is_paid();
            app.until_status(&session, "SUCCESS").await;
            let payment = stored(app, &order_id(&opened)).await;
            let book = app.book().await;
            let row = book.iter().find(|row| row["paymentRequestId"] == payment.request_id.as_str()).unwrap();
            assert_eq!((row["currency"].as_str(), row["captured"].to_string().as_str()), (Some(of.currency), amount), "{row}");
        }
        app.until("nothing hangs", async || app.is_clean(When::AtRest).await).await;
    }

    async fn a_lost_notification_is_made_up_for_by_asking(app: &TestApp, of: &Told) {
        app.fault(json!({ "fault": "silent", "times": 99 })).await;
        let (session, opened) = of.opened(app).await;
        app.wallet(&code(&opened), "approve").await.is_paid();
        let now = app.check_now(&session, &order_id(&opened)).await;
        assert_eq!(now.data()["payment_status"], "SUCCESS", "{}", now.body);
        of.holds(app, &opened).await;
    }

    async fn a_lost_answer_is_asked_for_again(app: &TestApp, of: &Told) {
        app.fault(json!({ "fault": "silent", "times": 99 })).await;
        app.fault(json!({ "fault": "lost_reply", "call": "statement", "times": 1 })).await;
        let (session, opened) = of.opened(app).await;
        app.wallet(&code(&opened), "approve").await.is_paid();
        app.until_status(&session, "SUCCESS").await;
        of.holds(app, &opened).await;
    }

    async fn a_message_told_five_times_counts_once(app: &TestApp, of: &Told) {
        of.introduced(app).await;
        app.fault(json!({ "fault": "duplicate", "copies": 5, "reordered": true, "times": 9 })).await;
        let (session, opened) = of.opened(app).await;
        app.wallet(&code(&opened), "approve").await.is_paid();
        app.until("the merchant is told", async || !app.sink.kinds(&session.trans_id).is_empty()).await;
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert_eq!(app.sink.kinds(&session.trans_id), ["PAYMENT.SUCCESS"]);
        assert_eq!(app.waits_for_people().await, [] as [serde_json::Value; 0]);
        of.holds(app, &opened).await;
    }

    async fn a_forged_message_is_refused_and_counted(app: &TestApp, of: &Told) {
        of.introduced(app).await;
        app.fault(json!({ "fault": "bad_signature", "call": "notification", "times": 1 })).await;
        let (session, opened) = of.opened(app).await;
        app.wallet(&code(&opened), "approve").await.is_paid();
        app.until("it is counted", async || app.app.counters.forged.load(Ordering::Relaxed) == 1).await;
        let channel = stored(app, &order_id(&opened)).await.channel;
        let nonsense = app.raw(&format!("/notify/{channel}"), "", "application/json", "{}").await;
        assert_eq!((nonsense.status, nonsense.code()), (401, "WRONG_KEY"));
        app.until_status(&session, "SUCCESS").await;
    }

    async fn another_amount_is_never_accepted_and_goes_back(app: &TestApp, of: &Told) {
        app.has_no_channels_book("the channel tells another amount than it has taken");
        for call in ["statement", "notification"] {
            app.fault(json!({ "fault": "wrong_amount", "call": call, "value": 60_000, "times": 1_000 })).await;
        }
        let (session, opened) = of.opened(app).await;
        app.wallet(&code(&opened), "approve").await.is_paid();
        app.check_now(&session, &order_id(&opened)).await.data();
        assert_eq!(app.to_be_sent_back(1).await, one("MISMATCH", "60000"));
        assert_eq!(app.session_status(&session).await, "PROCESSING");
    }

    async fn a_cancel_that_comes_after_the_money_loses_nothing(app: &TestApp, of: &Told) {
        app.fault(json!({ "fault": "silent", "times": 99 })).await;
        let (session, opened) = of.opened(app).await;
        app.wallet(&code(&opened), "approve").await.is_paid();
        app.cancel(&session, &order_id(&opened)).await.data();
        app.until("it is paid", async || app.session_status(&session).await == "SUCCESS").await;
        of.holds(app, &opened).await;
    }

    async fn a_payment_after_expiry_waits_for_a_person_and_is_told(app: &TestApp, of: &Told) {
        app.leaves_money_to_people("between banks a person sends it back");
        let (session, opened) = of.opened(app).await;
        app.pass(of.late.0);
        app.until("the session is expired", async || app.session_status(&session).await == "EXPIRED").await;
        app.wallet(&code(&opened), "approve").await.is_paid();
        app.pass(of.late.1);
        assert_eq!(app.to_be_sent_back(1).await, one("LATE", of.usual()));
        let is_told = async |kind: &str| app.sink.kinds(&session.trans_id).iter().any(|told| told == kind);
        app.until("the merchant is told", async || is_told("REVERSAL.MANUAL").await).await;
        assert_eq!(app.a_person_sends_it_back().await.data()["status"], "SUCCESS");
        app.until("the merchant is told of the end", async || is_told("REVERSAL.RESOLVED").await).await;
        app.until("nothing hangs", async || app.is_clean(When::AtRest).await).await;
    }

    async fn a_refund_that_no_bank_carries_out_is_said_to_have_failed(app: &TestApp, of: &Told) {
        let (session, opened) = of.opened(app).await;
        app.wallet(&code(&opened), "approve").await.is_paid();
        app.until_status(&session, "SUCCESS").await;
        let asked = json!({ "order_id": order_id(&opened), "refund_trans_id": "r1" });
        let asked = app.merchant(Method::POST, "/v1/refunds", Some(asked)).await;
        assert_eq!(asked.status, 200, "{}", asked.body);
        app.until("it has failed", async || {
            let found = app.merchant(Method::GET, "/v1/refunds?refund_trans_id=r1", None).await;
            found.data()["status"] == "FAIL"
        }).await;
        of.holds(app, &opened).await;
        app.until("nothing hangs", async || app.is_clean(When::AtRest).await).await;
    }
}
