#![no_main]

florin_fuzz::knock!("ecny");
