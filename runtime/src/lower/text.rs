//! What an error says, on its way into the answer: most of it is short, and takes no allocation.

use std::fmt::{self, Write as _};

use crate::probe::Says;
use crate::wire::Writer;

/// So many bytes need no allocation.
const FEW: usize = 120;

/// Text that is put together of pieces.
pub struct Text {
    few: [u8; FEW],
    /// How many of `few` are the text, unless that is in `more`.
    length: usize,
    more: String,
}

impl Text {
    /// What these pieces are together.
    pub(crate) fn of(pieces: fmt::Arguments<'_>) -> Self {
        let mut text = Self {
            few: [0; FEW],
            length: 0,
            more: String::new(),
        };
        // As `to_string` does.
        text.write_fmt(pieces)
            .expect("a `Display` or `Debug` that fails has a fault of its own");
        text
    }

    /// What `value` says in this way, if it knows it.
    pub fn said<T>(value: &T, way: Option<Says<T>>) -> Option<Self> {
        way.map(|way| Self::of(format_args!("{}", Saying(value, way))))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        if !self.more.is_empty() {
            return &self.more;
        }
        let few = self.few.get(..self.length).unwrap_or_default();
        std::str::from_utf8(few).expect("it is put together of whole texts")
    }

    /// Moves it to where there is room for more.
    #[cold]
    fn spill(&mut self, next: &str) {
        if self.more.is_empty() {
            let mut more = String::with_capacity(2 * (self.length + next.len()));
            more.push_str(self.as_str());
            self.more = more;
        }
        self.more.push_str(next);
    }
}

impl AsRef<str> for Text {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Write for Text {
    #[inline]
    fn write_str(&mut self, next: &str) -> fmt::Result {
        let end = self.length + next.len();
        match self.few.get_mut(self.length..end) {
            Some(place) if self.more.is_empty() => {
                place.copy_from_slice(next.as_bytes());
                self.length = end;
            }
            _ => self.spill(next),
        }
        Ok(())
    }
}

/// How a value says something, as `Display`.
struct Saying<'v, T>(&'v T, Says<T>);

impl<T> fmt::Display for Saying<'_, T> {
    #[inline]
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        (self.1)(self.0, formatter)
    }
}

/// Writes what `value` says in this way, put together where it stays.
#[inline]
pub(super) fn write<T>(value: &T, way: Says<T>, writer: &mut Writer) {
    write_pieces(format_args!("{}", Saying(value, way)), writer);
}

/// str, whose length is known when it is there: with room for that of a short one.
fn write_pieces(pieces: fmt::Arguments<'_>, writer: &mut Writer) {
    struct Behind<'w>(&'w mut Vec<u8>);
    impl fmt::Write for Behind<'_> {
        #[inline]
        fn write_str(&mut self, next: &str) -> fmt::Result {
            self.0.extend_from_slice(next.as_bytes());
            Ok(())
        }
    }
    let bytes = writer.bytes_mut();
    let head = bytes.len();
    bytes.extend_from_slice(&[0xd9, 0]);
    let start = bytes.len();
    // As `to_string` does.
    Behind(bytes)
        .write_fmt(pieces)
        .expect("a `Display` or `Debug` that fails has a fault of its own");
    match (u8::try_from(bytes.len() - start), bytes.get_mut(head + 1)) {
        (Ok(length), Some(place)) => *place = length,
        _ => lengthen(writer, head, start),
    }
}

/// Writes text that has turned out to be longer again, with a head that says so.
#[cold]
fn lengthen(writer: &mut Writer, head: usize, start: usize) {
    let text = writer.bytes_mut().split_off(start);
    writer.bytes_mut().truncate(head);
    writer.str(std::str::from_utf8(&text).expect("it is put together of whole texts"));
}

/// What `Debug` says of a text: as it is between quotes, if there is nothing in it to escape.
pub(super) fn quoted(text: &str) -> Text {
    let plain = |byte: &u8| matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\');
    if text.as_bytes().iter().all(plain) {
        Text::of(format_args!("\"{text}\""))
    } else {
        Text::of(format_args!("{text:?}"))
    }
}

#[cfg(test)]
mod tests {
    use super::{FEW, Text, quoted, write};
    use crate::probe::{Otherwise as _, Probe};
    use crate::wire::{Reader, Token, Writer};

    #[test]
    fn text_of_any_length_is_whole() {
        for length in [0, 1, FEW - 1, FEW, FEW + 1, 10 * FEW] {
            let text = "a".repeat(length);
            assert_eq!(Text::of(format_args!("{text}")).as_str(), text);
            let pieces = Text::of(format_args!("{text}, {text}, \u{e9}, {text}"));
            assert_eq!(pieces.as_str(), format!("{text}, {text}, \u{e9}, {text}"));
        }
    }

    #[test]
    fn text_of_any_length_is_written_with_its_length() {
        let display = Probe::<String>::DISPLAY.expect("a string says what it is");
        for length in [0, 1, 31, 32, 255, 256, 65_535, 65_536] {
            let text = "\u{e9}".repeat(length / 2) + &"a".repeat(length % 2);
            let mut writer = Writer::default();
            writer.nil();
            write(&text, display, &mut writer);
            let reader = Reader::new(writer.as_bytes());
            assert_eq!(reader.next().expect("a value"), Token::Nil);
            assert_eq!(reader.next().expect("a value"), Token::Str(text.as_bytes()));
            assert!(reader.at_end());
        }
    }

    #[test]
    fn quoted_text_is_what_debug_says() {
        for text in [
            "",
            "plain",
            "it's",
            "a \"b\"",
            "back\\slash",
            "line\n",
            "\u{e9}",
            "\u{7f}",
        ] {
            assert_eq!(quoted(text).as_str(), format!("{text:?}"));
        }
    }

    #[test]
    fn values_say_what_they_know() {
        struct Mute;
        assert_eq!(
            Text::said(&7, Probe::<i32>::DISPLAY)
                .expect("a number says what it is")
                .as_str(),
            "7"
        );
        assert!(Text::said(&Mute, Probe::<Mute>::DEBUG).is_none());
    }
}
