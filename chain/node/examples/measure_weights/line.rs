//! The straight line through what was measured.

use crate::bench::Runs;
use frame_benchmarking::{Analysis, BenchmarkResult, BenchmarkSelector};
use std::{error::Error, fmt};

/// Something that grows with the components.
#[derive(Default)]
pub struct Line {
    pub base: u128,
    /// How much more for each unit of a component, by its name.
    pub slopes: Vec<(String, u128)>,
}

/// A benchmark's time in picoseconds, and the rows it reads and writes.
pub struct Lines {
    pub time: Line,
    pub reads: Line,
    pub writes: Line,
}

impl Lines {
    pub fn fit(runs: &Runs) -> Result<Self, Box<dyn Error>> {
        Ok(Self {
            time: Line::fit(&runs.times, BenchmarkSelector::ExtrinsicTime)?,
            reads: Line::fit(&runs.rows, BenchmarkSelector::Reads)?,
            writes: Line::fit(&runs.rows, BenchmarkSelector::Writes)?,
        })
    }
}

impl Line {
    fn fit(results: &Vec<BenchmarkResult>, selector: BenchmarkSelector) -> Result<Self, Box<dyn Error>> {
        let analysis = Analysis::min_squares_iqr(results, selector)?;
        let slopes = analysis.names.into_iter().zip(analysis.slopes).filter(|(_, slope)| *slope > 0).collect();
        Ok(Self { base: analysis.base, slopes })
    }

    /// In a unit that is `per` of the line's own.
    fn text(&self, per: f64) -> String {
        let mut text = format!("{:.1}", self.base as f64 / per);
        for (name, slope) in &self.slopes {
            text += &format!(" + {:.2} {name}", *slope as f64 / per);
        }
        text
    }
}

impl fmt::Display for Lines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (time, reads, writes) = (self.time.text(1e6), self.reads.text(1.0), self.writes.text(1.0));
        write!(f, "{time} µs, {reads} reads, {writes} writes")
    }
}
