//! The reader of the messages of `alipay`.

#![no_main]

florin_fuzz::knock!("alipay");
