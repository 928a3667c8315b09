//! The server as others meet it: over HTTP, against the sandbox over HTTP, on both databases.

// A test that cannot get what it needs fails by panicking.
#![allow(missing_docs, unreachable_pub, clippy::unwrap_used)]

mod support;

mod acquirer;
mod alipay;
mod bad_input;
mod books;
mod bulkhead;
mod channels;
mod clocks;
mod emvco;
mod encrypted;
mod guides;
mod hard_moments;
mod in_app;
mod in_mini_program;
mod inside_alipay;
mod lakala;
mod merchant;
mod modes;
mod one_code;
mod online_banking;
mod openapi;
mod own_channels;
mod own_wallets;
mod partitions;
mod payment_codes;
mod planted;
mod quiet;
mod quota;
mod refunds;
mod reversals;
mod sequences;
mod shopper;
mod statements;
mod store;
mod storm;
mod transfer;
mod unionpay;
mod unionpay_page;
mod webhooks;
mod wechatpay;
mod wechatpay_certificates;
