//! Pictures: the marks on their tiles, and the few signs that Florin draws itself.

use crate::dom::El;
use crate::method::Mark;
use crate::texts::joined;
use crate::till::Till;

/// A round arrow.
pub(crate) const AGAIN: &str = "M20 11a8 8 0 1 0-2.3 6.3M20 5v6h-6";
/// A padlock.
pub(crate) const LOCK: &str = "M7 11h10a2 2 0 0 1 2 2v5a2 2 0 0 1-2 2H7a2 2 0 0 1-2-2v-5a2 2 0 0 1 2-2zM8 11V8a4 4 0 0 1 8 0v3";
/// An arrow into a tray.
#[cfg(target_arch = "wasm32")]
pub(crate) const SAVE: &str = "M12 4v11M7 10l5 5 5-5M5 20h14";
/// Two sheets.
#[cfg(target_arch = "wasm32")]
pub(crate) const COPY: &str = "M9 9h11v11H9zM5 15H4V4h11v1";
/// A telephone before a screen.
#[cfg(target_arch = "wasm32")]
pub(crate) const DEVICES: &str = "M11 19H3V5h17v3M14 11h7v9h-7z";
/// A cross.
pub(crate) const CROSS: &str = "M6 6l12 12M18 6 6 18";

/// A method's mark on a white tile, in every theme. The sheet lays a merchant's own picture over it.
pub(crate) fn tile(till: Till, method: &str, mark: Mark) -> El {
    let inside = match mark {
        Mark::Drawn { view_box, fill, outline } => {
            let path = outlined(till, "", outline).attr("fill", fill);
            svg(till, "", view_box, "20").with(path)
        }
        Mark::Written { text, class } => till.el("b", class).text(text),
    };
    let class = joined(&["tile ", method]);
    till.el("span", &class).attr("part", "method-mark").attr("aria-hidden", "true").with(inside)
}

/// A sign of lines in the text's colour.
pub(crate) fn sign(till: Till, outline: &str) -> El {
    svg(till, "sign", "0 0 24 24", "18").with(outlined(till, "", outline))
}

/// How it ended, in a disc: a tick that draws itself, or a cross.
pub(crate) fn disc(till: Till, good: bool) -> El {
    let (class, outline) = if good {
        ("disc good", "m15 24.5 6.5 6.5L34 18")
    } else {
        ("disc bad", "M17 17l14 14M31 17 17 31")
    };
    let round = outlined(till, "round", "M24 2a22 22 0 1 1 0 44 22 22 0 0 1 0-44z");
    till.el("div", class)
        .with(svg(till, "", "0 0 48 48", "72").with(round).with(outlined(till, "", outline)))
}

/// A big turning ring, where a disc will be.
pub(crate) fn turning(till: Till) -> El {
    till.el("div", "disc").with(till.el("span", "spin big"))
}

/// A drawing that says nothing by itself.
pub(crate) fn svg(till: Till, class: &str, view_box: &str, size: &str) -> El {
    let svg = till.svg("svg", class).attr("viewBox", view_box);
    svg.attr("width", size).attr("height", size).attr("aria-hidden", "true")
}

/// A line of a drawing.
pub(crate) fn outlined(till: Till, class: &str, outline: &str) -> El {
    till.svg("path", class).attr("d", outline).attr("pathLength", "100")
}
