//! The looks of a session: its own, over its merchant's, over its organisation's.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use florin_shared::Code;
use florin_shared::merchant::Warning;
use florin_shared::theme::{Appearance, Looks, Palette, ResultText};
use serde_json::{Map, Value};

use crate::app::App;
use crate::domain::looks::{self, Picture, Problem};
use crate::domain::session::Session;
use crate::store::merchants::Merchant;
use crate::store::{Tx, pictures};
use crate::{Error, Result};

/// What is to be different of the looks, read and checked: null takes a choice back, and what is absent stays.
#[derive(Clone, Debug, Default)]
pub struct AppearanceChange {
    /// By the names of the wire.
    pub fields: Map<String, Value>,
    /// The pictures that are new, by the path of their field.
    pub pictures: Vec<(String, Picture)>,
}

impl AppearanceChange {
    /// Puts it on the last level of what is in force; refused if that makes something that nobody could read.
    pub fn put_on(&self, own: &mut Appearance, inherited: &Appearance) -> Result<()> {
        let before = problems(own, inherited);
        *own = self.applied(own)?;
        let after = problems(own, inherited).into_iter().find(|problem| !before.contains(problem));
        after.map_or(Ok(()), |problem| Err(refusal(&problem)))
    }

    fn applied(&self, own: &Appearance) -> Result<Appearance> {
        let ours = |error: serde_json::Error| Error::Internal(error.to_string());
        let mut all = serde_json::to_value(own).map_err(ours)?;
        for (name, value) in &self.fields {
            match (&mut all[name.as_str()], value) {
                // The colours of a theme and the marks one by one; everything else as a whole.
                (Value::Object(there), Value::Object(new))
                    if Palette::is_of(name) || name == "marks" =>
                {
                    there.extend(new.clone());
                }
                (there, value) => *there = value.clone(),
            }
        }
        if let Value::Object(marks) = &mut all["marks"] {
            marks.retain(|_, mark| !mark.is_null());
        }
        let mut changed: Appearance = serde_json::from_value(all).map_err(ours)?;
        for palette in [&mut changed.light, &mut changed.dark] {
            palette.take_if(|palette| *palette == Palette::default());
        }
        changed.marks.take_if(|marks| marks.is_empty());
        Ok(changed)
    }

    /// Keeps the pictures that came with it, and looks whether those that are only named are there.
    pub async fn keep_pictures(&self, tx: &mut Tx, app: &App) -> Result<()> {
        for (_, picture) in &self.pictures {
            pictures::keep(tx, &picture.name, &picture.base64, app.now()).await?;
        }
        for (path, name) in self.named() {
            if pictures::get(tx, name).await?.is_none() {
                let sentence = format!("{path} is the address of no picture that is here");
                return Err(Error::field(Code::InvalidField, path, sentence));
            }
        }
        Ok(())
    }

    /// Every picture that is named, by the path of its field.
    fn named(&self) -> Vec<(String, &str)> {
        let marks = self.fields.get("marks").and_then(Value::as_object).into_iter().flatten();
        let marks = marks.map(|(method, mark)| (format!("appearance.marks.{method}"), mark));
        let logo = self.fields.get("logo").map(|logo| ("appearance.logo".to_owned(), logo));
        logo.into_iter()
            .chain(marks)
            .filter_map(|(path, value)| Some((path, value.as_str()?)))
            .collect()
    }
}

fn problems(own: &Appearance, inherited: &Appearance) -> Vec<Problem> {
    looks::problems(&own.clone().over(inherited.clone()), own)
}

fn refusal(problem: &Problem) -> Error {
    let field = format!("appearance.{}", problem.field);
    let sentence = format!("{field} {}", problem.sentence);
    Error::field(Code::InvalidField, field, sentence)
}

/// What was accepted and is still hard to see.
pub fn warnings(in_force: &Appearance, own: &Appearance) -> Vec<Warning> {
    let faint = looks::faint(in_force).into_iter().map(|problem| (problem.field, problem.sentence));
    // Of levels that were each fine alone. The page shows a colour near the chosen one that can be read.
    let met = looks::problems(in_force, own).into_iter();
    let unread = met
        .map(|problem| (problem.field.clone(), format!("{} {}", problem.field, problem.sentence)));
    let low = |(field, message)| Warning {
        field: format!("appearance.{field}"),
        code: "LOW_CONTRAST".to_owned(),
        message,
    };
    faint.chain(unread).map(low).collect()
}

/// What is in force on a session's page.
pub fn in_force(merchant: &Merchant, session: &Session) -> Result<Appearance> {
    if session.appearance.is_empty() {
        return Ok(merchant.appearance.clone());
    }
    let own: Appearance = serde_json::from_str(&session.appearance)
        .map_err(|error| Error::Internal(error.to_string()))?;
    Ok(own.over(merchant.appearance.clone()))
}

/// As the page puts it on.
pub fn worn(app: &App, appearance: &Appearance) -> Looks {
    let logo = appearance.logo.as_deref().map(|name| logo_url(app, name));
    let marks = looks::marks(appearance, |name| logo_url(app, name));
    Looks {
        css: looks::css(appearance, logo.as_deref()) + &marks,
        go_after_ms: looks::go_after(appearance),
        texts: appearance.result.iter().flat_map(|result| &result.texts).flat_map(flat).collect(),
    }
}

fn flat(text: &ResultText) -> [String; 3] {
    let or_empty = |text: &Option<String>| text.clone().unwrap_or_default();
    [or_empty(&text.locale), text.title.clone(), or_empty(&text.text)]
}

/// As a merchant reads it: pictures by their addresses.
pub fn shown(app: &App, appearance: Appearance) -> Appearance {
    let at = |name: String| logo_url(app, &name);
    let of_method = |(method, name)| (method, at(name));
    Appearance {
        logo: appearance.logo.map(at),
        marks: appearance.marks.map(|marks| marks.into_iter().map(of_method).collect()),
        ..appearance
    }
}

/// Where the picture of that name is.
pub fn logo_url(app: &App, name: &str) -> String {
    format!("{}/logos/{name}", app.public_url)
}

/// The picture of that name, if it is here.
pub async fn picture(app: &App, name: &str) -> Result<Option<Vec<u8>>> {
    let Some(base64) = pictures::get(&mut app.store.read().await?, name).await? else {
        return Ok(None);
    };
    let unreadable = |error: base64::DecodeError| Error::Internal(error.to_string());
    STANDARD.decode(base64).map(Some).map_err(unreadable)
}
