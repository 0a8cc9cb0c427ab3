//! The hashes of an artifact's files, beside them: what was truncated, edited or lost since is found before it is used.
//!
//! The file is as `b3sum` writes it, so `b3sum --check BLAKE3SUMS` says the same.

use std::io;
use std::path::Path;

use fs_err as fs;

use super::MANIFEST;
use crate::files;

/// The file's name.
pub const SUMS: &str = "BLAKE3SUMS";

/// How an artifact is not what was built.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Damage {
    /// The list of hashes is missing, or not one.
    #[error("`{SUMS}` {0}")]
    Sums(&'static str),
    /// A file is missing or cannot be read.
    #[error("`{file}` cannot be read: {why}")]
    Lost {
        /// Its name.
        file: String,
        /// Why.
        why: io::ErrorKind,
    },
    /// A file's content is not what was built.
    #[error("`{file}` is not the file that was built")]
    Differs {
        /// Its name.
        file: String,
    },
}

/// Writes the hashes of all files in an artifact's folder, and in those below it.
///
/// # Errors
/// When a file cannot be read, or the list not written.
pub fn write(folder: &Path) -> io::Result<()> {
    let mut lines = Vec::new();
    hash_all(folder, "", &mut lines)?;
    // The manifest's is the last, so that a list that was cut off is seen.
    let name = |line: &String| line[66..].trim_end().to_owned();
    lines.sort_by_key(|line| (name(line) == MANIFEST, name(line)));
    files::write_atomic(&folder.join(SUMS), lines.concat().as_bytes())
}

fn hash_all(folder: &Path, prefix: &str, lines: &mut Vec<String>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            hash_all(&entry.path(), &format!("{name}/"), lines)?;
        } else if name != SUMS {
            let hash = blake3::hash(&fs::read(entry.path())?).to_hex();
            lines.push(format!("{hash}  {name}\n"));
        }
    }
    Ok(())
}

/// Checks that every file of an artifact is there, and as it was built.
///
/// # Errors
/// The first damage that is found.
pub fn check(folder: &Path) -> Result<(), Damage> {
    let read = |name: &str| {
        fs::read(folder.join(name)).map_err(|error| Damage::Lost {
            file: name.to_owned(),
            why: error.kind(),
        })
    };
    let text = String::from_utf8(read(SUMS)?).map_err(|_| Damage::Sums("is not text"))?;
    let mut listed = 0;
    let mut manifest = false;
    for line in text.lines() {
        let (hash, name) = line
            .split_once("  ")
            .filter(|(hash, name)| hash.len() == 64 && name.split('/').all(is_plain))
            .ok_or(Damage::Sums("is not a list of hashes and files"))?;
        if blake3::hash(&read(name)?).to_hex().as_str() != hash {
            return Err(Damage::Differs {
                file: name.to_owned(),
            });
        }
        listed += 1;
        manifest |= name == MANIFEST;
    }
    if listed < 2 || !manifest || !text.ends_with('\n') {
        return Err(Damage::Sums("does not list all files"));
    }
    Ok(())
}

/// A name that leads into a folder, not out of it.
fn is_plain(name: &str) -> bool {
    !name.is_empty() && !name.starts_with('.') && !name.contains(['\\', '\0', ':'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn artifact() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        files::write_atomic(&folder.path().join("libx.so"), &[7; 100]).unwrap();
        files::write_atomic(&folder.path().join(MANIFEST), b"{}\n").unwrap();
        files::write_atomic(&folder.path().join("stubs/x/__init__.pyi"), b"...\n").unwrap();
        write(folder.path()).unwrap();
        folder
    }

    #[test]
    fn what_was_written_is_whole() {
        let folder = artifact();
        assert_eq!(check(folder.path()), Ok(()));
        let text = fs::read_to_string(folder.path().join(SUMS)).unwrap();
        let names: Vec<&str> = text.lines().map(|line| &line[66..]).collect();
        assert_eq!(names, ["libx.so", "stubs/x/__init__.pyi", MANIFEST]);
    }

    #[test]
    fn every_change_of_a_byte_and_every_lost_one_is_found() {
        for file in ["libx.so", MANIFEST, SUMS, "stubs/x/__init__.pyi"] {
            let folder = artifact();
            let path = folder.path().join(file);
            let whole = fs::read(&path).unwrap();
            for at in 0..whole.len() {
                let mut changed = whole.clone();
                changed[at] ^= 0x20;
                for content in [&changed[..], &whole[..at]] {
                    fs::write(&path, content).unwrap();
                    assert!(check(folder.path()).is_err(), "{file} at {at}");
                }
            }
            fs::remove_file(&path).unwrap();
            assert!(check(folder.path()).is_err(), "{file} is missing");
        }
    }
}
