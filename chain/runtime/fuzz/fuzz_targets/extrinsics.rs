//! Any bytes, read as transactions: nothing may panic and the books must balance.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    ganglion_runtime_fuzz::check(bytes);
});
