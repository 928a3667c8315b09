//! The safe cancel, and what is still told after it.

use super::*;

#[test]
fn the_cross_escape_and_another_way_are_one_safe_cancel() {
    let story = Story::closing()
        .is("closing")
        .does(&[Effect::Cancel("GW1".into())])
        .then(Event::Left)
        .does(&[]);
    let story = story
        .then(Event::Closed(Ok(over(3, PaymentStatus::Cancelled))))
        .notes(None)
        .does(&[cancelled()]);
    assert_eq!(story.checkout().chosen.as_deref(), Some("GCASH"), "the choice is kept");
}

#[test]
fn a_cancel_that_meets_a_payment_ends_paid() {
    Story::closing().then(Event::Closed(Ok(paid(3)))).is("paid over");
}

#[test]
fn a_cancel_without_an_answer_is_repeated_and_then_asked_about() {
    let story = Story::closing()
        .then(Event::Closed(Err(Trouble::NoAnswer)))
        .is("closing")
        .asks_after(Some(2000));
    let story = story.then(Event::Due).does(&[Effect::Cancel("GW1".into())]);
    let still = of_gw1(3, PaymentStatus::Processing, Phase::Closing);
    story.then(Event::Closed(Ok(still))).is("closing").then(Event::Due).does(&[Effect::Ask]);
}

#[test]
fn a_cancel_may_be_left_after_five_seconds_and_what_arrives_is_told() {
    let story = Story::closing().after(LEAVE_AFTER_MS - 1).then(Event::Left).is("closing");
    let story = story.after(1).then(Event::Left).notes(None).asks_after(Some(2000));
    story.told(paid(4)).is("paid");
    let story = Story::closing().after(LEAVE_AFTER_MS).then(Event::Left);
    story.told(over(4, PaymentStatus::Cancelled)).notes(None).does(&[cancelled()]).asks_after(None);
}

#[test]
fn after_leaving_another_method_can_be_opened_while_the_first_closes() {
    let story = Story::closing().after(LEAVE_AFTER_MS).then(Event::Left);
    let story = story
        .then(Event::Chose("ALIPAY_PLUS".into()))
        .then(Event::Confirmed)
        .does(&[pay("ALIPAY_PLUS", 1)]);
    assert!(story.is("opening").checkout().behind.is_some(), "known until the new one is open");
}

#[test]
fn a_bank_that_confirms_cannot_be_cancelled_but_left() {
    let story = Story::waiting()
        .told(of_gw1(3, PaymentStatus::Processing, Phase::Confirming))
        .is("confirming");
    let story = story.after(CODE_LIFE * 2).is("confirming").then(Event::Left).does(&[]);
    let story = story.notes(Some(Note::Confirming("GCASH".into()))).asks_after(Some(2000));
    let story = story
        .told(of_gw1(4, PaymentStatus::Processing, Phase::Confirming))
        .notes(Some(Note::Confirming("GCASH".into())));
    story.told(paid(5)).is("paid");
}

#[test]
fn a_cancel_that_meets_a_confirming_bank_goes_on_waiting() {
    let confirming = of_gw1(3, PaymentStatus::Processing, Phase::Confirming);
    Story::closing().then(Event::Closed(Ok(confirming))).is("confirming");
}

#[test]
fn a_code_cancelled_elsewhere_goes_back_to_the_list_and_looks_at_the_amount() {
    let story =
        Story::waiting().told(over(3, PaymentStatus::Cancelled)).does(&[cancelled(), Effect::Load]);
    let same = CheckoutView { state: status(3), ..view() };
    let story = story.then(Event::Viewed(Ok(Box::new(same))));
    story.notes(Some(Note::Cancelled("GCASH".into())));
}

#[test]
fn a_late_payment_that_goes_back_is_told_in_the_list() {
    let back = StatusView {
        notice: Some("SURPLUS_RETURNED".into()),
        notice_method: Some("GCASH".into()),
        ..over(3, PaymentStatus::Cancelled)
    };
    Story::closing().then(Event::Closed(Ok(back))).notes(Some(Note::Returned("GCASH".into())));
}
