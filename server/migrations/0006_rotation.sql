-- When a session ended; secrets that an idempotent request makes; who listens, found without reading who has listened
-- before.

alter table session add column ended_ms bigint;  -- null: it has not, or before this step; its token lives an hour more (D15)

alter table webhook_secret add column made_by text not null default '';  -- the idempotent request that made it, or empty

create index webhook_subscription_open on webhook_subscription (merchant_id) where until_ms is null;
