use super::*;

const NOW: Millis = 1_800_000_000_000;

fn payment(number: u8) -> Waiting {
    Waiting::Payment(PaymentId::of([number; 16]))
}

/// A channel that has answered before.
fn heard() -> Reach {
    let reach = Reach::new(["a", "b"].into_iter());
    reach.nothing_open("a");
    reach.nothing_open("b");
    assert!(reach.knocks(NOW).is_empty());
    reach
}

#[test]
fn a_silent_channel_is_tried_every_two_seconds_and_no_other() {
    let reach = heard();
    reach.silent("a", payment(1), NOW);
    assert_eq!(reach.knocks(NOW), [("a", Some(payment(1)))]);
    assert!(reach.knocks(NOW + 1_999).is_empty());
    reach.silent("a", payment(1), NOW + 1_999);
    assert_eq!(reach.knocks(NOW + 2_000), [("a", Some(payment(1)))]);
    assert_eq!(reach.knocks(NOW + 4_000), [("a", None)], "one that hangs is not asked again");
}

#[test]
fn the_first_answer_gives_back_all_that_waits() {
    let reach = heard();
    reach.silent("a", payment(1), NOW);
    reach.silent("a", payment(2), NOW);
    reach.silent("b", payment(3), NOW);
    assert!(reach.answered("a", &payment(1), NOW + 1_000));
    assert!(!reach.answered("a", &payment(1), NOW + 1_000), "once");
    let mut returns = reach.returns();
    let (channel, back) = returns.remove(0);
    assert_eq!((channel, back.waiting, back.open), ("a", vec![payment(2)], None));
    assert!(returns.is_empty() && reach.returns().is_empty());
    assert!(!reach.knocks(NOW + 9_000).iter().any(|(channel, _)| *channel == "a"));
}

#[test]
fn after_a_long_silence_everything_open_is_gone_through() {
    let reach = heard();
    reach.silent("a", payment(1), NOW);
    assert!(reach.answered("a", &payment(1), NOW + pace::AWAY));
    let (channel, back) = reach.returns().remove(0);
    assert_eq!(back.open, Some(NOW + pace::AWAY + pace::WATCHED));
    reach.back(channel, Return { waiting: Vec::new(), open: Some(NOW + 7) });
    assert_eq!(reach.returns().remove(0).1.open, Some(NOW + 7));
}

#[test]
fn what_waited_before_this_process_began_waits_for_the_first_answer() {
    let reach = Reach::new(["a"].into_iter());
    assert_eq!(reach.knocks(NOW), [("a", None)]);
    assert!(reach.answered("a", &payment(1), NOW));
    assert_eq!(reach.returns().remove(0).1.open, Some(NOW + pace::WATCHED));
}
