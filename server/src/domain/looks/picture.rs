//! A merchant's picture: kept by the hash of what is in it, and served from our own origin, so that a page needs to allow
//! no other.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::hex;

/// The most bytes.
const MOST: usize = 32 * 1024;

/// A picture that came with a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// SHA-256 in hex, and what kind it is: `0a….png`.
    pub name: String,
    /// As it came, in base64.
    pub base64: String,
}

/// How each kind begins. An SVG is a document and none of them.
const KINDS: [(&str, &str, &[u8]); 3] = [
    ("png", "image/png", b"\x89PNG\r\n\x1a\n"),
    ("jpg", "image/jpeg", b"\xff\xd8\xff"),
    ("webp", "image/webp", b"RIFF"),
];

impl Picture {
    /// Reads `data:image/png;base64,…`; what is in it decides what it is.
    pub fn of(text: &str) -> Result<Picture, &'static str> {
        let (head, base64) = text.split_once(";base64,").ok_or("must be data:image/…;base64,…")?;
        if !head.starts_with("data:image/") {
            return Err("must be data:image/…;base64,…");
        }
        let bytes = STANDARD.decode(base64).map_err(|_| "is not base64")?;
        if bytes.len() > MOST {
            return Err("is larger than 32 KiB");
        }
        let kind = kind_of(&bytes).ok_or("must be PNG, JPEG or WebP")?;
        let name = format!("{}.{kind}", hex(digest(&SHA256, &bytes).as_ref()));
        Ok(Picture { name, base64: base64.to_owned() })
    }
}

fn kind_of(bytes: &[u8]) -> Option<&'static str> {
    let (kind, ..) = KINDS.iter().find(|(.., begin)| bytes.starts_with(begin))?;
    let is_webp = bytes.get(8..12) == Some(b"WEBP");
    (*kind != "webp" || is_webp).then_some(kind)
}

/// The media type of a picture of that name; `None` where no picture has such a name.
pub fn media_type(name: &str) -> Option<&'static str> {
    let (hash, kind) = name.split_once('.')?;
    let is_hash =
        hash.len() == 64 && hash.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'));
    let (_, media, _) = KINDS.iter().find(|(known, ..)| is_hash && *known == kind)?;
    Some(media)
}
