//! Whether people can read it (WCAG 2.2, 1.4.3 and 1.4.11), in both themes.

use florin_shared::theme::{Appearance, Palette};

use super::Scheme;
use crate::domain::contrast::{CONTROL, Colour, TEXT};

/// Two colours that do not do beside each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The path of the field to change, within the appearance.
    pub field: String,
    /// What is wrong with it, and a colour that would do.
    pub sentence: String,
}

/// What is told apart by its colour: the colour, its ground, the least contrast.
const PAIRS: [(&str, &str, u64); 9] = [
    ("color_text", "color_surface", TEXT),
    ("color_text", "color_background", TEXT),
    ("color_text_secondary", "color_surface", TEXT),
    ("color_text_secondary", "color_background", TEXT),
    ("color_on_primary", "color_primary", TEXT),
    // What became of the money, and where the focus is.
    ("color_success", "color_surface", CONTROL),
    ("color_warning", "color_surface", CONTROL),
    ("color_danger", "color_surface", CONTROL),
    ("focus_ring", "color_surface", CONTROL),
];

/// What nobody could read, of an appearance with `own` as its last level. A theme that is never shown is not judged.
pub fn problems(in_force: &Appearance, own: &Appearance) -> Vec<Problem> {
    let schemes = shown(in_force);
    schemes.iter().flat_map(|scheme| judge(scheme, own)).collect()
}

fn shown(appearance: &Appearance) -> Vec<Scheme> {
    let theme = appearance.theme.as_deref();
    let other = |scheme: &Scheme| match theme {
        Some("light") => scheme.is_dark,
        Some("dark") => !scheme.is_dark,
        _ => false,
    };
    Scheme::both(appearance).into_iter().filter(|scheme| !other(scheme)).collect()
}

fn judge(scheme: &Scheme, own: &Appearance) -> Vec<Problem> {
    // What is written on the brand colour is worked out where nobody has chosen it.
    let worked_out = |name: &str| name == "color_on_primary" && !scheme.chose(&[name]);
    let pairs = PAIRS.iter().filter(|(name, ..)| !worked_out(name));
    pairs.filter_map(|pair| judged(scheme, own, pair)).collect()
}

fn judged(
    scheme: &Scheme,
    own: &Appearance,
    &(name, ground, least): &(&str, &str, u64),
) -> Option<Problem> {
    let (colour, on) = (scheme.colour(name), scheme.colour(ground));
    let found = colour.contrast(on);
    if found >= least {
        return None;
    }
    // To blame is what this level chose; of two, the text.
    let path = |name| path(scheme, own, name);
    let (field, other, better) = match (path(name), path(ground)) {
        (None, Some(field)) => (field, name, on.readable_on(&[colour], least)),
        (field, _) => (
            field.unwrap_or_else(|| name.to_owned()),
            ground,
            colour.readable_on(&grounds(scheme, name, ground), least),
        ),
    };
    let theme = scheme.name();
    let sentence = format!(
        "has a contrast of {} with {other} in the {theme} theme, and needs {}; {better} would do",
        ratio(found),
        ratio(least)
    );
    Some(Problem { field, sentence })
}

/// Every ground that a text stands on, so that the colour that is proposed will not be the next to be refused.
fn grounds(scheme: &Scheme, name: &str, ground: &str) -> Vec<Colour> {
    let of_text = PAIRS.iter().filter(|pair| pair.0 == name).map(|pair| scheme.colour(pair.1));
    of_text.chain([scheme.colour(ground)]).collect()
}

/// Where this level has chosen a colour of this theme.
fn path(scheme: &Scheme, own: &Appearance, name: &str) -> Option<String> {
    let themed = if scheme.is_dark { &own.dark } else { &own.light };
    if themed.as_ref().is_some_and(|palette: &Palette| palette.get(name).is_some()) {
        return Some(format!("{}.{name}", scheme.name()));
    }
    own.colours().get(name).map(|_| name.to_owned())
}

/// What can be read and is still hard to find: a button that hardly stands out from its ground.
pub fn faint(in_force: &Appearance) -> Vec<Problem> {
    let seldom_seen = |scheme: &Scheme| {
        let (brand, ground) = (scheme.colour("color_primary"), scheme.colour("color_surface"));
        let found = brand.contrast(ground);
        (found < CONTROL).then(|| Problem {
            field: "color_primary".to_owned(),
            sentence: format!(
                "a button on the {} theme has a contrast of {}; WCAG asks for {}",
                scheme.name(),
                ratio(found),
                ratio(CONTROL)
            ),
        })
    };
    shown(in_force).iter().filter_map(seldom_seen).collect()
}

fn ratio(hundredths: u64) -> String {
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}
