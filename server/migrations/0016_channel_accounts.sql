-- A merchant's own accounts at channels. Their settings lie sealed (AES-256-GCM) under a key that is not in the database. A row
-- is never deleted: what was paid by an account is asked about, and given back, by that account.
create table channel_account (
  account_id  text primary key,              -- CA…; with the channel's name before it, what payments know it by
  merchant_id text not null references merchant (merchant_id),
  channel     text not null,                 -- alipay, wechatpay, …
  label       text not null,                 -- the merchant's own words, or empty
  fee         text not null,                 -- such as 0.6% + 30, or empty
  state       text not null,                 -- ENABLED, DISABLED, REMOVED
  sealed      text not null,                 -- the settings: JSON, sealed, Base64
  sealing_key text not null,                 -- by which key: its mark, never the key
  version     bigint not null,               -- another one with every change
  created_ms  bigint not null,
  changed_ms  bigint not null
);
create index channel_account_of_merchant on channel_account (merchant_id, created_ms);
