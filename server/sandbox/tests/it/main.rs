//! The sandbox over real HTTP: what it promises to those who test against it.

mod book;
mod faults;
mod gate;
mod notices;
mod pay;
mod refund;
mod support;
mod wallet;
