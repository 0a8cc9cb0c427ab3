//! The only writer of files: atomic, and silent when nothing changes.
//!
//! A file or folder under its final name is always complete: content is written beside it and renamed into place. A
//! file whose content stays the same keeps its time stamp, which is what keeps cargo from rebuilding.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use fs_err as fs;

/// Temporary folders begin so; then comes their builder's mark.
pub const TEMPORARY_FOLDERS: [&str; 3] = [".staged-", ".old-", ".probe-"];
/// Temporary files begin so.
pub const TEMPORARY_FILE: &str = ".usecrate-";

static MARK: OnceLock<String> = OnceLock::new();

/// Gives the names of this process's temporary folders a mark, by which it is seen later whether their builder lives.
pub fn mark(name: &str) {
    let _ = MARK.set(name.to_owned());
}

/// A temporary folder in `parent`; `kind` is one of [`TEMPORARY_FOLDERS`].
///
/// # Errors
/// When it cannot be made.
pub fn temporary_folder(parent: &Path, kind: &str) -> io::Result<tempfile::TempDir> {
    fs::create_dir_all(parent)?;
    tempfile::Builder::new()
        .prefix(&format!("{kind}{}-", MARK.get().map_or("", String::as_str)))
        .tempdir_in(parent)
        .map_err(|e| at(parent, &e))
}

/// Writes `bytes` to `path`, which has either its old content or all of the new.
///
/// # Errors
/// When the folder cannot be made or the file cannot be written.
pub fn write_atomic(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut file = tempfile::Builder::new()
        .prefix(TEMPORARY_FILE)
        .tempfile_in(folder)
        .map_err(|e| at(path, &e))?;
    file.write_all(bytes).map_err(|e| at(path, &e))?;
    set_shared_mode(file.path());
    file.persist(path).map_err(|e| at(path, &e.error))?;
    Ok(())
}

/// Like [`write_atomic`], but leaves a file alone that already has this content. Says whether it wrote.
///
/// # Errors
/// As [`write_atomic`].
pub fn write_if_changed(path: &Path, bytes: &[u8]) -> io::Result<bool> {
    if fs::read(path).is_ok_and(|old| old == bytes) {
        return Ok(false);
    }
    write_atomic(path, bytes)?;
    Ok(true)
}

/// Copies a file into place atomically and gives the number of its bytes.
///
/// # Errors
/// When the source cannot be read or the target cannot be written.
pub fn copy_atomic(from: &Path, to: &Path) -> io::Result<u64> {
    let folder = to
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let temporary = tempfile::Builder::new()
        .prefix(TEMPORARY_FILE)
        .tempfile_in(folder)
        .map_err(|e| at(to, &e))?;
    let copied = fs::copy(from, temporary.path())?;
    temporary.persist(to).map_err(|e| at(to, &e.error))?;
    Ok(copied)
}

/// A folder that is filled out of sight and then published whole.
#[derive(Debug)]
pub struct StagedFolder {
    temporary: tempfile::TempDir,
    target: PathBuf,
}

impl StagedFolder {
    /// Opens an empty folder beside `target`, on the same file system.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn beside(target: &Path) -> io::Result<StagedFolder> {
        let parent = target.parent().unwrap_or(Path::new("."));
        let temporary = temporary_folder(parent, ".staged-")?;
        Ok(StagedFolder {
            temporary,
            target: target.to_owned(),
        })
    }

    /// Where to put the content.
    pub fn path(&self) -> &Path {
        self.temporary.path()
    }

    /// Renames the folder into place. What was there before changes places with it, in one step where the system can,
    /// and is removed after.
    ///
    /// # Errors
    /// When the rename fails; the earlier content is then put back.
    pub fn publish(self) -> io::Result<PathBuf> {
        let StagedFolder { temporary, target } = self;
        set_shared_mode(temporary.path());
        if fs::symlink_metadata(&target).is_ok() {
            if exchange(temporary.path(), &target) {
                // The temporary folder now holds what was there before, and takes it along.
                return Ok(target);
            }
            let parent = target.parent().unwrap_or(Path::new("."));
            let old = temporary_folder(parent, ".old-")?;
            let content = old.path().join("content");
            fs::rename(&target, &content)?;
            if let Err(error) = fs::rename(temporary.path(), &target) {
                // Best effort: the first error is the one worth telling.
                let _ = fs::rename(&content, &target);
                return Err(error);
            }
        } else {
            fs::rename(temporary.path(), &target)?;
        }
        // The folder now lives under its final name: there is nothing left to clean up.
        let _ = temporary.keep();
        Ok(target)
    }
}

/// Lets two folders change places, so that either name is never without one. Says whether it did.
#[cfg(any(target_os = "linux", target_os = "macos"))]
fn exchange(one: &Path, other: &Path) -> bool {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE).is_ok()
}

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
fn exchange(_one: &Path, _other: &Path) -> bool {
    false
}

/// Removes what is there, a file or a folder with all in it.
///
/// # Errors
/// When something in it cannot be removed.
pub fn remove_any(path: &Path) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_dir() => remove_folder(path),
        Ok(_) => remove_file(path),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

/// Moves a folder out of the way in one step, then removes it: nobody sees half of it.
///
/// # Errors
/// When it cannot be moved or removed.
pub fn retire(path: &Path) -> io::Result<()> {
    let parent = path.parent().unwrap_or(Path::new("."));
    let old = temporary_folder(parent, ".old-")?;
    match fs::rename(path, old.path().join("content")) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
        Ok(()) => old.close(),
    }
}

/// Writes a record that [`read_record`] trusts: its hash comes first.
///
/// # Errors
/// As [`write_atomic`].
pub fn write_record(path: &Path, json: &[u8]) -> io::Result<()> {
    let hash = blake3::hash(json).to_hex();
    write_atomic(path, &[hash.as_bytes(), b"\n", json].concat())
}

/// The content of a record, if it is the one that was written.
pub fn read_record(path: &Path) -> Option<Vec<u8>> {
    let bytes = fs::read(path).ok()?;
    let (hash, json) = bytes.split_at_checked(65)?;
    (blake3::hash(json).to_hex().as_bytes() == &hash[..64]).then(|| json.to_vec())
}

/// Lets a file be run.
///
/// # Errors
/// When it is not ours.
pub fn make_executable(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(path, std::fs::Permissions::from_mode(0o755))?;
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

/// Creates a folder and its parents.
///
/// # Errors
/// When it cannot be made.
pub fn create_folder(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path)
}

/// Removes a folder with all in it; one that does not exist is fine.
///
/// # Errors
/// When something in it cannot be removed.
pub fn remove_folder(path: &Path) -> io::Result<()> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

/// Removes a file; one that does not exist is fine.
///
/// # Errors
/// When it cannot be removed.
pub fn remove_file(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

fn at(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(
        error.kind(),
        format!("cannot write `{}`: {error}", path.display()),
    )
}

/// Temporary files and folders are private to their owner; what is published is for everyone to read.
#[cfg(unix)]
fn set_shared_mode(path: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = if path.is_dir() { 0o755 } else { 0o644 };
    // A file system without modes is no reason to fail.
    let _ = fs::set_permissions(path, std::fs::Permissions::from_mode(mode));
}

#[cfg(not(unix))]
fn set_shared_mode(_path: &Path) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unchanged_file_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("deep/er/a.txt");
        assert!(write_if_changed(&file, b"one").unwrap());
        let before = fs::metadata(&file).unwrap().modified().unwrap();
        assert!(!write_if_changed(&file, b"one").unwrap());
        assert_eq!(fs::metadata(&file).unwrap().modified().unwrap(), before);
        assert!(write_if_changed(&file, b"two").unwrap());
        assert_eq!(fs::read(&file).unwrap(), b"two");
        let names: Vec<_> = fs::read_dir(file.parent().unwrap()).unwrap().collect();
        assert_eq!(names.len(), 1, "no temporary file is left behind");
    }

    #[test]
    fn publishing_replaces_the_whole_folder() {
        let root = tempfile::tempdir().unwrap();
        let target = root.path().join("leaf");
        for (name, gone) in [("first", "second"), ("second", "first")] {
            let staged = StagedFolder::beside(&target).unwrap();
            write_atomic(&staged.path().join(name), b"x").unwrap();
            assert_eq!(staged.publish().unwrap(), target);
            assert!(target.join(name).exists());
            assert!(!target.join(gone).exists());
        }
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_staged_folder_that_is_not_published_leaves_nothing() {
        let root = tempfile::tempdir().unwrap();
        drop(StagedFolder::beside(&root.path().join("leaf")).unwrap());
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 0);
    }
}
