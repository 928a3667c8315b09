//! Money that came into one of the merchant's own accounts, as the bank tells it.

use florin_shared::Money;

use super::payment::Said;
use super::words;
use crate::clock::Millis;

words! {
    /// Where a credit stands.
    CreditState {
        /// Written down, and to be taken in.
        New = "NEW",
        /// It names a payment, or is asked for by one, that does not count by it, or not yet: the bank is asked.
        Named = "NAMED",
        /// It is a payment that counts by it: it paid the order, or goes back.
        Matched = "MATCHED",
        /// It names no payment: a person must look.
        Stray = "STRAY",
        /// A person has said that it is no payment of ours.
        Foreign = "FOREIGN",
    }
}

words! {
    /// Who has the last word on a credit.
    CreditSource {
        /// The bank's connector, by a message or by an answer. A message decides nothing that is contradicted.
        Connector = "CONNECTOR",
        /// A file of the bank's own: its statement of the account.
        Statement = "STATEMENT",
        /// A person has said which transaction is meant.
        Person = "PERSON",
    }
}

impl CreditSource {
    /// Whether no connector can take it back that this came in, and whose it is.
    pub fn is_last_word(self) -> bool {
        self != CreditSource::Connector
    }
}

/// What a bank's file makes of a credit that is known already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stated {
    /// Nothing: it says the same.
    Same,
    /// It counts as it stands, and from now on no connector can deny it.
    Confirmed,
    /// It is taken in anew, by the file's word.
    Anew,
    /// Something counts, or a person looks at it, and the file says another amount.
    OtherAmount,
    /// It was told to be one transaction's, and the file names another, two, or none.
    OtherPayment,
}

/// What a file's line makes of a credit. `is_same`: it says the same amount; `is_its`: it names just the transaction that the credit
/// has been claimed for, or the credit has been claimed for none.
pub fn stated(state: CreditState, source: CreditSource, (is_same, is_its): (bool, bool)) -> Stated {
    let counts_for_nothing = matches!(state, CreditState::New | CreditState::Named);
    let is_a_persons = source == CreditSource::Person || state == CreditState::Foreign;
    match (counts_for_nothing, source.is_last_word(), is_same) {
        (false, _, false) | (true, true, false) => Stated::OtherAmount,
        // What a person has said of it, the file has not to repeat.
        (_, _, true) if !is_its && !is_a_persons => Stated::OtherPayment,
        (false, false, true) if state == CreditState::Matched => Stated::Confirmed,
        (false, _, true) => Stated::Same,
        (true, true, true) if state == CreditState::New => Stated::Same,
        // An older program took it in as a message.
        (true, true, true) => Stated::Anew,
        (true, false, _) if is_its => Stated::Anew,
        (true, false, _) => Stated::OtherPayment,
    }
}

/// The most of what a payer wrote that is kept; banks carry 140 characters.
const LONGEST: usize = 500;

/// More under one reference than anybody sends: a bank that counts on for ever stops here.
pub const MOST_UNDER_ONE: u32 = 10_000;

/// A credit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credit {
    /// The bank's own number of the booking. Told twice, it is the same money.
    pub id: String,
    /// What the payer wrote, as the bank tells it.
    pub reference: String,
    /// The how manieth under its reference, from 1; 0 where nobody counts, as in a file.
    pub number: u32,
    /// How much.
    pub amount: Money,
    /// When it was booked.
    pub at: Millis,
    /// Smallest units that the bank has given back since.
    pub returned: i64,
    /// Whom it came from, for people, or empty.
    pub payer: String,
}

impl Credit {
    /// The same as a word about the payment that it is.
    pub fn said(&self) -> Said {
        Said::Paid { amount: self.amount, at: Some(self.at), returned: self.returned }
    }

    /// The same without what nobody reads: signs that cannot be seen, which no database need take, and what is too long.
    pub fn in_short(mut self) -> Credit {
        for text in [&mut self.reference, &mut self.payer] {
            text.retain(|char| !char.is_control());
            if let Some((end, _)) = text.char_indices().nth(LONGEST) {
                text.truncate(end);
            }
        }
        self
    }
}

/// A credit in a bank's answer to a question by reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// What came in.
    pub credit: Credit,
    /// References that stand in it beside the one that was asked for: if one of them is ours, nobody can say which was meant.
    pub others: Vec<String>,
}

/// The number under which a credit is a payment: the first one under a reference has the reference itself, whatever comes once
/// more has a point and its number behind it.
pub fn numbered(reference: &str, number: u32) -> String {
    if number > 1 { format!("{reference}.{number}") } else { reference.to_owned() }
}

/// The reference and the how manieth of a payment's number.
pub fn place(request_id: &str) -> (&str, u32) {
    match request_id.split_once('.') {
        Some((reference, number)) => (reference, number.parse().unwrap_or(u32::MAX)),
        None => (request_id, 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_the_last_word_where_nothing_counts_yet() {
        use CreditSource::{Connector, Person, Statement};
        use CreditState::{Foreign, Matched, Named, New, Stray};
        for (state, source, is_same, is_its, expected) in [
            (New, Connector, true, true, Stated::Anew),
            (Named, Connector, true, true, Stated::Anew),
            (Named, Connector, false, true, Stated::Anew),
            (Named, Connector, true, false, Stated::OtherPayment),
            (Named, Connector, false, false, Stated::OtherPayment),
            (Matched, Connector, true, true, Stated::Confirmed),
            (Matched, Connector, true, false, Stated::OtherPayment),
            (Matched, Statement, true, false, Stated::OtherPayment),
            (Matched, Connector, false, true, Stated::OtherAmount),
            (Matched, Statement, true, true, Stated::Same),
            (Matched, Person, true, false, Stated::Same),
            (New, Statement, true, true, Stated::Same),
            (New, Statement, true, false, Stated::OtherPayment),
            (Named, Statement, true, false, Stated::OtherPayment),
            (New, Person, false, true, Stated::OtherAmount),
            (Named, Statement, true, true, Stated::Anew),
            (Named, Statement, false, true, Stated::OtherAmount),
            (Stray, Connector, true, true, Stated::Same),
            (Stray, Connector, false, true, Stated::OtherAmount),
            (Foreign, Connector, true, true, Stated::Same),
            (Foreign, Connector, true, false, Stated::Same),
            (Foreign, Statement, false, true, Stated::OtherAmount),
        ] {
            let found = stated(state, source, (is_same, is_its));
            assert_eq!(found, expected, "{state:?} {source:?} {is_same} {is_its}");
        }
    }

    #[test]
    fn a_number_says_which_credit_is_meant() {
        for (request_id, expected) in
            [("K7", ("K7", 1)), ("K7.2", ("K7", 2)), ("K7.x", ("K7", u32::MAX))]
        {
            assert_eq!(place(request_id), expected);
        }
        assert_eq!(numbered("K7", 1), "K7");
        assert_eq!(numbered("K7", 3), "K7.3");
    }
}
