//! The straight way: choose, pay, see it paid.

use super::*;

#[test]
fn the_first_method_that_can_be_had_is_chosen_and_nothing_is_asked_while_choosing() {
    let story =
        Story::choosing().is("choosing").does(&[Effect::Tell(News::Ready)]).asks_after(None);
    assert_eq!(story.checkout().chosen.as_deref(), Some("ALIPAY_PLUS"));
}

#[test]
fn another_method_can_be_chosen_but_not_one_that_is_off() {
    let story = Story::choosing().then(Event::Chose("GCASH".into()));
    let story = story
        .does(&[Effect::Tell(News::MethodChange("GCASH".into()))])
        .then(Event::Chose("MAYA".into()))
        .does(&[]);
    assert_eq!(story.checkout().chosen.as_deref(), Some("GCASH"));
}

#[test]
fn the_button_is_locked_from_the_click_to_the_end() {
    let story =
        Story::opening().does(&[pay("GCASH", 1)]).is("opening").then(Event::Confirmed).does(&[]);
    let story =
        story.then(Event::Opened(Ok(open(2)))).is("waiting").then(Event::Confirmed).does(&[]);
    story.told(paid(3)).then(Event::Confirmed).does(&[]).is("paid over");
}

#[test]
fn the_page_hears_of_the_code_and_the_status_is_asked_every_two_seconds() {
    let action = News::Action {
        order: "GW1".into(),
        method: "GCASH".into(),
        kind: "show_code".into(),
        url: None,
    };
    Story::waiting()
        .does(&[Effect::Tell(action)])
        .asks_after(Some(2000))
        .then(Event::Due)
        .does(&[Effect::Ask]);
}

#[test]
fn paid_is_said_once_and_leaves_after_three_seconds() {
    let story = Story::waiting().told(paid(3)).is("paid over").does(&[success()]).asks_after(None);
    let story = story.told(paid(3)).does(&[]).after(2999).does(&[]);
    story.after(1).does(&[gone()]).after(1).does(&[]);
}

#[test]
fn a_page_that_prevents_the_navigation_keeps_the_shopper() {
    let story = Story::waiting().told(paid(3)).then(Event::Stayed).after(GO_AFTER_MS).does(&[]);
    story.then(Event::WentOn).does(&[gone()]);
}

#[test]
fn the_cross_on_paid_stops_the_countdown_and_shows_it_in_the_card() {
    Story::waiting().told(paid(3)).then(Event::Left).is("paid").after(GO_AFTER_MS).does(&[]);
}

#[test]
fn a_second_payment_is_told_at_leisure() {
    let twice = StatusView { notice: Some("SURPLUS_RETURNED".into()), ..paid(3) };
    Story::waiting().told(twice).is("paid over").after(GO_AFTER_MS).does(&[]);
}
