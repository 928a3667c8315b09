//! The merchant changes the looks while the page is open.

use super::*;

fn dressed(mut status: StatusView) -> StatusView {
    status.looks = 2;
    status
}

fn new_view(state: StatusView) -> CheckoutView {
    let appearance = Looks { css: "--l-brand:#aa2211;".into(), ..Looks::default() };
    CheckoutView { appearance, state: dressed(state), ..view() }
}

#[test]
fn new_looks_are_fetched_and_nothing_else_changes() {
    let story = Story::waiting().told(dressed(waiting(2))).is("waiting").does(&[Effect::Load]);
    let shown = CheckoutView { open: Some(open(2)), ..new_view(waiting(2)) };
    let story = story.then(Event::Viewed(Ok(Box::new(shown)))).is("waiting").does(&[]);
    assert_eq!(story.checkout().view.appearance.css, "--l-brand:#aa2211;");
    story.told(dressed(waiting(2))).does(&[]);
}

#[test]
fn the_list_hears_of_them_when_the_shopper_comes_back_and_keeps_the_choice() {
    let story = Story::choosing().then(Event::Chose("GCASH".into())).then(Event::Returned);
    let story = story.does(&[Effect::Ask]).told(dressed(status(1))).does(&[Effect::Load]);
    let story =
        story.then(Event::Viewed(Ok(Box::new(new_view(status(1)))))).is("choosing").does(&[]);
    assert_eq!(story.checkout().chosen.as_deref(), Some("GCASH"));
}

#[test]
fn a_view_that_does_not_come_is_asked_for_again() {
    let story = Story::waiting().told(dressed(waiting(2))).does(&[Effect::Load]);
    let story = story.then(Event::Viewed(Err(Trouble::NoAnswer))).is("waiting");
    story.then(Event::Due).does(&[Effect::Load]);
}

#[test]
fn a_success_stays_or_leaves_as_the_merchant_wishes() {
    let of = |go_after_ms| {
        let mut shown = view();
        shown.appearance.go_after_ms = go_after_ms;
        let story = Story::of(shown).then(Event::Chose("GCASH".into())).then(Event::Confirmed);
        story.then(Event::Opened(Ok(open(2)))).told(paid(3)).is("paid over")
    };
    of(None).after(60_000).does(&[]).is("paid over");
    of(Some(0)).after(0).does(&[Effect::Go("https://shop.example/thanks".into())]);
    of(Some(10_000))
        .after(9_999)
        .does(&[])
        .after(1)
        .does(&[Effect::Go("https://shop.example/thanks".into())]);
}

#[test]
fn a_page_with_a_silent_channel_asks_until_it_answers() {
    let mut shown = view();
    let down = Unavailable { reason: "DOWN".into(), needs: vec![] };
    shown.methods = vec![Offer { unavailable: Some(down), ..offer("GCASH") }];
    let story = Story::of(shown).is("choosing").then(Event::Due).does(&[Effect::Ask]);
    let story = story.told(status(1)).does(&[]).then(Event::Due).does(&[Effect::Ask]);
    // The channel answers again: the list is another one, and nobody need ask any more.
    let story = story.told(dressed(status(1))).does(&[Effect::Load]);
    let story = story.then(Event::Viewed(Ok(Box::new(new_view(status(1)))))).is("choosing");
    assert!(story.checkout().may_pay());
    story.then(Event::Due).does(&[]);
}
