//! Reading the archives that npm serves: a tar (POSIX ustar) in a gzip (RFC 1952). Only what is asked for is kept, and no
//! length in a file leads to memory before it was checked.

use std::io::{self, BufRead, Read};

use miniz_oxide::inflate::stream::{inflate, InflateState};
use miniz_oxide::{DataFormat, MZFlush, MZStatus};

/// Bytes of a block.
const BLOCK: usize = 512;
/// Most members of an archive.
const MOST: usize = 100_000;

/// A gzip that is inflated as it is read. Its checksum isn't looked at: archives are known by their own hashes.
struct Gunzip<R> {
    inner: R,
    state: Box<InflateState>,
    ended: bool,
}

impl<R: BufRead> Gunzip<R> {
    fn new(mut inner: R) -> io::Result<Self> {
        let mut header = [0; 10];
        inner.read_exact(&mut header)?;
        // Magic, deflate, and nothing optional.
        if header[..4] != [0x1F, 0x8B, 8, 0] {
            return Err(unsound("it is no plain gzip file"));
        }
        Ok(Self { inner, state: Box::new(InflateState::new(DataFormat::Raw)), ended: false })
    }
}

impl<R: BufRead> Read for Gunzip<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while !self.ended && !out.is_empty() {
            let given = self.inner.fill_buf()?;
            let at_end = given.is_empty();
            let step = inflate(&mut self.state, given, out, MZFlush::None);
            self.inner.consume(step.bytes_consumed);
            match step.status {
                Ok(MZStatus::StreamEnd) => self.ended = true,
                Ok(_) => {}
                Err(_) => return Err(unsound("it can't be inflated: it is damaged or cut off")),
            }
            if step.bytes_written > 0 {
                return Ok(step.bytes_written);
            }
            if at_end && !self.ended {
                return Err(unsound("it ends in the middle"));
            }
        }
        Ok(0)
    }
}

/// Hands the members of a gzipped tar to `take`: its `wants` says from name and length which are read, the others are
/// skipped.
///
/// # Errors
/// It is no such archive, it is damaged, or it can't be read.
pub(crate) fn members(
    packed: impl BufRead,
    wants: &dyn Fn(&str, u64) -> bool,
    take: &mut dyn FnMut(&str, Vec<u8>),
) -> io::Result<()> {
    let mut tar = Gunzip::new(packed)?;
    for _ in 0..MOST {
        let mut header = [0; BLOCK];
        tar.read_exact(&mut header)?;
        // Zeros end it.
        if header.iter().all(|byte| *byte == 0) {
            return Ok(());
        }
        let length = octal(&header[124..136]).ok_or_else(|| unsound("a member has no length"))?;
        let padded = length.div_ceil(BLOCK as u64) * BLOCK as u64;
        let is_file = matches!(header[156], b'0' | 0);
        match name(&header).filter(|name| is_file && wants(name, length)) {
            Some(name) => {
                let mut content = Vec::new();
                tar.by_ref().take(length).read_to_end(&mut content)?;
                let rest = skip(&mut tar, padded - length)?;
                if content.len() as u64 != length || !rest {
                    return Err(unsound("it ends in the middle"));
                }
                take(&name, content);
            }
            None if skip(&mut tar, padded)? => {}
            None => return Err(unsound("it ends in the middle")),
        }
    }
    Err(unsound("it has too many members"))
}

/// Passes over so many bytes; whether all were there.
fn skip(tar: &mut impl Read, length: u64) -> io::Result<bool> {
    Ok(io::copy(&mut tar.take(length), &mut io::sink())? == length)
}

/// Path of a member: prefix and name.
fn name(header: &[u8; BLOCK]) -> Option<String> {
    let text = |field: &[u8]| {
        let end = field.iter().position(|byte| *byte == 0).unwrap_or(field.len());
        std::str::from_utf8(&field[..end]).ok().map(str::to_owned)
    };
    let (name, prefix) = (text(&header[..100])?, text(&header[345..500])?);
    Some(if prefix.is_empty() { name } else { format!("{prefix}/{name}") })
}

/// A number in octal digits, at most 2³² − 1.
fn octal(field: &[u8]) -> Option<u64> {
    let mut digits = field.iter().filter(|byte| !matches!(byte, b' ' | 0));
    let number = digits.try_fold(0u64, |number, digit| match digit {
        b'0'..=b'7' => number.checked_mul(8)?.checked_add(u64::from(digit - b'0')),
        _ => None,
    })?;
    (number <= u64::from(u32::MAX)).then_some(number)
}

fn unsound(reason: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, reason)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A gzipped tar of these members, stored without compression.
    pub(crate) fn packed(members: &[(&str, &[u8])]) -> Vec<u8> {
        let mut tar = Vec::new();
        for (name, content) in members {
            let mut header = [0; BLOCK];
            header[..name.len()].copy_from_slice(name.as_bytes());
            header[124..135].copy_from_slice(format!("{:011o}", content.len()).as_bytes());
            header[156] = b'0';
            tar.extend(header);
            tar.extend(*content);
            tar.resize(tar.len().div_ceil(BLOCK) * BLOCK, 0);
        }
        tar.extend([0; 2 * BLOCK]);
        let mut out = vec![0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 2, 255];
        let mut parts = tar.chunks(60_000).peekable();
        while let Some(part) = parts.next() {
            let length = part.len() as u16;
            out.push(u8::from(parts.peek().is_none()));
            out.extend(length.to_le_bytes());
            out.extend((!length).to_le_bytes());
            out.extend(part);
        }
        out
    }

    fn read(bytes: &[u8]) -> io::Result<Vec<(String, Vec<u8>)>> {
        let mut found = Vec::new();
        let wants = |name: &str, length: u64| name.starts_with("a/") && length < 100_000;
        members(bytes, &wants, &mut |name, content| found.push((name.to_owned(), content)))?;
        Ok(found)
    }

    #[test]
    fn what_is_wanted_is_read_and_the_rest_skipped() {
        let large = vec![7; 90_000];
        let members: [(&str, &[u8]); 5] =
            [("b/x", &large[..]), ("a/1", b"one"), ("a/empty", b""), ("a/large", &large[..]), ("c", b"no")];
        let found = read(&packed(&members)).expect("read");
        let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["a/1", "a/empty", "a/large"]);
        assert_eq!((found[0].1.as_slice(), found[2].1.len()), (&b"one"[..], 90_000));
    }

    #[test]
    fn damage_is_an_error_and_no_panic() {
        let whole = packed(&[("a/1", b"one"), ("a/2", &[1; 3000])]);
        // The last two blocks are zeros, which end it wherever they begin.
        assert!((0..whole.len() - 2 * BLOCK).all(|end| read(&whole[..end]).is_err()));
        assert!(read(b"PK\x03\x04 and so on").is_err() && read(&[]).is_err());
        for place in 0..whole.len().min(1200) {
            let mut bent = whole.clone();
            bent[place] ^= 0x5A;
            let _ = read(&bent);
        }
        assert_eq!(octal(b"00000000017\0"), Some(15));
        assert!(octal(b"77777777777\0").is_none() && octal(b"9\0").is_none());
    }
}
