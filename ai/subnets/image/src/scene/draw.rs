//! Scenes from dice: the tasks, and the captions that they must be told from.

use ganglion_subnet::Dice;

use super::vocabulary::{Colour, Place, Style, Thing};
use super::{Group, Scene, MOST};

/// Tries before a change gives up finding something else.
const TRIES: usize = 8;

impl Scene {
    /// A scene such as tasks ask for: one or two groups of things, mostly somewhere, sometimes in a style.
    pub fn draw(dice: &mut Dice) -> Self {
        let first = group(dice, MOST);
        let mut groups = vec![first];
        if dice.chance(1, 3) {
            // Another colour and another thing, so that it is clear what belongs to what.
            let other = group(dice, 3);
            if other.colour != first.colour && other.thing != first.thing {
                groups.push(other);
            }
        }
        let place = dice.chance(3, 4).then(|| *dice.pick(Place::ALL));
        let style = dice.chance(1, 3).then(|| *dice.pick(Style::ALL));
        Self { groups, place, style }
    }

    /// The scene with one word changed: a count, a colour, a thing, the place or the style.
    pub fn changed(&self, dice: &mut Dice) -> Self {
        for _ in 0..TRIES {
            let other = self.changed_once(dice);
            if other != *self {
                return other;
            }
        }
        Self::draw(dice)
    }

    fn changed_once(&self, dice: &mut Dice) -> Self {
        let mut other = self.clone();
        let which = dice.index(other.groups.len().max(1));
        match (dice.below(8), other.groups.get_mut(which)) {
            (0 | 1, Some(group)) => group.count = count(dice, MOST),
            (2..=4, Some(group)) => group.colour = *dice.pick(Colour::ALL),
            (5 | 6, Some(group)) => group.thing = *dice.pick(Thing::ALL),
            _ if other.place.is_some() => other.place = Some(*dice.pick(Place::ALL)),
            _ => other.style = Some(*dice.pick(Style::ALL)),
        }
        other
    }
}

fn group(dice: &mut Dice, most: u8) -> Group {
    Group { count: count(dice, most), colour: *dice.pick(Colour::ALL), thing: *dice.pick(Thing::ALL) }
}

fn count(dice: &mut Dice, most: u8) -> u8 {
    u8::try_from(dice.between(1, i64::from(most))).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::MAX_GROUPS;
    use ganglion_subnet::Seed;

    #[test]
    fn scenes_are_sound_and_many() {
        let mut dice = Seed([1; 32]).dice();
        let drawn: Vec<Scene> = (0..2000).map(|_| Scene::draw(&mut dice)).collect();
        assert!(drawn.iter().all(|scene| (1..=MAX_GROUPS).contains(&scene.groups.len()) && scene.things() <= 8));
        assert!(drawn.iter().all(|scene| scene.groups.iter().all(|group| (1..=MOST).contains(&group.count))));
        let different: std::collections::HashSet<&Scene> = drawn.iter().collect();
        assert!(different.len() > 1900, "{}", different.len());
    }

    #[test]
    fn one_word_changes() {
        let mut dice = Seed([2; 32]).dice();
        for _ in 0..500 {
            let scene = Scene::draw(&mut dice);
            let other = scene.changed(&mut dice);
            let groups = scene.groups.iter().zip(&other.groups);
            let differences: usize = groups
                .map(|(a, b)| {
                    usize::from(a.count != b.count)
                        + usize::from(a.colour != b.colour)
                        + usize::from(a.thing != b.thing)
                })
                .sum();
            let around = usize::from(scene.place != other.place) + usize::from(scene.style != other.style);
            assert_eq!(differences + around, 1, "{scene:?} {other:?}");
        }
    }
}
