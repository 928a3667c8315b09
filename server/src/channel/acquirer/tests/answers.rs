//! Every state, every refusal, and what is no answer at all.

use super::*;

fn heard<T: std::fmt::Debug>(answered: Result<T, ChannelError>) -> String {
    match answered {
        Ok(said) => format!("{said:?}"),
        Err(ChannelError::NoAnswer(_)) => "?".to_owned(),
        Err(other) => panic!("{other}"),
    }
}

fn queried(changes: &[(&str, Value)]) -> String {
    let said = answer(200, json!({ "payment": told(changes) }));
    heard(evidence::queried(MERCHANT, &payment(), said).map(|evidence| evidence.said))
}

#[test]
fn every_state_has_its_meaning() {
    let of = |state: &str| queried(&[("state", json!(state))]);
    assert_eq!(of("PENDING"), "Pending");
    assert_eq!(of("AT_TERMINAL"), "Pending");
    assert_eq!(of("CONFIRMING"), "Confirming");
    assert_eq!(of("FAILED"), "Failed");
    assert_eq!(of("CLOSED"), "Cancelled");
    for strange in ["", "paid", "REFUNDED"] {
        assert_eq!(of(strange), "?", "{strange}");
    }
    let paid = |at, returned| format!("{:?}", Said::Paid { amount: money(8888), at, returned });
    let state = ("state", json!("PAID"));
    assert_eq!(queried(std::slice::from_ref(&state)), paid(None, 0));
    let at = ("paid_at", json!("2026-11-18T12:01:30+08:00"));
    assert_eq!(queried(&[state.clone(), at]), paid(Some(1_794_974_490_000), 0));
    assert_eq!(queried(&[state.clone(), ("returned", json!("800"))]), paid(None, 800));
    assert_eq!(queried(&[state.clone(), ("returned", Value::Null)]), paid(None, 0));
    for wrong in [
        ("returned", json!("8889")),
        ("returned", json!("-1")),
        ("amount", json!("88.88")),
        ("amount", Value::Null),
        ("currency", json!("RMB!")),
    ] {
        assert_eq!(queried(&[state.clone(), wrong.clone()]), "?", "{wrong:?}");
    }
}

#[test]
fn a_terminal_that_has_the_order_is_told_of_and_a_no_says_whose_it_was() {
    let of = |changes: &[(&str, Value)]| {
        let said = answer(200, json!({ "payment": told(changes) }));
        evidence::queried(MERCHANT, &payment(), said).unwrap().reason
    };
    assert_eq!(of(&[("state", json!("AT_TERMINAL"))]), AT_TERMINAL);
    assert_eq!(of(&[]), "");
    let failed = ("state", json!("FAILED"));
    assert_eq!(of(std::slice::from_ref(&failed)), "DECLINED");
    assert_eq!(of(&[failed.clone(), ("reason", json!("DECLINED"))]), "DECLINED");
    assert_eq!(of(&[failed, ("reason", json!("RISK_7"))]), "CONFIGURATION");
}

#[test]
fn an_answer_about_something_else_is_none() {
    for wrong in [("number", json!("GW2")), ("merchant", json!("SANDBOX_POS"))] {
        assert_eq!(queried(&[("state", json!("PAID")), wrong.clone()]), "?", "{wrong:?}");
    }
    let refund = answer(200, json!({ "refund": back(&[]) }));
    assert_eq!(heard(evidence::queried(MERCHANT, &payment(), refund)), "?");
}

/// Status, code, and whether the number is known.
type Refused = (u16, &'static str, bool);

/// What is refused; then what we are sure of after `pay`, `query`, `close`, `refund` and its query.
#[rustfmt::skip]
const REFUSALS: &[(Refused, &str, &str, bool, &str, &str)] = &[
    ((404, "NO_SUCH_PAYMENT", false), "Failed", "NotFound", false, "Failed(\"NO_SUCH_PAYMENT\")", "?"),
    ((404, "NO_SUCH_REFUND", false), "Failed", "?", false, "Failed(\"NO_SUCH_REFUND\")", "NotFound"),
    ((404, "NO_SUCH_PAYMENT", true), "?", "?", false, "?", "?"),
    ((409, "NUMBER_USED", true), "?", "?", false, "?", "?"),
    ((409, "PAID", true), "?", "?", true, "?", "?"),
    ((409, "PAID", false), "Failed", "?", false, "Failed(\"PAID\")", "?"),
    ((422, "REFUSED", false), "Failed", "?", false, "Failed(\"REFUSED\")", "?"),
    ((422, "NOT_REFUNDABLE", false), "Failed", "?", false, "Never(\"NOT_REFUNDABLE\")", "?"),
    ((400, "MALFORMED", false), "Failed", "?", false, "Failed(\"MALFORMED\")", "?"),
];

#[test]
fn every_refusal_says_no_more_than_it_knows() {
    for ((status, code, known), pay, query, close, refund, refund_query) in REFUSALS {
        let said = || no(*status, code, *known);
        let (payment, reversal) = (payment(), reversal());
        let opened = evidence::opened(MERCHANT, &payment, said()).map(|it| it.evidence.said);
        assert_eq!(heard(opened), *pay, "{code}");
        let queried = evidence::queried(MERCHANT, &payment, said()).map(|it| it.said);
        assert_eq!(heard(queried), *query, "{code}");
        assert_eq!(evidence::closed(said()).is_ok(), *close, "{code}");
        let refunded = refunds::refunded(MERCHANT, &payment, &reversal, said());
        assert_eq!(heard(refunded), *refund, "{code}");
        let queried = refunds::queried(MERCHANT, &payment, &reversal, said());
        assert_eq!(heard(queried), *refund_query, "{code}");
    }
}

#[test]
fn words_of_success_come_with_success_and_one_at_a_time() {
    for (status, body) in [
        (404, json!({ "payment": told(&[]) })),
        (200, json!({ "error": { "code": "PAID", "known": true } })),
        (200, json!({ "payment": told(&[]), "refund": back(&[]) })),
        (200, json!({})),
    ] {
        let said: Envelope = serde_json::from_value(body.clone()).unwrap();
        assert!(said.answer(status == 200).is_none(), "{status} {body}");
    }
    for (status, is_said) in
        [(200, true), (404, true), (201, false), (401, false), (429, false), (503, false)]
    {
        assert_eq!(wire::is_said(status), is_said, "{status}");
    }
}

#[test]
fn a_payment_is_opened_if_it_is_ours_and_of_the_right_amount() {
    let opened = |payment: &Payment, changes: &[(&str, Value)]| {
        evidence::opened(MERCHANT, payment, answer(200, json!({ "payment": told(changes) })))
    };
    let action = opened(&payment(), &[]).unwrap().action.unwrap();
    assert_eq!(
        serde_json::to_value(&action).unwrap(),
        json!({ "type": "show_code", "text": "https://ecny.example/c/1", "code_kind": "qr",
                "app_link": "https://ecny.example/open/1" })
    );
    for wrong in [("amount", json!("8889")), ("currency", json!("HKD")), ("number", json!("GW2"))] {
        assert!(opened(&payment(), std::slice::from_ref(&wrong)).is_err(), "{wrong:?}");
    }
    // Repeated after it was paid or closed: how it stands, and nothing to scan.
    for state in ["PAID", "CLOSED", "CONFIRMING"] {
        assert_eq!(opened(&payment(), &[("state", json!(state))]).unwrap().action, None, "{state}");
    }
    let link =
        |link: Value| opened(&payment(), &[("link", link)]).unwrap().action.unwrap().app_link;
    for none in [json!("javascript:alert(1)"), json!("dcep://pay"), Value::Null] {
        assert_eq!(link(none.clone()), None, "{none}");
    }
    for none in [json!(""), Value::Null, json!("x".repeat(3000))] {
        let action = opened(&payment(), &[("code", none.clone())]).unwrap().action;
        assert_eq!(action, None, "{none}");
    }
}

#[test]
fn a_terminals_code_can_be_typed_or_is_none() {
    let action_of = |method: Method, code: &str| {
        let at_terminals = Payment { method, ..payment() };
        let said = answer(200, json!({ "payment": told(&[("code", json!(code))]) }));
        evidence::opened(MERCHANT, &at_terminals, said).unwrap().action
    };
    let action = |code: &str| {
        let action = action_of(Method::PosOrder, code);
        assert_eq!(action, action_of(Method::MobilePos, code), "{code}");
        action
    };
    let good = action("482109375512").unwrap();
    assert_eq!((good.code_kind.as_deref(), good.app_link), (Some("terminal"), None));
    for none in
        ["", "48210", "4821 0937 5512", "48210937551A", "https://x.example", &"1".repeat(25)]
    {
        assert_eq!(action(none), None, "{none}");
    }
}

#[test]
fn money_is_back_only_if_it_is_this_refund_and_of_its_amount() {
    let of = |changes: &[(&str, Value)]| {
        let said = answer(200, json!({ "refund": back(changes) }));
        heard(refunds::queried(MERCHANT, &payment(), &reversal(), said))
    };
    assert_eq!(of(&[]), "Done");
    assert_eq!(of(&[("state", json!("PENDING"))]), "Pending");
    assert_eq!(of(&[("state", json!("FAILED"))]), "Failed(\"FAILED\")");
    let never = [("state", json!("FAILED")), ("reason", json!("NOT_REFUNDABLE"))];
    assert_eq!(of(&never), "Never(\"NOT_REFUNDABLE\")");
    for wrong in [
        ("refund", json!("RF2")),
        ("number", json!("GW2")),
        ("merchant", json!("M2")),
        ("amount", json!("801")),
        ("currency", json!("HKD")),
        ("state", json!("PAID")),
    ] {
        assert_eq!(of(std::slice::from_ref(&wrong)), "?", "{wrong:?}");
    }
}

#[test]
fn a_refund_that_was_sent_before_is_neither_refused_nor_unknown_by_a_no() {
    let twice = Reversal { sends: 2, ..reversal() };
    let refused = refunds::refunded(MERCHANT, &payment(), &twice, no(422, "REFUSED", false));
    assert_eq!(heard(refused), "?");
    let taken_up = Reversal { state: ReversalState::Sent, ..reversal() };
    let absent =
        refunds::queried(MERCHANT, &payment(), &taken_up, no(404, "NO_SUCH_REFUND", false));
    assert_eq!(heard(absent), "?");
}

#[test]
fn one_that_was_closed_before_it_came_in_is_closed() {
    let closed = json!({ "merchant": MERCHANT, "number": NUMBER, "state": "CLOSED" });
    let said = || answer(200, json!({ "payment": closed }));
    let queried = evidence::queried(MERCHANT, &payment(), said()).map(|it| it.said);
    assert_eq!(heard(queried), "Cancelled");
    assert!(evidence::closed(said()).is_ok());
}
