//! What helps a shopper whose camera cannot see the code, because it is in the same telephone: the code as a picture for the
//! album, its link to paste, or the whole payment on another device.

use florin_shared::shopper::CheckoutView;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::Element;

use super::announce::speak;
use super::button::bare;
use super::copy::copies;
use super::icon::{COPY, DEVICES, SAVE, sign};
use super::overlay::say;
use super::scan::{Code, qr};
use crate::dom::El;
use crate::qr;
use crate::texts::joined;
use crate::till::Till;

#[wasm_bindgen]
extern "C" {
    /// Of the glue (`saving.ts`): has a picture of a drawn code made and saved, with `words` on it, a line each.
    #[wasm_bindgen(js_name = savePicture)]
    fn save_picture(view_box: &str, path: &str, words: &str);
}

/// The ways out below a code.
pub(super) fn ways(till: Till, code: &Code<'_>, view: &CheckoutView) -> Vec<El> {
    let words = till.words();
    // An app that a link opens can be opened from anywhere that takes a link.
    let link = code.app.or_else(|| Some(code.text).filter(|text| text.starts_with("https:")));
    let copy = link.map(|link| copies(bare(till, "way near").with(sign(till, COPY)), till, link));
    let other = way(till, DEVICES, &words.other_device())
        .attr("aria-expanded", "false")
        .attr("aria-controls", "other")
        .on("click", Box::new(turn));
    let row = till.el("div", "ways").with(save(till, code, view)).maybe(copy).with(other);
    let how = till.el("p", "say small near saved").attr("hidden", "").text(&words.saved_how());
    vec![elsewhere(till, view), row, how]
}

fn way(till: Till, outline: &str, words: &str) -> El {
    bare(till, "way").with(sign(till, outline)).with(till.el("span", "").text(words))
}

fn save(till: Till, code: &Code<'_>, view: &CheckoutView) -> El {
    let words = till.words();
    let (to, order) = (words.to_payee(&view.payee), words.order(&view.trans_id));
    let amount = till.amount();
    let said = joined(&[&view.trans_id, "\n", &amount, "\n", &to, "\n", code.name, "\n", &order]);
    let text = code.text.to_owned();
    let act = move |till: Till, _: web_sys::Event| {
        let Some(drawn) = qr::draw(&text) else { return };
        save_picture(&drawn.view_box, &drawn.path, &said);
        if let Some(how) = till.find(".saved") {
            let _known_name = how.remove_attribute("hidden");
        }
        speak(till, till.words().saved_how());
    };
    way(till, SAVE, &words.save_picture()).on("click", Box::new(act))
}

/// The address of the hosted page, for another camera; it stands where the code does.
fn elsewhere(till: Till, view: &CheckoutView) -> El {
    // One code on the screen has that class.
    let drawn = qr(till, &view.session_url, &view.payee).map(|svg| svg.attr("class", ""));
    till.el("div", "other")
        .attr("id", "other")
        .with(till.el("div", "frame").attr("part", "qr").maybe(drawn))
        .with(say(till, &till.words().other_device_how()))
        .with(copies(bare(till, "ghost wide"), till, &view.session_url))
}

/// Shows the one code or the other: a camera should never see both.
fn turn(till: Till, pressed: web_sys::Event) {
    let Some(todo) = till.find("#todo") else { return };
    let Some(button) = pressed.current_target() else { return };
    let open = todo.toggle_attribute("data-other").unwrap_or_default();
    let said = if open { "true" } else { "false" };
    let _known_name = button.unchecked_ref::<Element>().set_attribute("aria-expanded", said);
    if open {
        speak(till, till.words().other_device_how());
    }
}
