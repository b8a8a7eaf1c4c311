//! The words that scenes are made of. The first of each is how we say it, the others are understood too.

use serde::{Deserialize, Serialize};

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($variant:ident: $words:expr),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "lowercase")]
        pub enum $name {
            $(#[doc = stringify!($variant)] $variant,)+
        }

        impl $name {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Its words: ours first, then others that mean the same.
            pub fn words(self) -> &'static [&'static str] {
                match self {
                    $(Self::$variant => &$words,)+
                }
            }

            /// Our word for it.
            pub fn word(self) -> &'static str {
                self.words().first().copied().unwrap_or_default()
            }
        }
    };
}

words! {
    /// Colours that are told apart by hue, and black.
    Colour {
        Red: ["red", "crimson", "scarlet"],
        Orange: ["orange", "amber"],
        Yellow: ["yellow", "golden", "gold"],
        Green: ["green", "emerald"],
        Turquoise: ["turquoise", "cyan", "teal"],
        Blue: ["blue", "navy", "azure"],
        Purple: ["purple", "violet"],
        Pink: ["pink", "magenta", "rose"],
        Black: ["black"],
    }
}

words! {
    /// Shapes and objects.
    Thing {
        Circle: ["circle", "disc", "ball", "dot"],
        Square: ["square", "box"],
        Triangle: ["triangle"],
        Star: ["star"],
        Diamond: ["diamond", "rhombus"],
        Heart: ["heart"],
        Ring: ["ring", "hoop"],
        Cross: ["cross", "plus"],
        Hexagon: ["hexagon"],
        Moon: ["moon", "crescent"],
        House: ["house", "cottage", "hut"],
        Tree: ["tree"],
        Boat: ["boat", "ship"],
        Fish: ["fish"],
        Flower: ["flower", "blossom"],
        Balloon: ["balloon"],
        Car: ["car"],
        Mushroom: ["mushroom"],
        Kite: ["kite"],
        Cup: ["cup", "mug"],
    }
}

words! {
    /// Places.
    Place {
        Beach: ["beach", "shore"],
        Meadow: ["meadow", "field", "lawn"],
        Night: ["night", "midnight"],
        City: ["city", "town"],
        Snow: ["snow", "winter"],
        Desert: ["desert"],
        Forest: ["forest", "woods"],
        Sea: ["sea", "ocean"],
        Room: ["room", "kitchen"],
        Mountains: ["mountains", "mountain", "hills"],
    }
}

words! {
    /// Styles.
    Style {
        Watercolour: ["watercolour", "watercolor", "aquarelle"],
        Pixel: ["pixel", "pixelated"],
        Line: ["line", "sketch", "outline"],
        Mosaic: ["mosaic", "tiles"],
        Flat: ["flat", "minimalist"],
        Comic: ["comic", "cartoon"],
    }
}

impl Place {
    /// Where things are, as a phrase.
    pub fn phrase(self) -> &'static str {
        match self {
            Self::Beach => "on a beach",
            Self::Meadow => "in a meadow",
            Self::Night => "at night",
            Self::City => "in a city",
            Self::Snow => "in the snow",
            Self::Desert => "in a desert",
            Self::Forest => "in a forest",
            Self::Sea => "by the sea",
            Self::Room => "in a room",
            Self::Mountains => "before mountains",
        }
    }
}

impl Style {
    /// What a picture in this style is called.
    pub fn noun(self) -> &'static str {
        match self {
            Self::Watercolour => "watercolour",
            Self::Pixel => "pixel art picture",
            Self::Line => "line drawing",
            Self::Mosaic => "mosaic",
            Self::Flat => "flat design",
            Self::Comic => "comic picture",
        }
    }
}

impl Colour {
    /// As it is seen best: red, green and blue, 0 to 1.
    pub fn rgb(self) -> [f32; 3] {
        match self {
            Self::Red => [0.86, 0.10, 0.10],
            Self::Orange => [0.96, 0.52, 0.05],
            Self::Yellow => [0.97, 0.86, 0.08],
            Self::Green => [0.10, 0.64, 0.16],
            Self::Turquoise => [0.06, 0.74, 0.74],
            Self::Blue => [0.10, 0.26, 0.86],
            Self::Purple => [0.50, 0.14, 0.76],
            Self::Pink => [0.96, 0.32, 0.68],
            Self::Black => [0.07, 0.07, 0.07],
        }
    }
}

/// How several are called. Our words need no more than these rules.
pub fn plural(word: &str) -> String {
    match word {
        "fish" => word.to_owned(),
        _ if word.ends_with(['s', 'x']) || word.ends_with("sh") || word.ends_with("ch") => format!("{word}es"),
        _ => format!("{word}s"),
    }
}

/// Numbers from one to [`MOST`](super::MOST).
pub const NUMBERS: [&str; 5] = ["one", "two", "three", "four", "five"];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn no_word_means_two_things() {
        let things = Thing::ALL.iter().flat_map(|thing| thing.words());
        let all = Colour::ALL
            .iter()
            .flat_map(|colour| colour.words())
            .chain(Place::ALL.iter().flat_map(|place| place.words()))
            .chain(Style::ALL.iter().flat_map(|style| style.words()))
            .chain(things)
            .chain(&NUMBERS);
        let mut seen = HashSet::new();
        for word in all {
            assert!(seen.insert(*word), "{word}");
            assert!(word.bytes().all(|byte| byte.is_ascii_lowercase()), "{word}");
        }
    }

    #[test]
    fn plurals_are_english() {
        let pairs = [("circle", "circles"), ("cross", "crosses"), ("fish", "fish"), ("box", "boxes"), ("cup", "cups")];
        assert!(pairs.iter().all(|(one, many)| plural(one) == *many));
    }
}
