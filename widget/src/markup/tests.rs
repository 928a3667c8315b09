//! The strings themselves. That a browser makes of them what the program draws is shown in a browser (`e2e/`).

use florin_shared::money::Amount;
use florin_shared::session::SessionStatus;
use florin_shared::shopper::{
    NextAction, Offer, OpenTransaction, PaymentStatus, Phase, StatusView, Unavailable,
};

use super::*;

fn status() -> StatusView {
    StatusView {
        seq: 1,
        status: SessionStatus::Processing,
        order_id: None,
        method: None,
        payment_status: None,
        phase: None,
        reason: None,
        expires_in_ms: 899_001,
        code_expires_in_ms: 0,
        poll_after_ms: 2000,
        return_url: None,
        notice: None,
        notice_method: None,
    }
}

fn view() -> CheckoutView {
    let low = Unavailable { reason: "AMOUNT_TOO_LOW".into(), needs: vec!["20000".into()] };
    let offer =
        |method: &str| Offer { method: method.into(), kind: "scan".into(), unavailable: None };
    CheckoutView {
        session_id: "CS1".into(),
        version: 1,
        status: SessionStatus::Processing,
        payee: "Northwind Tea".into(),
        trans_id: "M324".into(),
        amount: Amount { amount: "12800".into(), currency: "HKD".into(), exponent: 2 },
        goods: vec![],
        methods: vec![
            Offer { unavailable: Some(low), ..offer("MAYA") },
            offer("ALIPAY_PLUS"),
            offer("GCASH"),
        ],
        expires_in_ms: 899_001,
        lifetime_ms: 1_800_000,
        return_url: Some("https://shop.example/thanks".into()),
        session_url: "https://pay.example/pay/CS1".into(),
        display_locale: None,
        appearance: Appearance::default(),
        auto_query: true,
        livemode: true,
        open: None,
        state: status(),
    }
}

fn english() -> Arc<Texts> {
    words::words("en").unwrap()
}

#[test]
fn the_list_is_drawn_as_the_program_begins_it() {
    let html = card(&view(), &english());
    assert!(html.starts_with(r#"<section class="card" part="card" aria-busy="false"><header>"#));
    for piece in [
        r#"<input type="radio" name="method" value="ALIPAY_PLUS" checked="">"#,
        r#"<input type="radio" name="method" value="GCASH">"#,
        r#"<input type="radio" name="method" value="MAYA" disabled="">"#,
        "For payments of \u{e000}200.00\u{e000} or more",
        r#"aria-disabled="false""#,
        "Pay \u{e000}128.00\u{e000}</span></button></form>",
        r#"<span aria-hidden="true">15:00</span>"#,
        r#"stroke-dasharray="50 100""#,
    ] {
        assert!(html.contains(piece), "{piece} is not in {html}");
    }
    assert_eq!(html.matches('<').count(), html.matches('>').count());
}

#[test]
fn whatever_others_wrote_is_text() {
    let evil = r#""><img src=x onerror=alert(1)>&amp;'"#;
    let unknown = Offer { method: evil.into(), kind: "scan".into(), unavailable: None };
    let view = CheckoutView { payee: evil.into(), methods: vec![unknown], ..view() };
    let html = card(&view, &english());
    assert!(!html.contains("<img"), "{html}");
    assert!(html.contains("&quot;&gt;&lt;img src=x onerror=alert(1)&gt;&amp;amp;'"), "{html}");
}

#[test]
fn while_a_code_is_shown_the_list_is_locked_and_the_sheet_has_the_code() {
    let code = NextAction {
        kind: "show_code".into(),
        text: Some("000201".into()),
        code_kind: Some("qr".into()),
        app_link: Some("javascript:alert(1)".into()),
        url: None,
    };
    let state = StatusView {
        order_id: Some("GW1".into()),
        payment_status: Some(PaymentStatus::Processing),
        phase: Some(Phase::Waiting),
        code_expires_in_ms: 61_000,
        ..status()
    };
    let open = OpenTransaction {
        order_id: "GW1".into(),
        method: "GCASH".into(),
        next_action: Some(code),
        code_expires_in_ms: 61_000,
        state: state.clone(),
    };
    let view = CheckoutView { open: Some(open), state, ..view() };
    let html = card(&view, &english());
    assert!(html.contains(r#"<fieldset disabled="">"#), "{html}");
    assert!(html.contains(r#"aria-disabled="true""#), "{html}");
    let sheet = sheet(&view, &english());
    assert!(sheet.contains(r#"<svg class="code""#), "{sheet}");
    assert!(sheet.contains("1:01"), "{sheet}");
    assert!(!sheet.contains("javascript"), "{sheet}");
}

#[test]
fn a_merchants_colours_travel_with_what_follows_from_them() {
    let looks = Appearance {
        color_primary: Some("#1f5eff".into()),
        border_radius: Some(8),
        ..Appearance::default()
    };
    let rules = style(&looks);
    assert!(
        rules.starts_with(
            ":host{--florin-color-primary:rgb(31 94 255);--florin-on-primary:rgb(255 255 255);"
        ),
        "{rules}"
    );
    assert!(rules.contains("--florin-border-radius:8px;}"), "{rules}");
    assert!(style(&Appearance::default()).starts_with(":host{}.heard { position: absolute;"));
}

#[test]
fn every_language_has_its_words() {
    for (language, texts) in words::all() {
        assert!(!texts.how().is_empty(), "{language}");
    }
    assert!(words::words("tlh").is_none());
}
