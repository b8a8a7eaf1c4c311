//! Charts as a field of 600 × 200 that a browser stretches.

use super::view::{Bar, Chart};

const WIDTH: f64 = 600.0;
const HEIGHT: f64 = 198.0;
/// Most bars: more are thinner than a line.
pub(crate) const MOST_BARS: usize = 300;

/// What stands beside a chart.
#[derive(Debug, Default)]
pub(crate) struct Words {
    /// What it shows, for those who don't see it.
    pub(crate) about: String,
    /// At the left end.
    pub(crate) left: String,
    /// At the right end.
    pub(crate) right: String,
    /// What the height stands for.
    pub(crate) top: String,
}

fn chart(words: Words) -> Chart {
    let Words { about, left, right, top } = words;
    Chart { about, left, right, top, ..Chart::default() }
}

/// The largest of some values; `None` if none is above zero.
fn largest(values: impl Iterator<Item = f64>) -> Option<f64> {
    let most = values.filter(|value| value.is_finite()).fold(0.0, f64::max);
    (most > 0.0).then_some(most)
}

/// A line through points whose `x` grows. `None` if there is nothing to see.
pub(crate) fn line(points: &[(f64, f64)], words: Words) -> Option<Chart> {
    let ((first, _), (last, _)) = (points.first()?, points.last()?);
    let most = largest(points.iter().map(|(_, y)| *y))?;
    let span = last - first;
    if !span.is_finite() || span <= 0.0 {
        return None;
    }
    let places = points.iter().filter(|(x, y)| x.is_finite() && y.is_finite());
    let texts: Vec<String> = places
        .map(|(x, y)| format!("{:.1},{:.1}", (x - first) / span * WIDTH, 200.0 - (y / most).max(0.0) * HEIGHT))
        .collect();
    Some(Chart { line: texts.join(" "), ..chart(words) })
}

/// Bars, each with what it stands for. `None` if there is nothing to see.
pub(crate) fn bars(values: &[(String, f64)], words: Words) -> Option<Chart> {
    let values = values.get(..MOST_BARS).unwrap_or(values);
    let most = largest(values.iter().map(|(_, value)| *value))?;
    let width = WIDTH / values.len() as f64;
    let gap = if width > 6.0 { 2.0 } else { 0.0 };
    let bars = values.iter().enumerate().map(|(place, (title, value))| {
        let height = if value.is_finite() { (value / most).max(0.0) * HEIGHT } else { 0.0 };
        Bar {
            x: format!("{:.2}", place as f64 * width),
            y: format!("{:.2}", 200.0 - height),
            width: format!("{:.2}", width - gap),
            height: format!("{height:.2}"),
            title: title.clone(),
        }
    });
    Some(Chart { bars: bars.collect(), ..chart(words) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_fills_its_field() {
        let chart = line(&[(10.0, 0.0), (20.0, 5.0), (30.0, 10.0)], Words::default()).expect("a line");
        assert_eq!(chart.line, "0.0,200.0 300.0,101.0 600.0,2.0");
    }

    #[test]
    fn nothing_has_no_chart() {
        assert!(line(&[], Words::default()).is_none());
        assert!(line(&[(1.0, 1.0)], Words::default()).is_none());
        assert!(line(&[(1.0, f64::NAN), (2.0, f64::INFINITY)], Words::default()).is_none());
        assert!(bars(&[("a".into(), 0.0)], Words::default()).is_none());
    }

    #[test]
    fn bars_stand_side_by_side() {
        let many: Vec<_> = (0..1_000).map(|place| (place.to_string(), 1.0)).collect();
        assert_eq!(bars(&many, Words::default()).expect("bars").bars.len(), MOST_BARS);
        let two = bars(&[("a".into(), 1.0), ("b".into(), 2.0)], Words::default()).expect("bars");
        assert_eq!((two.bars[0].height.as_str(), two.bars[1].x.as_str()), ("99.00", "300.00"));
    }
}
