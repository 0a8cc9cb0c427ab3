//! Code that is generic over its items, and is told nothing of them.

pub mod walks;

use std::cmp::{Ordering, Reverse};
use std::collections::{BTreeMap, BinaryHeap, HashMap};
use std::fmt::{Debug, Display};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Mutex;

use serde::Serialize;
use serde::de::DeserializeOwned;

/// The value itself.
pub fn same<T>(value: T) -> T {
    value
}

/// The value and a clone of it.
pub fn twice<T: Clone>(value: T) -> (T, T) {
    (value.clone(), value)
}

/// Whether both are equal.
pub fn equal<T: PartialEq>(a: T, b: T) -> bool {
    a == b
}

/// Where one stands to the other.
pub fn compare<T: Ord>(a: T, b: T) -> Ordering {
    a.cmp(&b)
}

/// A hash that is the same for what is equal.
pub fn hash<T: Hash>(value: &T) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// As text, for whoever reads it.
pub fn shown<T: Display + Clone>(value: T) -> String {
    format!("{value}")
}

/// As text, for programmers.
pub fn debugged<T: Debug + Clone>(value: T) -> String {
    format!("{value:?}")
}

/// Panics, and names the value.
pub fn panic_with<T: Debug + Clone>(value: T) {
    panic!("of {value:?}");
}

/// The least value that there is.
pub fn default<T: Default + Ord>(value: T) -> bool {
    value == T::default()
}

/// In order.
pub fn sorted<T: Ord>(mut items: Vec<T>) -> Vec<T> {
    items.sort();
    items
}

/// How many single changes lead from one to the other.
pub fn distance<T: PartialEq>(a: &[T], b: &[T]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (at, left) in a.iter().enumerate() {
        let mut before = row[0];
        row[0] = at + 1;
        for (to, right) in b.iter().enumerate() {
            let changed = before + usize::from(left != right);
            before = row[to + 1];
            row[to + 1] = changed.min(before + 1).min(row[to] + 1);
        }
    }
    row[b.len()]
}

/// As JSON.
pub fn to_json<T: Serialize>(value: &T) -> Result<String, serde_json::Error> {
    serde_json::to_string(value)
}

/// As CSV, with a header of the names of fields.
pub fn to_csv<T: Serialize>(rows: Vec<T>) -> Result<String, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    rows.iter().try_for_each(|row| writer.serialize(row))?;
    let written = writer.into_inner().map_err(|error| error.into_error())?;
    Ok(String::from_utf8_lossy(&written).into_owned())
}

/// From JSON.
pub fn from_json<T: DeserializeOwned>(text: &str) -> Result<T, serde_json::Error> {
    serde_json::from_str(text)
}

/// The rows of a text in CSV.
pub struct Rows<T> {
    rows: csv::DeserializeRecordsIntoIter<std::io::Cursor<String>, T>,
}

impl<T: DeserializeOwned> Rows<T> {
    /// Those of the text.
    pub fn new(text: String) -> Self {
        let rows = csv::Reader::from_reader(std::io::Cursor::new(text)).into_deserialize();
        Self { rows }
    }
}

impl<T: DeserializeOwned> Iterator for Rows<T> {
    type Item = Result<T, csv::Error>;

    fn next(&mut self) -> Option<Self::Item> {
        self.rows.next()
    }
}

/// All of them.
pub fn rows<T: DeserializeOwned>(text: String) -> Rows<T> {
    Rows::new(text)
}

/// A sheet of rows in CSV, wherever it comes from.
pub struct Sheet<R> {
    reader: csv::Reader<R>,
}

impl Sheet<std::fs::File> {
    /// Of a file.
    pub fn open(path: &std::path::Path) -> Result<Self, csv::Error> {
        csv::Reader::from_path(path).map(|reader| Self { reader })
    }
}

impl<R: std::io::Read> Sheet<R> {
    /// Of what is read.
    pub fn new(reader: R) -> Self {
        let reader = csv::Reader::from_reader(reader);
        Self { reader }
    }

    /// The rows.
    pub fn into_rows<T: DeserializeOwned>(self) -> SheetRows<R, T> {
        let rows = self.reader.into_deserialize();
        SheetRows { rows }
    }
}

/// The rows of a sheet.
pub struct SheetRows<R, T> {
    rows: csv::DeserializeRecordsIntoIter<R, T>,
}

impl<R: std::io::Read, T: DeserializeOwned> Iterator for SheetRows<R, T> {
    type Item = Result<T, csv::Error>;

    fn next(&mut self) -> Option<Self::Item> {
        self.rows.next()
    }
}

/// A point, which is written in its own way.
#[derive(Debug, Clone, Default, PartialEq, Serialize, serde::Deserialize)]
pub struct Point {
    /// To the right.
    #[serde(rename = "X")]
    pub x: f64,
    /// Up.
    #[serde(rename = "Y")]
    pub y: f64,
}

/// A secret: of it, only its length is written.
#[derive(Debug)]
pub struct Secret(String);

impl Secret {
    /// Of a text.
    pub fn new(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl Serialize for Secret {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_u64(self.0.len() as u64)
    }
}

/// As JSON, of whatever can be written, by value.
pub fn write(value: impl Serialize) -> Result<String, serde_json::Error> {
    serde_json::to_string(&value)
}

/// As JSON, whatever its size.
pub fn write_unsized<T: Serialize + ?Sized>(value: &T) -> Result<String, serde_json::Error> {
    serde_json::to_string(value)
}

/// Drops it on a thread of its own, and waits for that.
pub fn drop_elsewhere<T: Send + 'static>(value: T) {
    let _ = std::thread::spawn(move || drop(value)).join();
}

/// Compares it on a thread of its own.
pub fn equal_elsewhere<T: Send + Sync + PartialEq + 'static>(a: T, b: T) -> bool {
    std::thread::scope(|scope| scope.spawn(|| a == b).join().unwrap_or(false))
}

/// Values by keys.
#[derive(Debug, Clone, PartialEq)]
pub struct Table<K: Eq + Hash, V> {
    entries: HashMap<K, V>,
}

impl<K: Eq + Hash + Clone, V: Clone> Table<K, V> {
    /// An empty one.
    pub fn new() -> Self {
        Self {
            entries: HashMap::new(),
        }
    }

    /// Puts a value in, and gives the one that was there.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        self.entries.insert(key, value)
    }

    /// The value of a key.
    pub fn get(&self, key: &K) -> Option<&V> {
        self.entries.get(key)
    }

    /// Takes it out.
    pub fn remove(&mut self, key: &K) -> Option<V> {
        self.entries.remove(key)
    }

    /// The value, which is made if it is not there.
    pub fn get_or_insert_with(&mut self, key: K, make: impl FnOnce() -> V) -> &V {
        self.entries.entry(key).or_insert_with(make)
    }

    /// Keeps what passes.
    pub fn retain(&mut self, mut keep: impl FnMut(&K, &V) -> bool) {
        self.entries.retain(|key, value| keep(key, value));
    }

    /// All keys.
    pub fn keys(&self) -> impl Iterator<Item = &K> {
        self.entries.keys()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }
}

/// The least first.
#[derive(Debug, Clone, Default)]
pub struct Queue<T: Ord> {
    heap: BinaryHeap<Reverse<T>>,
}

impl<T: Ord> Queue<T> {
    /// An empty one.
    pub fn new() -> Self {
        Self {
            heap: BinaryHeap::new(),
        }
    }

    /// Puts one in.
    pub fn push(&mut self, item: T) {
        self.heap.push(Reverse(item));
    }

    /// Takes the least out.
    pub fn pop(&mut self) -> Option<T> {
        self.heap.pop().map(|Reverse(item)| item)
    }

    /// The least.
    pub fn peek(&self) -> Option<&T> {
        self.heap.peek().map(|Reverse(item)| item)
    }
}

/// Nodes with values, and edges between them.
#[derive(Debug, Default)]
pub struct Graph<N, E> {
    nodes: Vec<N>,
    edges: BTreeMap<(usize, usize), E>,
}

impl<N, E> Graph<N, E> {
    /// Without nodes.
    pub fn new() -> Self {
        Self {
            nodes: Vec::new(),
            edges: BTreeMap::new(),
        }
    }

    /// Adds a node, and gives its number.
    pub fn add_node(&mut self, node: N) -> usize {
        self.nodes.push(node);
        self.nodes.len() - 1
    }

    /// Adds an edge.
    pub fn add_edge(&mut self, from: usize, to: usize, edge: E) {
        self.edges.insert((from, to), edge);
    }

    /// The value of a node.
    pub fn node(&self, at: usize) -> Option<&N> {
        self.nodes.get(at)
    }

    /// The value of an edge.
    pub fn edge(&self, from: usize, to: usize) -> Option<&E> {
        self.edges.get(&(from, to))
    }

    /// All nodes.
    pub fn nodes(&self) -> &[N] {
        &self.nodes
    }
}

/// One value, which any thread may change.
pub struct Cell<T>(Mutex<Option<T>>);

impl<T: Clone + Send> Cell<T> {
    /// With a value.
    pub fn new(value: T) -> Self {
        Self(Mutex::new(Some(value)))
    }

    /// Another value in place of the one that is there.
    pub fn replace(&self, value: T) -> Option<T> {
        self.0.lock().ok()?.replace(value)
    }

    /// A clone of it.
    pub fn get(&self) -> Option<T> {
        self.0.lock().ok()?.clone()
    }
}
