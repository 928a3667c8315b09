//! The merchant scans the payment code that the payer's wallet shows (B-scan-C: M5, K7, D13).
//!
//! Order, session and payment are one commit; then the channel is called as for every payment. The code itself is kept
//! nowhere, so a lost answer is asked about by our own number, and only the request that brought the code can send it once
//! more. While the payer types a password the worker asks every two seconds; at the end of its time the payment is asked
//! about a last time and cancelled, like every other one.

use std::time::Duration;

use florin_shared::transaction::TransactionView;
use florin_shared::{Code, Method, Money, PaymentId, SessionId};
use tokio::time::timeout;

use super::ask::{VISIBLE_AFTER, ask_with};
use super::create_session::{NewSession, new_session, refuse_unless_over};
use super::desk::{Context, Desk, Finished};
use super::pay::{Opening, not_confirming, not_paid, open, write_down};
use super::query::{self, Key};
use super::{sellers, to_the_end};
use crate::app::App;
use crate::clock::Millis;
use crate::domain::offer::{self, Product, Wanted};
use crate::domain::payment::{IN_STORE, Payment, PaymentState};
use crate::domain::scanned::Scanned;
use crate::domain::scene::Scene;
use crate::domain::session::home_of;
use crate::own::Sellers;
use crate::store::Tx;
use crate::store::merchants::Merchant;
use crate::{Error, Result};

/// A charge that is wanted; every field has been read and checked.
#[derive(Clone, Debug)]
pub struct Charge {
    /// The session it gets. When that ends is decided here.
    pub session: NewSession,
    /// By which method's wallets; none for whichever of the merchant's methods takes payment codes here.
    pub method: Option<Method>,
    /// The code.
    pub scanned: Scanned,
}

/// How long the session outlives its payment's code: a cancel needs answers. It ends with its payment.
const AFTERWARDS: Millis = 10 * 60 * 1000;

/// Charges it, and says how the payment stands: paid at once, refused, or waiting for the payer's password.
///
/// The same request again is the same charge. Refused with `TRANS_ID_OPEN`, `TRANS_ID_PAID`, `METHOD_NOT_OFFERED` or
/// `PRODUCT_NOT_AVAILABLE`.
pub async fn charge(app: &App, merchant: &Merchant, charge: Charge) -> Result<TransactionView> {
    let Charge { session, method, scanned } = charge;
    let intended = intend(app, merchant, session, (method, &scanned)).await?;
    let id = intended.payment().id.clone();
    let flow = app.clone();
    let carrying_out = to_the_end(async move { carry_out(&flow, intended, &scanned).await });
    match timeout(PATIENCE, carrying_out).await {
        Ok(done) => done?,
        Err(_) => tracing::debug!(order_id = %id, "the channel takes its time; the charge goes on"),
    }
    query::transaction(app, &merchant.id, &Key::Payment(id)).await
}

/// How long somebody at the counter waits for an answer. The charge itself goes on to its end.
const PATIENCE: Duration = Duration::from_secs(8);

enum Intended {
    New(Payment),
    Again(Payment),
}

impl Intended {
    fn payment(&self) -> &Payment {
        match self {
            Intended::New(payment) | Intended::Again(payment) => payment,
        }
    }
}

async fn carry_out(app: &App, intended: Intended, scanned: &Scanned) -> Result<()> {
    match intended {
        Intended::New(payment) => {
            let payment = open(app, &payment, Some(scanned)).await?;
            insist(app, payment, scanned).await
        }
        Intended::Again(payment) => find_out(app, payment, scanned).await,
    }
}

/// Decides under the lock and writes the intent down, before anyone else knows.
async fn intend(
    app: &App,
    merchant: &Merchant,
    wanted: NewSession,
    (method, scanned): (Option<Method>, &Scanned),
) -> Result<Intended> {
    let context = Context::of(app, &merchant.id, &wanted.trans_id).await?;
    let id = SessionId::of(app.random.bytes::<20>());
    let sellers = sellers::of_merchant(app, &merchant.id).await?;
    let (life, down) = (app.code_life, app.reach.down());
    let scanned = scanned.clone();
    let (intended, finished): (Intended, Finished) = app
        .store
        .write(async move |tx: &mut Tx| {
            let mut desk = Desk::open_new(tx, context.clone(), wanted.amount).await?;
            if let Some(payment) = again(&desk, &wanted) {
                return Ok((Intended::Again(payment), desk.finish(tx).await?));
            }
            desk.sessions.iter().try_for_each(refuse_unless_over)?;
            not_paid(&desk)?;
            not_confirming(&desk)?;
            let product =
                suits(&sellers, &context.merchant, wanted.amount, (method, &scanned, &down))?;
            let expires = desk.now() + product.longest + AFTERWARDS;
            let session = new_session(id, &context, NewSession { expires, ..wanted });
            desk.add_session(tx, session.clone()).await?;
            let opening = Opening {
                id: PaymentId::of(context.random.dated(desk.now())),
                product,
                terminal: IN_STORE,
                payer_ip: None,
                life,
            };
            let payment = write_down(&mut desk, tx, &session, opening).await?;
            Ok::<_, Error>((Intended::New(payment), desk.finish(tx).await?))
        })
        .await?;
    finished.tell(app);
    Ok(intended)
}

/// The payment that this very request has made before, whatever became of it: a payment code is charged once.
fn again(desk: &Desk, wanted: &NewSession) -> Option<Payment> {
    let sessions = || desk.sessions.iter().filter(|session| !session.has_page());
    let session = sessions().find(|session| wanted.is_again(session))?;
    desk.payments.iter().find(|payment| payment.session == session.id).cloned()
}

/// The product to charge the code by: of the method that was named, or of the first one that suits; of the wallet's own where
/// the code's digits tell whose it is.
fn suits(
    sellers: &Sellers,
    merchant: &Merchant,
    amount: Money,
    (method, scanned, down): (Option<Method>, &Scanned, &[&'static str]),
) -> Result<Product> {
    let products = sellers.products();
    let mut methods = offer::enabled(merchant.appearance.methods.as_deref());
    methods.retain(|one| method.is_none_or(|method| method == *one));
    if let Some(method) = method.filter(|_| methods.is_empty()) {
        return Err(not_offered(method, "this merchant does not offer it"));
    }
    methods.retain(|method| offer::of_codes(products, *method).next().is_some());
    if method.is_none() {
        // Whoever names no method does not mean a wallet that cannot have shown this code.
        methods.retain(|method| scanned.may_be_of(*method));
        methods.sort_by_key(|method| scanned.wallet() != Some(*method));
    }
    let country = home_of(amount.currency());
    let wanted = Wanted {
        amount,
        country,
        rest: Millis::MAX,
        scene: Scene::InStore,
        down,
        sellers: sellers.terms(),
    };
    let mut refused = None;
    // The first that answers; and where none does, the first of all.
    let tries = [wanted, wanted.at_any_rate()];
    for (wanted, method) in
        tries.iter().flat_map(|wanted| methods.iter().map(move |method| (*wanted, *method)))
    {
        match offer::charge(products, method, wanted) {
            Ok(product) => return Ok(product),
            Err(why) => refused = refused.or(Some((method, why))),
        }
    }
    Err(refused.map_or_else(no_codes, |(method, why)| {
        let needs = match why.needs.as_slice() {
            [] => String::new(),
            needs => format!(" (needs {})", needs.join(", ")),
        };
        not_offered(method, &format!("{}{needs}", why.reason))
    }))
}

fn not_offered(method: Method, why: &str) -> Error {
    let sentence = format!("a payment code of {} cannot be charged: {why}", method.as_str());
    Error::field(Code::MethodNotOffered, "payment.payment_method", sentence)
}

/// Nobody here carries it out.
pub fn no_codes() -> Error {
    Error::field(
        Code::ProductNotAvailable,
        "payment.payment_code",
        "no channel of this server charges payment codes of this method",
    )
}

/// Nobody knows whether the first call arrived. When the channel has had time to show it, it is asked once more, and what never
/// arrived is sent again under the same number, while the code is at hand and somebody waits at the counter.
async fn insist(app: &App, payment: Payment, scanned: &Scanned) -> Result<()> {
    if payment.state != PaymentState::Unknown {
        return Ok(());
    }
    let rest = (payment.created + VISIBLE_AFTER - app.now()).clamp(0, VISIBLE_AFTER);
    tokio::time::sleep(Duration::from_millis(rest.unsigned_abs() + 20)).await;
    ask_with(app, &payment.id, Some(scanned)).await.map(drop)
}

/// The first try of this request ended before its answer, or is still under way: the channel knows more than we do.
async fn find_out(app: &App, payment: Payment, scanned: &Scanned) -> Result<()> {
    match payment.state {
        PaymentState::Intent | PaymentState::Sent | PaymentState::Unknown => {
            ask_with(app, &payment.id, Some(scanned)).await.map(drop)
        }
        PaymentState::Processing
        | PaymentState::Cancelling
        | PaymentState::Fail
        | PaymentState::Cancelled
        | PaymentState::Success => Ok(()),
    }
}
