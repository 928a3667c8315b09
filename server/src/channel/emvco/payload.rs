//! The text in an EMVCo code (`protocols/emvco-mpm.md` 1): objects of two digits of id, two of length, and a value.
//!
//! Lengths count characters, the CRC counts the bytes of UTF-8. It is read as strictly as it is written: what a wallet might
//! understand in two ways is refused.

use super::crc;
use super::currency;

/// The longest text.
const LONGEST: usize = 512;

/// Objects in their order; no id stands twice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Objects(Vec<(u8, String)>);

/// Why a text is no payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// There is nothing.
    #[error("it is empty")]
    Empty,
    /// An object has no room for its id, its length and at least one character.
    #[error("an object breaks off")]
    Short,
    /// An id or a length is no number of two digits.
    #[error("an id or a length has something else than digits")]
    NotDigits,
    /// A length points behind the end.
    #[error("a length points behind the end")]
    Beyond,
    /// An id stands twice at its level.
    #[error("object {0:02} stands twice")]
    Twice(u8),
    /// An object must be there and is not.
    #[error("object {0:02} is missing")]
    Missing(u8),
    /// None of the objects 02 to 51 is there: nobody would be paid.
    #[error("it names no account")]
    NoAccount,
    /// It does not begin with `000201`.
    #[error("it does not begin with 000201")]
    Version,
    /// The CRC is not the last object.
    #[error("the CRC does not stand last")]
    CrcNotLast,
    /// The CRC is another one.
    #[error("the CRC is wrong")]
    Crc,
    /// The amount is zero, or not written as one.
    #[error("the amount is not written as one")]
    Amount,
    /// The currency is none that we know by its number.
    #[error("the currency is not known")]
    Currency,
    /// A value, or the whole, has more characters than it may.
    #[error("object {0:02} is too long")]
    TooLong(u8),
    /// The whole is longer than 512 characters.
    #[error("it is longer than 512 characters")]
    TooLarge,
}

impl Objects {
    /// With one more at its end.
    pub fn with(mut self, id: u8, value: impl Into<String>) -> Objects {
        self.0.push((id, value.into()));
        self
    }

    /// With one more at its end, if there is one.
    pub fn with_some(self, id: u8, value: Option<impl Into<String>>) -> Objects {
        match value {
            Some(value) => self.with(id, value),
            None => self,
        }
    }

    /// With this value in the place of the one that it has, or before the first object with a greater id.
    pub fn with_in_order(mut self, id: u8, value: impl Into<String>) -> Objects {
        if let Some((_, old)) = self.0.iter_mut().find(|(of, _)| *of == id) {
            *old = value.into();
            return self;
        }
        let at = self.0.iter().position(|(of, _)| *of > id).unwrap_or(self.0.len());
        self.0.insert(at, (id, value.into()));
        self
    }

    /// The value of this id.
    pub fn get(&self, id: u8) -> Option<&str> {
        self.0.iter().find(|(of, _)| *of == id).map(|(_, value)| value.as_str())
    }

    /// Objects without a CRC: what stands in a template.
    ///
    /// # Errors
    /// A value that is empty or has more than 99 characters, an id that stands twice.
    pub fn text(&self) -> Result<String, Fault> {
        let mut text = String::new();
        for (at, (id, value)) in self.0.iter().enumerate() {
            if self.0[..at].iter().any(|(before, _)| before == id) {
                return Err(Fault::Twice(*id));
            }
            match value.chars().count() {
                0 => return Err(Fault::Short),
                length @ 1..=99 => text += &format!("{id:02}{length:02}{value}"),
                _ => return Err(Fault::TooLong(*id)),
            }
        }
        Ok(text)
    }

    /// Reads objects without a CRC.
    ///
    /// # Errors
    /// Whatever [`Objects::text`] would not have written.
    pub fn read(text: &str) -> Result<Objects, Fault> {
        if text.is_empty() {
            return Err(Fault::Empty);
        }
        let mut objects = Objects::default();
        let mut rest: Vec<char> = text.chars().collect();
        while !rest.is_empty() {
            let (id, length) = (number(&rest, 0)?, usize::from(number(&rest, 2)?));
            if length == 0 {
                return Err(Fault::Short);
            }
            let value = rest.get(4..4 + length).ok_or(Fault::Beyond)?.iter().collect::<String>();
            if objects.get(id).is_some() {
                return Err(Fault::Twice(id));
            }
            objects.0.push((id, value));
            rest.drain(..4 + length);
        }
        Ok(objects)
    }
}

fn number(text: &[char], at: usize) -> Result<u8, Fault> {
    let digits = text.get(at..at + 2).ok_or(Fault::Short)?;
    digits.iter().try_fold(0, |number, digit| {
        let digit = digit.to_digit(10).ok_or(Fault::NotDigits)?;
        Ok(number * 10 + digit as u8)
    })
}

/// The whole text: the objects, and the CRC over everything before its own value.
///
/// # Errors
/// What a strict reader would refuse.
pub fn seal(objects: &Objects) -> Result<String, Fault> {
    let text = objects.text()? + "6304";
    let sealed = format!("{text}{:04X}", crc::of(text.as_bytes()));
    open(&sealed)?;
    Ok(sealed)
}

/// Reads a whole text, strictly.
///
/// The objects 52, 59 and 60 may be missing, since VietQR and PromptPay leave them out.
///
/// # Errors
/// Every way in which it may not be one, told apart.
pub fn open(text: &str) -> Result<Objects, Fault> {
    if text.chars().count() > LONGEST {
        return Err(Fault::TooLarge);
    }
    let mut objects = Objects::read(text)?;
    is_sealed(text, &objects)?;
    _ = objects.0.pop();
    has_what_it_must(&objects)?;
    lengths_are_kept(&objects)?;
    for (_, value) in objects.0.iter().filter(|(id, _)| is_template(*id)) {
        Objects::read(value)?;
    }
    Ok(objects)
}

fn is_sealed(text: &str, objects: &Objects) -> Result<(), Fault> {
    let crc = objects.get(63).ok_or(Fault::Missing(63))?;
    if objects.0.last().is_none_or(|(id, _)| *id != 63) {
        return Err(Fault::CrcNotLast);
    }
    let body = text.strip_suffix(crc).ok_or(Fault::Crc)?;
    let expected = format!("{:04X}", crc::of(body.as_bytes()));
    if crc.eq_ignore_ascii_case(&expected) { Ok(()) } else { Err(Fault::Crc) }
}

fn has_what_it_must(objects: &Objects) -> Result<(), Fault> {
    if objects.0.first().is_none_or(|(id, value)| (*id, value.as_str()) != (0, "01")) {
        return Err(Fault::Version);
    }
    if !objects.0.iter().any(|(id, _)| (2..=51).contains(id)) {
        return Err(Fault::NoAccount);
    }
    for id in [53, 58] {
        objects.get(id).ok_or(Fault::Missing(id))?;
    }
    objects.get(53).and_then(currency::of_number).ok_or(Fault::Currency)?;
    match objects.get(54) {
        Some(amount) if !currency::is_amount(amount) => Err(Fault::Amount),
        Some(_) | None => Ok(()),
    }
}

/// How many characters a value may have, where it is fewer than 99.
const LENGTHS: [(u8, usize); 8] =
    [(1, 2), (52, 4), (53, 3), (54, 13), (58, 2), (59, 25), (60, 15), (61, 10)];

fn lengths_are_kept(objects: &Objects) -> Result<(), Fault> {
    for (id, most) in LENGTHS {
        if objects.get(id).is_some_and(|value| value.chars().count() > most) {
            return Err(Fault::TooLong(id));
        }
    }
    Ok(())
}

fn is_template(id: u8) -> bool {
    matches!(id, 26..=51 | 62 | 64 | 80..=99)
}
