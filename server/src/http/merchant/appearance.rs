//! Reads an appearance, field by field. What is kept is what was read, written again by us.

use florin_shared::Method;
use florin_shared::theme::{Palette, ResultMode, ResultPage, ResultText};
use serde_json::{Map, Value};

use crate::domain::contrast::Colour;
use crate::domain::looks::{Fonts, Picture, media_type};
use crate::flow::looks::AppearanceChange;
use crate::http::body::{Fields, MOST};
use crate::http::logos;
use crate::{App, Error, Result};

/// Reads `appearance`. Null takes a choice back.
pub(super) fn appearance(app: &App, fields: &mut Fields) -> Result<AppearanceChange> {
    let Some(mut looks) = fields.object("appearance")? else {
        return Ok(AppearanceChange::default());
    };
    let mut change = AppearanceChange::default();
    let mut put = |looks: &mut Fields, name: &str, read: Read| -> Result<()> {
        if looks.has(name) {
            change.fields.insert(name.to_owned(), read(looks, name)?);
        }
        Ok(())
    };
    for (name, read) in READERS {
        put(&mut looks, name, *read)?;
    }
    for name in Palette::NAMES {
        put(&mut looks, name, colour)?;
    }
    for name in ["light", "dark"] {
        put(&mut looks, name, palette)?;
    }
    if looks.has("logo") {
        let logo = picture(app, &mut looks, "logo", &mut change)?;
        change.fields.insert("logo".to_owned(), logo);
    }
    if looks.has("marks") {
        let marks = marks(app, &mut looks, &mut change)?;
        change.fields.insert("marks".to_owned(), marks);
    }
    looks.end()?;
    Ok(change)
}

/// Takes a field out and gives what is kept of it; null for what is taken back.
type Read = fn(&mut Fields, &str) -> Result<Value>;

const READERS: &[(&str, Read)] = &[
    ("theme", theme),
    ("payee_name", payee_name),
    ("methods", methods),
    ("font_family", fonts),
    ("font_size_base", |looks, name| pixels(looks, name, 13, 20)),
    ("spacing_unit", |looks, name| pixels(looks, name, 2, 8)),
    ("border_radius", |looks, name| pixels(looks, name, 0, 32)),
    ("result", result),
    ("auto_query", |looks, name| Ok(looks.choice(name)?.into())),
];

fn theme(looks: &mut Fields, name: &str) -> Result<Value> {
    let theme = looks.text(name, 16)?;
    match theme.as_deref() {
        None | Some("light" | "dark" | "auto") => Ok(theme.into()),
        Some(_) => Err(looks.wrong(name, "must be light, dark, auto or null")),
    }
}

fn payee_name(looks: &mut Fields, name: &str) -> Result<Value> {
    let text = looks.text(name, 256)?;
    let is_fine = |text: &String| !text.trim().is_empty() && text.chars().count() <= 64;
    if text.as_ref().is_none_or(is_fine) {
        return Ok(text.into());
    }
    Err(looks.wrong(name, "is 1 to 64 characters"))
}

fn colour(looks: &mut Fields, name: &str) -> Result<Value> {
    let Some(text) = looks.text(name, 16)? else { return Ok(Value::Null) };
    let wrong = || looks.wrong(name, "must be six hexadecimal digits, such as #1f5eff");
    Ok(Colour::of(&text).ok_or_else(wrong)?.to_string().into())
}

/// A theme's own colours; an object without any takes nothing back.
fn palette(looks: &mut Fields, name: &str) -> Result<Value> {
    let Some(mut fields) = looks.object(name)? else { return Ok(Value::Null) };
    let mut chosen = Map::new();
    for name in Palette::NAMES {
        if fields.has(name) {
            chosen.insert((*name).to_owned(), colour(&mut fields, name)?);
        }
    }
    fields.end()?;
    Ok(chosen.into())
}

fn fonts(looks: &mut Fields, name: &str) -> Result<Value> {
    let Some(text) = looks.text(name, 256)? else { return Ok(Value::Null) };
    let wrong =
        || looks.wrong(name, "must be at most 8 names of fonts, such as \"Inter, sans-serif\"");
    Ok(Fonts::of(&text).ok_or_else(wrong)?.plain().into())
}

fn pixels(looks: &mut Fields, name: &str, least: u64, most: u64) -> Result<Value> {
    match looks.number(name)? {
        None => Ok(Value::Null),
        Some(pixels) if (least..=most).contains(&pixels) => Ok(pixels.into()),
        Some(_) => Err(looks.wrong(name, format_args!("is {least} to {most} pixels"))),
    }
}

fn methods(looks: &mut Fields, name: &str) -> Result<Value> {
    let Some(words) = looks.texts(name, 64, 64)? else { return Ok(Value::Null) };
    for (index, word) in words.iter().enumerate() {
        let path = format!("{name}.{index}");
        if word.parse::<Method>().is_err() {
            return Err(looks.wrong(&path, "is no method that Florin knows"));
        }
        if words[..index].contains(word) {
            return Err(looks.wrong(&path, "stands twice"));
        }
    }
    if words.is_empty() {
        return Err(looks.wrong(name, "must name a method; null offers all of them"));
    }
    Ok(words.into())
}

fn result(looks: &mut Fields, name: &str) -> Result<Value> {
    let Some(mut fields) = looks.object(name)? else { return Ok(Value::Null) };
    let mode = match fields.required("mode", 64)?.as_str() {
        "BUILT_IN" => ResultMode::BuiltIn,
        "TEXT" => ResultMode::Text,
        "REDIRECT" => ResultMode::Redirect,
        _ => return Err(fields.wrong("mode", "must be one of BUILT_IN, TEXT, REDIRECT")),
    };
    let delay_seconds = delay(&mut fields, mode)?;
    let texts = texts(&mut fields, mode)?;
    fields.end()?;
    let page = ResultPage { mode, delay_seconds, texts };
    serde_json::to_value(page).map_err(|error| Error::Internal(error.to_string()))
}

fn delay(fields: &mut Fields, mode: ResultMode) -> Result<Option<u8>> {
    const MOST: u64 = 10;
    let Some(seconds) = fields.number("delay_seconds")? else { return Ok(None) };
    if mode != ResultMode::Redirect {
        return Err(fields.wrong("delay_seconds", "is for the mode REDIRECT"));
    }
    match u8::try_from(seconds) {
        Ok(seconds) if u64::from(seconds) <= MOST => Ok(Some(seconds)),
        _ => Err(fields.wrong("delay_seconds", format_args!("is 0 to {MOST} seconds"))),
    }
}

fn texts(fields: &mut Fields, mode: ResultMode) -> Result<Vec<ResultText>> {
    let entries = fields.objects("texts", 32)?;
    match (mode, entries.is_empty()) {
        (ResultMode::Text, true) => Err(fields.wrong("texts", "must hold the words to show")),
        (ResultMode::BuiltIn | ResultMode::Redirect, false) => {
            Err(fields.wrong("texts", "is for the mode TEXT"))
        }
        _ => entries.into_iter().map(text).collect(),
    }
}

fn text(mut fields: Fields) -> Result<ResultText> {
    let locale = fields.text("locale", 35)?;
    let is_tag = |tag: &String| {
        !tag.is_empty() && tag.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    if !locale.as_ref().is_none_or(is_tag) {
        return Err(fields.wrong("locale", "must be a language tag, such as fr"));
    }
    let title = fields.required("title", 320)?;
    if title.chars().count() > 80 {
        return Err(fields.wrong("title", "is at most 80 characters"));
    }
    let text = fields.text("text", 2000)?;
    if text.as_ref().is_some_and(|text| text.chars().count() > 500) {
        return Err(fields.wrong("text", "is at most 500 characters"));
    }
    fields.end()?;
    Ok(ResultText { locale, title, text })
}

/// The merchant's own marks, each by its method.
fn marks(app: &App, looks: &mut Fields, change: &mut AppearanceChange) -> Result<Value> {
    let Some(mut fields) = looks.object("marks")? else { return Ok(Value::Null) };
    let mut marks = Map::new();
    for method in Method::ALL.map(Method::as_str) {
        if fields.has(method) {
            marks.insert(method.to_owned(), picture(app, &mut fields, method, change)?);
        }
    }
    fields.end()?;
    Ok(marks.into())
}

/// A picture to keep, or the address of one that is kept.
fn picture(
    app: &App,
    fields: &mut Fields,
    name: &str,
    change: &mut AppearanceChange,
) -> Result<Value> {
    let Some(text) = fields.text(name, MOST)? else { return Ok(Value::Null) };
    if text.starts_with("data:") {
        let picture = Picture::of(&text).map_err(|why| fields.wrong(name, why))?;
        let kept = picture.name.clone().into();
        change.pictures.push((fields.at(name), picture));
        return Ok(kept);
    }
    let ours =
        text.strip_prefix(&logos::address(app, "")).filter(|name| media_type(name).is_some());
    let wrong = || {
        fields.wrong(
            name,
            "must be a picture as data:image/…;base64,…, or the address that one has here",
        )
    };
    Ok(ours.ok_or_else(wrong)?.into())
}
