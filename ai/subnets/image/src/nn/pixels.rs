//! Pictures as numbers, and back.

use crate::picture::Picture;

/// A picture as `count` × `count` cells of `side` × `side` pixels, each part from −1 to 1: the layout [cells, cells,
/// 3 side²]. Beyond an edge, the pixel at the edge.
pub(crate) fn cells(picture: &Picture, count: usize, side: usize) -> Vec<f32> {
    let (count, side) = (count as i64, side as i64);
    let mut out = Vec::new();
    for (row, column) in (0..count).flat_map(|row| (0..count).map(move |column| (row, column))) {
        for index in 0..side * side {
            let pixel = picture.at(column * side + index % side, row * side + index / side);
            out.extend(pixel.map(|part| f32::from(part) / 127.5 - 1.0));
        }
    }
    out
}

/// A picture of `side` × `side` pixels from numbers between 0 and 1, [side, side, 3]; `None` if there are too few.
pub(crate) fn picture(numbers: &[f32], side: u32) -> Option<Picture> {
    of_sides(numbers, side, side)
}

/// The same, [height, width, 3].
pub(crate) fn of_sides(numbers: &[f32], width: u32, height: u32) -> Option<Picture> {
    let byte = |part: &f32| (part.clamp(0.0, 1.0) * 255.0).round() as u8;
    let pixels = numbers.as_chunks::<3>().0.iter().map(|[r, g, b]| [byte(r), byte(g), byte(b)]).collect();
    Picture::from_pixels(width, height, pixels)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_back_as_pixels() {
        let pixels: Vec<[u8; 3]> = (0..64u8).map(|i| [i, 2 * i, 255 - i]).collect();
        let shown = Picture::from_pixels(8, 8, pixels).expect("a picture");
        // One cell of 8 × 8 pixels is the picture row by row.
        let numbers: Vec<f32> = cells(&shown, 1, 8).iter().map(|part| (part + 1.0) / 2.0).collect();
        assert_eq!(picture(&numbers, 8), Some(shown));
        assert_eq!(picture(&numbers[3..], 8), None);
    }
}
