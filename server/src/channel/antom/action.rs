//! What the shopper has to do, out of the many forms in which Antom says it (`protocols/antom.md` 4).

use florin_shared::shopper::NextAction;
use url::Url;

use super::table;
use super::wire::{Answer, CodeDetail, RedirectActionForm};
use crate::channel::action;
use crate::domain::offer::Kind;
use crate::domain::payment::Payment;

/// The longest code or address that Antom documents.
const LONGEST: usize = 2048;

/// A code to draw here is best; else a page of Antom's. Nothing when there is neither.
pub(super) fn next(payment: &Payment, answer: &Answer) -> Option<NextAction> {
    if payment.is_by_code() {
        // The payer's own wallet asks for the password.
        return None;
    }
    show_code(payment, answer).or_else(|| redirect(payment, answer))
}

fn show_code(payment: &Payment, answer: &Answer) -> Option<NextAction> {
    let kind = table::kind(&payment.product);
    Some(NextAction {
        kind: "show_code".into(),
        text: Some(code(kind, &answer.order_code_form.as_ref()?.code_details)?.to_owned()),
        code_kind: Some(match kind {
            Kind::Scan
            | Kind::PaymentCode
            | Kind::Redirect
            | Kind::App
            | Kind::MiniProgram
            | Kind::Transfer => "qr".into(),
            Kind::Passcode => "passcode".into(),
        }),
        app_link: app_link(payment, answer),
        ..NextAction::default()
    })
}

/// The text itself: a picture of it is of no use, since the code is drawn here.
fn code(kind: Kind, details: &[CodeDetail]) -> Option<&str> {
    let texts = || {
        details
            .iter()
            .filter(|detail| detail.display_type.as_deref() == Some("TEXT"))
            .filter_map(usable)
    };
    let wanted = match kind {
        Kind::Scan
        | Kind::PaymentCode
        | Kind::Redirect
        | Kind::App
        | Kind::MiniProgram
        | Kind::Transfer => Some("QRCODE"),
        Kind::Passcode => None,
    };
    texts()
        .find(|(of, _)| wanted.is_none() || *of == wanted)
        .or_else(|| texts().next())
        .map(|(_, text)| text)
}

fn usable(detail: &CodeDetail) -> Option<(Option<&str>, &str)> {
    let text =
        detail.code_value.as_deref().filter(|text| !text.is_empty() && text.len() <= LONGEST)?;
    Some((detail.code_value_type.as_deref(), text))
}

/// Opens the wallet on the phone that shows the page. Antom's web page does so too, if there is no link.
fn app_link(payment: &Payment, answer: &Answer) -> Option<String> {
    if !is_phone(payment) {
        return None;
    }
    [&answer.applink_url, &answer.scheme_url, &answer.normal_url]
        .into_iter()
        .flatten()
        .find_map(|link| app(link))
}

fn redirect(payment: &Payment, answer: &Answer) -> Option<NextAction> {
    let page = answer.normal_url.as_deref().and_then(web_page);
    let form = || answer.redirect_action_form.as_ref().and_then(by_get).and_then(web_page);
    let url = page.or_else(form).or_else(|| app_link(payment, answer))?;
    Some(action::redirect(url))
}

fn by_get(form: &RedirectActionForm) -> Option<&str> {
    let is_get = form.method.as_deref().is_none_or(|method| method.eq_ignore_ascii_case("GET"));
    form.redirect_url.as_deref().filter(|_| is_get)
}

/// An address to which a browser may be sent.
fn web_page(text: &str) -> Option<String> {
    let url = short(text)?;
    matches!(url.scheme(), "https" | "http").then(|| text.to_owned())
}

/// An address that opens an app: any scheme, but none that runs or shows something of its own in our page.
fn app(text: &str) -> Option<String> {
    let url = short(text)?;
    let own =
        ["javascript", "data", "vbscript", "blob", "file", "about", "filesystem", "view-source"];
    (!own.contains(&url.scheme())).then(|| text.to_owned())
}

fn short(text: &str) -> Option<Url> {
    if text.len() > LONGEST { None } else { text.parse().ok() }
}

fn is_phone(payment: &Payment) -> bool {
    payment.terminal.starts_with("WAP")
}
