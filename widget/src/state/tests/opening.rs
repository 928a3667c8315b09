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
fn an_opening_that_takes_long_can_be_left_and_what_comes_of_it_is_closed() {
    let link = |story: &Story| story.checkout().link;
    let story = Story::opening().after(LEAVE_AFTER_MS - 1);
    assert_eq!(link(&story), Link::Fine);
    let story = story.after(1).is("opening").does(&[]).asks_after(None);
    assert_eq!(link(&story), Link::Late);
    // The answer may come all the same,
    let there = story.clone().then(Event::Opened(Ok(open(2)))).is("waiting");
    assert_eq!(link(&there), Link::Fine);
    // or too late for a shopper who has left.
    let left = story.then(Event::Left).notes(None);
    assert_eq!(link(&left.clone().then(Event::Confirmed)), Link::Fine);
    left.then(Event::Opened(Ok(open(2)))).notes(None).does(&[Effect::Cancel("GW1".into())]);
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

fn not_opened(code: &str, view: CheckoutView) -> Story {
    let story = Story::opening().then(Event::Opened(Err(refused(code)))).does(&[Effect::Load]);
    story.then(Event::Viewed(Ok(Box::new(view))))
}

#[test]
fn a_session_that_is_ending_opens_nothing_and_is_watched_to_its_end() {
    for code in ["SESSION_EXPIRED", "SESSION_CLOSED"] {
        let story = not_opened(code, view()).notes(Some(Note::Ending)).asks_after(Some(2000));
        assert!(!story.checkout().may_pay());
        let story = story.then(Event::Confirmed).does(&[]).then(Event::Due).does(&[Effect::Ask]);
        story.told(StatusView { status: SessionStatus::Expired, ..status(4) }).is("ended");
    }
}

#[test]
fn what_a_bank_is_confirming_is_shown_whatever_else_was_tried() {
    let confirming = StatusView {
        order_id: Some("GW0".into()),
        method: Some("ALIPAY_PLUS".into()),
        ..of_gw1(3, PaymentStatus::Processing, Phase::Confirming)
    };
    let first = OpenTransaction {
        order_id: "GW0".into(),
        method: "ALIPAY_PLUS".into(),
        state: confirming.clone(),
        ..open(3)
    };
    let there = CheckoutView { open: Some(first), state: confirming.clone(), ..view() };
    not_opened("BEING_CONFIRMED", there).is("confirming").does(&[]);
    // Of another session of the same order: there is only the word for it.
    let elsewhere = CheckoutView { state: confirming, ..view() };
    not_opened("BEING_CONFIRMED", elsewhere).notes(Some(Note::Confirming("ALIPAY_PLUS".into())));
}

#[test]
fn a_session_that_was_tried_too_often_is_not_tried_again() {
    let story = not_opened("TOO_MANY_REQUESTS", view()).notes(Some(Note::TooOften));
    story.then(Event::Confirmed).does(&[]).asks_after(None);
}

#[test]
fn without_a_method_there_is_nothing_to_press() {
    let story = Story::of(CheckoutView { methods: vec![], ..view() }).then(Event::Confirmed);
    assert!(!story.does(&[]).checkout().may_pay());
    assert!(Story::choosing().checkout().may_pay());
}

#[test]
fn a_view_that_comes_while_a_method_is_being_opened_does_not_end_the_opening() {
    let story = Story::opening().then(Event::Viewed(Ok(Box::new(view())))).is("opening");
    story.then(Event::Opened(Ok(open(2)))).is("waiting");
}

#[test]
fn a_phase_that_this_build_does_not_know_is_asked_about_at_the_usual_pace() {
    for phase in [Phase::Unknown, Phase::Waiting] {
        let state = of_gw1(3, PaymentStatus::Processing, phase);
        let newer = OpenTransaction { next_action: None, state: state.clone(), ..open(3) };
        let there = CheckoutView { open: Some(newer), state, ..view() };
        let story = Story::of(there).is("opening").does(&[Effect::Tell(News::Ready)]);
        story.asks_after(Some(2000));
    }
    let state = of_gw1(3, PaymentStatus::Processing, Phase::Confirming);
    let bare = OpenTransaction { next_action: None, state: state.clone(), ..open(3) };
    Story::of(CheckoutView { open: Some(bare), state, ..view() }).is("confirming");
}

#[test]
fn what_was_opened_is_shown_though_another_method_was_meant() {
    let other = OpenTransaction { method: "MAYA".into(), ..open(2) };
    let story = Story::opening().then(Event::Opened(Ok(other))).is("waiting");
    let chosen = story.state.checkout().and_then(|checkout| checkout.chosen.clone());
    assert_eq!(chosen.as_deref(), Some("MAYA"));
}
