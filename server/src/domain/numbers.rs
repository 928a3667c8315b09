//! Which order numbers a channel takes (ruling D6). Ours are `GW` and 26 digits of base32; where that does not fit, the
//! channel gets another one made of it, which is stored beside it and under which alone it knows the payment.

use florin_shared::PaymentId;

use super::creditor;

/// What a channel's order numbers may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Numbers {
    /// How many characters at most; at least 17, so that all of its random bits stay. What people type is shorter: of 58 bits two are
    /// alike among ten million once in five thousand times, and the second of them is refused, not mistaken.
    pub longest: usize,
    /// Which letters.
    pub letters: Letters,
}

/// Which letters a number may have beside its digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Letters {
    /// Capitals and small ones.
    Both,
    /// Capitals alone.
    Capitals,
    /// A creditor reference (ISO 11649), which a person types and a check keeps from being another's.
    Sealed,
}

impl Numbers {
    /// As long as ours, with every letter, or longer.
    pub const LIKE_OURS: Numbers = Numbers { longest: 28, letters: Letters::Both };

    /// The number by which the channel is to know this payment. What is cut off stands at the front, where the time is: the
    /// random digits are what makes it unique.
    pub fn of(self, id: &PaymentId) -> String {
        let all = id.as_str();
        let kept = &all[all.len().saturating_sub(self.longest)..];
        match self.letters {
            Letters::Both => kept.to_owned(),
            Letters::Capitals => kept.to_ascii_uppercase(),
            Letters::Sealed => creditor::sealed(&kept.to_ascii_uppercase()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_that_fits_is_ours_and_another_is_made_of_it() {
        let id = PaymentId::of([7; 16]);
        let of = |longest, letters| Numbers { longest, letters }.of(&id);
        assert_eq!(Numbers::LIKE_OURS.of(&id), id.as_str());
        assert_eq!(of(64, Letters::Both), id.as_str());
        assert_eq!(of(25, Letters::Both), id.as_str()[3..]);
        assert_eq!(of(25, Letters::Capitals), id.as_str()[3..].to_ascii_uppercase());
        let sealed = of(12, Letters::Sealed);
        assert!(sealed.len() == 16 && creditor::is_right(&sealed), "{sealed}");
        assert_eq!(sealed[4..], id.as_str()[16..].to_ascii_uppercase());
    }
}
