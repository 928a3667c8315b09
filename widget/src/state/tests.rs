//! The hard moments, each as one line of a shopper's story.

use florin_shared::money::Amount;
use florin_shared::shopper::Unavailable;
use florin_shared::theme::Appearance;

use super::*;

const NOW: u64 = 1_000_000;
const CODE_LIFE: u64 = 180_000;

fn status(seq: u64) -> StatusView {
    StatusView {
        seq,
        status: SessionStatus::Processing,
        order_id: None,
        method: None,
        payment_status: None,
        phase: None,
        reason: None,
        expires_in_ms: 900_000,
        code_expires_in_ms: 0,
        poll_after_ms: 2000,
        return_url: None,
        notice: None,
        notice_method: None,
    }
}

/// A status of `GW1` by GCash.
fn of_gw1(seq: u64, payment: PaymentStatus, phase: Phase) -> StatusView {
    StatusView {
        order_id: Some("GW1".into()),
        method: Some("GCASH".into()),
        payment_status: Some(payment),
        phase: Some(phase),
        code_expires_in_ms: CODE_LIFE,
        ..status(seq)
    }
}

fn waiting(seq: u64) -> StatusView {
    of_gw1(seq, PaymentStatus::Processing, Phase::Waiting)
}

fn over(seq: u64, payment: PaymentStatus) -> StatusView {
    StatusView { code_expires_in_ms: 0, ..of_gw1(seq, payment, Phase::Over) }
}

fn paid(seq: u64) -> StatusView {
    StatusView { status: SessionStatus::Success, ..over(seq, PaymentStatus::Success) }
}

fn failed(seq: u64, reason: &str) -> StatusView {
    StatusView { reason: Some(reason.into()), ..over(seq, PaymentStatus::Fail) }
}

fn offer(method: &str) -> Offer {
    Offer { method: method.into(), kind: "scan".into(), unavailable: None }
}

fn view() -> CheckoutView {
    let off = Unavailable { reason: "DOWN".into(), needs: vec![] };
    CheckoutView {
        session_id: "CS1".into(),
        version: 1,
        status: SessionStatus::Processing,
        payee: "Northwind Tea".into(),
        trans_id: "M324".into(),
        amount: Amount { amount: "12800".into(), currency: "HKD".into(), exponent: 2 },
        goods: vec![],
        methods: vec![
            Offer { unavailable: Some(off), ..offer("MAYA") },
            offer("ALIPAY_PLUS"),
            offer("GCASH"),
        ],
        expires_in_ms: 900_000,
        lifetime_ms: 1_800_000,
        return_url: Some("https://shop.example/thanks".into()),
        session_url: "https://pay.example/pay/CS1".into(),
        display_locale: None,
        appearance: Appearance::default(),
        auto_query: true,
        livemode: true,
        open: None,
        state: status(1),
    }
}

fn code() -> NextAction {
    NextAction {
        kind: "show_code".into(),
        text: Some("000201".into()),
        code_kind: Some("qr".into()),
        app_link: None,
        url: None,
    }
}

fn open(seq: u64) -> OpenTransaction {
    OpenTransaction {
        order_id: "GW1".into(),
        method: "GCASH".into(),
        next_action: Some(code()),
        code_expires_in_ms: CODE_LIFE,
        state: waiting(seq),
    }
}

fn refused(code: &str) -> Trouble {
    Trouble::Refused { code: code.into(), sentence: "No.".into() }
}

/// A shopper's story: each step is told to the state, and its effects are kept.
struct Story {
    state: State,
    now: u64,
    effects: Vec<Effect>,
}

impl Story {
    fn of(view: CheckoutView) -> Story {
        let story = Story { state: State::Loading, now: NOW, effects: vec![] };
        story.then(Event::Viewed(Ok(Box::new(view))))
    }

    fn choosing() -> Story {
        Story::of(view())
    }

    fn opening() -> Story {
        Story::choosing().then(Event::Chose("GCASH".into())).then(Event::Confirmed)
    }

    fn waiting() -> Story {
        Story::opening().then(Event::Opened(Ok(open(2))))
    }

    fn closing() -> Story {
        Story::waiting().then(Event::Left)
    }

    fn then(mut self, event: Event) -> Story {
        self.effects = self.state.on(event, self.now);
        self
    }

    fn told(self, status: StatusView) -> Story {
        self.then(Event::Told(Ok(status)))
    }

    fn after(mut self, milliseconds: u64) -> Story {
        self.now += milliseconds;
        self.then(Event::Ticked)
    }

    #[track_caller]
    fn checkout(&self) -> &Checkout {
        self.state.checkout().unwrap()
    }

    #[track_caller]
    fn stage(&self) -> &Stage {
        &self.checkout().stage
    }

    #[track_caller]
    fn is(self, name: &str) -> Story {
        let found = match self.stage() {
            Stage::Choosing { .. } => "choosing",
            Stage::Opening { .. } => "opening",
            Stage::Waiting { confirming: true, .. } => "confirming",
            Stage::Waiting { .. } => "waiting",
            Stage::RunOut { settled: true, .. } => "run out, settled",
            Stage::RunOut { .. } => "run out",
            Stage::Closing { .. } => "closing",
            Stage::Declined { by_payer: true, .. } => "declined",
            Stage::Declined { .. } => "not worked",
            Stage::Paid { over: true, .. } => "paid over",
            Stage::Paid { .. } => "paid",
            Stage::Ended => "ended",
        };
        assert_eq!(found, name, "{:?}", self.stage());
        self
    }

    #[track_caller]
    fn notes(self, note: Option<Note>) -> Story {
        assert_eq!(*self.stage(), Stage::Choosing { note });
        self
    }

    #[track_caller]
    fn does(self, effects: &[Effect]) -> Story {
        assert_eq!(self.effects, effects);
        self
    }

    #[track_caller]
    fn asks_after(self, pause: Option<u64>) -> Story {
        assert_eq!(self.state.asks_after(), pause);
        self
    }
}

fn pay(method: &str, version: u64) -> Effect {
    Effect::Pay { method: method.into(), version }
}

fn cancelled() -> Effect {
    Effect::Tell(News::Cancel { order: "GW1".into(), method: "GCASH".into() })
}

fn success() -> Effect {
    Effect::Tell(News::Success { order: Some("GW1".into()) })
}

fn gone() -> Effect {
    Effect::Go("https://shop.example/thanks".into())
}

// ---- the straight way

#[test]
fn the_first_method_that_can_be_had_is_chosen_and_nothing_is_asked_while_choosing() {
    let story =
        Story::choosing().is("choosing").does(&[Effect::Tell(News::Ready)]).asks_after(None);
    assert_eq!(story.checkout().chosen.as_deref(), Some("ALIPAY_PLUS"));
}

#[test]
fn another_method_can_be_chosen_but_not_one_that_is_off() {
    let story = Story::choosing().then(Event::Chose("GCASH".into()));
    let story = story
        .does(&[Effect::Tell(News::MethodChange("GCASH".into()))])
        .then(Event::Chose("MAYA".into()))
        .does(&[]);
    assert_eq!(story.checkout().chosen.as_deref(), Some("GCASH"));
}

#[test]
fn the_button_is_locked_from_the_click_to_the_end() {
    let story =
        Story::opening().does(&[pay("GCASH", 1)]).is("opening").then(Event::Confirmed).does(&[]);
    let story =
        story.then(Event::Opened(Ok(open(2)))).is("waiting").then(Event::Confirmed).does(&[]);
    story.told(paid(3)).then(Event::Confirmed).does(&[]).is("paid over");
}

#[test]
fn the_page_hears_of_the_code_and_the_status_is_asked_every_two_seconds() {
    let action = News::Action {
        order: "GW1".into(),
        method: "GCASH".into(),
        kind: "show_code".into(),
        url: None,
    };
    Story::waiting()
        .does(&[Effect::Tell(action)])
        .asks_after(Some(2000))
        .then(Event::Due)
        .does(&[Effect::Ask]);
}

#[test]
fn paid_is_said_once_and_leaves_after_three_seconds() {
    let story = Story::waiting().told(paid(3)).is("paid over").does(&[success()]).asks_after(None);
    let story = story.told(paid(3)).does(&[]).after(2999).does(&[]);
    story.after(1).does(&[gone()]).after(1).does(&[]);
}

#[test]
fn a_page_that_prevents_the_navigation_keeps_the_shopper() {
    let story = Story::waiting().told(paid(3)).then(Event::Stayed).after(GO_AFTER_MS).does(&[]);
    story.then(Event::WentOn).does(&[gone()]);
}

#[test]
fn the_cross_on_paid_stops_the_countdown_and_shows_it_in_the_card() {
    Story::waiting().told(paid(3)).then(Event::Left).is("paid").after(GO_AFTER_MS).does(&[]);
}

#[test]
fn a_second_payment_is_told_at_leisure() {
    let twice = StatusView { notice: Some("SURPLUS_RETURNED".into()), ..paid(3) };
    Story::waiting().told(twice).is("paid over").after(GO_AFTER_MS).does(&[]);
}

// ---- what overtakes what

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

// ---- opening

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

// ---- the safe cancel

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

// ---- codes that end

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
    let story = Story::choosing().after(900_000).is("choosing").asks_after(Some(2000));
    let expired = StatusView { status: SessionStatus::Expired, ..status(9) };
    let story =
        story.told(expired).is("ended").does(&[Effect::Tell(News::Expire)]).asks_after(None);
    story.then(Event::WentOn).does(&[gone()]);
    let closed = StatusView { status: SessionStatus::Cancelled, ..status(9) };
    Story::waiting().told(closed).is("ended").does(&[Effect::Tell(News::Close)]);
}

// ---- clocks and silence

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

#[test]
fn without_auto_query_only_the_shopper_asks() {
    let mut quiet = view();
    quiet.auto_query = false;
    let story = Story::of(quiet)
        .then(Event::Chose("GCASH".into()))
        .then(Event::Confirmed)
        .then(Event::Opened(Ok(open(2))));
    let story = story.is("waiting").asks_after(None).then(Event::Returned).does(&[]);
    let story = story
        .then(Event::AskedNow)
        .does(&[Effect::Check("GW1".into())])
        .then(Event::AskedNow)
        .does(&[]);
    story.then(Event::Checked(Ok(paid(3)))).is("paid over");
}

#[test]
fn i_have_paid_asks_once_at_a_time_and_shrugs_at_too_often() {
    let story = Story::waiting().then(Event::AskedNow).does(&[Effect::Check("GW1".into())]);
    let story = story.then(Event::Checked(Err(refused("TOO_MANY_REQUESTS")))).is("waiting");
    assert_eq!(story.checkout().link, Link::Fine);
    story.then(Event::AskedNow).does(&[Effect::Check("GW1".into())]);
}

// ---- beginnings and ends

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
