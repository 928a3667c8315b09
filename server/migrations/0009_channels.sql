-- Several channels: some compare the address of the browser that opens their page with the one that the order was made for.
alter table payment add column payer_ip text not null default '';  -- empty where no channel asks for it
