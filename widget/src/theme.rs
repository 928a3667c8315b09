//! The looks in force on the page.
//!
//! The merchant's are declared by the server, ready for one style rule. A page's own `--florin-color-primary` overrules
//! them: what is written on that colour, and the colour as text, are worked out here, so that both can be read in both
//! themes.

#[cfg(target_arch = "wasm32")]
use {
    crate::texts::joined,
    web_sys::{CssStyleDeclaration, Element},
};

/// A colour of sRGB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Colour([u8; 3]);

const WHITE: Colour = Colour([255; 3]);
const INK: Colour = Colour([0x0b, 0x10, 0x20]);
/// The darkest and the lightest ground that the brand colour is written on: `--soft` of each theme is mixed from these.
const LIGHT: Colour = Colour([255; 3]);
const DARK: Colour = Colour([0x15, 0x18, 0x1f]);

/// Puts the merchant's looks on, then what follows from the page's own brand colour on `root`, if it has one.
#[cfg(target_arch = "wasm32")]
pub(crate) fn put_on(css: &str, rule: &CssStyleDeclaration, root: &Element) {
    rule.set_css_text(css);
    let style = web_sys::window().and_then(|window| window.get_computed_style(root).ok().flatten());
    let chosen =
        style.as_ref().and_then(|style| style.get_property_value("--florin-color-primary").ok());
    if chosen.is_none_or(|chosen| chosen.trim().is_empty()) {
        return; // The server's, or the sheet's: they come with what follows from them.
    }
    // The computed `accent-color` is that colour as `rgb(…)`, whatever notation the page used.
    let Some(brand) =
        style.and_then(|style| Colour::of(&style.get_property_value("accent-color").ok()?))
    else {
        return;
    };
    let mut css = css.to_owned();
    for (name, value) in follows(brand) {
        css.push_str(name);
        css.push_str(&value.css());
    }
    rule.set_css_text(&css);
}

/// The colours that follow from a brand colour: on it, a light and a dark ground of it, and itself as text on those.
fn follows(brand: Colour) -> [(&'static str, Colour); 6] {
    let (soft_light, soft_dark) = (brand.mixed(LIGHT, 8), brand.mixed(DARK, 18));
    let on = if contrast(brand, WHITE) >= contrast(brand, INK) { WHITE } else { INK };
    [
        ("--l-on:", on),
        ("--d-on:", on),
        ("--l-soft:", soft_light),
        ("--d-soft:", soft_dark),
        ("--l-ink:", brand.readable_on(soft_light, INK)),
        ("--d-ink:", brand.readable_on(soft_dark, WHITE)),
    ]
}

impl Colour {
    /// Reads a computed colour of sRGB, `rgb(31, 94, 255)`.
    fn of(text: &str) -> Option<Colour> {
        let inside = text.strip_prefix("rgb(")?.strip_suffix(')')?;
        let mut parts = inside.split(',').map(|part| part.trim().parse().ok());
        let colour = Colour([parts.next()??, parts.next()??, parts.next()??]);
        parts.next().is_none().then_some(colour)
    }

    #[cfg(target_arch = "wasm32")]
    fn css(self) -> String {
        let [red, green, blue] = self.0.map(|part| part.to_string());
        joined(&["rgb(", &red, " ", &green, " ", &blue, ");"])
    }

    /// `percent` of this colour over `ground`.
    fn mixed(self, ground: Colour, percent: u16) -> Colour {
        let mut mixed = ground;
        for (part, own) in mixed.0.iter_mut().zip(self.0) {
            let sum = u16::from(own) * percent + u16::from(*part) * (100 - percent);
            *part = u8::try_from(sum / 100).unwrap_or(u8::MAX);
        }
        mixed
    }

    /// This colour, drawn towards `end` until it reads on `ground`.
    fn readable_on(self, ground: Colour, end: Colour) -> Colour {
        let steps = (0..=100).rev().step_by(5).map(|percent| self.mixed(end, percent));
        steps.into_iter().find(|colour| contrast(*colour, ground) >= 460).unwrap_or(end)
    }

    /// Relative luminance of WCAG, in hundred-thousandths.
    fn luminance(self) -> u64 {
        let [red, green, blue] = self.0.map(linear);
        (2126 * red + 7152 * green + 722 * blue) / 10_000
    }
}

/// sRGB's curve in hundred-thousandths, by the polynomial that stays within a thousandth of it.
fn linear(part: u8) -> u64 {
    const UNIT: u64 = 100_000;
    let part = u64::from(part) * UNIT / 255;
    let cube = part * (part * (part * 30_530 / UNIT + 68_217) / UNIT + 1_252) / UNIT;
    cube.min(UNIT)
}

/// The contrast ratio of WCAG, in hundredths.
fn contrast(one: Colour, other: Colour) -> u64 {
    let (one, other) = (one.luminance() + 5_000, other.luminance() + 5_000);
    one.max(other) * 100 / one.min(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_computed_colour_is_read_and_anything_else_left_alone() {
        assert_eq!(Colour::of("rgb(31, 94, 255)"), Some(Colour([31, 94, 255])));
        for text in [
            "",
            "red",
            "#1f5eff",
            "rgb(1, 2)",
            "rgb(1, 2, 3, 4)",
            "rgba(1, 2, 3, 0.5)",
            "rgb(300, 0, 0)",
        ] {
            assert_eq!(Colour::of(text), None, "{text}");
        }
    }

    #[test]
    fn contrast_is_that_of_wcag() {
        let table =
            [([0; 3], 2100), ([0x77; 3], 447), ([0x1f, 0x5e, 0xff], 510), ([0xff, 0, 0], 399)];
        for (colour, expected) in table {
            let found = contrast(Colour(colour), WHITE);
            assert!(found.abs_diff(expected) <= 6, "{colour:?} on white: {found}");
        }
    }

    #[test]
    fn whatever_the_brand_every_text_can_be_read() {
        for step in 0..=4096u32 {
            let part = |shift: u32| u8::try_from((step >> shift & 15) * 17).unwrap();
            let brand = Colour([part(8), part(4), part(0)]);
            let [on, _, soft_light, soft_dark, ink_light, ink_dark] =
                follows(brand).map(|(_, colour)| colour);
            assert!(contrast(brand, on) >= 435, "{brand:?} {}", contrast(brand, on));
            assert!(contrast(ink_light, soft_light) >= 450, "{brand:?}");
            assert!(contrast(ink_dark, soft_dark) >= 450, "{brand:?}");
        }
    }
}
