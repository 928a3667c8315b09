//! `florin sessions`: what became of an order, without writing SQL.

use anyhow::{Context, bail};
use florin_server::clock::rfc3339;
use florin_server::store::operate::{self, SessionLine};
use florin_server::store::{Tx, reversals, sessions};
use florin_shared::SessionId;
use serde_json::{Value, json};

use super::{Answer, Where, table};

/// The command's arguments.
#[derive(clap::Args)]
#[command(after_help = "EXAMPLES
  florin sessions list --state OPEN --limit 20
  florin sessions list --trans-id order-1
  florin sessions show CS…                  by session, or by a transaction's GW… number
  florin sessions show GW… --json | jq .log

JSON: {\"sessions\": […]} or {\"session\", \"payments\", \"reversals\", \"log\", \"messages\"}. The id of an open session opens its
page to whoever holds it, so do not paste it where strangers read.")]
pub(crate) struct Sessions {
    #[command(subcommand)]
    act: Act,
}

#[derive(clap::Subcommand)]
enum Act {
    /// The newest sessions.
    List {
        #[command(flatten)]
        at: Where,
        /// Only of this merchant.
        #[arg(long, value_name = "ID", default_value = "")]
        merchant: String,
        /// Only of this order.
        #[arg(long, default_value = "")]
        trans_id: String,
        /// Only in this state.
        #[arg(long, default_value = "", value_parser = ["", "OPEN", "CLOSING", "PAID", "EXPIRED", "CANCELLED"])]
        state: String,
        /// So many.
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(i64).range(1..=1000))]
        limit: i64,
    },
    /// One session with everything that happened to its order.
    Show {
        /// `CS…`, or the `GW…` of one of its transactions.
        id: String,
        #[command(flatten)]
        at: Where,
    },
}

pub(super) async fn run(wanted: Sessions) -> anyhow::Result<Answer> {
    match wanted.act {
        Act::List { at, merchant, trans_id, state, limit } => {
            let store = at.look().await?;
            let filter = (merchant.as_str(), trans_id.as_str(), state.as_str());
            let found = operate::sessions(&mut store.read().await?, filter, limit).await?;
            let lines: Vec<_> = found.iter().map(line).collect();
            let json: Vec<_> = found.iter().map(as_json).collect();
            Ok(Answer::good(table(&lines), json!({ "sessions": json })))
        }
        Act::Show { id, at } => show(&mut at.look().await?.read().await?, &id).await,
    }
}

fn line(session: &SessionLine) -> Vec<String> {
    vec![
        session.session_id.clone(),
        session.state.clone(),
        format!("{} {}", session.amount, session.currency),
        rfc3339(session.created_ms),
        session.merchant_id.clone(),
        session.trans_id.clone(),
    ]
}

fn as_json(session: &SessionLine) -> Value {
    json!({
        "session_id": session.session_id, "merchant_id": session.merchant_id, "trans_id": session.trans_id,
        "state": session.state, "amount": session.amount.to_string(), "currency": session.currency,
        "created": rfc3339(session.created_ms), "expires": rfc3339(session.expire_ms),
    })
}

/// The session meant by either kind of number.
pub(super) async fn meant(tx: &mut Tx, id: &str) -> anyhow::Result<SessionId> {
    let session = match id.strip_prefix("GW") {
        Some(_) => operate::session_of(tx, id)
            .await?
            .with_context(|| format!("there is no transaction {id}"))?,
        None => id.to_owned(),
    };
    session.parse().with_context(|| format!("{id} is neither a session nor a transaction"))
}

async fn show(tx: &mut Tx, id: &str) -> anyhow::Result<Answer> {
    let id = meant(tx, id).await?;
    let Some(session) = sessions::get(tx, &id).await? else { bail!("there is no session {id}") };
    let (merchant, order) = (session.merchant.as_str(), session.trans_id.as_str());
    let head = json!({
        "session_id": session.id.as_str(), "merchant_id": merchant, "trans_id": order,
        "state": session.state.as_str(), "amount": session.amount.minor().to_string(),
        "currency": session.amount.currency().to_string(), "created": rfc3339(session.created),
        "expires": rfc3339(session.expires),
    });
    let payments = operate::payments(tx, &id).await?;
    let mut back = Vec::new();
    for payment in &payments {
        back.extend(reversals::of_payment(tx, &payment.payment_id.parse()?).await?);
    }
    let log = operate::log(tx, merchant, order).await?;
    let messages = operate::messages(tx, merchant, order).await?;
    let payments: Vec<Value> = payments.iter().map(|payment| json!({
        "order_id": payment.payment_id, "method": payment.method, "channel": payment.channel,
        "state": payment.state, "role": payment.role, "reason": payment.reason,
        "amount": payment.amount.to_string(), "currency": payment.currency, "asks": payment.asks,
        "next_ask": payment.next_ask_ms.map(rfc3339), "created": rfc3339(payment.created_ms),
    })).collect();
    let reversals: Vec<Value> = back.iter().map(|reversal| json!({
        "refund_id": reversal.id.as_str(), "order_id": reversal.payment.as_str(),
        "reason": reversal.reason.as_str(), "state": reversal.state.as_str(),
        "amount": reversal.amount.minor().to_string(), "currency": reversal.amount.currency().to_string(),
    })).collect();
    let log: Vec<Value> = log.iter().map(|event| json!({
        "seq": event.seq, "session_id": event.session_id, "order_id": event.payment_id, "kind": event.kind,
        "from": event.from_state, "to": event.to_state, "at": rfc3339(event.at_ms),
    })).collect();
    let messages: Vec<Value> = messages.iter().map(|message| json!({
        "seq": message.seq, "message_id": message.message_id, "endpoint": message.endpoint_id,
        "host": host(&message.url), "state": message.state, "tries": message.tries,
        "last_error": message.last_error, "created": rfc3339(message.created_ms),
    })).collect();
    let told = [
        section("session", SESSION, std::slice::from_ref(&head)),
        section("payments", PAYMENTS, &payments),
        section("reversals", REVERSALS, &reversals),
        section("log", LOG, &log),
        section("messages", MESSAGES, &messages),
    ]
    .join("\n");
    Ok(Answer::good(
        told,
        json!({
            "session": head, "payments": payments, "reversals": reversals, "log": log, "messages": messages,
        }),
    ))
}

/// Where a message goes, without what an address may hide in its path.
fn host(url: &str) -> String {
    url::Url::parse(url).map_or_else(|_| String::new(), |url| url.origin().ascii_serialization())
}

const SESSION: &[&str] =
    &["session_id", "state", "amount", "currency", "created", "expires", "merchant_id", "trans_id"];
const PAYMENTS: &[&str] =
    &["order_id", "method", "state", "role", "reason", "amount", "currency", "asks", "next_ask"];
const REVERSALS: &[&str] = &["refund_id", "order_id", "reason", "state", "amount", "currency"];
const LOG: &[&str] = &["seq", "at", "kind", "from", "to", "order_id"];
const MESSAGES: &[&str] = &["seq", "message_id", "state", "tries", "host", "last_error"];

fn section(name: &str, columns: &[&str], rows: &[Value]) -> String {
    if rows.is_empty() {
        return format!("{name}: none\n");
    }
    let cell = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Null => "-".to_owned(),
        other => other.to_string(),
    };
    let head = columns.iter().map(|column| (*column).to_owned()).collect();
    let cells = |row: &Value| columns.iter().map(|column| cell(&row[*column])).collect();
    let lines: Vec<Vec<String>> = std::iter::once(head).chain(rows.iter().map(cells)).collect();
    format!("{name}\n{}\n", table(&lines))
}
