//! The bodies about sessions, transactions and refunds: document 004's names.

use florin_shared::theme::Appearance;
use serde::Deserialize;
use utoipa::ToSchema;

use super::numbers;
use super::words::{
    AuthorisationType, CaptureMethod, Outcome, PaymentType, SessionMode, TokenUsage,
};

/// What is to be paid, and where the shopper goes afterwards.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateSession {
    /// The merchant of the key; an organisation's key says here whom it acts for.
    #[schema(pattern = "^[0-9]{1,20}$")]
    pub merchant_id: Option<String>,
    /// One payment, or the first of several.
    pub payment_type: Option<PaymentType>,
    /// The amount is final.
    pub authorisation_type: Option<AuthorisationType>,
    /// The money is taken at once.
    pub capture_method: Option<CaptureMethod>,
    /// False: a session is paid by its shopper.
    pub mit: Option<bool>,
    /// What is to be kept of the shopper's way to pay.
    pub payment: Option<Storing>,
    /// The merchant's own number of the order: 1 to 64 visible ASCII characters.
    #[schema(pattern = "^[!-~]{1,64}$")]
    pub trans_id: String,
    /// Smallest units, as decimal digits or as a whole JSON number: `"800"` HKD is HK$8.00.
    #[schema(schema_with = numbers::amount)]
    pub amount: String,
    /// ISO 4217.
    #[schema(pattern = "^[A-Z]{3}$")]
    pub currency: String,
    /// RFC 3339 with an offset, at most 24 hours ahead; 30 minutes from now when absent.
    #[schema(format = DateTime)]
    pub expire_time: Option<String>,
    /// How the page is shown.
    pub session_mode: Option<SessionMode>,
    /// BCP 47: the language of the page.
    #[schema(max_length = 35)]
    pub display_locale: Option<String>,
    /// Where the shopper goes afterwards; `session_id` is appended. https, in test mode also http to private hosts.
    #[schema(format = "uri", max_length = 2048)]
    pub return_url: Option<String>,
    /// Where the shopper goes instead who leaves without having paid, or whose session has ended unpaid; `return_url` when absent. It says
    /// nothing about the money: a payment may still be on its way.
    #[schema(format = "uri", max_length = 2048)]
    pub cancel_url: Option<String>,
    /// Where the events of this session go, before the merchant's endpoints.
    #[schema(format = "uri", max_length = 2048)]
    pub notify_url: Option<String>,
    /// What is sold.
    #[schema(max_items = 100)]
    pub goods: Option<Vec<GoodSold>>,
    /// Who buys.
    pub customer: Option<Party>,
    /// Where it is sent.
    pub shipping: Option<Party>,
    /// Where the bill goes; its country comes first.
    pub bill: Option<Party>,
    /// The looks of this page alone, before the merchant's and the organisation's.
    pub appearance: Option<Appearance>,
    /// The checkout as markup, in the answer. It is no part of the session: an equal request may ask for it otherwise.
    pub markup: Option<MarkupAsked>,
}

/// How the checkout is to be printed into the merchant's page.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MarkupAsked {
    /// BCP 47, best first: the languages of the page, or of the shopper's `Accept-Language`. Without one of ours among them
    /// `display_locale` counts, and then English.
    #[schema(max_items = 20)]
    pub locales: Option<Vec<String>>,
    /// The nonce of the page's policy, for the style and the scripts.
    #[schema(pattern = "^[A-Za-z0-9+/_-]{1,128}={0,2}$")]
    pub nonce: Option<String>,
    /// The shopper's `User-Agent`: which methods suit depends on where the shopper is.
    #[schema(max_length = 1024)]
    pub user_agent: Option<String>,
}

/// What is to be kept of the shopper's way to pay. A wallet leaves nothing behind: for a purchase it has no effect.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Storing {
    /// Whether to keep it.
    pub store_payment_method: Option<bool>,
    /// What for.
    pub token_usage: Option<TokenUsage>,
    /// The merchant's own number of the shopper.
    #[schema(max_length = 128)]
    pub shopper_reference: Option<String>,
    /// The one method that this session is for, as in `appearance.methods`. PayKKa's spellings are understood too: `AlipayPlus`,
    /// `WechatPayGlobal`, `PayMaya`, in whatever case.
    #[schema(max_length = 64)]
    pub payment_method: Option<String>,
}

/// One line of the basket.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GoodSold {
    /// The merchant's own number of it. It is kept with the session; nobody is shown it.
    #[schema(max_length = 64)]
    pub id: Option<String>,
    /// The name.
    #[schema(min_length = 1, max_length = 256)]
    pub name: String,
    /// How many, as a number or as its digits; 1 when absent.
    #[schema(schema_with = numbers::maybe_count)]
    pub quantity: Option<String>,
    /// The price of one, in smallest units, as decimal digits or as a whole JSON number.
    #[schema(schema_with = numbers::maybe_price)]
    pub unit_amount: Option<String>,
    /// The same by PayKKa's name.
    #[schema(schema_with = numbers::maybe_price)]
    pub price: Option<String>,
}

/// A person or an address. Only `country` is used, to choose the methods; the other fields of document 004 are read and
/// not kept.
#[derive(Debug, Deserialize, ToSchema)]
pub struct Party {
    /// ISO 3166 alpha-2.
    #[schema(pattern = "^[A-Z]{2}$")]
    pub country: Option<String>,
}

/// A session's key: one is enough, and `session_id` is the more exact one.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QuerySession {
    /// The merchant of the key.
    #[schema(pattern = "^[0-9]{1,20}$")]
    pub merchant_id: Option<String>,
    /// `CS…`.
    #[schema(max_length = 64)]
    pub session_id: Option<String>,
    /// The merchant's own number of the order.
    #[schema(max_length = 64)]
    pub trans_id: Option<String>,
    /// The checkout as markup, in the answer.
    pub markup: Option<MarkupAsked>,
}

/// What changes; what is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeSession {
    /// The merchant of the key.
    #[schema(pattern = "^[0-9]{1,20}$")]
    pub merchant_id: Option<String>,
    /// Smallest units, as decimal digits or as a whole JSON number.
    #[schema(schema_with = numbers::maybe_amount)]
    pub amount: Option<String>,
    /// May be said again; it cannot change.
    #[schema(pattern = "^[A-Z]{3}$")]
    pub currency: Option<String>,
    /// What is sold.
    #[schema(max_items = 100)]
    pub goods: Option<Vec<GoodSold>>,
}

/// A transaction's key: one is enough. `order_id` comes before `session_id`, and that before `trans_id`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QueryTransaction {
    /// The merchant of the key.
    #[schema(pattern = "^[0-9]{1,20}$")]
    pub merchant_id: Option<String>,
    /// `GW…`.
    #[schema(max_length = 64)]
    pub order_id: Option<String>,
    /// `CS…`.
    #[schema(max_length = 64)]
    pub session_id: Option<String>,
    /// The merchant's own number of the order.
    #[schema(max_length = 64)]
    pub trans_id: Option<String>,
}

/// A charge without a page: by a stored way to pay (`mit` true), or by the payment code that a shopper shows.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InitiateTransaction {
    /// The merchant of the key.
    #[schema(pattern = "^[0-9]{1,20}$")]
    pub merchant_id: Option<String>,
    /// One payment, or one of several.
    pub payment_type: Option<PaymentType>,
    /// The amount is final.
    pub authorisation_type: Option<AuthorisationType>,
    /// The money is taken at once.
    pub capture_method: Option<CaptureMethod>,
    /// The merchant's own number of the order.
    #[schema(pattern = "^[!-~]{1,64}$")]
    pub trans_id: String,
    /// Smallest units, as decimal digits or as a whole JSON number.
    #[schema(schema_with = numbers::amount)]
    pub amount: String,
    /// ISO 4217.
    #[schema(pattern = "^[A-Z]{3}$")]
    pub currency: String,
    /// What is sold.
    #[schema(max_items = 100)]
    pub goods: Option<Vec<GoodSold>>,
    /// Where the events of this charge go, before the merchant's endpoints.
    #[schema(format = "uri", max_length = 2048)]
    pub notify_url: Option<String>,
    /// The merchant's own number of the device that scanned: 1 to 32 visible ASCII characters.
    #[schema(pattern = "^[!-~]{1,32}$")]
    pub device_id: Option<String>,
    /// True: the merchant charges by itself, by a stored card.
    pub mit: Option<bool>,
    /// The agreement that allows it.
    #[schema(max_length = 64)]
    pub recurring_agreement_id: Option<String>,
    /// By what.
    pub payment: ChargedBy,
}

/// By what a shopper is charged: `token` and `shopper_reference` with `mit`, else `payment_code`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChargedBy {
    /// `BANKCARD`, `ALIPAY_PLUS`, …; needed with `mit`. With a payment code, the method whose wallets' codes are meant: the
    /// first one that takes payment codes in this currency when absent.
    #[schema(max_length = 64)]
    pub payment_method: Option<String>,
    /// The merchant's own number of the shopper.
    #[schema(max_length = 128)]
    pub shopper_reference: Option<String>,
    /// The stored way to pay.
    #[schema(max_length = 64)]
    pub token: Option<String>,
    /// What the shopper's wallet shows, exactly as the scanner read it. It is given to the channel and kept nowhere.
    #[schema(pattern = "^[0-9A-Za-z+/=_-]{10,128}$")]
    pub payment_code: Option<String>,
}

/// Which payment to give back, and how much of it. One of `order_id`, `session_id` and `trans_id` is enough.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateRefund {
    /// The merchant of the key.
    #[schema(pattern = "^[0-9]{1,20}$")]
    pub merchant_id: Option<String>,
    /// `GW…`.
    #[schema(max_length = 64)]
    pub order_id: Option<String>,
    /// The same by PayKKa's name.
    #[schema(max_length = 64)]
    pub ori_order_id: Option<String>,
    /// `CS…`.
    #[schema(max_length = 64)]
    pub session_id: Option<String>,
    /// The merchant's own number of the order.
    #[schema(max_length = 64)]
    pub trans_id: Option<String>,
    /// Smallest units, as decimal digits or as a whole JSON number; all that is left when absent.
    #[schema(schema_with = numbers::maybe_amount)]
    pub amount: Option<String>,
    /// The same by PayKKa's name.
    #[schema(schema_with = numbers::maybe_amount)]
    pub refund_amount: Option<String>,
    /// ISO 4217; it must be the payment's.
    #[schema(pattern = "^[A-Z]{3}$")]
    pub currency: Option<String>,
    /// The merchant's own number of the refund: the same one twice is one refund.
    #[schema(pattern = "^[!-~]{1,64}$")]
    pub refund_trans_id: String,
    /// One line that people read, at the channel too.
    #[schema(max_length = 256)]
    pub reason: Option<String>,
    /// Where the events of this refund go.
    #[schema(format = "uri", max_length = 2048)]
    pub notify_url: Option<String>,
}

/// A refund's key: one is enough.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QueryRefund {
    /// The merchant of the key.
    #[schema(pattern = "^[0-9]{1,20}$")]
    pub merchant_id: Option<String>,
    /// `RF…`.
    #[schema(max_length = 64)]
    pub refund_id: Option<String>,
    /// The same by PayKKa's name.
    #[schema(max_length = 64)]
    pub refund_order_id: Option<String>,
    /// The merchant's own number of the refund.
    #[schema(max_length = 64)]
    pub refund_trans_id: Option<String>,
}

/// What became of money that a channel would not return.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResolveReversal {
    /// The merchant of the key.
    #[schema(pattern = "^[0-9]{1,20}$")]
    pub merchant_id: Option<String>,
    /// What became of it.
    pub outcome: Outcome,
    /// In the words of whoever saw to it.
    #[schema(min_length = 1, max_length = 1024)]
    pub note: String,
    /// True when the channel can no longer be asked: nobody waits for its answer.
    pub channel_is_gone: Option<bool>,
}
