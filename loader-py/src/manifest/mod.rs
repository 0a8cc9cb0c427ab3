//! Reads and checks `manifest.json`: what comes out keeps every invariant that the other modules rely on.
//!
//! Nothing outside the given folder is read. Whatever is wrong is a `LoadError` that says what, where, and what to do.
//! The text is read once (`json`) and checked (`head`, `shapes`, `references`, `types`); Python objects are made of
//! those parts alone that are asked for (`objects`): a manifest may describe thousands of callables. A large one has an
//! index beside it, by which those parts alone are read, too.

mod blocks;
mod files;
mod head;
mod json;
mod objects;
mod place;
mod references;
mod shapes;
mod types;

use blocks::Blocks;
use json::{Document, Malformed};
pub(crate) use objects::register;
use place::Problem;
use pyo3::{PyErr, Python};

use crate::python;

/// What to do about an artifact that is refused.
const REBUILD: &str = "build it again with `usecrate build --force`";

/// What is for other tools alone: half of a large manifest.
const FOLDED: &[&str] = &["schemas", "parameters"];

/// Why an artifact's files are refused.
enum Refusal {
    /// They cannot be used.
    Load(String),
    /// They are not what was built.
    Integrity(String),
}

impl Refusal {
    fn raise(self, py: Python<'_>) -> PyErr {
        match self {
            Self::Load(message) => python::error(py, "LoadError", (message,)),
            Self::Integrity(message) => python::error(py, "IntegrityError", (message,)),
        }
    }
}

fn refuse(path: &str, problem: &str) -> Refusal {
    Refusal::Load(format!("the manifest `{path}` {problem}; {REBUILD}"))
}

fn text(data: Vec<u8>, path: &str) -> Result<String, Refusal> {
    String::from_utf8(data).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        refuse(path, &format!("is not UTF-8 text (byte {at})"))
    })
}

/// A manifest that was found valid when its index was made: no more is looked at than whether it is for this loader. `None`:
/// the index is of another form, and of no use.
fn indexed(text: Vec<u8>, nodes: &[u8], blocks: Blocks, path: &str) -> Result<Option<Document>, Refusal> {
    let Some(document) = String::from_utf8(text)
        .ok()
        .and_then(|text| Document::indexed(text, nodes, blocks))
    else {
        return Ok(None);
    };
    let malformed = |problem: Problem| refuse(path, &format!("is malformed: {problem}"));
    head::check_versions(document.root(), path, malformed)?;
    head::check_library(document.root(), path, malformed)?;
    Ok(Some(document))
}

/// Reads and checks the text of a manifest; `path` is for messages.
fn parse(data: Vec<u8>, path: &str) -> Result<Document, Refusal> {
    let refuse = |problem: &str| refuse(path, problem);
    let malformed = |problem: Problem| refuse(&format!("is malformed: {problem}"));
    let text = text(data, path)?;
    if text.trim_ascii().is_empty() {
        return Err(refuse("is empty: it was truncated or edited"));
    }
    let document = Document::read(text, FOLDED).map_err(|malformed| match malformed {
        Malformed::Deep => refuse("is nested too deeply to be one"),
        Malformed::At(at, problem) => refuse(&format!(
            "is not complete JSON ({problem}, byte {at}): it was truncated or edited"
        )),
    })?;
    let root = document.root();
    head::check_versions(root, path, malformed)?;
    shapes::check(root).map_err(malformed)?;
    head::check_library(root, path, malformed)?;
    references::check(root).map_err(malformed)?;
    Ok(document)
}
