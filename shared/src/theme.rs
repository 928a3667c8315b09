//! What a merchant may change about the looks. Every field is optional; what is absent is inherited, and at last Florin's
//! own. `docs/appearance.md` is the page for merchants.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Pictures by the names of methods.
pub type Marks = BTreeMap<String, String>;

macro_rules! appearance {
    ($($(#[$doc:meta])* $colour:ident,)*) => {
        /// The appearance of an organisation, a merchant or a session, the later one winning field by field.
        #[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[serde(default, deny_unknown_fields)]
        pub struct Appearance {
            /// `light`, `dark`, or `auto` for what the shopper's device prefers.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub theme: Option<String>,
            /// Who is paid, as the shopper reads it; the merchant's name when absent.
            #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 64))]
            #[serde(skip_serializing_if = "Option::is_none")]
            pub payee_name: Option<String>,
            /// The payee's picture. Sent as `data:image/png;base64,…` (PNG, JPEG or WebP, at most 32 KiB), or as the address
            /// that such a picture has got; shown as that address.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub logo: Option<String>,
            /// The merchant's own marks of methods, such as `GCASH`, each a picture as `logo` is. Florin's stand where there is
            /// none.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub marks: Option<Marks>,
            /// Which methods are offered, in this order; absent: all of them, in Florin's.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub methods: Option<Vec<String>>,
            /// Names of fonts, such as `Inter, sans-serif`; ours follow them.
            #[cfg_attr(feature = "openapi", schema(max_length = 256))]
            #[serde(skip_serializing_if = "Option::is_none")]
            pub font_family: Option<String>,
            /// The size of a text, in CSS pixels; all others follow it.
            #[cfg_attr(feature = "openapi", schema(minimum = 13, maximum = 20))]
            #[serde(skip_serializing_if = "Option::is_none")]
            pub font_size_base: Option<u8>,
            /// The unit of all distances, in CSS pixels.
            #[cfg_attr(feature = "openapi", schema(minimum = 2, maximum = 8))]
            #[serde(skip_serializing_if = "Option::is_none")]
            pub spacing_unit: Option<u8>,
            /// The corners of the card, in CSS pixels; those within follow it.
            #[cfg_attr(feature = "openapi", schema(maximum = 32))]
            #[serde(skip_serializing_if = "Option::is_none")]
            pub border_radius: Option<u8>,
            $(
                $(#[$doc])*
                #[cfg_attr(feature = "openapi", schema(pattern = "^#[0-9A-Fa-f]{6}$"))]
                #[serde(skip_serializing_if = "Option::is_none")]
                pub $colour: Option<String>,
            )*
            /// Colours of the light theme, before those for both.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub light: Option<Palette>,
            /// Colours of the dark theme, before those for both.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub dark: Option<Palette>,
            /// What follows a success.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub result: Option<ResultPage>,
            /// False: the page asks only when the shopper says "I have paid", comes back, or the code has run out; the server
            /// goes on by itself.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub auto_query: Option<bool>,
        }

        /// Colours of one theme, each `#rrggbb`.
        #[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[serde(default, deny_unknown_fields)]
        pub struct Palette {
            $(
                $(#[$doc])*
                #[cfg_attr(feature = "openapi", schema(pattern = "^#[0-9A-Fa-f]{6}$"))]
                #[serde(skip_serializing_if = "Option::is_none")]
                pub $colour: Option<String>,
            )*
        }

        impl Palette {
            /// The name of every colour.
            pub const NAMES: &[&str] = &[$(stringify!($colour),)*];

            /// Whether the field of that name holds one of these.
            pub fn is_of(field: &str) -> bool {
                field == "light" || field == "dark"
            }

            /// The colour of that name.
            pub fn get(&self, name: &str) -> Option<&str> {
                match name {
                    $(stringify!($colour) => self.$colour.as_deref(),)*
                    _ => None,
                }
            }

            /// These, and where they say nothing, `others`.
            pub fn over(self, others: Palette) -> Palette {
                Palette { $($colour: self.$colour.or(others.$colour),)* }
            }

            /// These, but for those that `others` has.
            fn without(self, others: &Palette) -> Palette {
                Palette { $($colour: self.$colour.filter(|_| others.$colour.is_none()),)* }
            }
        }

        impl Appearance {
            /// The colours for both themes.
            pub fn colours(&self) -> Palette {
                Palette { $($colour: self.$colour.clone(),)* }
            }

            /// This one, and where it says nothing, `inherited`. A colour for both themes also comes before an inherited one
            /// for one of them: whoever chooses a brand colour means it in the dark as well.
            pub fn over(self, inherited: Appearance) -> Appearance {
                let both = self.colours();
                let themed = |own: Option<Palette>, theirs: Option<Palette>| {
                    let merged = own.unwrap_or_default().over(theirs.unwrap_or_default().without(&both));
                    Some(merged).filter(|merged| *merged != Palette::default())
                };
                let marks = |own: Option<Marks>, theirs: Option<Marks>| match (own, theirs) {
                    (Some(own), Some(theirs)) => Some(theirs.into_iter().chain(own).collect()),
                    (own, theirs) => own.or(theirs),
                };
                Appearance {
                    marks: marks(self.marks, inherited.marks),
                    light: themed(self.light, inherited.light),
                    dark: themed(self.dark, inherited.dark),
                    theme: self.theme.or(inherited.theme),
                    payee_name: self.payee_name.or(inherited.payee_name),
                    logo: self.logo.or(inherited.logo),
                    methods: self.methods.or(inherited.methods),
                    font_family: self.font_family.or(inherited.font_family),
                    font_size_base: self.font_size_base.or(inherited.font_size_base),
                    spacing_unit: self.spacing_unit.or(inherited.spacing_unit),
                    border_radius: self.border_radius.or(inherited.border_radius),
                    $($colour: self.$colour.or(inherited.$colour),)*
                    result: self.result.or(inherited.result),
                    auto_query: self.auto_query.or(inherited.auto_query),
                }
            }
        }
    };
}

appearance! {
    /// `#rrggbb`: buttons, the chosen row, what moves.
    color_primary,
    /// `#rrggbb`: text on it; worked out when absent.
    color_on_primary,
    /// `#rrggbb`: quiet areas, such as the line that waits.
    color_background,
    /// `#rrggbb`: the card and the sheet.
    color_surface,
    /// `#rrggbb`: what is read first.
    color_text,
    /// `#rrggbb`: hints and labels.
    color_text_secondary,
    /// `#rrggbb`: hairlines.
    color_border,
    /// `#rrggbb`: paid.
    color_success,
    /// `#rrggbb`: the last minute, a lost network, test mode.
    color_warning,
    /// `#rrggbb`: not paid.
    color_danger,
    /// `#rrggbb`: around what has the focus.
    focus_ring,
}

/// What follows a success.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ResultPage {
    /// How the page goes on.
    pub mode: ResultMode,
    /// `REDIRECT`: how long the result is shown before; 3 when absent.
    #[cfg_attr(feature = "openapi", schema(maximum = 10))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delay_seconds: Option<u8>,
    /// `TEXT`: the merchant's own words, one for each language; the first is for all others.
    #[cfg_attr(feature = "openapi", schema(max_items = 32))]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub texts: Vec<ResultText>,
}

/// How the page goes on after a success.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ResultMode {
    /// The result stays; a button leads to `return_url`.
    BuiltIn,
    /// So it does, with the merchant's own words below the amount.
    Text,
    /// After `delay_seconds` the page leaves for `return_url`.
    Redirect,
}

/// The merchant's words after a success. Plain text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ResultText {
    /// BCP 47; absent: for every language that has none of its own.
    #[cfg_attr(feature = "openapi", schema(max_length = 35))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    /// What comes first.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 80))]
    pub title: String,
    /// And what follows.
    #[cfg_attr(feature = "openapi", schema(max_length = 500))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// The looks as the page puts them on: what is in force, printed by the server.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Looks {
    /// CSS declarations of custom properties, for the one rule that the page's own sheet does not reach.
    #[serde(default)]
    pub css: String,
    /// How long a success is shown before the page leaves for `return_url`; absent: until the shopper goes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub go_after_ms: Option<u64>,
    /// The merchant's own words after a success, flat for the widget's sake: language, title and text of one after the other;
    /// what there is none of is empty. The first are for every language that has none of its own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub texts: Vec<String>,
}
