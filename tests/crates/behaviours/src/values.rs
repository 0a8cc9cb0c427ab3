//! Values that cross by copy.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// Adds two numbers.
pub fn add(left: i32, right: i32) -> i32 {
    left.wrapping_add(right)
}

/// The same byte.
pub fn byte(value: u8) -> u8 {
    value
}

/// The same 64 bits.
pub fn long(value: i64) -> i64 {
    value
}

/// The same 128 bits.
pub fn wide(value: u128) -> u128 {
    value
}

/// The same signed 128 bits.
pub fn wide_signed(value: i128) -> i128 {
    value
}

/// The same float.
pub fn double(value: f64) -> f64 {
    value
}

/// The same truth.
pub fn truth(value: bool) -> bool {
    value
}

/// The same character.
pub fn letter(value: char) -> char {
    value
}

/// Text, borrowed.
pub fn text(value: &str) -> String {
    value.to_owned()
}

/// Bytes, borrowed.
pub fn sum(value: &[u8]) -> u64 {
    value.iter().map(|byte| u64::from(*byte)).sum()
}

/// Bytes, owned.
pub fn reversed(mut value: Vec<u8>) -> Vec<u8> {
    value.reverse();
    value
}

/// Four bytes.
pub fn four(value: [u8; 4]) -> [u8; 4] {
    value
}

/// Numbers, borrowed.
pub fn total(values: &[f64]) -> f64 {
    values.iter().sum()
}

/// Words.
pub fn joined(words: Vec<String>, with: Option<&str>) -> String {
    words.join(with.unwrap_or(" "))
}

/// A number, or the default.
pub fn or_seven(value: Option<u32>) -> u32 {
    value.unwrap_or(7)
}

/// An option of an option.
pub fn nested(value: Option<Option<u8>>) -> Option<Option<u8>> {
    value
}

/// A pair, turned round.
pub fn swapped(pair: (u8, String)) -> (String, u8) {
    (pair.1, pair.0)
}

/// How often each word comes.
pub fn counted(words: Vec<String>) -> HashMap<String, usize> {
    let mut counts = HashMap::new();
    for word in words {
        *counts.entry(word).or_default() += 1;
    }
    counts
}

/// Sorted and without repetition.
pub fn unique(numbers: Vec<i16>) -> BTreeSet<i16> {
    numbers.into_iter().collect()
}

/// A map, turned round.
pub fn inverted(map: BTreeMap<String, u32>) -> BTreeMap<u32, String> {
    map.into_iter().map(|(key, value)| (value, key)).collect()
}

/// Lists in lists.
pub fn lengths(lists: Vec<Vec<Vec<u8>>>) -> Vec<usize> {
    lists.iter().map(Vec::len).collect()
}

/// A path below another.
pub fn below(path: &Path, name: &str) -> PathBuf {
    path.join(name)
}

/// Twice as long.
pub fn twice(duration: Duration) -> Duration {
    duration * 2
}

/// A second later.
pub fn later(time: SystemTime) -> SystemTime {
    time + Duration::from_secs(1)
}

/// The loopback address and a port.
pub fn local(address: IpAddr, port: u16) -> SocketAddr {
    SocketAddr::new(address, port)
}

/// How two numbers compare.
pub fn compared(left: i32, right: i32) -> std::cmp::Ordering {
    left.cmp(&right)
}

/// Anything that is like a path.
pub fn extension(path: impl AsRef<Path>) -> Option<String> {
    path.as_ref()
        .extension()
        .map(|found| found.to_string_lossy().into_owned())
}

/// Anything that becomes text.
pub fn loud(text: impl Into<String>) -> String {
    text.into().to_uppercase()
}

/// Anything that is like bytes.
pub fn size(data: impl AsRef<[u8]>) -> usize {
    data.as_ref().len()
}
