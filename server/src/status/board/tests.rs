//! What stays in memory, what does not, and who is found to be looked at.

use florin_shared::{Method, Money};

use super::*;
use crate::domain::order::LateSuccess;
use crate::domain::payment::{PaymentState, Role};
use crate::domain::session::{Session, SessionState};
use crate::status::Shown;

const START: Millis = 1_000_000;

fn merchant() -> Arc<Merchant> {
    Arc::new(Merchant {
        id: "1".parse().unwrap(),
        name: "Tea".into(),
        livemode: false,
        late_success: LateSuccess::Reverse,
        auto_query: true,
        appearance: Default::default(),
        webhook_secret: String::new(),
        earlier_secrets: Vec::new(),
        origins: Vec::new(),
    })
}

fn session(number: u8, state: SessionState) -> Session {
    Session {
        id: SessionId::of([number; 20]),
        merchant: "1".parse().unwrap(),
        trans_id: "t".into(),
        state,
        closing_to: None,
        amount: Money::new(800, "HKD".parse().unwrap()).unwrap(),
        mode: "DROP_IN".into(),
        country: String::new(),
        locale: String::new(),
        return_url: "https://shop.example/thanks".into(),
        cancel_url: String::new(),
        notify_url: "https://shop.example/hook".into(),
        goods: "[{}]".repeat(10_000),
        fingerprint: "f".into(),
        expire_text: String::new(),
        shown: 1,
        created: START,
        expires: START + 1_800_000,
        ended: None,
        appearance: String::new(),
    }
}

fn waiting(number: u8, next_ask: Millis) -> Snapshot {
    let payment = Shown {
        id: PaymentId::of([number; 16]),
        method: Method::Gcash,
        state: PaymentState::Processing,
        role: Role::None,
        confirming: false,
        reason: String::new(),
        has_action: true,
        expires: START + 900_000,
        next_ask: Some(next_ask),
    };
    let session = session(number, SessionState::Open);
    Snapshot { payment: Some(payment), ..Snapshot::of(&session, (1, 1), [].iter()) }
}

fn enter(board: &Board, number: u8, state: SessionState) -> Arc<Entry> {
    let snapshot = Snapshot::of(&session(number, state), (1, 1), [].iter());
    board.enter(snapshot, [0; 32], merchant(), START)
}

#[test]
fn what_nobody_looks_at_leaves_soon_and_what_is_polled_stays() {
    let board = Board::default();
    enter(&board, 1, SessionState::Open);
    let polled = enter(&board, 2, SessionState::Open);
    let over = enter(&board, 3, SessionState::Paid);
    for minute in 0..60 {
        let now = START + minute * 60_000;
        polled.watch(now);
        board.forget(now + 59_000);
    }
    assert!(board.get(&SessionId::of([1; 20])).is_none(), "nobody has ever looked");
    assert!(
        board.get(&SessionId::of([2; 20])).is_some(),
        "a page in the background polls once a minute"
    );
    assert!(board.get(&SessionId::of([3; 20])).is_none(), "{}", over.snapshot().seq);
    board.forget(START + 60 * 60_000 + LOOKED_AT);
    assert!(board.is_empty());
}

#[test]
fn only_so_many_are_expected_ahead_of_their_pages() {
    let board = Board::default();
    let template = Snapshot::of(&session(1, SessionState::Open), (1, 1), [].iter());
    let merchant = merchant();
    for number in 0..u32::try_from(EXPECTED + 10_000).unwrap() {
        let mut bytes = [0; 20];
        bytes[16..].copy_from_slice(&number.to_be_bytes());
        let session = Session { id: SessionId::of(bytes), ..Session::clone(&template.session) };
        let snapshot = Snapshot { session: Arc::new(session), ..template.clone() };
        board.expect(snapshot, [0; 32], merchant.clone(), START);
    }
    assert!(board.len() <= EXPECTED, "{}", board.len());
}

#[test]
fn a_snapshot_holds_no_text_that_polls_do_not_need() {
    let snapshot = Snapshot::of(&session(1, SessionState::Paid), (1, 1), [].iter());
    assert!(snapshot.session.goods.is_empty() && snapshot.session.notify_url.is_empty());
    let told = snapshot.view(START);
    assert!(told.return_url.unwrap().starts_with("https://shop.example/thanks?session_id=CS"));
}

#[test]
fn the_watched_ones_are_found_and_the_others_are_not() {
    let board = Board::default();
    let (open, over) = (enter(&board, 1, SessionState::Open), enter(&board, 2, SessionState::Paid));
    enter(&board, 3, SessionState::Open);
    for now in [START, START + 2_000, START + 4_000] {
        open.watch(now);
        over.watch(now);
    }
    assert_eq!(board.watched(START + 5_000), [SessionId::of([1; 20])]);
    assert_eq!(board.interest(&SessionId::of([2; 20]), START + 5_000), Interest::Watched);
    assert_eq!(board.interest(&SessionId::of([3; 20]), START + 5_000), Interest::Unwatched);
    assert!(board.watched(START + 20_000).is_empty(), "the page is closed");
    open.watch(START + 30_000);
    assert_eq!(board.watched(START + 30_000), [SessionId::of([1; 20])], "it is back");
}

#[test]
fn a_neglected_payment_is_given_until_somebody_has_moved_it_forward() {
    let board = Board::default();
    for number in 1..=3 {
        let snapshot = waiting(number, START + 120_000);
        board.enter(snapshot, [0; 32], merchant(), START).watch(START);
    }
    let soon = START + 5_000;
    let first = board.neglected(START, soon, 2);
    assert_eq!(first.len(), 2, "no more than asked for");
    for (session, payment) in &first {
        board.hastened(session, payment, soon);
    }
    let rest = board.neglected(START, soon, 2);
    assert_eq!(rest.len(), 1, "the third is not forgotten");
    assert!(!first.contains(&rest[0]));
    assert!(board.neglected(START + 1, soon, 2).is_empty(), "not gone through again at once");
    let again = board.neglected(START + LOOK_AGAIN, soon + LOOK_AGAIN, 2);
    assert_eq!(again, rest, "what nobody has moved forward is given again");
}
