//! What came back from a try, in words that a merchant's developer can act on.

use std::error::Error;

use reqwest::{Response, header};

use super::resolve::Refused;
use crate::clock::Millis;

/// How much of a refusing answer is kept.
const EXCERPT: usize = 512;

/// How much of an answer is read at most; past it the connection is given up (threat S16).
const MOST: usize = 16 * 1024;

/// What a try came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// HTTP; nothing when there was no answer.
    pub status: Option<u16>,
    /// One sentence; empty when it was delivered.
    pub error: String,
    /// How a refusing answer began.
    pub excerpt: String,
    /// For how long the receiver asks to be left alone.
    pub retry_after: Option<Millis>,
}

impl Answer {
    /// Nothing was sent.
    pub(super) fn refused(error: String) -> Answer {
        Answer { error, ..Answer::default() }
    }

    /// Whether the receiver has it.
    pub fn is_delivered(&self) -> bool {
        self.status.is_some_and(|status| (200..300).contains(&status))
    }

    /// Whether the receiver wants to hear no more.
    pub fn is_gone(&self) -> bool {
        self.status == Some(410)
    }
}

/// An answer came. All of it counts: what breaks off has not been said.
pub(super) async fn heard(mut response: Response, now: Millis) -> Answer {
    let status = response.status().as_u16();
    let retry_after = retry_after(&response, now);
    let mut start = Vec::new();
    let mut read = 0;
    while let Ok(Some(part)) = response.chunk().await {
        read += part.len();
        start.extend_from_slice(&part[..part.len().min(EXCERPT - start.len())]);
        if read > MOST {
            break;
        }
    }
    if (200..300).contains(&status) {
        return Answer { status: Some(status), ..Answer::default() };
    }
    Answer { status: Some(status), error: sentence(status), excerpt: readable(&start), retry_after }
}

fn sentence(status: u16) -> String {
    match status {
        300..400 => format!(
            "HTTP {status}: redirects are not followed; register the address that it points to"
        ),
        410 => "HTTP 410: the endpoint is gone, and is told nothing more".into(),
        429 => "HTTP 429: the endpoint asks for fewer messages".into(),
        _ => format!("HTTP {status}"),
    }
}

/// Seconds, or a date (RFC 9110, 10.2.3).
fn retry_after(response: &Response, now: Millis) -> Option<Millis> {
    let text = response.headers().get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse::<u32>() {
        return Some(Millis::from(seconds) * 1000);
    }
    let at = jiff::fmt::rfc2822::parse(text).ok()?.timestamp().as_millisecond();
    Some((at - now).max(0))
}

/// Text without what a terminal or a database would stumble over.
fn readable(bytes: &[u8]) -> String {
    let plain = |letter: char| if letter.is_control() { ' ' } else { letter };
    String::from_utf8_lossy(bytes).chars().map(plain).collect::<String>().trim().to_owned()
}

/// No answer came.
pub(super) fn unheard(error: &reqwest::Error) -> Answer {
    if let Some(refused) = causes(error).find_map(|cause| cause.downcast_ref::<Refused>()) {
        return Answer::refused(refused.to_string());
    }
    let cause = causes(error).last().map_or_else(String::new, ToString::to_string);
    Answer::refused(if error.is_connect() && error.is_timeout() {
        "no connection within 5 s".into()
    } else if error.is_timeout() {
        "no answer within 15 s".into()
    } else if error.is_connect() {
        format!("no connection: {cause}")
    } else {
        format!("no answer: {cause}")
    })
}

fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn Error + 'static)> {
    std::iter::successors(error.source(), |&cause| cause.source())
}
