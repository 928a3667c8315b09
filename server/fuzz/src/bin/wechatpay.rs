//! The reader of the messages of `wechatpay`.

#![no_main]

florin_fuzz::knock!("wechatpay");
