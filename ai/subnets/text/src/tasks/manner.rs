//! How people ask: who they are, how they greet, what came before.

use ganglion_models::Message;
use ganglion_subnet::Dice;

const GREETINGS: [&str; 12] = [
    "Hi! ",
    "Hello, quick question: ",
    "Hey there. ",
    "Good morning! ",
    "I keep getting this wrong. ",
    "Could you help me with something? ",
    "ok so ",
    "Sorry to bother you again. ",
    "Not sure this is the right place to ask, but: ",
    "pls help, ",
    "Evening! ",
    "Just curious. ",
];

/// Somebody, and why they ask.
const PERSONAS: [&str; 18] = [
    "I'm helping my son with his homework. ",
    "We are settling a bet here. ",
    "My teacher asked us this. ",
    "I need this for a form I'm filling in. ",
    "I'm a nurse on a night shift and too tired to think. ",
    "I'm writing a quiz for our village fair. ",
    "My grandmother found this in an old magazine. ",
    "I run a small shop and want to be sure. ",
    "This came up in a job interview and it still bugs me. ",
    "I'm learning English, please keep it simple. ",
    "My boss wants an answer in five minutes. ",
    "I'm a retired engineer, so don't be shy with me. ",
    "Our train is late and we are killing time. ",
    "I teach ten-year-olds and need to check something. ",
    "My flatmate says I'm wrong about this. ",
    "I found this on a note in my late uncle's desk. ",
    "I'm preparing a newsletter. ",
    "For a translation I have to get this right. ",
];

const THANKS: [&str; 8] = [
    " Thanks!",
    " Thank you.",
    " Thanks in advance.",
    " Much appreciated!",
    " thx",
    " Thank you so much, you're a great help.",
    " Cheers.",
    " No hurry.",
];

const SYSTEMS: [&str; 6] = [
    "You are a helpful assistant.",
    "You answer briefly and correctly.",
    "You are a friendly assistant who gives short, accurate answers.",
    "You are a careful assistant. Think before you answer, but show only the answer.",
    "Answer in the language of the question. Be polite.",
    "You are the assistant of a small online community. Members ask about everything: school, cooking, travel, \
     computers. Answer to the point, don't invent facts, and say so when you don't know.",
];

/// `text` as somebody would put it.
pub(super) fn voiced(mut text: String, dice: &mut Dice) -> String {
    if dice.chance(1, 4) {
        text.insert_str(0, dice.pick::<&str>(&PERSONAS));
    }
    if dice.chance(2, 5) {
        text.insert_str(0, dice.pick::<&str>(&GREETINGS));
    }
    if dice.chance(1, 6) {
        text.push_str(dice.pick::<&str>(&THANKS));
    }
    text
}

/// A system message, now and then.
pub(super) fn system(dice: &mut Dice) -> Option<Message> {
    dice.chance(1, 4).then(|| Message::system(*dice.pick(&SYSTEMS)))
}
