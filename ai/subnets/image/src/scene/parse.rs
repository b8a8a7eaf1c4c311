//! Words back to a scene. Any text gives one; words that mean nothing here are passed over.

use super::vocabulary::{plural, Colour, Place, Style, Thing, NUMBERS};
use super::{Group, Scene, MAX_GROUPS, MOST};

/// No more words of a text are read.
const MAX_WORDS: usize = 256;

/// What a word says.
enum Meaning {
    Count(u8),
    Colour(Colour),
    Thing(Thing),
    Place(Place),
    Style(Style),
}

impl Scene {
    /// The scene that `text` asks for. A count or colour belongs to the next thing that is named; a thing without a colour
    /// gets one that follows from its name. A negated word isn't asked for ("no", "without").
    pub fn parse(text: &str) -> Self {
        let mut scene = Self::default();
        let (mut count, mut colour, mut negated) = (None, None, false);
        for word in words(text) {
            if matches!(word.as_str(), "no" | "without" | "not") {
                negated = true;
                continue;
            }
            let Some(meaning) = meaning(&word) else { continue };
            let skipped = std::mem::take(&mut negated);
            match meaning {
                _ if skipped => {}
                Meaning::Count(number) => count = Some(number),
                Meaning::Colour(named) => colour = Some(named),
                Meaning::Thing(thing) => {
                    let group = Group {
                        count: count.take().unwrap_or_else(|| usual_count(&word, thing)),
                        colour: colour.take().unwrap_or_else(|| usual_colour(thing)),
                        thing,
                    };
                    if scene.groups.len() < MAX_GROUPS {
                        scene.groups.push(group);
                    }
                }
                // An article before it belongs to it, not to the next thing.
                Meaning::Place(place) => {
                    (count, colour) = (None, None);
                    scene.place = scene.place.or(Some(place));
                }
                Meaning::Style(style) => {
                    (count, colour) = (None, None);
                    scene.style = scene.style.or(Some(style));
                }
            }
        }
        scene
    }
}

/// The text's words in small letters.
fn words(text: &str) -> impl Iterator<Item = String> + '_ {
    let parts = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    parts.take(MAX_WORDS).map(str::to_lowercase)
}

fn meaning(word: &str) -> Option<Meaning> {
    if let Some(number) = number(word) {
        return Some(Meaning::Count(number));
    }
    let among = |all: &[&str]| all.contains(&word);
    if let Some(colour) = Colour::ALL.iter().find(|colour| among(colour.words())) {
        return Some(Meaning::Colour(*colour));
    }
    let named = |one: &&str| *one == word || plural(one) == word;
    if let Some(thing) = Thing::ALL.iter().find(|thing| thing.words().iter().any(named)) {
        return Some(Meaning::Thing(*thing));
    }
    if let Some(place) = Place::ALL.iter().find(|place| among(place.words())) {
        return Some(Meaning::Place(*place));
    }
    Style::ALL.iter().find(|style| among(style.words())).map(|style| Meaning::Style(*style))
}

/// A number in letters or digits, at most [`MOST`]. An article says one, too.
fn number(word: &str) -> Option<u8> {
    if matches!(word, "a" | "an" | "single") {
        return Some(1);
    }
    if let Some(place) = NUMBERS.iter().position(|number| *number == word) {
        return u8::try_from(place + 1).ok();
    }
    if matches!(word, "pair" | "couple") {
        return Some(2);
    }
    word.parse::<u8>().ok().filter(|number| *number >= 1).map(|number| number.min(MOST))
}

/// How many are meant where no number is said.
fn usual_count(word: &str, thing: Thing) -> u8 {
    if thing.words().contains(&word) {
        1
    } else {
        3
    }
}

/// The colour of a thing whose colour nobody named.
fn usual_colour(thing: Thing) -> Colour {
    match thing {
        Thing::Heart | Thing::House | Thing::Mushroom | Thing::Car => Colour::Red,
        Thing::Tree => Colour::Green,
        Thing::Star | Thing::Moon => Colour::Yellow,
        Thing::Fish => Colour::Orange,
        Thing::Flower => Colour::Pink,
        _ => Colour::Blue,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ganglion_subnet::Seed;
    use proptest::prelude::*;

    #[test]
    fn what_is_said_is_understood_in_every_wording() {
        let mut dice = Seed([3; 32]).dice();
        for _ in 0..2000 {
            let scene = Scene::draw(&mut dice);
            let prompt = scene.prompt(&mut dice);
            assert_eq!(Scene::parse(&prompt), scene, "{prompt}");
            assert_eq!(Scene::parse(&scene.caption()), scene);
        }
    }

    #[test]
    fn other_words_are_understood() {
        let scene = Scene::parse("A cartoon with 2 violet ships and a house near the OCEAN, no trees");
        let group = |count, colour, thing| Group { count, colour, thing };
        let expected = [group(2, Colour::Purple, Thing::Boat), group(1, Colour::Red, Thing::House)];
        assert_eq!(scene.groups, expected);
        assert_eq!((scene.place, scene.style), (Some(Place::Sea), Some(Style::Comic)));
        assert_eq!(Scene::parse("flowers").groups, [group(3, Colour::Pink, Thing::Flower)]);
        assert!(Scene::parse("the quarterly report, please").is_empty());
    }

    proptest! {
        #[test]
        fn any_text_gives_a_sound_scene(text in ".{0,400}") {
            let scene = Scene::parse(&text);
            prop_assert!(scene.groups.len() <= MAX_GROUPS);
            prop_assert!(scene.groups.iter().all(|group| (1..=MOST).contains(&group.count)));
        }
    }
}
