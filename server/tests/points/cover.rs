//! Which points a run takes.

use crate::case::Case;

/// How much is covered.
pub enum Cover {
    /// Every point at its first hit.
    Each,
    /// Every point at its first, second and third hit, and again while it recovers.
    All,
    /// Every third, beginning with that one.
    Third(usize),
    /// Those whose names hold this text.
    Named(String),
}

impl Cover {
    /// What `FLORIN_POINTS` says; else the third whose turn it is.
    pub fn of_environment(turn: i64) -> Cover {
        match std::env::var("FLORIN_POINTS").ok().as_deref() {
            Some("each") => Cover::Each,
            Some("all") => Cover::All,
            Some(name) if !name.is_empty() => Cover::Named(name.to_owned()),
            _ => Cover::Third(usize::try_from(turn.rem_euclid(3)).unwrap()),
        }
    }

    pub fn cases(&self, names: &[String]) -> Vec<Case> {
        let first = |name: &String| Case { point: name.clone(), hit: 1, again: false };
        match self {
            Cover::Each => names.iter().map(first).collect(),
            Cover::Third(begin) => names.iter().skip(*begin).step_by(3).map(first).collect(),
            Cover::Named(text) => {
                names.iter().filter(|name| name.contains(text.as_str())).map(first).collect()
            }
            Cover::All => names.iter().flat_map(|name| every_way(name)).collect(),
        }
    }
}

/// Later hits need not come.
fn every_way(name: &str) -> Vec<Case> {
    let of = |hit, again| Case { point: name.to_owned(), hit, again };
    vec![of(1, false), of(2, false), of(3, false), of(1, true)]
}
