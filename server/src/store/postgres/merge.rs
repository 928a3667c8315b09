//! Changes that wait together, as one statement.
//!
//! What a statement costs the server is for the most part not its work but its way: read from the wire, looked up, begun,
//! ended, answered. So what waits goes out as `with c0 as (insert …), c1 as (update …) select …`, and equal inserts as one
//! of several rows. PostgreSQL shows each of them the database as it was before the first, and promises no order. So one
//! statement changes a table once and reads no other; what does not fit begins the next.

use super::request::Request;

/// How many may go together: the server keeps a plan for each mixture that it has seen.
const MOST: usize = 16;

/// What waits, in its order, cut where a new statement must begin.
pub(super) fn groups(requests: &[Request]) -> Vec<&[Request]> {
    let (mut groups, mut rest) = (Vec::new(), requests);
    while !rest.is_empty() {
        let (group, next) = rest.split_at(together(rest));
        groups.push(group);
        rest = next;
    }
    groups
}

/// How many of them, from the first on, may be one statement.
fn together(requests: &[Request]) -> usize {
    let fits = |at: &usize| {
        let (before, next) = (&requests[..*at], &requests[*at]);
        next.table()
            .is_some_and(|table| before.iter().all(|one| may_stand_beside(one, next, table)))
    };
    if requests[0].table().is_none() {
        return 1;
    }
    1 + (1..requests.len().min(MOST)).take_while(fits).count()
}

fn may_stand_beside(one: &Request, next: &Request, table: &str) -> bool {
    one.table() != Some(table) || (one.text == next.text && next.takes_rows())
}

/// The texts of a group: what its statement is known by.
pub(super) fn texts(group: &[Request]) -> Vec<&'static str> {
    group.iter().map(|request| request.text).collect()
}

/// The statement of a group.
pub(super) fn text(group: &[Request]) -> String {
    match group {
        [one] if one.only.is_none() => one.text.to_owned(),
        _ => together_as_one(group),
    }
}

/// One part of the statement: the text that it was made of, what it is now, and whether it must touch exactly one row.
struct Part {
    of: &'static str,
    text: String,
    is_only: bool,
}

fn together_as_one(group: &[Request]) -> String {
    let (mut parts, mut values): (Vec<Part>, usize) = (Vec::new(), 0);
    for request in group {
        let text = renumbered(request.text, values);
        values += request.values.len();
        match parts.iter_mut().find(|part| part.of == request.text && request.takes_rows()) {
            Some(part) => part.text.extend([", ", rows(&text)]),
            None => {
                let is_only = request.only.is_some();
                let text = if is_only { text + " returning 1" } else { text };
                parts.push(Part { of: request.text, text, is_only });
            }
        }
    }
    whole(&parts)
}

/// A row too few or too many divides by zero: the server itself then undoes the unit, whatever is said next.
fn whole(parts: &[Part]) -> String {
    let numbered = || parts.iter().enumerate();
    let each = numbered().map(|(at, part)| format!("c{at} as ({})", part.text));
    let only = numbered()
        .filter(|(_, part)| part.is_only)
        .map(|(at, _)| format!("1 / (select case count(*) when 1 then 1 else 0 end from c{at})"));
    let asked = only.collect::<Vec<_>>().join(", ");
    format!("with {} select {asked}", each.collect::<Vec<_>>().join(", "))
}

/// What an insert's text has behind `values`.
fn rows(text: &str) -> &str {
    text.split_once("values ").map_or("", |(_, rows)| rows)
}

/// The same text with its `$n` counted from `by` on.
fn renumbered(text: &str, by: usize) -> String {
    let mut parts = text.split('$');
    let mut whole = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let digits = part.len() - part.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let number = part[..digits].parse::<usize>().unwrap_or_default() + by;
        whole.extend(["$", &number.to_string(), &part[digits..]]);
    }
    whole
}

#[cfg(test)]
mod tests {
    use rusqlite::types::Value;

    use super::*;
    use crate::store::postgres::Param;

    const LINE: &str = "insert into line (a, b) values ($1, $2)";
    const ROW: &str = "update row set a = $2 where b = $1";

    fn quiet(text: &'static str, values: usize) -> Request {
        let mut request = Request::new(text).quiet();
        (0..values).for_each(|_| request.bind(Param::number(Value::Null)));
        request
    }

    fn cut(requests: &[Request]) -> Vec<usize> {
        groups(requests).iter().map(|group| group.len()).collect()
    }

    #[test]
    fn a_group_is_one_statement_whose_values_stand_one_after_another() {
        let requests = [quiet(LINE, 2), quiet(ROW, 2).only("r".into(), "a row"), quiet(LINE, 2)];
        assert_eq!(cut(&requests), [3]);
        assert_eq!(
            text(&requests),
            "with c0 as (insert into line (a, b) values ($1, $2), ($5, $6)), \
             c1 as (update row set a = $4 where b = $3 returning 1) \
             select 1 / (select case count(*) when 1 then 1 else 0 end from c1)"
        );
    }

    #[test]
    fn a_table_is_changed_once_in_a_statement_and_in_the_order_of_the_unit() {
        let once = "insert into line (a) values ($1) on conflict (a) do nothing";
        let other = "insert into line (a) values ($1)";
        assert_eq!(cut(&[quiet(ROW, 2), quiet(LINE, 2), quiet(ROW, 2)]), [2, 1]);
        assert_eq!(cut(&[quiet(once, 1), quiet(once, 1)]), [1, 1]);
        assert_eq!(cut(&[quiet(LINE, 2), quiet(other, 1)]), [1, 1]);
        assert_eq!(cut(&(0..20).map(|_| quiet(LINE, 2)).collect::<Vec<_>>()), [16, 4]);
    }

    #[test]
    fn what_reads_another_table_or_is_waited_for_goes_alone() {
        let reads = "update row set a = 1 where b in (select a from line)";
        let (asked, begin) = (Request::new(LINE), quiet("begin", 0));
        assert_eq!(cut(&[begin, quiet(LINE, 2), quiet(reads, 0), quiet(ROW, 2), asked]), [1; 5]);
        let alone = quiet(ROW, 2);
        assert_eq!(text(&[alone]), ROW);
    }

    #[test]
    fn numbers_of_any_length_are_counted_on() {
        assert_eq!(renumbered("a = $1, b = $12 or $3", 9), "a = $10, b = $21 or $12");
    }
}
