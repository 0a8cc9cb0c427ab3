use std::process::Command;

use super::*;
use crate::library::LibraryError;

/// A library of a few lines of Rust, linked by rustc with `arguments`.
fn library(folder: &Path, source: &str, arguments: &[String]) -> PathBuf {
    let (input, output) = (folder.join("a.rs"), folder.join(library_name("a")));
    fs::write(&input, source).unwrap();
    let rustc = std::env::var_os("RUSTC").unwrap_or("rustc".into());
    let mut command = Command::new(rustc);
    command
        .args([
            "--edition",
            "2024",
            "--crate-type",
            "cdylib",
            "-Cpanic=unwind",
            "-o",
        ])
        .arg(&output)
        .arg(&input);
    let done = command.args(arguments).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    output
}

const OURS: &str = "#[unsafe(no_mangle)] pub extern \"C\" fn usecrate_call() {}\n";
const LEAK: &str = "#[unsafe(no_mangle)] pub extern \"C\" fn leak() {}\n";

fn manifest() -> Manifest {
    let text = include_str!("../describe/sample.expected.json");
    serde_json::from_str(text).unwrap()
}

#[test]
fn an_artifact_holds_the_hashes_of_its_library() {
    let folder = tempfile::tempdir().unwrap();
    let library = library(folder.path(), OURS, &[]);
    let destination = folder.path().join("artifacts/x/1.2.3/key");
    let sealed = seal(&library, manifest(), &BTreeMap::new(), &destination).unwrap();
    assert_eq!(sealed.folder, destination);
    let names: Vec<_> = fs::read_dir(&destination)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(names.len(), 4, "{names:?}");
    let stubs = destination.join(STUBS).join(&sealed.manifest.krate.lib);
    let root = fs::read_to_string(stubs.join("__init__.pyi")).unwrap();
    assert!(root.contains("__all__ = ["), "{root}");
    assert_eq!(sums::check(&destination), Ok(()));
    let bytes = fs::read(destination.join(&sealed.manifest.library.path)).unwrap();
    assert_eq!(
        sealed.manifest.library.blake3,
        blake3::hash(&bytes).to_hex().to_string()
    );
    assert_eq!(sealed.manifest.library.size, bytes.len() as u64);
    let loaded = sealed.manifest.library.loaded.as_ref();
    assert_eq!(loaded.is_some(), cfg!(target_os = "linux"));
    if let Some(loaded) = loaded {
        // What is left is not loaded: only the names of functions are behind it, and the table of sections.
        let size = usize::try_from(loaded.size).unwrap();
        assert!(size < bytes.len(), "{size}");
        assert_eq!(loaded.blake3, blake3::hash(&bytes[..size]).to_hex().to_string());
        let part = folder.path().join("part.so");
        fs::write(&part, &bytes[..size]).unwrap();
        // It says nothing, but it is loaded.
        let answer = crate::library::describe(&part);
        assert!(matches!(answer, Err(LibraryError::Protocol { .. })), "{answer:?}");
    }
    let text = fs::read_to_string(destination.join(MANIFEST)).unwrap();
    assert_eq!(serde_json::from_str::<Manifest>(&text).unwrap(), sealed.manifest);
    assert!(
        text.starts_with("{\n  \"manifest_version\": 1,\n"),
        "a member is a line"
    );
    let callables = text.lines().filter(|line| line.starts_with("    {\"id\":"));
    assert_eq!(
        callables.count(),
        sealed.manifest.callables.len(),
        "a callable is a line"
    );
}

#[test]
fn a_library_without_the_symbol_is_refused_and_nothing_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let library = library(folder.path(), LEAK, &[]);
    let destination = folder.path().join("out/leaf");
    let error = seal(&library, manifest(), &BTreeMap::new(), &destination).unwrap_err();
    assert!(matches!(error, SealError::NoSymbol { .. }), "{error}");
    assert!(!folder.path().join("out").exists());
}

#[test]
fn a_library_that_shows_more_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let library = library(folder.path(), &format!("{OURS}{LEAK}"), &[]);
    assert_eq!(foreign_exports(&library).unwrap(), ["leak"]);
    let error = check(&library).unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with("exports more than `usecrate_call`: `leak`"),
        "{error}"
    );
}

#[cfg(target_os = "linux")]
#[test]
fn a_library_that_needs_static_tls_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    // What a C dependency with `-ftls-model=initial-exec` compiles to.
    let source = format!(
        "{OURS}{}",
        "std::arch::global_asm!(\".section .tbss,\\\"awT\\\",@nobits\", \"uc_tls: .zero 8\", \".text\", \
         \".globl uc_get\", \"uc_get: mov rax, qword ptr uc_tls@GOTTPOFF[rip]\", \"ret\");\n\
         unsafe extern \"C\" { fn uc_get() -> usize; }\n\
         #[used] static KEEP: unsafe extern \"C\" fn() -> usize = uc_get;\n"
    );
    if !cfg!(target_arch = "x86_64") {
        return;
    }
    let library = library(folder.path(), &source, &[]);
    let error = check(&library).unwrap_err();
    assert!(matches!(error, SealError::StaticTls { .. }), "{error}");
}

#[test]
fn a_file_that_is_no_library_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("text.so");
    fs::write(&file, "hello").unwrap();
    assert!(matches!(check(&file).unwrap_err(), SealError::Format { .. }));
    assert!(matches!(
        check(&folder.path().join("none.so")).unwrap_err(),
        SealError::Files(_)
    ));
}
