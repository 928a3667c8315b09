//! What people do in a case, and what is told to them: the merchant, its shopper, the shopper's wallet.

use florin_server::clock::Millis;
use florin_server::domain::reversal::Wish;
use florin_server::domain::scene::Scene;
use florin_server::flow::create_session::{NewSession, create_session};
use florin_server::flow::pay;
use florin_server::flow::query::Key;
use florin_server::flow::refund::{self, NewRefund};
use florin_server::{App, http};
use florin_shared::{Method, Money, SessionId};
use tower::ServiceExt;

use super::{AMOUNT, Case};
use crate::partitions::road::NAME;
use crate::support::MERCHANT;

impl Case<'_> {
    pub(super) async fn pays(&mut self) {
        let (app, session) = (self.process.app.clone(), self.session.clone());
        let choice = pay::Choice {
            method: Method::Gcash,
            seen: 1,
            terminal: "WEB",
            scene: Scene::Pc,
            payer_ip: None,
            code: None,
            bank: None,
        };
        self.process.does(async move { pay::pay(&app, &session, choice).await }).await;
    }

    pub(super) async fn refunds(&mut self) {
        let app = self.process.app.clone();
        let id = self.stored().await.last().unwrap().id.clone();
        let wish = Wish { refund_trans_id: self.trans_id.clone(), ..Wish::default() };
        let wanted = NewRefund { key: Key::Payment(id), amount: None, currency: None, wish };
        self.process
            .does(async move {
                let merchant = app.merchant(&MERCHANT.parse()?).await?;
                refund::refund(&app, &merchant, wanted).await
            })
            .await;
    }

    pub(super) async fn approves(&mut self) {
        if let Some(payment) = self.stored().await.last() {
            self.process.far.approve(&payment.request_id);
        }
    }

    /// The channel's message arrives.
    pub(super) async fn hears(&mut self) {
        let Some(request) = self.stored().await.last().map(|last| last.request_id.clone()) else {
            return;
        };
        if self.process.far.rows().get(&request).is_none_or(|row| row.paid.is_none()) {
            return;
        }
        let request = axum::http::Request::post(format!("/notify/{NAME}"))
            .body(axum::body::Body::from(request))
            .unwrap();
        let router = http::router(self.process.app.clone(), None);
        let answer = router.oneshot(request).await.unwrap().status();
        self.must(answer == 200, &format!("a message is answered with {answer}"));
    }
}

/// A session that lives so long; its events go to `hook`, if there is one.
pub async fn session(app: &App, hook: &str, trans_id: &str, life: Millis) -> SessionId {
    let merchant = app.merchant(&MERCHANT.parse().unwrap()).await.unwrap();
    let wanted = NewSession {
        trans_id: trans_id.to_owned(),
        amount: Money::new(AMOUNT, "PHP".parse().unwrap()).unwrap(),
        mode: "DROP_IN".into(),
        country: String::new(),
        locale: String::new(),
        return_url: "http://127.0.0.1:9/thanks".into(),
        cancel_url: String::new(),
        notify_url: hook.to_owned(),
        goods: "[]".into(),
        fingerprint: trans_id.to_owned(),
        asked_by: String::new(),
        expire_text: String::new(),
        expires: app.now() + life,
        appearance: String::new(),
    };
    create_session(app, &merchant, wanted).await.unwrap().id
}
