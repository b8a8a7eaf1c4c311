//! How well a kind of picture is known.

use ganglion_subnet_image::kit;
use schemars::JsonSchema;
use serde::Serialize;

/// How well a kind of picture is known.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Retrieved {
    /// Held-out pictures.
    pictures: usize,
    /// The part of them whose true caption came first out of 32, 0 to 1.
    first: f64,
    /// Mean match of these, bits, at most 5.
    bits: f64,
}

impl Retrieved {
    pub(super) fn of(known: &kit::Known) -> Self {
        Self { pictures: known.pictures, first: known.first, bits: known.bits }
    }

    /// As one cell of a table.
    pub(super) fn text(&self) -> String {
        let (first, pictures, bits) = (100.0 * self.first, self.pictures, self.bits);
        format!("true caption first of 32 for {first:.1} % of {pictures} held-out pictures, {bits:.2} bits")
    }

    /// Whether it is what a judge of scenes should reach.
    pub(super) fn is_enough(&self) -> bool {
        self.first >= kit::GOAL
    }

    /// What is said of `who`, beside what it should reach.
    pub(super) fn sentence(&self, who: &str) -> String {
        let verdict = if self.is_enough() { "which is enough" } else { "which is too few" };
        format!(
            "{who} puts the true caption first of 32 for {:.1} % of {} held-out pictures, {verdict}: the goal is {:.0} %",
            100.0 * self.first,
            self.pictures,
            100.0 * kit::GOAL
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_share_is_said_and_held_against_the_goal() {
        let of = |first| Retrieved { pictures: 400, first, bits: 4.0 };
        let (enough, few) = (of(0.75), of(0.7475));
        assert!(enough.is_enough() && !few.is_enough());
        let sentence = few.sentence("The judge");
        assert!(sentence.contains("74.8 % of 400") && sentence.contains("too few"), "{sentence}");
        assert!(enough.sentence("The judge").ends_with("which is enough: the goal is 75 %"));
        assert!(enough.text().contains("first of 32 for 75.0 %"), "{}", enough.text());
    }
}
