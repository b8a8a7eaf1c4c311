//! Frames: a length and that many bytes, read and written before a deadline.

use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use zeroize::Zeroizing;

/// Most bytes of a frame: the longest message in hex, and its envelope.
pub(super) const MAX: usize = 160 * 1024;

/// Each system call gets what is left, so a peer that sends a byte now and then gains no time by it.
fn left(deadline: Instant) -> io::Result<Duration> {
    let left = deadline.saturating_duration_since(Instant::now());
    if left.is_zero() {
        return Err(io::ErrorKind::TimedOut.into());
    }
    Ok(left)
}

fn fill(mut stream: &UnixStream, mut place: &mut [u8], deadline: Instant) -> io::Result<()> {
    while !place.is_empty() {
        stream.set_read_timeout(Some(left(deadline)?))?;
        match stream.read(place) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(count) => place = &mut place[count..],
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

pub(super) fn read(stream: &UnixStream, deadline: Instant) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut length = [0u8; 4];
    fill(stream, &mut length, deadline)?;
    let length = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
    if length > MAX {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "longer than 160 KiB"));
    }
    let mut body = Zeroizing::new(vec![0u8; length]);
    fill(stream, &mut body, deadline)?;
    Ok(body)
}

pub(super) fn write(mut stream: &UnixStream, body: &[u8], deadline: Instant) -> io::Result<()> {
    let length = u32::try_from(body.len()).ok().filter(|_| body.len() <= MAX);
    let length = length.ok_or(io::Error::new(io::ErrorKind::InvalidInput, "longer than 160 KiB"))?;
    for mut part in [length.to_be_bytes().as_slice(), body] {
        while !part.is_empty() {
            stream.set_write_timeout(Some(left(deadline)?))?;
            match stream.write(part) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(count) => part = &part[count..],
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
    Ok(())
}
