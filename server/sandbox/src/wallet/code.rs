//! Codes as they come in, and as a picture.

use qrcode::{Color, EcLevel, QrCode};

use crate::channel::Channels;

/// The code of the ledger within whatever was scanned, copied or typed; a channel whose form it has reads it.
pub(super) fn read(channels: &Channels, text: &str) -> String {
    let text = text.trim();
    channels.all().find_map(|channel| channel.read_code(text)).unwrap_or_else(|| within(text))
}

/// An address of the wallet, or a code by itself, whose letters and digits count.
fn within(text: &str) -> String {
    let code = text.split_once("code=").map_or(text, |(_, after)| after);
    let code = code.split(['&', '#']).next().unwrap_or_default();
    code.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase()
}

/// A QR code, black on white, with the quiet zone around it.
pub(super) fn svg(text: &str) -> Option<String> {
    const QUIET: usize = 4;
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let width = code.width();
    let dark = code.to_colors().into_iter().enumerate().filter(|(_, color)| *color == Color::Dark);
    let path: String = dark
        .map(|(at, _)| format!("M{} {}h1v1h-1z", at % width + QUIET, at / width + QUIET))
        .collect();
    let size = width + 2 * QUIET;
    Some(format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h{size}v{size}H0z"/><path d="{path}"/></svg>"##
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_found_in_what_was_scanned_or_typed() {
        assert_eq!(within("http://10.0.0.5:8081/wallet?code=abc234&from=page"), "abc234");
        assert_eq!(within(" 4821 0937 55 "), "4821093755");
        assert_eq!(within("ABC234"), "abc234");
    }
}
