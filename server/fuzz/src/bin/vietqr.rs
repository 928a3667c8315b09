//! The reader of the messages of `vietqr`.

#![no_main]

florin_fuzz::knock!("vietqr");
