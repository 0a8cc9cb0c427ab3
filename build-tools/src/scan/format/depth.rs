//! Bounds how deeply a document nests, before it is parsed.
//!
//! Type-level numbers give types that nest hundreds of levels deep, which overflows a recursive reader (serde_json
//! refuses them) and every later stage that walks types. Beyond [`DEEPEST`] levels a type is written `_`: nothing
//! that can be called depends on it, since a bridge leaves such types to the compiler.

use std::borrow::Cow;

/// Levels of JSON below which types are kept; serde_json refuses more than 127.
const DEEPEST: usize = 100;

/// In rustdoc's JSON the value of this key is a type wherever it can be this deep.
const TYPE: &[u8] = b"\"type\":";

/// The document with too deep types replaced by `_`, borrowed when there are none.
pub(super) fn bounded(json: &[u8]) -> Cow<'_, [u8]> {
    let mut kept: Vec<u8> = Vec::new();
    let mut copied = 0;
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(byte) = json.get(at) {
        match byte {
            b'"' => {
                let end = string_end(json, at);
                // A key's colon follows its closing quote.
                if depth >= DEEPEST
                    && json[at..].starts_with(TYPE)
                    && json.get(at + TYPE.len()) == Some(&b'{')
                {
                    let value = at + TYPE.len();
                    kept.extend_from_slice(&json[copied..value]);
                    kept.extend_from_slice(b"\"infer\"");
                    copied = object_end(json, value);
                    at = copied;
                    continue;
                }
                at = end;
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        at += 1;
    }
    if copied == 0 {
        return Cow::Borrowed(json);
    }
    kept.extend_from_slice(&json[copied..]);
    Cow::Owned(kept)
}

/// Just behind the string that begins at `start`.
fn string_end(json: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(byte) = json.get(at) {
        match byte {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    json.len()
}

/// Just behind the object that begins at `start`.
fn object_end(json: &[u8], start: usize) -> usize {
    let mut depth = 0_usize;
    let mut at = start;
    while let Some(byte) = json.get(at) {
        match byte {
            b'"' => {
                at = string_end(json, at);
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at + 1;
                }
            }
            _ => {}
        }
        at += 1;
    }
    json.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nested(levels: usize) -> String {
        let mut ty = r#"{"primitive":"u8 \" }"}"#.to_owned();
        for _ in 0..levels {
            ty = format!(r#"{{"slice":{{"type":{ty}}}}}"#);
        }
        ty
    }

    #[test]
    fn a_shallow_document_is_left_alone() {
        assert!(matches!(bounded(nested(20).as_bytes()), Cow::Borrowed(_)));
    }

    #[test]
    fn a_deep_type_becomes_inferred_and_the_document_parses() {
        let deep = format!("[{},{}]", nested(500), nested(1));
        assert!(
            serde_json::from_str::<serde_json::Value>(&deep).is_err(),
            "deep enough to matter"
        );
        let bounded = bounded(deep.as_bytes());
        let value: serde_json::Value = serde_json::from_slice(&bounded).unwrap();
        assert!(value[0].to_string().contains(r#""type":"infer""#));
        assert_eq!(value[1].to_string(), nested(1), "the rest is as it was");
    }

    #[test]
    fn text_that_is_cut_off_is_no_panic() {
        let deep = nested(500);
        for end in [0, 1, 700, 2000, deep.len() - 1] {
            bounded(&deep.as_bytes()[..end]);
        }
        bounded(b"\"\\");
    }
}
