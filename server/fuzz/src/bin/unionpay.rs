//! The reader of the messages of `unionpay`.

#![no_main]

florin_fuzz::knock!("unionpay");
