//! Pictures side by side with their scores, as one HTML file without anything from elsewhere.

use std::fmt::Write;

use ganglion_subnet::Score;

use crate::judge::gate;

/// Most prompts of a report.
const MOST_PROMPTS: usize = 100;
/// Most pictures of a prompt.
const MOST_PICTURES: usize = 16;
/// Most characters of anybody's words.
const MOST_WORDS: usize = 300;

const HEAD: &str = "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n\
    <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; style-src 'unsafe-inline'\">\n\
    <style>body{font:15px system-ui,sans-serif;margin:2em auto;max-width:70em;color:#222}\
    section{display:flex;flex-wrap:wrap;gap:1em;margin-bottom:2em}figure{margin:0;width:12em}\
    img,.none{width:12em;height:12em;object-fit:contain;background:#eee;display:block}\
    .none{line-height:12em;text-align:center;color:#777}table{font-size:12px;width:100%}\
    td:last-child{text-align:right;font-variant-numeric:tabular-nums}</style>\n";

/// One miner's picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Exhibit {
    /// Whose it is.
    pub miner: String,
    /// The picture: base64 of a PNG file.
    pub image: String,
    /// What it is worth.
    pub score: Score,
}

/// All pictures of one prompt.
#[derive(Clone, Debug, PartialEq)]
pub struct Wall {
    /// What was asked.
    pub prompt: String,
    /// The pictures; they are shown best first.
    pub exhibits: Vec<Exhibit>,
}

/// The report. Words and pictures come from strangers: words are escaped, and a picture that can't be read isn't shown.
pub fn html(title: &str, walls: &[Wall]) -> String {
    let title = escaped(title);
    let mut page = format!("{HEAD}<title>{title}</title></head><body>\n<h1>{title}</h1>\n");
    for wall in walls.iter().take(MOST_PROMPTS) {
        // Writing to a text doesn't fail.
        let _ = writeln!(page, "<h2>{}</h2>\n<section>", escaped(&wall.prompt));
        let mut best: Vec<&Exhibit> = wall.exhibits.iter().collect();
        best.sort_by(|a, b| b.score.value.total_cmp(&a.score.value));
        best.into_iter().take(MOST_PICTURES).for_each(|exhibit| page.push_str(&figure(exhibit)));
        page.push_str("</section>\n");
    }
    page.push_str("</body></html>\n");
    page
}

fn figure(exhibit: &Exhibit) -> String {
    let shown = match gate::decode(&exhibit.image) {
        // Written anew: whatever else a stranger's file holds stays out.
        Ok(picture) => format!("<img alt=\"\" src=\"data:image/png;base64,{}\">", gate::encode(&picture)),
        Err(reason) => format!("<div class=\"none\">{reason}</div>"),
    };
    let mut rows = String::new();
    for (name, part) in &exhibit.score.parts {
        let _ = write!(rows, "<tr><td>{}</td><td>{part:.3}</td></tr>", escaped(name));
    }
    let (miner, value) = (escaped(&exhibit.miner), exhibit.score.value);
    format!("<figure>{shown}<figcaption><b>{value:.3}</b> {miner}<table>{rows}</table></figcaption></figure>\n")
}

/// Text as HTML shows it, cut off if it is long.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars().filter(|c| !c.is_control()).take(MOST_WORDS) {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::{render, Hand};
    use crate::scene::Scene;

    #[test]
    fn the_best_comes_first_and_strangers_words_do_no_harm() {
        let picture = render(&Scene::parse("a red ball"), &Hand::numbered(1), 32, 32, 1).expect("a picture");
        let exhibit = |miner: &str, value: f64| Exhibit {
            miner: miner.to_owned(),
            image: gate::encode(&picture),
            score: Score::new(value, &[("match", value)]),
        };
        let broken = Exhibit { image: "\"><script>".into(), ..exhibit("broken", 0.0) };
        let wall = Wall {
            prompt: "<script>alert(1)</script>".into(),
            exhibits: vec![broken, exhibit("second", 0.3), exhibit("first", 0.9)],
        };
        let page = html("Pictures & scores", &[wall]);
        assert!(
            !page.contains("<script>") && page.contains("&lt;script&gt;") && page.contains("Pictures &amp; scores")
        );
        assert!(page.find("first").expect("first") < page.find("second").expect("second"));
        assert_eq!((page.matches("<img").count(), page.matches("class=\"none\"").count()), (2, 1));
    }
}
