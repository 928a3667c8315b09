//! The sandbox over real HTTP: what it promises to those who test against it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod acquirer;
mod alipay;
mod book;
mod faults;
mod gate;
mod lakala;
mod notices;
mod pay;
mod payment_codes;
mod refund;
mod support;
mod unionpay;
mod wallet;
mod wechatpay;
