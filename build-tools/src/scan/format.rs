//! Reads a rustdoc JSON document, whichever format version it has.
//!
//! The version is looked at before anything else is parsed. Each version that is known has an adapter, one small
//! file under `format/`, that turns its bytes into today's `rustdoc_types` model; nothing else in the crate sees
//! a version. A version is listed only when a test parses a document of it.

mod depth;
mod v57;

use std::borrow::Cow;
use std::path::Path;

use rustdoc_types::Crate;
use serde::Deserialize;

use super::ScanError;

/// One format version: which compilers write it, and how it is read.
struct Adapter {
    format: u32,
    /// The first and the last release known to write it, in words.
    rustc: &'static str,
    parse: fn(&[u8]) -> Result<Crate, serde_json::Error>,
}

/// Every known format, oldest first.
const ADAPTERS: &[Adapter] = &[v57::ADAPTER];

/// The one field that every format has.
#[derive(Deserialize)]
struct Header {
    format_version: u32,
}

/// A document as it was read.
#[derive(Debug)]
pub(super) struct Read {
    pub(super) krate: Crate,
    /// Some types nest too deep and were shortened.
    pub(super) cut: bool,
}

/// Reads one document.
///
/// # Errors
///
/// The file cannot be read, is no rustdoc JSON, or has a format outside the known range.
pub(super) fn read(path: &Path) -> Result<Read, ScanError> {
    let bytes = fs_err::read(path).map_err(|source| ScanError::Read { source })?;
    parse(path, &bytes)
}

fn parse(path: &Path, bytes: &[u8]) -> Result<Read, ScanError> {
    let header: Header = serde_json::from_slice(bytes).map_err(|source| ScanError::NotRustdoc {
        path: path.to_owned(),
        source,
    })?;
    let found = header.format_version;
    let adapter = ADAPTERS
        .iter()
        .find(|adapter| adapter.format == found)
        .ok_or_else(|| ScanError::Format {
            path: path.to_owned(),
            found,
            supported: supported(),
        })?;
    let bounded = depth::bounded(bytes);
    let krate = (adapter.parse)(&bounded).map_err(|source| ScanError::Parse {
        path: path.to_owned(),
        format: found,
        source,
    })?;
    Ok(Read {
        krate,
        cut: matches!(bounded, Cow::Owned(_)),
    })
}

/// The known formats, oldest first, each with the compilers that write it.
pub fn formats() -> impl Iterator<Item = (u32, &'static str)> {
    ADAPTERS.iter().map(|adapter| (adapter.format, adapter.rustc))
}

/// The known formats and who writes them: `57 (rustc 1.93 to 1.97)`.
fn supported() -> String {
    let known: Vec<String> = formats()
        .map(|(format, rustc)| format!("{format} (rustc {rustc})"))
        .collect();
    known.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_format_is_named_with_the_range_and_the_compilers() {
        let error = parse(Path::new("demo.json"), br#"{"format_version": 12, "root": {}}"#).unwrap_err();
        let text = error.to_string();
        assert!(
            text.contains("format 12") && text.contains("57 (rustc 1.93"),
            "{text}"
        );
        assert!(error.hint().is_some_and(|hint| hint.contains("rustup")));
    }

    #[test]
    fn other_json_is_told_apart_from_an_unknown_format() {
        let error = parse(Path::new("demo.json"), b"{}").unwrap_err();
        assert!(matches!(error, ScanError::NotRustdoc { .. }), "{error}");
    }

    #[test]
    fn a_document_that_is_cut_off_is_no_panic() {
        let error = parse(Path::new("demo.json"), br#"{"format_version": 57, "root": 3"#).unwrap_err();
        assert!(
            matches!(error, ScanError::NotRustdoc { .. } | ScanError::Parse { .. }),
            "{error}"
        );
    }
}
