use florin_shared::theme::{Appearance, Palette, ResultMode, ResultPage};
use serde_json::{Value, json};

use super::*;

fn looks(json: Value) -> Appearance {
    serde_json::from_value(json).unwrap()
}

fn said(json: Value) -> Vec<String> {
    let looks = looks(json);
    let problems = problems(&looks, &looks);
    problems.iter().map(|problem| format!("{} {}", problem.field, problem.sentence)).collect()
}

#[test]
fn our_own_colours_are_those_of_the_sheet_and_can_be_read() {
    // A colour stands in the sheet of whoever needs it first.
    let sheets = [
        include_str!("../../../../widget/src/css/theme.css"),
        include_str!("../../../../widget/src/css/early.css"),
        include_str!("../../../../widget/src/css/result.css"),
    ];
    let sheet = sheets.concat().replace("#fff)", "#ffffff)");
    for (name, light, dark) in OWN {
        for (letter, colour) in [('l', light), ('d', dark)] {
            let own = format!("var(--{letter}-{name}, {colour})");
            // The ring is the ink, whatever that is.
            assert!(name == "ring" || sheet.contains(&own), "{own}");
            assert!(Colour::of(colour).is_some(), "{colour}");
        }
    }
    assert_eq!(problems(&Appearance::default(), &Appearance::default()), []);
    assert_eq!(faint(&Appearance::default()), []);
    assert_eq!(css(&Appearance::default(), None), "");
}

#[test]
fn every_colour_that_can_be_chosen_has_its_place_in_the_sheet() {
    for name in Palette::NAMES {
        assert_ne!(in_the_sheet(name), "", "{name}");
    }
}

#[test]
fn a_level_wins_field_by_field_and_its_colour_for_both_before_an_inherited_one_for_one() {
    let group = json!({
        "theme": "dark", "border_radius": 4, "color_primary": "#111111", "color_text": "#222222",
        "dark": { "color_primary": "#333333", "color_surface": "#444444" }, "light": { "color_text": "#555555" },
    });
    let table = [
        (json!({}), group.clone()),
        (
            json!({ "theme": "light", "payee_name": "Tea" }),
            json!({
                "theme": "light", "payee_name": "Tea", "border_radius": 4, "color_primary": "#111111",
                "color_text": "#222222", "dark": { "color_primary": "#333333", "color_surface": "#444444" },
                "light": { "color_text": "#555555" },
            }),
        ),
        (
            json!({ "color_primary": "#666666", "light": { "color_text": "#777777" } }),
            json!({
                "theme": "dark", "border_radius": 4, "color_primary": "#666666", "color_text": "#222222",
                "dark": { "color_surface": "#444444" }, "light": { "color_text": "#777777" },
            }),
        ),
        (
            json!({ "color_text": "#888888", "color_primary": "#999999", "color_surface": "#ffffff" }),
            json!({
                "theme": "dark", "border_radius": 4, "color_primary": "#999999", "color_text": "#888888",
                "color_surface": "#ffffff",
            }),
        ),
    ];
    for (own, expected) in table {
        assert_eq!(looks(own.clone()).over(looks(group.clone())), looks(expected), "{own}");
    }
}

#[test]
fn what_cannot_be_read_is_named_with_its_ratio_and_a_colour_that_would_do() {
    let table = [
        (json!({ "theme": "light", "color_text": "#717171" }), ""),
        (
            json!({ "theme": "light", "color_text": "#9a9a9a" }),
            "color_text has a contrast of 2.81 with color_surface in the light theme, and needs 4.50; #",
        ),
        (
            json!({ "dark": { "color_text_secondary": "#444444" } }),
            "dark.color_text_secondary has a contrast of 1.8",
        ),
        (json!({ "theme": "light", "dark": { "color_text_secondary": "#444444" } }), ""),
        // The ground is to blame where only the ground was chosen.
        (
            json!({ "theme": "light", "color_surface": "#303030" }),
            "color_surface has a contrast of 1.3",
        ),
        (
            json!({ "color_primary": "#ffd400", "color_on_primary": "#ffffff" }),
            "color_on_primary has a contrast of 1.4",
        ),
        (json!({ "color_primary": "#ffd400" }), ""),
        (json!({ "light": { "focus_ring": "#dddddd" } }), "light.focus_ring has a contrast of 1.3"),
        (
            json!({ "light": { "color_success": "#9be7c4" } }),
            "light.color_success has a contrast of 1.4",
        ),
        (json!({ "light": { "color_border": "#ffffff" } }), ""),
    ];
    for (looks, expected) in table {
        let said = said(looks.clone()).join("; ");
        if expected.is_empty() {
            assert_eq!(said, "", "{looks}");
        } else {
            assert!(said.starts_with(expected), "{looks}: {said}");
        }
    }
}

#[test]
fn the_colour_that_is_proposed_is_accepted() {
    for text in ["#9a9a9a", "#ffffff", "#00ff00", "#ff8888"] {
        for (theme, other) in [("light", "#767676"), ("dark", "#999999")] {
            let first = json!({ "theme": theme, "color_text_secondary": text });
            let sentence = said(first).first().cloned().unwrap_or(format!("{other} would do"));
            let colour = sentence.rsplit("; ").next().unwrap().trim_end_matches(" would do");
            let second = json!({ "theme": theme, "color_text_secondary": colour });
            assert_eq!(said(second), Vec::<String>::new(), "{text} {sentence}");
        }
    }
}

#[test]
fn a_faint_button_is_only_remarked_upon() {
    let faint = |looks_of: Value| faint(&looks(looks_of)).len();
    assert_eq!(faint(json!({ "color_primary": "#ffee88", "theme": "light" })), 1);
    assert_eq!(faint(json!({ "color_primary": "#ffee88", "theme": "dark" })), 0);
    assert_eq!(faint(json!({ "color_primary": "#202838" })), 1);
}

#[test]
fn what_was_chosen_is_printed_and_what_follows_from_it() {
    let table = [
        (json!({ "theme": "light" }), "--l:initial;--d: ;color-scheme:light;"),
        (json!({ "theme": "dark" }), "--l: ;--d:initial;color-scheme:dark;"),
        (json!({ "theme": "auto" }), ""),
        (
            json!({ "border_radius": 4, "font_size_base": 16, "spacing_unit": 5 }),
            "--s-size:16px;--s-unit:5px;--s-radius:4px;",
        ),
        (
            json!({ "font_family": "Inter, 'Noto Sans', serif" }),
            "--s-font:\"Inter\",\"Noto Sans\",serif;",
        ),
        (json!({ "light": { "color_border": "#ABCDEF" } }), "--l-line:#abcdef;"),
        (
            json!({ "light": { "color_primary": "#ffd400" } }),
            "--l-brand:#ffd400;--l-on:#0b1020;--l-soft:#fffbea;--l-ink:#846e00;",
        ),
    ];
    for (looks_of, expected) in table {
        assert_eq!(css(&looks(looks_of.clone()), None), expected, "{looks_of}");
    }
}

#[test]
fn nothing_but_a_value_is_printed() {
    for text in ["red;}", "#fff;--x:1", "url(https://a.example)", "#1f5eff}", ""] {
        assert_eq!(
            css(&looks(json!({ "color_primary": text, "dark": { "color_text": text } })), None),
            "",
            "{text}"
        );
    }
    for text in [
        "a\"b", "x;y", "url(x)", "a}b", "", "a,,b", "\\41", "a\nb", "a/*b", "<style>", "var(--x)",
        "@import",
    ] {
        assert_eq!(Fonts::of(text), None, "{text}");
    }
}

#[test]
fn the_logo_is_an_address_of_ours_or_nothing() {
    let of = |url| css(&Appearance::default(), Some(url));
    let url = "https://pay.example/logos/0a.png";
    assert_eq!(
        of(url),
        format!("--s-initial:transparent;--s-logo:#fff url(\"{url}\") center/contain no-repeat;")
    );
    for url in ["https://a.example/\");--x:url(\"", "https://a.example/\\", "https://a b", ""] {
        assert!(
            !of(url).contains("--x") && !of(url).contains('\\') && !of(url).contains("a b"),
            "{url}"
        );
    }
}

#[test]
fn levels_that_add_up_to_what_nobody_can_read_are_shown_so_that_everybody_can() {
    let group =
        looks(json!({ "theme": "light", "color_surface": "#101010", "color_background": "#181818",
        "color_text": "#f0f0f0", "color_text_secondary": "#c0c0c0" }));
    let own = looks(json!({ "color_surface": "#f4f4f4" }));
    let in_force = own.clone().over(group);
    assert!(!problems(&in_force, &own).is_empty());
    let [light, _] = Scheme::both(&in_force);
    let shown = |name: &str| light.shown().into_iter().find(|(own, _)| *own == name).unwrap().1;
    for text in ["text", "muted"] {
        assert!(shown(text).contrast(shown("surface")) >= TEXT, "{text}");
    }
}

#[test]
fn a_success_stays_or_leaves_as_it_was_chosen() {
    let result = |mode, delay_seconds| Appearance {
        result: Some(ResultPage { mode, delay_seconds, texts: vec![] }),
        ..Appearance::default()
    };
    assert_eq!(go_after(&Appearance::default()), Some(3_000));
    assert_eq!(go_after(&result(ResultMode::BuiltIn, None)), None);
    assert_eq!(go_after(&result(ResultMode::Text, None)), None);
    assert_eq!(go_after(&result(ResultMode::Redirect, None)), Some(3_000));
    assert_eq!(go_after(&result(ResultMode::Redirect, Some(0))), Some(0));
    assert_eq!(go_after(&result(ResultMode::Redirect, Some(10))), Some(10_000));
}

#[test]
fn a_picture_is_what_is_in_it() {
    const PNG: &str = "data:image/png;base64,iVBORw0KGgo=";
    let picture = Picture::of(PNG).unwrap();
    assert_eq!(media_type(&picture.name), Some("image/png"));
    // It lies about its kind.
    assert_eq!(Picture::of(&PNG.replace("png", "webp")).unwrap().name, picture.name);
    let webp = Picture::of("data:image/webp;base64,UklGRgAAAABXRUJQVlA4").unwrap();
    assert_eq!(media_type(&webp.name), Some("image/webp"));
    for text in [
        "",
        "https://shop.example/logo.png",
        "data:text/html;base64,iVBORw0KGgo=",
        "data:image/svg+xml;base64,PHN2Zz48L3N2Zz4=",
        "data:image/png;base64,not base64",
        "data:image/png,iVBORw0KGgo=",
        "data:image/webp;base64,UklGRgAAAABXQVZF",
    ] {
        assert!(Picture::of(text).is_err(), "{text}");
    }
    for name in [
        "",
        "logo.png",
        "../../etc/passwd",
        "0.png",
        &"0".repeat(64),
        &picture.name.replace("png", "svg"),
    ] {
        assert_eq!(media_type(name), None, "{name}");
    }
}
