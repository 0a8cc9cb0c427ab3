//! Callables that are passed a value to change.

use std::collections::BTreeMap;

/// Numbers by name.
#[derive(Debug, Default)]
pub struct Counts(BTreeMap<String, u32>);

impl Counts {
    /// How many there are of a name.
    pub fn count(&self, name: &str) -> Option<u32> {
        self.0.get(name).copied()
    }

    /// Sets it.
    pub fn set(&mut self, name: &str, count: u32) {
        self.0.insert(name.to_owned(), count);
    }

    /// Keeps those for which it holds, changed as they may be.
    pub fn retain<F: FnMut(&str, &mut u32) -> bool>(&mut self, mut keep: F) {
        self.0.retain(|name, count| keep(name, count));
    }

    /// Changes all of them.
    pub fn update(&mut self, mut change: impl FnMut(&mut u32)) {
        self.0.values_mut().for_each(&mut change);
    }
}

/// Text with what the callable makes of each word behind the last.
pub fn rewrite(text: &str, mut write: impl FnMut(&str, &mut String) -> bool) -> String {
    let mut out = String::new();
    for word in text.split(' ') {
        if !write(word, &mut out) {
            break;
        }
    }
    out
}

/// Two values at once are not served.
pub fn both(mut change: impl FnMut(&mut u32, &mut u32)) -> u32 {
    let (mut left, mut right) = (1, 2);
    change(&mut left, &mut right);
    left + right
}

/// Ways to write words.
#[derive(Default)]
pub struct Writers(BTreeMap<String, Box<dyn Fn(&str, &mut String) -> std::fmt::Result + Send + Sync>>);

impl Writers {
    /// Adds one.
    pub fn add<F>(&mut self, name: &str, write: F)
    where
        F: 'static + Send + Sync + Fn(&str, &mut String) -> std::fmt::Result,
    {
        self.0.insert(name.to_owned(), Box::new(write));
    }

    /// Writes a word.
    pub fn write(&self, name: &str, word: &str) -> Result<String, std::fmt::Error> {
        let mut out = String::from("<");
        self.0.get(name).ok_or(std::fmt::Error)?(word, &mut out)?;
        Ok(out)
    }
}

/// Changes a number until that fails.
pub fn again(mut change: impl FnMut(&mut u32) -> Result<bool, std::fmt::Error>) -> Result<u32, std::fmt::Error> {
    let mut number = 1;
    while change(&mut number)? {}
    Ok(number)
}
