//! The hard moments, each as one line of a shopper's story.

use florin_shared::money::Amount;
use florin_shared::session::SessionStatus;
use florin_shared::shopper::{Offer, PaymentStatus, Phase, Unavailable};
use florin_shared::theme::Looks;

use super::*;

mod codes;
mod dead_ends;
mod ends;
mod leaving;
mod looks;
mod opening;
mod overtaken;
mod parts;
mod silence;
mod straight;

const NOW: u64 = 1_000_000;
const CODE_LIFE: u64 = 180_000;
const GO_AFTER_MS: u64 = 3_000;

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
        looks: 1,
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
    let back = Some("https://shop.example/thanks".to_owned());
    let over = over(seq, PaymentStatus::Success);
    StatusView { status: SessionStatus::Success, return_url: back, ..over }
}

fn failed(seq: u64, reason: &str) -> StatusView {
    StatusView { reason: Some(reason.into()), ..over(seq, PaymentStatus::Fail) }
}

fn offer(method: &str) -> Offer {
    Offer { method: method.into(), kind: "scan".into(), unavailable: None }
}

fn view() -> CheckoutView {
    let off = Unavailable { reason: "TIME_TOO_SHORT".into(), needs: vec![] };
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
        appearance: Looks { go_after_ms: Some(GO_AFTER_MS), ..Looks::default() },
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
        transfer: None,
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
#[derive(Clone)]
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
