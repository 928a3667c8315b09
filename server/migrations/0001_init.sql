-- One text for SQLite and PostgreSQL: text, bigint, partial indexes. Times are whole milliseconds since 1970 (UTC),
-- money whole smallest units, ids and states text, yes-or-no 0 or 1. No row of an order lies outside its
-- (merchant_id, trans_id), so that an order can live in one shard.

create table setting (
  name  text primary key,
  value text not null
);

create table merchant (
  merchant_id     text primary key,
  organisation_id text not null,
  name            text not null,
  livemode        bigint not null,
  late_success    text not null,             -- REVERSE or ACCEPT (ruling D9)
  auto_query      bigint not null,           -- 0: the widget asks only when told (L8)
  appearance      text not null,             -- JSON text, {} for Florin's own looks
  webhook_secret  text not null,             -- whsec_…
  created_ms      bigint not null
);

create table api_key (
  key_digest  text primary key,              -- SHA-256 of the key, hex; the key itself is never stored
  merchant_id text not null references merchant (merchant_id),
  created_ms  bigint not null
);

create table origin (
  merchant_id text not null references merchant (merchant_id),
  origin      text not null,                 -- https://shop.example
  primary key (merchant_id, origin)
);

-- What the merchant wants paid: the unit of locking. `version` is the lock, `seq` the number of its last event.
create table pay_order (
  merchant_id text not null,
  trans_id    text not null,
  amount      bigint not null,
  currency    text not null,
  seq         bigint not null,
  version     bigint not null,
  primary key (merchant_id, trans_id)
);

create table session (
  session_id   text primary key,
  merchant_id  text not null,
  trans_id     text not null,
  state        text not null,                -- OPEN, CLOSING, PAID, EXPIRED, CANCELLED
  closing_to   text not null,                -- EXPIRED or CANCELLED while CLOSING, else empty
  amount       bigint not null,
  currency     text not null,
  mode         text not null,
  country      text not null,                -- ISO 3166 alpha-2, or empty
  locale       text not null,                -- BCP 47, or empty
  return_url   text not null,                -- or empty
  notify_url   text not null,                -- or empty
  goods        text not null,                -- JSON text
  fingerprint  text not null,                -- SHA-256 of the request, for D8's replay
  expire_text  text not null,                -- as the merchant wrote it
  shown        bigint not null,              -- the version that the shopper sees (D10)
  created_ms   bigint not null,
  expire_ms    bigint not null,
  foreign key (merchant_id, trans_id) references pay_order (merchant_id, trans_id)
);
create index session_of_order on session (merchant_id, trans_id);
create index session_due on session (expire_ms) where state = 'OPEN';
create unique index one_open on session (merchant_id, trans_id) where state in ('OPEN', 'CLOSING');

-- One attempt to pay: a transaction on the wire.
create table payment (
  payment_id       text primary key,
  session_id       text not null references session (session_id),
  merchant_id      text not null,
  trans_id         text not null,
  method           text not null,
  channel          text not null,
  product          text not null,            -- the channel's own name for the method
  request_id       text not null,            -- what the channel sees; never used twice
  terminal         text not null,            -- WEB, WAP_IOS, WAP_ANDROID
  cancellable      bigint not null,          -- 0: the channel cannot cancel it (D6)
  amount           bigint not null,
  currency         text not null,
  state            text not null,            -- INTENT, SENT, UNKNOWN, PROCESSING, CANCELLING, FAIL, CANCELLED, SUCCESS
  role             text not null,            -- NONE, ACCEPTED, SURPLUS
  confirming       bigint not null,          -- 1: paid, the bank has not confirmed (D11)
  reason           text not null,            -- why it failed, or empty
  got_amount       bigint,
  got_currency     text,
  paid_ms          bigint,
  action           text not null,            -- JSON text of the next action, or empty
  expire_ms        bigint not null,          -- the code's end, as the channel was told
  final_after_ms   bigint not null,          -- when nothing can arrive any more (D6)
  cancels_sent     bigint not null,          -- D1: how many cancels went out
  cancels_answered bigint not null,          -- and which of them has been answered
  cancel_until_ms  bigint not null,          -- until then somebody's cancel is on its way: nobody else sends one
  asks             bigint not null,
  next_ask_ms      bigint,                   -- null: nothing more to ask
  created_ms       bigint not null,
  changed_ms       bigint not null,
  version          bigint not null,
  unique (channel, request_id),
  foreign key (merchant_id, trans_id) references pay_order (merchant_id, trans_id)
);
create index payment_of_session on payment (session_id);
create index payment_of_order on payment (merchant_id, trans_id);
create index payment_due on payment (next_ask_ms) where next_ask_ms is not null;
create unique index one_accepted on payment (merchant_id, trans_id) where role = 'ACCEPTED';
create unique index one_live on payment (merchant_id, trans_id)
  where state in ('INTENT', 'SENT', 'UNKNOWN', 'PROCESSING');

-- Money going back: a refund when the merchant asked, a reversal when we may not keep it.
create table reversal (
  reversal_id text primary key,
  payment_id  text not null references payment (payment_id),
  merchant_id text not null,
  trans_id    text not null,
  reason      text not null,                 -- SURPLUS, LATE, MISMATCH, MERCHANT, EXTERNAL
  request_id  text not null unique,
  amount      bigint not null,
  currency    text not null,
  state       text not null,                 -- INTENT, SENT, UNKNOWN, SUCCESS, FAIL, MANUAL
  tries       bigint not null,
  next_try_ms bigint,                        -- null: nothing more to do
  created_ms  bigint not null,
  changed_ms  bigint not null
);
create index reversal_of_payment on reversal (payment_id);
create index reversal_due on reversal (next_try_ms) where next_try_ms is not null;
create unique index one_auto_reversal on reversal (payment_id)
  where reason in ('SURPLUS', 'LATE', 'MISMATCH') and state <> 'FAIL';

-- Every verified statement of a channel, once.
create table evidence (
  channel     text not null,
  dedupe_key  text not null,
  payment_id  text not null,
  source      text not null,                 -- REPLY, NOTICE, QUERY
  status      text not null,
  amount      bigint,
  currency    text,
  returned    bigint not null,
  cancels     bigint not null,               -- how many cancels had gone out when it was said
  received_ms bigint not null,
  primary key (channel, dedupe_key)
);
create index evidence_of_payment on evidence (payment_id);

-- The order's log, append-only.
create table event (
  merchant_id text not null,
  trans_id    text not null,
  seq         bigint not null,
  session_id  text not null,
  payment_id  text,
  kind        text not null,                 -- SESSION, ATTEMPT, RESULT, REVERSAL, CONFLICT
  from_state  text not null,
  to_state    text not null,
  at_ms       bigint not null,
  primary key (merchant_id, trans_id, seq)
);
create index event_at on event (at_ms);
create index event_of_payment on event (payment_id);

create table outbox (
  merchant_id     text not null,
  trans_id        text not null,
  seq             bigint not null,
  endpoint_id     text not null,             -- notify_url, or a merchant's endpoint
  message_id      text not null,             -- the receiver's idempotency key, the same for every try
  url             text not null,
  body            text not null,
  state           text not null,             -- PENDING, DONE, DEAD
  tries           bigint not null,
  next_ms         bigint not null,
  leased_until_ms bigint not null,
  last_error      text not null,
  created_ms      bigint not null,
  done_ms         bigint,
  primary key (merchant_id, trans_id, seq, endpoint_id)
);
create index outbox_due on outbox (next_ms) where state = 'PENDING';

create table ledger (
  txn_id      text not null,
  line        bigint not null,
  account     text not null,
  currency    text not null,
  debit       bigint not null,
  credit      bigint not null,
  payment_id  text not null,
  reversal_id text not null,
  primary key (txn_id, line)
);
create index ledger_of_payment on ledger (payment_id);
