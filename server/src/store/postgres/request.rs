//! A statement on its way to PostgreSQL.

use super::values::Param;

/// A statement with its values.
#[derive(Debug)]
pub struct Request {
    pub(super) text: &'static str,
    pub(super) values: Vec<Param>,
    /// Exactly one row must be touched, else the database does not hold what this row is said to be.
    pub(super) only: Option<(String, &'static str)>,
    /// Nobody waits for its answer.
    pub(super) is_quiet: bool,
    /// Its answer is the same before and after what waits.
    pub(super) is_aside: bool,
}

impl Request {
    pub(in crate::store) fn new(text: &'static str) -> Request {
        Request { text, values: Vec::new(), only: None, is_quiet: false, is_aside: false }
    }

    pub(in crate::store) fn bind(&mut self, value: Param) {
        self.values.push(value);
    }

    /// One row must be touched, which is said to be `what`.
    pub(in crate::store) fn only(self, row: String, what: &'static str) -> Request {
        Request { only: Some((row, what)), ..self }
    }

    pub(super) fn quiet(self) -> Request {
        Request { is_quiet: true, ..self }
    }

    pub(in crate::store) fn aside(self) -> Request {
        Request { is_aside: true, ..self }
    }

    /// The table that it changes, if it changes one alone and reads no other.
    pub(super) fn table(&self) -> Option<&'static str> {
        let is_plain = self.is_quiet
            && !["select", " from ", "returning"].iter().any(|word| self.text.contains(word));
        let changed = self.text.strip_prefix("insert into ").or(self.text.strip_prefix("update "));
        changed.filter(|_| is_plain)?.split([' ', '\n']).next()
    }

    /// Whether another of the same text is one row more of the same insert.
    pub(super) fn takes_rows(&self) -> bool {
        self.text.starts_with("insert into ") && !self.text.contains("on conflict")
    }
}
