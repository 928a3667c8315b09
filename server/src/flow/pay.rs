//! The shopper confirms: guard, intent, channel, evidence (A5, D7, D10).

use std::net::IpAddr;
use std::sync::Arc;

use florin_shared::shopper::{NextAction, OpenTransaction, StatusView};
use florin_shared::{Code, Method, PaymentId, SessionId};

use super::ask::{CALLING, ask, channel_of, note, read, refused};
use super::cancel::stop;
use super::desk::{Context, Desk, Finished};
use super::settle::{Heard, settle};
use super::{bank, login, looks, sellers, to_the_end, view};
use crate::app::App;
use crate::channel::{Asking, Channel, ChannelError};
use crate::clock::Millis;
use crate::domain::offer::{self, Kind, Product, Wanted};
use crate::domain::payment::{Payment, PaymentState, Role, Source, Statement, Terms};
use crate::domain::scanned::Scanned;
use crate::domain::scene::Scene;
use crate::domain::session::{NotPayable, Session};
use crate::own::Sellers;
use crate::reach::Waiting;
use crate::store::Tx;
use crate::store::merchants::Merchant;
use crate::{Error, Result};

/// What the shopper chose.
#[derive(Clone, Debug)]
pub struct Choice {
    /// The method.
    pub method: Method,
    /// The version of the session that the shopper saw.
    pub seen: i64,
    /// `WEB`, `WAP_IOS` or `WAP_ANDROID`.
    pub terminal: &'static str,
    /// Where the shopper is.
    pub scene: Scene,
    /// The address that the shopper's browser comes from, as far as it is known.
    pub payer_ip: Option<IpAddr>,
    /// The one code that the shopper's wallet has scanned (`scan.rs`), or the payment on whose page a bank was picked: it stands for what
    /// was seen, and for the choice.
    pub code: Option<PaymentId>,
    /// The bank that the shopper has picked, in the channel's words (`bank.rs`): a payment at another one is another payment.
    pub bank: Option<String>,
}

/// When the first question is asked if nobody has answered by then, whether or not the call is still under way.
const FIRST_ASK: Millis = CALLING;

/// Opens a payment, or gives the one that is open already for the same method.
pub async fn pay(app: &App, session: &SessionId, choice: Choice) -> Result<OpenTransaction> {
    let app = app.clone();
    let session = session.clone();
    to_the_end(async move {
        // Only to know which order it is: what counts is read under its lock.
        let page = view::entry(&app, &session).await?.snapshot().session.clone();
        let payment = match intend(&app, &page, choice).await? {
            Intended::New(payment) => open(&app, &payment, None).await?,
            Intended::Open(payment) => wait_for_code(&app, payment).await?,
        };
        answer(&app, &payment).await
    })
    .await
}

enum Intended {
    New(Payment),
    Open(Payment),
}

/// Decides under the lock and writes the intent down, before anyone else knows.
async fn intend(app: &App, page: &Session, choice: Choice) -> Result<Intended> {
    let context = Context::of(app, &page.merchant, &page.trans_id).await?;
    let id = page.id.clone();
    let sellers = sellers::of_merchant(app, &page.merchant).await?;
    let flow = app.clone();
    let (life, down) = (app.code_life, app.reach.down());
    let (intended, finished): (Intended, Finished) = app
        .store
        .write(async move |tx: &mut Tx| {
            let (random, merchant) = (context.random.clone(), context.merchant.clone());
            let mut desk = Desk::open(tx, context).await?;
            let session = desk.session(&id)?.clone();
            if !session.has_page() {
                return Err(Error::no_such("session"));
            }
            let now = desk.now();
            // Whoever changes the amount calls the code back (D10).
            let seen = if choice.code.is_some() { session.shown } else { choice.seen };
            session.may_be_paid(now, seen).map_err(refuse)?;
            let wanted = wanted(&session, (&choice, &down), &sellers, now);
            is_enabled(&merchant, &session, &choice)?;
            if let Some(open) = same_again(&flow, &desk, (&session, &choice), wanted) {
                return Ok((Intended::Open(open), desk.finish(tx).await?));
            }
            still_shown(&desk, choice.code.as_ref())?;
            let product = suits(sellers.products(), choice.method, wanted)?;
            not_paid(&desk)?;
            not_confirming(&desk)?;
            not_too_many(&desk, &session)?;
            let id = PaymentId::of(random.dated(now));
            let (terminal, payer_ip) = (choice.terminal, choice.payer_ip);
            let opening = Opening { id, product, terminal, payer_ip, life };
            let payment = write_down(&mut desk, tx, &session, opening).await?;
            Ok::<_, Error>((Intended::New(payment), desk.finish(tx).await?))
        })
        .await?;
    finished.tell(app);
    Ok(intended)
}

/// What a new payment is made of, besides its session.
pub(super) struct Opening {
    /// `GW…`.
    pub id: PaymentId,
    /// What carries it out.
    pub product: Product,
    /// The shopper's device.
    pub terminal: &'static str,
    /// The address that the shopper's browser comes from.
    pub payer_ip: Option<IpAddr>,
    /// The longest life of a code, if the settings say one.
    pub life: Option<Millis>,
}

/// Writes a payment's intent down, as the one live payment of its order.
pub(super) async fn write_down(
    desk: &mut Desk,
    tx: &mut Tx,
    session: &Session,
    opening: Opening,
) -> Result<Payment> {
    desk.stop_live(tx).await?;
    let payment = new_payment(session, opening, desk.now());
    desk.add(tx, payment.clone()).await?;
    Ok(payment)
}

/// The same method again while its code lives is the same payment (D7): a double click, a second tab, a reload; also when another channel
/// would be chosen by now, since the first has become dearer, does not answer, or takes no new payments. What this process has never met
/// is taken for the same, too: two codes that can be paid are worse than one that does not suit.
fn same_again(
    app: &App,
    desk: &Desk,
    (session, choice): (&Session, &Choice),
    wanted: Wanted<'_>,
) -> Option<Payment> {
    let (method, bank) = (choice.method, choice.bank.as_deref());
    let is_same = |payment: &&Payment| {
        let again = |channel: Arc<dyn Channel>| {
            offer::is_same_again(channel.products(), method, &payment.product, wanted)
        };
        payment.method == method
            && !bank::is_another(bank, payment)
            && sellers::at_hand(app, &payment.channel).is_none_or(again)
    };
    desk.payments
        .iter()
        .filter(|payment| payment.state.is_live() && payment.session == session.id)
        .find(is_same)
        .filter(|payment| desk.now() < payment.expires || payment.confirming)
        .cloned()
}

/// A code that another wallet has scanned, that was called back or has run out opens nothing.
fn still_shown(desk: &Desk, code: Option<&PaymentId>) -> Result<()> {
    let Some(code) = code else { return Ok(()) };
    let shown = desk.payment(code)?;
    let is_shown = shown.state.is_live() && desk.now() < shown.expires;
    if is_shown { Ok(()) } else { Err(Error::no_such("code any more")) }
}

/// The last guard: whatever the session says, an order that is paid is not paid again.
pub(super) fn not_paid(desk: &Desk) -> Result<()> {
    let is_paid = desk.payments.iter().any(|payment| payment.role == Role::Accepted);
    if is_paid { Err(refuse(NotPayable::Paid)) } else { Ok(()) }
}

/// While a bank confirms a payment, a second one would be paid twice; also when it is one that we meant to close, of this
/// session or of an earlier one. What ends a payment ends this too.
pub(super) fn not_confirming(desk: &Desk) -> Result<()> {
    match desk.payments.iter().any(|payment| payment.confirming) {
        false => Ok(()),
        true => Err(Error::refused(
            Code::BeingConfirmed,
            "this was paid, and the bank is confirming it; please wait",
        )),
    }
}

/// Nobody chooses this often; a program that opens codes at the channel does.
const MOST_ATTEMPTS: usize = 40;

fn not_too_many(desk: &Desk, session: &Session) -> Result<()> {
    if desk.payments.iter().filter(|payment| payment.session == session.id).count() < MOST_ATTEMPTS
    {
        return Ok(());
    }
    Err(Error::refused(
        Code::TooMany,
        "this session has been tried too often; start again in the shop",
    ))
}

fn is_enabled(merchant: &Merchant, session: &Session, choice: &Choice) -> Result<()> {
    let looks = looks::in_force(merchant, session)?;
    let enabled = offer::enabled(looks.methods.as_deref());
    let is_by_code = choice.code.is_some() && enabled.contains(&Method::OneCode);
    if enabled.contains(&choice.method) || is_by_code {
        return Ok(());
    }
    let sentence = format!("{} is not offered by this merchant", choice.method.as_str());
    Err(Error::field(Code::MethodNotOffered, "method", sentence))
}

fn wanted<'a>(
    session: &'a Session,
    (choice, down): (&Choice, &'a [&'static str]),
    sellers: &'a Sellers,
    now: Millis,
) -> Wanted<'a> {
    Wanted {
        amount: session.amount,
        country: session.home(),
        rest: session.rest(now),
        scene: choice.scene,
        down,
        sellers: sellers.terms(),
    }
}

fn suits(products: &[Product], method: Method, wanted: Wanted<'_>) -> Result<Product> {
    let chosen = offer::choose(products, method, wanted);
    let chosen = chosen.or_else(|_| offer::choose(products, method, wanted.at_any_rate()));
    chosen.map_err(|why| {
        let needs = if why.needs.is_empty() {
            String::new()
        } else {
            format!(" (needs {})", why.needs.join(", "))
        };
        let sentence =
            format!("{} does not suit this session: {}{needs}", method.as_str(), why.reason);
        Error::field(Code::MethodNotOffered, "method", sentence)
    })
}

fn new_payment(session: &Session, opening: Opening, now: Millis) -> Payment {
    let Opening { id, product, terminal, payer_ip, life } = opening;
    // Only a page of the channel's own compares it; nobody else needs to keep it.
    let payer_ip = payer_ip.filter(|_| product.kind == Kind::Redirect);
    let life = life.map_or(product.longest, |life| life.min(product.longest));
    let terms = Terms {
        id,
        session: session.id.clone(),
        merchant: session.merchant.clone(),
        trans_id: session.trans_id.clone(),
        terminal: terminal.to_owned(),
        payer_ip: payer_ip.map(|ip| ip.to_string()).unwrap_or_default(),
        amount: session.amount,
        expires: whole_seconds(session.expires.min(now + life)),
    };
    Payment { next_ask: Some(now + FIRST_ASK), ..Payment::new(terms, &product, now) }
}

/// Channels are told the end of a code in seconds: it must not end there before it ends here.
fn whole_seconds(at: Millis) -> Millis {
    at - at.rem_euclid(1000)
}

/// Tells the channel. No answer is remembered as no answer.
pub(super) async fn open(
    app: &App,
    payment: &Payment,
    scanned: Option<&Scanned>,
) -> Result<Payment> {
    let asking = asking(app, payment, scanned).await?;
    let channel = channel_of(app, payment).await?;
    let answer = channel.pay(payment, &asking).await;
    if !channel.opens_alone(payment) {
        note(app, channel.as_ref(), Waiting::Payment(payment.id.clone()), &answer);
    }
    let heard = match answer {
        Ok(opened) => {
            let statement = Statement {
                evidence: opened.evidence,
                source: Source::Reply,
                after_cancel: None,
                after_confirming: false,
            };
            Heard::Said(statement, opened.action.map(Box::new))
        }
        Err(ChannelError::Refused { code }) => Heard::Said(refused(code), None),
        Err(ChannelError::NotSent(why)) => {
            tracing::warn!(order_id = %payment.id, why, "a payment was not sent");
            Heard::NotSent
        }
        Err(ChannelError::NoAnswer(why)) => {
            tracing::warn!(order_id = %payment.id, why, "a payment got no readable answer");
            Heard::NoAnswer
        }
    };
    let unheard = matches!(heard, Heard::NoAnswer);
    let payment = settle(app, payment, heard).await?;
    // Ask, do not repeat: only the channel knows whether it has it (R4).
    if unheard {
        return ask(app, &payment.id).await;
    }
    if shows_nothing(&payment) {
        tracing::warn!(order_id = %payment.id, "the channel opened a payment without a code");
        stop(app, &payment).await?;
        return Err(unavailable());
    }
    Ok(payment)
}

/// Opened, but with nothing to show: of no use to anybody, so it is closed at the channel (`protocols/antom.md` 4). A payment code
/// has nothing to show: its payer types a password.
pub(super) fn shows_nothing(payment: &Payment) -> bool {
    let is_open = payment.state == PaymentState::Processing && payment.action.is_empty();
    is_open && !payment.is_by_code()
}

/// What a channel needs of us besides the payment.
pub(super) async fn asking(
    app: &App,
    payment: &Payment,
    scanned: Option<&Scanned>,
) -> Result<Asking> {
    Ok(Asking {
        payee: app.merchant(&payment.merchant).await?.name.clone(),
        return_url: app.session_url(&payment.session),
        notify_url: format!("{}/notify/{}", app.public_url, payment.channel),
        scanned: scanned.cloned(),
        login: login::way(app, payment),
    })
}

/// Somebody else is opening this very payment: their code is ours. Waits five seconds; a code that takes longer comes with
/// the page's next question.
async fn wait_for_code(app: &App, mut payment: Payment) -> Result<Payment> {
    const PAUSE: std::time::Duration = std::time::Duration::from_millis(100);
    for _ in 0..50 {
        if !payment.action.is_empty() || !payment.state.is_live() {
            break;
        }
        tokio::time::sleep(PAUSE).await;
        payment = read(app, &payment.id).await?;
    }
    Ok(payment)
}

/// What the shopper is told.
pub(super) async fn answer(app: &App, payment: &Payment) -> Result<OpenTransaction> {
    match (payment.state, payment.reason.as_str()) {
        (PaymentState::Fail, "CHANNEL_UNAVAILABLE") => Err(unavailable()),
        _ => Ok(opened(payment, view::status(app, &payment.session).await?, app.now())),
    }
}

fn unavailable() -> Error {
    let sentence =
        "this payment method cannot be reached right now; nothing was taken, choose another one";
    Error::refused(Code::ChannelUnavailable, sentence)
}

/// A payment on the wire. The code of one that is being closed is shown to nobody: whoever paid it would get the money
/// back.
pub fn opened(payment: &Payment, state: StatusView, now: Millis) -> OpenTransaction {
    let live = Some(payment).filter(|payment| payment.state.is_live());
    OpenTransaction {
        order_id: payment.id.to_string(),
        method: payment.method.as_str().to_owned(),
        next_action: live.and_then(|live| serde_json::from_str::<NextAction>(&live.action).ok()),
        code_expires_in_ms: live.map_or(0, |live| (live.expires - now).max(0).unsigned_abs()),
        state,
    }
}

/// A refusal of the guard (A5), with its reason.
pub fn refuse(why: NotPayable) -> Error {
    match why {
        NotPayable::Paid => Error::refused(Code::AlreadyPaid, "this session is paid already"),
        NotPayable::Expired => Error::refused(
            Code::SessionExpired,
            "this session has expired; start again in the shop",
        ),
        NotPayable::Closed => {
            Error::refused(Code::SessionClosed, "this session was closed; start again in the shop")
        }
        NotPayable::Changed => Error::field(
            Code::AmountChanged,
            "version",
            "the amount has changed since the page was loaded",
        ),
    }
}
