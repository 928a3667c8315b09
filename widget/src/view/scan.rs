//! What the shopper has to do now: scan, copy a passcode, open an app, or go to another page.

use florin_shared::shopper::NextAction;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::{JsFuture, spawn_local};

use super::button::button;
use super::countdown::code_clock;
use super::icon::spinner;
use crate::method::Looks;
use crate::qr as picture;
use crate::state::{Event, Link, Stage};
use crate::texts::Texts;
use crate::till::{Till, is_address};

/// The waiting sheet of a method.
pub(crate) fn scan(till: Till, looks: Looks, action: NextAction) -> impl IntoView {
    let Looks { name, app, .. } = looks;
    let confirming = Memo::new(move |_| is_confirming(till));
    let text = action.text.clone().unwrap_or_default();
    let passcode = action.code_kind.as_deref() == Some("passcode");
    let todo = match action.kind.as_str() {
        "show_code" if passcode => pass(till, text, &app).into_any(),
        "show_code" => {
            let link = action.app_link.filter(|link| is_address(link));
            code(till, &text, name, &app, link).into_any()
        }
        "redirect" => {
            let words = till.texts(|texts| texts.continue_to(&name));
            link(words, action.url.unwrap_or_default()).into_any()
        }
        // A word newer than this build: the hosted page knows it.
        _ => link(till.texts(Texts::continue_page), till.errands(|errands| errands.hosted.clone()).unwrap_or_default())
            .into_any(),
    };
    let todo = view! { <div class={"todo"} class:done=move || confirming.get()>{todo}</div> };
    view! {
        <div class={"sum middle"}>
            <strong dir={"auto"}>{till.amount()}</strong>
            <span class={"label"} dir="auto">{till.texts(|texts| texts.to_payee(&till.payee()))}</span>
        </div>
        {todo}
        {waiting(till)}
        <div class={"row2"}>
            {move || (!confirming.get()).then(|| button(till, "ghost", till.texts(Texts::another_way), Event::Left))}
            {button(till, "soft", till.texts(Texts::have_paid), Event::AskedNow)}
        </div>
    }
}

fn code(till: Till, text: &str, name: String, app: &str, app_link: Option<String>) -> impl IntoView {
    let open = app_link.map(|link| {
        view! { <a class={"primary app"} part="button" href=link>{till.texts(|texts| texts.open_app(app))}</a> }
    });
    view! {
        {open}
        <div class={"frame"}>{qr(till, text, name)}</div>
        {steps(till.texts(|texts| vec![texts.step_scan(app), texts.step_point()]))}
    }
}

/// The code as a picture that a camera reads and a screen reader names.
pub(crate) fn qr(till: Till, text: &str, name: String) -> impl IntoView {
    let label = till.texts(|texts| texts.code_for(&name, &till.amount()));
    picture::draw(text).map(|picture| {
        view! {
            <svg class={"code"} viewBox=picture.view_box role="img" aria-label=label shape-rendering="crispEdges">
                <path d=picture.path />
            </svg>
        }
    })
}

fn pass(till: Till, text: String, app: &str) -> impl IntoView {
    let copied = RwSignal::new(false);
    let words = move || till.texts(|texts| if copied.get() { texts.copied() } else { texts.copy() });
    let shown = in_fours(&text);
    view! {
        <div class={"pass"}>
            <span class={"heard"}>{till.texts(Texts::passcode)}</span>
            <span class={"digits"} dir="ltr">{shown}</span>
            <button type="button" class={"soft"} part="button" on:click=move |event| {
                let near = event.current_target().and_then(|button| button.dyn_into().ok());
                copy(text.clone(), near, copied);
            }>{words}</button>
        </div>
        {steps(till.texts(|texts| vec![texts.step_bank(app), texts.step_paste()]))}
    }
}

/// `4821 0937 55`.
fn in_fours(text: &str) -> String {
    let mut grouped = String::with_capacity(text.len() * 5 / 4);
    for (at, char) in text.chars().enumerate() {
        if at > 0 && at % 4 == 0 {
            grouped.push(' ');
        }
        grouped.push(char);
    }
    grouped
}

/// Copies by the clipboard, or where a page has none (plain http on a local network) through a field near the button:
/// what is outside the dialog is inert and cannot be selected.
fn copy(text: String, near: Option<web_sys::Element>, copied: RwSignal<bool>) {
    spawn_local(async move {
        let done = write_to_clipboard(&text).await || near.is_some_and(|near| copy_through_field(&text, &near));
        let _unmounted = copied.try_set(done);
    });
}

async fn write_to_clipboard(text: &str) -> bool {
    let Some(navigator) = web_sys::window().map(|window| window.navigator()) else { return false };
    let there = js_sys::Reflect::get(&navigator, &"clipboard".into()).is_ok_and(|clipboard| clipboard.is_object());
    there && JsFuture::from(navigator.clipboard().write_text(text)).await.is_ok()
}

fn copy_through_field(text: &str, near: &web_sys::Element) -> bool {
    let copied = || {
        let document = web_sys::window()?.document()?;
        let field: web_sys::HtmlTextAreaElement = document.create_element("textarea").ok()?.dyn_into().ok()?;
        field.set_value(text);
        field.set_class_name("heard");
        near.after_with_node_1(&field).ok()?;
        field.select();
        let copied = document.dyn_into::<web_sys::HtmlDocument>().ok()?.exec_command("copy").ok();
        field.remove();
        copied
    };
    let done = copied().unwrap_or_default();
    if let Some(button) = near.dyn_ref::<web_sys::HtmlElement>() {
        let _focusable = button.focus();
    }
    done
}

fn link(words: String, url: String) -> impl IntoView {
    is_address(&url).then(|| view! { <a class={"primary"} part="button" href=url>{words}</a> })
}

/// Numbered steps; what stands between stars is what to look for.
fn steps(steps: Vec<String>) -> impl IntoView {
    let steps = steps.into_iter().map(|step| {
        let parts = step.split('*').map(str::to_owned).enumerate().map(|(at, part)| {
            if at % 2 == 1 { view! { <b>{part}</b> }.into_any() } else { part.into_any() }
        });
        view! { <li><span>{parts.collect_view()}</span></li> }
    });
    view! { <ol class={"steps"}>{steps.collect_view()}</ol> }
}

/// The line that says what we wait for, with the code's clock.
fn waiting(till: Till) -> impl IntoView {
    let line = Memo::new(move |_| till.checkout(|checkout| Line::of(&checkout.stage, checkout.link)).unwrap_or(Line::Waiting));
    let words = move || {
        let line = line.get();
        till.texts(|texts| line.words(texts))
    };
    let sign = move || match line.get() {
        Line::Asking => spinner("spin").into_any(),
        Line::Offline | Line::Late => spinner("still").into_any(),
        Line::Waiting | Line::Confirming => spinner("pulse").into_any(),
    };
    let clock = move || (line.get() != Line::Confirming).then(|| code_clock(till));
    view! {
        <p class={"wait"} class:warn=move || matches!(line.get(), Line::Offline | Line::Late)>
            {sign} <span>{words}</span> {clock}
        </p>
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Line {
    Waiting,
    Asking,
    Confirming,
    Offline,
    Late,
}

impl Line {
    fn of(stage: &Stage, link: Link) -> Line {
        match (stage, link) {
            (_, Link::Offline) => Line::Offline,
            (_, Link::Late) => Line::Late,
            (Stage::Waiting { asking: true, .. }, Link::Fine) => Line::Asking,
            (Stage::Waiting { confirming: true, .. }, Link::Fine) => Line::Confirming,
            (_, Link::Fine) => Line::Waiting,
        }
    }

    fn words(self, texts: &Texts) -> String {
        match self {
            Line::Waiting => texts.waiting(),
            Line::Asking => texts.asking(),
            Line::Confirming => texts.confirming(),
            Line::Offline => texts.offline(),
            Line::Late => texts.late(),
        }
    }
}

fn is_confirming(till: Till) -> bool {
    till.checkout(|checkout| matches!(checkout.stage, Stage::Waiting { confirming: true, .. })).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_passcode_is_read_in_fours() {
        assert_eq!(in_fours("4821093755"), "4821 0937 55");
        assert_eq!(in_fours("口令口令口"), "口令口令 口");
        assert_eq!(in_fours(""), "");
    }
}
