//! The checkout as markup that a page carries: the element with its list inside of it, and what makes the widget come early.
//!
//! A browser shows the list with the page. Until the widget's loader is there (`widget/src/florin.ts`), and for ever where
//! there is no JavaScript, its form sends what is chosen to the hosted page. The view may be old by the time it is seen:
//! whatever is pressed says which version was shown, and the widget replaces all of it by the view of its own.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use florin_shared::SessionId;
use florin_shared::session::PrintedMarkup;
use florin_shared::shopper::CheckoutView;
use florin_widget::markup::money::spelled;
use florin_widget::markup::plain::Told;
use florin_widget::markup::{Post, list_sheet, posting_card, words};

use super::assets::{Assets, File};
use super::body::{Body, Fields};
use super::language::Language;
use super::template::escape;
use crate::app::digest_of;
use crate::domain::scene::Scene;
use crate::domain::session::Session;
use crate::flow::view;
use crate::{App, Error, Result};

/// How a merchant wants its page to have it.
#[derive(Debug)]
pub struct Wish {
    locales: Vec<String>,
    nonce: Option<String>,
    scene: Scene,
}

impl Wish {
    /// Takes `markup` out of a request, so that the rest of it says the same with and without.
    pub fn taken(body: &mut Body) -> Result<Option<Wish>> {
        let mut fields = Fields::of(body.object.remove_entry("markup").into_iter().collect());
        let Some(mut asked) = fields.object("markup")? else { return Ok(None) };
        let locales = asked.texts("locales", 20, 64)?.unwrap_or_default();
        let nonce = asked.text("nonce", 130)?;
        if nonce.as_deref().is_some_and(|nonce| !is_nonce(nonce)) {
            return Err(asked.wrong("nonce", "must be the nonce of a content security policy"));
        }
        let agent = asked.text("user_agent", 1024)?.unwrap_or_default();
        asked.end()?;
        Ok(Some(Wish { locales, nonce, scene: Scene::of(&agent) }))
    }
}

/// `base64-value` of Content Security Policy Level 3.
fn is_nonce(text: &str) -> bool {
    let bare = text.strip_suffix("==").or_else(|| text.strip_suffix('=')).unwrap_or(text);
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || b"+/-_".contains(&byte);
    !bare.is_empty() && bare.bytes().all(is_letter)
}

/// The session's checkout as it is now, for a page of the merchant's. None without a wish, and once its token is dead.
pub async fn of(
    app: &App,
    early: &Early,
    session: &Session,
    wish: Option<Wish>,
) -> Result<Option<PrintedMarkup>> {
    let Some(wish) = wish else { return Ok(None) };
    if !session.has_page() || view::token_lives(session, app.now()).is_err() {
        return Ok(None);
    }
    let shown = view::view(app, &session.id, wish.scene).await?;
    let merchants = shown.display_locale.as_ref();
    let (tag, language) = wish
        .locales
        .iter()
        .chain(merchants)
        .find_map(|tag| known(tag))
        .unwrap_or(("en", Language::English));
    let place = Place {
        base: &app.public_url,
        tag,
        language,
        nonce: wish.nonce.as_deref(),
        is_ours: false,
    };
    let style = sheet(&shown);
    let script = format!(
        r#"<script type="module" async src="{}/florin.js"{}></script>"#,
        escape(place.base),
        place.nonce()
    );
    Ok(Some(PrintedMarkup {
        language: language.tag().to_owned(),
        head: early.links(&place),
        html: element(app, &session.id, &shown, &style, &place, Told::Nothing)? + &script,
        style_hash: hash(&style),
    }))
}

/// A tag that names a language of ours. What stands behind a semicolon is its weight in `Accept-Language`.
fn known(tag: &str) -> Option<(&str, Language)> {
    let tag = tag.split(';').next().unwrap_or_default().trim();
    let is_tag = tag.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    Language::of(tag).filter(|_| is_tag).map(|language| (tag, language))
}

/// What a page is told of the one style sheet inside of it.
pub(super) fn hash(style: &str) -> String {
    format!("sha256-{}", STANDARD.encode(digest_of(style)))
}

/// Where it is printed.
pub(super) struct Place<'a> {
    /// Where the server is, as the page names it: nothing on a page of ours.
    pub(super) base: &'a str,
    /// BCP 47, as it was asked for.
    pub(super) tag: &'a str,
    /// Which of ours that is.
    pub(super) language: Language,
    /// That of the page's policy.
    pub(super) nonce: Option<&'a str>,
    /// Whether it is the hosted page.
    pub(super) is_ours: bool,
}

impl Place<'_> {
    fn nonce(&self) -> String {
        self.nonce.map_or_else(String::new, |nonce| format!(r#" nonce="{}""#, escape(nonce)))
    }
}

/// The rules of the list, and the looks of this one.
pub(super) fn sheet(view: &CheckoutView) -> String {
    // Whatever it holds, it does not end the element that it stands in.
    let looks = view.appearance.css.replace('<', "\\3c ");
    format!("{}.florin{{{looks}}}", list_sheet())
}

/// `<florin-checkout>` with its declarative shadow root.
pub(super) fn element(
    app: &App,
    id: &SessionId,
    view: &CheckoutView,
    style: &str,
    place: &Place<'_>,
    told: Told<'_>,
) -> Result<String> {
    let (token, language) = (app.client_token(id), place.language.tag());
    let texts = words::words(language).ok_or_else(|| Error::Internal("no words".into()))?;
    let post = Post {
        action: format!("{}/pay/{id}", place.base),
        leaves_frame: !place.is_ours,
        fields: vec![
            ("from", "list".to_owned()),
            ("token", token.clone()),
            ("version", view.version.to_string()),
        ],
    };
    let card = posting_card(view, &texts, post, told);
    let card = spelled(&card, &view.amount.currency, language);
    let (tag, nonce) = (escape(place.tag), place.nonce());
    // Our own page says its language by itself.
    let locale = if place.is_ours { String::new() } else { format!(r#" locale="{tag}""#) };
    let (token, direction) = (escape(&token), place.language.direction());
    Ok(format!(
        r#"<florin-checkout session-id="{id}" client-token="{token}"{locale}><template shadowrootmode="open"><style{nonce}>{style}</style><div class="florin" id="{id}" lang="{tag}" dir="{direction}">{card}</div></template></florin-checkout>"#
    ))
}

/// What a page has fetched early: the files that the loader of this build asks for.
#[derive(Clone, Debug, Default)]
pub struct Early {
    files: std::sync::Arc<Vec<File>>,
}

impl Early {
    /// Those of the built widget.
    pub fn of(assets: &Assets) -> Early {
        Early { files: std::sync::Arc::new(assets.named()) }
    }

    /// The links for a page's head. The name of the program's module changes with its contents, so that its hash stays true
    /// for as long as it is there; the loader's does not, and it has none.
    pub(super) fn links(&self, place: &Place<'_>) -> String {
        let (base, nonce) = (escape(place.base), place.nonce());
        let mut links = format!(r#"<link rel="modulepreload" href="{base}/florin.js"{nonce}>"#);
        let file = |begin: &str, end: &str| {
            let found = |file: &&File| file.name.starts_with(begin) && file.name.ends_with(end);
            self.files.iter().find(found)
        };
        if let Some(File { name, integrity }) = file("florin-", ".js") {
            links += &format!(
                r#"<link rel="modulepreload" href="{base}/{name}" integrity="{integrity}" crossorigin="anonymous"{nonce}>"#
            );
        }
        // Without a hash: browsers know none here, and the loader's own fetch says it.
        let mut fetched = |name: &str| {
            links += &format!(
                r#"<link rel="preload" as="fetch" href="{base}/{name}" crossorigin="anonymous">"#
            );
        };
        if let Some(File { name, .. }) = file("florin-", ".wasm") {
            fetched(name);
        }
        match (place.language, file("en-", ".json"), file("lists-", ".json")) {
            (Language::English, Some(File { name, .. }), _) => fetched(name),
            (Language::English, None, _) | (_, _, None) => {}
            (language, _, Some(File { name, .. })) => {
                fetched(name);
                fetched(&name.replacen("lists", language.tag(), 1));
            }
        }
        links
    }
}
