//! Ids, parsed once where they enter: whoever holds one need not look again.

use std::fmt;
use std::str::FromStr;

/// A field whose text has not the form it must have. The name is the field's, as on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed(pub &'static str);

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is not well formed", self.0)
    }
}

impl std::error::Error for Malformed {}

/// The digits of our base32: RFC 4648's "extended hex", in lower case, so that text sorts as the bytes do.
pub const BASE32: &[u8; 32] = b"0123456789abcdefghijklmnopqrstuv";

fn is_digit(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'a'..=b'v')
}

fn base32(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(5) * 8);
    let (mut pending, mut bits) = (0u32, 0u32);
    for byte in bytes {
        pending = (pending << 8) | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(char::from(BASE32[(pending >> bits & 31) as usize]));
        }
        pending &= (1 << bits) - 1;
    }
    if bits > 0 {
        text.push(char::from(BASE32[(pending << (5 - bits) & 31) as usize]));
    }
    text
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal, $field:literal, $bytes:literal, $digits:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(String);

        impl $name {
            /// Makes an id of random bytes; the caller says where they come from.
            pub fn of(bytes: [u8; $bytes]) -> $name {
                $name(format!("{}{}", $prefix, base32(&bytes)))
            }

            /// The text, as on the wire.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = Malformed;

            fn from_str(text: &str) -> Result<$name, Malformed> {
                let digits = text.strip_prefix($prefix).ok_or(Malformed($field))?;
                if digits.len() != $digits || !digits.bytes().all(is_digit) {
                    return Err(Malformed($field));
                }
                Ok($name(text.to_owned()))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

id!(
    /// A checkout session: `CS` and 32 lower-case base32 digits, 160 random bits. Nobody guesses one.
    SessionId, "CS", "session_id", 20, 32
);
id!(
    /// One attempt to pay, called a transaction on the wire: `GW` and 26 digits. The channel sees it as our
    /// request number, so it is never used twice.
    PaymentId, "GW", "order_id", 16, 26
);
id!(
    /// Money going back, asked for by the merchant (a refund) or by us (a reversal): `RF` and 26 digits.
    ReversalId, "RF", "refund_id", 16, 26
);

id!(
    /// A fixed receipt code: `FC` and 26 digits, 128 random bits.
    CodeId, "FC", "code_id", 16, 26
);

id!(
    /// An address of a merchant's that hears of events: `WE` and 26 digits.
    EndpointId, "WE", "endpoint_id", 16, 26
);

id!(
    /// A merchant's own account at a channel: `CA` and 26 digits.
    AccountId, "CA", "channel_id", 16, 26
);

id!(
    /// One event on its way to one address: `WD` and 26 digits. A later one sorts after an earlier one.
    DeliveryId, "WD", "delivery_id", 16, 26
);

/// Who sells: 1 to 20 decimal digits.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MerchantId(String);

impl MerchantId {
    /// The text, as on the wire.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for MerchantId {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<MerchantId, Malformed> {
        if text.is_empty() || text.len() > 20 || !text.bytes().all(|digit| digit.is_ascii_digit()) {
            return Err(Malformed("merchant_id"));
        }
        Ok(MerchantId(text.to_owned()))
    }
}

impl fmt::Display for MerchantId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base32_is_rfc_4648_extended_hex_without_padding() {
        for (plain, coded) in
            [("", ""), ("f", "co"), ("fo", "cpng"), ("foo", "cpnmu"), ("foobar", "cpnmuoj1e8")]
        {
            assert_eq!(base32(plain.as_bytes()), coded);
        }
    }

    #[test]
    fn an_id_reads_back_what_it_wrote_and_nothing_else() {
        let session = SessionId::of([255; 20]);
        assert_eq!(session.as_str().len(), 34);
        assert_eq!(session.as_str().parse(), Ok(session.clone()));
        let payment = PaymentId::of([7; 16]);
        assert_eq!(payment.as_str().len(), 28);
        assert_eq!(payment.as_str().parse(), Ok(payment.clone()));
        for text in
            ["", "CS", "cs", payment.as_str(), &session.as_str()[..33], &format!("{session}0")]
        {
            assert_eq!(text.parse::<SessionId>(), Err(Malformed("session_id")), "{text}");
        }
        assert!(session.as_str().to_uppercase().parse::<SessionId>().is_err());
    }
}
