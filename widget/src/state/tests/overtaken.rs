//! What overtakes what: answers out of order, other windows, words newer than this build.

use super::*;

#[test]
fn a_status_with_a_lower_seq_or_of_another_order_says_nothing_of_ours() {
    Story::waiting().told(over(1, PaymentStatus::Fail)).is("waiting").does(&[]);
    let other = StatusView { order_id: Some("GW2".into()), ..over(5, PaymentStatus::Fail) };
    Story::waiting().told(other).is("waiting").does(&[Effect::Load]);
}

#[test]
fn another_windows_attempt_takes_the_place_of_ours() {
    let mut newer = view();
    newer.open = Some(OpenTransaction { order_id: "GW2".into(), ..open(6) });
    newer.open.as_mut().unwrap().state.order_id = Some("GW2".into());
    newer.state = status(6);
    let story = Story::waiting().told(StatusView { order_id: Some("GW2".into()), ..waiting(5) });
    let story = story.then(Event::Viewed(Ok(Box::new(newer)))).is("waiting").does(&[]);
    assert_eq!(story.checkout().attempt().unwrap().order, "GW2");
}

#[test]
fn the_session_is_paid_whichever_attempt_did_it() {
    let other = StatusView { order_id: Some("GW0".into()), ..paid(9) };
    Story::waiting()
        .told(other)
        .is("paid over")
        .does(&[Effect::Tell(News::Success { order: Some("GW0".into()) })]);
}

#[test]
fn an_unknown_word_means_go_on_waiting() {
    Story::waiting()
        .told(of_gw1(3, PaymentStatus::Unknown, Phase::Unknown))
        .is("waiting")
        .asks_after(Some(2000));
}

#[test]
fn a_success_that_was_not_kept_is_never_shown_as_paid() {
    let surplus = StatusView {
        notice: Some("SURPLUS_RETURNED".into()),
        notice_method: Some("GCASH".into()),
        ..over(3, PaymentStatus::Success)
    };
    Story::waiting().told(surplus).notes(Some(Note::Returned("GCASH".into())));
    Story::waiting().told(over(3, PaymentStatus::Success)).is("waiting");
}

#[test]
fn an_older_view_is_asked_for_again_at_the_usual_pace() {
    let story = Story::waiting().told(waiting(5)).told(over(6, PaymentStatus::Cancelled));
    let story = story.then(Event::Viewed(Ok(Box::new(view())))).does(&[]).asks_after(Some(2000));
    story.then(Event::Due).does(&[Effect::Load]);
}

/// Pressed at the same moment as in another window, where Maya was meant: the server has closed ours before it had a code.
fn overtaken_while_opening() -> Story {
    let theirs = StatusView {
        order_id: Some("GW2".into()),
        method: Some("MAYA".into()),
        ..of_gw1(5, PaymentStatus::Processing, Phase::Opening)
    };
    let closed =
        OpenTransaction { next_action: None, code_expires_in_ms: 0, state: theirs, ..open(5) };
    Story::opening().then(Event::Opened(Ok(closed))).is("opening").does(&[Effect::Load])
}

#[test]
fn what_another_window_opens_in_the_place_of_ours_is_shown() {
    let state =
        StatusView { order_id: Some("GW2".into()), method: Some("MAYA".into()), ..waiting(6) };
    let theirs = OpenTransaction {
        order_id: "GW2".into(),
        method: "MAYA".into(),
        state: state.clone(),
        ..open(6)
    };
    let there = CheckoutView { open: Some(theirs), state, ..view() };
    let story = overtaken_while_opening().then(Event::Viewed(Ok(Box::new(there)))).is("waiting");
    assert_eq!(story.checkout().attempt().unwrap().order, "GW2");
    assert_eq!(story.checkout().chosen.as_deref(), Some("MAYA"));
}

#[test]
fn if_the_other_window_has_left_it_again_the_list_says_so() {
    let there = CheckoutView { state: status(7), ..view() };
    let story = overtaken_while_opening().then(Event::Viewed(Ok(Box::new(there))));
    story.notes(Some(Note::NotOpened("GCASH".into())));
}

#[test]
fn an_answer_that_a_view_was_faster_than_is_asked_about() {
    let before = OpenTransaction { order_id: "GW0".into(), ..open(2) };
    let there = CheckoutView { open: Some(before), state: waiting(2), ..view() };
    let story = Story::opening().then(Event::Viewed(Ok(Box::new(there)))).is("waiting");
    story.then(Event::Opened(Ok(open(3)))).does(&[Effect::Load]).asks_after(Some(2000));
}
