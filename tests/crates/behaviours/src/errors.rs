//! Errors: structs, enums, sources, other `E`s.

use std::error::Error;
use std::fmt;
use std::io;

/// Something in the depth went wrong.
#[derive(Debug)]
pub struct Deep {
    /// How deep.
    pub depth: u32,
}

impl fmt::Display for Deep {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} levels down", self.depth)
    }
}

impl Error for Deep {}

/// What can go wrong.
#[derive(Debug)]
#[non_exhaustive]
pub enum Fault {
    /// Nothing is there.
    Missing,
    /// Too much.
    TooLarge {
        /// How much there was.
        found: u64,
        /// How much there may be.
        limit: u64,
    },
    /// Something below.
    Below(Deep),
    /// A field whose name every exception has.
    Odd {
        /// What is odd.
        value: u32,
    },
}

impl Fault {
    /// Whether to try again.
    pub fn is_temporary(&self) -> bool {
        matches!(self, Fault::Missing)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Missing => formatter.write_str("nothing is there"),
            Fault::TooLarge { found, limit } => write!(formatter, "{found} is more than {limit}"),
            Fault::Odd { value } => write!(formatter, "{value} is odd"),
            Fault::Below(_) => formatter.write_str("something below failed"),
        }
    }
}

impl Error for Fault {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Fault::Below(deep) => Some(deep),
            _ => None,
        }
    }
}

/// Fails in the way that is asked for.
pub fn fail(how: u64) -> Result<u64, Fault> {
    match how {
        0 => Err(Fault::Missing),
        7 => Err(Fault::Odd { value: 7 }),
        1 => Err(Fault::Below(Deep { depth: 3 })),
        large if large > 100 => Err(Fault::TooLarge {
            found: large,
            limit: 100,
        }),
        fine => Ok(fine),
    }
}

/// Nothing at the end, and an error may come before.
pub fn step(at: u64) -> Option<Result<u64, Fault>> {
    (at < 5).then(|| fail(at))
}

/// The same of nothing.
pub fn step_unit(at: u64) -> Option<Result<(), Fault>> {
    step(at).map(|step| step.map(drop))
}

/// A result whose error is nothing.
pub fn refuse(really: bool) -> Result<u8, ()> {
    if really { Err(()) } else { Ok(1) }
}

/// A result whose error is text.
pub fn complain(about: &str) -> Result<(), String> {
    Err(format!("{about} is wrong"))
}

/// A result whose error is a number.
pub fn code(number: i32) -> Result<i32, i32> {
    if number < 0 { Err(number) } else { Ok(number) }
}

/// What keeps something from being closed.
#[derive(Debug)]
#[non_exhaustive]
pub enum Jam {
    /// It is old.
    Rusty(u32),
    /// It is far too old.
    Broken,
}

impl Jam {
    /// How old it is.
    pub fn years(&self) -> Option<u32> {
        match self {
            Jam::Rusty(years) => Some(*years),
            Jam::Broken => None,
        }
    }
}

impl fmt::Display for Jam {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("it does not move")
    }
}

impl Error for Jam {}

/// What is closed, unless it is stuck.
#[derive(Debug)]
pub struct Valve {
    stuck: bool,
}

impl Valve {
    /// One that is open.
    pub fn new(stuck: bool) -> Self {
        Self { stuck }
    }

    /// Hits it.
    pub fn hit(&mut self) {
        self.stuck = false;
    }

    /// Closes it, or gives it back with the reason.
    pub fn close(self) -> Result<(), (Self, Jam)> {
        if self.stuck { Err((self, Jam::Rusty(4))) } else { Ok(()) }
    }

    /// The same without a reason.
    pub fn shut(self) -> Result<(), Self> {
        if self.stuck { Err(self) } else { Ok(()) }
    }

    /// The same of two, of which the second one cannot be closed.
    pub fn close_both(self, other: Self) -> Result<(), (Self, Self, io::Error)> {
        Err((self, other, io::ErrorKind::PermissionDenied.into()))
    }
}

/// Where text goes wrong, and how.
pub fn spell(text: &str) -> Result<usize, (usize, String)> {
    match text.find('!') {
        Some(at) => Err((at, "a mark".to_owned())),
        None => Ok(text.len()),
    }
}

/// The limit that was passed, if there is one.
pub fn within(number: u8) -> Result<u8, Option<u8>> {
    match number {
        0..50 => Ok(number),
        50..100 => Err(Some(50)),
        _ => Err(None),
    }
}

/// Reads a file: an `io::Error`.
pub fn read(path: &std::path::Path) -> io::Result<String> {
    std::fs::read_to_string(path)
}

/// An error as a plain value.
pub fn as_value() -> Deep {
    Deep { depth: 9 }
}

/// A boxed error.
pub fn boxed() -> Result<(), Box<dyn Error + Send + Sync>> {
    Err(Box::new(Deep { depth: 1 }))
}

/// Parses a number: a foreign error type.
pub fn parse(text: &str) -> Result<u32, std::num::ParseIntError> {
    text.parse()
}

mod inside {
    use std::error::Error;
    use std::fmt;

    use super::Deep;

    /// Nobody outside can name it.
    #[derive(Debug)]
    pub struct Unnamed(pub Deep);

    impl fmt::Display for Unnamed {
        fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("nobody knows")
        }
    }

    impl Error for Unnamed {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            Some(&self.0)
        }
    }
}

/// Fails with what has no public path.
pub fn unnamed(really: bool) -> Result<Option<String>, inside::Unnamed> {
    if really { Err(inside::Unnamed(Deep { depth: 2 })) } else { Ok(Some("fine".to_owned())) }
}
