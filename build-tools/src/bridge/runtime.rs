//! The sources of `runtime` and `manifest` that this program carries, unpacked once per content into the cache.

use std::path::{Path, PathBuf};

use crate::files;

include!(concat!(env!("OUT_DIR"), "/carried.rs"));

/// Unpacks the carried sources below `cache` and gives the folder that holds `runtime` and `manifest`.
///
/// # Errors
/// When a file cannot be written.
pub fn unpack(cache: &Path) -> std::io::Result<PathBuf> {
    let folder = cache.join("runtime").join(CARRIED_HASH);
    // File by file, so that what was damaged or only half unpacked is mended, and what is whole keeps its time stamp.
    for (path, bytes) in CARRIED {
        files::write_if_changed(&folder.join(path), bytes)?;
    }
    Ok(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_carried_is_a_workspace_with_the_runtime() {
        let cache = tempfile::tempdir().unwrap();
        let folder = unpack(cache.path()).unwrap();
        assert_eq!(unpack(cache.path()).unwrap(), folder);
        for file in [
            "Cargo.toml",
            "runtime/Cargo.toml",
            "runtime/src/lib.rs",
            "manifest/src/lib.rs",
        ] {
            assert!(folder.join(file).is_file(), "{file}");
        }
        files::write_atomic(&folder.join("Cargo.toml"), b"gar").unwrap();
        unpack(cache.path()).unwrap();
        let root: toml::Table =
            toml::from_str(&fs_err::read_to_string(folder.join("Cargo.toml")).unwrap()).unwrap();
        assert_eq!(root["workspace"]["members"].as_array().unwrap().len(), 2);
    }
}
