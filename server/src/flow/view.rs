//! What the shopper's page is told: the whole view once, the status from memory.

use std::sync::Arc;

use florin_shared::money::Amount;
use florin_shared::shopper::{CheckoutView, Good, NextAction, OpenTransaction, StatusView};
use florin_shared::{Code, Method, SessionId};

use super::pay::opened;
use super::{looks, sellers};
use crate::app::App;
use crate::channel::Channel;
use crate::clock::Millis;
use crate::domain::offer::{self, Kind, Product, Wanted};
use crate::domain::payment::Payment;
use crate::domain::scene::Scene;
use crate::domain::session::Session;
use crate::status::{Entry, Snapshot, status_of, way_on};
use crate::store::{Tx, payments, sessions};
use crate::{Error, Result};

/// The session of that id.
pub async fn session(app: &App, id: &SessionId) -> Result<Session> {
    sessions::get(&mut app.store.read().await?, id).await?.ok_or_else(|| Error::no_such("session"))
}

/// The session in memory, read from the database the first time.
pub async fn entry(app: &App, id: &SessionId) -> Result<Arc<Entry>> {
    if let Some(entry) = app.board.get(id) {
        return Ok(entry);
    }
    let first = snapshot(&mut app.store.read().await?, id).await?;
    let merchant = app.merchant(&first.session.merchant).await?;
    let entry = app.board.enter(first, app.token_digest(id), merchant, app.now());
    // What was committed between the read and the entry was told to a board that did not have it yet; from the entry on
    // every commit tells it.
    app.board.update(snapshot(&mut app.store.read().await?, id).await?);
    Ok(entry)
}

/// Reads what polls are answered from.
pub async fn snapshot(tx: &mut Tx, id: &SessionId) -> Result<Snapshot> {
    // The log's number first: what is read after it can only be newer, and is then told again.
    let seen: Option<(i64, i64)> = tx
        .sql(
            "select o.seq, o.version from session s
               join pay_order o on o.merchant_id = s.merchant_id and o.trans_id = s.trans_id where s.session_id = $1",
        )
        .bind(id.as_str())
        .one()
        .await?;
    let session = sessions::get(tx, id).await?.ok_or_else(|| Error::no_such("session"))?;
    let payments = payments::of_session(tx, id).await?;
    Ok(Snapshot::of(&session, seen.unwrap_or((0, 0)), payments.iter()))
}

/// The status, from memory.
pub async fn status(app: &App, id: &SessionId) -> Result<StatusView> {
    let entry = entry(app, id).await?;
    Ok(told(app, &entry, app.now()))
}

/// What a poll is told.
pub fn told(app: &App, entry: &Entry, now: Millis) -> StatusView {
    let snapshot = entry.snapshot();
    // Which channels answer is seen in the list, so that it changes with the looks; while a code is shown nobody sees it.
    let mark = if snapshot.is_being_paid() { 0 } else { app.reach.mark() };
    StatusView { looks: app.looks_of(&entry.merchant.id) ^ mark, ..snapshot.view(now) }
}

/// Everything the page shows.
pub async fn view(app: &App, id: &SessionId, scene: Scene) -> Result<CheckoutView> {
    let mut tx = app.store.read().await?;
    let session = sessions::get(&mut tx, id).await?.ok_or_else(|| Error::no_such("session"))?;
    let payments = payments::of_session(&mut tx, id).await?;
    drop(tx);
    let merchant = app.merchant(&session.merchant).await?;
    let sellers = sellers::of_merchant(app, &session.merchant).await?;
    let looks = looks::in_force(&merchant, &session)?;
    let now = app.now();
    let state = status(app, id).await?;
    let shown = match open(&payments) {
        Some(payment) => {
            let carrier = carrier(app, payment).await;
            seen_from(carrier.as_deref(), scene, payment, opened(payment, state.clone(), now))
        }
        None => None,
    };
    // After the status: whatever changes in between, the next poll says that this list is an old one.
    let down = app.reach.down();
    let wanted = Wanted {
        amount: session.amount,
        country: session.home(),
        rest: session.rest(now),
        scene,
        down: &down,
        sellers: sellers.terms(),
    };
    Ok(CheckoutView {
        session_id: session.id.to_string(),
        version: session.shown.unsigned_abs(),
        status: status_of(session.state),
        payee: looks.payee_name.clone().unwrap_or_else(|| merchant.name.clone()),
        trans_id: session.trans_id.clone(),
        amount: Amount::from(session.amount),
        goods: goods(&session)?,
        methods: offer::list(sellers.products(), looks.methods.as_deref(), wanted),
        expires_in_ms: state.expires_in_ms,
        lifetime_ms: (session.expires - session.created).unsigned_abs(),
        return_url: way_on(&session, open(&payments).is_some_and(|payment| payment.confirming)),
        session_url: app.session_url(&session.id),
        display_locale: Some(session.locale.clone()).filter(|locale| !locale.is_empty()),
        appearance: looks::worn(app, &looks),
        auto_query: looks.auto_query.unwrap_or(true),
        livemode: merchant.livemode,
        open: shown,
        state,
    })
}

/// Who carries it out: the server's account or one of the merchant's, be it removed. An account that cannot be opened hides nothing.
async fn carrier(app: &App, payment: &Payment) -> Option<Arc<dyn Channel>> {
    let found = sellers::named(app, &payment.channel).await;
    found.unwrap_or_else(|error| {
        tracing::error!(order_id = %payment.id, %error, "who carries a payment cannot be told");
        None
    })
}

/// What is open, as somebody sees it who is there. Another browser's way into a wallet leads nowhere from here: all there is to do
/// is to pay where it began. And nobody scans the one code with the phone that shows it; they choose a method, which calls it back.
fn seen_from(
    carrier: Option<&dyn Channel>,
    scene: Scene,
    payment: &Payment,
    open: OpenTransaction,
) -> Option<OpenTransaction> {
    let is_it = |product: &&Product| {
        (product.channel, product.name, product.method)
            == (payment.channel.as_str(), payment.product.as_str(), payment.method)
    };
    let product = carrier.and_then(|carrier| carrier.products().iter().find(is_it));
    match product.filter(|product| !product.scenes.contains(&scene)) {
        Some(_) if payment.method == Method::OneCode => None,
        Some(product) if matches!(product.kind, Kind::Redirect | Kind::App | Kind::MiniProgram) => {
            let next_action = open.next_action.as_ref().map(|_| elsewhere());
            Some(OpenTransaction { next_action, ..open })
        }
        Some(_) | None => Some(open),
    }
}

/// There is nothing to do here.
fn elsewhere() -> NextAction {
    NextAction { kind: "elsewhere".into(), ..NextAction::default() }
}

/// Where the shopper of this session goes who leaves at this moment.
pub async fn way_back(app: &App, session: &Session) -> Result<Option<String>> {
    let mut tx = app.store.read().await?;
    let payments = payments::of_session(&mut tx, &session.id).await?;
    Ok(way_on(session, open(&payments).is_some_and(|payment| payment.confirming)))
}

fn goods(session: &Session) -> Result<Vec<Good>> {
    serde_json::from_str(&session.goods).map_err(|error| Error::Internal(error.to_string()))
}

fn open(payments: &[Payment]) -> Option<&Payment> {
    payments.iter().find(|payment| payment.state.is_live())
}

/// A session that its shopper may see. Whoever guessed or read the id of one without a page gets the answer of an unknown
/// one.
pub async fn paged(app: &App, id: &SessionId) -> Result<Session> {
    let session = session(app, id).await?;
    if session.has_page() { Ok(session) } else { Err(Error::no_such("session")) }
}

/// A token that no longer opens anything: it lives until the session ends, plus an hour (D15).
pub fn token_lives(session: &Session, now: Millis) -> Result<()> {
    const AFTERWARDS: Millis = 60 * 60 * 1000;
    let ended = session.ended.unwrap_or(session.expires);
    if !session.state.is_over() || now < ended + AFTERWARDS {
        return Ok(());
    }
    Err(Error::refused(Code::WrongKey, "this client token has ended with its session"))
}
