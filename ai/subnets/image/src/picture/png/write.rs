//! A picture to bytes.

use super::{chunks, deflate, filter, SIGNATURE};
use crate::picture::Picture;

/// Writes a picture: 8-bit RGB, not interlaced, each row filtered in the way that makes it smallest.
pub fn write(picture: &Picture) -> Vec<u8> {
    let mut header = Vec::with_capacity(13);
    header.extend(picture.width().to_be_bytes());
    header.extend(picture.height().to_be_bytes());
    header.extend([8, 2, 0, 0, 0]);
    let mut out = SIGNATURE.to_vec();
    chunks::append(&mut out, *b"IHDR", &header);
    chunks::append(&mut out, *b"IDAT", &deflate::compress(&rows(picture)));
    chunks::append(&mut out, *b"IEND", &[]);
    out
}

fn rows(picture: &Picture) -> Vec<u8> {
    let width = picture.width() as usize;
    let mut above = vec![0; width * 3];
    let mut out = Vec::with_capacity((width * 3 + 1) * picture.height() as usize);
    for line in picture.pixels().chunks(width.max(1)) {
        let row: Vec<u8> = line.iter().flatten().copied().collect();
        let (number, filtered) = filter::best(&row, &above, 3);
        out.push(number);
        out.extend(filtered);
        above = row;
    }
    out
}
