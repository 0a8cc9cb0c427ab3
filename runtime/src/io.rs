//! The methods of a Python file object over the traits of `std::io`: what handles that implement these offer.
//!
//! Every function does all that was asked or fails; none gives up halfway as `Read::read` and `Write::write` may.

use std::io::{BufRead, Error, ErrorKind, Read, Result, Seek, SeekFrom, Write};

/// The bound that Python's `size` means: nothing or a negative one is none.
fn limit(size: Option<i64>) -> u64 {
    size.and_then(|size| u64::try_from(size).ok()).unwrap_or(u64::MAX)
}

/// Reads until there are `size` bytes or the end is reached.
///
/// # Errors
///
/// Reading failed.
pub fn read<T: Read + ?Sized>(from: &mut T, size: Option<i64>) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(limit(size)).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Reads once into a buffer, and says how many bytes it got.
///
/// # Errors
///
/// Reading failed.
pub fn readinto<T: Read + ?Sized>(from: &mut T, buffer: &mut [u8]) -> Result<u64> {
    loop {
        match from.read(buffer) {
            Ok(count) => return Ok(count as u64),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// Reads up to and with the next line feed, at most `size` bytes.
///
/// # Errors
///
/// Reading failed.
pub fn readline<T: BufRead + ?Sized>(from: &mut T, size: Option<i64>) -> Result<Vec<u8>> {
    let mut line = Vec::new();
    from.take(limit(size)).read_until(b'\n', &mut line)?;
    Ok(line)
}

/// The next line, line feed included; nothing at the end.
///
/// # Errors
///
/// Reading failed.
pub fn next_line<T: BufRead + ?Sized>(from: &mut T) -> Result<Option<Vec<u8>>> {
    let line = readline(from, None)?;
    Ok((!line.is_empty()).then_some(line))
}

/// Writes everything, and says how much that was.
///
/// # Errors
///
/// Writing failed.
pub fn write<T: Write + ?Sized>(to: &mut T, data: &[u8]) -> Result<u64> {
    to.write_all(data)?;
    Ok(data.len() as u64)
}

/// Passes on what is held back.
///
/// # Errors
///
/// Writing failed.
pub fn flush<T: Write + ?Sized>(to: &mut T) -> Result<()> {
    to.flush()
}

/// Goes to a place, and says which it is.
///
/// # Errors
///
/// There is no such place.
pub fn seek<T: Seek + ?Sized>(file: &mut T, offset: i64, whence: Option<i64>) -> Result<u64> {
    let invalid = |message: String| Error::new(ErrorKind::InvalidInput, message);
    let place = match whence.unwrap_or(0) {
        0 => SeekFrom::Start(
            u64::try_from(offset)
                .map_err(|_| invalid(format!("the offset {offset} from the start is negative")))?,
        ),
        1 => SeekFrom::Current(offset),
        2 => SeekFrom::End(offset),
        other => {
            return Err(invalid(format!(
                "`whence` is 0 (start), 1 (here) or 2 (end), not {other}"
            )));
        }
    };
    file.seek(place)
}

/// Says where it is.
///
/// # Errors
///
/// It has no places.
pub fn tell<T: Seek + ?Sized>(file: &mut T) -> Result<u64> {
    file.stream_position()
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    #[test]
    fn reads_all_or_as_much_as_is_asked() {
        let mut file = Cursor::new(b"one\ntwo".to_vec());
        assert_eq!(read(&mut file, Some(2)).unwrap(), b"on");
        assert_eq!(read(&mut file, Some(0)).unwrap(), b"");
        assert_eq!(readline(&mut file, Some(-1)).unwrap(), b"e\n");
        assert_eq!(readline(&mut file, Some(1)).unwrap(), b"t");
        assert_eq!(next_line(&mut file).unwrap().unwrap(), b"wo");
        assert_eq!(next_line(&mut file).unwrap(), None);
        assert_eq!(read(&mut file, None).unwrap(), b"");
    }

    #[test]
    fn a_read_that_gives_a_byte_at_a_time_is_gone_on_with() {
        struct Slow(u8);
        impl Read for Slow {
            fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
                self.0 += 1;
                if self.0 % 2 == 0 {
                    return Err(ErrorKind::Interrupted.into());
                }
                buffer[0] = self.0;
                Ok(1)
            }
        }
        assert_eq!(read(&mut Slow(0), Some(3)).unwrap(), [1, 3, 5]);
        assert_eq!(readinto(&mut Slow(1), &mut [0; 4]).unwrap(), 1);
    }

    #[test]
    fn places_are_pythons() {
        let mut file = Cursor::new(b"abcdef".to_vec());
        assert_eq!(seek(&mut file, -2, Some(2)).unwrap(), 4);
        assert_eq!(seek(&mut file, 1, Some(1)).unwrap(), 5);
        assert_eq!(seek(&mut file, 3, None).unwrap(), 3);
        assert_eq!(tell(&mut file).unwrap(), 3);
        assert_eq!(write(&mut file, b"XY").unwrap(), 2);
        assert_eq!(file.get_ref(), b"abcXYf");
        for (offset, whence) in [(-1, Some(0)), (0, Some(3))] {
            let error = seek(&mut file, offset, whence).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidInput);
        }
    }
}
