//! The reader of `manifest.json`: any text is read or refused, and what is read says the same when it is written again.

use std::sync::LazyLock;

use serde_json::Value;
use usecrate_manifest::{Manifest, validate};

use crate::cursor::Cursor;
use crate::edits::edited;

static BASE: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("../bases/manifest.json")).expect("the base is JSON"));

/// The first byte says whether the others are the text, or changes to a real manifest.
///
/// # Panics
///
/// When a manifest that is read is written as something else.
pub fn run(data: &[u8]) {
    let mut cursor = Cursor::new(data);
    if cursor.byte() == b'{' {
        read(data);
    } else {
        let text = serde_json::to_vec(&edited(&BASE, &mut cursor)).expect("a value has a text");
        read(&text);
    }
}

fn read(text: &[u8]) {
    let Ok(manifest) = serde_json::from_slice::<Manifest>(text) else {
        return;
    };
    let valid = validate(&manifest);
    let written = serde_json::to_vec(&manifest).expect("a manifest has a text");
    let again: Manifest = serde_json::from_slice(&written).expect("what was written is read");
    assert_eq!(manifest, again, "a manifest is written as it was read");
    assert_eq!(valid, validate(&again));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_base_is_a_valid_manifest() {
        let manifest: Manifest = serde_json::from_value(BASE.clone()).unwrap();
        validate(&manifest).unwrap();
    }
}
