//! What a shopper does next, in the forms that channels share.

use florin_shared::shopper::NextAction;

/// Goes to this page, on the device in their hand.
pub fn redirect(url: String) -> NextAction {
    NextAction { kind: "redirect".into(), url: Some(url), ..NextAction::default() }
}

/// Scans a QR code of this text.
pub fn qr(text: String) -> NextAction {
    let code_kind = Some("qr".into());
    NextAction { kind: "show_code".into(), text: Some(text), code_kind, ..NextAction::default() }
}

/// Lets the wallet's bridge in the page ask for the money, with this JSON.
pub fn invoke(text: String) -> NextAction {
    NextAction { kind: "invoke".into(), text: Some(text), ..NextAction::default() }
}

/// Nothing: the merchant's own app hands this text to the wallet's SDK.
pub fn in_app(text: String) -> NextAction {
    NextAction { kind: "app_params".into(), text: Some(text), ..NextAction::default() }
}

/// Nothing: the mini-program asks its wallet for a code, and brings it to us (`flow/login.rs`).
pub fn login() -> NextAction {
    NextAction { kind: "login".into(), ..NextAction::default() }
}

/// Nothing: the mini-program hands this JSON to its wallet.
pub fn in_mini_program(text: String) -> NextAction {
    NextAction { kind: "mini_program_params".into(), text: Some(text), ..NextAction::default() }
}
