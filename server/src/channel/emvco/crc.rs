//! CRC-16/CCITT-FALSE (`protocols/emvco-mpm.md` 2): polynomial 0x1021, begun with 0xFFFF, nothing reflected.

/// Of these bytes.
pub(super) fn of(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0xFFFF, |sum, byte| {
        let mixed = sum ^ (u16::from(*byte) << 8);
        (0..8).fold(mixed, |sum, _| if sum & 0x8000 == 0 { sum << 1 } else { (sum << 1) ^ 0x1021 })
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_check_value_is_the_published_one() {
        // The variant that begins with zero says 31C3.
        assert_eq!(super::of(b"123456789"), 0x29B1);
        assert_eq!(super::of(b""), 0xFFFF);
    }
}
