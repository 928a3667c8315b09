-- What came into the merchant's own accounts, as their banks tell it: by a message, or in a statement file. Kept for ever.
create table credit (
  channel     text not null,                 -- whose account: vietqr, transfer.eur …
  bank_id     text not null,                 -- the bank's own number of the booking: told twice, it is the same money
  reference   text not null,                 -- what the payer wrote, as the bank tells it
  number      bigint not null,               -- the how manieth under its reference; 0: the bank does not say
  amount      bigint not null,               -- smallest units
  currency    text not null,
  at_ms       bigint not null,               -- when it was booked
  returned    bigint not null,               -- smallest units that the bank has given back since
  payer       text not null,                 -- for people, or empty
  source      text not null,                 -- NOTICE, STATEMENT, PERSON: who says whose it is
  state       text not null,                 -- NEW, MATCHED, STRAY, FOREIGN
  meant       text not null,                 -- the number that a person says is meant, or empty
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
