//! The strings themselves. That a browser makes of them what the program draws is shown in a browser (`e2e/`).

use florin_shared::money::Amount;
use florin_shared::session::SessionStatus;
use florin_shared::shopper::{
    NextAction, Offer, OpenTransaction, PaymentStatus, Phase, StatusView, Unavailable,
};
use florin_shared::theme::Looks;

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
        looks: 0,
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
        appearance: Looks { go_after_ms: Some(3_000), ..Looks::default() },
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
fn a_mark_in_a_name_is_not_taken_for_that_of_an_amount() {
    let html = card(&CheckoutView { payee: "North\u{e000}wind".into(), ..view() }, &english());
    assert!(html.contains("Northwind") && html.contains("Pay \u{e000}128.00\u{e000}<"), "{html}");
    assert_eq!(html.matches('\u{e000}').count() % 2, 0, "{html}");
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
fn a_printed_list_is_a_form_that_needs_nobody() {
    let evil = r#"</template><script>"><"#.to_owned();
    let post = Post {
        action: "https://pay.example/pay/CS1".into(),
        leaves_frame: true,
        fields: vec![("token", evil), ("version", "1".into())],
    };
    let html = posting_card(&view(), &english(), post, plain::Told::Nothing);
    let form = r#"<form method="post" action="https://pay.example/pay/CS1" target="_top"><input type="hidden" name="token" value="#;
    assert!(html.contains(form), "{html}");
    assert!(html.contains(r#"<input type="hidden" name="version" value="1"><fieldset>"#), "{html}");
    assert!(!html.contains("<script") && !html.contains("</template"), "{html}");
    assert!(!card(&view(), &english()).contains("method=\"post\""));
}

fn posted(view: &CheckoutView, told: plain::Told<'_>) -> String {
    let post = Post { action: "/pay/CS1".into(), leaves_frame: false, fields: vec![] };
    posting_card(view, &english(), post, told)
}

#[test]
fn a_press_that_was_refused_is_told_above_the_printed_list() {
    let told = |method, code| posted(&view(), plain::Told::NotOpened { method, code });
    let changed = told("GCASH", "AMOUNT_CHANGED");
    assert!(changed.contains("The shop has changed the amount"), "{changed}");
    assert!(changed.contains(r#"value="GCASH" checked="""#), "{changed}");
    // Whatever was pressed may be gone from the list; what is said names it all the same.
    assert!(told("MAYA", "CHANNEL_UNAVAILABLE").contains("Maya could not be opened"));
    // An address that says that nothing can be shown is not believed.
    assert!(told("GCASH", "WRONG_KEY").contains("GCash could not be opened"));
    let paid = StatusView { status: SessionStatus::Success, ..status() };
    let paid = CheckoutView { status: SessionStatus::Success, state: paid, ..view() };
    let refused = plain::Told::NotOpened { method: "GCASH", code: "ALREADY_PAID" };
    assert!(posted(&paid, refused).contains("Paid \u{e000}128.00\u{e000}"));
}

#[test]
fn a_printed_end_leads_back_by_a_link_and_promises_nothing() {
    for status_word in [SessionStatus::Success, SessionStatus::Cancelled] {
        let back = Some("https://shop.example/thanks".to_owned());
        let state = StatusView { status: status_word, return_url: back, ..status() };
        let view = CheckoutView { status: status_word, state, ..view() };
        let html = posted(&view, plain::Told::Nothing);
        assert!(html.contains(r#"href="https://shop.example/thanks""#), "{html}");
        assert!(html.contains("Back to Northwind Tea"), "{html}");
        assert!(!html.contains("<button") && !html.contains("in 3"), "{html}");
    }
}

#[test]
fn while_a_code_is_shown_the_list_is_locked_and_the_sheet_has_the_code() {
    let code = NextAction {
        kind: "show_code".into(),
        text: Some("000201".into()),
        code_kind: Some("qr".into()),
        app_link: Some("javascript:alert(1)".into()),
        url: None,
        transfer: None,
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
    let page = plain::page(&view, &english(), plain::Told::Nothing);
    assert_eq!(
        (page.order.as_deref(), page.after_s, page.leaves_for),
        (Some("GW1"), Some(4), None)
    );
    let sheet = page.html;
    assert!(sheet.contains(r#"type="submit" name="do" value="check">I have paid"#), "{sheet}");
    assert!(!sheet.contains("<form"), "{sheet}");
    assert!(sheet.contains(r#"<svg class="code""#), "{sheet}");
    assert!(sheet.contains("1:01"), "{sheet}");
    assert!(!sheet.contains("javascript"), "{sheet}");
}

#[test]
fn an_order_code_for_a_terminal_can_be_scanned_and_typed_and_tells_that_one_has_it() {
    let code = NextAction {
        kind: "show_code".into(),
        text: Some("482109375512".into()),
        code_kind: Some("terminal".into()),
        app_link: Some("https://x.example".into()),
        url: None,
        transfer: None,
    };
    let sheet = |reason: Option<&str>| {
        let state = StatusView {
            order_id: Some("GW1".into()),
            payment_status: Some(PaymentStatus::Processing),
            phase: Some(Phase::Waiting),
            reason: reason.map(str::to_owned),
            code_expires_in_ms: 61_000,
            ..status()
        };
        let open = OpenTransaction {
            order_id: "GW1".into(),
            method: "POS_ORDER".into(),
            next_action: Some(code.clone()),
            code_expires_in_ms: 61_000,
            state: state.clone(),
        };
        let view = CheckoutView { open: Some(open), state, ..view() };
        plain::page(&view, &english(), plain::Told::Nothing).html
    };
    let waits = sheet(None);
    assert!(waits.contains(r#"<svg class="code""#), "{waits}");
    assert!(waits.contains("<span>4821</span><span>0937</span><span>5512</span>"), "{waits}");
    assert!(waits.contains("Pay by card at the terminal"), "{waits}");
    assert!(waits.contains("Waiting for your payment") && !waits.contains("x.example"), "{waits}");
    assert!(sheet(Some("AT_TERMINAL")).contains("A terminal has your order"));
}

#[test]
fn the_rules_of_the_early_list_travel_without_their_heading() {
    assert!(style().starts_with(".florin {--warn: "), "{}", style());
    assert!(!list_sheet().contains("/*") && list_sheet().contains(style()), "{}", list_sheet());
    // An empty value is one only as long as there is something between its colon and its semicolon.
    assert!(list_sheet().contains("--d: ;"), "{}", list_sheet());
}

#[test]
fn every_language_has_its_words() {
    for (language, texts) in words::all() {
        assert!(!texts.how().is_empty(), "{language}");
    }
    assert!(words::words("tlh").is_none());
}

#[test]
fn a_page_without_a_program_tells_what_became_of_the_attempt() {
    let over = |payment, reason: Option<&str>| StatusView {
        order_id: Some("GW1".into()),
        method: Some("GCASH".into()),
        payment_status: Some(payment),
        phase: Some(Phase::Over),
        reason: reason.map(str::to_owned),
        ..status()
    };
    let told = |state: StatusView, told: plain::Told<'_>| {
        plain::page(&CheckoutView { state, ..view() }, &english(), told).html
    };
    for (state, words) in [
        (over(PaymentStatus::Fail, Some("DECLINED")), "GCash declined"),
        (over(PaymentStatus::Fail, Some("RUN_OUT")), "Nothing was taken. Get a new code"),
        (over(PaymentStatus::Fail, Some("CHANNEL_UNAVAILABLE")), "GCash is not available just now"),
        (over(PaymentStatus::Cancelled, None), "The payment by GCash was cancelled. Nothing was"),
    ] {
        let html = told(state.clone(), plain::Told::Order("GW1"));
        assert!(html.contains(words), "{words} is not in {html}");
        // Another page's attempt is none of ours.
        assert!(!told(state, plain::Told::Order("GW2")).contains(words));
    }
    for (code, words) in [
        ("AMOUNT_CHANGED", "The shop has changed the amount"),
        ("CHANNEL_UNAVAILABLE", "GCash could not be opened"),
        ("TOO_MANY_REQUESTS", "This payment was tried too often"),
    ] {
        let html = told(status(), plain::Told::NotOpened { method: "GCASH", code });
        assert!(html.contains(words), "{words} is not in {html}");
    }
}

#[test]
fn a_paid_page_goes_back_to_the_shop() {
    let back = Some("https://shop.example/thanks".to_owned());
    let state = StatusView { status: SessionStatus::Success, return_url: back, ..status() };
    let view = CheckoutView { status: SessionStatus::Success, state, ..view() };
    let page = plain::page(&view, &english(), plain::Told::Nothing);
    assert_eq!(page.leaves_for.as_deref(), Some("https://shop.example/thanks"));
    assert_eq!(page.after_s, Some(3));
    assert!(
        page.html.contains(
            r#"<a class="primary" part="button primary-button" href="https://shop.example/thanks">"#
        ),
        "{}",
        page.html
    );
}

#[test]
fn a_page_without_a_program_has_every_rule_of_one_with_it() {
    let imports = concat!(include_str!("../style.css"), include_str!("../later.css"));
    let files: Vec<_> = imports.lines().filter(|line| line.starts_with("@import")).collect();
    assert_eq!(files.len(), ALL.len());
    let of_list = include_str!("../style.css").matches("@import").count() + 1;
    assert_eq!((of_list, ALL[OF_LIST - 1]), (OF_LIST, SHEET));
    for (file, rules) in files.iter().zip(ALL) {
        let name = file.split('"').nth(1).unwrap().trim_start_matches("./");
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(name);
        assert_eq!(std::fs::read_to_string(path).unwrap(), rules, "{name}");
    }
}
