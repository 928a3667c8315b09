//! What the kept connections are for: the channels' messages, which carry the truth about money, and the question whether we
//! are well.
//!
//! Who comes can be told apart only by what is asked first, so everybody gets such a connection for a moment: one request, whose
//! head and body must come soon, and no second one. What may not use it is refused where everything is (`around.rs`), so that a page
//! can read it.

use std::time::Duration;

use super::{Doors, Each};
use crate::gates::Class;

/// Stands in a request that came by a kept connection.
#[derive(Clone, Copy, Debug)]
pub(in crate::http) struct Kept;

/// How long the head of a request may take there, and then its body: idle ones would hold the place in vain.
pub(in crate::http) const SOON: Duration = Duration::from_secs(3);

impl Kept {
    /// Whether this may be asked there.
    pub(in crate::http) fn is_for(class: Class) -> bool {
        matches!(class, Class::Notice | Class::Health)
    }
}

/// How many of them one client may hold at once.
pub(super) fn each(doors: Doors) -> Each {
    let most = (doors.kept / 8).max(1);
    match doors.each {
        Each::FromOutside(_) => Each::FromOutside(most),
        Each::All(usize::MAX) => doors.each,
        Each::All(_) => Each::All(most),
    }
}
