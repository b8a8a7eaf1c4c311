#!/bin/sh
# For cargo as RUSTC_WRAPPER: compiles our crates and their fuzz targets so that libFuzzer sees which way they take, and
# all others as ever. With it a stable compiler builds what cargo-fuzz wants a nightly one for.
rustc=$1
shift
case " $* " in
*" --crate-type proc-macro "* | *" --crate-name build_script_build "*) ;;
*" --crate-name ganglion_"* | *" --crate-name parsers "* | *" --crate-name extrinsics "*)
    set -- "$@" -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
        -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
        -Cllvm-args=-sanitizer-coverage-trace-compares
    ;;
esac
exec "$rustc" "$@"
