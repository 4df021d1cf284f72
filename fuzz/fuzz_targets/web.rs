//! A web server nobody trusts answers range requests: no panic, no block outside what was asked, and
//! nothing kept without a bound. The first byte of the input cuts the rest into pieces.
#![no_main]

use fetch_engine::fuzzing::web_answers;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Some((first, answers)) = bytes.split_first() {
        web_answers(answers, usize::from(*first) + 1);
    }
});
