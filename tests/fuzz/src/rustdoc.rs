//! The reader of rustdoc's JSON, the plan of what it read, and the bridge of that plan. Rustdoc writes no such
//! documents as these; what is seen here is that none of them crashes a build or makes it hang.

use std::sync::LazyLock;

use serde_json::Value;
use tempfile::NamedTempFile;
use usecrate_build::generate::{Dropped, Header, generate};
use usecrate_build::plan::{Options, plan};
use usecrate_build::scan::{Document, scan};

use crate::cursor::Cursor;
use crate::edits::edited;

static BASES: LazyLock<Vec<Value>> = LazyLock::new(|| {
    let texts = [
        include_str!("../bases/item_details.json"),
        include_str!("../bases/public_names.json"),
        include_str!("../bases/trait_impls.json"),
    ];
    let value = |text| serde_json::from_str(text).expect("the bases are JSON");
    texts.into_iter().map(value).collect()
});

/// The first byte says whether the others are the text, or changes to one of the real documents, and whether the
/// bridge is written, which takes longer than all the rest.
///
/// # Panics
///
/// When a document that was read cannot be planned, or no file can be written.
pub fn run(data: &[u8]) {
    let mut cursor = Cursor::new(data);
    let first = cursor.byte();
    let text = if first == b'{' {
        data.to_vec()
    } else {
        let base = &BASES[usize::from(first) % BASES.len()];
        serde_json::to_vec(&edited(base, &mut cursor)).expect("a value has a text")
    };
    read(&text, first >= 0x80);
}

thread_local! {
    /// The scan reads files: one per thread.
    static FILE: NamedTempFile = NamedTempFile::new().expect("the temporary folder can be written");
}

/// The document of that text, as a build would find it.
fn document(text: &[u8]) -> Document {
    let path = FILE.with(|file| file.path().to_owned());
    std::fs::write(&path, text).expect("the temporary folder can be written");
    Document {
        package: "fuzzed@1.0.0".to_owned(),
        path,
    }
}

fn read(text: &[u8], written: bool) {
    let Ok(api) = scan(&document(text), &mut |_| Ok(Vec::new())) else {
        return;
    };
    let plan = plan(&api, &Options::default()).expect("nothing is asked for by name");
    if !written {
        return;
    }
    let header = Header {
        package: "fuzzed".to_owned(),
        version: "1.0.0".to_owned(),
        generator: "0.0.0".to_owned(),
    };
    generate(&plan, &header, &Dropped::default());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bases_are_read_and_served() {
        for (at, base) in BASES.iter().enumerate() {
            run(&[u8::try_from(at).unwrap() + 0x81]);
            let document = document(base.to_string().as_bytes());
            let api = scan(&document, &mut |_| Ok(Vec::new())).unwrap();
            let plan = plan(&api, &Options::default()).unwrap();
            assert!(!plan.shims.is_empty(), "base {at}");
        }
    }
}
