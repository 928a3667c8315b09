//! Codes that end, and sessions that do.

use super::*;

#[test]
fn a_code_runs_out_by_the_clock_and_is_asked_about_at_once() {
    let story = Story::waiting()
        .after(CODE_LIFE - 1)
        .is("waiting")
        .after(1)
        .is("run out")
        .does(&[Effect::Ask]);
    story.asks_after(Some(2000)).told(paid(3)).is("paid over");
}

#[test]
fn nothing_was_taken_is_said_only_when_the_server_has() {
    let story = Story::waiting().after(CODE_LIFE).is("run out");
    let story = story.told(StatusView { code_expires_in_ms: 0, ..waiting(2) }).is("run out");
    story.told(failed(3, "RUN_OUT")).is("run out, settled").asks_after(None);
}

#[test]
fn a_new_code_is_a_new_attempt_of_the_same_method() {
    let story = Story::waiting().told(failed(3, "RUN_OUT")).is("run out, settled");
    let story = story.then(Event::Renewed).does(&[pay("GCASH", 1)]).is("opening");
    let next = OpenTransaction { order_id: "GW2".into(), ..open(4) };
    let story = story.then(Event::Opened(Ok(next)));
    assert_eq!(story.is("waiting").checkout().attempt().unwrap().order, "GW2");
}

#[test]
fn another_way_from_a_settled_code_cancels_nothing() {
    Story::waiting().told(failed(3, "RUN_OUT")).then(Event::Left).does(&[]).notes(None);
    Story::waiting()
        .after(CODE_LIFE)
        .then(Event::Left)
        .does(&[Effect::Cancel("GW1".into())])
        .is("closing");
}

#[test]
fn a_clock_that_was_ahead_brings_the_code_back() {
    Story::waiting().after(CODE_LIFE).is("run out").told(waiting(3)).is("waiting");
}

#[test]
fn a_declined_payment_can_be_tried_again_or_left() {
    let fail =
        News::Fail { order: "GW1".into(), method: "GCASH".into(), reason: Some("DECLINED".into()) };
    let story =
        Story::waiting().told(failed(3, "DECLINED")).is("declined").does(&[Effect::Tell(fail)]);
    story.asks_after(None).then(Event::Renewed).does(&[pay("GCASH", 1)]);
    Story::waiting().told(failed(3, "DECLINED")).then(Event::Left).notes(None);
    Story::waiting().told(failed(3, "CHANNEL_UNAVAILABLE")).is("not worked");
}

#[test]
fn the_session_ends_when_the_server_says_so_and_not_before() {
    let story = Story::choosing();
    let before = story.state.by_clock();
    let story = story.after(900_000).is("choosing").asks_after(Some(2000));
    assert_ne!(story.state.by_clock(), before, "the clock alone must wake the questions");
    let expired = StatusView { status: SessionStatus::Expired, ..status(9) };
    let story =
        story.told(expired).is("ended").does(&[Effect::Tell(News::Expire)]).asks_after(None);
    story.then(Event::WentOn).does(&[gone()]);
    let closed = StatusView { status: SessionStatus::Cancelled, ..status(9) };
    Story::waiting().told(closed).is("ended").does(&[Effect::Tell(News::Close)]);
}

/// On a phone the wallet is opened by its link, and the shopper comes back by hand.
#[test]
fn back_from_the_app_the_channel_is_asked_at_once_and_once() {
    let story = Story::waiting().then(Event::WentToApp).does(&[]);
    assert!(matches!(story.stage(), Stage::Waiting { away: true, .. }));
    // A poll meanwhile changes nothing about it.
    let story = story.told(waiting(3)).then(Event::Returned);
    let story = story.does(&[Effect::Check("GW1".into())]);
    assert!(matches!(story.stage(), Stage::Waiting { away: false, asking: true, .. }));
    let story = story.then(Event::Checked(Ok(waiting(4)))).is("waiting");
    story.then(Event::Returned).does(&[Effect::Ask]).told(paid(5)).is("paid over");
    // Whoever is not waiting for an app went nowhere.
    Story::closing().then(Event::WentToApp).then(Event::Returned).is("closing");
}
