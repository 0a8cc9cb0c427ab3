//! Every input of the corpora, and every input that once failed, on a stable compiler and without the fuzzer.

use std::path::Path;

fn replay(target: &str, run: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target);
    let mut count = 0;
    for entry in std::fs::read_dir(&folder).expect("the corpus is there") {
        let path = entry.expect("a folder can be read").path();
        println!("{}", path.display());
        run(&std::fs::read(&path).expect("a file can be read"));
        count += 1;
    }
    assert!(count > 0, "{} is empty", folder.display());
}

#[test]
fn request() {
    replay("request", usecrate_fuzz::request::run);
}

#[test]
fn manifest() {
    replay("manifest", usecrate_fuzz::manifest::run);
}

#[test]
fn rustdoc() {
    replay("rustdoc", usecrate_fuzz::rustdoc::run);
}
