//! What a merchant may change about the looks. Every field is optional; what is absent is Florin's own.

use serde::{Deserialize, Serialize};

/// The appearance, from organisation, merchant and session, later ones winning.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
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
}
