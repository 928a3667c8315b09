//! The envelope around every answer, and the stable codes in it.

use serde::{Deserialize, Serialize};

/// `{"ret_code":"000000","ret_msg":"Success","data":{…}}`, as PayKKa's session API has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Envelope<T> {
    /// `000000`, or one of [`Code`].
    pub ret_code: String,
    /// `Success`, or one clear sentence.
    pub ret_msg: String,
    /// The path of the field that is wrong, such as `payment.token_usage`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// What was asked for; absent on errors.
    #[serde(default = "none", skip_serializing_if = "Option::is_none")]
    pub data: Option<T>,
}

fn none<T>() -> Option<T> {
    None
}

impl<T> Envelope<T> {
    /// A good answer.
    pub fn success(data: T) -> Envelope<T> {
        Envelope {
            ret_code: "000000".into(),
            ret_msg: "Success".into(),
            field: None,
            data: Some(data),
        }
    }
}

macro_rules! codes {
    ($(#[doc = $doc:literal] $name:ident = $text:literal, $status:literal;)*) => {
        /// The stable codes of refusals. They never change their meaning; new ones may come.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Code { $(#[doc = $doc] $name,)* }

        impl Code {
            /// Every code.
            pub const ALL: &[Code] = &[$(Code::$name,)*];

            /// The code on the wire.
            pub fn as_str(self) -> &'static str {
                match self { $(Code::$name => $text,)* }
            }

            /// The HTTP status it comes with.
            pub fn status(self) -> u16 {
                match self { $(Code::$name => $status,)* }
            }

            /// What it means, in a sentence.
            pub fn meaning(self) -> &'static str {
                match self { $(Code::$name => $doc.trim_ascii(),)* }
            }
        }
    };
}

codes! {
    /// The body is not JSON, or a key stands twice in one object.
    MalformedBody = "MALFORMED_BODY", 400;
    /// A field is missing, of the wrong type, or not one of the words it may be.
    InvalidField = "INVALID_FIELD", 400;
    /// A field that this call does not have.
    UnknownField = "UNKNOWN_FIELD", 400;
    /// The amount or the currency.
    InvalidAmount = "INVALID_AMOUNT", 400;
    /// The expiry is in the past, or more than 24 hours ahead.
    InvalidExpiry = "INVALID_EXPIRY", 400;
    /// The return address is neither https nor, in test mode, http to a private host.
    InvalidReturnUrl = "INVALID_RETURN_URL", 400;
    /// The address may not be told anything: not https, not public, or a port that is not for the web.
    InvalidWebhookUrl = "INVALID_WEBHOOK_URL", 400;
    /// The body did not arrive in time.
    BodyTooSlow = "BODY_TOO_SLOW", 408;
    /// The body is over 64 KiB.
    BodyTooLarge = "BODY_TOO_LARGE", 413;
    /// The body is not `application/json`.
    NotJson = "NOT_JSON", 415;
    /// The `Idempotency-Key` is not 1 to 255 visible ASCII characters, or stands twice.
    IdempotencyKeyMalformed = "IDEMPOTENCY_KEY_MALFORMED", 400;
    /// No `Authorization: Bearer …`.
    NoKey = "NO_KEY", 401;
    /// A key or token that opens nothing.
    WrongKey = "WRONG_KEY", 401;
    /// The shopper's page comes from an origin that the merchant has not registered.
    OriginNotRegistered = "ORIGIN_NOT_REGISTERED", 403;
    /// The call is for an organisation, and the key is a merchant's.
    OrganisationKeyNeeded = "ORGANISATION_KEY_NEEDED", 403;
    /// There is no such thing, or it belongs to somebody else.
    NotFound = "NOT_FOUND", 404;
    /// PayKKa's own words for a transaction that does not exist.
    OrderNotExist = "ORDER_NOT_EXIST", 404;
    /// No such address.
    NoSuchAddress = "NO_SUCH_ADDRESS", 404;
    /// The address exists, but not with this method.
    MethodNotAllowed = "METHOD_NOT_ALLOWED", 405;
    /// The `trans_id` has a session that is still open.
    TransIdOpen = "TRANS_ID_OPEN", 409;
    /// The `trans_id` is paid.
    TransIdPaid = "TRANS_ID_PAID", 409;
    /// The session is paid.
    AlreadyPaid = "ALREADY_PAID", 409;
    /// It was paid by bank, and the bank has not confirmed yet.
    BeingConfirmed = "BEING_CONFIRMED", 409;
    /// The session has expired.
    SessionExpired = "SESSION_EXPIRED", 409;
    /// The session was closed.
    SessionClosed = "SESSION_CLOSED", 409;
    /// The amount is not the one that the shopper saw.
    AmountChanged = "AMOUNT_CHANGED", 409;
    /// The method does not suit this session; the sentence says why.
    MethodNotOffered = "METHOD_NOT_OFFERED", 409;
    /// In a mini-program: the wallet has not said who pays. The code does not count, or no longer, or nobody answered.
    LoginNotTaken = "LOGIN_NOT_TAKEN", 409;
    /// The transaction is not paid, or goes back by itself.
    NotRefundable = "NOT_REFUNDABLE", 409;
    /// More than what is left of the transaction.
    RefundAmountExceed = "REFUND_AMOUNT_EXCEED", 409;
    /// The `refund_trans_id` was used for another refund.
    RefundTransIdUsed = "REFUND_TRANS_ID_USED", 409;
    /// No channel of this transaction takes money in two steps: there is nothing to capture.
    CaptureNotSupported = "CAPTURE_NOT_SUPPORTED", 409;
    /// The reversal does not wait for a person.
    NotManual = "NOT_MANUAL", 409;
    /// The channel has returned it meanwhile, or is returning it: nothing may be booked by hand.
    AlreadyReturned = "ALREADY_RETURNED", 409;
    /// No channel here carries what is asked for, such as charging a stored card, or payment codes of that method.
    ProductNotAvailable = "PRODUCT_NOT_AVAILABLE", 409;
    /// The last key cannot be deleted: nobody could come back in.
    LastKey = "LAST_KEY", 409;
    /// The first request with this `Idempotency-Key` is still running.
    IdempotencyKeyInUse = "IDEMPOTENCY_KEY_IN_USE", 409;
    /// The answer to this `Idempotency-Key` can only be read with the secret key that asked first.
    IdempotencyAnswerSealed = "IDEMPOTENCY_ANSWER_SEALED", 409;
    /// This `Idempotency-Key` came with another request before.
    IdempotencyKeyReused = "IDEMPOTENCY_KEY_REUSED", 422;
    /// The merchant has as many of them as there may be.
    LimitReached = "LIMIT_REACHED", 409;
    /// The delivery's endpoint is disabled or deleted.
    EndpointDisabled = "ENDPOINT_DISABLED", 409;
    /// Asked too often.
    TooMany = "TOO_MANY_REQUESTS", 429;
    /// Ours. It is logged, and the answer says no more.
    Internal = "INTERNAL", 500;
    /// The channel could not be reached; nothing was sent.
    ChannelUnavailable = "CHANNEL_UNAVAILABLE", 503;
    /// The database is busy; nothing was done, try again.
    Busy = "BUSY", 503;
}
