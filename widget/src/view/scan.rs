//! What the shopper has to do now: scan, copy a passcode, open an app, or go to another page.

use florin_shared::shopper::Transfer;

use super::button::{button, link};
#[cfg(target_arch = "wasm32")]
use super::copy::copy_button;
use super::countdown::code_clock;
use super::overlay::say;
#[cfg(target_arch = "wasm32")]
use super::ways::{elsewhere, ways};
use crate::dom::El;
use crate::link::is_address;
use crate::method::Looks;
use crate::qr as code;
use crate::state::{Attempt, Checkout, Event, Link, Stage};
use crate::texts::Texts;
use crate::till::Till;

/// The waiting sheet of a method.
pub(crate) fn scan(till: Till, looks: &Looks, checkout: &Checkout) -> Vec<El> {
    let words = till.words();
    let amount = till
        .el("div", "sum middle")
        .with(till.el("strong", "").attr("part", "amount").attr("dir", "auto").text(&till.amount()))
        .with(label(till, &words.to_payee(&checkout.view.payee)));
    let todo = till
        .el("div", "")
        .attr("id", "todo")
        .class_by(|till| if is_confirming(till) { "done" } else { "" })
        .attr_if("inert", is_confirming)
        .all(
            checkout
                .attempt()
                .map(|attempt| todo(till, looks, checkout, attempt))
                .unwrap_or_default(),
        );
    let another =
        button(till, "ghost", &words.another_way(), Event::Left).attr_if("hidden", is_confirming);
    // The bank answers by itself. Where nobody asks by itself, the shopper still can.
    let paid = button(till, "soft", &words.have_paid(), Event::AskedNow)
        .attr_if("hidden", |till| is_confirming(till) && asks_by_itself(till));
    let (on, event) = match checkout.return_url() {
        Some(_) => (words.back_to(&checkout.view.payee), Event::WentOn),
        None => (words.close(), Event::Left),
    };
    let on = button(till, "ghost", &on, event).attr_if("hidden", |till| !is_confirming(till));
    let ways = till.el("div", "row2").with(another).with(on).with(paid);
    vec![amount, todo, waiting(till), ways]
}

/// To whom, or for what.
pub(super) fn label(till: Till, words: &str) -> El {
    till.el("span", "label").attr("dir", "auto").text(words)
}

fn todo(till: Till, looks: &Looks, checkout: &Checkout, attempt: &Attempt) -> Vec<El> {
    let words = till.words();
    let Some(action) = &attempt.action else { return vec![] };
    match (action.kind.as_str(), attempt.scannable()) {
        // At a counter: the code is read there, and its digits if it cannot be.
        ("show_code", Some(text)) if action.code_kind.as_deref() == Some("terminal") => {
            let frame =
                till.el("div", "frame").attr("part", "qr").maybe(qr(till, text, &looks.name));
            let typed = till.el("div", "pass typed").with(digits(till, text));
            let steps = steps(till, &[words.step_terminal(), words.step_card()]);
            vec![frame, typed, steps, elsewhere(till, &checkout.view)]
        }
        ("show_code", Some(text)) => {
            let app = action.app_link.as_deref().filter(|link| is_address(link));
            let ways = ways(till, text, app, &checkout.view);
            let app = app.map(|url| link(till, "primary app", &words.open_app(&looks.app), url));
            let app = app.map(|link| link.tells_on("click", Event::WentToApp));
            let frame =
                till.el("div", "frame").attr("part", "qr").maybe(qr(till, text, &looks.name));
            let steps = steps(till, &[words.step_scan(&looks.app), words.step_point()]);
            app.into_iter().chain([frame, steps, ways]).collect()
        }
        ("show_code", None) => {
            let steps = steps(till, &[words.step_bank(&looks.app), words.step_paste()]);
            let code = pass(till, action.text.as_deref().unwrap_or_default());
            vec![code, steps, elsewhere(till, &checkout.view)]
        }
        ("show_transfer", _) => {
            let slip = action.transfer.iter().flat_map(|transfer| slip(till, transfer));
            slip.chain([elsewhere(till, &checkout.view)]).collect()
        }
        ("redirect", _) => {
            let url = action.url.as_deref().filter(|url| is_address(url));
            let on = url.map(|url| link(till, "primary", &words.continue_to(&looks.name), url));
            on.into_iter().chain([elsewhere(till, &checkout.view)]).collect()
        }
        ("elsewhere", _) => vec![say(till, &words.pay_there(&looks.app))],
        // A word newer than this build: the hosted page knows it.
        _ => vec![link(till, "primary", &words.continue_page(), &till.hosted())],
    }
}

/// The code as a picture that a camera reads and a screen reader names.
pub(crate) fn qr(till: Till, text: &str, name: &str) -> Option<El> {
    let drawn = code::draw(text)?;
    let picture = till
        .svg("svg", "code")
        .attr("viewBox", &drawn.view_box)
        .attr("role", "img")
        .attr("aria-label", &till.words().code_for(&till.amount(), name))
        .attr("shape-rendering", "crispEdges");
    Some(picture.with(till.svg("path", "").attr("d", &drawn.path)))
}

fn pass(till: Till, text: &str) -> El {
    till.el("div", "pass")
        .with(till.el("span", "heard").text(&till.words().passcode()))
        .with(digits(till, text))
        .maybe(copy_button(till, text))
}

/// What a bank's form asks for, in its order; whatever is typed there is copied here. A reference is read in fours, and copied as one.
fn slip(till: Till, transfer: &Transfer) -> Vec<El> {
    let (words, plain) = (till.words(), String::from);
    let account = &transfer.account;
    let is_iban = account.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let lines = [
        (words.payee(), &transfer.payee, plain(&transfer.payee)),
        (words.account(), account, if is_iban { in_fours(account) } else { plain(account) }),
        (words.bank(), &transfer.bank, plain(&transfer.bank)),
        (words.bank_code(), &transfer.bank_code, plain(&transfer.bank_code)),
        (words.amount(), &transfer.amount, till.amount()),
        (words.reference(), &transfer.reference, in_fours(&transfer.reference)),
    ];
    let mut slip = till.el("div", "slip");
    for (name, text, shown) in lines.iter().filter(|(_, text, _)| !text.is_empty()) {
        let line = till.el("span", "").with(label(till, name)).with(till.el("bdi", "").text(shown));
        let copy = copy_button(till, text).map(|button| button.attr("title", name));
        slip = slip.with(till.el("div", "").with(line).maybe(copy));
    }
    vec![slip, till.el("p", "label").attr("dir", "auto").text(&words.transfer_how())]
}

/// Without a program there is nobody to copy, and nobody to draw a picture.
#[cfg(not(target_arch = "wasm32"))]
fn ways(till: Till, _: &str, _: Option<&str>, _: &florin_shared::shopper::CheckoutView) -> El {
    till.el("div", "")
}

#[cfg(not(target_arch = "wasm32"))]
fn elsewhere(till: Till, _: &florin_shared::shopper::CheckoutView) -> El {
    till.el("div", "")
}

#[cfg(target_arch = "wasm32")]
fn digits(till: Till, text: &str) -> El {
    till.el("span", "digits").attr("dir", "ltr").text(&in_fours(text))
}

/// Without a program there is nobody to copy: what a touch selects has no gaps in it.
#[cfg(not(target_arch = "wasm32"))]
fn digits(till: Till, text: &str) -> El {
    let fours = in_fours(text);
    let fours = fours.split(' ').map(|four| till.el("span", "").text(four)).collect();
    till.el("span", "digits").attr("dir", "ltr").all(fours)
}

#[cfg(not(target_arch = "wasm32"))]
fn copy_button(_: Till, _: &str) -> Option<El> {
    None
}

/// `4821 0937 55`.
fn in_fours(text: &str) -> String {
    let mut grouped = String::with_capacity(text.len() * 5 / 4);
    for (at, char) in text.chars().filter(|char| !char.is_whitespace()).enumerate() {
        if at > 0 && at % 4 == 0 {
            grouped.push(' ');
        }
        grouped.push(char);
    }
    grouped
}

/// Numbered steps; what stands between stars is what to look for.
fn steps(till: Till, steps: &[String]) -> El {
    let mut list = till.el("ol", "steps");
    for step in steps {
        let mut line = till.el("span", "");
        for (at, part) in step.split('*').enumerate() {
            line =
                if at % 2 == 1 { line.with(till.el("b", "").text(part)) } else { line.text(part) };
        }
        list = list.with(till.el("li", "").with(line));
    }
    list
}

/// The line that says what we wait for, with the code's clock.
fn waiting(till: Till) -> El {
    let sign = till.el("span", "").attr("aria-hidden", "true").class_by(|till| match line(till) {
        Line::Asking => "spin",
        Line::Offline | Line::Late => "still",
        Line::Waiting | Line::Confirming | Line::AtTerminal | Line::Away => "pulse",
    });
    let words = till.el("span", "").say(|till| line(till).words(&till.words()));
    let clock = code_clock(till).attr_if("hidden", |till| is_confirming(till) || !has_code(till));
    let class = |till: Till| {
        if matches!(line(till), Line::Offline | Line::Late) { "wait warn" } else { "wait" }
    };
    till.el("p", "").attr("part", "message").class_by(class).with(sign).with(words).with(clock)
}

/// Whatever the line says just then: what is confirmed stays so while somebody asks, or nobody answers.
fn is_confirming(till: Till) -> bool {
    let stage =
        |checkout: &Checkout| matches!(checkout.stage, Stage::Waiting { confirming: true, .. });
    till.state().checkout().is_some_and(stage)
}

fn asks_by_itself(till: Till) -> bool {
    till.state().checkout().is_some_and(|checkout| checkout.view.auto_query)
}

fn has_code(till: Till) -> bool {
    till.state().checkout().and_then(Checkout::attempt).is_some_and(Attempt::has_code)
}

/// Whether a terminal has taken the order up.
pub(super) fn is_at_terminal(checkout: &Checkout) -> bool {
    checkout.view.state.reason.as_deref() == Some("AT_TERMINAL")
}

#[derive(Clone, Copy, PartialEq)]
enum Line {
    Waiting,
    Asking,
    Confirming,
    AtTerminal,
    Offline,
    Late,
    Away,
}

fn line(till: Till) -> Line {
    let state = till.state();
    let Some(checkout) = state.checkout() else { return Line::Waiting };
    match (&checkout.stage, checkout.link) {
        (_, Link::Offline) => Line::Offline,
        (_, Link::Late) => Line::Late,
        (Stage::Waiting { asking: true, .. }, Link::Fine) => Line::Asking,
        (Stage::Waiting { confirming: true, .. }, Link::Fine) => Line::Confirming,
        (Stage::Waiting { away: true, .. }, Link::Fine) => Line::Away,
        (_, Link::Fine) if is_at_terminal(checkout) => Line::AtTerminal,
        (_, Link::Fine) => Line::Waiting,
    }
}

impl Line {
    fn words(self, texts: &Texts) -> String {
        match self {
            Line::Waiting => texts.waiting(),
            Line::Asking => texts.asking(),
            Line::Confirming => texts.confirming(),
            Line::AtTerminal => texts.at_terminal(),
            Line::Offline => texts.offline(),
            Line::Late => texts.late(),
            Line::Away => texts.come_back(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_passcode_is_read_in_fours() {
        assert_eq!(in_fours("4821093755"), "4821 0937 55");
        assert_eq!(in_fours("4821 0937 55"), "4821 0937 55");
        assert_eq!(in_fours("口令口令口"), "口令口令 口");
        assert_eq!(in_fours(""), "");
    }
}
