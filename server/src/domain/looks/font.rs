//! Names of fonts: read from a small grammar, and printed quoted, so that nothing else than a name can be meant.

/// What CSS knows by itself; everything else is a name.
const GENERIC: [&str; 9] = [
    "serif",
    "sans-serif",
    "monospace",
    "system-ui",
    "ui-serif",
    "ui-sans-serif",
    "ui-monospace",
    "ui-rounded",
    "-apple-system",
];

/// The most names.
const MOST: usize = 8;
/// The most characters in one.
const LONGEST: usize = 48;

/// A list of fonts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fonts(Vec<String>);

impl Fonts {
    /// Reads names with commas between them, with or without quotes: letters, digits, blanks, hyphens and underscores.
    pub fn of(text: &str) -> Option<Fonts> {
        let names: Vec<_> = text.split(',').map(name).collect::<Option<_>>()?;
        (names.len() <= MOST).then_some(Fonts(names))
    }

    /// As a merchant writes them.
    pub fn plain(&self) -> String {
        self.0.join(", ")
    }

    /// As CSS has them.
    pub fn css(&self) -> String {
        let quoted = |name: &String| match GENERIC.contains(&name.as_str()) {
            true => name.clone(),
            false => format!("\"{name}\""),
        };
        self.0.iter().map(quoted).collect::<Vec<_>>().join(",")
    }
}

fn name(text: &str) -> Option<String> {
    let text = text.trim();
    let inside = |quote| text.strip_prefix(quote)?.strip_suffix(quote);
    let name = inside('"').or_else(|| inside('\'')).unwrap_or(text);
    let is_plain = |char: char| char.is_alphanumeric() || " -_".contains(char);
    let is_name = (1..=LONGEST).contains(&name.chars().count())
        && name.chars().all(is_plain)
        && name.trim() == name;
    is_name.then(|| name.to_owned())
}
