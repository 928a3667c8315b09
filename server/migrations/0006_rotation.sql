-- Secrets that an idempotent request makes, and who listens, found without reading who has listened before.

alter table webhook_secret add column made_by text not null default '';  -- the idempotent request that made it, or empty

create index webhook_subscription_open on webhook_subscription (merchant_id) where until_ms is null;
