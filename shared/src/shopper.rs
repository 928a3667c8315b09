//! What the widget asks and is told. Flat, because the widget reads it field by field.

use serde::{Deserialize, Serialize};

use crate::money::Amount;
use crate::session::SessionStatus;
use crate::theme::Looks;

/// Everything to show.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CheckoutView {
    /// `CS…`.
    pub session_id: String,
    /// Rises when the merchant changes the amount; `pay` sends back the one that the shopper saw.
    pub version: u64,
    /// Where the session stands.
    pub status: SessionStatus,
    /// Who is paid.
    pub payee: String,
    /// The merchant's own number of the order, shown where the shopper must start again.
    pub trans_id: String,
    /// How much.
    #[serde(flatten)]
    pub amount: Amount,
    /// What is sold, as the merchant wrote it.
    pub goods: Vec<Good>,
    /// Which methods, in order, with those that do not suit and why.
    pub methods: Vec<Offer>,
    /// Milliseconds until the session ends; 0 when it has.
    pub expires_in_ms: u64,
    /// How long the session lives in all, for the ring.
    pub lifetime_ms: u64,
    /// Where the shopper goes who leaves now: while nothing is paid, the session's `cancel_url`, if it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub return_url: Option<String>,
    /// The hosted page, offered when anything fails.
    pub session_url: String,
    /// BCP 47, when the merchant chose one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_locale: Option<String>,
    /// The looks.
    pub appearance: Looks,
    /// False: ask only when the shopper says "I have paid", comes back, or the code has run out (L8).
    pub auto_query: bool,
    /// False in test mode.
    pub livemode: bool,
    /// The open transaction, if there is one: a reload goes on where the shopper was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub open: Option<OpenTransaction>,
    /// The latest status, so that a paid session shows as paid at once.
    pub state: StatusView,
}

/// The answer to `GET /v1/checkout/{session_id}`: everything to show, and on request the list as it is drawn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Checkout {
    /// Everything to show.
    #[serde(flatten)]
    pub view: CheckoutView,
    /// The list; only for whoever says in which `locales` it may be drawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub markup: Option<Markup>,
}

/// The list as the widget draws it, to be shown before the widget's program is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Markup {
    /// In which of Florin's languages.
    pub language: String,
    /// The card. An amount stands between two U+E000, as a decimal number, for the browser to write.
    pub html: String,
    /// The rules that the card needs beside the loader's own.
    pub style: String,
}

/// One line of the basket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Good {
    /// The name.
    pub name: String,
    /// How many.
    pub quantity: u32,
    /// The price of one, in smallest units of the session's currency, if the merchant said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit_amount: Option<String>,
}

/// A method in the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Offer {
    /// `GCASH`, …
    pub method: String,
    /// What the shopper will do: `scan`, `passcode`, `transfer`, `redirect` to a page that opens the wallet on the same phone, `app`: the merchant's own
    /// app hands the next action to the wallet's SDK, or `mini_program`: so does a mini-program, once it has said who pays.
    pub kind: String,
    /// Why it cannot be chosen, if it cannot.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unavailable: Option<Unavailable>,
}

/// Why a method cannot be chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Unavailable {
    /// `CURRENCY`, `COUNTRY`, `SCENE`, `AMOUNT_TOO_LOW`, `AMOUNT_TOO_HIGH`, `AMOUNT_STEP`, `TIME_TOO_SHORT` or `DOWN`.
    pub reason: String,
    /// What it would take: the currencies (`CURRENCY`), the scenes (`SCENE`), or the limit in smallest units (`AMOUNT_…`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<String>,
}

/// What the shopper asks for: the body of `POST …/transactions`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PayRequest {
    /// `GCASH`, …
    pub method: String,
    /// The version of [`CheckoutView`] that the shopper saw.
    pub version: u64,
    /// `APP` in the merchant's own app, `WECHAT_MINI_PROGRAM` or `ALIPAY_MINI_PROGRAM` in a mini-program: no browser's name tells it. Else
    /// left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scene: Option<String>,
}

/// Who pays in a mini-program: the body of `POST …/transactions/{order_id}/login`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct LoginRequest {
    /// What `wx.login` or `my.getAuthCode` has given. It counts once.
    pub code: String,
}

/// A transaction that waits for the shopper: the answer to `POST …/transactions`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OpenTransaction {
    /// `GW…`.
    pub order_id: String,
    /// The method it was opened with.
    pub method: String,
    /// What to do now. Absent while the channel has not answered yet; the status goes on telling.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_action: Option<NextAction>,
    /// Milliseconds until the code ends; 0 when it has.
    pub code_expires_in_ms: u64,
    /// How it stands.
    pub state: StatusView,
}

/// What the shopper has to do now.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NextAction {
    /// `show_code`, `show_transfer`, `redirect`, or `elsewhere`: it is being paid in another browser, and there is nothing to do in this one;
    /// `app_params`: the merchant's own app hands `text` to the wallet's SDK; `login`: a mini-program asks its wallet for a code and sends it to
    /// `…/login`; `mini_program_params`: it hands `text` to its wallet. An unknown word means: offer the hosted page.
    #[serde(rename = "type")]
    pub kind: String,
    /// `show_code`: the text in the code, or the passcode. `app_params`: for WeChat's SDK a JSON object, for Alipay's an order string, for UnionPay's its `tn`.
    /// `mini_program_params`: a JSON object, for `wx.requestPayment` or `my.tradePay`.
    /// `show_transfer`: the transfer as a `payto` address (RFC 8905), where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// `show_code`: `qr`, `passcode`, or `terminal`: digits for a card terminal, which may also scan them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code_kind: Option<String>,
    /// `show_code`: opens the wallet on this device; offered first on a phone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app_link: Option<String>,
    /// `redirect`: where to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// `show_transfer`: what to transfer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transfer: Option<Box<Transfer>>,
}

/// A transfer that the shopper makes by hand, line by line as a bank's form asks for it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Transfer {
    /// To whom.
    pub payee: String,
    /// IBAN without gaps, or the account's number as its country writes it.
    pub account: String,
    /// The bank's name.
    pub bank: String,
    /// BIC, sort code or routing number; empty where none is needed.
    pub bank_code: String,
    /// How much, with a point before the decimals: `1234.50`.
    pub amount: String,
    /// What must stand in the transfer: letters and digits with a check in them.
    pub reference: String,
}

/// The status of the newest transaction, as the shopper sees it. An unknown word means: go on waiting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PaymentStatus {
    /// Waiting for the shopper, or for the channel.
    Processing,
    /// Paid.
    Success,
    /// Not paid: declined, or run out.
    Fail,
    /// Cancelled; nothing was taken, or it is on its way back (see the notice).
    Cancelled,
    /// A word newer than this build.
    #[serde(other)]
    Unknown,
}

/// What a waiting transaction waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Phase {
    /// The channel has not answered yet.
    Opening,
    /// For the shopper to pay.
    Waiting,
    /// The shopper has paid; the bank has not confirmed. Countdowns stop.
    Confirming,
    /// The code is being closed at the channel; only its answer ends this.
    Closing,
    /// Nothing: it is final.
    Over,
    /// A word newer than this build.
    #[serde(other)]
    Unknown,
}

/// The answer to `GET …/status`, every two seconds, from memory.
///
/// The widget ignores an answer about another `order_id` than its own and one with a lower `seq`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StatusView {
    /// Rises with every change of the order.
    pub seq: u64,
    /// Where the session stands.
    pub status: SessionStatus,
    /// The transaction this speaks of; absent when there is none yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_id: Option<String>,
    /// Its method.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// How it stands; absent when there is none yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment_status: Option<PaymentStatus>,
    /// What it waits for; absent when there is none yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phase: Option<Phase>,
    /// Why it failed: a word such as `DECLINED`, `RUN_OUT`, `CHANNEL_UNAVAILABLE`. While it waits, `AT_TERMINAL` where a card terminal has
    /// taken it up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Milliseconds until the session ends; 0 when it has.
    pub expires_in_ms: u64,
    /// Milliseconds until the code ends; 0 when it has, or when there is none.
    pub code_expires_in_ms: u64,
    /// When to ask next.
    pub poll_after_ms: u64,
    /// Changes with the merchant's name and looks: the view has the new ones.
    #[serde(default)]
    pub looks: u64,
    /// Where the shopper goes; with `session_id` appended. Only once the session is over, or the payer has paid and the bank has yet to
    /// confirm.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub return_url: Option<String>,
    /// `SURPLUS_RETURNED`: a second payment arrived and is on its way back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notice: Option<String>,
    /// The method of the payment that is on its way back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notice_method: Option<String>,
}
