-- Where a shopper goes who leaves without having paid (PayKKa's name for it).
alter table session add column cancel_url text not null default '';  -- empty: where everybody goes
