//! Writes the stubs of a manifest: `cargo run --example stubs MANIFEST FOLDER`.

use std::path::PathBuf;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let [manifest, folder] = arguments.as_slice() else {
        return Err("usage: stubs MANIFEST FOLDER".into());
    };
    let manifest = serde_json::from_slice(&fs_err::read(manifest)?)?;
    for (path, text) in usecrate_build::stubs::files(&manifest) {
        usecrate_build::files::write_atomic(&folder.join(path), text.as_bytes())?;
    }
    Ok(())
}
