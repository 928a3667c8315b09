//! The reader of the messages of `lakala`.

#![no_main]

florin_fuzz::knock!("lakala");
