-- What the merchant API keeps for itself: answers that were given, organisations, fixed receipt codes.

-- One request that came with an Idempotency-Key. `holder` names the run that works on it, until its lease ends; a status
-- other than 0 is the answer, sealed under the caller's secret key, because an answer may hold a secret of its own.
create table idempotency (
  scope           text not null,             -- whose: a merchant's id, or org: and an organisation's
  path            text not null,
  idempotency_key text not null,
  fingerprint     text not null,             -- SHA-256 of the request, hex
  holder          text not null,
  lease_until_ms  bigint not null,
  status          bigint not null,           -- 0 while it runs
  content_type    text not null,
  answer          text not null,             -- base64 of nonce and AES-256-GCM
  created_ms      bigint not null,
  primary key (scope, path, idempotency_key)
);
create index idempotency_old on idempotency (created_ms);

-- Whose settings its merchants inherit (L5).
create table organisation (
  organisation_id text primary key,
  name            text not null,
  appearance      text not null,             -- JSON text
  created_ms      bigint not null
);
insert into organisation (organisation_id, name, appearance, created_ms)
  select organisation_id, min(name), '{}', min(created_ms) from merchant group by organisation_id;
create index merchant_of_organisation on merchant (organisation_id);

create table organisation_key (
  key_digest      text primary key,          -- SHA-256 of the key, hex
  organisation_id text not null references organisation (organisation_id),
  prefix          text not null,             -- what the list shows
  made_by         text not null,             -- the idempotent request that made it, or empty
  last_used_day   bigint not null,           -- days since 1970, 0: never
  created_ms      bigint not null
);
create index organisation_key_of on organisation_key (organisation_id);

alter table api_key add column prefix text not null default '';
alter table api_key add column made_by text not null default '';
alter table api_key add column last_used_day bigint not null default 0;
create index api_key_of on api_key (merchant_id);

-- A fixed receipt code (M3): printed once, each shopper enters the amount.
create table receipt_code (
  code_id     text primary key,
  merchant_id text not null references merchant (merchant_id),
  label       text not null,                 -- what is sold, or empty
  currency    text not null,
  least       bigint not null,
  most        bigint not null,
  country     text not null,                 -- ISO 3166 alpha-2, or empty
  notify_url  text not null,                 -- or empty
  per_minute  bigint not null,               -- how many sessions it may open
  closed      bigint not null,
  created_ms  bigint not null
);
create index receipt_code_of on receipt_code (merchant_id, created_ms);

create table receipt_code_use (
  code_id text not null references receipt_code (code_id),
  minute  bigint not null,                   -- minutes since 1970
  uses    bigint not null,
  primary key (code_id, minute)
);
create index receipt_code_use_old on receipt_code_use (minute);
