-- What an operator watches, found without reading what is done: messages given up, money that only a person can return.
create index outbox_dead on outbox (created_ms) where state = 'DEAD';
create index reversal_manual on reversal (changed_ms) where state = 'MANUAL';
