//! The card: what stands in it follows from the state alone.

use super::methods::list;
use super::result::{ended, failed, paid_card};
use crate::dom::El;
use crate::state::{Stage, State};
use crate::till::Till;

/// The card, with nothing in it yet.
pub(crate) fn section(till: Till) -> El {
    let busy = |till: Till| Some((*till.state() == State::Loading).to_string());
    till.el("section", "card").attr("part", "card").attr_by("aria-busy", busy)
}

/// What stands in the card.
pub(crate) fn card(till: Till) -> Vec<El> {
    let Some(state) = till.state_now() else { return vec![] };
    match &*state {
        State::Loading => skeleton(till),
        State::Failed(trouble) => failed(till, trouble),
        State::Ready(checkout) => match checkout.stage {
            Stage::Paid { over: false, .. } => paid_card(till),
            Stage::Ended => ended(till),
            _ => list(till),
        },
    }
}

/// Grey bars where the list will be, as the loader paints them.
fn skeleton(till: Till) -> Vec<El> {
    // No `div`: the first of those has the round corners.
    let mut bones = vec![till.el("p", "sum bone")];
    bones.extend((0..4).map(|_| till.el("div", "row bone")));
    bones
}
