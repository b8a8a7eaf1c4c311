//! A forecast as a picture: the past as a line, the future as a fan of nine bands, in SVG. It follows the viewer's choice of
//! light or dark, and says in words what it shows to whoever can't see it.

mod frame;

use std::fmt::Write;

use crate::history::Quote;
use crate::horizon::{Asset, Horizon};
use crate::quantiles::{Quantiles, LEVELS};
use frame::{price, Frame, Point, ROOM, SIZE};

/// Most prices of the past that are drawn.
const PRICES: usize = 400;
/// Most letters of a title, and of a unit.
const TITLE: usize = 80;
/// Least distance between two names on the axis of time.
const APART: f64 = 40.0;
/// Opacity of one band, and of all nine above each other: 1 − (1 − 0.13)⁹.
const SHADES: (f64, f64) = (0.13, 0.71);
/// Colours, by day and by night.
const STYLE: &str = "<style>.paper{fill:#fff}.ink{fill:#222}.faint{fill:#666}.grid{stroke:#ddd}.axis{stroke:#888}\
    .past{stroke:#222;fill:none}.middle{stroke:#17406d;fill:none}.band{fill:#2f74b5}\
    @media(prefers-color-scheme:dark){.paper{fill:#15181c}.ink{fill:#e4e6e8}.faint{fill:#a0a6ad}.grid{stroke:#333940}\
    .axis{stroke:#777}.past{stroke:#e4e6e8}.middle{stroke:#cfe5fb}.band{fill:#6aaee8}}</style>";

/// What is drawn.
#[derive(Clone, Debug)]
pub struct Fan<'a> {
    /// What it is about.
    pub title: &'a str,
    /// What prices are in, such as `US dollars`.
    pub unit: &'a str,
    /// Prices until now, oldest first; the newest is where the fan begins.
    pub past: &'a [Quote],
    /// The forecasts, by time ahead, ascending.
    pub ahead: &'a [(Horizon, Quantiles)],
}

/// The picture of a forecast where prices aren't known: in hundredths of now's. `None` without a forecast.
pub fn relative(asset: &Asset, ahead: &[(Horizon, Quantiles)]) -> Option<String> {
    let now = [Quote { time: 0, price: 100.0 }];
    Fan { title: &format!("{asset}: the price ahead"), unit: "% of the price now", past: &now, ahead }.svg()
}

impl Fan<'_> {
    /// The picture; `None` without a price or a forecast.
    pub fn svg(&self) -> Option<String> {
        let now = self.past.last()?;
        let furthest = f64::from(self.ahead.last()?.0.as_secs());
        let past = self.line(now, furthest);
        let frame = Frame::around(&past, &self.edges(now), furthest)?;
        let mut svg = String::with_capacity(16 << 10);
        self.head(&mut svg, now);
        self.draw_axes(&mut svg, &frame, now);
        for band in 0..LEVELS / 2 {
            self.draw_band(&mut svg, &frame, now, band);
        }
        let middle: Vec<Point> = self.edge(now, LEVELS / 2);
        // Writing to a text doesn't fail.
        let _ = write!(svg, "<polyline class=\"middle\" points=\"{}\"/>", frame.points(&middle));
        let _ = write!(svg, "<polyline class=\"past\" points=\"{}\"/>", frame.points(&past));
        self.draw_ends(&mut svg, &frame, now);
        legend(&mut svg, past.len() > 1);
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
        let ahead = self.ahead.iter().map(|(horizon, forecast)| {
            let change = forecast.values().get(index).copied().unwrap_or_default();
            (f64::from(horizon.as_secs()), now.price * (change * 1e-4).exp())
        });
        std::iter::once((0.0, now.price)).chain(ahead).collect()
    }

    fn edges(&self, now: &Quote) -> Vec<Point> {
        [0, LEVELS - 1].into_iter().flat_map(|index| self.edge(now, index)).collect()
    }

    /// Names, words, colours and paper.
    fn head(&self, svg: &mut String, now: &Quote) {
        let (width, height) = SIZE;
        let (title, words) = (escaped(self.title), escaped_all(&self.words(now)));
        let _ = write!(
            svg,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" role=\"img\" \
             aria-labelledby=\"fan-title fan-desc\" font-family=\"sans-serif\" font-size=\"13\">\
             <title id=\"fan-title\">{title}</title><desc id=\"fan-desc\">{words}</desc>{STYLE}\
             <rect class=\"paper\" width=\"{width}\" height=\"{height}\"/>\
             <text class=\"ink\" x=\"20\" y=\"25\" font-size=\"16\">{title}</text>"
        );
    }

    /// The forecast in words.
    fn words(&self, now: &Quote) -> String {
        let mut words = format!("Now {}.", price(now.price));
        for (place, (horizon, _)) in self.ahead.iter().enumerate() {
            let at = |index: usize| self.edge(now, index).get(place + 1).map_or_else(String::new, |end| price(end.1));
            let (low, middle, high) = (at(0), at(LEVELS / 2), at(LEVELS - 1));
            let _ = write!(words, " In {horizon}: {middle} in the middle, {low} to {high} with nine chances of ten.");
        }
        let _ = write!(words, " All in {}.", self.unit);
        words
    }

    /// Lines across with their prices, and the names of the times.
    fn draw_axes(&self, svg: &mut String, frame: &Frame, now: &Quote) {
        let (left, right, bottom) = (ROOM.0, SIZE.0 - ROOM.2, SIZE.1 - ROOM.3);
        let unit = escaped(self.unit);
        let _ = write!(svg, "<text class=\"faint\" x=\"20\" y=\"{}\">{unit}</text>", ROOM.1 - 14.0);
        for value in frame.lines() {
            let (_, y) = frame.at((0.0, value));
            let _ = write!(
                svg,
                "<line class=\"grid\" x1=\"{left}\" x2=\"{right}\" y1=\"{y:.1}\" y2=\"{y:.1}\"/>\
                 <text class=\"faint\" x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
                left - 8.0,
                y + 4.0,
                price(value)
            );
        }
        let _ = write!(svg, "<line class=\"axis\" x1=\"{left}\" x2=\"{right}\" y1=\"{bottom}\" y2=\"{bottom}\"/>");
        let ahead = self.ahead.iter().map(|(horizon, _)| (f64::from(horizon.as_secs()), horizon.to_string()));
        let mut free = f64::MIN;
        for (time, name) in std::iter::once((0.0, "now".to_owned())).chain(ahead) {
            let (x, _) = frame.at((time, now.price));
            let (top, end) = (bottom, bottom + 5.0);
            let _ = write!(svg, "<line class=\"axis\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{top}\" y2=\"{end}\"/>");
            if x >= free {
                let y = bottom + 20.0;
                let _ = write!(svg, "<text class=\"ink\" x=\"{x:.1}\" y=\"{y}\" text-anchor=\"middle\">{name}</text>");
                free = x + APART;
            }
        }
        let (x, y) = ((left + right) / 2.0, bottom + 38.0);
        let _ =
            write!(svg, "<text class=\"faint\" x=\"{x}\" y=\"{y}\" text-anchor=\"middle\">time, by its root</text>");
    }

    /// The band between two levels that are equally far from the middle.
    fn draw_band(&self, svg: &mut String, frame: &Frame, now: &Quote, index: usize) {
        let mut points = self.edge(now, index);
        points.extend(self.edge(now, LEVELS - 1 - index).into_iter().rev());
        let (points, shade) = (frame.points(&points), SHADES.0);
        let _ = write!(svg, "<polygon class=\"band\" fill-opacity=\"{shade}\" points=\"{points}\"/>");
    }

    /// Where the fan ends: its lowest, middle and highest price.
    fn draw_ends(&self, svg: &mut String, frame: &Frame, now: &Quote) {
        let x = SIZE.0 - ROOM.2 + 6.0;
        let mut free = f64::MAX;
        for (index, name) in [(0, "5 %"), (LEVELS / 2, "50 %"), (LEVELS - 1, "95 %")] {
            let Some(end) = self.edge(now, index).last().copied() else { continue };
            // From below upwards, and none above another.
            let y = frame.at(end).1.min(free) + 4.0;
            free = y - 4.0 - 15.0;
            let _ = write!(svg, "<text class=\"ink\" x=\"{x}\" y=\"{y:.1}\">{name} {}</text>", price(end.1));
        }
    }
}

/// What the colours mean.
fn legend(svg: &mut String, has_past: bool) {
    let y = SIZE.1 - 12.0;
    let mut x = ROOM.0;
    let mut entry = |sign: &str, name: &str, width: f64| {
        let _ = write!(svg, "<g transform=\"translate({x} {y})\">{sign}<text class=\"ink\" x=\"28\">{name}</text></g>");
        x += width;
    };
    let swatch =
        |shade: f64| format!("<rect class=\"band\" fill-opacity=\"{shade}\" y=\"-10\" width=\"22\" height=\"11\"/>");
    let stroke = |class: &str| format!("<line class=\"{class}\" x2=\"22\" y1=\"-5\" y2=\"-5\"/>");
    entry(&swatch(SHADES.0), "90 % within", 140.0);
    entry(&swatch(SHADES.1), "10 % within", 140.0);
    entry(&stroke("middle"), "middle", 110.0);
    if has_past {
        entry(&stroke("past"), "until now", 110.0);
    }
}

/// Text as XML has it, without control characters, cut to the length of a title.
fn escaped(text: &str) -> String {
    escaped_all(&text.chars().take(TITLE).collect::<String>())
}

/// Text as XML has it, without control characters.
fn escaped_all(text: &str) -> String {
    let mut safe = String::new();
    for letter in text.chars().filter(|letter| !letter.is_control()) {
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

    fn drawn(past: &[Quote], ahead: &[(Horizon, Quantiles)]) -> Option<String> {
        Fan { title: "BTC <script>&\"'\u{7}", unit: "US <dollars>", past, ahead }.svg()
    }

    #[test]
    fn a_fan_has_nine_bands_and_two_lines_within_the_picture() {
        let past: Vec<Quote> = (1..1000).map(|n| Quote { time: n * 300, price: 40_000.0 + n as f64 }).collect();
        let svg = drawn(&past, &ahead()).expect("a picture");
        assert_eq!((svg.matches("<polygon").count(), svg.matches("<polyline").count()), (9, 2));
        assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>") && svg.len() < 64 << 10);
        assert!(!svg.contains("<script") && !svg.contains('\u{7}') && !svg.contains("NaN") && !svg.contains("inf"));
        assert!(
            svg.contains(">8h20m<") && svg.contains(">now<") && svg.contains("95 %") && svg.contains(">until now<")
        );
    }

    #[test]
    fn whoever_cannot_see_it_is_told() {
        let now = [Quote { time: 300, price: 100.0 }];
        let svg = drawn(&now, &ahead()).expect("a picture");
        for word in ["role=\"img\"", "<title id=\"fan-title\">BTC", "In 3h: 100.00 in the middle", "US &lt;dollars&gt;"]
        {
            assert!(svg.contains(word), "{word}: {svg}");
        }
        // Eight hours and twenty minutes: the root of 30 000 times 0.9 is 155.9 basis points.
        assert!(svg.contains("In 8h20m: 100.00 in the middle, 98.45 to 101.57 with nine chances of ten"), "{svg}");
        assert!(svg.contains("prefers-color-scheme:dark") && !svg.contains(">until now<"), "{svg}");
    }

    #[test]
    fn without_prices_it_is_hundredths_of_now() {
        let svg = relative(&"EUR/USD".parse().expect("a name"), &ahead()).expect("a picture");
        assert!(svg.contains(">EUR/USD: the price ahead<") && svg.contains(">% of the price now<"), "{svg}");
        assert!(svg.contains("Now 100.00.") && svg.contains(">5 % 98.45<"), "{svg}");
        assert!(relative(&Asset::btc(), &[]).is_none());
    }

    #[test]
    fn names_and_prices_stand_apart() {
        let now = [Quote { time: 300, price: 100.0 }];
        let near: Vec<(Horizon, Quantiles)> = [60u32, 61, 62, 2_419_200]
            .map(|seconds| (Horizon::seconds(seconds).expect("a time"), Quantiles::point(0.0).expect("a forecast")))
            .to_vec();
        let svg = drawn(&now, &near).expect("a picture");
        // All fall together with now, but for four weeks.
        assert!(svg.contains(">now<") && svg.contains(">28d<") && !svg.contains(">1m<"), "{svg}");
        let end = |name: &str| -> f64 {
            let (before, _) = svg.split_once(&format!("\">{name} ")).expect(name);
            before.rsplit_once("y=\"").and_then(|(_, y)| y.parse().ok()).expect(name)
        };
        assert!(end("5 %") - end("50 %") >= 14.9 && end("50 %") - end("95 %") >= 14.9, "{svg}");
    }

    #[test]
    fn nothing_to_draw_is_no_picture_and_odd_prices_are_survived() {
        assert!(drawn(&[], &ahead()).is_none());
        let quote = Quote { time: 300, price: 1e-9 };
        assert!(drawn(&[quote], &[]).is_none());
        let still = Quantiles::point(0.0).expect("a forecast");
        let svg = drawn(&[quote], &[(STANDARD[0], still)]).expect("a picture");
        assert!(!svg.contains("NaN") && !svg.contains("inf"));
    }
}
