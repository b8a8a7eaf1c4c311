//! Words of prompts that are refused.

/// Words that ask for what isn't drawn. Whole words only: places and names that hold one of them are none of them.
const UNFIT: [&str; 24] = [
    "beheaded",
    "beheading",
    "decapitated",
    "dismembered",
    "erotic",
    "erotica",
    "genitals",
    "gore",
    "gory",
    "hentai",
    "mutilated",
    "naked",
    "nsfw",
    "nude",
    "nudes",
    "nudity",
    "penis",
    "porn",
    "porno",
    "pornographic",
    "pornography",
    "sex",
    "sexual",
    "topless",
];
/// "No nudity" asks for none.
const NEGATIONS: [&str; 4] = ["no", "not", "non", "without"];

/// The first word of a prompt that asks for what isn't drawn.
pub fn unfit(prompt: &str) -> Option<&'static str> {
    let mut negated = false;
    for word in prompt.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        let word = word.to_lowercase();
        if let (false, Some(found)) = (negated, UNFIT.iter().find(|unfit| **unfit == word)) {
            return Some(found);
        }
        negated = NEGATIONS.contains(&word.as_str());
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::Scene;
    use ganglion_subnet::Seed;

    #[test]
    fn whole_words_are_refused_unless_negated() {
        assert_eq!(unfit("A NUDE, by the sea"), Some("nude"));
        assert_eq!(unfit("no nudity, but gore"), Some("gore"));
        for fit in ["a denuded hill in Essex", "no nudity", "a sextant without gore", ""] {
            assert_eq!(unfit(fit), None, "{fit}");
        }
    }

    #[test]
    fn tasks_ask_for_nothing_of_it() {
        let mut dice = Seed([31; 32]).dice();
        for _ in 0..500 {
            let scene = Scene::draw(&mut dice);
            assert_eq!(unfit(&scene.prompt(&mut dice)), None);
        }
    }
}
