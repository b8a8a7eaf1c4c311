//! The Rust source that says what was measured.

use crate::{
    bench::Benchmark,
    line::{Line, Lines},
};
use std::fmt::Write;

const HEAD: &str = "//! Measured by `measure_weights` (see CONTRIBUTING.md), not written by hand: picoseconds of computing, rows read, rows
//! written.

use super::WeightInfo;
use frame_support::weights::Weight;
use ganglion_primitives::weight;

impl WeightInfo for () {
";

/// The implementation of the pallet's `WeightInfo`.
pub fn source(measured: &[(&Benchmark, Lines)]) -> String {
    let mut text = HEAD.to_owned();
    for (place, (benchmark, lines)) in measured.iter().enumerate() {
        if place > 0 {
            text.push('\n');
        }
        let arguments: Vec<_> =
            benchmark.components.iter().map(|(name, ..)| argument(&name.to_string(), lines)).collect();
        // Writing into a string can't fail.
        let _ = writeln!(text, "    fn {}({}) -> Weight {{", benchmark.name, arguments.join(", "));
        let _ = writeln!(text, "        {}", base(lines));
        for (name, ..) in &benchmark.components {
            let each = [&lines.time, &lines.reads, &lines.writes].map(|line| slope(line, &name.to_string()));
            if each != [0; 3] {
                let _ = writeln!(
                    text,
                    "            .saturating_add(weight({}, {}, {}).saturating_mul({name}.into()))",
                    number(each[0]),
                    number(each[1]),
                    number(each[2])
                );
            }
        }
        let _ = writeln!(text, "    }}");
    }
    text.push_str("}\n");
    text
}

fn base(lines: &Lines) -> String {
    let [time, reads, writes] = [&lines.time, &lines.reads, &lines.writes].map(|line| number(line.base));
    format!("weight({time}, {reads}, {writes})")
}

fn argument(name: &str, lines: &Lines) -> String {
    let used = [&lines.time, &lines.reads, &lines.writes].iter().any(|line| slope(line, name) > 0);
    format!("{}{name}: u32", if used { "" } else { "_" })
}

fn slope(line: &Line, name: &str) -> u128 {
    line.slopes.iter().find(|(other, _)| other == name).map_or(0, |(_, slope)| *slope)
}

/// With a `_` between groups of three digits.
fn number(value: u128) -> String {
    let digits = value.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push('_');
        }
        text.push(digit);
    }
    text
}
