//! The chunks of a file: length, name, content, checksum.

use super::PngError;

/// CRC-32 as PNG has it (reflected polynomial 0xEDB88320), for one byte each.
const TABLE: [u32; 256] = {
    let mut table = [0u32; 256];
    let mut n = 0;
    while n < 256 {
        let mut c = n as u32;
        let mut k = 0;
        while k < 8 {
            c = if c & 1 == 1 { 0xEDB8_8320 ^ (c >> 1) } else { c >> 1 };
            k += 1;
        }
        table[n] = c;
        n += 1;
    }
    table
};

/// The checksum of a chunk's name and content.
pub(super) fn crc(parts: &[&[u8]]) -> u32 {
    let bytes = parts.iter().flat_map(|part| part.iter());
    !bytes.fold(u32::MAX, |c, byte| TABLE[((c ^ u32::from(*byte)) & 0xFF) as usize] ^ (c >> 8))
}

/// A chunk whose checksum is right.
pub(super) struct Chunk<'a> {
    pub(super) name: [u8; 4],
    pub(super) content: &'a [u8],
}

impl Chunk<'_> {
    /// Whether a reader that doesn't know it must give up.
    pub(super) fn is_critical(&self) -> bool {
        self.name[0].is_ascii_uppercase()
    }
}

/// Takes the next chunk off `rest`.
pub(super) fn next<'a>(rest: &mut &'a [u8]) -> Result<Chunk<'a>, PngError> {
    let length = usize::try_from(u32::from_be_bytes(take(rest)?)).map_err(|_| PngError::Truncated)?;
    let name: [u8; 4] = take(rest)?;
    let content = rest.get(..length).ok_or(PngError::Truncated)?;
    *rest = rest.get(length..).ok_or(PngError::Truncated)?;
    let told = u32::from_be_bytes(take(rest)?);
    if crc(&[&name, content]) != told {
        return Err(PngError::Damaged("a checksum is wrong"));
    }
    Ok(Chunk { name, content })
}

/// Appends a chunk.
pub(super) fn append(out: &mut Vec<u8>, name: [u8; 4], content: &[u8]) {
    // Ours are far shorter than 4 GiB.
    out.extend(u32::try_from(content.len()).unwrap_or(u32::MAX).to_be_bytes());
    out.extend(name);
    out.extend(content);
    out.extend(crc(&[&name, content]).to_be_bytes());
}

fn take<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N], PngError> {
    let (first, others) = rest.split_first_chunk::<N>().ok_or(PngError::Truncated)?;
    *rest = others;
    Ok(*first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_the_known_one() {
        // The check value of CRC-32/ISO-HDLC, and the end chunk of every PNG file.
        assert_eq!(crc(&[b"1234", b"56789"]), 0xCBF4_3926);
        assert_eq!(crc(&[b"IEND"]), 0xAE42_6082);
    }

    #[test]
    fn what_is_appended_is_read() {
        let mut file = Vec::new();
        append(&mut file, *b"IDAT", b"content");
        let mut rest = file.as_slice();
        let chunk = next(&mut rest).expect("a chunk");
        assert!(chunk.name == *b"IDAT" && chunk.content == b"content" && rest.is_empty() && chunk.is_critical());
        for end in 0..file.len() {
            assert!(next(&mut &file[..end]).is_err());
        }
    }
}
