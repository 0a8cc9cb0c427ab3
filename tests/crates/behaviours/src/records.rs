//! Structs whose data is all public, and structs with behaviour.

/// A record: all its data is public, and it has no behaviour.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Point {
    /// Along.
    pub x: f64,
    /// Up.
    pub y: f64,
}

/// A record that can be hashed, with a keyword as a field's name.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Tag {
    /// A keyword in Python and Rust alike.
    pub r#in: String,
    /// May be missing.
    pub note: Option<String>,
}

/// A record of records.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// Where it starts.
    pub start: Point,
    /// Where it ends.
    pub end: Point,
    /// What it is called.
    pub tags: Vec<Tag>,
}

/// A tuple struct is a record too.
#[derive(Debug, Clone, PartialEq)]
pub struct Pair(pub u8, pub String);

/// A handle with fields: it has behaviour.
#[derive(Debug, Clone, PartialEq)]
pub struct Account {
    /// Whose it is.
    pub owner: String,
    /// What it holds.
    pub balance: i64,
    /// How often it changed; a method has the same name.
    pub changes: u32,
    secret: u8,
}

impl Account {
    /// An empty account.
    pub fn new(owner: &str) -> Self {
        Self {
            owner: owner.to_owned(),
            balance: 0,
            changes: 0,
            secret: 7,
        }
    }

    /// Puts money in.
    pub fn deposit(&mut self, amount: i64) -> i64 {
        self.balance += amount;
        self.changes += 1;
        self.balance
    }

    /// A method with a field's name.
    pub fn changes(&self) -> String {
        format!("{} changes", self.changes)
    }

    /// What no field shows.
    pub fn secret(&self) -> u8 {
        self.secret
    }
}

/// Where a line lies in the middle.
pub fn middle(line: &Line) -> Point {
    Point {
        x: (line.start.x + line.end.x) / 2.0,
        y: (line.start.y + line.end.y) / 2.0,
    }
}

/// Moves a point.
pub fn moved(point: Point, by: f64) -> Point {
    Point {
        x: point.x + by,
        y: point.y,
    }
}

/// The same tag.
pub fn same(tag: Tag) -> Tag {
    tag
}

/// The same pair.
pub fn pair(pair: Pair) -> Pair {
    pair
}
