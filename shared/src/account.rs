//! A merchant's own accounts at channels, as their owner sees them: no key in them is ever told.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// An account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChannelView {
    /// `CA…`.
    pub channel_id: String,
    /// Whose channel: `alipay`, `wechatpay`, …
    pub channel: String,
    /// What the account's payments say of their channel: both of the above.
    pub name: String,
    /// The merchant's own words, or empty.
    pub label: String,
    /// Whether payments are opened with it. One that is not goes on being asked about what it has carried.
    pub enabled: bool,
    /// What a payment costs there, such as `0.6% + 30`; absent when nobody has said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fee: Option<String>,
    /// What may be shown of its settings.
    pub settings: BTreeMap<String, String>,
    /// What may not: `sha256:` and the digest of a key's DER, or of the text where it is no key; of a short text its last four characters.
    pub secrets: BTreeMap<String, String>,
    /// Where the channel's messages about its payments come in. Payments carry it along; a bank has to be told.
    pub notify_url: String,
    /// Where a browser comes back to from the channel's own login: to be registered with channels that have one.
    pub login_url: String,
    /// False in test mode.
    pub livemode: bool,
    /// RFC 3339.
    pub created_time: String,
    /// RFC 3339.
    pub changed_time: String,
}

/// A merchant's accounts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChannelList {
    /// Oldest first, which is also the order in which they are taken.
    pub channels: Vec<ChannelView>,
}

/// An account takes no more payments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChannelRemoved {
    /// `CA…`.
    pub channel_id: String,
    /// True.
    pub deleted: bool,
}
