//! A forecast as a picture: the past as a line, the future as a fan of nine bands, in SVG.

use std::fmt::Write;

use crate::history::Quote;
use crate::horizon::Horizon;
use crate::quantiles::{Quantiles, LEVELS};

/// Size of the picture, in its own units.
const SIZE: (f64, f64) = (800.0, 420.0);
/// Room around the drawing: left, top, right, bottom.
const ROOM: (f64, f64, f64, f64) = (20.0, 40.0, 90.0, 40.0);
/// Most prices of the past that are drawn.
const PRICES: usize = 400;
/// Most letters of a title.
const TITLE: usize = 80;

/// What is drawn.
#[derive(Clone, Debug)]
pub struct Fan<'a> {
    /// What it is about.
    pub title: &'a str,
    /// Prices until now, oldest first; the newest is where the fan begins.
    pub past: &'a [Quote],
    /// The forecasts, by time ahead, ascending.
    pub ahead: &'a [(Horizon, Quantiles)],
}

/// A point: seconds from now, and a price.
type Point = (f64, f64);

impl Fan<'_> {
    /// The picture; `None` without a price or a forecast.
    pub fn svg(&self) -> Option<String> {
        let now = self.past.last()?;
        let furthest = f64::from(self.ahead.last()?.0.as_secs());
        let past = self.line(now, furthest);
        let frame = Frame::around(&past, &self.edges(now), furthest)?;
        let mut svg = String::with_capacity(16 << 10);
        let (width, height) = SIZE;
        // Writing to a text doesn't fail.
        let _ = write!(
            svg,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" font-family=\"sans-serif\" \
             font-size=\"13\"><rect width=\"{width}\" height=\"{height}\" fill=\"#fff\"/>\
             <text x=\"20\" y=\"25\" font-size=\"16\">{}</text>",
            escaped(self.title)
        );
        for band in 0..LEVELS / 2 {
            self.draw_band(&mut svg, &frame, now, band);
        }
        let middle: Vec<Point> = self.edge(now, LEVELS / 2);
        let _ = write!(svg, "<polyline points=\"{}\" fill=\"none\" stroke=\"#17406d\"/>", frame.points(&middle));
        let _ = write!(svg, "<polyline points=\"{}\" fill=\"none\" stroke=\"#222\"/>", frame.points(&past));
        self.draw_labels(&mut svg, &frame, now);
        svg.push_str("</svg>");
        Some(svg)
    }

    /// The newest prices, as far back as the forecasts look ahead.
    fn line(&self, now: &Quote, furthest: f64) -> Vec<Point> {
        let recent = self.past.get(self.past.len().saturating_sub(PRICES)..).unwrap_or_default();
        let point = |quote: &Quote| (-(now.time.saturating_sub(quote.time) as f64), quote.price);
        recent.iter().map(point).filter(|(time, _)| *time >= -furthest.max(1.0)).collect()
    }

    /// The price at a level's quantile, from now on.
    fn edge(&self, now: &Quote, index: usize) -> Vec<Point> {
        let price = |quantiles: &Quantiles| {
            now.price * (quantiles.values().get(index).copied().unwrap_or_default() * 1e-4).exp()
        };
        let ahead = self.ahead.iter().map(|(horizon, forecast)| (f64::from(horizon.as_secs()), price(forecast)));
        std::iter::once((0.0, now.price)).chain(ahead).collect()
    }

    fn edges(&self, now: &Quote) -> Vec<Point> {
        [0, LEVELS - 1].into_iter().flat_map(|index| self.edge(now, index)).collect()
    }

    /// The band between two levels that are equally far from the middle.
    fn draw_band(&self, svg: &mut String, frame: &Frame, now: &Quote, index: usize) {
        let mut points = self.edge(now, index);
        points.extend(self.edge(now, LEVELS - 1 - index).into_iter().rev());
        let _ = write!(svg, "<polygon points=\"{}\" fill=\"#2f74b5\" fill-opacity=\"0.13\"/>", frame.points(&points));
    }

    fn draw_labels(&self, svg: &mut String, frame: &Frame, now: &Quote) {
        let (bottom, right) = (SIZE.1 - ROOM.3 + 18.0, SIZE.0 - ROOM.2 + 6.0);
        let (x, _) = frame.at((0.0, now.price));
        let _ = write!(svg, "<text x=\"{x:.1}\" y=\"{bottom}\" text-anchor=\"middle\">now</text>");
        for (horizon, _) in self.ahead {
            let (x, _) = frame.at((f64::from(horizon.as_secs()), now.price));
            let _ = write!(svg, "<text x=\"{x:.1}\" y=\"{bottom}\" text-anchor=\"middle\">{horizon}</text>");
        }
        for (index, name) in [(0, "5 %"), (LEVELS / 2, "50 %"), (LEVELS - 1, "95 %")] {
            let Some(end) = self.edge(now, index).last().copied() else { continue };
            let (_, y) = frame.at(end);
            let _ = write!(svg, "<text x=\"{right}\" y=\"{:.1}\">{name} {}</text>", y + 4.0, price(end.1));
        }
    }
}

/// From times and prices to the picture.
struct Frame {
    /// Leftmost and rightmost time.
    times: (f64, f64),
    /// Lowest and highest price.
    prices: (f64, f64),
}

impl Frame {
    fn around(past: &[Point], future: &[Point], furthest: f64) -> Option<Self> {
        let all = || past.iter().chain(future).map(|(_, price)| *price).filter(|price| price.is_finite());
        let (low, high) = (all().reduce(f64::min)?, all().reduce(f64::max)?);
        // A market that stands still has a height too.
        let air = ((high - low) * 0.05).max(high.abs() * 1e-6);
        let first = past.first().map_or(0.0, |(time, _)| *time);
        Some(Self { times: (first, furthest.max(1.0)), prices: (low - air, high + air) })
    }

    fn at(&self, (time, price): Point) -> (f64, f64) {
        let part = |value: f64, (low, high): (f64, f64)| ((value - low) / (high - low)).clamp(0.0, 1.0);
        let x = ROOM.0 + part(time, self.times) * (SIZE.0 - ROOM.0 - ROOM.2);
        let y = SIZE.1 - ROOM.3 - part(price, self.prices) * (SIZE.1 - ROOM.1 - ROOM.3);
        (x, y)
    }

    fn points(&self, points: &[Point]) -> String {
        let mut text = String::new();
        for point in points {
            let (x, y) = self.at(*point);
            let _ = write!(text, "{x:.1},{y:.1} ");
        }
        text.truncate(text.trim_end().len());
        text
    }
}

/// A price with as many decimals as it needs.
fn price(value: f64) -> String {
    match value {
        value if value >= 1_000.0 => format!("{value:.0}"),
        value if value >= 1.0 => format!("{value:.2}"),
        value => format!("{value:.6}"),
    }
}

/// Text as XML has it, without control characters.
fn escaped(text: &str) -> String {
    let mut safe = String::new();
    for letter in text.chars().filter(|letter| !letter.is_control()).take(TITLE) {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::horizon::STANDARD;

    fn ahead() -> Vec<(Horizon, Quantiles)> {
        let width = |horizon: Horizon| f64::from(horizon.as_secs()).sqrt();
        let forecast = |horizon: Horizon| Quantiles::from_fn(|level| width(horizon) * (2.0 * level - 1.0));
        STANDARD.iter().map(|horizon| (*horizon, forecast(*horizon).expect("a forecast"))).collect()
    }

    #[test]
    fn a_fan_has_nine_bands_and_two_lines_within_the_picture() {
        let past: Vec<Quote> = (1..1000).map(|n| Quote { time: n * 300, price: 40_000.0 + n as f64 }).collect();
        let svg = Fan { title: "BTC <script>&\"'\u{7}", past: &past, ahead: &ahead() }.svg().expect("a picture");
        assert_eq!((svg.matches("<polygon").count(), svg.matches("<polyline").count()), (9, 2));
        assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>") && svg.len() < 64 << 10);
        assert!(!svg.contains("<script") && !svg.contains('\u{7}') && !svg.contains("NaN") && !svg.contains("inf"));
        assert!(svg.contains(">8h20m<") && svg.contains(">now<") && svg.contains("95 %"));
    }

    #[test]
    fn nothing_to_draw_is_no_picture_and_odd_prices_are_survived() {
        assert!(Fan { title: "x", past: &[], ahead: &ahead() }.svg().is_none());
        let quote = Quote { time: 300, price: 1e-9 };
        assert!(Fan { title: "x", past: &[quote], ahead: &[] }.svg().is_none());
        let still = Quantiles::point(0.0).expect("a forecast");
        let svg = Fan { title: "x", past: &[quote], ahead: &[(STANDARD[0], still)] }.svg().expect("a picture");
        assert!(!svg.contains("NaN") && !svg.contains("inf"));
    }
}
