//! The bodies of the calls, as far as the sandbox reads them.

use serde::Deserialize;

use super::account::MCHID;
use super::refusal::Refusal;

/// Reads a body; what is missing or of the wrong type is named.
pub(super) fn read<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, Refusal> {
    serde_json::from_slice(body).map_err(|error| Refusal::parameter("/", error.to_string()))
}

#[derive(Deserialize)]
pub(super) struct Order {
    pub(super) appid: String,
    pub(super) mchid: String,
    pub(super) description: String,
    pub(super) out_trade_no: String,
    pub(super) time_expire: Option<String>,
    pub(super) notify_url: Option<String>,
    pub(super) attach: Option<String>,
    pub(super) amount: Total,
    pub(super) payer: Option<Payer>,
    pub(super) scene_info: Option<Scene>,
}

#[derive(Deserialize)]
pub(super) struct Total {
    /// In fen.
    pub(super) total: i64,
    pub(super) currency: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Payer {
    pub(super) openid: Option<String>,
    pub(super) auth_code: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Scene {
    pub(super) payer_client_ip: Option<String>,
    pub(super) store_info: Option<Store>,
    pub(super) h5_info: Option<H5>,
}

#[derive(Deserialize)]
pub(super) struct Store {
    pub(super) id: Option<String>,
    pub(super) out_id: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct H5 {
    #[serde(rename = "type")]
    pub(super) kind: String,
}

/// The body of `close` and of `reverse`.
#[derive(Deserialize)]
pub(super) struct Whose {
    pub(super) mchid: String,
}

impl Whose {
    pub(super) fn check(&self) -> Result<(), Refusal> {
        match self.mchid == MCHID {
            true => Ok(()),
            false => Err(Refusal::parameter("/mchid", "this is not who signed")),
        }
    }
}

#[derive(Deserialize)]
pub(super) struct Refund {
    pub(super) transaction_id: Option<String>,
    pub(super) out_trade_no: Option<String>,
    pub(super) out_refund_no: String,
    pub(super) reason: Option<String>,
    pub(super) notify_url: Option<String>,
    pub(super) amount: RefundAmount,
}

#[derive(Deserialize)]
pub(super) struct RefundAmount {
    /// In fen.
    pub(super) refund: i64,
    pub(super) total: i64,
    pub(super) currency: String,
}
