//! A method is being opened, and everything that may come between.

use super::*;

#[test]
fn a_slow_channel_keeps_opening_until_the_view_brings_the_code() {
    let slow = OpenTransaction {
        next_action: None,
        state: of_gw1(2, PaymentStatus::Processing, Phase::Opening),
        ..open(2)
    };
    let story = Story::opening()
        .then(Event::Opened(Ok(slow)))
        .is("opening")
        .does(&[])
        .asks_after(Some(2000));
    let story = story.told(of_gw1(2, PaymentStatus::Processing, Phase::Opening)).does(&[]);
    let story = story.told(waiting(3)).does(&[Effect::Load]).is("opening");
    let mut ready = view();
    (ready.open, ready.state) = (Some(open(3)), waiting(3));
    story.then(Event::Viewed(Ok(Box::new(ready)))).is("waiting");
}

#[test]
fn an_opening_that_nobody_answered_asks_what_became_of_it() {
    let story = Story::opening()
        .then(Event::Opened(Err(Trouble::NoAnswer)))
        .does(&[Effect::Load])
        .is("opening");
    // The view does not come either: it is asked for again, more and more slowly.
    let story = story
        .asks_after(Some(2000))
        .then(Event::Viewed(Err(Trouble::Offline)))
        .asks_after(Some(4000));
    let story = story.then(Event::Due).does(&[Effect::Load]);
    let mut there = view();
    (there.open, there.state) = (Some(open(2)), waiting(2));
    story.then(Event::Viewed(Ok(Box::new(there)))).is("waiting");
}

#[test]
fn an_opening_that_never_was_says_so() {
    let story = Story::opening()
        .then(Event::Opened(Err(refused("CHANNEL_UNAVAILABLE"))))
        .does(&[Effect::Load]);
    story.then(Event::Viewed(Ok(Box::new(view())))).notes(Some(Note::NotOpened("GCASH".into())));
}

#[test]
fn a_changed_amount_is_shown_before_anything_is_paid() {
    let story =
        Story::opening().then(Event::Opened(Err(refused("AMOUNT_CHANGED")))).does(&[Effect::Load]);
    let changed = CheckoutView { version: 2, state: status(2), ..view() };
    let story = story.then(Event::Viewed(Ok(Box::new(changed)))).notes(Some(Note::AmountChanged));
    story.then(Event::Confirmed).does(&[pay("GCASH", 2)]);
}

#[test]
fn a_paid_or_ended_session_is_told_by_its_view() {
    for (status_word, stage) in
        [(SessionStatus::Success, "paid"), (SessionStatus::Expired, "ended")]
    {
        let over = CheckoutView {
            status: status_word,
            state: StatusView { status: status_word, ..status(5) },
            ..view()
        };
        Story::opening()
            .then(Event::Opened(Err(refused("ALREADY_PAID"))))
            .then(Event::Viewed(Ok(Box::new(over))))
            .is(stage);
    }
}
