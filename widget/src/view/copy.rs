//! Copies a passcode, or an address.

use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{HtmlDocument, HtmlElement, HtmlTextAreaElement};

use super::button::bare;
use crate::dom::El;
use crate::till::{Till, spawn};

/// The button that copies `text`, and says so.
pub(crate) fn copy_button(till: Till, text: &str) -> Option<El> {
    Some(copies(bare(till, "soft"), till, text))
}

/// Makes a button one that copies `text`; what it says comes last in it.
pub(crate) fn copies(button: El, till: Till, text: &str) -> El {
    let text = text.to_owned();
    button.with(till.el("span", "").text(&till.words().copy())).on(
        "click",
        Box::new(move |till, event| {
            let Some(button) = event.current_target() else { return };
            let button: HtmlElement = button.unchecked_into();
            let text = text.clone();
            spawn(Box::pin(async move {
                if copy(&text, &button).await {
                    let said = button.last_element_child();
                    said.iter()
                        .for_each(|said| said.set_text_content(Some(&till.words().copied())));
                }
            }));
        }),
    )
}

/// Copies by the clipboard, or where a page has none (plain http on a local network) through a field near the button:
/// what is outside the dialog is inert and cannot be selected.
async fn copy(text: &str, near: &HtmlElement) -> bool {
    let Some(navigator) = web_sys::window().map(|window| window.navigator()) else { return false };
    let there = js_sys::Reflect::get(&navigator, &"clipboard".into())
        .is_ok_and(|clipboard| clipboard.is_object());
    if there && JsFuture::from(navigator.clipboard().write_text(text)).await.is_ok() {
        return true;
    }
    copy_through_field(text, near).unwrap_or_default()
}

fn copy_through_field(text: &str, near: &HtmlElement) -> Option<bool> {
    let document = web_sys::window()?.document()?;
    let field: HtmlTextAreaElement = document.create_element("textarea").ok()?.unchecked_into();
    field.set_value(text);
    field.set_class_name("heard");
    near.after_with_node_1(&field).ok()?;
    field.select();
    let done = document.unchecked_ref::<HtmlDocument>().exec_command("copy").ok();
    field.remove();
    let _focusable = near.focus();
    done
}
