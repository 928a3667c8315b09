//! Beginnings and ends: reloads, refusals, redirects.

use super::*;

#[test]
fn a_reload_goes_on_where_the_shopper_was() {
    let mut there = view();
    (there.open, there.state) = (Some(open(4)), waiting(4));
    let story = Story::of(there).is("waiting").does(&[Effect::Tell(News::Ready)]);
    assert_eq!(story.checkout().chosen.as_deref(), Some("GCASH"));
}

#[test]
fn a_reload_of_a_paid_session_shows_it_at_once() {
    let over = CheckoutView { state: paid(4), ..view() };
    Story::of(over).is("paid").does(&[Effect::Tell(News::Ready), success()]);
}

#[test]
fn a_token_that_opens_nothing_ends_it_and_silence_may_be_tried_again() {
    for code in ["NO_KEY", "WRONG_KEY", "ORIGIN_NOT_REGISTERED", "NOT_FOUND"] {
        let story = Story::waiting().then(Event::Told(Err(refused(code))));
        assert_eq!(story.state, State::Failed(refused(code)));
        story.does(&[Effect::Tell(News::Error(refused(code)))]);
    }
    let mut state = State::Loading;
    state.on(Event::Viewed(Err(Trouble::NoAnswer)), NOW);
    assert_eq!(state.on(Event::Retried, NOW), [Effect::Load]);
    assert_eq!(state, State::Loading);
}

#[test]
fn a_redirect_names_its_address_to_the_page_first() {
    let away =
        NextAction { kind: "redirect".into(), url: Some("https://bank.example".into()), ..code() };
    let story = Story::opening()
        .then(Event::Opened(Ok(OpenTransaction { next_action: Some(away), ..open(2) })));
    let Some(Effect::Tell(News::Action { url, .. })) = story.effects.first() else {
        panic!("{:?}", story.effects)
    };
    assert_eq!(url.as_deref(), Some("https://bank.example"));
    // A redirect has no code that could run out.
    story.after(CODE_LIFE * 2).is("waiting");
}

#[test]
fn a_second_payment_that_arrives_after_paid_is_told_to_whoever_is_still_here() {
    let here = CheckoutView { return_url: None, ..view() };
    let story = Story::of(here).then(Event::Chose("GCASH".into())).then(Event::Confirmed);
    let nowhere = |seq| StatusView { return_url: None, ..paid(seq) };
    let story = story.then(Event::Opened(Ok(open(2)))).told(nowhere(3)).is("paid over");
    let story = story.asks_after(Some(2000)).then(Event::Due).does(&[Effect::Ask]);
    let twice = StatusView {
        notice: Some("SURPLUS_RETURNED".into()),
        notice_method: Some("ALIPAY_PLUS".into()),
        ..nowhere(4)
    };
    let story = story.told(twice).is("paid over").does(&[]).asks_after(None);
    assert!(story.checkout().view.state.notice.is_some());
}

#[test]
fn whoever_is_paid_is_watched_for_a_moment_only_and_not_while_leaving() {
    let leaving = Story::waiting().told(paid(3)).asks_after(None);
    let stays = leaving.then(Event::Stayed).asks_after(Some(2000));
    stays.after(AFTER_CLOSE_MS).asks_after(None).is("paid over");
}

#[test]
fn who_has_paid_is_not_led_where_those_go_who_leave_unpaid() {
    // The merchant has named a way for those, and none for the others.
    let leaving = CheckoutView { return_url: Some("https://shop.example/basket".into()), ..view() };
    let story = Story::of(leaving).then(Event::Chose("GCASH".into())).then(Event::Confirmed);
    assert_eq!(story.checkout().return_url(), Some("https://shop.example/basket"));
    let story = story.then(Event::Opened(Ok(open(2))));
    let story = story.told(StatusView { return_url: None, ..paid(3) }).is("paid over");
    assert_eq!(story.checkout().return_url(), None);
}
