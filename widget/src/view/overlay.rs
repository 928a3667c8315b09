//! What the overlay shows: one sheet for each thing that can be under way.

use super::button::{bare, button};
use super::icon::{AGAIN, CROSS, disc, sign, tile, turning};
use super::methods::{answers, note};
use super::result::paid;
use super::scan::{qr, scan};
use crate::dom::El;
use crate::method::{Looks, looks};
use crate::state::{Attempt, Checkout, Event, LEAVE_AFTER_MS, Link, Stage};
use crate::till::Till;

/// Draws the inside of a sheet below its top.
type Inside = fn(Till, &Looks, &Checkout) -> Vec<El>;

/// The inside of the overlay; nothing while it is shut.
pub(crate) fn contents(till: Till) -> Vec<El> {
    let state = till.state_now();
    let checkout =
        state.as_ref().and_then(|state| state.checkout()).filter(|checkout| checkout.is_over());
    let Some(checkout) = checkout else { return vec![] };
    let (method, inside): (&str, Inside) = match &checkout.stage {
        Stage::Waiting { attempt, .. } => (&attempt.method, scan),
        Stage::RunOut { attempt, .. } => (&attempt.method, run_out),
        Stage::Closing { attempt, .. } => (&attempt.method, closing),
        Stage::Declined { method, .. } => (method, declined),
        Stage::Opening { method, .. } => (method, opening),
        Stage::Paid { .. } | Stage::Choosing { .. } | Stage::Ended => {
            (paid_by(checkout), |till, _, _| paid(till))
        }
    };
    let looks = looks(method, &till.words());
    let heading = matches!(checkout.stage, Stage::Waiting { .. });
    let top = top(till, method, Some(&looks).filter(|_| !method.is_empty()), heading);
    let mut shown = inside(till, &looks, checkout);
    shown.insert(0, top);
    shown
}

/// The method that paid; none where another one's return is told, so that neither is taken for the other.
fn paid_by(checkout: &Checkout) -> &str {
    let state = &checkout.view.state;
    state.method.as_deref().filter(|_| state.notice.is_none()).unwrap_or_default()
}

/// The method and the cross. While waiting the method is the heading; a result has its own.
fn top(till: Till, method: &str, looks: Option<&Looks>, heading: bool) -> El {
    let mut via = till.el("span", "via");
    if let Some(looks) = looks {
        let name = if heading { titled(till, "") } else { till.el("span", "") };
        via = via.with(tile(till, method, looks.mark)).with(name.text(&looks.name));
    }
    let cross = bare(till, "cross")
        .attr("aria-label", &till.words().close())
        .with(sign(till, CROSS))
        .tells(Event::Left);
    till.el("header", "").with(via).with(cross)
}

/// The heading of a result, which takes the focus.
pub(crate) fn heading(till: Till, words: &str) -> El {
    titled(till, "big").text(words)
}

fn titled(till: Till, class: &str) -> El {
    till.el("h2", class).attr("id", "sheet").attr("tabindex", "-1")
}

/// A sentence below a heading.
pub(crate) fn say(till: Till, words: &str) -> El {
    till.el("p", "say").attr("part", "message").text(words)
}

fn opening(till: Till, _: &Looks, _: &Checkout) -> Vec<El> {
    let give_up = button(till, "ghost wide", &till.words().another_way(), Event::Left);
    // Nothing turns while nobody answers.
    let turning = turning(till).attr_if("hidden", |till| !answers(till));
    vec![turning, titled(till, "big").say(opening_words), give_up]
}

/// That it is being opened, or why it does not go on.
fn opening_words(till: Till) -> String {
    let state = till.state();
    match state.checkout().map(|checkout| &checkout.stage) {
        Some(Stage::Opening { method, .. }) if answers(till) => {
            let words = till.words();
            words.opening(&looks(method, &words).name)
        }
        _ => note(till),
    }
}

fn run_out(till: Till, looks: &Looks, checkout: &Checkout) -> Vec<El> {
    let words = till.words();
    let again = bare(till, "primary over")
        .with(sign(till, AGAIN))
        .text(&words.new_code())
        .tells(Event::Renewed);
    let why = till.el("p", "say two").attr("part", "message").say(|till| {
        let words = till.words();
        match standing(till) {
            Standing::Asked => words.asking(),
            Standing::Settled => words.run_out_settled(),
            Standing::Unsettled => words.run_out_unsettled(),
        }
    });
    let paid = button(till, "soft", &words.have_paid(), Event::AskedNow)
        .attr_if("hidden", |till| standing(till) != Standing::Unsettled);
    let ways = till
        .el("div", "row2")
        .with(button(till, "ghost", &words.another_way(), Event::Left))
        .with(paid);
    let heading = heading(till, &words.run_out());
    match checkout.attempt().and_then(Attempt::scannable) {
        Some(text) => {
            let code = till.el("div", "frame dim").maybe(qr(till, text, &looks.name));
            vec![code.with(again), heading, why, ways]
        }
        // Nothing was scanned, so nothing lies under the button: it answers what is said.
        None => vec![heading, why, till.el("div", "alone").with(again), ways],
    }
}

/// What is known of a code that has run out.
#[derive(Clone, Copy, PartialEq)]
enum Standing {
    /// The server is being asked, and mostly answers at once.
    Asked,
    /// It has said that nothing was taken.
    Settled,
    /// It could not say so yet.
    Unsettled,
}

/// For how long nothing is said but that we ask: two questions long.
const ASKED_FOR_MS: u64 = 4_500;

fn standing(till: Till) -> Standing {
    let state = till.state();
    let Some(checkout) = state.checkout() else { return Standing::Unsettled };
    match &checkout.stage {
        Stage::RunOut { settled: true, .. } => Standing::Settled,
        Stage::RunOut { attempt, .. } => {
            let is_fresh = till.now() < attempt.ends_at.saturating_add(ASKED_FOR_MS);
            let is_asked = is_fresh && checkout.link == Link::Fine;
            if is_asked { Standing::Asked } else { Standing::Unsettled }
        }
        _ => Standing::Unsettled,
    }
}

fn closing(till: Till, looks: &Looks, _: &Checkout) -> Vec<El> {
    let words = till.words();
    let early = |till: Till| match till.state().checkout().map(|checkout| &checkout.stage) {
        Some(Stage::Closing { since, .. }) => till.now().saturating_sub(*since) < LEAVE_AFTER_MS,
        _ => true,
    };
    let leave = button(till, "ghost wide", &words.leave(), Event::Left).attr_if("disabled", early);
    vec![
        turning(till),
        heading(till, &words.closing()),
        say(till, &words.closing_why(&looks.name)),
        leave,
    ]
}

fn declined(till: Till, looks: &Looks, checkout: &Checkout) -> Vec<El> {
    let words = till.words();
    let title = match checkout.stage {
        Stage::Declined { by_payer: true, .. } => words.declined(&looks.name),
        _ => words.not_worked(&looks.name),
    };
    vec![
        disc(till, false),
        heading(till, &title),
        say(till, &words.nothing_taken()),
        button(till, "primary", &words.choose_another(), Event::Left),
        button(till, "ghost wide", &words.try_method_again(&looks.name), Event::Renewed),
    ]
}
