//! The list: radios in a form, so that arrow keys, Enter and a screen reader work by themselves.

use florin_shared::money::Amount;
use florin_shared::shopper::{Offer, Unavailable};

use super::button::button;
use super::countdown::session_clock;
use super::icon::{LOCK, sign, tile};
use crate::dom::El;
use crate::method::{is_cashier, looks};
use crate::money;
use crate::state::{Checkout, Event, Link, Note, Stage};
use crate::texts::Texts;
use crate::till::Till;

/// The card with the payee, the amount, the methods and the one button.
pub(crate) fn list(till: Till) -> Vec<El> {
    let words = till.words();
    let total = till
        .el("div", "sum")
        .with(till.el("span", "label").text(&words.total()))
        .with(till.el("strong", "").attr("part", "amount").attr("dir", "auto").say(Till::amount));
    let mut shown = vec![header(till, true), total];
    shown.append(&mut short_list(till));
    shown
}

/// The list for a place where others show the payee, the clock and the amount.
pub(crate) fn short_list(till: Till) -> Vec<El> {
    let words = till.words();
    let give_up = button(till, "ghost wide", &words.another_way(), Event::Left)
        .attr_if("hidden", |till| !may_give_up(till));
    let back = button(till, "ghost wide", &words.back_to(&payee(till)), Event::WentOn)
        .attr_if("hidden", |till| !is_at_an_end(till));
    let foot = till.el("p", "foot").with(sign(till, LOCK)).text(&words.assurance());
    let noted = till.el("p", "note").attr("part", "message").attr("tabindex", "-1").say(note);
    vec![noted, form(till), give_up, back, foot]
}

fn form(till: Till) -> El {
    let state = till.state_now();
    let checkout = state.as_ref().and_then(|state| state.checkout());
    let mut fieldset = till
        .el("fieldset", "")
        .attr_if("disabled", is_locked)
        .with(till.el("legend", "").text(&till.words().how()));
    for offer in checkout.map_or(&[][..], |checkout| &checkout.view.methods) {
        if till.wants(&offer.method) {
            fieldset = fieldset.with(row(till, offer));
        }
    }
    // Not `disabled`: that would lose the focus, which comes back here when the overlay closes.
    let pay = till
        .el("button", "primary pay")
        .attr("part", "button primary-button")
        .attr_by("aria-disabled", |till| Some((!may_pay(till)).to_string()))
        .with(till.el("span", "spin").attr_if("hidden", |till| !is_under_way(till)))
        .with(till.el("span", "").say(pay_words));
    till.el("form", "").submits(Event::Confirmed).with(fieldset).with(pay)
}

/// The payee, and on the right the clock.
pub(crate) fn header(till: Till, with_clock: bool) -> El {
    let (words, state) = (till.words(), till.state_now());
    let view = state.as_ref().and_then(|state| state.checkout()).map(|checkout| &checkout.view);
    let payee = view.map_or("", |view| &view.payee);
    let initial: String = payee.chars().take(1).collect();
    let test = view.is_some_and(|view| !view.livemode);
    let test = test.then(|| {
        till.el("span", "test").attr("title", &words.test_mode_why()).text(&words.test_mode())
    });
    // The sheet lays the payee's picture over the initial.
    let mark = till.el("span", "mark").attr("part", "logo").attr("aria-hidden", "true");
    let who = till
        .el("span", "payee")
        .attr("part", "payee")
        .with(mark.text(&initial))
        .with(till.el("span", "").attr("dir", "auto").text(payee))
        .maybe(test);
    till.el("header", "").with(who).maybe(with_clock.then(|| session_clock(till)))
}

fn row(till: Till, offer: &Offer) -> El {
    let looks = looks(&offer.method, &till.words());
    let off = offer.unavailable.is_some();
    let hint = match &offer.unavailable {
        Some(why) => reason(till, why),
        // It opens by itself: there is nothing to scan.
        None if offer.kind == "redirect" && !is_cashier(&offer.method) => {
            till.words().open_app(&looks.app)
        }
        None if offer.kind == "transfer" => till.words().hint_transfer(),
        None => looks.hint,
    };
    let text = named(till, &looks.name, &hint);
    till.el("label", if off { "row off" } else { "row" })
        .attr("part", "method")
        .with(radio(till, &offer.method, off))
        .with(tile(till, &offer.method, looks.mark))
        .with(text)
        .with(till.el("span", "dot").attr("aria-hidden", "true"))
}

/// A method's name, and below it what will happen.
pub(crate) fn named(till: Till, name: &str, hint: &str) -> El {
    till.el("span", "text")
        .with(till.el("span", "name").attr("part", "method-label").text(name))
        .with(till.el("span", "hint").text(hint))
}

fn radio(till: Till, method: &str, off: bool) -> El {
    let radio =
        till.el("input", "").attr("type", "radio").attr("name", "method").attr("value", method);
    if off {
        return radio.attr("disabled", "");
    }
    let (ours, chosen) = (method.to_owned(), Event::Chose(method.to_owned()));
    radio.checked_by(Box::new(move || is_chosen(till, &ours))).tells_on("change", chosen)
}

/// Why a method cannot be had, and what it would take.
pub(crate) fn reason(till: Till, why: &Unavailable) -> String {
    let words = till.words();
    let limit = || {
        let ours = till.state().checkout().map(|checkout| checkout.view.amount.clone());
        let amount = why.needs.first().cloned().unwrap_or_default();
        ours.map(|ours| money::written(&Amount { amount, ..ours }, &words.locale))
            .unwrap_or_default()
    };
    match why.reason.as_str() {
        "CURRENCY" => words.only_for(&listed(&why.needs)),
        "COUNTRY" => words.not_in_country(),
        "SCENE" => words.not_here(),
        "AMOUNT_TOO_LOW" => words.from_amount(&limit()),
        "AMOUNT_TOO_HIGH" => words.up_to_amount(&limit()),
        "AMOUNT_STEP" => words.amount_step(&limit()),
        "TIME_TOO_SHORT" => words.time_too_short(),
        _ => words.down(),
    }
}

fn listed(words: &[String]) -> String {
    let mut list = String::new();
    for word in words {
        list.push_str(if list.is_empty() { "" } else { ", " });
        list.push_str(word);
    }
    list
}

fn is_chosen(till: Till, method: &str) -> bool {
    till.state().checkout().is_some_and(|checkout| checkout.chosen.as_deref() == Some(method))
}

fn is_locked(till: Till) -> bool {
    till.state()
        .checkout()
        .is_some_and(|checkout| !matches!(checkout.stage, Stage::Choosing { .. }))
}

/// The method that is being opened, where the list is.
pub(crate) fn opening(till: Till) -> Option<String> {
    match &till.state().checkout()?.stage {
        Stage::Opening { method, over: false, .. } => Some(method.clone()),
        _ => None,
    }
}

/// Whether that goes on: without a network it does not, and the note says so.
fn is_under_way(till: Till) -> bool {
    opening(till).is_some() && answers(till)
}

/// Whether the server answers, as far as we know.
pub(crate) fn answers(till: Till) -> bool {
    till.state().checkout().is_some_and(|checkout| checkout.link == Link::Fine)
}

fn pay_words(till: Till) -> String {
    let words = till.words();
    match opening(till).filter(|_| is_under_way(till)) {
        Some(method) => words.opening(&looks(&method, &words).name),
        None => words.pay(&till.amount()),
    }
}

pub(crate) fn may_pay(till: Till) -> bool {
    let may = |checkout: &Checkout| {
        checkout.may_pay() && checkout.chosen.as_deref().is_some_and(|chosen| till.wants(chosen))
    };
    till.state().checkout().is_some_and(may)
}

/// While the channel or the network keeps us waiting, the way out is there already.
pub(crate) fn may_give_up(till: Till) -> bool {
    let state = till.state();
    state.checkout().is_some_and(|checkout| match &checkout.stage {
        Stage::Opening { attempt, over: false, .. } => {
            attempt.is_some() || checkout.link != Link::Fine
        }
        _ => false,
    })
}

/// Whether nothing here can be paid with, and there is a shop to go back to.
fn is_at_an_end(till: Till) -> bool {
    till.state().checkout().is_some_and(|checkout| {
        let choosing = matches!(checkout.stage, Stage::Choosing { .. });
        choosing && !checkout.may_pay() && checkout.return_url().is_some()
    })
}

fn payee(till: Till) -> String {
    let state = till.state_now();
    let checkout = state.as_ref().and_then(|state| state.checkout());
    checkout.map(|checkout| checkout.view.payee.clone()).unwrap_or_default()
}

/// What is said above the list, or below the heading while a method is being opened.
pub(crate) fn note(till: Till) -> String {
    let state = till.state();
    state.checkout().map(|checkout| noted(checkout, &till.words())).unwrap_or_default()
}

/// The note of a checkout, in words.
pub(crate) fn noted(checkout: &Checkout, words: &Texts) -> String {
    let note = match (&checkout.stage, checkout.link) {
        (Stage::Choosing { note: Some(note) }, _) => note,
        (Stage::Choosing { .. }, _) if checkout.chosen.is_none() => return words.no_method(),
        (Stage::Opening { .. }, Link::Offline) => return words.offline(),
        (Stage::Opening { .. }, Link::Late) => return words.late(),
        _ => return String::new(),
    };
    let name = |method: &str| looks(method, words).name;
    match note {
        Note::AmountChanged => {
            words.amount_changed(&money::written(&checkout.view.amount, &words.locale))
        }
        Note::NotOpened(method) => words.not_opened(&name(method)),
        Note::Cancelled(method) => words.was_cancelled(&name(method)),
        Note::Returned(method) => words.was_returned(&name(method)),
        Note::Confirming(method) => words.still_confirming(&name(method)),
        Note::Ending => words.closing(),
        Note::TooOften => words.too_often(&checkout.view.trans_id),
    }
}
