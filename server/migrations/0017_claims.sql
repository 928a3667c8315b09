-- A credit is MATCHED only when its payment counts by it. Until then, and where it never does, it is NAMED, and somebody looks.
update credit set state = 'NAMED' where state = 'MATCHED' and not exists (
  select 1 from payment p where p.channel = credit.channel and p.request_id = credit.request_id
     and p.state = 'SUCCESS' and p.got_amount = credit.amount and p.got_currency = credit.currency);

drop index credit_waiting;
-- What is to be taken in, and what waits for a person.
create index credit_waiting on credit (state, heard_ms) where state in ('NEW', 'NAMED', 'STRAY');

-- From now on whatever finds a payment paid claims its credit; what is older may have been found by a question that wrote none.
insert into setting (name, value)
  select 'credits_claimed_ms', cast(began.ms as text) from (select max(created_ms) as ms from payment) began where began.ms is not null;
