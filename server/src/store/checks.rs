//! The ledger's invariants as SQL (`reliability/` 4.2): statements that must return no row.

use super::{StoreError, Tx};
use crate::clock::Millis;

/// A row that breaks an invariant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// Which, and what it says.
    pub invariant: &'static str,
    /// The row's key.
    pub row: String,
}

/// Which invariants are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Those that hold at any moment, after any fault: I1-I16.
    Always,
    /// Also those that hold when channels can be reached and a minute has passed: L1-L4.
    AtRest,
}

struct Invariant {
    name: &'static str,
    sql: &'static str,
}

/// Each text gives one column, the key of a row that breaks it.
const ALWAYS: &[Invariant] = &[
    Invariant {
        name: "I1 never two counted payments for one order",
        sql: "select merchant_id || '/' || trans_id from payment where role = 'ACCEPTED'
               group by merchant_id, trans_id having count(*) > 1",
    },
    Invariant {
        name: "I2 a role only on success, and success always has one",
        sql: "select payment_id from payment where (role <> 'NONE') <> (state = 'SUCCESS')",
    },
    Invariant {
        name: "I2 nothing ends before the last cancel that went out was answered",
        sql: "select payment_id from payment
               where state in ('FAIL', 'CANCELLED', 'SUCCESS') and cancels_sent > cancels_answered",
    },
    Invariant {
        name: "I3 an accepted payment is exactly the order's amount and currency, as the channel confirmed it",
        sql: "select a.payment_id from payment a
                join pay_order o on o.merchant_id = a.merchant_id and o.trans_id = a.trans_id
               where a.role = 'ACCEPTED' and (a.got_amount is null or a.got_amount <> o.amount
                 or a.got_currency is null or a.got_currency <> o.currency
                 or a.amount <> o.amount or a.currency <> o.currency)",
    },
    Invariant {
        name: "I4 money taken and not accepted is on its way back, whole",
        sql: "select a.payment_id from payment a where a.role = 'SURPLUS' and a.got_amount <> (
                select coalesce(sum(r.amount), 0) from reversal r
                 where r.payment_id = a.payment_id and r.state <> 'FAIL')",
    },
    Invariant {
        name: "I5 never more back than was taken",
        sql: "select a.payment_id from payment a
                join reversal r on r.payment_id = a.payment_id and r.state <> 'FAIL'
               group by a.payment_id, a.got_amount having sum(r.amount) > coalesce(a.got_amount, 0)",
    },
    Invariant {
        name: "I6 states only rise",
        sql: "with rnk(s, n) as (values ('INTENT', 0), ('SENT', 1), ('UNKNOWN', 2), ('PROCESSING', 3),
                ('CANCELLING', 4), ('FAIL', 5), ('CANCELLED', 6), ('SUCCESS', 7))
              select e.trans_id from event e join rnk f on f.s = e.from_state join rnk t on t.s = e.to_state
               where e.kind = 'ATTEMPT' and t.n < f.n",
    },
    Invariant {
        name: "I7 a session is paid exactly when it has an accepted payment",
        sql: "select s.session_id from session s where (s.state = 'PAID') <> exists (
                select 1 from payment a where a.session_id = s.session_id and a.role = 'ACCEPTED')",
    },
    Invariant {
        name: "I8 a finished, unpaid session has no payment that could still take money unnoticed",
        sql: "select s.session_id from session s join payment a on a.session_id = s.session_id
               where s.state in ('EXPIRED', 'CANCELLED')
                 and (a.state in ('INTENT', 'SENT', 'PROCESSING', 'UNKNOWN')
                   or (a.state = 'CANCELLING' and a.cancellable = 1))",
    },
    Invariant {
        name: "I9 a session lives at most 24 hours",
        sql: "select session_id from session where expire_ms - created_ms > 86400000 or expire_ms <= created_ms",
    },
    Invariant {
        name: "I9 no payment begins at or after its session's end",
        sql: "select a.payment_id from payment a join session s on s.session_id = a.session_id
               where a.created_ms >= s.expire_ms",
    },
    Invariant {
        name: "I10 success rests on stored evidence",
        sql: "select a.payment_id from payment a where a.state = 'SUCCESS' and not exists (
                select 1 from evidence v where v.payment_id = a.payment_id and v.status = 'SUCCESS')",
    },
    Invariant {
        name: "I11 the log and the row agree",
        sql: "select a.payment_id from payment a where a.state <> coalesce((
                select e.to_state from event e where e.merchant_id = a.merchant_id and e.trans_id = a.trans_id
                   and e.payment_id = a.payment_id and e.kind = 'ATTEMPT'
                 order by e.seq desc limit 1), 'no event')",
    },
    Invariant {
        name: "I11 the log and the session agree",
        sql: "select s.session_id from session s where s.state <> coalesce((
                select e.to_state from event e where e.merchant_id = s.merchant_id and e.trans_id = s.trans_id
                   and e.session_id = s.session_id and e.kind = 'SESSION'
                 order by e.seq desc limit 1), 'no event')",
    },
    // With this, the log alone brings every state back: from nothing, each step where the one before it ended.
    Invariant {
        name: "I11 each step of the log begins where the one before it ended",
        sql: "select merchant_id || '/' || trans_id || '/' || seq from (
                select merchant_id, trans_id, seq, from_state,
                       lag(to_state, 1, '') over (
                         partition by kind, session_id, coalesce(payment_id, ''), coalesce(reversal_id, '')
                         order by merchant_id, trans_id, seq) as ended
                  from event where kind in ('SESSION', 'ATTEMPT', 'REVERSAL')) step
               where from_state <> ended",
    },
    Invariant {
        name: "I11 the log has no holes",
        sql: "select merchant_id || '/' || trans_id from event group by merchant_id, trans_id
               having min(seq) <> 1 or max(seq) <> count(*)",
    },
    // What was told long ago may have been forgotten (`retention.rs`): only what is younger is looked at.
    Invariant {
        name: "I12 every result has its message, for a session that wants them",
        sql: "select e.merchant_id || '/' || e.trans_id from event e join session s on s.session_id = e.session_id
               left join outbox o on o.merchant_id = e.merchant_id and o.trans_id = e.trans_id and o.seq = e.seq
                and o.endpoint_id = 'notify_url'
               where e.kind = 'RESULT' and s.notify_url <> '' and o.seq is null and e.at_ms >= coalesce((
                select cast(value as bigint) from setting where name = 'outbox_forgotten_ms'), 0)",
    },
    // Whoever changes an endpoint does not wait for units that are under way: a minute to either side is not looked at.
    Invariant {
        name: "I12 every result has its message, for every endpoint that wanted it then",
        sql: "select e.merchant_id || '/' || e.trans_id from event e join session s on s.session_id = e.session_id
                join webhook_subscription w on w.merchant_id = e.merchant_id and e.to_state like w.pattern
                 and w.since_ms + 60000 <= e.at_ms and (w.until_ms is null or e.at_ms + 60000 <= w.until_ms)
                 and (w.sessions = 'ALL' or s.notify_url = '')
               where e.kind = 'RESULT' and e.at_ms >= coalesce((
                 select cast(value as bigint) from setting where name = 'outbox_forgotten_ms'), 0) and not exists (select 1 from outbox o
                 where o.merchant_id = e.merchant_id and o.trans_id = e.trans_id and o.seq = e.seq
                   and o.endpoint_id = w.endpoint_id)",
    },
    Invariant {
        name: "I12 what counts as delivered was answered with 2xx",
        sql: "select o.delivery_id from outbox o where o.state = 'DONE' and o.kind <> '' and not exists (
                select 1 from delivery_try t where t.delivery_id = o.delivery_id and t.status between 200 and 299)",
    },
    Invariant {
        name: "I12 no message waits for an endpoint that is enabled",
        sql: "select o.delivery_id from outbox o join webhook_endpoint e on e.endpoint_id = o.lane
               where o.state = 'HELD' and e.state = 'ENABLED'",
    },
    Invariant {
        name: "I13 the books balance",
        sql: "select txn_id from ledger group by txn_id, currency having sum(debit) <> sum(credit)",
    },
    Invariant {
        name: "I13 a line of the books is a debit or a credit",
        sql: "select txn_id from ledger where debit < 0 or credit < 0 or (debit = 0) = (credit = 0)",
    },
    Invariant {
        name: "I14 the clearing account explains the open reversals exactly",
        sql: "select a.payment_id from payment a where a.role = 'SURPLUS' and (
                select coalesce(sum(l.credit - l.debit), 0) from ledger l
                 where l.account = 'surplus_payable' and l.payment_id = a.payment_id)
                <> a.got_amount - (select coalesce(sum(r.amount), 0) from reversal r
                 where r.payment_id = a.payment_id and r.state in ('SUCCESS', 'KEPT'))",
    },
    Invariant {
        name: "I14 what is owed to the merchant is what was taken, less what has gone back",
        sql: "select a.payment_id from payment a where a.role = 'ACCEPTED' and (
                select coalesce(sum(l.credit - l.debit), 0) from ledger l
                 where l.account = 'merchant_payable' and l.payment_id = a.payment_id)
                <> a.got_amount - (select coalesce(sum(r.amount), 0) from reversal r
                 where r.payment_id = a.payment_id and r.state = 'SUCCESS')",
    },
    Invariant {
        name: "I15 a refund is of a payment that counts, and in its currency",
        sql: "select r.reversal_id from reversal r join payment a on a.payment_id = r.payment_id
               where (r.reason = 'MERCHANT') <> (r.refund_trans_id <> '')
                  or (r.reason = 'MERCHANT' and a.role <> 'ACCEPTED') or r.currency <> a.got_currency",
    },
    Invariant {
        name: "I15 only what a person has to see to ends with one",
        sql: "select reversal_id from reversal where (outcome <> '') <> (state in ('SUCCESS', 'KEPT') and note <> '')
                  or (state = 'KEPT') <> (outcome = 'KEPT') or (reason = 'MERCHANT' and state in ('MANUAL', 'KEPT'))",
    },
    Invariant {
        name: "I16 a credit that is called matched is a payment that took just that",
        sql: "select c.channel || '/' || c.bank_id from credit c where c.state = 'MATCHED' and not exists (
                select 1 from payment p where p.channel = c.channel and p.request_id = c.request_id
                   and p.state = 'SUCCESS' and p.got_amount = c.amount and p.got_currency = c.currency)",
    },
    Invariant {
        name: "I16 no two credits are one payment",
        sql: "select channel || '/' || request_id from credit where request_id <> ''
               group by channel, request_id having count(*) > 1",
    },
    // What was found paid before questions claimed anything is not looked at.
    Invariant {
        name: "I16 what was paid into an account of the merchant's own names its credit",
        sql: "select p.payment_id from payment p where p.state = 'SUCCESS' and p.created_ms > coalesce((
                select cast(value as bigint) from setting where name = 'credits_claimed_ms'), 0)
                 and exists (select 1 from credit x where x.channel = p.channel)
                 and not exists (select 1 from credit c where c.channel = p.channel
                   and c.request_id = p.request_id and c.request_id <> '' and c.state = 'MATCHED')",
    },
    // `meant` or `meant.2`, `meant.3` …
    Invariant {
        name: "I16 what a person has assigned is that transaction's and no other's",
        sql: "select channel || '/' || bank_id from credit where meant <> '' and request_id <> '' and request_id <> meant
                and substr(request_id, 1, length(meant) + 1) <> meant || '.'",
    },
    Invariant {
        name: "I16 whose word a credit rests on is written down",
        sql: "select c.channel || '/' || c.bank_id from credit c
               where c.source <> 'CONNECTOR' and not exists (
                select 1 from credit_word w where w.channel = c.channel and w.bank_id = c.bank_id and w.who <> ''
                   and w.kind = case when c.source = 'PERSON' then 'ASSIGNED' else 'STATEMENT' end)",
    },
    Invariant {
        name: "I11 the log and the reversal agree",
        sql: "select r.reversal_id from reversal r where r.state <> coalesce((
                select e.to_state from event e where e.reversal_id = r.reversal_id order by e.seq desc limit 1), r.state)",
    },
];

const AT_REST: &[Invariant] = &[
    Invariant {
        name: "L1 nothing hangs",
        sql: "select payment_id from payment where state not in ('SUCCESS', 'FAIL', 'CANCELLED')
                and cancellable = 1 and confirming = 0",
    },
    Invariant {
        name: "L2 every surplus is really back, or a person sees to it",
        sql: "select a.payment_id from payment a where a.role = 'SURPLUS' and a.got_amount <> (
                select coalesce(sum(r.amount), 0) from reversal r
                 where r.payment_id = a.payment_id and r.state in ('SUCCESS', 'MANUAL', 'KEPT'))",
    },
];

/// These look at the time, as `$1`.
const IN_TIME: &[Invariant] = &[
    Invariant {
        name: "L3 no session outlives its time, but for a bank that has not confirmed",
        sql: "select s.session_id from session s where s.state in ('OPEN', 'CLOSING') and s.expire_ms < $1
               and not exists (select 1 from payment p where p.session_id = s.session_id and p.confirming = 1)",
    },
    Invariant {
        name: "L2 every refund has been answered, or is under way at the channel",
        sql: "select reversal_id from reversal where state in ('INTENT', 'UNKNOWN') and created_ms < $1",
    },
    Invariant {
        name: "L4 the outbox is empty but for what waits for its next try, or behind an endpoint that fails",
        sql: "select o.merchant_id || '/' || o.trans_id from outbox o where o.state = 'PENDING' and o.next_ms < $1
               and o.leased_until_ms <= $1
               and not exists (select 1 from outbox f join delivery_try t on t.delivery_id = f.delivery_id
                 where f.lane = o.lane and f.state = 'PENDING' and t.error <> '' and t.at_ms > $1)",
    },
];

/// Runs them, and gives every row that breaks one.
pub async fn run(tx: &mut Tx, when: When, now: Millis) -> Result<Vec<Broken>, StoreError> {
    run_telling(tx, when, now, |_| ()).await
}

/// The same, telling first what is looked at: a ledger of millions takes minutes.
pub async fn run_telling(
    tx: &mut Tx,
    when: When,
    now: Millis,
    tell: impl Fn(&str),
) -> Result<Vec<Broken>, StoreError> {
    let mut found = Vec::new();
    let (at_rest, in_time) = match when {
        When::Always => (&[][..], &[][..]),
        When::AtRest => (AT_REST, IN_TIME),
    };
    for Invariant { name, sql } in ALWAYS.iter().chain(at_rest) {
        tell(name);
        found.extend(broken(name, tx.sql(sql).all().await?));
    }
    for Invariant { name, sql } in in_time {
        tell(name);
        found.extend(broken(name, tx.sql(sql).bind(now - 60_000).all().await?));
    }
    Ok(found)
}

fn broken(invariant: &'static str, rows: Vec<Key>) -> impl Iterator<Item = Broken> {
    rows.into_iter().map(move |(row,)| Broken { invariant, row })
}

type Key = (String,);
