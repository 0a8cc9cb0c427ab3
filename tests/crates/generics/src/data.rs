//! Data: generic records and enums, and what is data but stays in Rust.

/// Two of a kind.
#[derive(Debug, Clone, PartialEq, PartialOrd)]
pub struct Pair<T> {
    /// One of them.
    pub first: T,
    /// The other.
    pub second: T,
}

/// The other way round.
pub fn swap<T>(pair: Pair<T>) -> Pair<T> {
    Pair {
        first: pair.second,
        second: pair.first,
    }
}

/// Both together.
pub fn sum(pair: Pair<i32>) -> i32 {
    pair.first + pair.second
}

/// Words.
pub fn words() -> Pair<String> {
    Pair {
        first: "a".to_owned(),
        second: "b".to_owned(),
    }
}

/// One or many.
#[derive(Debug, Clone, PartialEq)]
pub enum Several<T> {
    /// One.
    One(T),
    /// Many.
    Many(Vec<T>),
    /// None at all.
    Nothing,
}

/// How many.
pub fn count(some: Several<i32>) -> usize {
    match some {
        Several::One(_) => 1,
        Several::Many(all) => all.len(),
        Several::Nothing => 0,
    }
}

/// All of them in one text.
pub fn join(some: &Several<String>) -> Several<String> {
    match some {
        Several::Many(all) => Several::One(all.concat()),
        other => other.clone(),
    }
}

/// What may have more fields one day.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// How wide.
    pub width: u32,
    /// Of what.
    pub unit: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            width: 80,
            unit: "columns".to_owned(),
        }
    }
}

/// In words.
pub fn describe(settings: &Settings) -> String {
    format!("{} {}", settings.width, settings.unit)
}

/// What happened. It stays in Rust, as it says more than its data.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// It began.
    Begun,
    /// It came to that.
    Ended(u32),
    /// It went wrong.
    Failed {
        /// Why.
        reason: String,
        /// How often.
        times: u32,
    },
}

impl Event {
    /// In words.
    pub fn text(&self) -> String {
        match self {
            Self::Begun => "begun".to_owned(),
            Self::Ended(with) => format!("ended with {with}"),
            Self::Failed { reason, times } => format!("failed {times} times: {reason}"),
        }
    }
}

/// The same in words.
pub fn tell(event: Event) -> String {
    event.text()
}

/// How many letters that takes.
pub fn length(event: &Event) -> usize {
    event.text().len()
}

/// Makes it end.
pub fn end(event: &mut Event) {
    *event = Event::Ended(0);
}

/// A record of enums.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Whose it is.
    pub owner: Several<String>,
    /// Numbers on it.
    pub numbers: Vec<Several<i32>>,
    /// Where it belongs.
    pub below: Option<Several<i32>>,
}

/// The same entry.
pub fn enter(entry: Entry) -> Entry {
    entry
}

/// What comes next.
pub fn next(event: &Event) -> Event {
    match event {
        Event::Begun => Event::Ended(0),
        other => other.clone(),
    }
}
