//! The looks that are in force: what was chosen becomes colours, is judged by what people can read, and is printed as CSS
//! by us. No text of a merchant reaches a style sheet as it was written.

use std::fmt::Write as _;

use aws_lc_rs::digest::{SHA256, digest};
use florin_shared::Method;
use florin_shared::theme::{Appearance, Palette, ResultMode};

use super::contrast::{Colour, TEXT};

mod font;
mod judge;
mod picture;
#[cfg(test)]
mod tests;

pub use font::Fonts;
pub use judge::{Problem, faint, problems};
pub use picture::{Picture, media_type};

/// How long a success is shown before the page leaves, where nobody chose otherwise.
pub const GO_AFTER_MS: u64 = 3_000;

/// One of the two themes, with what was chosen for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scheme {
    /// Which of the two.
    pub is_dark: bool,
    chosen: Palette,
}

/// Florin's own colours, as `widget/src/css/theme.css` has them: what the sheet calls it, in the light and in the dark.
const OWN: [(&str, &str, &str); 15] = [
    ("brand", "#1f5eff", "#6f9bff"),
    ("on", "#ffffff", "#0b1020"),
    ("raised", "#f7f8fa", "#1c2029"),
    ("surface", "#ffffff", "#15181f"),
    ("text", "#12151c", "#f2f4f8"),
    ("muted", "#5a6372", "#9aa4b5"),
    ("line", "#e3e6ec", "#2a2f3a"),
    ("good", "#0a8f53", "#3ecf8e"),
    ("warn", "#8a5a00", "#ffc861"),
    ("bad", "#cf2f2f", "#ff6b6b"),
    ("ring", "#1f5eff", "#7ea6ff"),
    // What follows from those.
    ("soft", "#eef3ff", "#1b2540"),
    ("ink", "#1f5eff", "#7ea6ff"),
    ("strong", "#8a93a3", "#6a7385"),
    ("warned", "#fff4dd", "#33270f"),
];

/// What the sheet calls a colour that can be chosen.
fn in_the_sheet(name: &str) -> &'static str {
    let at = Palette::NAMES.iter().position(|known| *known == name);
    at.and_then(|at| OWN.get(at)).map_or("", |(own, ..)| own)
}

impl Scheme {
    /// The light and the dark theme of an appearance.
    pub fn both(appearance: &Appearance) -> [Scheme; 2] {
        let of = |is_dark, own: &Option<Palette>| Scheme {
            is_dark,
            chosen: own.clone().unwrap_or_default().over(appearance.colours()),
        };
        [of(false, &appearance.light), of(true, &appearance.dark)]
    }

    /// Its name on the wire.
    pub fn name(&self) -> &'static str {
        if self.is_dark { "dark" } else { "light" }
    }

    /// The colour of that name: the chosen one, else Florin's own.
    pub fn colour(&self, name: &str) -> Colour {
        self.chosen.get(name).and_then(Colour::of).unwrap_or_else(|| self.own(in_the_sheet(name)))
    }

    /// Whether one of these was chosen.
    fn chose(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.chosen.get(name).and_then(Colour::of).is_some())
    }

    fn own(&self, name: &str) -> Colour {
        let found = OWN.iter().find(|(own, ..)| *own == name);
        let text = found.map_or("", |(_, light, dark)| if self.is_dark { dark } else { light });
        // A test reads them all.
        Colour::of(text).unwrap_or(super::contrast::BLACK)
    }

    fn grounds(&self) -> [Colour; 2] {
        [self.colour("color_surface"), self.colour("color_background")]
    }

    /// Every colour as it is shown. Levels that were each judged alone can still add up to what nobody can read: then the
    /// text is drawn towards black or white until it can be.
    fn shown(&self) -> [(&'static str, Colour); 15] {
        let colour = |name| self.colour(name);
        let [surface, raised] = self.grounds();
        let (brand, warning) = (colour("color_primary"), colour("color_warning"));
        let tint = if self.is_dark { 18 } else { 8 };
        let either = |names: &[&str], own: &str, follows: Colour| {
            if self.chose(names) { follows } else { self.own(own) }
        };
        let soft = either(&["color_primary", "color_surface"], "soft", brand.mixed(surface, tint));
        let ink = either(
            &["color_primary", "color_surface", "color_background"],
            "ink",
            brand.readable_on(&[soft, surface, raised], TEXT),
        );
        let muted = colour("color_text_secondary").readable_on(&[surface, raised, soft], TEXT);
        let ground = ["color_text_secondary", "color_surface"];
        let warned =
            either(&["color_warning", "color_surface"], "warned", warning.mixed(surface, tint + 4));
        let on = match self.chosen.get("color_on_primary").and_then(Colour::of) {
            Some(on) if on.contrast(brand) >= TEXT => on,
            _ => either(&["color_primary"], "on", brand.writing()),
        };
        [
            ("brand", brand),
            ("on", on),
            ("raised", raised),
            ("surface", surface),
            ("text", colour("color_text").readable_on(&[surface, raised, soft], TEXT)),
            ("muted", muted),
            ("line", colour("color_border")),
            ("good", colour("color_success")),
            ("warn", warning.readable_on(&[warned, surface], TEXT)),
            ("bad", colour("color_danger")),
            ("ring", if self.chose(&["focus_ring"]) { colour("focus_ring") } else { ink }),
            ("soft", soft),
            ("ink", ink),
            ("strong", either(&ground, "strong", muted)),
            ("warned", warned),
        ]
    }

    /// Declares what is not Florin's own.
    fn declare(&self, css: &mut String) {
        let letter = if self.is_dark { 'd' } else { 'l' };
        for (name, colour) in self.shown() {
            // In the sheet the ring is the ink already.
            let follows = name == "ring" && !self.chose(&["focus_ring"]);
            if colour != self.own(name) && !follows {
                declare(css, format_args!("--{letter}-{name}:{colour}"));
            }
        }
    }
}

/// The whole appearance as declarations of custom properties, each of them printed from a value; `logo` is the address of
/// its picture.
pub fn css(appearance: &Appearance, logo: Option<&str>) -> String {
    let mut css = String::new();
    match appearance.theme.as_deref() {
        Some("light") => css.push_str("--l:initial;--d: ;color-scheme:light;"),
        Some("dark") => css.push_str("--l: ;--d:initial;color-scheme:dark;"),
        _ => {}
    }
    for scheme in Scheme::both(appearance) {
        scheme.declare(&mut css);
    }
    if let Some(fonts) = appearance.font_family.as_deref().and_then(Fonts::of) {
        declare(&mut css, format_args!("--s-font:{}", fonts.css()));
    }
    for (name, pixels) in [
        ("size", appearance.font_size_base),
        ("unit", appearance.spacing_unit),
        ("radius", appearance.border_radius),
    ] {
        if let Some(pixels) = pixels {
            declare(&mut css, format_args!("--s-{name}:{pixels}px"));
        }
    }
    if let Some(url) = logo.filter(|url| url.bytes().all(is_plain)) {
        // The initial would be seen through it.
        declare(&mut css, format_args!("--s-initial:transparent"));
        declare(&mut css, format_args!("--s-logo:#fff url(\"{url}\") center/contain no-repeat"));
    }
    if let Some(after) = go_after(appearance).filter(|after| *after != GO_AFTER_MS) {
        declare(&mut css, format_args!("--s-go:{after}ms"));
    }
    css
}

/// The merchant's own marks as declarations, for the sheet to lay over ours; `address` says where a picture is.
pub fn marks(appearance: &Appearance, address: impl Fn(&str) -> String) -> String {
    let mut css = String::new();
    for (method, picture) in appearance.marks.iter().flatten() {
        let url = address(picture);
        if method.parse::<Method>().is_ok() && url.bytes().all(is_plain) {
            let ground = format_args!("--m-{method}:#fff url(\"{url}\") center/contain no-repeat");
            declare(&mut css, ground);
        }
    }
    css
}

/// What may stand in a quoted address as it is.
fn is_plain(byte: u8) -> bool {
    byte.is_ascii_graphic() && !b"\"\\<>".contains(&byte)
}

fn declare(css: &mut String, declaration: std::fmt::Arguments<'_>) {
    let _a_string_takes_all = write!(css, "{declaration};");
}

/// How long a success is shown before the page leaves for the shop; `None`: until the shopper goes.
pub fn go_after(appearance: &Appearance) -> Option<u64> {
    let Some(result) = &appearance.result else { return Some(GO_AFTER_MS) };
    let delay = result.delay_seconds.map_or(GO_AFTER_MS, |seconds| u64::from(seconds) * 1000);
    (result.mode == ResultMode::Redirect).then_some(delay)
}

/// A mark that is another one when what the shopper sees of a merchant is, and the same in every process: the first 32 bits
/// of SHA-256, which a browser's numbers hold.
pub fn mark(name: &str, appearance: &Appearance) -> u64 {
    let looks = serde_json::to_string(appearance).unwrap_or_default();
    let sum = digest(&SHA256, format!("{name}\0{looks}").as_bytes());
    sum.as_ref().iter().take(4).fold(0, |mark, byte| mark << 8 | u64::from(*byte))
}
