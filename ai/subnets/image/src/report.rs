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

/// Nothing is loaded, run or sent, whatever strangers wrote; light or dark as the reader has it.
const HEAD: &str = "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n\
    <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; style-src 'unsafe-inline'; \
    base-uri 'none'; form-action 'none'\">\n\
    <meta name=\"viewport\" content=\"width=device-width\"><meta name=\"color-scheme\" content=\"light dark\">\n\
    <style>:root{color-scheme:light dark;--page:#fff;--text:#222;--soft:#666;--frame:#eee;--bar:#2a6fbb}\
    @media(prefers-color-scheme:dark){:root{--page:#16181c;--text:#e4e4e4;--soft:#a0a0a0;--frame:#2a2d33;--bar:#7db4f0}}\
    body{font:15px system-ui,sans-serif;margin:2em auto;padding:0 1em;max-width:70em;color:var(--text);background:var(--page)}\
    section{display:flex;flex-wrap:wrap;gap:1.5em;margin-bottom:2.5em}figure{margin:0;width:13em}\
    img,.none{width:13em;height:13em;object-fit:contain;background:var(--frame);display:block}\
    .none{line-height:13em;text-align:center;color:var(--soft)}figcaption{margin-top:.4em;overflow-wrap:anywhere}\
    .bar{height:4px;background:var(--frame);margin:.3em 0}.bar i{display:block;height:4px;background:var(--bar)}\
    table{font-size:12px;width:100%;color:var(--soft)}\
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
        Ok(picture) => {
            let alt = escaped(&exhibit.miner);
            format!("<img alt=\"Picture by {alt}\" src=\"data:image/png;base64,{}\">", gate::encode(&picture))
        }
        Err(reason) => format!("<div class=\"none\">{reason}</div>"),
    };
    let mut rows = String::new();
    for (name, part) in &exhibit.score.parts {
        let _ = write!(rows, "<tr><td>{}</td><td>{part:.3}</td></tr>", escaped(name));
    }
    let (miner, value) = (escaped(&exhibit.miner), exhibit.score.value);
    let wide = if value.is_finite() { (100.0 * value).clamp(0.0, 100.0) } else { 0.0 };
    let bar = format!("<div class=\"bar\"><i style=\"width:{wide:.1}%\"></i></div>");
    format!("<figure>{shown}<figcaption><b>{value:.3}</b> {miner}{bar}<table>{rows}</table></figcaption></figure>\n")
}

/// Marks that turn the direction of writing, and so the meaning of what stands beside them.
fn turns(c: char) -> bool {
    matches!(c, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Text as HTML shows it, cut off if it is long.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars().filter(|c| !c.is_control() && !turns(*c)).take(MOST_WORDS) {
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
            miner: format!("{miner}\u{202E}\" onload=\"x"),
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
        assert!(!page.contains("onload=\"") && !page.contains('\u{202E}'));
        assert!(page.contains("prefers-color-scheme:dark") && page.contains("default-src 'none'"));
        assert!(!page.contains("http:") && !page.contains("https:") && !page.contains("url("));
        assert_eq!((page.matches("<img").count(), page.matches("class=\"none\"").count()), (2, 1));
    }
}
