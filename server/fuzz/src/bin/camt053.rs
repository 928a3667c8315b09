//! The reader of statement files (`florin credits import`): whatever a file holds, it is read or refused.

#![no_main]

florin_fuzz::libfuzzer_sys::fuzz_target!(|input: &[u8]| florin_proof::notices::statement(input));
