-- A session's own looks, and when those of a merchant changed last, its organisation's among them: other processes look
-- for what is new.
alter table session add column appearance text not null default '';       -- JSON text, or empty
alter table merchant add column changed_ms bigint not null default 0;
create index merchant_changed on merchant (changed_ms);

-- The pictures of merchants, by the SHA-256 of what is in them and their kind: 0a….png.
create table picture (
  name       text primary key,
  base64     text not null,
  created_ms bigint not null
);
