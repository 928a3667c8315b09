//! Parts of a checkout: whatever a merchant has placed, the shopper is told, and a button pays with its own method or not at all.

use super::*;
use crate::parts::{Show, Teller, is_running, teller};

/// Every stage that there is, by a name.
fn stories() -> Vec<(&'static str, Story)> {
    let ended = StatusView { status: SessionStatus::Expired, ..status(9) };
    let confirming = StatusView { phase: Some(Phase::Confirming), ..waiting(3) };
    vec![
        ("choosing", Story::choosing()),
        ("opening", Story::opening()),
        ("waiting", Story::waiting()),
        ("confirming", Story::waiting().told(confirming)),
        ("run out", Story::waiting().after(180_000)),
        ("renewed", Story::waiting().after(180_000).then(Event::Renewed)),
        ("closing", Story::closing()),
        ("declined", Story::waiting().told(failed(3, "DECLINED"))),
        ("paid", Story::waiting().told(paid(3))),
        ("paid, shut", Story::waiting().told(paid(3)).then(Event::Left)),
        ("ended", Story::choosing().told(ended)),
    ]
}

fn told_by(story: &Story, placed: &[Show]) -> Teller {
    teller(story.checkout(), &|show| placed.contains(&show))
}

#[test]
fn each_stage_is_told_by_whoever_was_placed_for_it() {
    use Show::{Amount, Clock, Code, Method, Methods, Result};
    use Teller::{Card, Nobody, Overlay};
    let none = [Method, Methods, Clock, Amount];
    let tables = [
        (vec![], "the drop-in"),
        (none.to_vec(), "nothing that tells"),
        (vec![Code], "the code"),
        (vec![Result], "the result"),
        (vec![Result, Code, Code], "both"),
    ];
    for (name, story) in stories() {
        let expected = match name {
            "choosing" | "opening" => [Nobody, Nobody, Nobody, Nobody, Nobody],
            "paid" => [Overlay, Overlay, Teller::Code, Teller::Result, Teller::Result],
            "paid, shut" | "ended" => [Card, Card, Teller::Code, Teller::Result, Teller::Result],
            _ => [Overlay, Overlay, Teller::Code, Overlay, Teller::Code],
        };
        for ((placed, which), expected) in tables.iter().zip(expected) {
            assert_eq!(told_by(&story, placed), expected, "{name}, {which}");
        }
    }
}

#[test]
fn a_clock_stands_while_there_is_time_to_keep_in_mind() {
    for (name, story) in stories() {
        let expected = !["confirming", "paid", "paid, shut", "ended"].contains(&name);
        assert_eq!(is_running(story.checkout()), expected, "{name}");
    }
}

#[test]
fn a_part_is_known_by_its_word() {
    let words = ["method", "methods", "code", "clock", "amount", "result"];
    let shows: Vec<_> = words.iter().filter_map(|word| Show::read(word)).collect();
    assert_eq!(shows.len(), words.len());
    for word in ["", "Code", "qr", "list"] {
        assert_eq!(Show::read(word), None, "{word}");
    }
}

#[test]
fn a_methods_button_chooses_and_confirms_at_once() {
    let chosen = Effect::Tell(News::MethodChange("GCASH".into()));
    let story = Story::choosing().then(Event::Took("GCASH".into()));
    let story = story.is("opening").does(&[chosen, pay("GCASH", 1)]);
    // Another one, pressed right after it, waits as the list does.
    let story = story.then(Event::Took("ALIPAY_PLUS".into())).is("opening").does(&[]);
    let story = story.then(Event::Opened(Ok(open(2)))).is("waiting");
    let story = story.then(Event::Took("ALIPAY_PLUS".into())).is("waiting").does(&[]);
    story.told(paid(3)).then(Event::Took("GCASH".into())).is("paid over").does(&[]);
}

#[test]
fn the_button_of_the_method_that_is_chosen_already_pays_with_it() {
    Story::choosing().then(Event::Took("ALIPAY_PLUS".into())).does(&[pay("ALIPAY_PLUS", 1)]);
}

#[test]
fn the_button_of_a_method_that_cannot_be_had_pays_with_no_other() {
    for method in ["MAYA", "BITCOIN", ""] {
        Story::choosing().then(Event::Took(method.into())).is("choosing").does(&[]);
    }
}
