//! The program in the linker's place: what dependencies export is hidden, with the real rustc and the real linker.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test ends at the first surprise")]

use std::path::{Path, PathBuf};
use std::process::Command;

use usecrate_build::seal::{check, foreign_exports, library_name, linker};

fn rustc(folder: &Path, arguments: &[&str]) {
    let rustc = std::env::var_os("RUSTC").unwrap_or("rustc".into());
    let done = Command::new(rustc)
        .current_dir(folder)
        .args(["--edition", "2024"])
        .args(arguments)
        .output()
        .unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

/// A library with our symbol and a dependency that exports one of its own.
fn library(folder: &Path, arguments: &[String]) -> PathBuf {
    let leaky = "#[unsafe(no_mangle)] pub extern \"C\" fn leaky() -> i32 { 7 }\n\
                 #[unsafe(no_mangle)] pub static LEAKY: i32 = 7;\n";
    let bridge =
        "#[unsafe(no_mangle)] pub extern \"C\" fn usecrate_call() -> i32 { leaky::leaky() + leaky::LEAKY }\n";
    fs_err::write(folder.join("leaky.rs"), leaky).unwrap();
    fs_err::write(folder.join("bridge.rs"), bridge).unwrap();
    rustc(folder, &["--crate-type", "rlib", "-O", "leaky.rs"]);
    let output = library_name("bridge");
    let mut all = vec![
        "--crate-type",
        "cdylib",
        "-O",
        "--extern",
        "leaky=libleaky.rlib",
        "-o",
        &output,
        "bridge.rs",
    ];
    all.extend(arguments.iter().map(String::as_str));
    rustc(folder, &all);
    folder.join(output)
}

#[test]
fn what_a_dependency_exports_is_hidden_by_linking_with_this_program() {
    let folder = tempfile::tempdir().unwrap();
    let plain = library(folder.path(), &[]);
    assert_eq!(
        foreign_exports(&plain).unwrap(),
        ["LEAKY", "leaky"],
        "without it they are seen"
    );
    let program = Path::new(env!("CARGO_BIN_EXE_usecrate-build"));
    let linked = library(folder.path(), &linker::rustc_arguments(program, None));
    check(&linked).unwrap();
}

#[test]
fn a_real_linker_that_is_not_there_is_named() {
    let program = env!("CARGO_BIN_EXE_usecrate-build");
    let done = Command::new(program)
        .args(["-m64", "--usecrate-real-linker=no-such-linker"])
        .output()
        .unwrap();
    assert!(!done.status.success());
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(said.contains("cannot link with `no-such-linker`"), "{said}");
}
