-- Refunds that merchants ask for, and reversals that end with a person. Only adds to 0001.

alter table reversal add column refund_trans_id text not null default '';  -- the merchant's own number, or empty
alter table reversal add column wish text not null default '';             -- the merchant's reason, for people
alter table reversal add column notify_url text not null default '';       -- or empty: the session's
alter table reversal add column fingerprint text not null default '';      -- SHA-256 of the request, for its replay
alter table reversal add column sends bigint not null default 0;           -- how often it was handed to the network
alter table reversal add column sent_ms bigint;                            -- when, the last time
alter table reversal add column refusal text not null default '';          -- ONCE, NEVER: said, not yet proved (D5)
alter table reversal add column failure text not null default '';          -- the channel's reason, or empty
alter table reversal add column outcome text not null default '';          -- RETURNED, KEPT: what a person has said (D5)
alter table reversal add column note text not null default '';             -- in that person's words

-- What an older program has tried may have been sent: it is asked about before anything else.
update reversal set sends = tries where tries > 0;

create unique index one_refund_trans_id on reversal (merchant_id, refund_trans_id) where refund_trans_id <> '';
create index reversal_of_merchant on reversal (merchant_id, reversal_id);

-- Which reversal a line of the log is about; null for all other lines, and for those of an older program.
alter table event add column reversal_id text;
create index event_of_reversal on event (reversal_id) where reversal_id is not null;
