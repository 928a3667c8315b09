//! One of WeChat Pay's platform certificates, read: its serial, its times and its key, and nothing else of it is needed. It is X.509 in DER
//! (RFC 5280, 4.1). That it is WeChat Pay's is proved by whence it came (`list.rs`) and not by its issuer, whose root is in no document.

use aws_lc_rs::signature::{ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;

use crate::clock::Millis;
use crate::hex;

const INTEGER: u8 = 0x02;
const SEQUENCE: u8 = 0x30;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const VERSION: u8 = 0xA0;

/// What a signature is checked by, and when.
#[derive(Clone, Debug)]
pub(super) struct Certificate {
    /// Upper-case hexadecimal.
    pub(super) serial: String,
    /// The first moment at which it is believed.
    pub(super) from: Millis,
    /// The last one.
    pub(super) until: Millis,
    pub(super) key: ParsedPublicKey,
}

impl Certificate {
    /// Of PEM; none if it is no certificate, or its key is not RSA of 2048 bits at least.
    pub(super) fn read(pem: &[u8]) -> Option<Certificate> {
        let der = CertificateDer::from_pem_slice(pem).ok()?;
        let mut whole = Der(Der(&der).inside(SEQUENCE)?);
        let mut told = Der(whole.inside(SEQUENCE)?);
        if told.is_next(VERSION) {
            told.element(VERSION)?;
        }
        let serial = hex(told.inside(INTEGER)?).to_uppercase();
        told.element(SEQUENCE)?; // how it is signed
        told.element(SEQUENCE)?; // by whom
        let mut times = Der(told.inside(SEQUENCE)?);
        let (from, until) = (times.time()?, times.time()?);
        told.element(SEQUENCE)?; // for whom
        let key = told.element(SEQUENCE)?;
        let key = ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key).ok()?;
        Some(Certificate { serial, from, until, key })
    }

    /// Whether it has this serial, however it is written: leading noughts are no part of a number.
    pub(super) fn is_of(&self, serial: &str) -> bool {
        let number = |text: &str| text.trim_start_matches('0').to_ascii_uppercase();
        number(&self.serial) == number(serial)
    }

    /// Whether it is believed now.
    pub(super) fn is_valid(&self, now: Millis) -> bool {
        (self.from..=self.until).contains(&now)
    }
}

/// What is left to read.
struct Der<'a>(&'a [u8]);

impl<'a> Der<'a> {
    fn is_next(&self, tag: u8) -> bool {
        self.0.first() == Some(&tag)
    }

    /// The next element's content, if it is of this kind.
    fn inside(&mut self, tag: u8) -> Option<&'a [u8]> {
        let head = self.0.get(1..)?;
        let (length, rest) = length(head)?;
        let content = rest.get(..length).filter(|_| self.is_next(tag))?;
        self.0 = &rest[length..];
        Some(content)
    }

    /// The next element with its head, if it is of this kind.
    fn element(&mut self, tag: u8) -> Option<&'a [u8]> {
        let before = self.0;
        self.inside(tag)?;
        before.get(..before.len() - self.0.len())
    }

    fn time(&mut self) -> Option<Millis> {
        let (tag, format) = match self.is_next(UTC_TIME) {
            true => (UTC_TIME, "%y%m%d%H%M%SZ"),
            false => (GENERALIZED_TIME, "%Y%m%d%H%M%SZ"),
        };
        let text = str::from_utf8(self.inside(tag)?).ok()?;
        let at = DateTime::strptime(format, text).ok()?;
        Some(at.to_zoned(TimeZone::UTC).ok()?.timestamp().as_millisecond())
    }
}

/// How long the content is, and what follows these bytes. No certificate has more than 16 MB.
fn length(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let (&first, rest) = bytes.split_first()?;
    match first {
        0..=0x7F => Some((first.into(), rest)),
        0x81..=0x83 => {
            let (digits, rest) = rest.split_at_checked((first - 0x80).into())?;
            let number = digits.iter().fold(0, |number, digit| number << 8 | usize::from(*digit));
            Some((number, rest))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channel::wechatpay::tests::certificates::{EXPIRED, FIRST, SECOND};

    fn at(time: &str) -> Millis {
        time.parse::<jiff::Timestamp>().unwrap().as_millisecond()
    }

    /// What `openssl x509 -noout -serial -dates` says of each.
    #[test]
    fn serial_and_times_are_those_that_openssl_reads() {
        for (pem, serial, from, until) in [
            (
                FIRST,
                "5157F09EFDC096DE15EBE81A47057A7232F1B8E1",
                "2026-01-01T00:00:00Z",
                "2056-01-01T00:00:00Z",
            ),
            (
                SECOND,
                "0D2F6B1C8E4A97530C1DE2F3A4B5C6D7E8F90A1B",
                "2026-06-01T00:00:00Z",
                "2056-06-01T00:00:00Z",
            ),
            (
                EXPIRED,
                "7132D72A03E93CDDF8C03BBD1F37EEDF8AB3C9E0",
                "2020-01-01T00:00:00Z",
                "2025-01-01T00:00:00Z",
            ),
        ] {
            let read = Certificate::read(pem.as_bytes()).unwrap();
            assert_eq!(
                (read.serial.as_str(), read.from, read.until),
                (serial, at(from), at(until))
            );
        }
    }

    #[test]
    fn a_certificate_is_believed_from_its_first_moment_to_its_last() {
        let first = Certificate::read(FIRST.as_bytes()).unwrap();
        for (now, is_valid) in [
            (first.from - 1, false),
            (first.from, true),
            (first.until, true),
            (first.until + 1, false),
        ] {
            assert_eq!(first.is_valid(now), is_valid, "{now}");
        }
    }

    #[test]
    fn a_serial_is_a_number_and_not_its_spelling() {
        let second = Certificate::read(SECOND.as_bytes()).unwrap();
        for (serial, is_its) in [
            ("0D2F6B1C8E4A97530C1DE2F3A4B5C6D7E8F90A1B", true),
            ("d2f6b1c8e4a97530c1de2f3a4b5c6d7e8f90a1b", true),
            ("D2F6B1C8E4A97530C1DE2F3A4B5C6D7E8F90A1B0", false),
            ("5157F09EFDC096DE15EBE81A47057A7232F1B8E1", false),
            ("", false),
        ] {
            assert_eq!(second.is_of(serial), is_its, "{serial}");
        }
    }

    /// Cut anywhere, and with any one byte changed, it is read otherwise or not at all, and never ends the program.
    #[test]
    fn what_is_torn_is_no_certificate_and_nothing_worse() {
        let der = CertificateDer::from_pem_slice(FIRST.as_bytes()).unwrap();
        let pem = |der: &[u8]| {
            use base64::Engine;
            let text = base64::engine::general_purpose::STANDARD.encode(der);
            format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n")
        };
        assert!(Certificate::read(pem(&der).as_bytes()).is_some());
        for length in 0..der.len() {
            assert!(Certificate::read(pem(&der[..length]).as_bytes()).is_none(), "{length}");
        }
        for place in 0..der.len().min(700) {
            let mut torn = der.to_vec();
            torn[place] = 0xFF;
            _ = Certificate::read(pem(&torn).as_bytes());
        }
        let key = include_str!("../../../keys/wechatpay_sandbox_platform_public.pem");
        assert!(Certificate::read(key.as_bytes()).is_none(), "a key is no certificate");
        assert!(Certificate::read(b"").is_none());
    }
}
