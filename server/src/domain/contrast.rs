//! Contrast of colours, as WCAG 2.2 counts it, in whole numbers.

use std::fmt;

/// A colour, eight bits a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour([u8; 3]);

/// What is written on a dark brand colour.
pub const WHITE: Colour = Colour([255; 3]);
/// What is written on a light one.
pub const INK: Colour = Colour([0x0b, 0x10, 0x20]);
/// What is written on one in the middle, where that is not dark enough.
pub const BLACK: Colour = Colour([0; 3]);

/// The least contrast of text, in hundredths (WCAG 1.4.3).
pub const TEXT: u64 = 450;
/// The least contrast of a control against its ground, in hundredths (WCAG 1.4.11).
pub const CONTROL: u64 = 300;

impl Colour {
    /// Reads `#rrggbb`.
    pub fn of(text: &str) -> Option<Colour> {
        let digits =
            text.strip_prefix('#').filter(|digits| digits.len() == 6 && digits.is_ascii())?;
        let part = |at: usize| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok();
        // `from_str_radix` takes a sign.
        let plain = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        if plain { Some(Colour([part(0)?, part(2)?, part(4)?])) } else { None }
    }

    /// Its contrast with another colour, in hundredths: 100 to 2100.
    pub fn contrast(self, other: Colour) -> u64 {
        // WCAG adds 0.05 to each luminance; here one is a million.
        let (one, other) = (self.luminance() + 50_000, other.luminance() + 50_000);
        one.max(other) * 100 / one.min(other)
    }

    /// Its least contrast with any of these, in hundredths.
    pub fn least_contrast(self, others: &[Colour]) -> u64 {
        others.iter().map(|other| self.contrast(*other)).min().unwrap_or(u64::MAX)
    }

    /// The colour of text on this one.
    pub fn writing(self) -> Colour {
        [WHITE, INK].into_iter().find(|ink| self.contrast(*ink) >= TEXT).unwrap_or(BLACK)
    }

    /// `percent` of this colour over `ground`.
    pub fn mixed(self, ground: Colour, percent: u16) -> Colour {
        let mut mixed = ground;
        for (part, own) in mixed.0.iter_mut().zip(self.0) {
            let sum = u16::from(own) * percent + u16::from(*part) * (100 - percent);
            *part = u8::try_from(sum / 100).unwrap_or(u8::MAX);
        }
        mixed
    }

    /// This colour, drawn towards black or white until it has `least` contrast with all of `grounds`; the end of the way
    /// where no colour has that.
    pub fn readable_on(self, grounds: &[Colour], least: u64) -> Colour {
        let end = if BLACK.least_contrast(grounds) >= WHITE.least_contrast(grounds) {
            BLACK
        } else {
            WHITE
        };
        let way = (0..=100).rev().step_by(4).map(|percent| self.mixed(end, percent));
        way.into_iter().find(|colour| colour.least_contrast(grounds) >= least).unwrap_or(end)
    }

    fn luminance(self) -> u64 {
        let [red, green, blue] = self.0.map(|part| LINEAR[usize::from(part)]);
        (2_126 * red + 7_152 * green + 722 * blue) / 10_000
    }
}

/// `#rrggbb`.
impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

/// sRGB made linear, in millionths (IEC 61966-2-1).
#[rustfmt::skip]
static LINEAR: [u64; 256] = [
    0, 304, 607, 911, 1_214, 1_518, 1_821, 2_125, 2_428, 2_732, 3_035, 3_347,
    3_677, 4_025, 4_391, 4_777, 5_182, 5_605, 6_049, 6_512, 6_995, 7_499, 8_023, 8_568,
    9_134, 9_721, 10_330, 10_960, 11_612, 12_286, 12_983, 13_702, 14_444, 15_209, 15_996, 16_807,
    17_642, 18_500, 19_382, 20_289, 21_219, 22_174, 23_153, 24_158, 25_187, 26_241, 27_321, 28_426,
    29_557, 30_713, 31_896, 33_105, 34_340, 35_601, 36_889, 38_204, 39_546, 40_915, 42_311, 43_735,
    45_186, 46_665, 48_172, 49_707, 51_269, 52_861, 54_480, 56_128, 57_805, 59_511, 61_246, 63_010,
    64_803, 66_626, 68_478, 70_360, 72_272, 74_214, 76_185, 78_187, 80_220, 82_283, 84_376, 86_500,
    88_656, 90_842, 93_059, 95_307, 97_587, 99_899, 102_242, 104_616, 107_023, 109_462, 111_932, 114_435,
    116_971, 119_538, 122_139, 124_772, 127_438, 130_136, 132_868, 135_633, 138_432, 141_263, 144_128, 147_027,
    149_960, 152_926, 155_926, 158_961, 162_029, 165_132, 168_269, 171_441, 174_647, 177_888, 181_164, 184_475,
    187_821, 191_202, 194_618, 198_069, 201_556, 205_079, 208_637, 212_231, 215_861, 219_526, 223_228, 226_966,
    230_740, 234_551, 238_398, 242_281, 246_201, 250_158, 254_152, 258_183, 262_251, 266_356, 270_498, 274_677,
    278_894, 283_149, 287_441, 291_771, 296_138, 300_544, 304_987, 309_469, 313_989, 318_547, 323_143, 327_778,
    332_452, 337_164, 341_914, 346_704, 351_533, 356_400, 361_307, 366_253, 371_238, 376_262, 381_326, 386_429,
    391_572, 396_755, 401_978, 407_240, 412_543, 417_885, 423_268, 428_690, 434_154, 439_657, 445_201, 450_786,
    456_411, 462_077, 467_784, 473_531, 479_320, 485_150, 491_021, 496_933, 502_886, 508_881, 514_918, 520_996,
    527_115, 533_276, 539_479, 545_724, 552_011, 558_340, 564_712, 571_125, 577_580, 584_078, 590_619, 597_202,
    603_827, 610_496, 617_207, 623_960, 630_757, 637_597, 644_480, 651_406, 658_375, 665_387, 672_443, 679_542,
    686_685, 693_872, 701_102, 708_376, 715_694, 723_055, 730_461, 737_910, 745_404, 752_942, 760_525, 768_151,
    775_822, 783_538, 791_298, 799_103, 806_952, 814_847, 822_786, 830_770, 838_799, 846_873, 854_993, 863_157,
    871_367, 879_622, 887_923, 896_269, 904_661, 913_099, 921_582, 930_111, 938_686, 947_307, 955_973, 964_686,
    973_445, 982_251, 991_102, 1_000_000,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contrast_is_that_of_wcag() {
        let table = [
            ("#000000", 2100),
            ("#777777", 448),
            ("#1f5eff", 510),
            ("#ff0000", 399),
            ("#ffffff", 100),
        ];
        for (text, expected) in table {
            let found = Colour::of(text).unwrap().contrast(WHITE);
            assert!(found.abs_diff(expected) <= 2, "{text} on white: {found}");
        }
    }

    #[test]
    fn whatever_the_colour_it_can_be_written_on_and_made_readable() {
        let colours = (0..=4096u32).map(|step| {
            let part = |shift: u32| u8::try_from((step >> shift & 15) * 17).unwrap();
            Colour([part(8), part(4), part(0)])
        });
        for colour in colours {
            assert!(colour.contrast(colour.writing()) >= TEXT, "{colour}");
            for ground in ["#ffffff", "#15181f", "#fff4dd"] {
                let ground = Colour::of(ground).unwrap();
                let readable = colour.readable_on(&[ground], TEXT);
                assert!(readable.contrast(ground) >= TEXT, "{colour} on {ground}: {readable}");
                let was = colour.contrast(ground) >= TEXT;
                assert_eq!(readable == colour, was, "{colour} on {ground}: {readable}");
            }
        }
    }

    #[test]
    fn a_colour_is_printed_as_it_is_read() {
        for text in ["#000000", "#1f5eff", "#0a0b0c"] {
            assert_eq!(Colour::of(text).unwrap().to_string(), text);
        }
        assert_eq!(Colour::of("#ABCDEF").unwrap().to_string(), "#abcdef");
    }

    #[test]
    fn a_colour_is_six_digits() {
        for text in ["", "#fff", "fff", "#1f5eff0", "1f5eff", "#1f5efg", "red", "#+1+1+1", "#ффф"]
        {
            assert_eq!(Colour::of(text), None, "{text}");
        }
    }
}
