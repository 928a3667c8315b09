-- What came into the merchant's own accounts, as their banks' messages tell it. Kept for ever.
create table credit (
  channel     text not null,                 -- whose account: vietqr, transfer.eur …
  bank_id     text not null,                 -- the bank's own number of the booking: told twice, it is the same money
  reference   text not null,                 -- what the payer wrote, as the bank tells it
  number      bigint not null,               -- the how manieth under its reference, from 1
  amount      bigint not null,               -- smallest units
  currency    text not null,
  at_ms       bigint not null,               -- when it was booked
  returned    bigint not null,               -- smallest units that the bank has given back since
  payer       text not null,                 -- for people, or empty
  state       text not null,                 -- NEW, MATCHED, STRAY, FOREIGN
  request_id  text not null,                 -- the number of the payment that it is, or empty
  note        text not null,                 -- a person's words, or empty
  heard_ms    bigint not null,
  changed_ms  bigint not null,
  primary key (channel, bank_id)
);

-- One credit is one payment.
create unique index credit_is_payment on credit (channel, request_id) where request_id <> '';
-- What is to be taken in, and what waits for a person.
create index credit_waiting on credit (state, heard_ms) where state in ('NEW', 'STRAY');
