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

#[test]
fn a_channel_is_down_when_a_question_of_our_own_goes_unanswered_too() {
    let reach = heard();
    for at in [0, 500, 1_000, pace::AWAY] {
        assert!(reach.doubted(NOW + at - 1).is_empty(), "{at}");
        reach.silent("a", payment(1), NOW + at);
    }
    assert_eq!(reach.doubted(NOW + pace::AWAY), ["a"]);
    assert!(reach.doubted(NOW + pace::AWAY + 9_000).is_empty(), "one question at a time");
    assert_eq!((reach.down(), reach.mark()), (vec![], 0));
    assert!(!reach.probed("a", false, NOW + 4_000));
    let (down, mark) = (reach.down(), reach.mark());
    assert_eq!(down, ["a"]);
    assert!(mark > 0 && mark < 1 << 53, "{mark}");
    // It is asked on and on, though nobody's payment is, and comes back by itself.
    assert_eq!(reach.doubted(NOW + 6_000), ["a"]);
    assert!(reach.probed("a", true, NOW + 6_100));
    assert_eq!((reach.down(), reach.mark()), (vec![], 0));
    assert!(reach.doubted(NOW + 99_000).is_empty());
    assert_eq!(reach.returns().len(), 1, "what waited is asked about");
}

#[test]
fn any_answer_ends_it() {
    let reach = heard();
    (0..3).for_each(|number| reach.silent("a", payment(number), NOW));
    assert_eq!(reach.doubted(NOW + pace::AWAY), ["a"]);
    reach.probed("a", false, NOW + pace::AWAY);
    assert_eq!(reach.down(), ["a"]);
    assert!(reach.answered("a", &payment(9), NOW + 5_000));
    assert_eq!((reach.down(), reach.mark()), (vec![], 0));
    // An answer that came while the question was under way counts as well.
    (0..3).for_each(|number| reach.silent("a", payment(number), NOW + 6_000));
    assert_eq!(reach.doubted(NOW + 10_000), ["a"]);
    reach.answered("a", &payment(9), NOW + 10_001);
    assert!(!reach.probed("a", false, NOW + 12_000));
    assert!(reach.down().is_empty());
}

#[test]
fn one_payment_that_nobody_can_read_about_takes_nothing_from_the_others() {
    let reach = heard();
    for at in 0..20 {
        let now = NOW + at * 1_000;
        reach.silent("a", payment(1), now);
        for channel in reach.doubted(now) {
            assert!(!reach.probed(channel, true, now), "it was never down");
        }
        assert!(reach.down().is_empty());
    }
}
