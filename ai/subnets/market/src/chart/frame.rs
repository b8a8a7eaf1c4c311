//! From times and prices to places in the picture.

use std::fmt::Write;

/// Size of the picture, in its own units.
pub(super) const SIZE: (f64, f64) = (800.0, 460.0);
/// Room around the drawing: left, top, right, bottom.
pub(super) const ROOM: (f64, f64, f64, f64) = (80.0, 60.0, 100.0, 80.0);
/// Most lines across.
const LINES: usize = 12;

/// A point: seconds from now, and a price.
pub(super) type Point = (f64, f64);

/// What part of time and price is seen. Time is drawn by its root, as uncertainty grows: that way both five minutes and
/// eight hours have room.
pub(super) struct Frame {
    /// Leftmost and rightmost time, as roots.
    times: (f64, f64),
    /// Lowest and highest price.
    prices: (f64, f64),
}

/// The root of a time, with its sign.
fn root(time: f64) -> f64 {
    time.abs().sqrt() * time.signum()
}

impl Frame {
    /// Around all points; `None` without a price.
    pub(super) fn around(past: &[Point], future: &[Point], furthest: f64) -> Option<Self> {
        let all = || past.iter().chain(future).map(|(_, price)| *price).filter(|price| price.is_finite());
        let (low, high) = (all().reduce(f64::min)?, all().reduce(f64::max)?);
        // A market that stands still has a height too.
        let air = ((high - low) * 0.05).max(high.abs() * 1e-6);
        let first = past.first().map_or(0.0, |(time, _)| *time);
        Some(Self { times: (root(first), root(furthest.max(1.0))), prices: (low - air, high + air) })
    }

    /// Where a point is.
    pub(super) fn at(&self, (time, price): Point) -> (f64, f64) {
        let part = |value: f64, (low, high): (f64, f64)| ((value - low) / (high - low)).clamp(0.0, 1.0);
        let x = ROOM.0 + part(root(time), self.times) * (SIZE.0 - ROOM.0 - ROOM.2);
        let y = SIZE.1 - ROOM.3 - part(price, self.prices) * (SIZE.1 - ROOM.1 - ROOM.3);
        (x, y)
    }

    /// Points as SVG has them.
    pub(super) fn points(&self, points: &[Point]) -> String {
        let mut text = String::new();
        for point in points {
            let (x, y) = self.at(*point);
            // Writing to a text doesn't fail.
            let _ = write!(text, "{x:.1},{y:.1} ");
        }
        text.truncate(text.trim_end().len());
        text
    }

    /// Round prices at which to draw lines across: a few, 1, 2 or 5 times a power of ten apart.
    pub(super) fn lines(&self) -> Vec<f64> {
        let (low, high) = self.prices;
        let rough = (high - low) / 5.0;
        let power = 10f64.powf(rough.log10().floor());
        let step = [1.0, 2.0, 5.0, 10.0].map(|times| times * power).into_iter().find(|step| *step >= rough);
        let Some(step) = step.filter(|step| step.is_normal()) else { return Vec::new() };
        let first = (low / step).ceil();
        (0..LINES).map(|count| (first + count as f64) * step).take_while(|price| *price <= high).collect()
    }
}

/// A price with as many decimals as it needs.
pub(super) fn price(value: f64) -> String {
    match value {
        value if value >= 1_000.0 => format!("{value:.0}"),
        value if value >= 1.0 => format!("{value:.2}"),
        value => format!("{value:.6}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(low: f64, high: f64) -> Frame {
        Frame { times: (0.0, 100.0), prices: (low, high) }
    }

    #[test]
    fn lines_are_round_and_few() {
        let near = |found: Vec<f64>, right: &[f64]| {
            assert!(
                found.len() == right.len() && found.iter().zip(right).all(|(a, b)| (a - b).abs() < 1e-6),
                "{found:?}"
            );
        };
        near(frame(98.6, 101.4).lines(), &[99.0, 100.0, 101.0]);
        near(frame(0.0, 10.0).lines(), &[0.0, 2.0, 4.0, 6.0, 8.0, 10.0]);
        near(frame(36_012.0, 36_260.0).lines(), &[36_050.0, 36_100.0, 36_150.0, 36_200.0, 36_250.0]);
        for (low, high) in [(1e-9, 2e-9), (0.0, 1e12), (5.0, 5.0 + 1e-5)] {
            let lines = frame(low, high).lines();
            assert!((2..=LINES).contains(&lines.len()) && lines.iter().all(|price| price.is_finite()), "{lines:?}");
        }
        assert!(frame(1.0, 1.0).lines().is_empty() && frame(f64::NAN, 1.0).lines().is_empty());
    }

    #[test]
    fn time_has_room_near_now() {
        let frame = Frame::around(&[(0.0, 1.0)], &[(30_000.0, 2.0)], 30_000.0).expect("a frame");
        let x = |time: f64| frame.at((time, 1.0)).0;
        assert_eq!((x(0.0), x(30_000.0)), (ROOM.0, SIZE.0 - ROOM.2));
        assert!((x(300.0) - x(0.0) - 0.1 * (x(30_000.0) - x(0.0))).abs() < 1e-9);
        assert!(Frame::around(&[], &[], 1.0).is_none());
    }
}
