//! A text into a QR code: one SVG path, dark on white in every theme, drawn here and nowhere else.

use qrcodegen::{QrCode, QrCodeEcc, QrSegment};

use crate::texts::joined;

/// The light margin that a camera needs, in modules.
pub const QUIET_ZONE: i32 = 4;

/// A code as a picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// The `viewBox`, quiet zone included.
    pub view_box: String,
    /// The dark modules, one rectangle for each run in a row.
    pub path: String,
}

/// Draws `text` at level M. `None` when it is too long for any code.
pub fn draw(text: &str) -> Option<Picture> {
    let code = encode(text)?;
    let side = code.size() + 2 * QUIET_ZONE;
    let mut path = String::new();
    for y in 0..code.size() {
        draw_row(&code, y, &mut path);
    }
    let side = side.to_string();
    Some(Picture { view_box: joined(&["0 0 ", &side, " ", &side]), path })
}

fn encode(text: &str) -> Option<QrCode> {
    let segments = [QrSegment::make_bytes(text.as_bytes())];
    // Level M and no higher, even where a higher one would fit: the fewer modules, the larger each of them.
    QrCode::encode_segments_advanced(
        &segments,
        QrCodeEcc::Medium,
        qrcodegen::Version::MIN,
        qrcodegen::Version::MAX,
        None,
        false,
    )
    .ok()
}

/// The dark runs of a row. What lies outside the code is light.
fn draw_row(code: &QrCode, y: i32, path: &mut String) {
    let mut begin = None;
    for x in 0..=code.size() {
        match (code.get_module(x, y), begin) {
            (true, None) => begin = Some(x),
            (false, Some(from)) => {
                let width = (x - from).to_string();
                let (from, y) = ((from + QUIET_ZONE).to_string(), (y + QUIET_ZONE).to_string());
                path.push_str(&joined(&["M", &from, " ", &y, "h", &width, "v1h-", &width, "z"]));
                begin = None;
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The matrix back from the path, so that what is drawn is what the encoder said.
    fn modules(picture: &Picture) -> Vec<Vec<bool>> {
        let side: usize = picture.view_box.rsplit(' ').next().unwrap().parse().unwrap();
        let mut modules = vec![vec![false; side]; side];
        for run in picture.path.split('M').skip(1) {
            let (x, rest) = run.split_once(' ').unwrap();
            let (y, rest) = rest.split_once('h').unwrap();
            let (width, _) = rest.split_once('v').unwrap();
            let (x, y, width): (usize, usize, usize) =
                (x.parse().unwrap(), y.parse().unwrap(), width.parse().unwrap());
            modules[y][x..x + width].fill(true);
        }
        modules
    }

    #[test]
    fn a_camera_reads_the_text_back_through_the_quiet_zone() {
        for text in [
            "https://wallet.example/pay/GW0123456789abcdefghijklmnop",
            "florin",
            "281666040123456789",
            "支付 口令",
        ] {
            let modules = modules(&draw(text).unwrap());
            let scale = 4;
            let picture = |x: usize, y: usize| if modules[y / scale][x / scale] { 0 } else { 255 };
            let side = modules.len() * scale;
            let mut image = rqrr::PreparedImage::prepare_from_greyscale(side, side, picture);
            let grids = image.detect_grids();
            let (meta, read) = grids[0].decode().unwrap();
            assert_eq!(read, text);
            assert_eq!(meta.ecc_level, 0, "level M");
        }
    }

    #[test]
    fn the_quiet_zone_is_light_on_every_side() {
        let modules = modules(&draw("florin").unwrap());
        let (zone, side) = (usize::try_from(QUIET_ZONE).unwrap(), modules.len());
        for (y, row) in modules.iter().enumerate() {
            for (x, dark) in row.iter().enumerate() {
                let inside = |at: usize| (zone..side - zone).contains(&at);
                assert!(!dark || (inside(x) && inside(y)), "{x} {y}");
            }
        }
        // The first finder begins right behind it.
        assert!(modules[zone][zone]);
    }

    #[test]
    fn two_texts_make_two_pictures_and_too_long_a_text_none() {
        assert_ne!(draw("a"), draw("b"));
        assert_eq!(draw(&"x".repeat(5000)), None);
    }
}
