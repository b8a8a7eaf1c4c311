//! Scenes in words.

use ganglion_subnet::Dice;

use super::vocabulary::{plural, NUMBERS};
use super::{Group, Scene};

impl Scene {
    /// The scene in one plain sentence, always the same way: what judges compare pictures with.
    pub fn caption(&self) -> String {
        let place = self.place.map(|place| format!(" {}", place.phrase())).unwrap_or_default();
        let style = self.style.map(|style| format!(", {}", style.noun())).unwrap_or_default();
        let all = format!("{}{place}{style}", self.things_in_words());
        all.trim_start_matches([' ', ',']).to_owned()
    }

    /// The scene as somebody might ask for it.
    pub fn prompt(&self, dice: &mut Dice) -> String {
        let place = self.place.map(|place| format!(" {}", place.phrase())).unwrap_or_default();
        let what = format!("{}{place}", self.things_in_words());
        let Some(style) = self.style.map(|style| style.noun()) else {
            return match dice.below(5) {
                0 => format!("A picture of {what}"),
                1 => format!("Please draw {what}."),
                2 => format!("{what}, high quality"),
                3 => format!("I'd like to see {what}"),
                _ => what,
            };
        };
        match dice.below(4) {
            0 => format!("A {style} of {what}"),
            1 => format!("{what}, as a {style}"),
            2 => format!("Draw {what} as a {style}, please."),
            _ => format!("{what}, {style}"),
        }
    }

    fn things_in_words(&self) -> String {
        let groups: Vec<String> = self.groups.iter().map(in_words).collect();
        groups.join(" and ")
    }
}

fn in_words(group: &Group) -> String {
    let number = NUMBERS.get(usize::from(group.count).saturating_sub(1)).copied().unwrap_or("many");
    let (colour, thing) = (group.colour.word(), group.thing.word());
    match group.count {
        1 if group.colour.word().starts_with(['a', 'e', 'i', 'o', 'u']) => format!("an {colour} {thing}"),
        1 => format!("a {colour} {thing}"),
        _ => format!("{number} {colour} {}", plural(thing)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::{Colour, Place, Style, Thing};

    #[test]
    fn it_reads_well() {
        let circles = Group { count: 3, colour: Colour::Red, thing: Thing::Circle };
        let fish = Group { count: 1, colour: Colour::Orange, thing: Thing::Fish };
        let scene = Scene { groups: vec![circles, fish], place: Some(Place::Beach), style: Some(Style::Watercolour) };
        assert_eq!(scene.caption(), "three red circles and an orange fish on a beach, watercolour");
        let plain = Scene { groups: vec![fish], place: None, style: None };
        assert_eq!(plain.caption(), "an orange fish");
    }
}
