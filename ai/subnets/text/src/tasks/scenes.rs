//! Short invented passages and what can be asked about them.

use ganglion_subnet::Dice;

use super::names::{COLOURS, PEOPLE, PLACES, TOWNS};
use crate::calendar::{MONTHS, WEEKDAYS};

/// A passage.
pub(super) struct Scene {
    pub text: String,
    pub facts: Vec<Fact>,
    /// Questions that the passage doesn't answer.
    pub unanswerable: Vec<String>,
    /// What it is about in one sentence, and the facts that this sentence must keep.
    pub gist: (String, Vec<String>),
}

/// Something that the passage says.
#[derive(Clone)]
pub(super) struct Fact {
    pub questions: Vec<String>,
    pub span: String,
    pub decoys: Vec<String>,
}

fn fact(questions: &[String], span: &str, decoys: &[&str]) -> Fact {
    Fact {
        questions: questions.to_vec(),
        span: span.to_owned(),
        decoys: decoys.iter().map(ToString::to_string).collect(),
    }
}

/// What passages are about.
const KINDS: [fn(&mut Dice) -> Scene; 6] = [meeting, lost, trip, recipe, office, neighbours];

pub(super) fn draw(dice: &mut Dice) -> Scene {
    dice.pick(&KINDS)(dice)
}

/// Two passages of different kinds.
pub(super) fn two(dice: &mut Dice) -> (Scene, Scene) {
    let first = dice.index(KINDS.len());
    let second = (first + 1 + dice.index(KINDS.len() - 1)) % KINDS.len();
    (KINDS[first](dice), KINDS[second](dice))
}

fn gist(sentence: String, facts: &[&str]) -> (String, Vec<String>) {
    (sentence, facts.iter().map(ToString::to_string).collect())
}

fn meeting(dice: &mut Dice) -> Scene {
    let places = dice.sample(&PLACES, 2);
    let people = dice.sample(&PEOPLE, 2);
    let days = dice.sample(&WEEKDAYS, 2);
    let hour = dice.between(2, 8);
    let what = *dice.pick(&["book club", "chess evening", "choir rehearsal", "photo workshop", "flea market"]);
    let bring = dice.sample(&["a warm jacket", "some cake", "a pen", "old magazines", "a folding chair"], 1)[0];
    let (place, other_place) = (places[0], places[1]);
    let (host, guest) = (people[0], people[1]);
    let text = format!(
        "The {what} takes place in {place} on {} at {hour} pm. It was planned for {} in {other_place}, but that room is being painted. {host} opens the doors; {guest} will give a short talk. Please bring {bring}.",
        days[0], days[1]
    );
    Scene {
        text,
        facts: vec![
            fact(
                &[format!("Where does the {what} take place?"), format!("In which place is the {what}?")],
                place,
                &[other_place],
            ),
            fact(
                &[format!("On which day is the {what}?"), format!("What day does the {what} take place?")],
                days[0],
                &[days[1]],
            ),
            fact(&["Who will give a short talk?".into(), "Who gives the talk?".into()], guest, &[host]),
            fact(&["Who opens the doors?".into()], host, &[guest]),
            fact(&["What should people bring?".into(), "What am I asked to bring?".into()], bring, &[]),
        ],
        unanswerable: vec![
            format!("How much does it cost to join the {what}?"),
            "How many people are expected?".into(),
            format!("How old is {host}?"),
        ],
        gist: gist(
            format!("The {what} is in {place} on {} at {hour} pm.", days[0]),
            &[what, place, days[0], &format!("{hour} pm")],
        ),
    }
}

fn lost(dice: &mut Dice) -> Scene {
    let colours = dice.sample(&COLOURS, 2);
    let places = dice.sample(&PLACES, 2);
    let people = dice.sample(&PEOPLE, 2);
    let pet = *dice.pick(&["cat", "dog", "parrot", "rabbit", "tortoise"]);
    let name = *dice.pick(&["Biscuit", "Pepper", "Shadow", "Mango", "Pickle", "Comet"]);
    let day = *dice.pick(&WEEKDAYS);
    let (owner, finder) = (people[0], people[1]);
    let text = format!(
        "{owner} has lost a {pet} called {name}. It has a {} collar with a {} bell and was last seen near {} on {day}. {finder} has been looking for it around {} all evening.",
        colours[0], colours[1], places[0], places[1]
    );
    Scene {
        text,
        facts: vec![
            fact(&[format!("What is the {pet} called?"), format!("What is the name of the {pet}?")], name, &[]),
            fact(
                &[format!("What colour is {name}'s collar?"), "Which colour is the collar?".into()],
                colours[0],
                &[colours[1]],
            ),
            fact(
                &[format!("Where was {name} last seen?"), format!("Near which place was the {pet} last seen?")],
                places[0],
                &[places[1]],
            ),
            fact(&[format!("Who has lost the {pet}?"), format!("Whose {pet} is lost?")], owner, &[finder]),
            fact(&[format!("On which day was {name} last seen?")], day, &[]),
        ],
        unanswerable: vec![
            format!("How old is {name}?"),
            "What is the reward for finding it?".into(),
            format!("What is {owner}'s telephone number?"),
        ],
        gist: gist(
            format!("{owner} has lost a {pet} called {name}, last seen near {}.", places[0]),
            &[owner, pet, name, places[0]],
        ),
    }
}

fn trip(dice: &mut Dice) -> Scene {
    let towns = dice.sample(&TOWNS, 3);
    let people = dice.sample(&PEOPLE, 2);
    let month = *dice.pick(&MONTHS);
    let means = dice.sample(&["train", "bus", "bicycle", "boat"], 2);
    let weather = *dice.pick(&["rainy", "sunny", "windy", "foggy", "very cold"]);
    let (who, friend) = (people[0], people[1]);
    let text = format!(
        "In {month}, {who} travelled from {} to {} by {}. The weather was {weather}. After two nights {who} went on to {} by {} to visit {friend}, who had moved there for a new job.",
        towns[0], towns[1], means[0], towns[2], means[1]
    );
    Scene {
        text,
        facts: vec![
            fact(
                &[format!("Where did {who} start the journey?"), format!("From which town did {who} set out?")],
                towns[0],
                &[towns[1], towns[2]],
            ),
            fact(&[format!("Whom did {who} visit?"), "Who had moved for a new job?".into()], friend, &[]),
            fact(
                &[format!("In which town does {friend} live now?"), format!("Where did {friend} move to?")],
                towns[2],
                &[towns[0], towns[1]],
            ),
            fact(&["What was the weather like?".into()], weather, &[]),
            fact(&[format!("In which month did {who} travel?")], month, &[]),
            fact(&[format!("How did {who} get from {} to {}?", towns[0], towns[1])], means[0], &[means[1]]),
        ],
        unanswerable: vec![
            format!("What is {friend}'s new job?"),
            format!("How much did the ticket to {} cost?", towns[1]),
            format!("In which hotel did {who} stay?"),
        ],
        gist: gist(
            format!(
                "In {month} {who} travelled from {} to {} and went on to {} to visit {friend}.",
                towns[0], towns[1], towns[2]
            ),
            &[who, friend, towns[0], towns[2]],
        ),
    }
}

fn recipe(dice: &mut Dice) -> Scene {
    let dish = *dice.pick(&["lentil soup", "apple cake", "potato salad", "mushroom pie", "rice pudding"]);
    let secret = dice.sample(&["nutmeg", "ginger", "lemon peel", "black pepper", "honey", "vanilla"], 2);
    let people = dice.sample(&PEOPLE, 2);
    let minutes = dice.between(3, 14) * 5;
    let town = *dice.pick(&TOWNS);
    let (cook, aunt) = (people[0], people[1]);
    let text = format!(
        "{cook} learned to make {dish} from an aunt, {aunt}, who runs a small restaurant in {town}. The secret is {}, added at the very end; most people use {} instead. It needs {minutes} minutes on the stove.",
        secret[0], secret[1]
    );
    Scene {
        text,
        facts: vec![
            fact(
                &[format!("What is the secret of the {dish}?"), "What is added at the very end?".into()],
                secret[0],
                &[secret[1]],
            ),
            fact(&["Who runs a small restaurant?".into(), format!("From whom did {cook} learn the dish?")], aunt, &[]),
            fact(&["Where is the restaurant?".into(), format!("In which town is {aunt}'s restaurant?")], town, &[]),
            fact(&[format!("What did {cook} learn to make?"), format!("Which dish can {cook} make?")], dish, &[]),
            fact(&["What do most people use instead?".into()], secret[1], &[secret[0]]),
        ],
        unanswerable: vec![
            "What is the restaurant called?".into(),
            format!("When did {cook} learn to cook?"),
            format!("How many people does the {dish} serve?"),
        ],
        gist: gist(
            format!("{cook} learned {dish} from {aunt} in {town}; the secret is {}.", secret[0]),
            &[cook, dish, aunt, secret[0]],
        ),
    }
}

fn office(dice: &mut Dice) -> Scene {
    let people = dice.sample(&PEOPLE, 3);
    let days = dice.sample(&WEEKDAYS, 2);
    let things =
        dice.sample(&["the printer", "the coffee machine", "the projector", "the heating", "the front door"], 2);
    let floor = *dice.pick(&["first", "second", "third", "fourth", "fifth"]);
    let (sender, fixer, boss) = (people[0], people[1], people[2]);
    let text = format!(
        "Dear all, {} on the {floor} floor is broken again. {fixer} will repair it on {}; until then please use the one downstairs. {} works fine, but {boss} asks you to switch it off every {}. Best wishes, {sender}",
        things[0],
        days[0],
        capital(things[1]),
        days[1]
    );
    Scene {
        text,
        facts: vec![
            fact(&["What is broken?".into(), "Which thing does not work?".into()], things[0], &[things[1]]),
            fact(&["Who will repair it?".into(), "Who does the repair?".into()], fixer, &[sender, boss]),
            fact(&["On which day will it be repaired?".into(), "When is the repair?".into()], days[0], &[days[1]]),
            fact(&["Who wrote this message?".into(), "Who sent the message?".into()], sender, &[fixer, boss]),
            fact(&["On which floor is the broken thing?".into()], &format!("{floor} floor"), &[]),
        ],
        unanswerable: vec![
            "How much will the repair cost?".into(),
            "Who broke it?".into(),
            "What is the name of the company?".into(),
        ],
        gist: gist(
            format!(
                "{} on the {floor} floor is broken, and {fixer} will repair it on {}.",
                capital(things[0]),
                days[0]
            ),
            &[things[0], fixer, days[0]],
        ),
    }
}

fn neighbours(dice: &mut Dice) -> Scene {
    let people = dice.sample(&PEOPLE, 3);
    let colours = dice.sample(&COLOURS, 3);
    let jobs = dice.sample(&["a nurse", "a carpenter", "a teacher", "a pilot", "a florist", "a tailor"], 3);
    let text = format!(
        "{} lives in the {} house and works as {}. The {} house next door belongs to {}, who is {}. Across the street, in the {} house, lives {}, {} who has just retired.",
        people[0], colours[0], jobs[0], colours[1], people[1], jobs[1], colours[2], people[2], jobs[2]
    );
    let row = dice.index(3);
    let others = |column: &[&'static str]| -> Vec<&'static str> {
        column.iter().enumerate().filter(|(index, _)| *index != row).map(|(_, item)| *item).collect()
    };
    let (person, colour, job) = (people[row], colours[row], jobs[row]);
    Scene {
        text,
        facts: vec![
            fact(
                &[format!("What does {person} do for a living?"), format!("What is {person}'s job?")],
                job,
                &others(&jobs),
            ),
            fact(&[format!("What colour is {person}'s house?")], colour, &others(&colours)),
            fact(
                &[format!("Who lives in the {colour} house?"), format!("Whose house is {colour}?")],
                person,
                &others(&people),
            ),
            fact(&["Who has just retired?".into()], people[2], &[people[0], people[1]]),
        ],
        unanswerable: vec![
            format!("How many children does {person} have?"),
            format!("When was the {colour} house built?"),
            "What is the name of the street?".into(),
        ],
        gist: gist(
            format!(
                "{} is {} in the {} house, {} is {} in the {} house, and {} lives in the {} house.",
                people[0], jobs[0], colours[0], people[1], jobs[1], colours[1], people[2], colours[2]
            ),
            &[people[0], people[1], people[2], colours[0], colours[1], colours[2]],
        ),
    }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
