-- Who has the last word on a credit: CONNECTOR (a message, an answer to a question), STATEMENT (a file of the bank's), PERSON (assigned).
alter table credit add column source text not null default 'CONNECTOR';
-- The reference that a person says is meant, or empty.
alter table credit add column meant text not null default '';
-- Where it stands in its file, so that the lines of one are taken in in their order; 0 for what no file has told.
alter table credit add column place bigint not null default 0;

-- What files and people have said of credits, and who brought it. Nothing of it is ever changed or deleted.
create table credit_word (
  channel  text not null,
  bank_id  text not null,
  seq      bigint not null,                  -- from 1
  kind     text not null,                    -- STATEMENT, ASSIGNED, FOREIGN
  who      text not null,                    -- the operator
  note     text not null,                    -- the file and the line; the transaction, and how they know
  at_ms    bigint not null,
  primary key (channel, bank_id, seq)
);
