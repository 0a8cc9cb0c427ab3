//! MessagePack, as much of it as the ABI uses: writing to a vector, reading from a slice with every length checked.

/// The extension types of `docs/abi.md`.
pub(crate) mod ext {
    /// A handle.
    pub(crate) const HANDLE: u8 = 1;
    /// A buffer beside the request.
    pub(crate) const BUFFER: u8 = 2;
    /// An object of the host.
    pub(crate) const HOST: u8 = 3;
    /// A big integer.
    pub(crate) const INTEGER: u8 = 4;
    /// A duration or a time.
    pub(crate) const TIME: u8 = 5;
    /// A handle whose value is moved where it would be cloned.
    pub(crate) const MOVE: u8 = 6;
    /// What says, as the first item of an array, which collection a dynamic value is.
    pub(crate) const COLLECTION: u8 = 7;
}

/// `nil`.
pub(crate) const NIL: u8 = 0xc0;

/// The operation *call*.
pub(crate) const CALL: u8 = 1;
/// The operation *drop*.
pub(crate) const DROP: u8 = 2;
/// *call* while the interpreter lock is kept: done only if nothing has to be waited for.
pub(crate) const PROMPT_CALL: u8 = 9;
/// *drop* in the same way.
pub(crate) const PROMPT_DROP: u8 = 10;
/// The operation that gives the entry for direct calls.
pub(crate) const DIRECT: u8 = 11;

/// Makes an ordinary request of a prompt one.
#[cold]
pub(crate) fn may_wait(request: &mut [u8]) {
    // Behind the head of the request's array.
    let at = match request.first() {
        Some(0xdc) => 3,
        Some(0xdd) => 5,
        _ => 1,
    };
    if let Some(operation) = request.get_mut(at) {
        *operation = match *operation {
            PROMPT_CALL => CALL,
            PROMPT_DROP => DROP,
            other => other,
        };
    }
}

/// Writes an unsigned integer.
#[inline]
pub(crate) fn put_unsigned(out: &mut Vec<u8>, value: u64) {
    match value {
        0..=0x7f => out.push(value.to_be_bytes()[7]),
        _ => put_large(out, value),
    }
}

fn put_large(out: &mut Vec<u8>, value: u64) {
    let bytes = value.to_be_bytes();
    match value {
        0..=0xff => out.extend_from_slice(&[0xcc, bytes[7]]),
        0x100..=0xffff => put(out, 0xcd, &bytes[6..]),
        0x1_0000..=0xffff_ffff => put(out, 0xce, &bytes[4..]),
        _ => put(out, 0xcf, &bytes),
    }
}

/// Writes a signed integer.
#[inline]
pub(crate) fn put_signed(out: &mut Vec<u8>, value: i64) {
    match value {
        -32..=0x7f => out.push(value.to_be_bytes()[7]),
        _ => put_wide(out, value),
    }
}

/// Writes an integer that takes at most five bytes and is not negative beyond one. `false`: it takes more, and nothing was
/// written.
#[inline(always)]
pub(crate) fn put_narrow(out: &mut Vec<u8>, value: i64) -> bool {
    match value {
        -32..=0x7f => out.push(value.to_be_bytes()[7]),
        0x80..=0xff => out.extend_from_slice(&[0xcc, value.to_be_bytes()[7]]),
        0x100..=0xffff => {
            let [.., high, low] = value.to_be_bytes();
            out.extend_from_slice(&[0xcd, high, low]);
        }
        0x1_0000..=0xffff_ffff => {
            let [_, _, _, _, a, b, c, d] = value.to_be_bytes();
            out.extend_from_slice(&[0xce, a, b, c, d]);
        }
        _ => return false,
    }
    true
}

fn put_wide(out: &mut Vec<u8>, value: i64) {
    if let Ok(value) = u64::try_from(value) {
        return put_large(out, value);
    }
    let bytes = value.to_be_bytes();
    match value {
        -0x80.. => put(out, 0xd0, &bytes[7..]),
        -0x8000.. => put(out, 0xd1, &bytes[6..]),
        -0x8000_0000.. => put(out, 0xd2, &bytes[4..]),
        _ => put(out, 0xd3, &bytes),
    }
}

fn put(out: &mut Vec<u8>, marker: u8, bytes: &[u8]) {
    out.push(marker);
    out.extend_from_slice(bytes);
}

fn put_length(out: &mut Vec<u8>, length: usize, markers: [u8; 3]) -> bool {
    let Ok(length) = u32::try_from(length) else {
        return false;
    };
    let bytes = length.to_be_bytes();
    match length {
        0..=0xff if markers[0] != 0 => put(out, markers[0], &bytes[3..]),
        0..=0xffff => put(out, markers[1], &bytes[2..]),
        _ => put(out, markers[2], &bytes),
    }
    true
}

/// Writes a `float 64`.
#[inline]
pub(crate) fn put_f64(out: &mut Vec<u8>, value: f64) {
    let mut word = [0xcb; 9];
    word[1..].copy_from_slice(&value.to_be_bytes());
    out.extend_from_slice(&word);
}

/// Writes a `float 32`.
pub(crate) fn put_f32(out: &mut Vec<u8>, value: f32) {
    put(out, 0xca, &value.to_be_bytes());
}

/// Writes a string. `false` if it is too long for the wire.
#[inline]
pub(crate) fn put_text(out: &mut Vec<u8>, value: &str) -> bool {
    let fits = match u8::try_from(value.len()) {
        Ok(length @ 0..32) => {
            out.push(0xa0 | length);
            true
        }
        _ => put_length(out, value.len(), [0xd9, 0xda, 0xdb]),
    };
    if fits {
        out.extend_from_slice(value.as_bytes());
    }
    fits
}

/// Writes a string of less than 32 bytes. `false`: it is longer, and nothing was written.
#[inline(always)]
pub(crate) fn put_short_text(out: &mut Vec<u8>, value: &str) -> bool {
    match u8::try_from(value.len()) {
        Ok(length @ 0..32) => {
            out.reserve(32);
            out.push(0xa0 | length);
            out.extend_from_slice(value.as_bytes());
            true
        }
        _ => false,
    }
}

/// Writes the head of bytes, which follow. `false` if they are too long for the wire.
#[inline]
pub(crate) fn put_bytes_head(out: &mut Vec<u8>, length: usize) -> bool {
    put_length(out, length, [0xc4, 0xc5, 0xc6])
}

/// Writes the head of an array, whose items follow.
#[inline]
pub(crate) fn put_array(out: &mut Vec<u8>, length: usize) -> bool {
    match u8::try_from(length) {
        Ok(length @ 0..16) => {
            out.push(0x90 | length);
            true
        }
        _ => put_length(out, length, [0, 0xdc, 0xdd]),
    }
}

/// Writes the head of a map, whose keys and values follow.
pub(crate) fn put_map(out: &mut Vec<u8>, length: usize) -> bool {
    match u8::try_from(length) {
        Ok(length @ 0..16) => {
            out.push(0x80 | length);
            true
        }
        _ => put_length(out, length, [0, 0xde, 0xdf]),
    }
}

/// Writes an extension of at most 255 bytes.
pub(crate) fn put_ext(out: &mut Vec<u8>, kind: u8, content: &[u8]) {
    let length = u8::try_from(content.len()).unwrap_or(u8::MAX);
    match length {
        1 => out.extend_from_slice(&[0xd4, kind]),
        2 => out.extend_from_slice(&[0xd5, kind]),
        4 => out.extend_from_slice(&[0xd6, kind]),
        8 => out.extend_from_slice(&[0xd7, kind]),
        16 => out.extend_from_slice(&[0xd8, kind]),
        _ => out.extend_from_slice(&[0xc7, length, kind]),
    }
    out.extend_from_slice(&content[..usize::from(length)]);
}

/// Writes an extension of any length. `false` if it is too long for the wire.
pub(crate) fn put_long_ext(out: &mut Vec<u8>, kind: u8, content: &[u8]) -> bool {
    if content.len() <= usize::from(u8::MAX) {
        put_ext(out, kind, content);
        return true;
    }
    let fits = put_length(out, content.len(), [0, 0xc8, 0xc9]);
    if fits {
        out.push(kind);
        out.extend_from_slice(content);
    }
    fits
}

/// Writes an extension of 16 bytes.
#[inline]
pub(crate) fn put_ext16(out: &mut Vec<u8>, kind: u8, content: &[u8; 16]) {
    out.reserve(18);
    out.extend_from_slice(&[0xd8, kind]);
    out.extend_from_slice(content);
}

/// What is read next.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Token<'a> {
    /// nil
    Nil,
    /// A truth value.
    Bool(bool),
    /// An integer below 2^63.
    Signed(i64),
    /// One above.
    Unsigned(u64),
    /// A float.
    Float(f64),
    /// A string, not yet known to be UTF-8.
    Text(&'a [u8]),
    /// Bytes.
    Bytes(&'a [u8]),
    /// An array of so many items, which follow.
    Array(usize),
    /// A map of so many pairs, which follow.
    Map(usize),
    /// An extension.
    Ext(u8, &'a [u8]),
}

/// Reads an answer. `None` means that it ends too early or is not MessagePack.
#[derive(Clone, Copy)]
pub(crate) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    /// Reads `bytes` from the start.
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// Whether the next value is nil; it is not read.
    pub(crate) fn at_nil(&self) -> bool {
        self.0.first() == Some(&NIL)
    }

    /// Whether this byte is all that is left.
    #[inline]
    pub(crate) fn is(&self, only: u8) -> bool {
        matches!(self.0, [byte] if *byte == only)
    }

    /// Whether the next value is nil, which is then read.
    #[inline]
    pub(crate) fn nil(&mut self) -> bool {
        match self.0.split_first() {
            Some((&NIL, rest)) => {
                self.0 = rest;
                true
            }
            _ => false,
        }
    }

    /// The next value, if it is an integer below 2^63; else nothing is read.
    #[inline]
    pub(crate) fn small_integer(&mut self) -> Option<i64> {
        let (marker, rest) = self.0.split_first()?;
        let (value, rest) = match marker {
            0..=0x7f => (i64::from(*marker), rest),
            0xe0..=0xff => (i64::from(marker.cast_signed()), rest),
            0xcc => rest.split_first().map(|(byte, rest)| (i64::from(*byte), rest))?,
            0xcd => {
                let (bytes, rest) = rest.split_first_chunk()?;
                (i64::from(u16::from_be_bytes(*bytes)), rest)
            }
            0xce => {
                let (bytes, rest) = rest.split_first_chunk()?;
                (i64::from(u32::from_be_bytes(*bytes)), rest)
            }
            0xd3 => {
                let (bytes, rest) = rest.split_first_chunk()?;
                (i64::from_be_bytes(*bytes), rest)
            }
            _ => return None,
        };
        self.0 = rest;
        Some(value)
    }

    /// Reads the head of an array of just this length, if that is what comes next in its shortest form.
    #[inline]
    pub(crate) fn short_array(&mut self, length: usize) -> bool {
        match self.0.split_first() {
            Some((marker @ 0x90..=0x9f, rest)) if usize::from(marker & 15) == length => {
                self.0 = rest;
                true
            }
            _ => false,
        }
    }

    /// The next value, if it is a handle; else nothing is read.
    #[inline]
    pub(crate) fn handle(&mut self) -> Option<[u8; 16]> {
        let ([0xd8, ext::HANDLE, id @ ..], rest) = self.0.split_first_chunk::<18>()? else {
            return None;
        };
        self.0 = rest;
        Some(*id)
    }

    /// The next value, if it is a truth value; else nothing is read.
    #[inline]
    pub(crate) fn truth(&mut self) -> Option<bool> {
        let (marker, rest) = self.0.split_first()?;
        let value = match marker {
            0xc2 => false,
            0xc3 => true,
            _ => return None,
        };
        self.0 = rest;
        Some(value)
    }

    /// The next value, if it is a `float 64`; else nothing is read.
    #[inline]
    pub(crate) fn float(&mut self) -> Option<f64> {
        match self.0.split_first_chunk::<9>()? {
            ([0xcb, word @ ..], rest) => {
                let word: &[u8; 8] = word;
                self.0 = rest;
                Some(f64::from_be_bytes(*word))
            }
            _ => None,
        }
    }

    /// The next value, if it is a string of less than 256 bytes; else nothing is read.
    #[inline]
    pub(crate) fn short_text(&mut self) -> Option<&'a [u8]> {
        let (length, rest) = match self.0 {
            [marker @ 0xa0..=0xbf, rest @ ..] => (usize::from(marker & 31), rest),
            [0xd9, length, rest @ ..] => (usize::from(*length), rest),
            _ => return None,
        };
        let (content, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some(content)
    }

    /// Whether everything was read.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many bytes are not read.
    pub(crate) fn left(&self) -> usize {
        self.0.len()
    }

    /// Passes over the next value. `None` if there is no whole one.
    pub(crate) fn skip(&mut self) -> Option<()> {
        let mut values = 1_usize;
        while values > 0 {
            values -= 1;
            values += match self.next()? {
                Token::Array(length) => length,
                Token::Map(length) => length.checked_mul(2)?,
                _ => 0,
            };
        }
        Some(())
    }

    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn fixed<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*taken)
    }

    fn length8(&mut self) -> Option<usize> {
        self.fixed::<1>().map(|[length]| usize::from(length))
    }

    fn length16(&mut self) -> Option<usize> {
        self.fixed().map(|bytes| usize::from(u16::from_be_bytes(bytes)))
    }

    fn length32(&mut self) -> Option<usize> {
        self.fixed()
            .and_then(|bytes| usize::try_from(u32::from_be_bytes(bytes)).ok())
    }

    /// A head that announces `length` items needs at least that many more bytes.
    fn announced(&self, length: usize) -> Option<usize> {
        (length <= self.0.len()).then_some(length)
    }

    fn ext(&mut self, length: usize) -> Option<Token<'a>> {
        let [kind] = self.fixed()?;
        Some(Token::Ext(kind, self.take(length)?))
    }

    /// The next value, or the head of one with parts.
    pub(crate) fn next(&mut self) -> Option<Token<'a>> {
        let [marker] = self.fixed()?;
        Some(match marker {
            0..=0x7f => Token::Signed(i64::from(marker)),
            0x80..=0x8f => Token::Map(self.announced(usize::from(marker & 15))?),
            0x90..=0x9f => Token::Array(self.announced(usize::from(marker & 15))?),
            0xa0..=0xbf => Token::Text(self.take(usize::from(marker & 31))?),
            NIL => Token::Nil,
            0xc1 => return None,
            0xc2 => Token::Bool(false),
            0xc3 => Token::Bool(true),
            0xc4 => Token::Bytes(self.length8().and_then(|length| self.take(length))?),
            0xc5 => Token::Bytes(self.length16().and_then(|length| self.take(length))?),
            0xc6 => Token::Bytes(self.length32().and_then(|length| self.take(length))?),
            0xc7 => self.length8().and_then(|length| self.ext(length))?,
            0xc8 => self.length16().and_then(|length| self.ext(length))?,
            0xc9 => self.length32().and_then(|length| self.ext(length))?,
            0xca => Token::Float(f64::from(f32::from_be_bytes(self.fixed()?))),
            0xcb => Token::Float(f64::from_be_bytes(self.fixed()?)),
            0xcc => Token::Signed(i64::from(u8::from_be_bytes(self.fixed()?))),
            0xcd => Token::Signed(i64::from(u16::from_be_bytes(self.fixed()?))),
            0xce => Token::Signed(i64::from(u32::from_be_bytes(self.fixed()?))),
            0xcf => {
                let value = u64::from_be_bytes(self.fixed()?);
                i64::try_from(value).map_or(Token::Unsigned(value), Token::Signed)
            }
            0xd0 => Token::Signed(i64::from(i8::from_be_bytes(self.fixed()?))),
            0xd1 => Token::Signed(i64::from(i16::from_be_bytes(self.fixed()?))),
            0xd2 => Token::Signed(i64::from(i32::from_be_bytes(self.fixed()?))),
            0xd3 => Token::Signed(i64::from_be_bytes(self.fixed()?)),
            0xd4 => self.ext(1)?,
            0xd5 => self.ext(2)?,
            0xd6 => self.ext(4)?,
            0xd7 => self.ext(8)?,
            0xd8 => self.ext(16)?,
            0xd9 => Token::Text(self.length8().and_then(|length| self.take(length))?),
            0xda => Token::Text(self.length16().and_then(|length| self.take(length))?),
            0xdb => Token::Text(self.length32().and_then(|length| self.take(length))?),
            0xdc => Token::Array(self.length16().and_then(|length| self.announced(length))?),
            0xdd => Token::Array(self.length32().and_then(|length| self.announced(length))?),
            0xde => Token::Map(self.length16().and_then(|length| self.announced(length))?),
            0xdf => Token::Map(self.length32().and_then(|length| self.announced(length))?),
            0xe0..=0xff => Token::Signed(i64::from(marker.cast_signed())),
        })
    }
}
