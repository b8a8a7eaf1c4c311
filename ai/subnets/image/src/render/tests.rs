//! What was asked is to be found in the pixels.

use super::*;
use crate::judge::probes;
use crate::picture::blank::is_blank;
use crate::picture::fingerprint::Fingerprint;
use crate::scene::{Group, Place, Style};

fn scene(count: u8, colour: Colour, thing: Thing, place: Option<Place>, style: Option<Style>) -> Scene {
    Scene { groups: vec![Group { count, colour, thing }], place, style }
}

fn rendered(scene: &Scene, hand: u64, side: u32) -> Picture {
    render(scene, &Hand::numbered(hand), side, side, hand).expect("a picture")
}

#[test]
fn sides_are_bounded() {
    let hand = Hand::numbered(1);
    let nothing = Scene::default();
    assert!(render(&nothing, &hand, 0, 64, 1).is_none() && render(&nothing, &hand, 64, 1025, 1).is_none());
    assert!(render(&nothing, &hand, 1, 1, 1).is_some());
    let wide = render(&nothing, &hand, 300, 20, 1).expect("a picture");
    assert_eq!((wide.width(), wide.height()), (300, 20));
}

#[test]
fn the_seed_decides_and_hands_differ() {
    let scene = scene(3, Colour::Red, Thing::Circle, Some(Place::Beach), None);
    assert_eq!(rendered(&scene, 4, 64), rendered(&scene, 4, 64));
    let other = render(&scene, &Hand::numbered(5), 64, 64, 4).expect("a picture");
    assert_ne!(rendered(&scene, 4, 64), other);
    let again = render(&scene, &Hand::numbered(4), 64, 64, 99).expect("a picture");
    assert_ne!(rendered(&scene, 4, 64), again);
}

#[test]
fn colours_and_counts_are_in_the_pixels() {
    let (mut right, mut all) = (0, 0);
    for (number, colour) in Colour::ALL.iter().enumerate() {
        for count in 1..=5 {
            let scene = scene(count, *colour, Thing::Circle, Some(Place::Beach), None);
            let picture = rendered(&scene, number as u64 * 10 + u64::from(count), 128);
            let blobs = probes::blobs(&picture, *colour);
            all += 1;
            right += usize::from(blobs == usize::from(count));
        }
    }
    assert!(right * 10 >= all * 9, "{right} of {all}");
}

#[test]
fn nothing_else_has_the_asked_colour() {
    for place in Place::ALL {
        for hand in 0..4 {
            let picture = rendered(&Scene { place: Some(*place), ..Scene::default() }, hand, 96);
            for colour in Colour::ALL {
                assert!(probes::blobs(&picture, *colour) == 0, "{place:?} has {colour:?}");
            }
        }
    }
}

#[test]
fn no_scene_is_blank_in_any_style() {
    for (number, thing) in Thing::ALL.iter().enumerate() {
        for style in Style::ALL.iter().copied().map(Some).chain([None]) {
            let scene = scene(2, Colour::Blue, *thing, None, style);
            assert!(!is_blank(&rendered(&scene, number as u64, 64)), "{thing:?} {style:?}");
        }
    }
}

#[test]
fn different_requests_give_different_pictures() {
    let mut dice = ganglion_subnet::Seed([8; 32]).dice();
    let hand = Hand::numbered(3);
    let prints: Vec<Fingerprint> = (0..60)
        .filter_map(|seed| render(&Scene::draw(&mut dice), &hand, 64, 64, seed))
        .map(|picture| Fingerprint::of(&picture))
        .collect();
    let near: usize =
        prints.iter().enumerate().map(|(i, a)| prints.iter().skip(i + 1).filter(|b| a.is_near(b)).count()).sum();
    // Of 1 770 pairs.
    assert!(near <= 10, "{near}");
}
