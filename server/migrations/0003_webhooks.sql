-- Endpoints of merchants, and every try of every delivery.

create table webhook_endpoint (
  endpoint_id text primary key,              -- WE…
  merchant_id text not null references merchant (merchant_id),
  url         text not null,
  description text not null,
  types       text not null,                 -- patterns such as PAYMENT.*, with a space between
  sessions    text not null,                 -- WITHOUT_NOTIFY_URL or ALL
  state       text not null,                 -- ENABLED, DISABLED, GONE (it answered 410), DELETED
  created_ms  bigint not null,
  changed_ms  bigint not null
);
create index webhook_endpoint_of_merchant on webhook_endpoint (merchant_id);

create table webhook_secret (
  endpoint_id text not null references webhook_endpoint (endpoint_id),
  secret      text not null,                 -- whsec_…
  created_ms  bigint not null,
  until_ms    bigint,                        -- null: the current one; else it signs too until then
  primary key (endpoint_id, secret)
);
create unique index one_current_secret on webhook_secret (endpoint_id) where until_ms is null;

-- Who wanted to hear of what, and when: one row for each pattern and each time that it was wanted. Nothing is deleted,
-- so that invariant I12 can be looked at later.
create table webhook_subscription (
  merchant_id text not null,
  endpoint_id text not null references webhook_endpoint (endpoint_id),
  pattern     text not null,                 -- for `like`: PAYMENT.%
  sessions    text not null,
  since_ms    bigint not null,
  until_ms    bigint                         -- null: it still does
);
create index webhook_subscription_of_merchant on webhook_subscription (merchant_id);
create index webhook_subscription_of_endpoint on webhook_subscription (endpoint_id);

-- `state` may now also be HELD: waiting for its endpoint to be enabled again.
alter table outbox add column delivery_id text not null default '';  -- WD…
alter table outbox add column lane text not null default '';         -- who waits behind whom: an endpoint, or a merchant and the origin of a notify_url
alter table outbox add column session_id text not null default '';
alter table outbox add column order_id text not null default '';
alter table outbox add column kind text not null default '';         -- PAYMENT.SUCCESS, …
alter table outbox add column round_ms bigint not null default 0;    -- when the 30 days began: made, replayed or enabled again
alter table outbox add column round_tries bigint not null default 0; -- how many tries there had been then
update outbox set delivery_id = message_id, lane = merchant_id || ' ' || url, round_ms = created_ms;

drop index outbox_due;
create index outbox_due on outbox (lane, next_ms) where state = 'PENDING';
create index outbox_held on outbox (lane) where state = 'HELD';
create unique index outbox_delivery on outbox (delivery_id);
create index outbox_of_endpoint on outbox (endpoint_id, delivery_id) where endpoint_id <> 'notify_url';
create index outbox_of_merchant on outbox (merchant_id, delivery_id);

-- One try of one delivery. A try whose process died before it was written down leaves a gap in the numbers.
create table delivery_try (
  delivery_id text not null,
  number      bigint not null,               -- from 1
  at_ms       bigint not null,
  took_ms     bigint not null,
  status      bigint,                        -- HTTP; null when there was no answer
  error       text not null,                 -- empty when it was delivered
  excerpt     text not null,                 -- how a refusing answer began
  next_ms     bigint,                        -- null: no further try
  primary key (delivery_id, number)
);
