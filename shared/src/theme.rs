//! What a merchant may change about the looks. Every field is optional; what is absent is Florin's own.

use serde::{Deserialize, Serialize};

/// The appearance, from organisation and merchant, the later one winning field by field.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Appearance {
    /// `light`, `dark`, or absent for what the shopper's device prefers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub theme: Option<String>,
    /// `#rrggbb`, becomes `--florin-color-primary`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub color_primary: Option<String>,
    /// CSS pixels, becomes `--florin-border-radius`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub border_radius: Option<u8>,
    /// Which methods are offered, in this order; absent: all of them, in Florin's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub methods: Option<Vec<String>>,
}

impl Appearance {
    /// This one, and where it says nothing, `inherited`.
    pub fn over(self, inherited: Appearance) -> Appearance {
        Appearance {
            theme: self.theme.or(inherited.theme),
            color_primary: self.color_primary.or(inherited.color_primary),
            border_radius: self.border_radius.or(inherited.border_radius),
            methods: self.methods.or(inherited.methods),
        }
    }
}
