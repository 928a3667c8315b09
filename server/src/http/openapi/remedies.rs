//! What to do about each refusal. A code without a remedy does not compile.

use florin_shared::Code;

/// What a caller does about it, in a sentence or two.
pub(crate) fn remedy(code: Code) -> &'static str {
    use Code::*;
    match code {
        MalformedBody => "Send one JSON object, UTF-8, each key once.",
        InvalidField => "Mend the field that `field` names; the sentence says what it may be.",
        UnknownField => "Leave out the field that `field` names, or correct its spelling.",
        InvalidAmount => {
            "Send a whole number of smallest units as a string (`\"800\"` HKD is HK$8.00) and a currency of ISO 4217."
        }
        InvalidExpiry => {
            "Send RFC 3339 with an offset, later than now and at most 24 hours ahead, or leave it out for 30 minutes."
        }
        InvalidReturnUrl => {
            "Use https. In test mode, http to this machine or a private network will do."
        }
        InvalidWebhookUrl => "Use a public https address on a port for the web.",
        BodyTooSlow => "Send it again over a better connection; nothing was done.",
        BodyTooLarge => "Send less: 64 KiB is the most.",
        NotJson => "Send the header `content-type: application/json`.",
        IdempotencyKeyMalformed => {
            "Send one `Idempotency-Key` of 1 to 255 visible ASCII characters, such as a UUID."
        }
        NoKey => {
            "Send `Authorization: Bearer …`, with the secret key or the session's client token."
        }
        WrongKey => {
            "Check which key it is, its mode (test or live), and whether it was deleted or the session has ended."
        }
        OriginNotRegistered => {
            "Add the page's origin to the merchant's `origins` with `PATCH /v1/merchant`."
        }
        OrganisationKeyNeeded => "Call with a key of the organisation, `sk_org_…`.",
        NotFound => "Check the id, and that it belongs to the merchant of the key.",
        OrderNotExist => {
            "Check the key you asked by. A session that nobody has begun to pay has no transaction yet."
        }
        NoSuchAddress => "Check the address; the document lists them all.",
        MethodNotAllowed => "Use one of the methods that the document lists for this address.",
        TransIdOpen => {
            "Go on with the session that is open, or close it; for another order, use another `trans_id`."
        }
        TransIdPaid => {
            "Do not ask for this money again. For another order, use another `trans_id`."
        }
        AlreadyPaid => "Do not ask the shopper to pay again. To give the money back, refund it.",
        BeingConfirmed => {
            "Wait for the webhook, or ask again later. Do not let the shopper pay again."
        }
        SessionExpired => "Create a new session.",
        SessionClosed => "Create a new session.",
        AmountChanged => "Show the new amount, and pay with the `version` of the new view.",
        MethodNotOffered => {
            "Let the shopper choose another method; `GET /v1/methods/explain` says what it would take."
        }
        LoginNotTaken => "Ask the wallet for another code and bring that.",
        NotRefundable => {
            "Query the transaction. What was not paid is cancelled; what goes back by itself needs nothing."
        }
        RefundAmountExceed => {
            "Query the transaction: at most `amount` less `refunded_amount`, less what is on its way."
        }
        RefundTransIdUsed => "Query that refund. For another one, use another `refund_trans_id`.",
        CaptureNotSupported => "Nothing: the money has been taken already.",
        NotManual => "Query it; only what is `MANUAL` waits for a person.",
        AlreadyReturned => "Nothing: the channel returns it. Query it to see when.",
        ProductNotAvailable => {
            "Leave out what `field` names, or offer the shopper a session. Where the server has no sealing key, its operator gives it one."
        }
        LastKey => "Make another key first.",
        IdempotencyKeyInUse => "Wait a moment and send the same again.",
        IdempotencyAnswerSealed => "Ask with the key that asked first, or query what was made.",
        IdempotencyKeyReused => "Use a new `Idempotency-Key` for a new request.",
        LimitReached => "Delete one that is no longer needed.",
        EndpointDisabled => "Enable the endpoint, or register it again, and then replay.",
        TooMany => "Wait for as long as `Retry-After` says, and ask less often.",
        Internal => {
            "Query whether it was done, or send the same again with the same `Idempotency-Key`. Tell the operator the `x-request-id`."
        }
        ChannelUnavailable => {
            "Try again after `Retry-After`, or let the shopper choose another method."
        }
        Busy => "Send the same again after `Retry-After`.",
    }
}
