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
    story.told(over(4, PaymentStatus::Cancelled)).notes(None).does(&[cancelled()]);
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
fn nothing_is_paid_again_before_the_bank_that_was_left_has_answered() {
    let confirming = of_gw1(3, PaymentStatus::Processing, Phase::Confirming);
    let left = || Story::waiting().told(confirming.clone()).then(Event::Left);
    assert!(left().checkout().awaits_bank() && !left().checkout().may_pay());
    left().then(Event::Confirmed).does(&[]).notes(Some(Note::Confirming("GCASH".into())));
    left().then(Event::Took("ALIPAY_PLUS".into())).notes(Some(Note::Confirming("GCASH".into())));
    // Its answer is told, and then another way is free.
    let refused = left().told(failed(4, "DECLINED")).is("declined").then(Event::Left).notes(None);
    assert!(refused.checkout().may_pay());
    let cancelled = left().told(over(4, PaymentStatus::Cancelled));
    assert!(cancelled.checkout().may_pay() && !cancelled.checkout().awaits_bank());
    // What another page has left there is not listened for from here: the server refuses it, and says why.
    let note = Some(Note::Confirming("GCASH".into()));
    assert!(
        !Checkout { stage: Stage::Choosing { note }, ..Story::choosing().checkout().clone() }
            .awaits_bank()
    );
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

fn closed() -> Story {
    Story::closing().then(Event::Closed(Ok(over(3, PaymentStatus::Cancelled))))
}

/// What the server says when the notice of a success came after the cancel's answer.
fn given_back(seq: u64) -> StatusView {
    StatusView {
        notice: Some("SURPLUS_RETURNED".into()),
        notice_method: Some("GCASH".into()),
        ..over(seq, PaymentStatus::Cancelled)
    }
}

#[test]
fn a_return_that_is_heard_of_only_after_the_close_is_told_in_the_list() {
    let story = closed().notes(None).asks_after(Some(2000)).then(Event::Due).does(&[Effect::Ask]);
    let story = story.told(over(3, PaymentStatus::Cancelled)).notes(None).does(&[]);
    let story = story.told(given_back(4)).notes(Some(Note::Returned("GCASH".into()))).does(&[]);
    story.asks_after(None);
}

#[test]
fn the_asking_ends_some_seconds_after_a_close() {
    let story = closed().after(AFTER_CLOSE_MS - 1).asks_after(Some(2000));
    story.after(1).asks_after(None).is("choosing");
    let left = Story::closing().after(LEAVE_AFTER_MS).then(Event::Left);
    let left = left.told(over(4, PaymentStatus::Cancelled)).after(AFTER_CLOSE_MS - 1);
    left.asks_after(Some(2000)).after(1).asks_after(None);
}

#[test]
fn a_clock_alone_ends_the_asking() {
    let before = closed().state;
    let mut after = before.clone();
    after.on(Event::Ticked, NOW + AFTER_CLOSE_MS);
    assert_ne!(before.by_clock(), after.by_clock());
}

#[test]
fn a_new_attempt_takes_the_place_of_the_closed_one() {
    let story = closed().then(Event::Confirmed).does(&[pay("GCASH", 1)]).asks_after(None);
    let mut next = open(4);
    (next.order_id, next.state.order_id) = ("GW2".into(), Some("GW2".into()));
    let story = story.then(Event::Opened(Ok(next))).is("waiting");
    assert_eq!(story.checkout().behind, None);
    let other = StatusView { order_id: Some("GW2".into()), ..waiting(4) };
    assert_eq!(closed().told(other).notes(None).asks_after(None).checkout().behind, None);
}

#[test]
fn a_closed_code_is_no_longer_on_the_screen() {
    assert_eq!(closed().checkout().attempt(), None);
}

#[test]
fn a_return_after_a_code_ran_out_is_told_and_the_cancel_only_once() {
    let ended = StatusView { reason: Some("RUN_OUT".into()), ..over(3, PaymentStatus::Cancelled) };
    let story = Story::waiting().told(ended.clone()).is("run out, settled").does(&[cancelled()]);
    let story = story.asks_after(Some(2000)).told(ended).does(&[]).is("run out, settled");
    let story = story.told(given_back(4)).does(&[]);
    story.notes(Some(Note::Returned("GCASH".into()))).asks_after(None);
}

#[test]
fn nothing_was_taken_is_taken_back_when_the_view_knows_better() {
    let story = Story::waiting().told(over(3, PaymentStatus::Cancelled));
    let knows = CheckoutView { state: given_back(4), ..view() };
    let story = story.then(Event::Viewed(Ok(Box::new(knows.clone()))));
    story.notes(Some(Note::Returned("GCASH".into())));
    Story::of(knows).notes(Some(Note::Returned("GCASH".into())));
}

#[test]
fn a_server_without_room_has_not_answered_the_cancel() {
    for code in ["BUSY", "INTERNAL", "TOO_MANY_REQUESTS", "CHANNEL_UNAVAILABLE"] {
        let story = Story::closing().then(Event::Closed(Err(refused(code)))).is("closing");
        story.then(Event::Due).does(&[Effect::Cancel("GW1".into())]);
    }
    let story = Story::closing().then(Event::Closed(Err(refused("ALREADY_PAID"))));
    story.is("closing").then(Event::Due).does(&[Effect::Ask]);
}

#[test]
fn a_code_that_still_waits_after_the_cancel_is_cancelled_again() {
    let still = of_gw1(3, PaymentStatus::Processing, Phase::Closing);
    let story = Story::closing().then(Event::Closed(Ok(still))).then(Event::Due);
    let story = story.does(&[Effect::Ask]).told(waiting(4)).is("closing");
    story.then(Event::Due).does(&[Effect::Cancel("GW1".into())]);
}

#[test]
fn a_new_code_that_nobody_answers_can_be_left() {
    let story = Story::waiting().after(CODE_LIFE).is("run out").then(Event::Renewed).is("opening");
    let story = story.then(Event::Opened(Err(Trouble::Offline)));
    assert!(story.checkout().is_over(), "the page behind is inert");
    assert_eq!(story.checkout().link, Link::Offline);
    let story = story.then(Event::Viewed(Err(Trouble::Offline))).then(Event::Left).notes(None);
    // What became of it is looked for all the same.
    let story = story.asks_after(Some(4000)).then(Event::Due).does(&[Effect::Load]);
    let mut there = view();
    (there.open, there.state) = (Some(open(6)), waiting(6));
    story.then(Event::Viewed(Ok(Box::new(there)))).is("waiting");
}

#[test]
fn a_code_that_opens_after_it_was_left_is_closed_again() {
    let story = Story::waiting().after(CODE_LIFE).then(Event::Renewed).then(Event::Left);
    let story = story.notes(None).then(Event::Opened(Ok(open(3))));
    let story = story.does(&[Effect::Cancel("GW1".into())]).is("choosing").asks_after(Some(2000));
    let story = story.then(Event::Closed(Ok(over(4, PaymentStatus::Cancelled))));
    story.does(&[cancelled()]).notes(None);
}
