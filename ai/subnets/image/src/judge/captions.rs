//! What a picture is told from: the true caption among others.

use ganglion_subnet::Dice;

use crate::scene::Scene;

/// Captions in all.
pub const CHOICES: usize = 32;
/// Of these, so many that differ from the true one in one word.
const HARD: usize = 8;
/// Tries to find captions that are all different.
const TRIES: usize = 400;

/// Captions of which one is true.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// The captions, all different.
    pub captions: Vec<String>,
    /// What each of them says, as far as the grammar goes.
    pub scenes: Vec<Scene>,
    /// Which one is true.
    pub truth: usize,
}

impl Choice {
    /// Of a scene that was asked for: 8 captions differ in one word, 23 are of other scenes drawn the same way.
    pub fn of(scene: &Scene, dice: &mut Dice) -> Self {
        let mut scenes = vec![scene.clone()];
        for tried in 0..TRIES {
            if scenes.len() >= CHOICES {
                break;
            }
            let hard = scenes.len() <= HARD && tried < TRIES / 2;
            let other = if hard { scene.changed(dice) } else { Scene::draw(dice) };
            if !scenes.contains(&other) {
                scenes.push(other);
            }
        }
        let captions = scenes.iter().map(Scene::caption).collect();
        Self { captions, scenes, truth: 0 }.shuffled(dice)
    }

    /// Of a user's words: the others are captions of scenes.
    pub fn of_words(words: &str, dice: &mut Dice) -> Self {
        let scene = Scene::parse(words);
        let mut choice = Self::of(&scene, dice);
        if let Some(caption) = choice.captions.get_mut(choice.truth) {
            *caption = words.to_owned();
        }
        choice
    }

    /// In random order: whoever always names the first one knows nothing.
    fn shuffled(mut self, dice: &mut Dice) -> Self {
        let place = dice.index(self.scenes.len());
        self.scenes.swap(self.truth, place);
        self.captions.swap(self.truth, place);
        Self { truth: place, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ganglion_subnet::Seed;

    #[test]
    fn all_captions_differ_and_the_true_one_is_anywhere() {
        let mut dice = Seed([4; 32]).dice();
        let mut places = std::collections::HashSet::new();
        for _ in 0..200 {
            let scene = Scene::draw(&mut dice);
            let choice = Choice::of(&scene, &mut dice);
            let different: std::collections::HashSet<&String> = choice.captions.iter().collect();
            assert_eq!((choice.captions.len(), different.len()), (CHOICES, CHOICES));
            assert_eq!((&choice.scenes[choice.truth], &choice.captions[choice.truth]), (&scene, &scene.caption()));
            places.insert(choice.truth);
        }
        assert!(places.len() > CHOICES / 2);
    }

    #[test]
    fn users_words_stay_as_they_are() {
        let words = "the quarterly report as an opera";
        let choice = Choice::of_words(words, &mut Seed([4; 32]).dice());
        assert_eq!(choice.captions[choice.truth], words);
    }
}
