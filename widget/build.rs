//! Reads every file in `locales` and `assets`, so that a missing text, a missing placeholder, a stray key or a broken
//! mark stops the build; writes `texts.rs` (one function for each text, and English for tests), `languages.rs` and `marks.rs`.

#[path = "build/agree.rs"]
mod agree;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

use agree::Locale;
use serde_json::Value;

fn main() {
    println!("cargo::rerun-if-changed=locales");
    println!("cargo::rerun-if-changed=assets");
    println!("cargo::rerun-if-changed=build");
    let english = read(Path::new("locales/en.json"));
    for entry in fs::read_dir("locales").expect("locales/ is there") {
        let path = entry.expect("locales/ can be read").path();
        let language = path.file_stem().expect("a file has a name").to_string_lossy();
        let complaints = agree::complaints(&language, &read(&path), &english);
        assert!(complaints.is_empty(), "locales:\n{}", complaints.join("\n"));
    }
    let out = env::var("OUT_DIR").expect("cargo says where to write");
    fs::write(Path::new(&out).join("texts.rs"), texts(&english)).expect("OUT_DIR can be written");
    fs::write(Path::new(&out).join("languages.rs"), languages()).expect("OUT_DIR can be written");
    fs::write(Path::new(&out).join("marks.rs"), marks()).expect("OUT_DIR can be written");
}

fn read(path: &Path) -> Locale {
    let text = fs::read_to_string(path).expect("a locale can be read");
    let Ok(Value::Object(texts)) = serde_json::from_str(&text) else {
        panic!("{} is not a JSON object", path.display())
    };
    let text = |(key, value): (String, Value)| match value {
        Value::String(text) => (key, text),
        _ => panic!("{}: `{key}` is not a text", path.display()),
    };
    texts.into_iter().map(text).collect()
}

fn placeholders(text: &str) -> BTreeSet<&str> {
    let places = agree::places(text).expect("every placeholder is closed");
    places.into_iter().map(|place| place.name).collect()
}

/// English as a list in the order of its keys, which is how every language travels; and a method of `Texts` for each text.
fn texts(english: &Locale) -> String {
    let (mut table, mut methods) = (String::new(), String::new());
    for (index, (key, text)) in english.iter().enumerate() {
        writeln!(table, "    {text:?}, // {key}").expect("a String takes all");
        write_method(&mut methods, index, key, text);
    }
    let count = english.len();
    format!(
        "/// English: every text, in the order of the keys.\n#[cfg(test)]\nconst ENGLISH: [&str; {count}] = [\n{table}];\n\nimpl Texts {{\n{methods}}}\n"
    )
}

/// Every language as a list in the order of the keys, for what is drawn without a browser.
fn languages() -> String {
    let mut files: Vec<_> = fs::read_dir("locales")
        .expect("locales/ is there")
        .flatten()
        .map(|entry| entry.path())
        .collect();
    files.sort();
    let mut languages = String::from(
        "/// Every language: its name, and its texts in the order of the keys.\nstatic LANGUAGES: &[(&str, &[&str])] = &[\n",
    );
    for path in files {
        let name = path.file_stem().expect("a file has a name").to_string_lossy();
        let texts: Vec<String> = read(&path).into_values().collect();
        writeln!(languages, "    ({name:?}, &{texts:?}),").expect("a String takes all");
    }
    languages.push_str("];\n");
    languages
}

fn write_method(methods: &mut String, index: usize, key: &str, text: &str) {
    let names = placeholders(text);
    if names.is_empty() {
        writeln!(
            methods,
            "    /// {text:?}\n    pub fn {key}(&self) -> String {{ self.get({index}) }}"
        )
        .expect("written");
        return;
    }
    let parameters: String = names.iter().map(|name| format!(", {name}: &str")).collect();
    let pairs: Vec<_> = names.iter().map(|name| format!("({name:?}, {name})")).collect();
    let pairs = pairs.join(", ");
    writeln!(methods, "    /// {text:?}\n    pub fn {key}(&self{parameters}) -> String {{ self.fill({index}, &[{pairs}]) }}")
        .expect("written");
}

/// Each mark is an SVG with one filled path: its box, its colour, its outline.
fn marks() -> String {
    let mut files: Vec<_> = fs::read_dir("assets")
        .expect("assets/ is there")
        .flatten()
        .map(|entry| entry.path())
        .collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "svg"));
    files.sort();
    let mut marks = String::new();
    for path in files {
        let svg = fs::read_to_string(&path).expect("a mark can be read");
        let name = path
            .file_stem()
            .expect("a file has a name")
            .to_string_lossy()
            .to_uppercase()
            .replace('-', "_");
        let part = |attribute: &str| {
            let (_, rest) = svg
                .split_once(&format!(" {attribute}=\""))
                .unwrap_or_else(|| panic!("{}: no {attribute}", path.display()));
            rest.split_once('"').expect("an attribute is closed").0.to_owned()
        };
        let (view_box, fill, outline) = (part("viewBox"), part("fill"), part("d"));
        writeln!(marks, "pub(crate) const {name}: Mark = Mark::Drawn {{ view_box: {view_box:?}, fill: {fill:?}, outline: {outline:?} }};").expect("written");
    }
    marks
}
