//! Bytes to a picture.

use miniz_oxide::inflate::core::inflate_flags::{
    TINFL_FLAG_PARSE_ZLIB_HEADER, TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF,
};
use miniz_oxide::inflate::core::{decompress, DecompressorOxide};
use miniz_oxide::inflate::TINFLStatus;

use super::chunks::{self, Chunk};
use super::{filter, PngError, SIGNATURE};
use crate::picture::{Picture, Rgb, MAX_BYTES, MAX_SIDE};

/// What the header says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Header {
    width: u32,
    height: u32,
    /// Bits of a sample: 8, or 1, 2, 4 or 8 where samples are indices.
    depth: usize,
    kind: Kind,
}

/// What a pixel is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Grey,
    Rgb,
    Palette,
    GreyAlpha,
    Rgba,
}

impl Kind {
    fn samples(self) -> usize {
        match self {
            Self::Grey | Self::Palette => 1,
            Self::GreyAlpha => 2,
            Self::Rgb => 3,
            Self::Rgba => 4,
        }
    }
}

impl Header {
    fn read(content: &[u8]) -> Result<Self, PngError> {
        let bytes: &[u8; 13] = content.try_into().map_err(|_| PngError::Damaged("its header has a wrong length"))?;
        let [w0, w1, w2, w3, h0, h1, h2, h3, depth, colour, compression, filters, interlace] = *bytes;
        let (width, height) = (u32::from_be_bytes([w0, w1, w2, w3]), u32::from_be_bytes([h0, h1, h2, h3]));
        if !(1..=MAX_SIDE).contains(&width) || !(1..=MAX_SIDE).contains(&height) {
            return Err(PngError::Size { width, height, limit: MAX_SIDE });
        }
        if compression != 0 || filters != 0 {
            return Err(PngError::Damaged("unknown methods"));
        }
        if interlace != 0 {
            return Err(PngError::Unsupported("interlaced"));
        }
        let kind = match colour {
            0 => Kind::Grey,
            2 => Kind::Rgb,
            3 => Kind::Palette,
            4 => Kind::GreyAlpha,
            6 => Kind::Rgba,
            _ => return Err(PngError::Damaged("an unknown kind of colour")),
        };
        match depth {
            8 => {}
            1 | 2 | 4 if kind == Kind::Palette => {}
            1 | 2 | 4 | 16 => return Err(PngError::Unsupported("1-, 2-, 4- and 16-bit")),
            _ => return Err(PngError::Damaged("an unknown depth")),
        }
        Ok(Self { width, height, depth: usize::from(depth), kind })
    }

    /// Bytes of a row, without its filter's number. At most 4 · [`MAX_SIDE`].
    fn row(&self) -> usize {
        (self.width as usize * self.kind.samples() * self.depth).div_ceil(8)
    }

    /// Bytes of all rows with their filters' numbers.
    fn total(&self) -> usize {
        (self.row() + 1) * self.height as usize
    }
}

/// What is needed of a file.
struct File {
    header: Header,
    palette: Vec<Rgb>,
    data: Vec<u8>,
}

/// Reads a picture.
///
/// # Errors
/// See [`PngError`].
pub fn read(bytes: &[u8]) -> Result<Picture, PngError> {
    if bytes.len() > MAX_BYTES {
        return Err(PngError::Long { found: bytes.len(), limit: MAX_BYTES });
    }
    let file = gather(bytes)?;
    let mut rows = inflate(&file.data, file.header.total())?;
    let pixels = unfold(&file, &mut rows)?;
    Picture::from_pixels(file.header.width, file.header.height, pixels).ok_or(PngError::Damaged("pixels are missing"))
}

/// The same file without what no picture needs: texts, dates, profiles, bytes after its end. What strangers hide there
/// isn't passed on.
///
/// # Errors
/// [`PngError`] if its chunks are unsound; whether they make a picture is for [`read()`] to say.
pub fn bare(bytes: &[u8]) -> Result<Vec<u8>, PngError> {
    let mut rest = bytes.strip_prefix(&SIGNATURE).ok_or(PngError::Damaged("it begins with other bytes"))?;
    let mut out = SIGNATURE.to_vec();
    loop {
        let chunk = chunks::next(&mut rest)?;
        if chunk.is_critical() {
            chunks::append(&mut out, chunk.name, chunk.content);
        }
        if chunk.name == *b"IEND" {
            return Ok(out);
        }
    }
}

/// Walks through all chunks.
fn gather(bytes: &[u8]) -> Result<File, PngError> {
    let mut rest = match bytes.split_at_checked(SIGNATURE.len()) {
        Some((signature, rest)) if signature == SIGNATURE => rest,
        _ if SIGNATURE.starts_with(bytes) => return Err(PngError::Truncated),
        _ => return Err(PngError::Damaged("it begins with other bytes")),
    };
    let first = chunks::next(&mut rest)?;
    if first.name != *b"IHDR" {
        return Err(PngError::Damaged("its header is missing"));
    }
    let mut file = File { header: Header::read(first.content)?, palette: Vec::new(), data: Vec::new() };
    loop {
        let chunk = chunks::next(&mut rest)?;
        match &chunk.name {
            b"IEND" => return Ok(file),
            b"IDAT" => file.data.extend(chunk.content),
            b"PLTE" => file.palette = palette(&chunk)?,
            _ if chunk.is_critical() => return Err(PngError::Damaged("an unknown chunk that matters")),
            _ => {}
        }
    }
}

fn palette(chunk: &Chunk<'_>) -> Result<Vec<Rgb>, PngError> {
    let (colours, rest) = chunk.content.as_chunks::<3>();
    if !rest.is_empty() || colours.is_empty() || colours.len() > 256 {
        return Err(PngError::Damaged("its palette has a wrong length"));
    }
    Ok(colours.to_vec())
}

/// Inflates a zlib stream that holds exactly `length` bytes.
pub(super) fn inflate(data: &[u8], length: usize) -> Result<Vec<u8>, PngError> {
    let mut out = vec![0; length];
    let flags = TINFL_FLAG_PARSE_ZLIB_HEADER | TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
    let mut state = Box::new(DecompressorOxide::new());
    let (status, _, written) = decompress(&mut state, data, &mut out, 0, flags);
    match status {
        TINFLStatus::Done if written == length => Ok(out),
        TINFLStatus::Done => Err(PngError::Damaged("pixels are missing")),
        TINFLStatus::HasMoreOutput => Err(PngError::Damaged("there are more pixels than the header says")),
        TINFLStatus::FailedCannotMakeProgress | TINFLStatus::NeedsMoreInput => Err(PngError::Truncated),
        _ => Err(PngError::Damaged("its data can't be inflated")),
    }
}

/// Undoes the filters and reads the samples.
fn unfold(file: &File, rows: &mut [u8]) -> Result<Vec<Rgb>, PngError> {
    let header = &file.header;
    let step = (header.kind.samples() * header.depth / 8).max(1);
    let mut above = vec![0; header.row()];
    let mut pixels = Vec::with_capacity(header.width as usize * header.height as usize);
    for line in rows.chunks_mut(header.row() + 1) {
        let Some((number, row)) = line.split_first_mut() else { break };
        filter::undo(*number, row, &above, step)?;
        append(file, row, &mut pixels)?;
        above.copy_from_slice(row);
    }
    Ok(pixels)
}

fn append(file: &File, row: &[u8], pixels: &mut Vec<Rgb>) -> Result<(), PngError> {
    match file.header.kind {
        Kind::Grey => pixels.extend(row.iter().map(|grey| [*grey; 3])),
        Kind::Rgb => pixels.extend(row.as_chunks::<3>().0),
        Kind::GreyAlpha => {
            pixels.extend(row.as_chunks::<2>().0.iter().map(|[grey, alpha]| on_white([*grey; 3], *alpha)))
        }
        Kind::Rgba => {
            pixels.extend(row.as_chunks::<4>().0.iter().map(|[r, g, b, alpha]| on_white([*r, *g, *b], *alpha)))
        }
        Kind::Palette => {
            for column in 0..file.header.width as usize {
                let index = sample(row, column, file.header.depth);
                let colour = file.palette.get(usize::from(index));
                pixels.push(*colour.ok_or(PngError::Damaged("a colour isn't in its palette"))?);
            }
        }
    }
    Ok(())
}

/// The sample number `column` of a row whose samples have 1, 2, 4 or 8 bits, the first in a byte's highest bits.
fn sample(row: &[u8], column: usize, depth: usize) -> u8 {
    let bit = column * depth;
    let byte = row.get(bit / 8).copied().unwrap_or(0);
    let shift = 8 - depth - bit % 8;
    (byte >> shift) & (0xFF >> (8 - depth))
}

fn on_white(colour: Rgb, alpha: u8) -> Rgb {
    let a = u32::from(alpha);
    colour.map(|value| ((u32::from(value) * a + 255 * (255 - a) + 127) / 255) as u8)
}

#[cfg(test)]
mod tests {
    use super::super::{deflate, write};
    use super::*;
    use proptest::prelude::*;

    fn picture(width: u32, height: u32) -> Picture {
        let pixel = |i: u32| [(i * 3 % 256) as u8, (i / width * 5 % 256) as u8, (i * i % 256) as u8];
        Picture::from_pixels(width, height, (0..width * height).map(pixel).collect()).expect("a picture")
    }

    /// A file with this header and these rows.
    fn file(width: u32, height: u32, depth: u8, colour: u8, interlace: u8, rows: &[u8], palette: &[u8]) -> Vec<u8> {
        let mut header = Vec::new();
        header.extend(width.to_be_bytes());
        header.extend(height.to_be_bytes());
        header.extend([depth, colour, 0, 0, interlace]);
        let mut out = SIGNATURE.to_vec();
        chunks::append(&mut out, *b"IHDR", &header);
        chunks::append(&mut out, *b"tEXt", b"Comment\0of no concern");
        if !palette.is_empty() {
            chunks::append(&mut out, *b"PLTE", palette);
        }
        // Data may come in any number of parts.
        for part in deflate::compress(rows).chunks(5) {
            chunks::append(&mut out, *b"IDAT", part);
        }
        chunks::append(&mut out, *b"IEND", &[]);
        out
    }

    #[test]
    fn what_is_written_is_read() {
        for (width, height) in [(1, 1), (3, 200), (64, 64), (MAX_SIDE, 2)] {
            let picture = picture(width, height);
            assert_eq!(read(&write(&picture)), Ok(picture));
        }
    }

    #[test]
    fn all_kinds_are_read() {
        let pixels = |bytes: Vec<u8>| read(&bytes).map(|picture| picture.pixels().to_vec());
        assert_eq!(pixels(file(2, 1, 8, 0, 0, &[0, 9, 200], &[])), Ok(vec![[9; 3], [200; 3]]));
        assert_eq!(pixels(file(1, 2, 8, 2, 0, &[0, 1, 2, 3, 2, 1, 1, 1], &[])), Ok(vec![[1, 2, 3], [2, 3, 4]]));
        assert_eq!(pixels(file(2, 1, 8, 4, 0, &[0, 9, 255, 9, 0], &[])), Ok(vec![[9; 3], [255; 3]]));
        assert_eq!(pixels(file(1, 1, 8, 6, 0, &[0, 1, 2, 3, 255], &[])), Ok(vec![[1, 2, 3]]));
        let palette = [10, 20, 30, 40, 50, 60];
        assert_eq!(
            pixels(file(3, 1, 1, 3, 0, &[0, 0b0100_0000], &palette)),
            Ok(vec![[10, 20, 30], [40, 50, 60], [10, 20, 30]])
        );
        assert!(pixels(file(1, 1, 8, 3, 0, &[0, 7], &palette)).is_err());
    }

    #[test]
    fn a_bare_file_shows_the_same_and_holds_nothing_else() {
        let mut noted = file(2, 1, 8, 0, 0, &[0, 9, 200], &[]);
        noted.extend(b"and more");
        let bare = bare(&noted).expect("a file");
        assert_eq!(read(&bare), read(&noted));
        let holds = |bytes: &[u8], word: &[u8]| bytes.windows(word.len()).any(|part| part == word);
        assert!(holds(&noted, b"tEXt") && !holds(&bare, b"tEXt") && !holds(&bare, b"more"));
        assert!(super::bare(&noted[..30]).is_err() && super::bare(b"GIF89a").is_err());
    }

    #[test]
    fn every_truncation_is_refused() {
        let whole = write(&picture(12, 9));
        assert!((0..whole.len()).all(|end| read(&whole[..end]).is_err()));
        assert_eq!(read(&whole[..20]), Err(PngError::Truncated));
    }

    #[test]
    fn a_gigapixel_is_refused_before_anything_is_made_of_it() {
        for (width, height) in [(1 << 15, 1 << 15), (u32::MAX, u32::MAX), (1, u32::MAX), (MAX_SIDE + 1, 1), (0, 4)] {
            let error = read(&file(width, height, 8, 2, 0, &[0; 64], &[])).expect_err("refused");
            assert_eq!(error, PngError::Size { width, height, limit: MAX_SIDE });
        }
        assert!(matches!(read(&vec![0; MAX_BYTES + 1]), Err(PngError::Long { .. })));
    }

    #[test]
    fn data_of_another_length_is_refused() {
        assert!(read(&file(2, 2, 8, 0, 0, &[0; 5], &[])).is_err());
        assert!(read(&file(2, 2, 8, 0, 0, &[0; 7], &[])).is_err());
        // A bomb: millions of zeros in some kilobytes.
        assert!(read(&file(2, 2, 8, 0, 0, &vec![0; 3_000_000], &[])).is_err());
    }

    #[test]
    fn what_is_not_read_is_said() {
        assert!(matches!(read(&file(1, 1, 16, 2, 0, &[0; 7], &[])), Err(PngError::Unsupported(_))));
        assert!(matches!(read(&file(1, 1, 8, 2, 1, &[0; 4], &[])), Err(PngError::Unsupported(_))));
        assert!(matches!(read(&file(1, 1, 8, 5, 0, &[0; 4], &[])), Err(PngError::Damaged(_))));
        assert!(matches!(read(b"GIF89a.........."), Err(PngError::Damaged(_))));
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = read(&bytes);
        }

        #[test]
        fn a_changed_byte_is_refused_or_means_the_same(place in 0usize..400, value in any::<u8>()) {
            let picture = picture(9, 9);
            let mut bytes = write(&picture);
            let place = place % bytes.len();
            let was = std::mem::replace(&mut bytes[place], value);
            prop_assert!(was == value || read(&bytes).is_err());
        }
    }
}
