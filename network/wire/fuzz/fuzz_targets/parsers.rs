//! Any bytes, read as JSON, server-sent events, headers and a description: no parser may panic or contradict itself.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| ganglion_wire::fuzzing::check(bytes));
