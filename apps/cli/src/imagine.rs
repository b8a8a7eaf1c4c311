//! `ganglion imagine`: a picture by the network's miners, into a file; who drew it on stderr.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{bail, ensure, Context, Result};
use ganglion_primitives::NeuronId;
use ganglion_subnet::{Answer, Seed};
use ganglion_subnet_image::judge::captions::Choice;
use ganglion_subnet_image::judge::gate;
use ganglion_subnet_image::judge::matching::Matcher;
use ganglion_subnet_image::picture::png;
use ganglion_subnet_image::report::{html, Exhibit, Wall};
use ganglion_subnet_image::safety::skin::SkinRule;
use ganglion_subnet_image::{ImageResponse, Judge, Picture, Scene, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::ask::{self, client, gateway, printable};
use crate::cli::ImagineArgs;
use crate::commands::image::matcher;
use crate::exit::Usage;
use crate::output;

/// The longest reply that is read, bytes: four pictures in base64.
const REPLY: usize = 12 << 20;

/// What `imagine --json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Imagined {
    /// The pictures, best miner first.
    pictures: Vec<Pictured>,
    /// The gateway that was asked.
    gateway: String,
}

/// One picture.
#[derive(Debug, Serialize, JsonSchema)]
struct Pictured {
    /// Where it was written.
    file: String,
    /// Who drew it.
    miner: Option<Drawer>,
}

/// Who drew, as the gateway says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Drawer {
    /// Its seat.
    uid: u16,
    /// Address of its hotkey.
    hotkey: String,
    /// Its share of the miners' half, 0 to 1.
    incentive: f64,
    /// What it draws with, as it says.
    model: Option<String>,
    /// How long it took.
    latency_ms: u64,
}

#[derive(Deserialize)]
struct Reply {
    data: Vec<Shown>,
}

#[derive(Deserialize)]
struct Shown {
    b64_json: String,
    ganglion: Option<Drawer>,
}

/// What is asked of a gateway.
pub(crate) struct Wanted<'a> {
    /// What should be seen.
    pub prompt: &'a str,
    /// Width and height, pixels: `256x256`.
    pub size: &'a str,
    /// Pictures, 1 to 4.
    pub count: u8,
    /// Decides what is left to chance.
    pub seed: Option<u32>,
    /// How long to wait, seconds.
    pub seconds: u64,
}

/// A picture that was read, and whose it is.
pub(crate) struct Got {
    picture: Picture,
    /// Whose it is, if the gateway says so.
    pub(crate) drawer: Option<Drawer>,
}

/// Asks and writes.
///
/// # Errors
/// [`crate::exit::NotRunning`]; the gateway or every miner failed; a file can't be written.
pub fn run(args: &ImagineArgs) -> Result<()> {
    ensure!(!args.prompt.trim().is_empty(), Usage("the prompt is empty: say what should be seen".into()));
    let gateway = gateway(args.gateway.as_deref(), &args.at)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let wanted =
        Wanted { prompt: &args.prompt, size: &args.size, count: args.count, seed: args.seed, seconds: args.timeout };
    let got = runtime.block_on(fetch(&gateway, &wanted))?;
    let mut pictures = Vec::with_capacity(got.len());
    for (number, one) in got.iter().enumerate() {
        let file = numbered(&args.output, number);
        let failed = || format!("can't write {}", file.display());
        fs::write(&file, png::write(&one.picture)).with_context(failed)?;
        output::talk(&signature(&file, one.drawer.as_ref()));
        pictures.push(Pictured { file: file.display().to_string(), miner: one.drawer.clone() });
    }
    if let Some(report) = &args.report {
        let page = html("Pictures by the network's miners", &[wall(&args.prompt, &got, &matcher(&[], None)?)]);
        fs::write(report, page).with_context(|| format!("can't write {}", report.display()))?;
        output::talk(&format!("side by side in {}", report.display()));
    }
    if args.json {
        return output::json(&Imagined { pictures, gateway });
    }
    Ok(())
}

/// Pictures by the miners behind a gateway, best miner first.
///
/// # Errors
/// The gateway or every miner failed, or took too long.
pub(crate) async fn fetch(gateway: &str, wanted: &Wanted<'_>) -> Result<Vec<Got>> {
    let late = |_| Err(anyhow::anyhow!("no picture within {} s: try a longer --timeout", wanted.seconds));
    let asked = tokio::time::timeout(Duration::from_secs(wanted.seconds), request(gateway, wanted));
    understand(&asked.await.unwrap_or_else(late)?)
}

async fn request(gateway: &str, wanted: &Wanted<'_>) -> Result<Vec<u8>> {
    let request = json!({
        "model": "image",
        "prompt": wanted.prompt,
        "size": wanted.size,
        "n": wanted.count,
        "seed": wanted.seed,
        "response_format": "b64_json",
    });
    let asked = client(gateway)?.post(format!("{gateway}/v1/images/generations")).json(&request);
    ask::fetch(gateway, asked, REPLY).await
}

/// The pictures of a reply. What isn't a picture is an error: the gateway should have noticed.
fn understand(body: &[u8]) -> Result<Vec<Got>> {
    let reply: Reply = serde_json::from_slice(body).context("the gateway's reply makes no sense")?;
    ensure!(!reply.data.is_empty(), "the gateway's reply holds no picture");
    let read = |shown: Shown| match gate::decode(&shown.b64_json) {
        Ok(picture) => Ok(Got { picture, drawer: shown.ganglion }),
        Err(reason) => bail!("the gateway's picture can't be read: it is {reason}"),
    };
    reply.data.into_iter().map(read).collect()
}

/// `out.png`, `out-2.png`, `out-3.png`.
fn numbered(file: &Path, number: usize) -> PathBuf {
    if number == 0 {
        return file.to_owned();
    }
    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    let end = file.extension().map(|end| format!(".{}", end.to_string_lossy())).unwrap_or_default();
    file.with_file_name(format!("{stem}-{}{end}", number + 1))
}

fn signature(file: &Path, drawer: Option<&Drawer>) -> String {
    let file = file.display();
    match drawer {
        Some(drawer) => format!(
            "{file} — miner uid {} · hotkey {} · incentive {:.4} · {} ms",
            drawer.uid,
            printable(&drawer.hotkey),
            drawer.incentive,
            drawer.latency_ms
        ),
        None => format!("{file} — the gateway does not say who drew it"),
    }
}

/// The pictures of a prompt for a report, in their order, scored as a validator with this matcher would.
pub(crate) fn wall(prompt: &str, got: &[Got], matcher: &Arc<dyn Matcher>) -> Wall {
    let scene = Scene::parse(prompt);
    let choice = Choice::of_words(prompt, &mut Seed([0; 32]).dice());
    let scene = (!scene.groups.is_empty()).then_some(scene);
    let mut exhibits = Vec::new();
    for (number, one) in (0u64..).zip(got) {
        let (width, height) = (one.picture.width(), one.picture.height());
        let task = Task { prompt: prompt.to_owned(), scene: scene.clone(), choice: choice.clone(), width, height };
        let millis = one.drawer.as_ref().map_or(0, |drawer| drawer.latency_ms);
        let (image, elapsed) = (gate::encode(&one.picture), Duration::from_millis(millis));
        let response = ImageResponse { image: image.clone(), model: None };
        let answer = Answer { neuron: NeuronId(number), response, elapsed, first: elapsed };
        // Each by a judge of its own, who has seen nothing else.
        let judge = Judge::with(Arc::clone(matcher)).guarded(Arc::new(SkinRule));
        let score = judge.score(&task, &[answer]).into_iter().next().unwrap_or_default();
        let miner = one.drawer.as_ref().map_or_else(
            || "somebody".to_owned(),
            |drawer| format!("uid {} · {}", drawer.uid, drawer.model.as_deref().unwrap_or("unnamed")),
        );
        exhibits.push(Exhibit { miner, image, score });
    }
    Wall { prompt: prompt.to_owned(), exhibits }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ganglion_subnet_image::judge::matching::ProbeMatcher;
    use ganglion_subnet_image::render::{render, Hand};

    fn picture() -> Picture {
        render(&Scene::parse("two red stars"), &Hand::numbered(1), 64, 64, 1).expect("a picture")
    }

    #[test]
    fn a_reply_is_pictures_and_their_miners() {
        let body = json!({ "created": 1, "data": [
            { "b64_json": gate::encode(&picture()),
              "ganglion": { "uid": 3, "hotkey": "5abc", "incentive": 0.25, "model": null, "latency_ms": 12 } },
            { "b64_json": gate::encode(&picture()) },
        ]});
        let got = understand(body.to_string().as_bytes()).expect("pictures");
        assert_eq!(got.iter().map(|one| one.picture == picture()).collect::<Vec<_>>(), [true, true]);
        let line = signature(Path::new("out.png"), got[0].drawer.as_ref());
        assert!(line.contains("uid 3") && line.contains("0.2500") && line.contains("12 ms"), "{line}");
        let matcher: Arc<dyn Matcher> = Arc::new(ProbeMatcher);
        let page = html("Pictures", &[wall("two red stars", &got, &matcher)]);
        assert_eq!(page.matches("<img").count(), 2);
    }

    /// As they do unless their operator says otherwise.
    #[test]
    fn what_validators_refuse_is_worth_nothing_in_a_report() {
        let pixel = |place: u32| if place / 64 < 40 { [224, 172, 105] } else { [30, 60, 120] };
        let picture = Picture::from_pixels(64, 64, (0..64 * 64).map(pixel).collect()).expect("a picture");
        let matcher: Arc<dyn Matcher> = Arc::new(ProbeMatcher);
        let wall = wall("a sunset", &[Got { picture, drawer: None }], &matcher);
        let score = &wall.exhibits[0].score;
        assert!(score.value == 0.0 && score.parts.contains_key("unsafe"), "{score:?}");
    }

    #[test]
    fn nonsense_is_an_error() {
        for body in ["", "{}", r#"{"data":[]}"#, r#"{"data":[{"b64_json":"AAAA"}]}"#, "<html>"] {
            assert!(understand(body.as_bytes()).is_err(), "{body}");
        }
    }

    #[test]
    fn several_pictures_have_several_files() {
        let files = [0, 1, 2].map(|number| numbered(Path::new("a/out.png"), number));
        assert_eq!(files, ["a/out.png", "a/out-2.png", "a/out-3.png"].map(PathBuf::from));
        assert_eq!(numbered(Path::new("picture"), 1), PathBuf::from("picture-2"));
    }
}
