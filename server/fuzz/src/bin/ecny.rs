//! The reader of the messages of `ecny`.

#![no_main]

florin_fuzz::knock!("ecny");
