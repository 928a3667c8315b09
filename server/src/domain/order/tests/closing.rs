//! What we close at the channel, and what the bank is confirming meanwhile (D1, D6, D11).

use super::*;

#[test]
fn from_the_moment_a_cancel_is_sent_only_a_query_after_its_answer_decides() {
    let sent = Payment { cancels_sent: 1, ..payment(PaymentState::Cancelling) };
    let answered = cancelled(PaymentState::Cancelling);
    for payment in [&sent, &answered] {
        check(order(), payment, &notice(paid(hkd(800))), Step::Ask);
        check(order(), payment, &query(paid(hkd(800))), Step::Ask);
        check(order(), payment, &from(Source::Reply, paid(hkd(800)), None), Step::Ask);
        check(order(), payment, &query(Said::Cancelled), Step::Ask);
        check(order(), payment, &notice(Said::Failed), Step::Ask);
    }
    check(
        order(),
        &answered,
        &query_after_cancel(paid(hkd(800))),
        Step::Accept(hkd(800), Some(7), 0),
    );
    check(
        order(),
        &answered,
        &query_after_cancel(Said::Cancelled),
        Step::Become(PaymentState::Cancelled, String::new()),
    );
    // A second cancel has gone out since: the answer after the first one is old.
    let again = Payment { cancels_sent: 2, ..answered };
    check(order(), &again, &query_after_cancel(paid(hkd(800))), Step::Ask);
}

#[test]
fn a_late_notice_after_a_cancel_ships_nothing() {
    check(order(), &cancelled(PaymentState::Cancelled), &notice(paid(hkd(800))), Step::Ask);
    check(order(), &cancelled(PaymentState::Fail), &notice(paid(hkd(800))), Step::Ask);
}

#[test]
fn what_cannot_be_cancelled_is_watched_until_nothing_can_arrive() {
    let watched = Payment { cancellable: false, ..payment(PaymentState::Cancelling) };
    assert_eq!(order().on_statement(&watched, &query(Said::Pending), FINAL - 1), Step::Stay);
    let over = Step::Become(PaymentState::Cancelled, RUN_OUT.into());
    assert_eq!(order().on_statement(&watched, &query(Said::Pending), FINAL), over);
}

#[test]
fn what_the_bank_confirms_is_neither_stopped_nor_stuck() {
    check(order(), &payment(PaymentState::Processing), &query(Said::Confirming), Step::Confirm);
    check(order(), &payment(PaymentState::Cancelling), &query(Said::Confirming), Step::Confirm);
    check(
        order(),
        &cancelled(PaymentState::Cancelling),
        &query_after_cancel(Said::Confirming),
        Step::Stay,
    );
    for state in [PaymentState::Processing, PaymentState::Cancelling] {
        let confirming = Payment { confirming: true, ..payment(state) };
        check(order(), &confirming, &query_after_confirming(Said::Pending), Step::Unconfirm);
        check(order(), &confirming, &notice(Said::Pending), Step::Stay);
    }
}

#[test]
fn a_query_from_before_the_banks_word_takes_nothing_back() {
    for state in [PaymentState::Processing, PaymentState::Cancelling] {
        let confirming = Payment { confirming: true, ..payment(state) };
        for said in [Said::Pending, Said::NotFound] {
            for now in [500, EXPIRES, FINAL, EXPIRES + SHOWS_AFTER] {
                let step = order().on_statement(&confirming, &query(said), now);
                assert_eq!(step, Step::Stay, "{state:?} {said:?} at {now}");
            }
        }
        let gone = order().on_statement(
            &confirming,
            &query_after_confirming(Said::NotFound),
            EXPIRES + SHOWS_AFTER,
        );
        assert_eq!(gone, Step::Become(PaymentState::Cancelled, RUN_OUT.into()));
    }
}

#[test]
fn nothing_ends_while_a_cancel_is_unanswered() {
    let late = EXPIRES + SHOWS_AFTER;
    let sent = Payment { cancels_sent: 1, ..payment(PaymentState::Cancelling) };
    for said in [Said::NotFound, Said::Failed, Said::Cancelled, paid(hkd(800))] {
        assert_eq!(order().on_statement(&sent, &query(said), late), Step::Ask, "{said:?}");
    }
    let answered = cancelled(PaymentState::Cancelling);
    assert_eq!(
        order().on_statement(&answered, &query_after_cancel(Said::NotFound), late),
        Step::Become(PaymentState::Cancelled, RUN_OUT.into())
    );
}

#[test]
fn only_the_end_of_the_latest_cancel_makes_room_for_the_next() {
    let mut payment = payment(PaymentState::Processing);
    assert!(payment.count_cancel(100, 50));
    assert!(!payment.count_cancel(150, 99), "the first is on its way");
    assert!(payment.count_cancel(200, 100), "the first has been silent for too long");
    payment.cancel_has_ended(1);
    assert!(!payment.count_cancel(250, 150), "the second is on its way");
    payment.cancel_has_ended(2);
    assert!(payment.count_cancel(250, 150));
    assert_eq!((payment.cancels_sent, payment.state), (3, PaymentState::Cancelling));
}

#[test]
fn what_counts_or_is_confirmed_is_never_cancelled() {
    let confirming = Payment { confirming: true, ..payment(PaymentState::Processing) };
    for payment in [success(Role::Accepted), success(Role::Surplus), confirming] {
        let mut now_is = payment.clone();
        assert!(!now_is.count_cancel(600, 500));
        assert_eq!(now_is, payment);
    }
    for state in [PaymentState::Fail, PaymentState::Cancelled] {
        assert!(
            !cancelled(state).count_cancel(600, 500),
            "it has ended, and every cancel is answered"
        );
        let mut lost = Payment { cancels_sent: 1, ..payment(state) };
        assert!(lost.count_cancel(600, 500), "what a lost cancel did is asked by another one");
        assert_eq!((lost.cancels_sent, lost.state), (2, state));
    }
}

#[test]
fn what_a_terminal_takes_up_waits_there_until_it_lets_go_and_is_closed_like_all_else() {
    let said = |why: &str| {
        let evidence = Evidence { said: Said::Pending, reason: why.into() };
        Statement { evidence, ..notice(Said::Pending) }
    };
    let waits = |why: &str| Step::Wait(why.to_owned());
    let at_terminal = Payment { reason: AT_TERMINAL.into(), ..payment(PaymentState::Processing) };
    check(order(), &payment(PaymentState::Processing), &said(AT_TERMINAL), waits(AT_TERMINAL));
    check(order(), &at_terminal, &said(AT_TERMINAL), Step::Stay);
    check(order(), &at_terminal, &said(""), waits(""));
    check(
        order(),
        &payment(PaymentState::Sent),
        &said(AT_TERMINAL),
        Step::Become(PaymentState::Processing, AT_TERMINAL.into()),
    );
    // Nobody has paid: it may be closed, and what is over stays so.
    let mut closed = at_terminal.clone();
    assert!(closed.may_stop() && closed.count_cancel(900, 500));
    for state in [PaymentState::Cancelling, PaymentState::Cancelled, PaymentState::Fail] {
        check(order(), &payment(state), &said(AT_TERMINAL), Step::Stay);
    }
    check(order(), &at_terminal, &notice(paid(hkd(800))), Step::Accept(hkd(800), Some(7), 0));
}
