//! A fuzz target for each reader of channels' messages: `florin_proof::notices` says what is sent, and what must hold.

use std::path::Path;

pub use florin_proof::notices::Door;
pub use libfuzzer_sys;

/// The door of this name.
///
/// # Panics
/// When it does not open: then there is nothing to look for.
pub fn door(name: &str) -> Door {
    Door::of(name).unwrap_or_else(|why| panic!("{name}: {why:#}"))
}

/// Puts a channel's own messages into the folder `FLORIN_SEEDS`, from where libFuzzer begins.
pub fn sow(door: &Door) {
    let Ok(folder) = std::env::var("FLORIN_SEEDS") else { return };
    for (number, seed) in door.seeds().iter().enumerate() {
        let file = Path::new(&folder).join(format!("seed-{number}"));
        if let Err(why) = std::fs::write(&file, seed) {
            panic!("{}: {why}", file.display());
        }
    }
}

/// The target of one reader.
#[macro_export]
macro_rules! knock {
    ($name:literal) => {
        static DOOR: std::sync::LazyLock<$crate::Door> =
            std::sync::LazyLock::new(|| $crate::door($name));

        $crate::libfuzzer_sys::fuzz_target!(
            init: $crate::sow(&DOOR),
            |input: &[u8]| {
                _ = DOOR.knock(input);
            }
        );
    };
}
