//! How Lakala writes times: fourteen digits of Beijing's clock (`protocols/lakala.md` 1 and 3).

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;

use crate::clock::Millis;

const FORM: &str = "%Y%m%d%H%M%S";

/// Beijing is eight hours ahead, all year.
const BEIJING: Offset = Offset::constant(8);

/// Beijing's time, cut to the second, so that their order never outlives ours.
pub(super) fn beijing(at: Millis) -> String {
    Timestamp::from_second(at.div_euclid(1000))
        .map_or_else(|_| String::new(), |at| BEIJING.to_datetime(at).strftime(FORM).to_string())
}

/// What Beijing's time is in ours; nothing if it is none.
pub(super) fn millis(text: &str) -> Option<Millis> {
    let is_whole = text.len() == 14 && text.bytes().all(|byte| byte.is_ascii_digit());
    let local = DateTime::strptime(FORM, text).ok().filter(|_| is_whole)?;
    BEIJING.to_timestamp(local).ok().map(Timestamp::as_millisecond)
}

/// So many bytes at most: nobody has said whether Lakala counts bytes where it says characters.
pub(super) fn cut(text: &str, most: usize) -> &str {
    &text[..text.floor_char_boundary(most)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_beijings() {
        // 2026-11-18T04:00:00Z.
        assert_eq!(beijing(1_794_974_400_000), "20261118120000");
        assert_eq!(beijing(1_794_974_400_999), "20261118120000");
        assert_eq!(millis("20261118120000"), Some(1_794_974_400_000));
        // The last hours of a day in London are the next day in Beijing.
        assert_eq!(beijing(1_794_960_000_000), "20261118080000");
        for text in ["", "20261118", "2021092264452", "20261318120000", "2026-11-18 12:0"] {
            assert_eq!(millis(text), None, "{text}");
        }
    }

    #[test]
    fn a_text_is_cut_between_its_characters() {
        assert_eq!((cut("Blue mug", 64), cut("茶茶", 4), cut("", 4)), ("Blue mug", "茶", ""));
    }
}
