//! A Metalink file from anywhere: no panic.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| fetch_engine::fuzzing::metalink(bytes));
