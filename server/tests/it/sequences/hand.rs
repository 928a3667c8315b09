//! Whoever does something, through the real flows.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use axum::body::Body;
use axum::http::{Request, StatusCode};
use florin_server::clock::Millis;
use florin_server::domain::reversal::{Outcome, Wish};
use florin_server::domain::scanned::Scanned;
use florin_server::domain::scene::Scene;
use florin_server::domain::session::NO_PAGE;
use florin_server::flow::charge::{self, Charge};
use florin_server::flow::create_session::{NewSession, create_session};
use florin_server::flow::query::Key;
use florin_server::flow::refund::{self, NewRefund};
use florin_server::flow::resolve::Words;
use florin_server::flow::{ask, cancel, close, pay, resolve, view};
use florin_server::store::reversals::{self, Wanted};
use florin_server::{App, Error, Result, http, worker};
use florin_shared::session::SessionStatus;
use florin_shared::{Code, Method, PaymentId, SessionId};
use tower::ServiceExt;

use super::acts::Act;
use super::channel::{Hostile, NAME};

/// A message of the channel, through the whole way that messages come.
pub async fn hear(app: &App, number: usize) -> StatusCode {
    let request =
        Request::post(format!("/notify/{NAME}")).body(Body::from(number.to_string())).unwrap();
    http::router(app.clone(), None).oneshot(request).await.unwrap().status()
}

/// Whoever does something, with everything that it takes.
pub struct Hand {
    pub app: App,
    pub channel: Arc<Hostile>,
    pub merchant: &'static str,
    pub trans_id: String,
    pub hook: String,
    pub sessions: Arc<Mutex<Vec<SessionId>>>,
    pub seen_paid: Arc<Mutex<BTreeSet<SessionId>>>,
    pub refunds: Arc<Mutex<Refunds>>,
    pub seed: u64,
}

/// The merchant's own list of refunds.
#[derive(Default)]
pub struct Refunds {
    /// What was asked for, by number: the amount.
    asked: Vec<Option<String>>,
    /// What was answered, by `refund_id`: the last word, which must still be true at the end.
    pub answered: BTreeMap<String, String>,
}

impl Hand {
    pub async fn act(self, act: Act) {
        let deaths = self.channel.deaths();
        let told = format!("{act:?}");
        let done = match act {
            Act::NewSession { amount, life } => self.new_session(amount, life).await,
            Act::Pay { session, method } => self.pay(session, method).await,
            Act::Charge { number } => self.charge(number).await,
            Act::Poll { session } => self.poll(session).await,
            Act::Cancel { payment } => self.cancel(payment, true).await,
            Act::Check { payment } => self.cancel(payment, false).await,
            Act::Close { session } => self.close(session).await,
            Act::Refund { payment, tenths, again } => self.refund(payment, tenths, again).await,
            Act::Resolve { which, kept } => self.resolve(which, kept).await,
            Act::Work => worker::run_all_once(&self.app).await,
            Act::Notice { which, keep } => self.notice(self.channel.next_notice(which), keep).await,
            Act::Repeat { which } => self.notice(self.channel.any_notice(which), true).await,
            outside => {
                self.outside(outside);
                Ok(())
            }
        };
        // A process that has ended may say what it likes.
        let lives = self.channel.deaths() == deaths;
        match done {
            Err(Error::Refused(code, ..)) if code != Code::Internal => {}
            Err(error) if lives => self.channel.is_wrong(format!("{told}: {error:?}")),
            Ok(()) | Err(_) => {}
        }
    }

    fn outside(&self, act: Act) {
        let request = |payment: usize| self.channel.requests().get(payment).cloned();
        match act {
            Act::Approve { payment } => _ = request(payment).map(|id| self.channel.approve(&id)),
            Act::Decline { payment } => _ = request(payment).map(|id| self.channel.decline(&id)),
            Act::Contradict { payment } => {
                _ = request(payment).map(|id| self.channel.contradict(&id))
            }
            Act::GiveBack { payment } => _ = request(payment).map(|id| self.channel.give_back(&id)),
            Act::Release { which } => self.channel.release(which),
            _ => {}
        }
    }

    fn session(&self, which: usize) -> Option<SessionId> {
        self.sessions.lock().unwrap().get(which).cloned()
    }

    async fn new_session(&self, amount: i64, life: Millis) -> Result<()> {
        let merchant = self.app.merchant(&self.merchant.parse()?).await?;
        let count = self.sessions.lock().unwrap().len();
        let wanted = NewSession {
            fingerprint: format!("{}-{count}-{amount}-{life}", self.seed),
            expires: self.app.now() + life,
            ..self.wanted(amount, "DROP_IN")?
        };
        let session = create_session(&self.app, &merchant, wanted).await?;
        self.keep(session.id);
        Ok(())
    }

    fn wanted(&self, amount: i64, mode: &str) -> Result<NewSession> {
        Ok(NewSession {
            trans_id: self.trans_id.clone(),
            amount: florin_shared::Money::new(amount, "PHP".parse()?)?,
            mode: mode.into(),
            country: String::new(),
            locale: String::new(),
            return_url: "http://127.0.0.1:9/thanks".into(),
            cancel_url: String::new(),
            notify_url: self.hook.clone(),
            goods: "[]".into(),
            fingerprint: String::new(),
            asked_by: String::new(),
            expire_text: String::new(),
            expires: 0,
            appearance: String::new(),
        })
    }

    fn keep(&self, session: SessionId) {
        let mut sessions = self.sessions.lock().unwrap();
        if !sessions.contains(&session) {
            sessions.push(session);
        }
    }

    async fn charge(&self, number: usize) -> Result<()> {
        let merchant = self.app.merchant(&self.merchant.parse()?).await?;
        let session = NewSession {
            fingerprint: format!("{}-charge-{number}", self.seed),
            ..self.wanted(25_000, NO_PAGE)?
        };
        let scanned = Scanned::read(&format!("28100000000000000{number}"), None).unwrap();
        let wanted = Charge { session, method: None, scanned };
        let answer = charge::charge(&self.app, &merchant, wanted).await?;
        let session: SessionId = answer.session_id.parse()?;
        if answer.accepted {
            self.seen_paid.lock().unwrap().insert(session.clone());
        }
        self.keep(session);
        Ok(())
    }

    async fn pay(&self, session: usize, method: Method) -> Result<()> {
        let Some(session) = self.session(session) else { return Ok(()) };
        let choice = pay::Choice {
            method,
            seen: 1,
            terminal: "WEB",
            scene: Scene::Pc,
            payer_ip: None,
            code: None,
            bank: None,
        };
        pay::pay(&self.app, &session, choice).await.map(drop)
    }

    async fn poll(&self, session: usize) -> Result<()> {
        let Some(session) = self.session(session) else { return Ok(()) };
        let entry = view::entry(&self.app, &session).await?;
        entry.watch(self.app.now());
        if entry.snapshot().view(self.app.now()).status == SessionStatus::Success {
            self.seen_paid.lock().unwrap().insert(session);
        }
        Ok(())
    }

    async fn cancel(&self, payment: usize, closes: bool) -> Result<()> {
        let Some(request) = self.channel.requests().get(payment).cloned() else { return Ok(()) };
        let id: PaymentId = request.parse()?;
        let session = ask::read(&self.app, &id).await?.session;
        let status = if closes {
            cancel::cancel(&self.app, &session, &id).await?
        } else {
            cancel::check(&self.app, &session, &id).await?
        };
        if status.status == SessionStatus::Success {
            self.seen_paid.lock().unwrap().insert(session);
        }
        Ok(())
    }

    async fn close(&self, session: usize) -> Result<()> {
        let Some(session) = self.session(session) else { return Ok(()) };
        close::close(&self.app, view::session(&self.app, &session).await?).await.map(drop)
    }

    async fn notice(&self, number: Option<usize>, keep: bool) -> Result<()> {
        let Some(number) = number else { return Ok(()) };
        let status = hear(&self.app, number).await;
        if status == StatusCode::INTERNAL_SERVER_ERROR {
            return Err(Error::Internal("a message was answered with 500".into()));
        }
        if status == StatusCode::OK && !keep {
            self.channel.acknowledged(number);
        }
        Ok(())
    }

    async fn refund(&self, payment: usize, tenths: Option<i64>, again: bool) -> Result<()> {
        let Some(request) = self.channel.requests().get(payment).cloned() else { return Ok(()) };
        let (number, amount) =
            self.number(tenths.map(|tenths| (tenths * 2_500).to_string()), again);
        let wish = Wish {
            refund_trans_id: format!("{}-{number}", self.trans_id),
            fingerprint: format!("{number}-{amount:?}"),
            ..Wish::default()
        };
        let key = Key::Payment(request.parse()?);
        let merchant = self.app.merchant(&self.merchant.parse()?).await?;
        let wanted = NewRefund { key, amount, currency: None, wish };
        let answer = refund::refund(&self.app, &merchant, wanted).await?;
        let mut refunds = self.refunds.lock().unwrap();
        if answer.status != "PROCESSING" {
            refunds.answered.insert(answer.refund_id, answer.status);
        }
        Ok(())
    }

    /// A new number for the refund, or an old one with what was asked for under it.
    fn number(&self, amount: Option<String>, again: bool) -> (usize, Option<String>) {
        let mut refunds = self.refunds.lock().unwrap();
        if let Some(before) = refunds.asked.last().filter(|_| again).cloned() {
            return (refunds.asked.len() - 1, before);
        }
        refunds.asked.push(amount.clone());
        (refunds.asked.len() - 1, amount)
    }

    async fn resolve(&self, which: usize, kept: bool) -> Result<()> {
        let merchant = self.app.merchant(&self.merchant.parse()?).await?;
        let wanted = Wanted {
            status: "MANUAL".into(),
            trans_id: self.trans_id.clone(),
            most: 10,
            ..Wanted::default()
        };
        let mut tx = self.app.store.read().await?;
        let manual = reversals::unasked(&mut tx, &merchant.id, &wanted).await?;
        drop(tx);
        let Some(one) = manual.get(which % manual.len().max(1)) else { return Ok(()) };
        let outcome = if kept { Outcome::Kept } else { Outcome::Returned };
        let words = Words { outcome, note: "by telephone".into(), channel_is_gone: false };
        resolve::resolve(&self.app, &merchant, &one.id, &words).await.map(drop)
    }
}
