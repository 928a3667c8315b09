//! WeChat Pay v3 over real HTTP, with the merchant's side written once more.

mod certificates;
mod gate;
mod notices;
mod orders;
mod refunds;
