//! The shop's promises, kept through its addresses: it computes its own amounts, believes only genuine webhooks, and
//! tells shoppers no more than it knows.

#[cfg(test)]
mod orders;
#[cfg(test)]
mod support;
#[cfg(test)]
mod thanks;
#[cfg(test)]
mod webhooks;
