//! A text into a QR code: one SVG path, dark on white in every theme, drawn here and nowhere else.

use qrcode::{Color, EcLevel, QrCode};

/// The light margin that a camera needs, in modules.
pub const QUIET_ZONE: usize = 4;

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
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let side = code.width() + 2 * QUIET_ZONE;
    let mut path = String::new();
    for (y, row) in code.to_colors().chunks(code.width()).enumerate() {
        draw_row(row, y + QUIET_ZONE, &mut path);
    }
    Some(Picture { view_box: format!("0 0 {side} {side}"), path })
}

fn draw_row(row: &[Color], y: usize, path: &mut String) {
    let mut x = QUIET_ZONE;
    for run in row.chunk_by(|left, right| left == right) {
        let width = run.len();
        if run.first() == Some(&Color::Dark) {
            path.push_str(&format!("M{x} {y}h{width}v1h-{width}z"));
        }
        x += width;
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
            let (x, y, width): (usize, usize, usize) = (x.parse().unwrap(), y.parse().unwrap(), width.parse().unwrap());
            modules[y][x..x + width].fill(true);
        }
        modules
    }

    #[test]
    fn the_path_is_the_matrix_inside_a_quiet_zone() {
        let text = "https://wallet.example/pay/GW0123456789abcdefghijklmnop";
        let code = QrCode::with_error_correction_level(text, EcLevel::M).unwrap();
        let modules = modules(&draw(text).unwrap());
        let side = code.width() + 2 * QUIET_ZONE;
        for (y, row) in modules.iter().enumerate() {
            for (x, dark) in row.iter().enumerate() {
                let inside = |at: usize| (QUIET_ZONE..side - QUIET_ZONE).contains(&at);
                let expected = inside(x) && inside(y) && code[(x - QUIET_ZONE, y - QUIET_ZONE)] == Color::Dark;
                assert_eq!(*dark, expected, "{x} {y}");
            }
        }
    }

    #[test]
    fn the_three_finders_are_where_a_camera_looks_for_them() {
        let picture = draw("florin").unwrap();
        let modules = modules(&picture);
        let far = modules.len() - QUIET_ZONE - 7;
        for (x, y) in [(QUIET_ZONE, QUIET_ZONE), (far, QUIET_ZONE), (QUIET_ZONE, far)] {
            for at in 0..7 {
                assert!(modules[y][x + at] && modules[y + 6][x + at] && modules[y + at][x] && modules[y + at][x + 6]);
            }
            assert!(modules[y + 3][x + 3] && !modules[y + 1][x + 1]);
        }
    }

    #[test]
    fn two_texts_make_two_pictures_and_too_long_a_text_none() {
        assert_ne!(draw("a"), draw("b"));
        assert_eq!(draw(&"x".repeat(5000)), None);
    }
}
