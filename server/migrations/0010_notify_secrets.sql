-- Secrets that were once `merchant.webhook_secret`, the one that signs what goes to a session's notify_url, and sign beside it for a while.
create table notify_secret (
  merchant_id text not null references merchant (merchant_id),
  number      bigint not null,               -- from 1: the newest is the one that the current secret has replaced
  secret      text not null,                 -- whsec_…
  made_by     text not null,                 -- the idempotent request that replaced it, or empty
  until_ms    bigint not null,               -- it signs too until then
  primary key (merchant_id, number)
);
