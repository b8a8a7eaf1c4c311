//! Any bytes, read as a subnet: the epoch must not panic and its accounts must balance.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| ganglion_yuma_fuzz::check(bytes));
