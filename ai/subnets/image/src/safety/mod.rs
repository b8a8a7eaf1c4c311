//! What isn't drawn: two plain rules, for want of a model that may be shipped.
//!
//! [`words`] refuses prompts that ask for nakedness, pornography or gore in plain English words; [`skin`] refuses pictures
//! that are mostly one large area in the colours of human skin. Neither knows what a picture shows:
//!
//! - other languages, spellings and circumscriptions pass the words; a harmless sentence with one of them doesn't;
//! - pictures that are small in the frame, without colour, or violent pass the rule for skin, and so does skin in coloured
//!   light; a close portrait, or wood of that colour, may not.
//!
//! Whoever shows pictures to the public should bring a classifier: anything that is a
//! [`Safety`](crate::judge::gate::Safety) takes the rule's place in [`Judge::guarded`](crate::Judge::guarded).

pub mod skin;
pub mod words;
