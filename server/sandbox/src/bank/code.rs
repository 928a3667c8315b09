//! What a bank's app reads in a code between banks (`protocols/emvco-mpm.md`), with a reader of its own.

use std::collections::BTreeMap;

use crate::money::{self, Money};

/// What the payer is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Read {
    pub(super) scheme: &'static Scheme,
    pub(super) payee: String,
    pub(super) amount: Money,
    pub(super) reference: String,
}

/// A national profile, and the one account of it that this bank keeps.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Scheme {
    /// As our protocol calls the account.
    pub(super) account: &'static str,
    pub(super) title: &'static str,
    /// The object with the account, and the network's name in it.
    network: (&'static str, &'static str),
    /// The account within that object.
    payee: &'static str,
    /// ISO 4217, by number and by letters.
    currency: (&'static str, &'static str),
    /// The object with the reference, and its place there.
    reference: (&'static str, &'static str),
}

const fn scheme(
    (account, title): (&'static str, &'static str),
    network: (&'static str, &'static str),
    payee: &'static str,
    currency: (&'static str, &'static str),
    reference: (&'static str, &'static str),
) -> Scheme {
    Scheme { account, title, network, payee, currency, reference }
}

#[rustfmt::skip]
static SCHEMES: [Scheme; 6] = [
    scheme(("SANDBOX_VIETQR", "VietQR"), ("38", "A000000727"), "000697043601130011000123456", ("704", "VND"), ("62", "08")),
    scheme(("SANDBOX_PAYNOW", "PayNow"), ("26", "SG.PAYNOW"), "201403121W", ("702", "SGD"), ("62", "01")),
    scheme(("SANDBOX_PROMPTPAY", "PromptPay"), ("30", "A000000677010112"), "0112233445566", ("764", "THB"), ("30", "02")),
    scheme(("SANDBOX_QRPH", "QR Ph"), ("28", "ph.ppmi.p2m"), "000600788000696", ("608", "PHP"), ("62", "05")),
    scheme(("SANDBOX_FPS", "FPS"), ("26", "hk.com.hkicl"), "1234567", ("344", "HKD"), ("62", "01")),
    scheme(("SANDBOX_QRIS", "QRIS"), ("51", "ID.CO.QRIS.WWW"), "ID1020000000001", ("360", "IDR"), ("62", "01")),
];

/// The scheme that people call this.
pub(super) fn titled(title: &str) -> Option<&'static Scheme> {
    SCHEMES.iter().find(|scheme| scheme.title == title)
}

/// Whether this bank keeps an account of that name.
pub(super) fn keeps(account: &str) -> bool {
    SCHEMES.iter().any(|scheme| scheme.account == account)
}

/// The code, if it is one for an account that is kept here, with an amount and a reference.
pub(super) fn read(text: &str) -> Option<Read> {
    let body = text.get(..text.len().checked_sub(4)?)?;
    if !body.ends_with("6304") || !text.ends_with(&format!("{:04X}", sum(body.as_bytes()))) {
        return None;
    }
    let objects = objects(text)?;
    let scheme = SCHEMES.iter().find(|scheme| scheme.is_of(&objects))?;
    let (place, id) = scheme.reference;
    let (whole, part) = objects.get("54")?.split_once('.').unwrap_or((objects.get("54")?, ""));
    let digits = money::digits(scheme.currency.1)? as usize;
    let value = format!("{whole}{part:0<digits$}").parse().ok()?;
    Some(Read {
        scheme,
        payee: objects.get("59").map_or(scheme.account, |name| name).to_owned(),
        amount: Money { currency: scheme.currency.1.to_owned(), value },
        reference: self::objects(objects.get(place)?)?.get(id)?.to_string(),
    })
}

impl Scheme {
    fn is_of(&self, all: &BTreeMap<&str, &str>) -> bool {
        let (place, network) = self.network;
        let inside = all.get(place).and_then(|value| objects(value));
        let is_ours = inside.is_some_and(|inside| {
            inside.get("00") == Some(&network) && inside.values().any(|value| *value == self.payee)
        });
        is_ours && all.get("53") == Some(&self.currency.0)
    }
}

/// What a text or a template is made of. An id that stands twice makes it unreadable, as a length does that does not fit.
fn objects(text: &str) -> Option<BTreeMap<&str, &str>> {
    let (mut all, mut rest) = (BTreeMap::new(), text);
    while !rest.is_empty() {
        let (id, length) = (rest.get(..2)?, rest.get(2..4)?.parse::<usize>().ok()?);
        let after = &rest[4..];
        let end = after.char_indices().nth(length).map_or(after.len(), |(at, _)| at);
        let value = &after[..end];
        if value.chars().count() != length || all.insert(id, value).is_some() {
            return None;
        }
        rest = &after[end..];
    }
    Some(all)
}

/// CRC-16 with 0x1021 and 0xFFFF, bit by bit through a shift register.
fn sum(bytes: &[u8]) -> u16 {
    let mut register = 0xFFFF_u32;
    for bit in bytes.iter().flat_map(|byte| (0..8).rev().map(move |at| byte >> at & 1)) {
        let out = (register >> 15) & 1 ^ u32::from(bit);
        register = (register << 1 & 0xFFFF) ^ if out == 1 { 0x1021 } else { 0 };
    }
    register as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    const VIETQR: &str = "00020101021238570010A00000072701270006970436011300110001234560208QRIBFTTA530370454061200005802VN62230819ORDER2026111800000163041C88";

    #[test]
    fn a_code_for_an_account_of_this_bank_is_read() {
        assert_eq!(sum(b"123456789"), 0x29B1);
        let read = read(VIETQR).unwrap();
        assert_eq!((read.scheme.title, read.reference.as_str()), ("VietQR", "ORDER20261118000001"));
        assert_eq!(read.amount, Money { currency: "VND".into(), value: 120_000 });
    }

    #[test]
    fn anything_else_is_not() {
        for other in [
            "",
            "abc",
            "http://10.0.0.5:8081/wallet?code=abc",
            &VIETQR.replace("120000", "120001"),
            // Somebody else's account.
            "00020101021238570010A00000072701270006970403011300110123456780208QRIBFTTA530370454061800005802VN62340107NPS68690819thanh toan don hang63042E2E",
        ] {
            assert_eq!(read(other), None, "{other}");
        }
    }
}
