//! The index of a large manifest: what an import asks for in any case, and where in the text the rest is, so that the loader
//! reads those blocks alone that hold what is asked for.
//!
//! It is made of a manifest that was validated, has the hashes that make up the manifest's own, and is itself among the hashes
//! of the artifact. The manifest says everything; whoever has no use for the index leaves it. `docs/manifest.md` says how it
//! is written.

use std::collections::BTreeMap;

use blake3::hazmat::HasherExt as _;
use serde::Deserialize;
use serde::de::{MapAccess, Visitor};
use serde_json::value::RawValue;

/// The file's name.
pub(super) const INDEX: &str = "manifest.index";
/// A manifest that is shorter is read as fast without.
const LARGE: usize = 64 << 10;
/// The bytes of a block.
const BLOCK: usize = 16 << 10;

/// The index of a manifest's text, if it is large.
pub(super) fn of(text: &[u8]) -> Result<Option<Vec<u8>>, serde_json::Error> {
    if text.len() < LARGE || u32::try_from(text.len()).is_err() {
        return Ok(None);
    }
    let mut writer = Writer {
        from: text.as_ptr().addr(),
        nodes: Vec::new(),
        texts: String::new(),
        places: BTreeMap::new(),
    };
    writer.value(serde_json::from_slice(text)?, Inside::Root)?;
    let mut index = number(text.len()).to_vec();
    for (at, block) in text.chunks(BLOCK).enumerate() {
        let mut hasher = blake3::Hasher::new();
        hasher.set_input_offset((at * BLOCK) as u64).update(block);
        index.extend_from_slice(&hasher.finalize_non_root());
    }
    index.extend_from_slice(&number(writer.nodes.len()));
    index.append(&mut writer.nodes);
    index.extend_from_slice(writer.texts.as_bytes());
    Ok(Some(index))
}

/// What a value is part of.
#[derive(Clone, Copy, PartialEq)]
enum Inside {
    /// Nothing.
    Root,
    /// One of the manifest's lists, by the name `modules` or another.
    Modules,
    List,
    /// A module's names.
    Names,
    /// What is of use as a whole alone, and what is found by its name.
    Whole,
    Named,
    /// A module.
    Module,
    /// Anything else.
    Other,
}

struct Writer<'t> {
    /// The address of the text.
    from: usize,
    nodes: Vec<u8>,
    /// What the index itself has of the text, and where each part of that is.
    texts: String,
    places: BTreeMap<&'t str, usize>,
}

fn number(number: usize) -> [u8; 4] {
    u32::try_from(number)
        .expect("the text is shorter than 4 GiB")
        .to_le_bytes()
}

impl<'t> Writer<'t> {
    fn node(&mut self, kind: u8, start: usize, size: usize) {
        self.nodes.push(kind);
        self.nodes.extend_from_slice(&number(start));
        self.nodes.extend_from_slice(&number(size));
    }

    /// A value whose text the index has.
    fn plain(&mut self, kind: u8, text: &'t str) {
        let next = self.texts.len();
        let start = *self.places.entry(text).or_insert(next);
        if start == next {
            self.texts.push_str(text);
        }
        self.node(kind, start, text.len());
    }

    /// A map of which the index says where it is.
    fn whole(&mut self, kind: u8, text: &str) {
        self.node(kind, text.as_ptr().addr() - self.from, text.len());
    }

    fn text(&mut self, value: &'t RawValue) {
        let text = value.get();
        let text = &text[1..text.len() - 1];
        self.plain(if text.contains('\\') { b'e' } else { b's' }, text);
    }

    fn value(&mut self, value: &'t RawValue, inside: Inside) -> Result<(), serde_json::Error> {
        let text = value.get();
        match text.as_bytes()[0] {
            b'{' if inside == Inside::Whole => self.whole(b'w', text),
            b'{' if inside == Inside::Named => {
                let Entries(entries) = serde_json::from_str(text)?;
                match entries.iter().find(|(key, _)| *key == "name") {
                    Some((_, name)) => {
                        self.whole(b'o', text);
                        self.text(name);
                    }
                    None => self.whole(b'w', text),
                }
            }
            b'{' => {
                let Entries(entries) = serde_json::from_str(text)?;
                self.node(b'm', 0, entries.len());
                for (key, value) in entries {
                    self.plain(b's', key);
                    self.value(value, within(inside, key))?;
                }
            }
            b'[' => {
                let items: Vec<&RawValue> = serde_json::from_str(text)?;
                self.node(b'l', 0, items.len());
                let inside = match inside {
                    Inside::Modules => Inside::Module,
                    Inside::List => Inside::Whole,
                    Inside::Names => Inside::Named,
                    _ => Inside::Other,
                };
                for item in items {
                    self.value(item, inside)?;
                }
            }
            b'"' => self.text(value),
            first @ (b'n' | b't' | b'f') => self.node(first, 0, 0),
            _ if text.contains(['.', 'e', 'E']) => self.plain(b'd', text),
            _ => self.plain(b'i', text),
        }
        Ok(())
    }
}

fn within(inside: Inside, key: &str) -> Inside {
    match (inside, key) {
        (Inside::Root, "modules") => Inside::Modules,
        (Inside::Root, "types" | "traits" | "callables" | "objects" | "skipped") => Inside::List,
        (Inside::Module, "entries") => Inside::Names,
        (Inside::Root, "schemas" | "parameters") => Inside::Whole,
        _ => Inside::Other,
    }
}

/// A map's keys, which have no escapes in a manifest but below what is whole, and values, in their order.
struct Entries<'t>(Vec<(&'t str, &'t RawValue)>);

impl<'de> Deserialize<'de> for Entries<'de> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Each;
        impl<'de> Visitor<'de> for Each {
            type Value = Entries<'de>;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("a map")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Entries(entries))
            }
        }
        deserializer.deserialize_map(Each)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The nodes of an index, as kind and text.
    fn nodes<'t>(index: &'t [u8], text: &'t str) -> Vec<(char, &'t str)> {
        let number = |at: usize| u32::from_le_bytes(index[at..at + 4].try_into().unwrap()) as usize;
        assert_eq!(number(0), text.len());
        let first = 4 + 32 * text.len().div_ceil(BLOCK) + 4;
        let last = first + number(first - 4);
        let texts = std::str::from_utf8(&index[last..]).unwrap();
        (first..last)
            .step_by(9)
            .map(|at| {
                let (kind, start, size) = (char::from(index[at]), number(at + 1), number(at + 5));
                let part = match kind {
                    'm' | 'l' => "",
                    'w' | 'o' => &text[start..start + size],
                    _ => &texts[start..start + size],
                };
                (kind, part)
            })
            .collect()
    }

    #[test]
    fn what_is_one_of_many_is_whole() {
        let filler = " ".repeat(LARGE);
        let text = format!(
            r#"{{"crate":{{"docs":"a\"b","n":[1,2.5,true,null]}},
            "modules":[{{"path":"x","entries":[{{"name":"f"}}]}}],"callables":[{{"id":"é"}},{{}}],
            "schemas":{{"\u0041":{{}}}}}}{filler}"#
        );
        let index = of(text.as_bytes()).unwrap().unwrap();
        assert_eq!(
            nodes(&index, &text),
            [
                ('m', ""),
                ('s', "crate"),
                ('m', ""),
                ('s', "docs"),
                ('e', r#"a\"b"#),
                ('s', "n"),
                ('l', ""),
                ('i', "1"),
                ('d', "2.5"),
                ('t', ""),
                ('n', ""),
                ('s', "modules"),
                ('l', ""),
                ('m', ""),
                ('s', "path"),
                ('s', "x"),
                ('s', "entries"),
                ('l', ""),
                ('o', r#"{"name":"f"}"#),
                ('s', "f"),
                ('s', "callables"),
                ('l', ""),
                ('w', r#"{"id":"é"}"#),
                ('w', "{}"),
                ('s', "schemas"),
                ('w', r#"{"\u0041":{}}"#),
            ]
        );
    }

    #[test]
    fn the_hashes_of_the_blocks_make_up_that_of_the_text() {
        use blake3::hazmat::{Mode, merge_subtrees_non_root, merge_subtrees_root};
        let text = format!("{{\"generator\":\"{}\"}}", "x".repeat(LARGE));
        let index = of(text.as_bytes()).unwrap().unwrap();
        let block = |at: usize| index[4 + 32 * at..][..32].try_into().unwrap();
        let merge = |left, right| merge_subtrees_non_root(left, right, Mode::Hash);
        let four = merge(&merge(&block(0), &block(1)), &merge(&block(2), &block(3)));
        let root = merge_subtrees_root(&four, &block(4), Mode::Hash);
        assert_eq!(root, blake3::hash(text.as_bytes()));
    }

    #[test]
    fn a_small_manifest_has_none() {
        assert!(of(b"{}").unwrap().is_none());
    }
}
