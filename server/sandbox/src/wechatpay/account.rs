//! The one merchant whom this channel knows (`protocols/wechatpay-v3.md` 10). None of it is secret.

pub(super) const MCHID: &str = "1900000001";
pub(super) const APPID: &str = "wxd678efh567hg6787";
/// Of the merchant's mobile application, whose orders are its own.
pub(super) const MOBILE_APPID: &str = "wx2421b1c4370ec43b";
/// Of the merchant's mini-program, likewise.
pub(super) const MINI_APPID: &str = "wx0c7d9a2e5b8f4613";
/// Of the merchant's certificate, upper-case hex.
pub(super) const MERCHANT_SERIAL: &str = "444F4864EA9B34415A2C1B1B8B7E7C5C6F2A5D01";
/// Of the channel's public key, which new merchants have instead of certificates.
pub(super) const PLATFORM_KEY_ID: &str = "PUB_KEY_ID_0119000000012026111800000000000001";
/// The 32 bytes under which notifications are encrypted.
pub(super) const API_V3_KEY: &[u8; 32] = b"0123456789abcdef0123456789ABCDEF";
/// Of the official account, for the login.
pub(super) const APP_SECRET: &str = "fedcba9876543210fedcba9876543210";
/// Of the mini-program.
pub(super) const MINI_SECRET: &str = "89abcdef0123456789abcdef01234567";
/// The same person as [`SOMEBODY`], as the mini-program knows them.
pub(super) const SOMEBODY_IN_MINI: &str = "oMini5_fTQ1x0aZrK7bW2cYpE9hU";
/// Who pays, where the order does not say.
pub(super) const SOMEBODY: &str = "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o";
