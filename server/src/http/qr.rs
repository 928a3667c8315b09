//! A code to be printed: black on white whatever the theme, level M, with the quiet zone of four modules that ISO/IEC
//! 18004 asks for. `?size=` is the length of a side in pixels, quiet zone and all.

use axum::http::header;
use axum::response::{IntoResponse, Response};
use qrcode::{Color, EcLevel, QrCode};

use super::asked::Asked;
use crate::{Error, Result};

/// Modules of white around the code.
const QUIET: usize = 4;
/// The usual side, in pixels.
const USUAL: u64 = 512;
const LEAST: u64 = 120;
const MOST: u64 = 2_400;

/// Reads `size`, the only thing that may be asked of a picture.
pub(super) fn size(Asked(mut fields): Asked) -> Result<usize> {
    let text = fields.text("size", 8)?;
    let size = match text.as_deref() {
        None => USUAL,
        Some(text) => text.parse().unwrap_or(0),
    };
    if !(LEAST..=MOST).contains(&size) {
        let what = format!("is a number of pixels from {LEAST} to {MOST}");
        return Err(fields.wrong("size", what));
    }
    fields.end()?;
    usize::try_from(size).map_err(|error| Error::Internal(error.to_string()))
}

/// A picture of lines, sharp at any size.
pub(super) fn svg(text: &str, size: usize) -> Result<Response> {
    let matrix = Matrix::of(text)?;
    let side = matrix.side + 2 * QUIET;
    let picture = format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" width="{size}" height="{size}" viewBox="0 0 {side} {side}" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h{side}v{side}H0z"/><path d="{}"/></svg>"##,
        matrix.path()
    );
    Ok(answer("image/svg+xml", picture.into_bytes()))
}

/// A picture of whole pixels a module; what is left over is white.
pub(super) fn png(text: &str, size: usize) -> Result<Response> {
    let matrix = Matrix::of(text)?;
    let scale = size / (matrix.side + 2 * QUIET);
    if scale == 0 {
        return Err(Error::Internal(format!("{text} needs more than {size} pixels")));
    }
    let margin = (size - scale * matrix.side) / 2;
    let row_bytes = size.div_ceil(8);
    let mut pixels = vec![0xff_u8; row_bytes * size];
    for y in 0..scale * matrix.side {
        for x in 0..scale * matrix.side {
            if matrix.is_dark(x / scale, y / scale) {
                let at = margin + x;
                pixels[(margin + y) * row_bytes + at / 8] &= !(0x80 >> (at % 8));
            }
        }
    }
    encoded(&pixels, size).map(|bytes| answer("image/png", bytes))
}

fn encoded(pixels: &[u8], size: usize) -> Result<Vec<u8>> {
    let failed = |error: png::EncodingError| Error::Internal(error.to_string());
    let side = u32::try_from(size).map_err(|error| Error::Internal(error.to_string()))?;
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, side, side);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::One);
    let mut writer = encoder.write_header().map_err(failed)?;
    writer.write_image_data(pixels).map_err(failed)?;
    writer.finish().map_err(failed)?;
    Ok(bytes)
}

fn answer(kind: &'static str, bytes: Vec<u8>) -> Response {
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "no-store")], bytes).into_response()
}

struct Matrix {
    side: usize,
    dark: Vec<bool>,
}

impl Matrix {
    fn of(text: &str) -> Result<Matrix> {
        let code = QrCode::with_error_correction_level(text, EcLevel::M)
            .map_err(|error| Error::Internal(format!("no code holds {text}: {error}")))?;
        let dark = code.to_colors().into_iter().map(|color| color == Color::Dark).collect();
        Ok(Matrix { side: code.width(), dark })
    }

    fn is_dark(&self, x: usize, y: usize) -> bool {
        self.dark[y * self.side + x]
    }

    /// One line for each run of dark modules.
    fn path(&self) -> String {
        let mut path = String::new();
        for y in 0..self.side {
            let mut x = 0;
            while x < self.side {
                let run = (x..self.side).take_while(|x| self.is_dark(*x, y)).count();
                if run > 0 {
                    path.push_str(&format!("M{} {}h{run}v1h-{run}z", x + QUIET, y + QUIET));
                }
                x += run.max(1);
            }
        }
        path
    }
}
