//! Emoji with their names, in two styles: what the packages `emoji-datasource-google` and `emoji-datasource-twitter` hold.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use ganglion_subnet::Dice;
use serde::Deserialize;

use super::archive;
use crate::nn::WeightsError;
use crate::picture::{png, Picture};

/// Pixels on a side.
pub const SIDE: u32 = 64;
/// Longest list of names, bytes.
const MOST_NAMES: u64 = 8 << 20;
/// Longest picture, bytes.
const MOST_PICTURE: u64 = 1 << 16;
/// Most emoji that are taken.
const MOST: usize = 4096;
/// Fewest that are worth learning from.
const LEAST: usize = 16;
/// One in so many is held out, and only measured.
const HELD_OUT: usize = 8;

/// Who drew the pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Google's, under Apache-2.0.
    Google,
    /// Twitter's, under CC-BY 4.0.
    Twitter,
}

impl Style {
    /// Its name among the models that are known.
    pub fn name(self) -> &'static str {
        match self {
            Self::Google => "emoji-google",
            Self::Twitter => "emoji-twitter",
        }
    }

    /// What must be said of weights that learned from it.
    pub fn licence(self) -> &'static str {
        match self {
            Self::Google => "emoji pictures by Google (Noto Emoji), Apache-2.0; names by Cal Henderson, MIT",
            Self::Twitter => {
                "emoji pictures by Twitter and other contributors (Twemoji), CC-BY 4.0; names by Cal Henderson, MIT"
            }
        }
    }

    fn folder(self) -> &'static str {
        match self {
            Self::Google => "package/img/google/64/",
            Self::Twitter => "package/img/twitter/64/",
        }
    }
}

/// One picture and its words.
#[derive(Clone, Debug, PartialEq)]
pub struct Emoji {
    /// Its name: `slice of pizza`.
    pub name: String,
    /// Its name, other names and what kind of thing it is, all words of it.
    pub words: String,
    /// The picture, 64 pixels a side.
    pub picture: Picture,
}

/// Emoji to learn from, and others to measure with.
#[derive(Clone, Debug, Default)]
pub struct Emojis {
    /// To learn from.
    pub learned: Vec<Emoji>,
    /// Never learned from: an eighth of the last style's. Their names are known from the styles before it, if there are
    /// any.
    pub held_out: Vec<Emoji>,
}

/// One emoji in the list.
#[derive(Deserialize)]
struct Listed {
    name: Option<String>,
    #[serde(default)]
    short_names: Vec<String>,
    image: String,
    category: String,
    #[serde(default)]
    subcategory: String,
}

impl Emojis {
    /// Adds those of a style, from a package's archive; of the last style that is added, an eighth is held out.
    ///
    /// # Errors
    /// It isn't such an archive.
    pub fn add(&mut self, style: Style, path: &Path) -> Result<usize, WeightsError> {
        let found = read(style, path)?;
        let count = found.len();
        // What was held out of the style before may be learned from now.
        self.learned.append(&mut self.held_out);
        for (number, emoji) in found.into_iter().enumerate() {
            let place = if number % HELD_OUT == 0 { &mut self.held_out } else { &mut self.learned };
            place.push(emoji);
        }
        Ok(count)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.learned.is_empty()
    }

    /// Some to learn from, all with different names: so many, or fewer where there aren't enough.
    pub(crate) fn several(&self, count: usize, dice: &mut Dice) -> Vec<&Emoji> {
        let mut found = BTreeMap::new();
        for _ in 0..4 * count {
            if self.is_empty() || found.len() >= count {
                break;
            }
            let emoji = dice.pick(&self.learned);
            found.entry(emoji.name.as_str()).or_insert(emoji);
        }
        found.into_values().collect()
    }
}

impl Emoji {
    /// Its words as somebody might say them.
    pub(crate) fn said(&self, dice: &mut Dice) -> String {
        if dice.chance(1, 2) {
            self.name.clone()
        } else {
            self.words.clone()
        }
    }
}

/// All emoji of an archive but flags, in the list's order.
fn read(style: Style, path: &Path) -> Result<Vec<Emoji>, WeightsError> {
    let bad = |reason: &dyn std::fmt::Display| WeightsError::new(path, reason);
    let file = File::open(path).map_err(|error| bad(&error))?;
    let (mut list, mut pictures) = (Vec::new(), BTreeMap::new());
    let folder = style.folder();
    let wants = |name: &str, length: u64| match name {
        "package/emoji.json" => length <= MOST_NAMES,
        _ => name.starts_with(folder) && length <= MOST_PICTURE,
    };
    let mut take = |name: &str, content: Vec<u8>| match name.strip_prefix(folder) {
        Some(image) if pictures.len() < MOST => drop(pictures.insert(image.to_owned(), content)),
        Some(_) => {}
        None => list = content,
    };
    archive::members(BufReader::new(file), &wants, &mut take).map_err(|error| bad(&error))?;
    let list: Vec<Listed> = serde_json::from_slice(&list).map_err(|error| bad(&format!("its emoji.json: {error}")))?;
    let shown = |listed: Listed| {
        let picture = picture(pictures.get(&listed.image)?)?;
        (listed.category != "Flags").then(|| named(&listed, picture)).flatten()
    };
    let found: Vec<Emoji> = list.into_iter().take(MOST).filter_map(shown).collect();
    if found.len() < LEAST {
        return Err(bad(&format!("it holds {} emoji with pictures, and at least {LEAST} are needed", found.len())));
    }
    Ok(found)
}

/// A picture of the right size. Palettes are passed over: some have transparent colours, which aren't read.
fn picture(file: &[u8]) -> Option<Picture> {
    const PALETTE: u8 = 3;
    let kind = file.get(25).copied()?;
    let picture = png::read(file).ok().filter(|_| kind != PALETTE)?;
    ((picture.width(), picture.height()) == (SIDE, SIDE)).then_some(picture)
}

fn named(listed: &Listed, picture: Picture) -> Option<Emoji> {
    let plain = |text: &str| {
        let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        words.map(str::to_lowercase).collect::<Vec<String>>().join(" ")
    };
    let name = plain(listed.name.as_deref().or_else(|| listed.short_names.first().map(String::as_str))?);
    let others = listed.short_names.iter().map(|short| plain(short)).filter(|short| *short != name);
    let mut words = vec![name.clone()];
    words.extend(others.take(3));
    words.push(plain(&listed.subcategory));
    (!name.is_empty()).then(|| Emoji { words: words.join(", "), name, picture })
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::render::{sprite, Hand};
    use crate::scene::{Colour, Thing};
    use ganglion_subnet::Seed;

    /// An archive such as the package is, with our own things as emoji.
    pub(crate) fn archive_of(count: usize) -> Vec<u8> {
        let picture = |number: usize| {
            let (thing, colour) = (Thing::ALL[number % Thing::ALL.len()], Colour::ALL[number % Colour::ALL.len()]);
            png::write(&sprite(thing, colour, &Hand::numbered(number as u64), SIDE).expect("a picture"))
        };
        let entry = |number: usize| {
            let category = if number == 1 { "Flags" } else { "Objects" };
            serde_json::json!({ "name": format!("THING NUMBER {number}"), "short_names": [format!("thing_{number}")],
                "image": format!("{number}.png"), "category": category, "subcategory": "other-object", "sort_order": 1 })
        };
        let list = serde_json::json!((0..count).map(entry).collect::<Vec<_>>()).to_string();
        let names: Vec<String> = (0..count).map(|number| format!("package/img/google/64/{number}.png")).collect();
        let pictures: Vec<Vec<u8>> = (0..count).map(picture).collect();
        let mut members: Vec<(&str, &[u8])> =
            vec![("package/LICENSE", &b"MIT"[..]), ("package/emoji.json", list.as_bytes())];
        members.extend(names.iter().map(String::as_str).zip(pictures.iter().map(Vec::as_slice)));
        archive::tests::packed(&members)
    }

    #[test]
    fn emoji_have_names_and_an_eighth_is_held_out() {
        let dir = tempfile::tempdir().expect("dir");
        let path = dir.path().join("emoji.tgz");
        std::fs::write(&path, archive_of(41)).expect("written");
        let mut emojis = Emojis::default();
        // The flag is left out.
        assert_eq!(emojis.add(Style::Google, &path).expect("emoji"), 40);
        assert_eq!((emojis.learned.len(), emojis.held_out.len()), (35, 5));
        let first = &emojis.held_out[0];
        assert_eq!(
            (first.name.as_str(), first.words.as_str()),
            ("thing number 0", "thing number 0, thing 0, other object")
        );
        assert_eq!(first.picture.width(), SIDE);
        assert_eq!(emojis.add(Style::Google, &path).expect("again"), 40);
        assert_eq!((emojis.learned.len(), emojis.held_out.len()), (75, 5));
        let mut dice = Seed([1; 32]).dice();
        for _ in 0..20 {
            let several = emojis.several(8, &mut dice);
            let names: std::collections::BTreeSet<&str> = several.iter().map(|emoji| emoji.name.as_str()).collect();
            assert!(names.len() == several.len() && (1..=8).contains(&several.len()));
            assert!(several.iter().all(|emoji| emoji.said(&mut dice).contains(&emoji.name)));
        }
        assert!(Emojis::default().several(8, &mut dice).is_empty());
    }

    #[test]
    fn what_is_no_such_archive_is_said() {
        let dir = tempfile::tempdir().expect("dir");
        let path = dir.path().join("emoji.tgz");
        let few = archive_of(5);
        let other = archive::tests::packed(&[("package/emoji.json", b"{")]);
        for bytes in [few, other, b"no archive".to_vec(), Vec::new()] {
            std::fs::write(&path, bytes).expect("written");
            assert!(Emojis::default().add(Style::Google, &path).is_err());
        }
        // Another style's pictures aren't in it.
        std::fs::write(&path, archive_of(41)).expect("written");
        assert!(Emojis::default().add(Style::Twitter, &path).is_err());
        assert!(Emojis::default().add(Style::Google, &dir.path().join("none")).is_err());
    }
}
