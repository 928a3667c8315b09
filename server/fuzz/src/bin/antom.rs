//! The reader of the messages of `antom`.

#![no_main]

florin_fuzz::knock!("antom");
