//! The parts that a merchant places (`mode="component"`): the same views, each in an element of its own.

use super::button::{bare, button};
use super::card::section;
use super::countdown::session_clock;
use super::dialog::scene;
use super::icon::tile;
use super::methods::{answers, may_give_up, named, note, opening, reason, short_list};
use super::overlay::contents;
use super::result::{ended, paid_card};
use crate::checkout::offers_key;
use crate::dom::El;
use crate::method::looks;
use crate::parts::{Show, Teller, has_ended, is_running};
use crate::state::{Checkout, Event, Stage, State};
use crate::texts::joined;
use crate::till::Till;

/// A part. It is drawn anew when its key changes, and not when a clock does; it is empty while the key is.
pub(crate) fn part(till: Till, show: Show) -> El {
    let root = till.el("div", "");
    match show {
        Show::Method => root.swap(offers, method),
        Show::Methods => root.swap(offers, methods),
        Show::Code => root.swap(code_key, |till| told(till, &code_key(till))),
        Show::Result => root.swap(result_key, |till| told(till, &result_key(till))),
        Show::Clock => root.swap(clock_key, clock),
        Show::Amount => root.swap(amount_key, amount),
    }
}

/// What can be chosen, until there is nothing to choose any more.
fn offers(till: Till) -> String {
    match till.state().checkout() {
        Some(checkout) if !has_ended(checkout) => offers_key(checkout),
        _ => String::new(),
    }
}

fn methods(till: Till) -> Vec<El> {
    if offers(till).is_empty() { vec![] } else { vec![section(till).all(short_list(till))] }
}

/// One method: a press pays with it at once.
fn method(till: Till) -> Vec<El> {
    let (words, state) = (till.words(), till.state_now());
    let checkout = state.as_ref().and_then(|state| state.checkout());
    let offers =
        checkout.filter(|checkout| !has_ended(checkout)).map(|checkout| &checkout.view.methods);
    let offer = offers.and_then(|offers| offers.iter().find(|offer| till.wants(&offer.method)));
    let Some(offer) = offer else { return vec![] };
    let looks = looks(&offer.method, &words);
    if let Some(why) = &offer.unavailable {
        let text = named(till, &looks.name, &reason(till, why));
        let off = bare(till, "ghost one off").attr("disabled", "");
        return vec![off.with(tile(till, &offer.method, looks.mark)).with(text)];
    }
    let press = bare(till, "ghost one")
        .attr_by("aria-disabled", |till| Some((!may_take(till)).to_string()))
        .with(till.el("span", "spin").attr_if("hidden", |till| !is_under_way(till)))
        .with(tile(till, &offer.method, looks.mark).attr_if("hidden", is_under_way))
        .with(till.el("span", "").say(method_words))
        .tells(Event::Took(offer.method.clone()));
    let give_up = button(till, "ghost wide", &words.another_way(), Event::Left)
        .attr_if("hidden", |till| !(is_opening(till) && may_give_up(till)));
    vec![press, till.el("p", "note").attr("part", "message").say(method_note), give_up]
}

fn may_take(till: Till) -> bool {
    till.state().checkout().is_some_and(Checkout::may_pay)
}

fn is_opening(till: Till) -> bool {
    opening(till).is_some_and(|method| till.wants(&method))
}

/// Whether that goes on; without a network it does not.
fn is_under_way(till: Till) -> bool {
    is_opening(till) && answers(till)
}

fn method_words(till: Till) -> String {
    let words = till.words();
    let name = looks(till.methods().first().map_or("", String::as_str), &words).name;
    if is_under_way(till) { words.opening(&name) } else { words.pay_with(&name) }
}

/// What there is to say stands below the button that was pressed, unless there is a list that says it.
fn method_note(till: Till) -> String {
    if tells_notes(till) && !till.has(Show::Methods) { note(till) } else { String::new() }
}

/// Whether a part is about the method that was chosen last.
pub(crate) fn tells_notes(till: Till) -> bool {
    let state = till.state();
    let chosen = state.checkout().and_then(|checkout| checkout.chosen.as_deref());
    chosen.is_some_and(|chosen| till.wants(chosen))
}

/// Who tells the shopper what is under way, and what that is: `code waiting GW1`; nothing while there is nothing to tell.
pub(crate) fn place_key(till: Till) -> String {
    let state = till.state();
    let checkout = match &*state {
        State::Loading => return String::new(),
        State::Failed(_) => return "card failed".to_owned(),
        State::Ready(checkout) => checkout,
    };
    let place = match till.teller() {
        Teller::Nobody => return String::new(),
        Teller::Overlay => "overlay ",
        Teller::Card => "card ",
        Teller::Code => "code ",
        Teller::Result => "result ",
    };
    joined(&[place, &scene(checkout)])
}

/// The same, if it is told in that place.
pub(crate) fn told_by(till: Till, place: &str) -> String {
    let key = place_key(till);
    if key.starts_with(place) { key } else { String::new() }
}

fn code_key(till: Till) -> String {
    told_by(till, "code")
}

fn result_key(till: Till) -> String {
    told_by(till, "result")
}

/// What is under way, or how it ended.
fn told(till: Till, key: &str) -> Vec<El> {
    let state = till.state_now();
    let checkout = state.as_ref().and_then(|state| state.checkout());
    let Some(checkout) = checkout.filter(|_| !key.is_empty()) else { return vec![] };
    let inside = match checkout.stage {
        Stage::Paid { .. } => paid_card(till),
        Stage::Ended => ended(till),
        _ => contents(till),
    };
    vec![section(till).attr("aria-labelledby", "sheet").all(inside)]
}

fn clock_key(till: Till) -> String {
    let running = till.state().checkout().is_some_and(is_running);
    if running { "running".to_owned() } else { String::new() }
}

fn clock(till: Till) -> Vec<El> {
    if clock_key(till).is_empty() { vec![] } else { vec![session_clock(till)] }
}

fn amount_key(till: Till) -> String {
    till.state().checkout().map(|_| "amount".to_owned()).unwrap_or_default()
}

fn amount(till: Till) -> Vec<El> {
    if amount_key(till).is_empty() {
        return vec![];
    }
    vec![till.el("span", "").attr("part", "amount").attr("dir", "auto").say(Till::amount)]
}
