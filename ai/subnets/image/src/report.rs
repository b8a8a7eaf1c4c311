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

/// How to read it.
const ABOUT: &str = "Sorted by worth. The large number is what a validator would pay for, from 0 to 1, if it saw nothing but \
                     this picture: how many bits it tells of its prompt (match) and how well it is made (aesthetics), less \
                     a little for slowness. Copies, and styles that miners share, can't be seen here.";

/// Nothing is loaded, run or sent, whatever strangers wrote; light or dark as the reader has it.
const HEAD: &str = "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n\
    <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; style-src 'unsafe-inline'; \
    base-uri 'none'; form-action 'none'\">\n\
    <meta name=\"viewport\" content=\"width=device-width\"><meta name=\"color-scheme\" content=\"light dark\">\n\
    <style>:root{color-scheme:light dark;--page:#fafafa;--card:#fff;--text:#1d1f23;--soft:#63676e;--line:#e3e5e9;--bar:#2a6fbb}\
    @media(prefers-color-scheme:dark){:root{--page:#121417;--card:#1b1e23;--text:#e6e7e9;--soft:#9da2aa;--line:#2c3036;\
    --bar:#7db4f0}}\
    *{box-sizing:border-box}\
    body{font:15px/1.5 system-ui,-apple-system,\"Segoe UI\",Roboto,\"Noto Sans\",sans-serif;margin:2.5em auto;padding:0 1.2em;\
    max-width:72em;color:var(--text);background:var(--page)}\
    h1{font-size:1.6em;line-height:1.25;margin:0 0 .2em}h2{font-size:1.1em;margin:2.2em 0 .8em;overflow-wrap:anywhere}\
    p{color:var(--soft);margin:0;max-width:45em}\
    section{display:grid;grid-template-columns:repeat(auto-fill,minmax(13em,1fr));gap:1.2em}\
    figure{margin:0;background:var(--card);border:1px solid var(--line);border-radius:10px;overflow:hidden}\
    img,.none{width:100%;aspect-ratio:1;object-fit:contain;background:var(--line);display:block}\
    .none{display:grid;place-items:center;color:var(--soft)}figcaption{padding:.7em .9em .9em;overflow-wrap:anywhere}\
    figcaption b{font-size:1.25em;font-variant-numeric:tabular-nums;margin-right:.3em}.miner{color:var(--soft)}\
    .bar{height:5px;border-radius:3px;background:var(--line);margin:.4em 0 .6em}\
    .bar i{display:block;height:5px;border-radius:3px;background:var(--bar)}\
    table{font-size:12px;width:100%;border-spacing:0;color:var(--soft)}\
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
    let mut page = format!("{HEAD}<title>{title}</title></head><body>\n<h1>{title}</h1>\n<p>{ABOUT}</p>\n");
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
    let head = format!("<b>{value:.3}</b><span class=\"miner\">{miner}</span>");
    format!("<figure>{shown}<figcaption>{head}{bar}<table>{rows}</table></figcaption></figure>\n")
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
