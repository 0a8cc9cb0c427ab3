//! Puts the sources of `runtime` and `manifest` into the program, from beside this package: in the repository and in
//! a source distribution alike.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use fs_err as fs;

fn main() -> Result<(), Box<dyn Error>> {
    let package = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR")?);
    let repository = package.join("..");
    let mut carried = BTreeMap::new();
    for member in ["runtime", "manifest"] {
        collect(&repository, Path::new(member), &mut carried)?;
    }
    let root = repository.join("Cargo.toml");
    println!("cargo:rerun-if-changed={}", root.display());
    let text = carried_workspace(&fs::read_to_string(&root)?)?;
    carried.insert("Cargo.toml".to_owned(), text.into_bytes());
    let out = PathBuf::from(std::env::var("OUT_DIR")?);
    let mut hasher = blake3::Hasher::new();
    let mut code = "static CARRIED: &[(&str, &[u8])] = &[\n".to_owned();
    for (index, (path, bytes)) in carried.iter().enumerate() {
        hasher
            .update(&(path.len() as u64).to_le_bytes())
            .update(path.as_bytes());
        hasher.update(&(bytes.len() as u64).to_le_bytes()).update(bytes);
        let copy = out.join(format!("carried-{index}"));
        fs::write(&copy, bytes)?;
        writeln!(
            code,
            "    ({path:?}, include_bytes!({:?})),",
            copy.display().to_string()
        )?;
    }
    let carried_hash = hasher.finalize().to_hex();
    // What the program makes of a crate depends on its own sources, and on what it is linked with, too.
    let mut own = BTreeMap::new();
    collect(&package, Path::new("src"), &mut own)?;
    let lock = repository.join("Cargo.lock");
    if lock.is_file() {
        println!("cargo:rerun-if-changed={}", lock.display());
        own.insert("Cargo.lock".to_owned(), fs::read(lock)?);
    }
    let mut generator = blake3::Hasher::new();
    generator.update(carried_hash.as_bytes());
    for (path, bytes) in &own {
        generator
            .update(path.as_bytes())
            .update(blake3::hash(bytes).as_bytes());
    }
    println!(
        "cargo:rustc-env=USECRATE_GENERATOR={}+{}",
        std::env::var("CARGO_PKG_VERSION")?,
        &generator.finalize().to_hex()[..16]
    );
    writeln!(code, "];\nstatic CARRIED_HASH: &str = {:?};", &carried_hash[..16])?;
    fs::write(out.join("carried.rs"), code)?;
    Ok(())
}

/// All sources and manifests below `root/folder`, by path with forward slashes.
fn collect(
    root: &Path,
    folder: &Path,
    carried: &mut BTreeMap<String, Vec<u8>>,
) -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed={}", root.join(folder).display());
    for entry in fs::read_dir(root.join(folder))? {
        let entry = entry?;
        let path = folder.join(entry.file_name());
        let name = entry.file_name().to_string_lossy().into_owned();
        let skipped = ["target", "tests", "benches", "examples", "fuzz", "Cargo.lock"]
            .contains(&name.as_str())
            || name.starts_with('.');
        if skipped {
            continue;
        }
        if entry.file_type()?.is_dir() {
            collect(root, &path, carried)?;
        } else {
            println!("cargo:rerun-if-changed={}", entry.path().display());
            let key: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
            carried.insert(key.join("/"), fs::read(entry.path())?);
        }
    }
    Ok(())
}

/// The repository's workspace manifest with `runtime` and `manifest` as its only members.
fn carried_workspace(text: &str) -> Result<String, Box<dyn Error>> {
    let mut lines: Vec<String> = Vec::new();
    let mut found = false;
    for line in text.lines() {
        if line.starts_with("members") {
            if !line.trim_end().ends_with(']') {
                return Err("`members` in the root Cargo.toml must stand on one line".into());
            }
            found = true;
            lines.push("members = [\"runtime\", \"manifest\"]".to_owned());
        } else if !line.starts_with("exclude") && !line.starts_with('#') {
            lines.push(line.to_owned());
        }
    }
    if !found {
        return Err("the root Cargo.toml has no `members`".into());
    }
    Ok(lines.join("\n") + "\n")
}
