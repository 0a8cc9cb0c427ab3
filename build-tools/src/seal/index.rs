//! The index of a large manifest: where in its text the parts are that an import asks for, so that the loader reads
//! those alone.
//!
//! It is made of a manifest that was validated, names it by its hash, and is itself among the hashes of the artifact. The
//! manifest says everything; whoever has no use for the index leaves it. `docs/manifest.md` says how it is written.

use serde::Deserialize;
use serde::de::{MapAccess, Visitor};
use serde_json::value::RawValue;

/// The file's name.
pub(super) const INDEX: &str = "manifest.index";
/// A manifest that is shorter is read as fast without.
const LARGE: usize = 64 << 10;

/// The index of a manifest's text, if it is large.
pub(super) fn of(text: &[u8]) -> Result<Option<Vec<u8>>, serde_json::Error> {
    if text.len() < LARGE || u32::try_from(text.len()).is_err() {
        return Ok(None);
    }
    let mut writer = Writer {
        from: text.as_ptr().addr(),
        kept: text.len(),
        nodes: Vec::new(),
    };
    writer.value(serde_json::from_slice(text)?, Inside::Root)?;
    let mut index = blake3::hash(text).as_bytes().to_vec();
    index.extend_from_slice(&number(writer.kept));
    index.append(&mut writer.nodes);
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
    /// What is of use as a whole alone.
    Whole,
    /// A module.
    Module,
    /// Anything else.
    Other,
}

struct Writer {
    /// The address of the text.
    from: usize,
    /// Where in the text that begins which no import asks for.
    kept: usize,
    nodes: Vec<u8>,
}

fn number(number: usize) -> [u8; 4] {
    u32::try_from(number)
        .expect("the text is shorter than 4 GiB")
        .to_le_bytes()
}

impl Writer {
    fn node(&mut self, kind: u8, part: &str, size: usize) {
        let start = part.as_ptr().addr() - self.from;
        self.nodes.push(kind);
        self.nodes.extend_from_slice(&number(start));
        self.nodes.extend_from_slice(&number(size));
    }

    fn value(&mut self, value: &RawValue, inside: Inside) -> Result<(), serde_json::Error> {
        let text = value.get();
        match text.as_bytes()[0] {
            b'{' if inside == Inside::Whole => self.node(b'w', text, text.len()),
            b'{' => {
                let Entries(entries) = serde_json::from_str(text)?;
                self.node(b'm', text, entries.len());
                for (key, value) in entries {
                    if inside == Inside::Root && is_for_others(key) {
                        self.kept = self.kept.min(value.get().as_ptr().addr() - self.from);
                    }
                    self.node(b's', key, key.len());
                    self.value(value, within(inside, key))?;
                }
            }
            b'[' => {
                let items: Vec<&RawValue> = serde_json::from_str(text)?;
                self.node(b'l', text, items.len());
                let inside = match inside {
                    Inside::Modules => Inside::Module,
                    Inside::List => Inside::Whole,
                    _ => Inside::Other,
                };
                for item in items {
                    self.value(item, inside)?;
                }
            }
            b'"' => {
                let text = &text[1..text.len() - 1];
                let kind = if text.contains('\\') { b'e' } else { b's' };
                self.node(kind, text, text.len());
            }
            first => {
                let kind = match first {
                    b'n' | b't' | b'f' => first,
                    _ if text.contains(['.', 'e', 'E']) => b'd',
                    _ => b'i',
                };
                self.node(kind, text, text.len());
            }
        }
        Ok(())
    }
}

fn within(inside: Inside, key: &str) -> Inside {
    match (inside, key) {
        (Inside::Root, "modules") => Inside::Modules,
        (Inside::Root, "types" | "traits" | "callables" | "skipped") | (Inside::Module, "entries") => {
            Inside::List
        }
        (Inside::Root, key) if is_for_others(key) => Inside::Whole,
        _ => Inside::Other,
    }
}

/// Whether a member of the manifest is for other tools: these are the last ones.
fn is_for_others(key: &str) -> bool {
    matches!(key, "schemas" | "parameters")
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
    fn nodes<'t>(index: &[u8], text: &'t str) -> Vec<(char, &'t str)> {
        let number = |bytes: &[u8]| u32::from_le_bytes(bytes.try_into().unwrap()) as usize;
        index[36..]
            .chunks(9)
            .map(|node| {
                let (kind, start, size) = (char::from(node[0]), number(&node[1..5]), number(&node[5..]));
                let end = if matches!(kind, 'm' | 'l') {
                    start
                } else {
                    start + size
                };
                (kind, &text[start..end])
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
        assert_eq!(index[..32], *blake3::hash(text.as_bytes()).as_bytes());
        let kept = u32::from_le_bytes(index[32..36].try_into().unwrap());
        assert!(text[kept as usize..].starts_with(r#"{"\u0041":{}}"#));
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
                ('t', "true"),
                ('n', "null"),
                ('s', "modules"),
                ('l', ""),
                ('m', ""),
                ('s', "path"),
                ('s', "x"),
                ('s', "entries"),
                ('l', ""),
                ('w', r#"{"name":"f"}"#),
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
    fn a_small_manifest_has_none() {
        assert!(of(b"{}").unwrap().is_none());
    }
}
