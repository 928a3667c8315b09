//! Places at which a test kills the program (`src/point.rs`) are not in the program that people run.

#[cfg(not(feature = "failpoints"))]
#[test]
fn the_ordinary_program_has_no_points() {
    let program = std::fs::read(env!("CARGO_BIN_EXE_florin")).unwrap();
    // `tests/points` finds both in the other one.
    for word in ["FLORIN_POINT", "reply/other"] {
        let is_there = program.windows(word.len()).any(|part| part == word.as_bytes());
        assert!(!is_there, "{word}");
    }
}
