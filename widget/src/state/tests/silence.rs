//! Clocks, lost answers, and who may ask.

use super::*;

#[test]
fn the_networks_jitter_does_not_move_a_clock_and_a_sleep_does() {
    for (remaining, moved) in
        [(900_000, false), (901_400, false), (898_600, false), (700_000, true)]
    {
        let story = Story::choosing().told(StatusView { expires_in_ms: remaining, ..status(1) });
        let expected = if moved { NOW + remaining } else { NOW + 900_000 };
        assert_eq!(story.checkout().ends_at, expected, "{remaining}");
    }
}

#[test]
fn lost_answers_slow_the_questions_and_a_good_one_brings_the_pace_back() {
    let mut story = Story::waiting();
    for pause in [2000, 4000, 8000, 15_000, 15_000] {
        story = story.then(Event::Told(Err(Trouble::Offline))).asks_after(Some(pause));
    }
    assert_eq!(story.checkout().link, Link::Offline);
    let story = story.told(waiting(2)).asks_after(Some(2000));
    assert_eq!(story.checkout().link, Link::Fine);
}

#[test]
fn a_return_to_the_tab_asks_at_once_wherever_something_is_open() {
    Story::waiting().then(Event::Returned).does(&[Effect::Ask]);
    Story::choosing().then(Event::Returned).does(&[Effect::Ask]);
    Story::opening().then(Event::Returned).does(&[]);
    Story::waiting().told(paid(3)).then(Event::Returned).does(&[]);
}

/// A code is shown, and the page does not ask of itself.
fn quiet() -> Story {
    let mut view = view();
    view.auto_query = false;
    Story::of(view)
        .then(Event::Chose("GCASH".into()))
        .then(Event::Confirmed)
        .then(Event::Opened(Ok(open(2))))
}

#[test]
fn without_auto_query_the_shopper_asks_and_a_return_and_the_end_of_the_code() {
    let story = quiet().is("waiting").asks_after(None).then(Event::Returned).does(&[Effect::Ask]);
    let story = story.told(waiting(2)).is("waiting").asks_after(None);
    // A question that got no answer is asked again.
    let story = story.then(Event::Told(Err(Trouble::NoAnswer))).asks_after(Some(2_000));
    let story = story.told(waiting(2)).asks_after(None);
    let story = story
        .then(Event::AskedNow)
        .does(&[Effect::Check("GW1".into())])
        .then(Event::AskedNow)
        .does(&[]);
    story.then(Event::Checked(Ok(paid(3)))).is("paid over");
}

#[test]
fn without_auto_query_the_end_of_a_code_is_asked_about_once() {
    let story = quiet().after(CODE_LIFE).is("run out").does(&[Effect::Ask]);
    story.asks_after(None);
}

#[test]
fn i_have_paid_asks_once_at_a_time_and_shrugs_at_too_often() {
    let story = Story::waiting().then(Event::AskedNow).does(&[Effect::Check("GW1".into())]);
    let story = story.then(Event::Checked(Err(refused("TOO_MANY_REQUESTS")))).is("waiting");
    assert_eq!(story.checkout().link, Link::Fine);
    story.then(Event::AskedNow).does(&[Effect::Check("GW1".into())]);
}
