//! What the shop remembers: its orders, and the last thing a webhook said about each.
//!
//! Bounded: the oldest order makes room for the newest. Webhooks may come twice and out of order; the highest
//! `seq` wins, so neither can hurt.

use std::collections::{HashMap, HashSet, VecDeque};

use serde::{Deserialize, Serialize};

use crate::merchant_api::SessionStatus;
use crate::order::NewOrder;

/// How many orders and message ids are kept.
const MOST: usize = 1000;

/// An order, as far as the shop knows.
#[derive(Clone, Debug, Default)]
pub(crate) struct Order {
    /// What was ordered; `None` for an order that only a webhook spoke of, after a restart of the shop.
    pub(crate) placed: Option<NewOrder>,
    pub(crate) session_id: Option<String>,
    /// The newest word about it.
    pub(crate) news: Option<News>,
}

/// `data` of a payment's webhook.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct News {
    pub(crate) merchant_id: String,
    pub(crate) trans_id: String,
    pub(crate) session_id: String,
    pub(crate) order_id: String,
    pub(crate) status: String,
    pub(crate) session_status: SessionStatus,
    pub(crate) amount: String,
    pub(crate) currency: String,
    pub(crate) seq: u64,
    pub(crate) pay_finish_time: Option<String>,
}

/// What became of a verified message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Heard {
    /// The newest word about its order.
    Recorded,
    /// The same message again.
    Duplicate,
    /// Something newer is known.
    Older,
    /// Another amount or currency than was ordered: kept for a person to look at, and never read as paid.
    OtherAmount,
    /// About another merchant.
    OtherMerchant,
    /// Not about a payment; nothing for this shop to do.
    NotForUs,
}

/// Where an order stands for the shop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Standing {
    Waiting,
    Paid,
    Closed,
}

impl Order {
    /// Only the session's status closes an order; a single attempt may fail while another one pays.
    pub(crate) fn standing(&self) -> Standing {
        match self.news.as_ref().map(|news| news.session_status) {
            Some(SessionStatus::Success) => Standing::Paid,
            Some(SessionStatus::Cancelled | SessionStatus::Expired) => Standing::Closed,
            Some(SessionStatus::Processing | SessionStatus::Unknown) | None => Standing::Waiting,
        }
    }

    fn is_for(&self, news: &News) -> bool {
        self.placed.as_ref().is_none_or(|placed| {
            placed.currency.code() == news.currency && placed.amount().to_string() == news.amount
        })
    }
}

/// The shop's memory.
#[derive(Default)]
pub(crate) struct Book {
    orders: HashMap<String, Order>,
    oldest_first: VecDeque<String>,
    heard: HashSet<String>,
    heard_first: VecDeque<String>,
}

impl Book {
    /// Remembers an order before anybody else is told of it.
    pub(crate) fn place(&mut self, trans_id: &str, order: NewOrder) {
        self.entry(trans_id).placed = Some(order);
    }

    pub(crate) fn opened(&mut self, trans_id: &str, session_id: &str) {
        self.entry(trans_id).session_id = Some(session_id.into());
    }

    pub(crate) fn order(&self, trans_id: &str) -> Option<&Order> {
        self.orders.get(trans_id)
    }

    /// The order that a session was made for.
    pub(crate) fn order_of_session(&self, session_id: &str) -> Option<(&String, &Order)> {
        self.orders.iter().find(|(_, order)| order.session_id.as_deref() == Some(session_id))
    }

    /// Takes in a verified message about a payment.
    pub(crate) fn hear(&mut self, message_id: &str, news: News) -> Heard {
        if !self.is_first(message_id) {
            return Heard::Duplicate;
        }
        let order = self.entry(&news.trans_id);
        if !order.is_for(&news) {
            return Heard::OtherAmount;
        }
        if order.news.as_ref().is_some_and(|known| known.seq >= news.seq) {
            return Heard::Older;
        }
        order.session_id = Some(news.session_id.clone());
        order.news = Some(news);
        Heard::Recorded
    }

    fn entry(&mut self, trans_id: &str) -> &mut Order {
        if !self.orders.contains_key(trans_id) {
            self.oldest_first.push_back(trans_id.into());
            if self.oldest_first.len() > MOST
                && let Some(oldest) = self.oldest_first.pop_front()
            {
                self.orders.remove(&oldest);
            }
        }
        self.orders.entry(trans_id.into()).or_default()
    }

    fn is_first(&mut self, message_id: &str) -> bool {
        if !self.heard.insert(message_id.into()) {
            return false;
        }
        self.heard_first.push_back(message_id.into());
        if self.heard_first.len() > MOST
            && let Some(oldest) = self.heard_first.pop_front()
        {
            self.heard.remove(&oldest);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn news(trans_id: &str, seq: u64, session_status: SessionStatus) -> News {
        News {
            merchant_id: "1".into(),
            trans_id: trans_id.into(),
            session_id: "CS1".into(),
            order_id: "GW1".into(),
            status: "SUCCESS".into(),
            session_status,
            amount: "12800".into(),
            currency: "HKD".into(),
            seq,
            pay_finish_time: None,
        }
    }

    fn oolong() -> NewOrder {
        NewOrder::parse(br#"{"basket":[{"id":"alpine-oolong","quantity":1}],"currency":"HKD"}"#)
            .unwrap()
    }

    #[test]
    fn the_highest_seq_wins_in_whatever_order_they_come() {
        let mut book = Book::default();
        book.place("M1", oolong());
        assert_eq!(book.hear("b", news("M1", 5, SessionStatus::Success)), Heard::Recorded);
        assert_eq!(book.hear("a", news("M1", 3, SessionStatus::Processing)), Heard::Older);
        assert_eq!(book.hear("b", news("M1", 9, SessionStatus::Expired)), Heard::Duplicate);
        assert_eq!(book.order("M1").unwrap().standing(), Standing::Paid);
    }

    #[test]
    fn another_amount_is_never_read_as_paid() {
        let mut book = Book::default();
        book.place("M1", oolong());
        let cheap = News { amount: "1".into(), ..news("M1", 2, SessionStatus::Success) };
        let other = News { currency: "VND".into(), ..news("M1", 3, SessionStatus::Success) };
        assert_eq!(book.hear("a", cheap), Heard::OtherAmount);
        assert_eq!(book.hear("b", other), Heard::OtherAmount);
        assert_eq!(book.order("M1").unwrap().standing(), Standing::Waiting);
    }

    #[test]
    fn the_oldest_order_makes_room() {
        let mut book = Book::default();
        for number in 0..=MOST {
            book.place(&format!("M{number}"), oolong());
            book.hear(&format!("m{number}"), news("M1", 1, SessionStatus::Processing));
        }
        assert!(book.order("M0").is_none());
        assert!(book.order(&format!("M{MOST}")).is_some());
        assert_eq!((book.orders.len(), book.oldest_first.len()), (MOST, MOST));
        assert_eq!((book.heard.len(), book.heard_first.len()), (MOST, MOST));
    }
}
