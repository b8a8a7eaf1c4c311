#!/bin/sh
# For cargo as RUSTC_WRAPPER: compiles our two crates so that libFuzzer sees which way they take, and all others as ever.
rustc=$1
shift
case " $* " in
*" --crate-name ganglion_wire "* | *" --crate-name parsers "*)
    set -- "$@" -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
        -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
        -Cllvm-args=-sanitizer-coverage-trace-compares
    ;;
esac
exec "$rustc" "$@"
