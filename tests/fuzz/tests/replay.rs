//! Every input of the corpora, and every input that once failed, on a stable compiler and without the fuzzer. A corpus
//! has an input a line, in hexadecimal (`corpora.py`).

use std::path::Path;

fn replay(target: &str, run: fn(&[u8])) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("corpus/{target}.txt"));
    let text = std::fs::read_to_string(&file).expect("the corpus is there");
    assert!(!text.is_empty(), "{} is empty", file.display());
    for (at, line) in text.lines().enumerate() {
        // A failing test shows the last line that was printed.
        println!("{}:{}", file.display(), at + 1);
        run(&bytes(line));
    }
}

fn bytes(line: &str) -> Vec<u8> {
    let digits = |at| u8::from_str_radix(&line[at..at + 2], 16).expect("hexadecimal digits");
    (0..line.len()).step_by(2).map(digits).collect()
}

#[test]
fn request() {
    replay("request", usecrate_fuzz::request::run);
}

#[test]
fn manifest() {
    replay("manifest", usecrate_fuzz::manifest::run);
}

#[cfg(feature = "rustdoc")]
#[test]
fn rustdoc() {
    replay("rustdoc", usecrate_fuzz::rustdoc::run);
}
