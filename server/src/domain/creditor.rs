//! References that a person can type: the creditor reference of ISO 11649, "RF", two check digits and up to 21 letters and
//! digits. The check is ISO 7064's MOD 97-10, as in an IBAN: it finds every digit that stands for another or has changed places
//! with another, letters just so, and of all other slips 96 in 97. One that passes names nobody: there are 36^12 of them. Banks in Europe refuse a
//! wrong one while it is typed.

/// How many letters and digits stand behind the check digits here.
const BODY: usize = 12;

/// The whole reference: four groups of four.
const WHOLE: usize = 4 + BODY;

/// The reference with these twelve capitals and digits in it.
pub fn sealed(body: &str) -> String {
    let rest = remainder(&format!("{body}RF00")).unwrap_or(0);
    format!("RF{:02}{body}", 98 - rest)
}

/// Whether the check is right: of a reference, and just so of an IBAN. In capitals and without gaps.
pub fn is_right(text: &str) -> bool {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    let turned = |head: &str, rest: &str| remainder(&format!("{rest}{head}")) == Some(1);
    is_plain && text.split_at_checked(4).is_some_and(|(head, rest)| turned(head, rest))
}

/// Every right reference in what somebody typed: gaps, signs and small letters are theirs, and so are words around it. What
/// the check finds wrong is none.
pub fn found_in(text: &str) -> Vec<String> {
    let plain: String = text
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|char| char.to_ascii_uppercase())
        .collect();
    let at = plain.match_indices("RF").map(|(at, _)| at);
    let mut found: Vec<String> = at
        .filter_map(|at| plain.get(at..at + WHOLE))
        .filter(|text| is_right(text))
        .map(str::to_owned)
        .collect();
    found.dedup();
    found
}

/// What is left of the number by 97, each letter being two digits (A is 10). None for anything else than letters and digits.
fn remainder(text: &str) -> Option<u32> {
    text.chars().try_fold(0, |rest, char| {
        let value = char.to_digit(36)?;
        Some((if value < 10 { rest * 10 } else { rest * 100 } + value) % 97)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The standard's own example and a bank's, and IBANs from the registry.
    #[test]
    fn what_others_have_sealed_is_right() {
        for text in [
            "RF18539007547034",
            "RF18000000000539007547034",
            "RF45G72UUR",
            "DE75512108001245126199",
            "GB82WEST12345698765432",
        ] {
            assert!(is_right(text), "{text}");
        }
        for text in
            ["", "RF", "RF19539007547034", "rf18539007547034", "RF18 5390", "RF1853900754703Ä"]
        {
            assert!(!is_right(text), "{text}");
        }
        assert_eq!(sealed("539007547034"), "RF18539007547034");
    }

    const BODY_OF_ONE: &str = "7K4M2Q9TX8RD";

    fn ours() -> String {
        sealed(BODY_OF_ONE)
    }

    #[test]
    fn slips_are_found_out() {
        let right = ours();
        let letters = || ('0'..='9').chain('A'..='Z');
        let (mut tried, mut missed) = (0, Vec::new());
        for at in 0..right.len() {
            let there = right[at..].chars().next().unwrap();
            for letter in letters().filter(|letter| *letter != there) {
                let wrong = format!("{}{letter}{}", &right[..at], &right[at + 1..]);
                let is_like = letter.is_ascii_digit() == there.is_ascii_digit();
                assert!(!is_like || found_in(&wrong).is_empty(), "{wrong}");
                tried += 1;
                missed.extend(found_in(&wrong));
            }
            let missing = format!("{}{}", &right[..at], &right[at + 1..]);
            assert_eq!(found_in(&missing), [] as [&str; 0], "{missing}");
        }
        for (at, pair) in right.as_bytes().windows(2).enumerate() {
            let [one, two] = [pair[0], pair[1]].map(char::from);
            let turned = format!("{}{two}{one}{}", &right[..at], &right[at + 2..]);
            let is_like = one.is_ascii_digit() == two.is_ascii_digit();
            assert!(one == two || !is_like || found_in(&turned).is_empty(), "{turned}");
            tried += 1;
            missed.extend(found_in(&turned).into_iter().filter(|_| one != two));
        }
        assert!(missed.len() * 97 <= tried * 2, "{missed:?} of {tried}");
    }

    #[test]
    fn it_is_found_however_it_was_typed() {
        let right = ours();
        let in_fours: Vec<&str> = (0..4).map(|four| &right[4 * four..4 * four + 4]).collect();
        for text in [
            right.clone(),
            right.to_ascii_lowercase(),
            in_fours.join(" "),
            in_fours.join("-"),
            format!("Order 4711, thanks! {}", in_fours.join(" ")),
            format!("/ROC/{right}//{right}"),
            format!("SURF {right} RF"),
        ] {
            assert_eq!(found_in(&text), [right.as_str()], "{text}");
        }
        let other = sealed("000000000000");
        assert_eq!(found_in(&format!("{right} {other}")), [right, other]);
        assert_eq!(found_in(""), [] as [&str; 0]);
    }
}
