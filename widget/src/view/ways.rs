//! What helps a shopper whose camera cannot see the code, because it is in the same telephone: the code as a picture for the
//! album, its link to paste, or the whole payment on another device. What a button does is in `src/ways.ts`, which is
//! fetched when one is pressed.

use florin_shared::shopper::CheckoutView;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::Event;

use super::button::bare;
use super::copy::copies;
use super::icon::{COPY, DEVICES, SAVE, sign};
use crate::dom::El;
use crate::qr::draw;
use crate::texts::joined;
use crate::till::Till;

#[wasm_bindgen]
extern "C" {
    /// Of the glue (`fetched.ts`): does what a button says with a drawn code. `said` are lines: for a button that opens
    /// something, the code's address, what to do with it, "Copy" and "Copied"; for the other one, a name for the file, the
    /// order, and what to do with it.
    #[wasm_bindgen(js_name = takeWay)]
    fn take_way(pressed: &Event, view_box: &str, path: &str, said: &str);
}

/// The ways out below the code of a text, which the method's app may open by a link too.
pub(super) fn ways(till: Till, text: &str, app: Option<&str>, view: &CheckoutView) -> El {
    let (words, order) = (till.words(), &view.trans_id);
    let picture = joined(&[order, "\n", &words.order(order), "\n", &words.saved_how()]);
    let save = way(till, SAVE, &words.save_picture(), text, picture);
    // An app that a link opens can be opened from anywhere that takes a link.
    let link = app.or_else(|| Some(text).filter(|text| text.starts_with("https:")));
    let copy = link.map(|link| copies(bare(till, "way near").with(sign(till, COPY)), till, link));
    till.el("div", "ways").with(save).maybe(copy).with(other(till, view))
}

/// The way out where there is nothing to scan: a passcode, or another page.
pub(super) fn elsewhere(till: Till, view: &CheckoutView) -> El {
    till.el("div", "ways").with(other(till, view))
}

/// The whole payment on another device.
fn other(till: Till, view: &CheckoutView) -> El {
    let (words, url) = (till.words(), &view.session_url);
    let (how, copied) = (words.other_device_how(), words.copied());
    let there = joined(&[url, "\n", &how, "\n", &words.copy(), "\n", &copied]);
    way(till, DEVICES, &words.other_device(), url, there).attr("aria-expanded", "false")
}

/// A button for the code of a text.
fn way(till: Till, outline: &str, words: &str, text: &str, said: String) -> El {
    let text = text.to_owned();
    let take = move |_: Till, pressed: Event| {
        if let Some(drawn) = draw(&text) {
            take_way(&pressed, &drawn.view_box, &drawn.path, &said);
        }
    };
    let button = bare(till, "way").with(sign(till, outline));
    button.with(till.el("span", "").text(words)).on("click", Box::new(take))
}
