-- Six lines of the log a payment: an index that only `florin check` used, and that the order's own key serves as well.
drop index event_of_payment;
