//! Row filters: each byte as the difference to what its neighbours foretell.

use super::PngError;

/// Paeth's foretelling: of left, above and above left, what is nearest to left + above − above left.
fn paeth(left: u8, above: u8, corner: u8) -> u8 {
    let (a, b, c) = (i16::from(left), i16::from(above), i16::from(corner));
    let p = a + b - c;
    let (da, db, dc) = ((p - a).abs(), (p - b).abs(), (p - c).abs());
    if da <= db && da <= dc {
        left
    } else if db <= dc {
        above
    } else {
        corner
    }
}

/// What a filter foretells of a byte.
fn foretold(filter: u8, left: u8, above: u8, corner: u8) -> Option<u8> {
    match filter {
        0 => Some(0),
        1 => Some(left),
        2 => Some(above),
        3 => Some(((u16::from(left) + u16::from(above)) / 2) as u8),
        4 => Some(paeth(left, above, corner)),
        _ => None,
    }
}

/// Undoes the filter of one row. `above` is the row before, as it was, of the same length (zeros before the first);
/// `step` is how many bytes a pixel has, at least 1.
pub(super) fn undo(filter: u8, row: &mut [u8], above: &[u8], step: usize) -> Result<(), PngError> {
    for i in 0..row.len() {
        let before = i.checked_sub(step);
        let left = before.and_then(|i| row.get(i)).copied().unwrap_or(0);
        let corner = before.and_then(|i| above.get(i)).copied().unwrap_or(0);
        let over = above.get(i).copied().unwrap_or(0);
        let guess = foretold(filter, left, over, corner).ok_or(PngError::Damaged("an unknown filter"))?;
        if let Some(byte) = row.get_mut(i) {
            *byte = byte.wrapping_add(guess);
        }
    }
    Ok(())
}

/// The row filtered in each of the five ways; gives that whose differences are smallest in sum, and its number.
pub(super) fn best(row: &[u8], above: &[u8], step: usize) -> (u8, Vec<u8>) {
    let filtered = |filter: u8| -> Vec<u8> {
        let byte = |i: usize| {
            let before = |line: &[u8]| i.checked_sub(step).and_then(|i| line.get(i)).copied().unwrap_or(0);
            let over = above.get(i).copied().unwrap_or(0);
            row[i].wrapping_sub(foretold(filter, before(row), over, before(above)).unwrap_or(0))
        };
        (0..row.len()).map(byte).collect()
    };
    let size = |bytes: &Vec<u8>| bytes.iter().map(|b| u64::from(b.cast_signed().unsigned_abs())).sum::<u64>();
    let mut chosen = (0, filtered(0));
    for filter in 1..=4 {
        let other = filtered(filter);
        if size(&other) < size(&chosen.1) {
            chosen = (filter, other);
        }
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_filtered_comes_back() {
        let line = |seed: u32| -> Vec<u8> { (0..60).map(|i: u32| (i * i * seed % 251) as u8).collect() };
        let (row, above) = (line(7), line(3));
        let (filter, mut filtered) = best(&row, &above, 3);
        undo(filter, &mut filtered, &above, 3).expect("undone");
        assert_eq!(filtered, row);
        assert!(undo(5, &mut filtered, &above, 3).is_err());
    }

    #[test]
    fn a_smooth_row_becomes_small() {
        let row: Vec<u8> = (0..90).map(|i| i * 2).collect();
        let (filter, filtered) = best(&row, &[0; 90], 3);
        assert!(filter > 0 && filtered.iter().skip(3).all(|byte| *byte == 6), "{filter} {filtered:?}");
    }
}
